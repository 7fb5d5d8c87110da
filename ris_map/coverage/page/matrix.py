"""The matrix, municipalities x kinds of help, and what one cell rests on."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ris_map.coverage.cube import CoverageCell
from ris_map.coverage.fragility import Evidence, cell_evidence
from ris_map.coverage.groups import remote_position
from ris_map.coverage.page.choices import cell_id
from ris_map.coverage.page.view import CoverageView
from ris_map.coverage.support import ANSWERS, PHASES, SERVICE_TYPES
from ris_map.register.in_words import detail_url
from ris_map.register.model import Actor
from ris_map.register.vocabulary import Answer, Delivery, Phase, ServiceType
from ris_map.words.figures import ROUND_MINUTES, near_limit, rounded
from ris_map.words.markup import render
from ris_map.words.table import Cell, FigureTable, Link, count, minutes, share, table_html

CLASS_ENDS = (30.0, 60.0, 90.0, 120.0)
REMOTE_STATES = {Answer.YES: "offered", Answer.UNKNOWN: "unknown", Answer.NO: "not-offered"}
CellPlace = tuple[str, Phase, ServiceType]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixCell:
    """One cell.

    ``state`` is the class of minutes ``0`` to ``4``, ``near`` (inside the error of the limit),
    ``none``, ``unknown``, or an answer about remote help. ``text`` is seen, ``label`` is heard.
    ``is_open``: an office that the register does not know enough about might be nearer.
    """

    id: str
    state: str
    text: str
    label: str
    is_open: bool = False
    sides: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRow:
    """One municipality."""

    code: str
    name: str
    is_inland: bool
    cells: tuple[MatrixCell, ...]


def minute_class(value: float) -> int:
    """Return the class of minutes, 0 to 4; limits belong to the nearer class."""
    return sum(value > end for end in CLASS_ENDS)


def matrix_rows(view: CoverageView) -> tuple[MatrixRow, ...]:
    """Return the rows of the matrix, coast first."""
    return tuple(
        MatrixRow(
            code=code,
            name=view.name(code),
            is_inland=code in view.inland,
            cells=tuple(matrix_cell(view, code, kind) for kind in SERVICE_TYPES),
        )
        for code in view.order
    )


def matrix_cell(view: CoverageView, code: str, kind: ServiceType) -> MatrixCell:
    """Return one cell: median minutes to an office, or the answer about the chosen way of help."""
    phases = view.choice.shown_phases
    at = view.at(code), [PHASES.index(phase) for phase in phases], SERVICE_TYPES.index(kind)
    place = cell_id(code, phases[0], kind)
    head = f"{view.name(code)}, {view.label(kind).lower()}"
    if not view.choice.is_physical:
        answers = view.cube.remote[at][:, remote_position(view.choice.delivery)]
        state = REMOTE_STATES[ANSWERS[answers.max()]]
        word = view.tr(f"coverage.remote.{state}")
        return MatrixCell(id=place, state=state, text=word, label=f"{head}: {word}")
    value, limit = float(view.medians[kind][view.at(code)]), float(view.choice.threshold)
    is_open = bool(view.cube.is_maybe_physical[at].any()) and value > limit
    words = view.about_minutes(value)
    label = f"{head}: {view.tr('coverage.half', minutes=words) if math.isfinite(value) else words}"
    label += f", {view.tr('coverage.mark.maybe')}" if is_open else ""
    state, text, sides = _shown(view, value, limit, is_open=is_open)
    return MatrixCell(id=place, state=state, text=text, label=label, is_open=is_open, sides=sides)


def _shown(
    view: CoverageView, value: float, limit: float, *, is_open: bool
) -> tuple[str, str, tuple[int, int]]:
    if not math.isfinite(value):
        return ("unknown" if is_open or math.isnan(value) else "none"), "–", (0, 0)
    if near_limit(value, limit):
        inner = minute_class(limit)
        return "near", f"≈ {limit:.0f}", (inner, inner + 1)
    text = view.tr("coverage.in-town") if value < ROUND_MINUTES else view.tr.number(rounded(value))
    return str(minute_class(value)), text, (0, 0)


def matrix_title(view: CoverageView) -> str:
    """Return the matrix's caption: what, of whom."""
    choice = view.choice
    key = "office" if choice.is_physical else "remote"
    phase = view.tr(f"coverage.in-phase.{choice.phase or 'any'}")
    return view.tr(f"coverage.matrix.caption.{key}", mode=view.mode(), phase=phase)


