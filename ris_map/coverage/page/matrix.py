"""The matrix, municipalities x kinds of help, and what one cell rests on."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from ris_map.coverage.cube import (
    REMOTE,
    THRESHOLDS,
    CellKey,
    CoverageCell,
    time_class,
)
from ris_map.coverage.findings import Way, cell_evidence
from ris_map.coverage.page.view import CoverageView, cell_id
from ris_map.coverage.support import ANSWERS, PHASES, SERVICE_TYPES
from ris_map.register.model import Actor
from ris_map.register.vocabulary import Answer, Delivery, ServiceType
from ris_map.words.figures import (
    ROUND_MINUTES,
    Cell,
    FigureTable,
    Link,
    count,
    minutes,
    near_limit,
    percent,
    rounded,
    share,
    table_html,
)
from ris_map.words.markup import render

REMOTE_STATES = {Answer.YES: "offered", Answer.UNKNOWN: "unknown", Answer.NO: "not-offered"}


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


def matrix_rows(view: CoverageView) -> dict[str, list[MatrixCell]]:
    """Return the cells of each municipality, coast first."""
    return {code: [_matrix_cell(view, code, kind) for kind in SERVICE_TYPES] for code in view.order}


def _matrix_cell(view: CoverageView, code: str, kind: ServiceType) -> MatrixCell:
    """Return one cell: median minutes to an office, or the answer about the chosen way of help."""
    phases, k = view.choice.shown_phases, SERVICE_TYPES.index(kind)
    at = view.at(code), [PHASES.index(phase) for phase in phases], k
    place = cell_id(code, phases[0], kind)
    head = f"{view.names[code]}, {view.tr.label(kind).lower()}"
    if not view.is_physical:
        answers = view.cube.remote[at][:, REMOTE.index(view.choice.delivery)]
        state = REMOTE_STATES[ANSWERS[int(answers.max())]]
        word = view.tr(f"coverage.remote.{state}")
        return MatrixCell(id=place, state=state, text=word, label=f"{head}: {word}")
    value, limit = float(view.medians[view.at(code), k]), float(view.choice.limit)
    is_open = bool(view.cube.is_maybe_physical[at].any()) and value > limit
    label = f"{head}: {view.about_minutes(value)}"
    label += f", {view.tr('coverage.mark.maybe')}" if is_open else ""
    inner, sides = time_class(limit), (0, 0)
    if not math.isfinite(value):
        state, text = "unknown" if is_open or math.isnan(value) else "none", "–"
    elif near_limit(value, limit):
        state, text, sides = "near", f"≈ {limit:.0f}", (inner, inner + 1)
    else:
        state, text = str(time_class(value)), view.tr.number(rounded(value))
        text = view.tr("figures.minutes.here") if value < ROUND_MINUTES else text
    return MatrixCell(id=place, state=state, text=text, label=label, is_open=is_open, sides=sides)


def matrix_title(view: CoverageView) -> str:
    """Return the matrix's caption: what, of whom."""
    key = "office" if view.is_physical else "remote"
    phase = view.tr(f"karta.phase.{view.choice.phase or 'all'}")
    return view.tr(f"coverage.matrix.caption.{key}", mode=view.mode(), phase=phase)


def matrix_html(view: CoverageView, *, full: str = "") -> str:
    """Return the matrix as HTML; every cell leads to what it rests on, on the page ``full``."""
    rows = matrix_rows(view)
    shown = [cell.id for cells in rows.values() for cell in cells]
    return render(
        "coverage_matrix.html",
        view=view,
        t=view.tr,
        full=full,
        title=matrix_title(view),
        types=SERVICE_TYPES,
        rows=rows,
        first_inland=next((code for code in rows if code in view.inland), ""),
        entry=view.choice.cell if view.choice.cell in shown else shown[0],
        has_open=any(cell.is_open for cells in rows.values() for cell in cells),
    )


# -------------------------------------------------------------------- one cell


def cell_html(view: CoverageView, place: CellKey) -> str:
    """Return what stands behind a cell: who, where, how far, which source, what is not known."""
    code, phase, kind = place
    cell = view.cube.cell(code, phase=phase, service_type=kind)
    found = evidence(view, place)
    known = known_table(view, found)
    unknown: dict[Delivery, dict[str, Actor]] = {}
    for item in found:
        if item.answer is Answer.UNKNOWN:
            unknown.setdefault(item.mode, {})[item.actor.id] = item.actor
    return render(
        "coverage_cell.html",
        t=view.tr,
        id=cell_id(*place),
        title=f"{view.names[code]}: {view.tr.kind(phase, kind)}",
        sentences=list(_sentences(view, cell, found)),
        figures=table_html(figures_table(view, cell), tr=view.tr) if view.is_physical else "",
        known=table_html(known, tr=view.tr) if known.rows else "",
        unknown=unknown,
    )


