"""The parts of a municipality's page as HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote, urlencode

from ris_map.coverage.cube import CELL_STATES, CellState
from ris_map.geography.county import Municipality
from ris_map.geography.language_rights import LanguageRight
from ris_map.municipality.pictures import Picture
from ris_map.municipality.profile import Profile, Unconfirmed
from ris_map.municipality.svg_map import data_url
from ris_map.municipality.ways import KINDS
from ris_map.municipality.words import (
    cells_words,
    paragraph,
    phase_words,
    scope_words,
    state_words,
)
from ris_map.register.in_words import Words, detail_url, phase_marks
from ris_map.register.vocabulary import Scope
from ris_map.words import Translator, swedish_sort_key
from ris_map.words.figures import minutes_words, percent
from ris_map.words.markup import render
from ris_map.words.municipality_cells import Table

PATH = "/kommun"
CODE_KEY, THRESHOLD_KEY, SCOPE_KEY = "kommun", "grans", "bredd"


def page_url(code: str, *, tr: Translator, profile: Profile | None = None) -> str:
    """Return the address of a municipality's page, with the choices of a profile."""
    query = {CODE_KEY: code}
    if profile is not None and profile.choice.threshold != 60:
        query[THRESHOLD_KEY] = f"{profile.choice.threshold:.0f}"
    if profile is not None and profile.choice.scope is Scope.ADJACENT:
        query[SCOPE_KEY] = Scope.ADJACENT.value
    return f"{PATH}?{urlencode({**query, 'lang': tr.language.value})}"


def choose_html(municipalities: Iterable[Municipality], *, tr: Translator) -> str:
    """Return the fifteen municipalities to choose from."""
    ordered = sorted(municipalities, key=lambda item: swedish_sort_key(item.name))
    return render(
        "municipality_choose.html",
        heading=tr("municipality.choose.heading"),
        links=[(item.name, page_url(item.code, tr=tr)) for item in ordered],
    )


def paragraph_html(profile: Profile, *, words: Words) -> str:
    """Return the text for a memo with the button that copies it."""
    return render(
        "municipality_paragraph.html",
        t=words.tr,
        text=paragraph(profile, strategy=words.strategy, tr=words.tr),
    )


def picture_html(picture: Picture, *, credit: str = "", legend: Sequence[str] = ()) -> str:
    """Return a drawing as an image with its text."""
    return render(
        "municipality_picture.html",
        url=data_url(picture.drawing.svg),
        picture=picture,
        credit=credit,
        legend=legend,
    )


def map_legend(profile: Profile, *, tr: Translator) -> tuple[str, ...]:
    """Return what the marks on the map mean, in their order."""
    limit = tr.number(profile.choice.threshold)
    return (
        tr("municipality.map.near", n=limit),
        tr("municipality.map.far"),
        tr("municipality.map.place"),
    )


def chain_html(profile: Profile, *, words: Words) -> str:
    """Return the three links of the support chain."""
    tr, chain = words.tr, profile.chain
    limit = tr.number(profile.choice.threshold)
    return render(
        "municipality_chain.html",
        t=tr,
        sentence=chain_sentence(profile, words=words),
        links=[
            {
                "mark": phase_marks([link.phase], words=words)[0],
                "state": link.state.value,
                "words": state_words(link.state, tr=tr),
                "minutes": minutes_words(link.median_minutes, tr=tr),
                "share": tr(
                    "municipality.chain.share", share=percent(link.share_within, tr=tr), n=limit
                ),
                "is_weakest": link.phase in chain.weakest,
            }
            for link in chain.links
        ],
        remote=tr(
            "municipality.chain.remote",
            **{
                mode: tr(f"municipality.answer.{getattr(chain, mode)}")
                for mode in ("visit", "digital", "phone")
            },
        ),
    )


def chain_sentence(profile: Profile, *, words: Words) -> str:
    """Return which link of the chain is the weakest."""
    tr = words.tr
    if not profile.chain.weakest:
        return tr("municipality.chain.even")
    phases = tr.listing(phase_words(profile.chain.weakest, strategy=words.strategy, tr=tr))
    return tr("municipality.chain.weakest", phases=phases)


