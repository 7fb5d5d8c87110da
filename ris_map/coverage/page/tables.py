"""The tables of the coverage page; each is shown and exported as the same value."""

import math
from collections.abc import Collection, Iterable, Sequence
from itertools import product

import numpy as np

from ris_map.coverage.cube import REMOTE, SHAPE, THRESHOLDS, cube_of
from ris_map.coverage.findings import (
    Chain,
    Losses,
    distinct,
    find_gaps,
    fragility,
    remote_facts,
    stable_mask,
    support_chains,
)
from ris_map.coverage.page.matrix import REMOTE_STATES
from ris_map.coverage.page.pictures import curve_table
from ris_map.coverage.page.view import CoverageView, cell_id, inland_name
from ris_map.coverage.support import (
    ANSWERS,
    KINDS,
    NO,
    PHASES,
    SERVICE_TYPES,
    UNKNOWN,
    YES,
    CubeChoice,
    Kind,
)
from ris_map.register.vocabulary import Answer, ServiceType
from ris_map.travel.routes import typical_error
from ris_map.travel.world import World, kept
from ris_map.words.figures import (
    Amount,
    Cell,
    FigureTable,
    Link,
    between,
    count,
    minutes,
    share,
    too_far,
)

FRAGILE_SHOWN = 12


def _table(
    view: CoverageView,
    table_id: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    *,
    sentence: str = "",
    more: Sequence[str] = (),
    **words: object,
) -> FigureTable:
    """Return a table whose title and columns are texts of the catalogue; ``more`` come as texts."""
    tr, limit = view.tr, view.choice.limit
    values = {"kind": view.asked, "mode": view.mode(), "date": view.date, "limit": limit, **words}
    return FigureTable(
        id=table_id,
        title=tr(f"coverage.table.{table_id}", **values),
        columns=[*(tr(f"coverage.column.{name}", **values) for name in columns), *more],
        rows=rows,
        sentence=sentence,
    )


def municipality_table(view: CoverageView) -> FigureTable:
    """Return the gaps by municipality, and coast and inland with their own figures."""
    kind = view.choice.service_type or SERVICE_TYPES[0]
    phase = view.choice.shown_phases[0]
    links = {c: Link(view.names[c], cell=cell_id(c, phase, kind)) for c in view.order}
    if not view.is_physical:
        answers = [
            (links[code], view.tr(f"coverage.remote.{REMOTE_STATES[view.remote(code)]}"))
            for code in reversed(view.order)
        ]
        return _table(view, "kommuner-remote", ("municipality", "reached"), answers)
    rows: list[list[Cell]] = []
    for side, codes in (("inland", view.inland), ("coast", view.coast)):
        for code in (code for code in view.order if code in codes):
            rows.append([links[code], *_cells_of(view, [code])])
        rows.append([view.tr(f"coverage.whole.{side}"), *_cells_of(view, codes)])
    names = ("municipality", "residents", "share-in", "beyond", "median", "shortfall")
    return _table(view, "kommuner", names, rows, sentence=gap_sentence(view))


def _cells_of(view: CoverageView, codes: Collection[str]) -> list[Cell]:
    """Return residents, share within, residents beyond, median and mean beyond of some together."""
    found, best = view.found.of(codes)
    at, residents = view.cube.threshold_at, found.persons[0]
    # a range where it depends on what the register does not know (W2)
    known, most = (share(one.share_within[0, at]) for one in (found, best))
    least, beyond = (count(residents - one.people_within[0, at]) for one in (best, found))
    return [
        count(residents),
        between(known, most, tr=view.tr),
        between(least, beyond, tr=view.tr),
        view.about_minutes(float(found.median_minutes[0])),
        too_far(float(found.excess_minutes[0]), tr=view.tr),
    ]


def gap_sentence(view: CoverageView) -> str:
    """Return which municipalities have a gap, which lie at the limit, and what to make of it."""
    clear, near, unsure = view.gaps(view.cube.municipality_codes)
    tr, values = view.tr, {"limit": view.choice.limit, "kind": view.asked}
    said = tr("coverage.gaps.none", **values)
    if clear:
        said = tr.plural("coverage.gaps.clear", len(clear), names=view.listed(clear), **values)
    if near:
        limit = view.choice.limit
        said += " " + tr("coverage.gaps.near", names=view.listed(near), limit=limit)
    if unsure:
        said += " " + tr("coverage.gaps.unsure", names=view.listed(unsure))
    return said