def matrix_html(view: CoverageView, *, link: str) -> str:
    """Return the matrix as HTML; every cell is a link to what it rests on.

    ``link`` is the page's address with its choices, to which the cell is added.
    """
    rows = matrix_rows(view)
    shown = [cell.id for row in rows for cell in row.cells]
    return render(
        "coverage_matrix.html",
        t=view.tr,
        title=matrix_title(view),
        types=[
            (view.tr(f"coverage.type.{kind}"), kind is view.choice.service_type)
            for kind in SERVICE_TYPES
        ],
        rows=rows,
        first_inland=next((row.code for row in rows if row.is_inland), ""),
        entry=view.choice.cell if view.choice.cell in shown else shown[0],
        chosen=view.choice.cell,
        place=view.choice.place,
        link=link,
        limit=view.choice.threshold,
        is_physical=view.choice.is_physical,
        has_open=any(cell.is_open for row in rows for cell in row.cells),
        division=view.division_name,
    )


# -------------------------------------------------------------------- one cell


def cell_html(view: CoverageView, place: CellPlace) -> str:
    """Return what stands behind a cell: who, where, how far, which source, what is not known."""
    cell, found = _cell(view, place), evidence(view, place)
    known = known_table(view, place)
    figures = figures_table(view, place) if view.choice.is_physical else None
    return render(
        "coverage_cell.html",
        t=view.tr,
        id=cell_id(*place),
        title=cell_title(view, place),
        sentences=list(_sentences(view, cell, found)),
        figures=table_html(figures, tr=view.tr) if figures else "",
        known=table_html(known, tr=view.tr) if known.rows else "",
        unknown=_unknown(view, found),
    )


def cell_title(view: CoverageView, place: CellPlace) -> str:
    """Return the cell's name: municipality, kind, phase."""
    code, phase, kind = place
    return f"{view.name(code)}: {view.label(kind).lower()} {view.tr(f'coverage.in-phase.{phase}')}"


def evidence(view: CoverageView, place: CellPlace) -> tuple[Evidence, ...]:
    """Return what counts or may count in a cell; only the chosen way, if it is not the office."""
    code, phase, kind = place
    found = cell_evidence(view.cube, code=code, phase=phase, service_type=kind)
    if view.choice.is_physical:
        return found
    return tuple(item for item in found if item.mode is view.choice.delivery)


def figures_table(view: CoverageView, place: CellPlace) -> FigureTable:
    """Return the residents within each threshold."""
    tr, cell = view.tr, _cell(view, place)
    return FigureTable(
        id="rutans-siffror",
        title=tr(
            "coverage.cell.figures",
            located=tr.number(cell.located_residents),
            name=view.name(place[0]),
        ),
        columns=[tr(f"coverage.column.{name}") for name in ("time", "people", "share")],
        rows=[
            (tr("coverage.row.within", limit=int(limit)), count(people), share(part))
            for limit, people, part in zip(
                view.cube.definition.thresholds, cell.people_within, cell.share_within, strict=True
            )
        ],
    )