def table_html(table: Table, *, note: bool = True) -> str:
    """Return a table with its note."""
    return render("municipality_table.html", table=table, note=table.note if note else "")


def coverage_sentences(profile: Profile, *, words: Words) -> tuple[str, ...]:
    """Return what is missing, and apart from it what is not known."""
    tr, strategy = words.tr, words.strategy
    all_cells = tr.number(len(KINDS))
    missing = cells_words(profile.gaps, strategy=strategy, tr=tr)
    parts = [
        tr.plural("municipality.coverage.missing", len(profile.gaps), all=all_cells, cells=missing)
        if profile.gaps
        else tr("municipality.coverage.missing-none")
    ]
    if profile.unknown:
        unsure = cells_words(profile.unknown, strategy=strategy, tr=tr)
        parts.append(tr.plural("municipality.coverage.unknown", len(profile.unknown), cells=unsure))
    return tuple(parts)


def coverage_html(profile: Profile, table: Table, *, words: Words) -> str:
    """Return what there is per service type and phase, with what is missing in words."""
    return render(
        "municipality_coverage.html",
        t=words.tr,
        table=table,
        note="",
        sentences=coverage_sentences(profile, words=words),
        legend=state_legend(profile, tr=words.tr),
    )


def state_legend(profile: Profile, *, tr: Translator) -> list[tuple[CellState, str, str]]:
    """Return each state with its name and what it means."""
    limit = tr.number(profile.choice.threshold)
    return [
        (state, state_words(state, tr=tr), tr(f"municipality.state.help.{state}", n=limit))
        for state in CELL_STATES
    ]


def confirm_html(profile: Profile, *, words: Words) -> str:
    """Return the entries that nobody confirmed of late, each with its two prepared messages."""
    tr = words.tr
    return render(
        "municipality_confirm.html",
        t=tr,
        note=tr.plural("municipality.confirm.note", len(profile.unconfirmed)),
        items=[
            {
                "name": item.actor.name,
                "url": detail_url(item.actor.id, words=words),
                "here": tr(f"municipality.answer.{'yes' if item.is_here else 'no'}"),
                "evidence": item.actor.last_evidence or tr("unknown"),
                "confirmed": item.actor.last_confirmed or tr("confirmed.never"),
                "yes": confirm_url(item, "yes", profile=profile, words=words),
                "no": confirm_url(item, "no", profile=profile, words=words),
            }
            for item in profile.unconfirmed
        ],
    )


def confirm_url(item: Unconfirmed, answer: str, *, profile: Profile, words: Words) -> str:
    """Return a prepared message that confirms (``yes``) or corrects (``no``) an entry (M5)."""
    values = {
        "name": item.actor.name,
        "id": item.actor.id,
        "municipality": profile.name,
        "product": words.tr("product.name"),
        "date": profile.definition.on,
    }
    fields = {
        "subject": words.tr(f"municipality.confirm.subject.{answer}", **values),
        "body": words.tr(f"municipality.confirm.body.{answer}", **values),
    }
    return f"mailto:{words.report_address}?{urlencode(fields, quote_via=quote)}"


def rights_html(rights: Sequence[LanguageRight], *, tr: Translator) -> str:
    """Return the way to official information on language rights (M7)."""
    return render("municipality_rights.html", t=tr, rights=rights, language=tr.language)


def source_line(profile: Profile, *, reference: str, tr: Translator) -> str:
    """Return what the figures come from: what, of when, from where."""
    definition = profile.definition
    return tr(
        "municipality.source-line",
        reference=reference,
        date=definition.on,
        scope=scope_words(profile, tr=tr),
        n=tr.number(profile.choice.threshold),
        version=definition.matrix_version,
        year=definition.population_year,
        share=percent(profile.unlocated_share, tr=tr),
    )


def embed_html(profile: Profile, table: Table, *, source: str, words: Words) -> str:
    """Return heading, table, source line and the link to the full view, nothing else (M6)."""
    tr = words.tr
    return render(
        "municipality_embed.html",
        title=tr("municipality.report.title", name=profile.name),
        table=table,
        note="",
        source=source,
        url=page_url(profile.code, tr=tr, profile=profile),
        link=tr("municipality.embed.full", name=profile.name),
    )