def area_table(view: CoverageView) -> FigureTable:
    """Return phase x service type for the chosen place (R1): pooled, never averaged."""
    name, codes = view.place
    tr, cube, rows = view.tr, view.cube, list[list[Cell]]()
    heads = {
        (p, s): f"{view.tr.label(PHASES[p])}: {view.tr.label(SERVICE_TYPES[s])}"
        for p, s in np.ndindex(*SHAPE)
    }
    if not view.is_physical:
        here = [view.at(code) for code in codes]
        for (p, s), head in heads.items():
            answers = cube.remote[here, p, s, REMOTE.index(view.choice.delivery)]
            rows.append([head, *(count((answers == one).sum()) for one in (YES, UNKNOWN, NO))])
        names = ("kind", "reached", "unknown", "not-offered")
        return _table(view, "omrade-remote", names, rows, name=name)
    (found, best), actors = cube.of(codes), cube.median_actors(codes)
    for (p, s), head in heads.items():
        at = 0, p, s
        ends = (_within(one.people_within[at], one.share_within[at]) for one in (found, best))
        row = [head, *(between(*pair, tr=tr) for pair in zip(*ends, strict=True))]
        row += [minutes(one[at]) for one in (found.median_minutes, found.p90_minutes)]
        row.append(too_far(float(found.shortfall_minutes[at]), tr=tr))
        rows.append([*row, count(float(actors[p, s]))])
    columns = [
        tr(f"coverage.column.{key}", limit=view.choice.limit)
        for key in ("median-minutes", "p90", "mean-shortfall", "actors")
    ]
    residents = tr.number(int(cube.population.among(codes).located[0]))
    more = [*_within_columns(view), *columns]
    return _table(view, "omrade", ("kind",), rows, more=more, name=name, residents=residents)


def _within(people: Iterable[float], shares: Iterable[float]) -> list[Amount]:
    """Return people and share within each limit."""
    pairs = zip(people, shares, strict=True)
    return [cell for number, part in pairs for cell in (count(number), share(part))]


def _within_columns(view: CoverageView) -> list[str]:
    """Return the headings of people and share within each limit."""
    return [
        view.tr(f"coverage.column.{key}", limit=int(limit))
        for limit in THRESHOLDS
        for key in ("people-within", "share-within")
    ]


def division_table(view: CoverageView) -> FigureTable:
    """Return every group of every division, the chosen one first: sensitivity, not three proofs."""
    tr, language, rows = view.tr, view.tr.language, list[list[Cell]]()
    divisions = sorted(view.geography.divisions, key=lambda d: d.id != view.division.id)
    groups = {
        (
            tr("coverage.group.is-inland", name=part.label.in_(language))
            if part.is_inland
            else part.label.in_(language),
            division.label.in_(language),
        ): part.municipalities
        for division in divisions
        for part in division.groups
    }
    if not view.is_physical:
        for head, codes in groups.items():
            answers = [view.remote(code) for code in codes]
            rows.append([*head, *(count(answers.count(one)) for one in reversed(ANSWERS))])
        names: tuple[str, ...] = ("group", "division", "reached", "unknown", "not-offered")
        return _table(view, "indelningar-remote", names, rows)
    for head, codes in groups.items():
        residents, within, *others, _ = _cells_of(view, codes)
        rows.append([*head, residents, within, view.range_of(codes), *others])
    listed = tr.listing(
        tr(
            "coverage.divisions.one",
            inland=view.share_words(division.inland),
            coast=view.share_words([c for c in view.order if c not in division.inland]),
            division=inland_name(division, tr=tr),
        )
        for division in divisions
    )
    sentence = tr("coverage.divisions.sentence", list=listed, limit=view.choice.limit)
    names = ("group", "division", "residents", "share-in", "range", "beyond", "median")
    return _table(view, "indelningar", names, rows, sentence=sentence)