def known_table(view: CoverageView, place: CellPlace) -> FigureTable:
    """Return what is known to be offered, with its source."""
    tr, physical = view.tr, view.choice.is_physical
    rows: list[list[Cell]] = []
    for item in evidence(view, place):
        if item.answer is not Answer.YES:
            continue
        actor = view.world.register.by_id[item.actor_id]
        is_office = item.mode is Delivery.OFFICE
        where: list[Cell] = [
            item.town or "–",
            minutes(item.minutes_from_seat) if is_office else "–",
        ]
        url = _source(actor, item.mode)
        row: list[Cell] = [view.label(item.mode), _actor_link(view, actor)]
        row += where if physical else []
        rows.append(
            [*row, _trust(view, item, actor), Link(url.split("/")[2].removeprefix("www."), url)]
        )
    names = [
        "mode",
        "actor",
        *(["town", "minutes-from-seat"] if physical else []),
        "evidence",
        "source",
    ]
    return FigureTable(
        id="rutans-underlag",
        title=tr("coverage.cell.known"),
        columns=[tr(f"coverage.column.{name}") for name in names],
        rows=rows,
    )


def _cell(view: CoverageView, place: CellPlace) -> CoverageCell:
    code, phase, kind = place
    return view.cube.cell(code, phase=phase, service_type=kind)


def _sentences(view: CoverageView, cell: CoverageCell, found: Iterable[Evidence]) -> Iterator[str]:
    tr, name = view.tr, view.name(cell.municipality_code)
    if not view.choice.is_physical:
        answers = {
            Delivery.VISIT: cell.visit,
            Delivery.DIGITAL: cell.digital,
            Delivery.PHONE: cell.phone,
        }
        yield tr(
            f"coverage.cell.remote.{answers[view.choice.delivery]}", mode=view.mode(), name=name
        )
        return
    nearest = next((e for e in found if e.office_id == cell.nearest_office_id), None)
    if cell.nearest_office_id is None or nearest is None:
        yield tr("coverage.cell.no-office", name=name)
    else:
        yield tr(
            "coverage.cell.nearest",
            actor=view.world.register.by_id[nearest.actor_id].name,
            town=cell.nearest_town,
            minutes=view.about_minutes(cell.nearest_minutes_from_seat),
            name=name,
        )
    if math.isfinite(cell.median_minutes):
        yield tr(
            "coverage.cell.median",
            median=view.about_minutes(cell.median_minutes),
            p90=view.about_minutes(cell.p90_minutes),
        )
    yield tr(
        "coverage.cell.remote",
        visit=view.answer(cell.visit),
        digital=view.answer(cell.digital),
        phone=view.answer(cell.phone),
    )
    if cell.is_maybe_physical:
        best = cell.median_minutes_at_best
        # a longer time means that the doubt is about an actor without a recorded office
        key = "maybe" if best <= view.choice.threshold else "maybe-placeless"
        yield tr(f"coverage.cell.{key}", minutes=view.about_minutes(best))
    if near_limit(cell.median_minutes, float(view.choice.threshold)):
        yield tr("coverage.cell.borderline", limit=view.choice.threshold)
    if cell.doubtful_share > 0:
        yield tr("coverage.cell.doubtful", share=view.percent(cell.doubtful_share))


def _unknown(view: CoverageView, found: Iterable[Evidence]) -> list[tuple[str, list[Link]]]:
    by_mode: dict[Delivery, dict[str, Link]] = {}
    for item in found:
        if item.answer is Answer.UNKNOWN:
            actor = view.world.register.by_id[item.actor_id]
            by_mode.setdefault(item.mode, {})[item.actor_id] = _actor_link(view, actor)
    return [(view.label(mode), list(links.values())) for mode, links in by_mode.items()]


def _actor_link(view: CoverageView, actor: Actor) -> Link:
    return Link(actor.name, detail_url(actor.id, words=view.words))


def _trust(view: CoverageView, item: Evidence, actor: Actor) -> str:
    parts = [view.tr(f"confidence.{actor.confidence}"), actor.last_evidence or view.tr("unknown")]
    parts += [view.tr("status.unknown")] if item.is_doubtful else []
    parts += [view.tr("coverage.cell.outside")] if item.is_outside else []
    return ", ".join(parts)


def _source(actor: Actor, mode: Delivery) -> str:
    """Return the page that supports this way of help, else the record's first page."""
    claim = next((c for c in actor.delivery_claims if c.mode is mode), None)
    return claim.url if claim else actor.sources[0].url
