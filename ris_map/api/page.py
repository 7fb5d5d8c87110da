"""The page about open data: what can be fetched, how, and on which terms."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from ris_map.api import dcat
from ris_map.api.datasets import DATASETS, LICENCES, PREFIX, terms
from ris_map.api.queries import HERE, ActorQuery, CoverageQuery, Parameter, TravelQuery, parameters
from ris_map.common import dates
from ris_map.common.region import region
from ris_map.register.asking import call_list, unknown_cells
from ris_map.register.quality import (
    HOMEPAGES,
    Quality,
    compared,
    load_homepages,
    load_reports,
    median_days,
    quality,
)
from ris_map.travel.world import DataSource
from ris_map.web import data
from ris_map.web.settings import Settings, data_dir, read_settings
from ris_map.words import Translator
from ris_map.words.figures import percent, whole
from ris_map.words.markup import render

EXAMPLES = (
    f"/actors.geojson?fas=ide&stod=radgivning&plats={HERE['plats']}",
    f"/actors/{HERE['aktor']}",
    "/coverage.csv?grans=90&omrade=life_science",
    f"/travel-times?plats={HERE['jamfor']}",
    "/actors.xlsx?bredd=adjacent",
)
MEANINGS = ("unknown", "modes", "points", "coordinates", "times", "people")
RULES = ("cache", "cors", "stable")
CHANGES = (1,)
"""What has changed in the API, the latest first."""


def open_data(tr: Translator) -> None:
    """Draw everything below the page's title."""
    register = data.register_state().register
    st.html(
        open_data_html(
            tr,
            settings=read_settings(),
            sources=data.sources(),
            reference=register.meta.reference_date,
        )
    )


def open_data_html(
    tr: Translator, *, settings: Settings, sources: Iterable[DataSource], reference: str
) -> str:
    """Return the page below its title; ``reference`` is the date of the register's research."""
    on = dates.today().isoformat()
    known = tuple(sources)
    names = {one.code: one.name for one in region().municipalities}
    here, beside = (names.get(HERE[key], "") for key in ("plats", "jamfor"))
    return render(
        "open_data.html",
        t=tr,
        datasets=[(dataset, terms(dataset.files, sources=known)) for dataset in DATASETS],
        catalogue=[
            (name, f"{PREFIX}/dcat.{ending}") for ending, (*_, name) in dcat.SERIALISATIONS.items()
        ],
        parameters=all_parameters(),
        licences=LICENCES,
        prefix=PREFIX,
        on=on,
        reference=reference,
        report_address=settings.report_address,
        examples=[
            (tr(f"open-data.example.{number}", here=here, beside=beside), path)
            for number, path in enumerate(EXAMPLES, start=1)
        ],
        meanings=MEANINGS,
        rules=RULES,
        changes=CHANGES,
        rate=_rate(settings, tr=tr),
        values=lambda parameter: _values(parameter, tr=tr),
        cite=tr(
            "open-data.cite.text",
            product=tr("product.name"),
            dataset=tr("dataset.actors.title"),
            on=on,
            licence="CC0 1.0",
        ),
    )


def register_quality_html(tr: Translator) -> str:
    """Return how good the register is: figures, outside count, whom to ask, reports."""
    register, today = data.register_state().register, dates.today()
    unknown = unknown_cells(register, on=today)
    calls = call_list(unknown)
    homepages = load_homepages(data_dir() / HOMEPAGES)
    figures = {one.id: one for one in quality(register, today=today, homepages=homepages)}
    reports = load_reports(data_dir() / "reports.yaml")
    days, yardstick = median_days(reports), region().yardstick
    return render(
        "register_quality.html",
        t=tr,
        both=tr(
            "quality.both",
            confirmed=figures["confirmed"].count,
            checked=figures["checked"].count,
            n=figures["confirmed"].of,
        ),
        figures=[
            (
                tr(f"quality.{one.id}"),
                _share(one, tr=tr),
                percent(one.goal, tr=tr) if one.goal is not None else tr("quality.no-goal"),
                tr(f"quality.source.{one.source}"),
                ""
                if one.is_reached is None
                else tr("quality.yes" if one.is_reached else "quality.no"),
            )
            for one in figures.values()
        ],
        yardstick_note=getattr(yardstick.note, tr.language) if yardstick else "",
        yardstick=[
            (tr(f"quality.kind.{one.id}"), one.outside, one.core_2022, one.all_2022, one.core_now)
            for one in compared(data.releases(), register)
        ],
        calls=[(register.by_id[call.id].name, call.id, tr.number(call.cells)) for call in calls],
        call_note=tr("quality.calls.note", n=len(calls), cells=tr.number(len(unknown))),
        reports=[
            (
                one.what.in_(tr.language),
                one.received,
                tr(f"quality.state.{one.state}"),
                one.entered or one.refused or one.examined or "",
                one.reason.in_(tr.language) if one.reason else "",
            )
            for one in reports
        ],
        answer=tr("quality.reports.answer", n=whole(days)) if days is not None else "",
        releases=[
            (release.number, release.date, len(one.actors))
            for one in data.releases()
            if (release := one.meta.release)
        ],
    )


def _share(one: Quality, *, tr: Translator) -> str:
    if one.share is None:
        return tr("quality.untried")
    share = tr("quality.share", count=one.count, n=one.of, share=percent(one.share, tr=tr))
    return f"{share}, {one.on}" if one.on else share


def all_parameters() -> tuple[Parameter, ...]:
    """Return every parameter once, in the order of the start page."""
    named: dict[str, Parameter] = {}
    for model in (ActorQuery, CoverageQuery, TravelQuery):
        for name, parameter in parameters(model).items():
            named.setdefault(name, parameter)
    return tuple(named.values())


def _rate(settings: Settings, *, tr: Translator) -> str:
    if settings.api_rate is None:
        return tr("open-data.rules.no-rate")
    requests, seconds = (tr.number(number) for number in settings.api_rate)
    return tr("open-data.rules.rate", requests=requests, seconds=seconds)


def _values(parameter: Parameter, *, tr: Translator) -> str:
    if parameter.values:
        return ", ".join(parameter.values)
    if parameter.name == "q":
        return tr("open-data.values.text")
    if parameter.name == "datum":
        return tr("open-data.values.day", example=parameter.example)
    return tr("open-data.values.id", example=parameter.example)