def chain_table(view: CoverageView) -> FigureTable:
    """Return the support chain of every municipality; phases inside the error are equally far."""
    types, kind = view.choice.shown_types, view.choice.service_type
    limit = float(view.choice.limit)
    words = {"types": view.tr(f"karta.kind.{kind or 'all'}")}
    by_code = {c.municipality_code: c for c in support_chains(view.cube, service_types=types)}
    chains = {view.names[code]: by_code[code] for code in view.order}
    if not view.is_physical:
        answers = {name: getattr(chain, view.choice.delivery) for name, chain in chains.items()}
        rows = [[name, view.tr(f"answer.{answer}")] for name, answer in answers.items()]
        return _table(view, "kedja-remote", ("municipality", "chain"), rows, **words)
    rows = [
        [
            name,
            *map(view.about_minutes, chain.medians),
            _weakest(view, chain),
            view.about_minutes(limit) if chain.is_near else view.tr(f"answer.{chain.physical}"),
        ]
        for name, chain in chains.items()
    ]
    names = ("municipality", "ide", "utveckling", "vaxa", "weakest", "chain")
    sentence = chain_sentence(view, [*chains.values()])
    return _table(view, "kedja", names, rows, sentence=sentence, **words)


def _weakest(view: CoverageView, chain: Chain) -> str:
    """Return the phases that are clearly farther than some other one (W3)."""
    far = [view.tr.label(phase).lower() for phase in chain.weakest]
    if not far and math.isinf(chain.medians[0]):
        return "–"
    return view.tr.listing(far) if far else view.tr("coverage.chain.equal")


def chain_sentence(view: CoverageView, chains: Sequence[Chain]) -> str:
    """Return where all three phases are near, where not, and where that cannot be said."""
    codes: dict[Answer | None, list[str]] = {}
    for chain in chains:
        answer = None if chain.is_near else chain.physical
        codes.setdefault(answer, []).append(chain.municipality_code)
    whole, tr, limit = len(codes.get(Answer.YES, ())), view.tr, view.choice.limit
    parts = [tr.plural("coverage.chain.whole", whole, of=len(chains), limit=limit)]
    keys = {Answer.NO: "chain.broken", Answer.UNKNOWN: "chain.unsure", None: "gaps.near"}
    for answer, key in keys.items():
        if answer in codes:
            parts.append(tr(f"coverage.{key}", names=view.listed(codes[answer]), limit=limit))
    return " ".join(parts)


def all_gaps_table(view: CoverageView) -> FigureTable:
    """Return the gaps of all kinds; phases with the same figures are one fact and one row (W7).

    A gap is stable if it is one under every speed model (R9).
    """
    tr, is_stable = view.tr, stable_mask(view.world, view.choice.cube_choice)
    rows: list[list[Cell]] = [
        [
            Link(view.names[gap.municipality_code], cell=cell_id(*gap.key)),
            _kinds(view, [one.key[1:] for one in (gap, *alike)]),
            count(gap.beyond_at_best),
            view.about_minutes(gap.median_minutes),
            gap.nearest_town or "–",
            tr("coverage.stable" if is_stable[view.cube.at(*gap.key)] else "coverage.unstable"),
        ]
        for gap, *alike in distinct(view.cube, find_gaps(view.cube))
    ]
    names = ("municipality", "kind", "beyond", "median", "nearest-town", "stable")
    sentence = tr.plural("coverage.gaps.all", len(rows))
    if unknown := int(view.cube.is_maybe_physical.sum()):
        sentence += " " + tr.plural("coverage.gaps.unknown", unknown)
    return _table(view, "luckor", names, rows, sentence=sentence)


def remote_facts_table(view: CoverageView) -> FigureTable:
    """Return help at a distance: what is the same in the whole county is one row (W7)."""
    rows: list[list[Cell]] = [
        [
            view.tr.label(mode),
            _kinds(view, kinds),
            view.listed(codes) or view.tr("coverage.county"),
            view.tr(f"answer.{answer}"),
        ]
        for (mode, answer, codes), kinds in remote_facts(view.cube).items()
    ]
    return _table(view, "distans", ("mode", "kind", "where", "offered"), rows)


def _kinds(view: CoverageView, kinds: Sequence[Kind]) -> str:
    """Return kinds of help in words: each service type once, with its phases."""
    phases: dict[ServiceType, list[str]] = {}
    for phase, kind in kinds:
        phases.setdefault(kind, []).append(view.tr.label(phase).lower())
    return "; ".join(f"{view.tr.label(k).lower()} ({', '.join(p)})" for k, p in phases.items())


