"""Gaps, what would break without one actor, and how sure the list is."""

from __future__ import annotations

from functools import lru_cache

from ris_map.coverage.cube import CoverageCell
from ris_map.coverage.fragility import ActorLoss, CellLoss, fragility
from ris_map.coverage.gaps import Gap, GapList, GapOrder, find_gaps
from ris_map.coverage.page.choices import CellKey, CoverageChoice
from ris_map.coverage.page.view import CoverageView
from ris_map.coverage.sensitivity import Sensitivity, sensitivity
from ris_map.coverage.support import PHASES, SERVICE_TYPES, Known
from ris_map.coverage.together import remote_position
from ris_map.register.in_words import detail_url
from ris_map.travel.matrix import SPEED_MODELS
from ris_map.travel.world import CubeChoice, World
from ris_map.words.table import Cell, FigureTable, Link, count, minutes

OTHER_THRESHOLD = {30: 60, 60: 90, 90: 120, 120: 90}
"""The second threshold of the sensitivity table, beside the chosen one."""
FRAGILE_SHOWN = 12
CACHED = 16


def gap_list(view: CoverageView) -> GapList:
    """Return the gaps in the order that the reader chose."""
    choice = view.choice
    return find_gaps(
        view.cube,
        order=choice.gap_order,
        divisions=view.geography.divisions,
        inland_first=view.division if choice.inland_first else None,
    )


def gap_table(view: CoverageView, found: GapList) -> FigureTable:
    """Return the known gaps of the chosen kinds."""
    tr = view.tr
    gaps = [gap for gap in found.gaps if _is_chosen(view.choice, gap.cell)]
    names = (
        "municipality",
        "phase",
        "type",
        "gap",
        "affected",
        "at-best",
        "visit",
        "digital",
        "phone",
    )
    sentence = tr.plural(
        "coverage.gaps.sentence",
        len(gaps),
        municipalities=tr.number(len({gap.cell.municipality_code for gap in gaps})),
        limit=view.choice.threshold,
    )
    return FigureTable(
        id="luckor",
        title=tr(
            "coverage.table.gaps", limit=view.choice.threshold, date=view.world.on.isoformat()
        ),
        columns=(
            *(tr(f"coverage.column.{name}") for name in names),
            tr("coverage.column.inland-in"),
        ),
        rows=[_gap_row(view, gap) for gap in gaps],
        sentence=sentence if gaps else tr("coverage.gaps.none", limit=view.choice.threshold),
    )


def unknown_table(view: CoverageView, found: GapList) -> FigureTable:
    """Return the cells that may or may not be gaps."""
    tr = view.tr
    cells = [cell for cell in found.unknown if _is_chosen(view.choice, cell)]
    names = ("municipality", "phase", "type", "median", "at-best")
    return FigureTable(
        id="oklart",
        title=tr("coverage.table.unknown", date=view.world.on.isoformat()),
        columns=[tr(f"coverage.column.{name}") for name in names],
        rows=[
            (*_cell_words(view, cell), minutes(cell.median_minutes), _at_best(view, cell))
            for cell in cells
        ],
        sentence=tr.plural("coverage.unknown.sentence", len(cells)),
    )


def remote_gap_tables(view: CoverageView) -> tuple[FigureTable, FigureTable]:
    """Return where the chosen way of help is known not to be offered, and where nobody knows."""
    tr, at = view.tr, remote_position(view.choice.delivery)
    lists: dict[Known, list[tuple[Cell, ...]]] = {Known.NO: [], Known.UNKNOWN: []}
    for code in view.order:
        for phase, kind in view.columns:
            answer = Known(
                int(
                    view.cube.remote[
                        view.at(code), PHASES.index(phase), SERVICE_TYPES.index(kind), at
                    ]
                )
            )
            if answer in lists:
                key = CellKey(code=code, phase=phase, service_type=kind)
                name = Link(view.name(code), cell=str(key))
                lists[answer].append((name, view.label(phase), view.label(kind)))
    columns = [tr(f"coverage.column.{name}") for name in ("municipality", "phase", "type")]
    date = view.world.on.isoformat()
    return tuple(  # type: ignore[return-value]
        FigureTable(
            id=name,
            title=tr(f"coverage.table.{key}.remote", mode=view.mode(), date=date),
            columns=columns,
            rows=lists[known],
            sentence=tr.plural(
                f"coverage.{key}.sentence.remote", len(lists[known]), mode=view.mode()
            )
            if lists[known]
            else tr("coverage.gaps.none.remote", mode=view.mode()),
        )
        for name, key, known in (
            ("luckor", "gaps", Known.NO),
            ("oklart", "unknown", Known.UNKNOWN),
        )
    )


def _is_chosen(choice: CoverageChoice, cell: CoverageCell | CellLoss) -> bool:
    return cell.phase in choice.shown_phases and cell.service_type in choice.shown_types


def _cell_words(view: CoverageView, cell: CoverageCell) -> tuple[Link, str, str]:
    key = CellKey(code=cell.municipality_code, phase=cell.phase, service_type=cell.service_type)
    return (
        Link(view.name(cell.municipality_code), cell=str(key)),
        view.label(cell.phase),
        view.label(cell.service_type),
    )


