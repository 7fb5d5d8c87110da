"""The tables of the coverage page; each is shown and exported as the same value."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import lru_cache

from ris_map.coverage.cubes import CubeChoice, cube_of
from ris_map.coverage.fragility import ActorLoss, CellLoss, fragility
from ris_map.coverage.gaps import (
    Chain,
    RankedGap,
    find_gaps,
    remote_facts,
    sensitivity,
    support_chains,
)
from ris_map.coverage.groups import GroupFigures, median_actors, pooled, remote_position
from ris_map.coverage.page.choices import cell_id
from ris_map.coverage.page.pictures import curve_table
from ris_map.coverage.page.view import CoverageView
from ris_map.coverage.support import ANSWERS, NO, PHASES, SERVICE_TYPES, UNKNOWN, YES
from ris_map.geography.county import Division
from ris_map.register.in_words import detail_url
from ris_map.register.vocabulary import Answer, Delivery, Phase, ServiceType
from ris_map.travel.network import SPEED_MODELS
from ris_map.travel.world import World
from ris_map.words.figures import ROUND_MINUTES, percent_range
from ris_map.words.table import Cell, FigureTable, Link, count, minutes, share

OTHER_THRESHOLD = {30: 60, 60: 90, 90: 120, 120: 90}
"""The second threshold of the sensitivity table, beside the chosen one."""
FRAGILE_SHOWN = 12
CACHED = 16


def _table(
    view: CoverageView,
    table_id: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    sentence: str = "",
    **words: object,
) -> FigureTable:
    """Return a table whose title and columns are texts of the catalogue."""
    tr, limit = view.tr, view.choice.threshold
    values = {"kind": view.kind, "mode": view.mode(), "date": view.date, "limit": limit, **words}
    return FigureTable(
        id=table_id,
        title=tr(f"coverage.table.{table_id}", **values),
        columns=[tr(f"coverage.column.{name}", **values) for name in columns],
        rows=rows,
        sentence=sentence,
    )


def municipality_table(view: CoverageView) -> FigureTable:
    """Return the gaps by municipality, and coast and inland with their own figures."""
    names = ("municipality", "residents", "share-in", "beyond", "median", "shortfall")
    if not view.choice.is_physical:
        return _remote_table(view)
    rows: list[list[Cell]] = []
    for side, codes, group in (
        ("inland", view.inland, view.inland_group),
        ("coast", view.coast, view.coast_group),
    ):
        for code in view.order:
            if code in codes:
                link = Link(view.name(code), cell=_cell_of(view, code))
                rows.append([link, *_municipality_cells(view, code)])
        rows.append([view.tr(f"coverage.whole.{side}"), *_group_cells(view, group)])
    return _table(view, "kommuner", names, rows, gap_sentence(view))


def _municipality_cells(view: CoverageView, code: str) -> list[Cell]:
    m = view.at(code)
    figures, at = view.found.figures, view.found.threshold_at
    residents, within = figures.persons[m], figures.people_within[m, 0, 0, at]
    excess = float(figures.excess_minutes[m, 0, 0])
    return [
        count(residents),
        _share(view, float(view.found.share[m]), view.found.share_at_best([code])),
        count(residents - within),
        view.about_minutes(float(view.found.median[m])),
        _excess(view, excess),
    ]


def _share(view: CoverageView, known: float, at_best: float) -> Cell:
    """Return a share; a range where it depends on what the register does not know (W2)."""
    words = percent_range(known, at_best, tr=view.tr)
    return share(known) if words == view.percent(at_best) else words


def _excess(view: CoverageView, minutes_beyond: float) -> Cell:
    """Return mean minutes beyond the limit; none where nobody has farther."""
    if not math.isfinite(minutes_beyond):
        return "–"
    if minutes_beyond < ROUND_MINUTES:
        return view.tr("coverage.under", n=ROUND_MINUTES)
    return minutes(minutes_beyond)


def _group_cells(view: CoverageView, group: GroupFigures) -> list[Cell]:
    excess = group.excess_minutes
    return [
        count(group.residents),
        _share(view, group.share, group.share_at_best),
        count(group.beyond),
        view.about_minutes(group.median_minutes),
        _excess(view, excess),
    ]


def gap_sentence(view: CoverageView) -> str:
    """Return which municipalities have a gap, which lie at the limit, and what to make of it."""
    clear, near, unsure = view.gaps(view.cube.municipality_codes)
    tr, limit = view.tr, view.choice.threshold
    parts = [
        tr.plural(
            "coverage.gaps.clear", len(clear), names=view.names(clear), limit=limit, kind=view.kind
        )
        if clear
        else tr("coverage.gaps.none", limit=limit, kind=view.kind)
    ]
    if near:
        parts.append(tr("coverage.gaps.near", names=view.names(near), limit=limit))
    if unsure:
        parts.append(tr("coverage.gaps.unsure", names=view.names(unsure)))
    return " ".join(parts)


def _cell_of(view: CoverageView, code: str) -> str:
    kind = view.choice.service_type or SERVICE_TYPES[0]
    return cell_id(code, view.choice.shown_phases[0], kind)


def _remote_table(view: CoverageView) -> FigureTable:
    words = {Answer.YES: "offered", Answer.UNKNOWN: "unknown", Answer.NO: "not-offered"}
    rows = [
        (
            Link(view.name(code), cell=_cell_of(view, code)),
            view.tr(f"coverage.remote.{words[view.remote(code)]}"),
        )
        for code in reversed(view.order)
    ]
    return _table(view, "kommuner-remote", ("municipality", "reached"), rows)


def area_table(view: CoverageView, *, name: str, codes: Collection[str]) -> FigureTable:
    """Return phase x service type for an area (R1): residents are pooled, never averaged."""
    cube = view.cube
    if not view.choice.is_physical:
        return _remote_area_table(view, name=name, codes=codes)
    figures = pooled(cube, codes)
    rows: list[list[Cell]] = []
    for p, phase in enumerate(PHASES):
        for s, kind in enumerate(SERVICE_TYPES):
            parts = zip(figures.people_within[0, p, s], figures.share_within[0, p, s], strict=True)
            cells = [cell for people, part in parts for cell in (count(people), share(part))]
            median, p90 = figures.median_minutes[0, p, s], figures.p90_minutes[0, p, s]
            ends = [minutes(value) for value in (median, p90, figures.shortfall_minutes[0, p, s])]
            one = view.choice.model_copy(update={"phase": phase, "service_type": kind})
            actors = count(median_actors(view.found, one, codes))
            rows.append([f"{view.label(phase)}: {view.label(kind)}", *cells, *ends, actors])
    table = _table(
        view,
        "omrade",
        ("kind",),
        rows,
        name=name,
        residents=view.tr.number(int(figures.persons[0])),
    )
    within = [
        view.tr(f"coverage.column.{key}", limit=int(limit))
        for limit in cube.definition.thresholds
        for key in ("people-within", "share-within")
    ]
    last = [
        view.tr(f"coverage.column.{key}", limit=view.choice.threshold)
        for key in ("median-minutes", "p90", "mean-shortfall", "actors")
    ]
    return FigureTable(
        id=table.id, title=table.title, columns=[*table.columns, *within, *last], rows=rows
    )


def _remote_area_table(view: CoverageView, *, name: str, codes: Collection[str]) -> FigureTable:
    inside, at = [view.at(code) for code in codes], remote_position(view.choice.delivery)
    rows: list[list[Cell]] = []
    for p, phase in enumerate(PHASES):
        for s, kind in enumerate(SERVICE_TYPES):
            answers = view.cube.remote[inside, p, s, at]
            counts = [(answers == known).sum() for known in (YES, UNKNOWN, NO)]
            rows.append([f"{view.label(phase)}: {view.label(kind)}", *map(count, counts)])
    names = ("kind", "reached", "unknown", "not-offered")
    return _table(view, "omrade-remote", names, rows, name=name)


def division_table(view: CoverageView) -> FigureTable:
    """Return every group of every division, the chosen one first: sensitivity, not three proofs."""
    divisions = sorted(view.geography.divisions, key=lambda d: d.id != view.division.id)
    rows = [row for division in divisions for row in _division_rows(view, division)]
    if view.choice.is_physical:
        names = ("group", "division", "residents", "share-in", "range", "beyond", "median")
        return _table(view, "indelningar", names, rows, division_sentence(view, divisions))
    return _table(view, "indelningar-remote", ("group", "division", "reached", "of"), rows)


def _division_rows(view: CoverageView, division: Division) -> list[list[Cell]]:
    language, rows = view.tr.language, []
    for part in division.groups:
        name = part.label.in_(language)
        head: list[Cell] = [
            view.tr("coverage.group.is-inland", name=name) if part.is_inland else name,
            division.label.in_(language),
        ]
        if view.choice.is_physical:
            group = view.groups[f"{division.id}-{part.id}"]
            residents, within, beyond, median, _ = _group_cells(view, group)
            rows.append([*head, residents, within, view.range_of(group), beyond, median])
        else:
            yes = sum(view.remote(code) is Answer.YES for code in part.municipalities)
            rows.append([*head, count(yes), count(len(part.municipalities))])
    return rows


def division_sentence(view: CoverageView, divisions: Sequence[Division]) -> str:
    """Return the shares of inland and coast under every division."""
    listed = view.tr.listing(
        view.tr(
            "coverage.divisions.one",
            inland=view.share_words(view.groups[f"{division.id}/inland"]),
            coast=view.share_words(view.groups[f"{division.id}/coast"]),
            division=division.label.in_(view.tr.language).lower(),
        )
        for division in divisions
    )
    return view.tr("coverage.divisions.sentence", list=listed, limit=view.choice.threshold)


def chain_table(view: CoverageView) -> FigureTable:
    """Return the support chain of every municipality; phases inside the error are equally far."""
    types = view.choice.shown_types
    chains = {c.municipality_code: c for c in support_chains(view.cube, service_types=types)}
    rows: list[list[Cell]] = []
    for code in view.order:
        chain = chains[code]
        if view.choice.is_physical:
            times = [view.about_minutes(link.median_minutes) for link in chain.links]
            rows.append(
                [view.name(code), *times, _weakest(view, chain), view.answer(chain.physical)]
            )
        else:
            rows.append([view.name(code), view.answer(_remote_answer(chain, view.choice.delivery))])
    kind = view.choice.service_type
    words = {"types": view.label(kind).lower() if kind else view.tr("coverage.kind.any")}
    if not view.choice.is_physical:
        return _table(view, "kedja-remote", ("municipality", "chain"), rows, **words)
    names = ("municipality", "ide", "utveckling", "vaxa", "weakest", "chain")
    return _table(view, "kedja", names, rows, chain_sentence(view, list(chains.values())), **words)


def _weakest(view: CoverageView, chain: Chain) -> str:
    """Return the phases that are clearly farther than some other one (W3)."""
    if not chain.weakest:
        return view.tr("coverage.chain.equal")
    return view.tr.listing(view.label(phase).lower() for phase in chain.weakest)


def _remote_answer(chain: Chain, delivery: Delivery) -> Answer:
    return {
        Delivery.VISIT: chain.visit,
        Delivery.DIGITAL: chain.digital,
        Delivery.PHONE: chain.phone,
    }[delivery]


def chain_sentence(view: CoverageView, chains: Sequence[Chain]) -> str:
    """Return where all three phases are near, where not, and where it is not known."""
    codes = {a: [c.municipality_code for c in chains if c.physical is a] for a in Answer}
    tr, limit = view.tr, view.choice.threshold
    parts = [tr.plural("coverage.chain.whole", len(codes[Answer.YES]), of=len(chains), limit=limit)]
    if codes[Answer.NO]:
        parts.append(tr("coverage.chain.broken", names=view.names(codes[Answer.NO])))
    if codes[Answer.UNKNOWN]:
        parts.append(tr("coverage.chain.unsure", names=view.names(codes[Answer.UNKNOWN])))
    return " ".join(parts)


def all_gaps_table(view: CoverageView) -> FigureTable:
    """Return the gaps of all kinds; phases with the same figures are one fact and one row (W7)."""
    found = find_gaps(view.cube)
    rows: list[list[Cell]] = []
    for fact in found.facts:
        cell = fact[0].cell
        link = cell_id(cell.municipality_code, cell.phase, cell.service_type)
        rows.append(
            [
                Link(view.name(cell.municipality_code), cell=link),
                _kinds(view, [(gap.cell.phase, gap.cell.service_type) for gap in fact]),
                count(fact[0].people_affected),
                view.about_minutes(cell.median_minutes),
                cell.nearest_town or "–",
            ]
        )
    names = ("municipality", "kind", "beyond", "median", "nearest-town")
    sentence = view.tr(
        "coverage.gaps.all", n=view.tr.number(len(rows)), unknown=view.tr.number(len(found.unknown))
    )
    return _table(view, "luckor", names, rows, sentence)


def remote_facts_table(view: CoverageView) -> FigureTable:
    """Return help at a distance: what is the same in the whole county is one row (W7)."""
    rows: list[list[Cell]] = [
        [
            view.label(fact.mode),
            _kinds(view, fact.kinds),
            view.names(fact.municipalities) if fact.municipalities else view.tr("coverage.county"),
            view.answer(fact.answer),
        ]
        for fact in remote_facts(view.cube)
    ]
    return _table(view, "distans", ("mode", "kind", "where", "offered"), rows)


def _kinds(view: CoverageView, kinds: Sequence[tuple[Phase, ServiceType]]) -> str:
    """Return kinds of help in words: each service type once, with its phases."""
    phases: dict[ServiceType, list[str]] = {}
    for phase, kind in kinds:
        phases.setdefault(kind, []).append(view.label(phase).lower())
    return "; ".join(f"{view.label(k).lower()} ({', '.join(p)})" for k, p in phases.items())


def cells_table(view: CoverageView) -> FigureTable:
    """Return one row per municipality, phase and kind for the files; no minutes for remote help."""
    tr, physical = view.tr, view.choice.is_physical
    limits = view.cube.definition.thresholds
    head = ["municipality", "code", "phase", "type", "state"]
    columns = [tr(f"coverage.column.{name}") for name in head]
    if physical:
        columns += [tr("coverage.column.open"), tr("coverage.column.on-site")]
        for limit in limits:
            columns += [
                tr(f"coverage.column.{k}", limit=int(limit))
                for k in ("people-within", "share-within")
            ]
        names = (
            "median-minutes",
            "p90",
            "nearest-town",
            "minutes-from-seat",
            "visit",
            "digital",
            "phone",
            "residents",
        )
        columns += [tr(f"coverage.column.{name}") for name in names]
    rows = [
        _file_row(view, code, phase, kind)
        for code in view.order
        for phase in PHASES
        for kind in SERVICE_TYPES
    ]
    return FigureTable(
        id="rutor", title=tr("coverage.table.rutor", date=view.date), columns=columns, rows=rows
    )


def _file_row(view: CoverageView, code: str, phase: Phase, kind: ServiceType) -> list[Cell]:
    cell = view.cube.cell(code, phase=phase, service_type=kind)
    row: list[Cell] = [view.name(code), code, view.label(phase), view.label(kind)]
    if not view.choice.is_physical:
        at = (
            view.at(code),
            PHASES.index(phase),
            SERVICE_TYPES.index(kind),
            remote_position(view.choice.delivery),
        )
        words = {Answer.YES: "offered", Answer.UNKNOWN: "unknown", Answer.NO: "not-offered"}
        return [*row, view.tr(f"coverage.remote.{words[ANSWERS[view.cube.remote[at]]]}")]
    row.append(view.tr(f"coverage.state.{cell.state}"))
    row.append(view.tr("coverage.mark.maybe") if cell.is_maybe_physical else "")
    row.append(count(cell.offices_on_site))
    for people, part in zip(cell.people_within, cell.share_within, strict=True):
        row += [count(people), share(part)]
    row += [minutes(cell.median_minutes), minutes(cell.p90_minutes)]
    row += [cell.nearest_town or "–", minutes(cell.nearest_minutes_from_seat)]
    row += [view.answer(answer) for answer in (cell.visit, cell.digital, cell.phone)]
    return [*row, count(cell.located_residents)]


# -------------------------------------------------------------------- what it hangs on


@lru_cache(maxsize=CACHED)
def losses(world: World, choice: CubeChoice) -> tuple[ActorLoss, ...]:
    """Return what is lost without each actor; kept for the choices of late."""
    return fragility(cube_of(world, choice))


def fragility_table(view: CoverageView) -> FigureTable:
    """Return the actors without whom most of the chosen cells would be empty (R6)."""
    rows: list[tuple[int, list[Cell]]] = []
    for loss in losses(view.world, view.choice.cube_choice):
        mine = [one for one in loss.losses if _is_chosen(view, one)]
        emptied = [one for one in mine if one.is_emptied]
        if not view.choice.is_physical:
            emptied = [one for one in mine if view.choice.delivery in one.modes_lost]
        most = max((one.people_lost for one in mine), default=0)
        if not emptied and not (most and view.choice.is_physical):
            continue
        actor = view.world.register.by_id[loss.actor_id]
        where = view.names(one.municipality_code for one in emptied) or "–"
        row: list[Cell] = [
            Link(actor.name, detail_url(actor.id, words=view.words)),
            count(len(emptied)),
            where,
        ]
        rows.append((len(emptied), [*row, count(most)] if view.choice.is_physical else row))
    rows.sort(key=lambda row: -row[0])
    names = ("actor", "emptied", "emptied-where", "most-lost")[
        : 4 if view.choice.is_physical else 3
    ]
    shown = [row for _, row in rows[:FRAGILE_SHOWN]]
    return _table(
        view, "sarbarhet", names, shown, view.tr.plural("coverage.fragility.sentence", len(rows))
    )


def _is_chosen(view: CoverageView, cell: CellLoss) -> bool:
    return cell.phase in view.choice.shown_phases and cell.service_type in view.choice.shown_types


@lru_cache(maxsize=CACHED)
def sensitivity_of(
    world: World, choice: CubeChoice, thresholds: tuple[float, float]
) -> tuple[RankedGap, ...]:
    """Return the ranks of the ten largest gaps under four speed models and two thresholds."""
    return sensitivity(
        [
            cube_of(world, replace(choice, speed=model.id, threshold=threshold))
            for model in SPEED_MODELS
            for threshold in thresholds
        ]
    )


def sensitivity_table(view: CoverageView) -> FigureTable:
    """Return the ten largest gaps with their rank under every setting (R9)."""
    tr, limit = view.tr, view.choice.threshold
    limits = float(limit), float(OTHER_THRESHOLD[limit])
    found = sensitivity_of(view.world, view.choice.cube_choice, limits)
    rows: list[list[Cell]] = []
    for gap in found:
        code, phase, kind = gap.key
        name = f"{view.name(code)}: {view.label(kind).lower()} {tr(f'coverage.in-phase.{phase}')}"
        ranks = [tr("coverage.no-gap") if rank is None else count(rank) for rank in gap.ranks]
        stable = tr("coverage.stable" if gap.is_stable else "coverage.unstable")
        rows.append([Link(name, cell=cell_id(code, phase, kind)), stable, *ranks])
    settings = [
        tr("coverage.column.setting", speed=tr(f"coverage.speed.{model.id}"), limit=int(minutes))
        for model in SPEED_MODELS
        for minutes in limits
    ]
    stable_gaps = sum(gap.is_stable for gap in found)
    sentence = tr.plural(
        "coverage.sensitivity.sentence", stable_gaps, of=len(rows), settings=len(settings)
    )
    table = _table(view, "kanslighet", ("cell", "stable"), rows, sentence)
    return FigureTable(
        id=table.id,
        title=table.title,
        columns=[*table.columns, *settings],
        rows=rows,
        sentence=sentence,
    )


def all_tables(view: CoverageView) -> tuple[FigureTable, ...]:
    """Return every table of the page under the present choice, for the workbook."""
    area = area_table(view, name=view.place_name, codes=view.place_codes)
    tables = [
        cells_table(view),
        municipality_table(view),
        area,
        chain_table(view),
        division_table(view),
    ]
    if view.choice.is_physical:
        tables += [
            curve_table(view),
            all_gaps_table(view),
            fragility_table(view),
            sensitivity_table(view),
        ]
    tables.append(remote_facts_table(view))
    return tuple(tables)
