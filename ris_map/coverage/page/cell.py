"""The evidence behind one cell: who, where, how far, which source, and what is not known."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from ris_map.coverage.cube import CoverageCell
from ris_map.coverage.evidence import Evidence, cell_evidence
from ris_map.coverage.page.choices import CellKey
from ris_map.coverage.page.matrix import matrix_cell
from ris_map.coverage.page.view import CoverageView
from ris_map.register.in_words import detail_url
from ris_map.register.model import Actor
from ris_map.register.vocabulary import Answer, Delivery
from ris_map.words.markup import render
from ris_map.words.table import (
    Cell,
    FigureTable,
    Link,
    count,
    minutes,
    share,
    table_html,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknowns:
    """What the register does not know, by way of help."""

    mode: str
    actors: tuple[Link, ...]


def cell_html(view: CoverageView, key: CellKey) -> str:
    """Return the evidence panel of a cell as HTML."""
    cell = _cell(view, key)
    found = evidence(view, key)
    known = known_table(view, key)
    figures = figures_table(view, key) if view.choice.is_physical else None
    return render(
        "coverage_cell.html",
        t=view.tr,
        key=key,
        title=cell_title(view, key),
        state=matrix_cell(view, key.code, key.phase, key.service_type),
        sentences=_sentences(view, cell, found),
        figures=table_html(figures, tr=view.tr) if figures else "",
        known=table_html(known, tr=view.tr) if known.rows else "",
        unknown=_unknown(view, found),
    )


def cell_title(view: CoverageView, key: CellKey) -> str:
    """Return the cell's name: municipality, phase, service type."""
    return view.tr(
        "coverage.cell.title",
        name=view.name(key.code),
        phase=view.label(key.phase).lower(),
        type=view.label(key.service_type).lower(),
    )


def evidence(view: CoverageView, key: CellKey) -> tuple[Evidence, ...]:
    """Return what counts or may count in a cell; only the chosen way, if it is not the office."""
    found = cell_evidence(
        view.cube,
        view.world.matrix,
        code=key.code,
        phase=key.phase,
        service_type=key.service_type,
    )
    if view.choice.is_physical:
        return found
    return tuple(item for item in found if item.mode is view.choice.delivery)


def figures_table(view: CoverageView, key: CellKey) -> FigureTable:
    """Return the people within each threshold."""
    tr, cell = view.tr, _cell(view, key)
    limits = view.cube.definition.thresholds
    rows = [
        (tr("coverage.row.within", limit=int(limit)), count(people), share(part))
        for limit, people, part in zip(limits, cell.people_within, cell.share_within, strict=True)
    ]
    return FigureTable(
        id="rutans-siffror",
        title=tr(
            "coverage.cell.figures",
            located=tr.number(cell.located_residents),
            name=view.name(key.code),
        ),
        columns=(
            tr("coverage.column.time"),
            tr("coverage.column.people"),
            tr("coverage.column.share"),
        ),
        rows=rows,
    )


def known_table(view: CoverageView, key: CellKey) -> FigureTable:
    """Return what is known to be offered, with its source."""
    tr = view.tr
    columns = ["mode", "actor", "town", "minutes-from-seat", "evidence", "source"]
    if not view.choice.is_physical:
        columns = ["mode", "actor", "evidence", "source"]
    rows: list[list[Cell]] = []
    for item in evidence(view, key):
        if item.answer is not Answer.YES:
            continue
        actor = view.world.register.by_id[item.actor_id]
        cells: dict[str, Cell] = {
            "mode": view.label(item.mode),
            "actor": _actor_link(view, actor),
            "town": item.town or "–",
            "minutes-from-seat": "–"
            if item.mode is not Delivery.OFFICE
            else minutes(item.minutes_from_seat),
            "evidence": _trust(view, item, actor),
            "source": Link(_host(url := _source(actor, item.mode)), url),
        }
        rows.append([cells[name] for name in columns])
    return FigureTable(
        id="rutans-underlag",
        title=tr("coverage.cell.known"),
        columns=[tr(f"coverage.column.{name}") for name in columns],
        rows=rows,
    )