def _gap_row(view: CoverageView, gap: Gap) -> tuple[Cell, ...]:
    cell = gap.cell
    divisions = len(view.geography.divisions)
    return (
        *_cell_words(view, cell),
        view.tr(f"coverage.gap.{gap.kind}"),
        count(gap.people_affected),
        minutes(cell.median_minutes_at_best),
        *(view.answer(answer) for answer in (cell.visit, cell.digital, cell.phone)),
        view.tr("coverage.of", n=len(gap.inland_in), of=divisions),
    )


def _at_best(view: CoverageView, cell: CoverageCell) -> Cell:
    # an actor without a recorded office may be anywhere: no minutes can be given for it
    if cell.median_minutes_at_best > view.choice.threshold:
        return view.tr("unknown")
    return minutes(cell.median_minutes_at_best)


# -------------------------------------------------------------------- fragility


@lru_cache(maxsize=CACHED)
def losses(world: World, choice: CubeChoice) -> tuple[ActorLoss, ...]:
    """Return what is lost without each actor; the whole cube is computed anew for each."""
    return fragility(world.cube(choice), world.matrix)


def fragility_table(view: CoverageView) -> FigureTable:
    """Return the actors without whom most of the chosen cells would be empty."""
    tr = view.tr
    rows: list[tuple[int, tuple[Cell, ...]]] = []
    for loss in losses(view.world, view.choice.cube_choice):
        mine = [one for one in loss.losses if _is_chosen(view.choice, one)]
        row = _physical_loss(view, mine) if view.choice.is_physical else _remote_loss(view, mine)
        if row is not None:
            actor = view.world.register.by_id[loss.actor_id]
            link = Link(actor.name, detail_url(actor.id, words=view.words))
            rows.append((row[0], (link, *row[1])))
    rows.sort(key=lambda row: -row[0])
    kind = "office" if view.choice.is_physical else "remote"
    names = {
        "office": ("actor", "emptied", "emptied-where", "most-lost"),
        "remote": ("actor", "mode-lost", "emptied-where"),
    }
    return FigureTable(
        id="sarbarhet",
        title=tr(
            f"coverage.table.fragility.{kind}", mode=view.mode(), date=view.world.on.isoformat()
        ),
        columns=[tr(f"coverage.column.{name}") for name in names[kind]],
        rows=[row for _, row in rows[:FRAGILE_SHOWN]],
        sentence=tr.plural(f"coverage.fragility.sentence.{kind}", len(rows), mode=view.mode()),
    )


def _physical_loss(view: CoverageView, mine: list[CellLoss]) -> tuple[int, tuple[Cell, ...]] | None:
    emptied = [loss for loss in mine if loss.is_emptied]
    most = max((loss.people_lost for loss in mine), default=0)
    if not emptied and not most:
        return None
    where = view.names(loss.municipality_code for loss in emptied)
    return len(emptied), (count(len(emptied)), where or "–", count(most))


def _remote_loss(view: CoverageView, mine: list[CellLoss]) -> tuple[int, tuple[Cell, ...]] | None:
    lost = [loss for loss in mine if view.choice.delivery in loss.modes_lost]
    if not lost:
        return None
    return len(lost), (count(len(lost)), view.names(loss.municipality_code for loss in lost))


# -------------------------------------------------------------------- sensitivity


@lru_cache(maxsize=CACHED)
def sensitivity_of(
    world: World, choice: CubeChoice, thresholds: tuple[float, float], order: GapOrder
) -> Sensitivity:
    """Return the ranks of the ten largest gaps under four speed models and two thresholds."""
    return sensitivity(
        world.table,
        [world.matrix_for(model) for model in SPEED_MODELS],
        population=world.foundations.population,
        thresholds=thresholds,
        order=order,
        scope=choice.scope,
        strength_area=choice.strength_area,
        include_outside=choice.include_outside,
    )


def sensitivity_table(view: CoverageView) -> FigureTable:
    """Return the ten largest gaps with their rank under every setting."""
    tr, limit = view.tr, view.choice.threshold
    found = sensitivity_of(
        view.world,
        view.choice.cube_choice,
        (float(limit), float(OTHER_THRESHOLD[limit])),
        view.choice.gap_order,
    )
    columns = [
        tr("coverage.column.cell"),
        tr("coverage.column.stable"),
        *(
            tr(
                "coverage.column.setting",
                speed=tr(f"coverage.speed.{setting.speed_model_id}"),
                limit=int(setting.threshold),
            )
            for setting in found.settings
        ),
    ]
    rows = []
    for gap in found.gaps:
        code, phase, kind = gap.key
        key = CellKey(code=code, phase=phase, service_type=kind)
        ranks = [tr("coverage.no-gap") if rank is None else count(rank) for rank in gap.ranks]
        rows.append(
            (
                Link(
                    f"{view.name(key.code)}: {view.label(phase).lower()}, "
                    f"{view.label(kind).lower()}",
                    cell=str(key),
                ),
                tr("coverage.stable" if gap.is_stable else "coverage.unstable"),
                *ranks,
            )
        )
    stable = sum(gap.is_stable for gap in found.gaps)
    return FigureTable(
        id="kanslighet",
        title=tr("coverage.table.sensitivity", date=view.world.on.isoformat()),
        columns=columns,
        rows=rows,
        sentence=tr.plural(
            "coverage.sensitivity.sentence",
            stable,
            of=len(found.gaps),
            settings=len(found.settings),
        ),
    )