def evidence(view: CoverageView, place: CellKey) -> tuple[Way, ...]:
    """Return what counts or may count in a cell; only the chosen way, if it is not the office."""
    code, phase, kind = place
    found = cell_evidence(view.cube, code=code, phase=phase, service_type=kind)
    if view.is_physical:
        return found
    return tuple(item for item in found if item.mode is view.choice.delivery)


def figures_table(view: CoverageView, cell: CoverageCell) -> FigureTable:
    """Return the residents within each threshold."""
    tr = view.tr
    residents, name = tr.number(cell.located_residents), view.names[cell.municipality_code]
    return FigureTable(
        id="rutans-siffror",
        title=tr("coverage.cell.figures", located=residents, name=name),
        columns=[tr(f"coverage.column.{name}") for name in ("time", "people", "share")],
        rows=[
            (tr("coverage.within", limit=int(limit)), count(people), share(part))
            for limit, people, part in zip(
                THRESHOLDS, cell.people_within, cell.share_within, strict=True
            )
        ],
    )


def known_table(view: CoverageView, found: Iterable[Way]) -> FigureTable:
    """Return what is known to be offered, with its source."""
    tr, physical = view.tr, view.is_physical
    rows: list[list[Cell]] = []
    for item in found:
        if item.answer is not Answer.YES:
            continue
        actor = item.actor
        row: list[Cell] = [view.tr.label(item.mode), Link(actor.name, tr.detail_url(actor.id))]
        if physical:
            is_office = item.mode is Delivery.OFFICE
            row += [item.town or "–", minutes(item.minutes_from_seat) if is_office else "–"]
        # the page that supports this way of help, else the record's first page
        claim = next((c for c in actor.delivery_claims if c.mode is item.mode), None)
        url = claim.url if claim else actor.sources[0].url
        host = urlsplit(url).netloc.removeprefix("www.")
        rows.append([*row, _trust(view, actor), Link(host, url)])
    where = ["town", "minutes-from-seat"] if physical else []
    names = ["mode", "actor", *where, "evidence", "source"]
    return FigureTable(
        id="rutans-underlag",
        title=tr("coverage.cell.known"),
        columns=[tr(f"coverage.column.{name}") for name in names],
        rows=rows,
    )


def _sentences(view: CoverageView, cell: CoverageCell, found: Iterable[Way]) -> Iterator[str]:
    tr, name, limit = view.tr, view.names[cell.municipality_code], view.choice.limit
    if not view.is_physical:
        answer = getattr(cell, view.choice.delivery)
        yield tr(f"coverage.cell.remote.{answer}", mode=view.mode(), name=name)
        return
    nearest = next((e for e in found if e.office_id == cell.nearest_office_id), None)
    if cell.nearest_office_id is None or nearest is None:
        yield tr("coverage.cell.no-office", name=name)
    else:
        is_here = cell.nearest_minutes_from_seat < ROUND_MINUTES
        yield tr(
            "coverage.cell.here" if is_here else "coverage.cell.nearest",
            actor=nearest.actor.name,
            town=cell.nearest_town,
            minutes=view.about_minutes(cell.nearest_minutes_from_seat),
            name=name,
        )
    if math.isfinite(cell.median_minutes):
        # "at most" of what is in town is five minutes
        times = (max(one, ROUND_MINUTES) for one in (cell.median_minutes, cell.p90_minutes))
        half, most = map(view.about_minutes, times)
        yield tr("coverage.cell.median", median=half, p90=most)
    answers = {mode: tr(f"answer.{getattr(cell, mode)}") for mode in ("visit", "digital", "phone")}
    yield tr("coverage.cell.remote", **answers)
    if cell.is_maybe_physical:
        best = cell.median_minutes_at_best
        # a longer time means that the doubt is about an office in the municipality
        key = "maybe" if best <= limit else "maybe-on-site"
        yield tr(f"coverage.cell.{key}", minutes=view.about_minutes(max(best, ROUND_MINUTES)))
    if near_limit(cell.median_minutes, float(limit)):
        yield tr("coverage.cell.borderline", limit=limit)
    if cell.doubtful_share > 0:
        yield tr("coverage.cell.doubtful", share=percent(cell.doubtful_share, tr=tr))


def _trust(view: CoverageView, actor: Actor) -> str:
    parts = [view.tr(f"confidence.{actor.confidence}"), actor.last_evidence or view.tr("unknown")]
    parts += [view.tr("status.unknown")] if actor.is_doubtful else []
    parts += [view.tr("coverage.cell.outside")] if actor.outside_county else []
    return ", ".join(parts)