def cells_table(view: CoverageView) -> FigureTable:
    """Return one row per municipality, phase and kind for the files; no minutes for remote help."""
    tr, more = view.tr, list[str]()
    names = ["municipality", "code", "phase", "type", "state"]
    if view.is_physical:
        names += ["open", "on-site"]
        after = ["median-minutes", "p90", "nearest-town", "minutes-from-seat"]
        after += ["visit", "digital", "phone", "residents", "error-median", "error-p90"]
        error = typical_error(view.world.foundations)
        off: list[Cell] = [share(error.median), share(error.p90)] if error else ["–", "–"]
        more = [*_within_columns(view), *(tr(f"coverage.column.{name}") for name in after)]
    rows = list[list[Cell]]()
    for code, (phase, kind) in product(view.order, KINDS):
        cell = view.cube.cell(code, phase=phase, service_type=kind)
        row: list[Cell] = [view.names[code], code, view.tr.label(phase), view.tr.label(kind)]
        if view.is_physical:
            row += [tr(f"coverage.state.{cell.state}")]
            row += [tr("coverage.mark.maybe") if cell.is_maybe_physical else ""]
            row += [count(cell.offices_on_site), *_within(cell.people_within, cell.share_within)]
            row += [minutes(cell.median_minutes), minutes(cell.p90_minutes)]
            row += [cell.nearest_town or "–", minutes(cell.nearest_minutes_from_seat)]
            row += [
                view.tr(f"answer.{answer}") for answer in (cell.visit, cell.digital, cell.phone)
            ]
            row += [count(cell.located_residents), *off]
        else:
            answer = REMOTE_STATES[getattr(cell, view.choice.delivery)]
            row += [tr(f"coverage.remote.{answer}")]
        rows.append(row)
    return _table(view, "rutor", names, rows, more=more)


# -------------------------------------------------------------------- what it hangs on


@kept(16)
def losses(world: World, choice: CubeChoice) -> Losses:
    """Return what is lost without each actor; kept for the choices of late."""
    return fragility(cube_of(world, choice))


def fragility_table(view: CoverageView) -> FigureTable:
    """Return the actors without whom most of the chosen cells would be empty (R6)."""
    choice, cube, lost = view.choice, view.cube, losses(view.world, view.choice.cube_choice)
    phases = [PHASES.index(phase) for phase in choice.shown_phases]
    types = [SERVICE_TYPES.index(kind) for kind in choice.shown_types]
    most = lost.people[:, :, phases][..., types].max(axis=(1, 2, 3)) * view.is_physical
    each = lost.emptied if view.is_physical else lost.modes[..., REMOTE.index(choice.delivery)]
    emptied = each[:, :, phases][..., types]
    number, of_all = emptied.sum(axis=(1, 2, 3)), lost.emptied.sum(axis=(1, 2, 3))
    some = np.flatnonzero((number > 0) | (most > 0))
    rows: list[list[Cell]] = []
    for a in some[np.lexsort((some, -of_all[some], -number[some]))].tolist():
        actor = cube.table.actors[a]
        where = (cube.municipality_codes[m] for m in np.flatnonzero(emptied[a].any(axis=(1, 2))))
        link = Link(actor.name, view.tr.detail_url(actor.id))
        more = [count(most[a])] if view.is_physical else []
        rows.append([link, count(number[a]), view.listed(where) or "–", *more])
    names = ["actor", "emptied", "emptied-where", *(["most-lost"] if view.is_physical else [])]
    sentence = view.tr("coverage.fragility.none")
    if rows:
        sentence = view.tr.plural("coverage.fragility.sentence", len(rows))
    return _table(view, "sarbarhet", names, rows[:FRAGILE_SHOWN], sentence=sentence)


def all_tables(view: CoverageView) -> list[FigureTable]:
    """Return every table of the page under the present choice, for the workbook."""
    makers = [cells_table, municipality_table, area_table, chain_table, division_table]
    if view.is_physical:
        makers += [curve_table, all_gaps_table]
    return [make(view) for make in (*makers, fragility_table, remote_facts_table)]