def _cell(view: CoverageView, key: CellKey) -> CoverageCell:
    return view.cube.cell(key.code, phase=key.phase, service_type=key.service_type)


def _sentences(view: CoverageView, cell: CoverageCell, found: Iterable[Evidence]) -> list[str]:
    tr = view.tr
    if not view.choice.is_physical:
        answer = {
            Delivery.VISIT: cell.visit,
            Delivery.DIGITAL: cell.digital,
            Delivery.PHONE: cell.phone,
        }[view.choice.delivery]
        key = f"coverage.cell.remote.{answer}"
        return [tr(key, mode=view.mode(), name=view.name(cell.municipality_code))]
    sentences = [_nearest(view, cell, found)]
    if math.isfinite(cell.median_minutes):
        sentences.append(
            tr(
                "coverage.cell.median",
                median=view.about_minutes(cell.median_minutes),
                p90=view.about_minutes(cell.p90_minutes),
                located=tr.number(cell.located_residents),
            )
        )
    sentences.append(tr("coverage.cell.unlocated", share=view.percent(cell.unlocated_share)))
    sentences.append(
        tr(
            "coverage.cell.remote",
            visit=view.answer(cell.visit),
            digital=view.answer(cell.digital),
            phone=view.answer(cell.phone),
        )
    )
    return sentences + _doubts(view, cell)


def _nearest(view: CoverageView, cell: CoverageCell, found: Iterable[Evidence]) -> str:
    tr = view.tr
    nearest = next((e for e in found if e.office_id == cell.nearest_office_id), None)
    if cell.nearest_office_id is None or nearest is None:
        return tr("coverage.cell.no-office", name=view.name(cell.municipality_code))
    return tr(
        "coverage.cell.nearest",
        actor=view.world.register.by_id[nearest.actor_id].name,
        town=cell.nearest_town,
        minutes=view.about_minutes(cell.nearest_minutes_from_seat),
        name=view.name(cell.municipality_code),
    )


def _doubts(view: CoverageView, cell: CoverageCell) -> list[str]:
    tr, doubts = view.tr, []
    if cell.is_maybe_physical:
        best = cell.median_minutes_at_best
        # a longer time means that the doubt is about an actor without a recorded office
        is_placed = best <= view.choice.threshold
        key = "maybe" if is_placed else "maybe-placeless"
        doubts.append(tr(f"coverage.cell.{key}", minutes=view.about_minutes(best)))
    if cell.is_borderline:
        doubts.append(tr("coverage.cell.borderline", limit=view.choice.threshold))
    if cell.doubtful_share > 0:
        doubts.append(tr("coverage.cell.doubtful", share=view.percent(cell.doubtful_share)))
    return doubts


def _unknown(view: CoverageView, found: Iterable[Evidence]) -> list[Unknowns]:
    by_mode: dict[Delivery, dict[str, Link]] = {}
    for item in found:
        if item.answer is Answer.UNKNOWN:
            actor = view.world.register.by_id[item.actor_id]
            by_mode.setdefault(item.mode, {})[item.actor_id] = _actor_link(view, actor)
    return [
        Unknowns(mode=view.label(mode), actors=tuple(links.values()))
        for mode, links in by_mode.items()
    ]


def _actor_link(view: CoverageView, actor: Actor) -> Link:
    return Link(actor.name, detail_url(actor.id, words=view.words))


def _trust(view: CoverageView, item: Evidence, actor: Actor) -> str:
    parts = [
        view.tr(f"confidence.{actor.confidence}"),
        actor.last_evidence or view.tr("unknown"),
    ]
    if item.is_doubtful:
        parts.append(view.tr("status.unknown"))
    if item.is_outside:
        parts.append(view.tr("coverage.cell.outside"))
    return ", ".join(parts)


def _source(actor: Actor, mode: Delivery) -> str:
    """Return the page that supports this way of help, else the record's first page."""
    claim = next((c for c in actor.delivery_claims if c.mode is mode), None)
    return claim.url if claim else actor.sources[0].url


def _host(url: str) -> str:
    return url.split("/")[2].removeprefix("www.")
