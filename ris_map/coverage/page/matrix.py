"""The picture that tells it at a glance: municipalities from coast to mountains x kinds of help."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ris_map.coverage.cube import CELL_STATES, CellState
from ris_map.coverage.page.choices import CellKey
from ris_map.coverage.page.view import CoverageView
from ris_map.coverage.support import PHASES, SERVICE_TYPES, Known
from ris_map.coverage.together import remote_position
from ris_map.register.vocabulary import Phase, ServiceType
from ris_map.words.markup import render

SYMBOLS = {
    CellState.ON_SITE: "●",
    CellState.WITHIN_REACH: "◐",
    CellState.REMOTE_ONLY: "◇",
    CellState.OUT_OF_REACH: "○",
    CellState.NO_INFORMATION: "?",
}
REMOTE_SYMBOLS = {Known.YES: "◆", Known.UNKNOWN: "?", Known.NO: "○"}
REMOTE_STATES = {Known.YES: "offered", Known.UNKNOWN: "no_information", Known.NO: "not_offered"}
LEGEND_ORDER = (
    CellState.ON_SITE,
    CellState.WITHIN_REACH,
    CellState.REMOTE_ONLY,
    CellState.OUT_OF_REACH,
    CellState.NO_INFORMATION,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixCell:
    """One cell: its state as id, symbol and word, and the marks that qualify it.

    ``label`` and ``signs`` are word and marks for the reader who hears and the one who sees.
    """

    key: CellKey
    state: str
    symbol: str
    word: str
    marks: tuple[str, ...]
    label: str
    signs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRow:
    """One municipality."""

    code: str
    name: str
    is_inland: bool
    starts_inland: bool
    residents: str
    unlocated: str
    cells: tuple[MatrixCell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LegendEntry:
    """One state or mark in the legend."""

    state: str
    symbol: str
    word: str
    meaning: str


def matrix_rows(view: CoverageView) -> tuple[MatrixRow, ...]:
    """Return the rows of the matrix, from the coast to the mountains."""
    tr, inland = view.tr, view.division.inland
    population = view.cube.population
    rows, before = [], False
    for code in view.order:
        m = view.at(code)
        is_inland = code in inland
        rows.append(
            MatrixRow(
                code=code,
                name=view.name(code),
                is_inland=is_inland,
                starts_inland=is_inland and not before,
                residents=tr.number(int(population.located[m])),
                unlocated=view.percent(float(population.unlocated_share[m])),
                cells=tuple(matrix_cell(view, code, p, s) for p, s in view.columns),
            )
        )
        before = is_inland
    return tuple(rows)


def matrix_cell(view: CoverageView, code: str, phase: Phase, kind: ServiceType) -> MatrixCell:
    """Return one cell: the state of offices, or the answer about the chosen way of help."""
    key = CellKey(code=code, phase=phase, service_type=kind)
    at = (view.at(code), PHASES.index(phase), SERVICE_TYPES.index(kind))
    if not view.choice.is_physical:
        answer = Known(int(view.cube.remote[at][remote_position(view.choice.delivery)]))
        state = REMOTE_STATES[answer]
        word = view.tr(f"coverage.remote.{state}")
        return MatrixCell(
            key=key,
            state=state,
            symbol=REMOTE_SYMBOLS[answer],
            word=word,
            marks=(),
            label=word,
            signs="",
        )
    state = CELL_STATES[int(view.cube.state[at])]
    maybe = bool(view.cube.is_maybe_physical[at]) and state is not CellState.NO_INFORMATION
    borderline = bool(view.cube.is_borderline[at])
    marks = [name for name, holds in (("maybe", maybe), ("borderline", borderline)) if holds]
    word = view.tr(f"coverage.state.{state}")
    return MatrixCell(
        key=key,
        state=state.value,
        symbol=SYMBOLS[state],
        word=word,
        marks=tuple(marks),
        label=", ".join((word, *(view.tr(f"coverage.mark.{mark}") for mark in marks))),
        signs="".join(view.tr(f"coverage.mark.{mark}.sign") for mark in marks),
    )


def legend(view: CoverageView) -> tuple[LegendEntry, ...]:
    """Return what the symbols mean."""
    return tuple(_states(view)) + (tuple(_marks(view)) if view.choice.is_physical else ())


def _states(view: CoverageView) -> Iterator[LegendEntry]:
    tr, limit = view.tr, view.choice.threshold
    if view.choice.is_physical:
        for state in LEGEND_ORDER:
            yield LegendEntry(
                state=state.value,
                symbol=SYMBOLS[state],
                word=tr(f"coverage.state.{state}"),
                meaning=tr(f"coverage.state.{state}.meaning", limit=limit),
            )
        return
    for known in (Known.YES, Known.NO, Known.UNKNOWN):
        name = REMOTE_STATES[known]
        yield LegendEntry(
            state=name,
            symbol=REMOTE_SYMBOLS[known],
            word=tr(f"coverage.remote.{name}"),
            meaning=tr(f"coverage.remote.{name}.meaning", mode=view.mode()),
        )


def _marks(view: CoverageView) -> Iterator[LegendEntry]:
    for mark in ("maybe", "borderline"):
        yield LegendEntry(
            state=f"mark-{mark}",
            symbol=view.tr(f"coverage.mark.{mark}.sign"),
            word=view.tr(f"coverage.mark.{mark}"),
            meaning=view.tr(f"coverage.mark.{mark}.meaning"),
        )


def matrix_title(view: CoverageView) -> str:
    """Return the matrix's caption: what, how far, of when."""
    key = "office" if view.choice.is_physical else "remote"
    return view.tr(
        f"coverage.matrix.caption.{key}",
        mode=view.mode(),
        limit=view.choice.threshold,
        date=view.world.on.isoformat(),
    )


def matrix_sentence(view: CoverageView, rows: Sequence[MatrixRow]) -> str:
    """Return what the matrix says: in how many cells which state holds."""
    cells = [cell for row in rows for cell in row.cells]
    states = [entry for entry in legend(view) if not entry.state.startswith("mark-")]
    parts = [
        view.tr(
            "coverage.matrix.count",
            n=view.tr.number(sum(cell.state == entry.state for cell in cells)),
            word=entry.word,
        )
        for entry in states
    ]
    return view.tr(
        "coverage.matrix.sentence",
        total=view.tr.number(len(cells)),
        counts=view.tr.listing(parts),
        inland=view.division.label.in_(view.tr.language).lower(),
    )


def matrix_html(view: CoverageView) -> str:
    """Return the matrix with its legend as HTML."""
    rows = matrix_rows(view)
    types = view.choice.shown_types
    chosen = view.choice.cell
    # one cell is reached with the Tab key, the others with the arrow keys
    shown = {cell.key for row in rows for cell in row.cells}
    entry = chosen if chosen in shown else rows[0].cells[0].key
    return render(
        "coverage_matrix.html",
        t=view.tr,
        title=matrix_title(view),
        phases=[
            {
                "id": phase.value,
                "letter": view.words.strategy.phase(phase).letter,
                "label": view.label(phase),
            }
            for phase in view.choice.shown_phases
        ],
        types=[view.label(kind) for kind in types],
        rows=rows,
        entry=entry,
        chosen=chosen,
        inland_label=view.division.label.in_(view.tr.language),
        legend=legend(view),
        sentence=matrix_sentence(view, rows),
        population_year=view.cube.definition.population_year,
    )
