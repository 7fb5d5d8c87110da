"""Tables of the coverage page: areas, divisions and support chains."""

from __future__ import annotations

from collections.abc import Sequence

from ris_map.coverage.chain import Chain, support_chains
from ris_map.coverage.page.choices import WHOLE_COUNTY
from ris_map.coverage.page.matrix import SYMBOLS
from ris_map.coverage.page.summary import divisions_sentence
from ris_map.coverage.page.view import CoverageView
from ris_map.coverage.support import PHASES, SERVICE_TYPES, Known
from ris_map.coverage.together import (
    Together,
    pooled,
    remote_position,
    unlocated_share,
)
from ris_map.geography.county import Division
from ris_map.register.vocabulary import Answer, Delivery
from ris_map.words.table import Cell, FigureTable, count, minutes, share


def area_table(view: CoverageView, *, name: str, codes: Sequence[str]) -> FigureTable:
    """Return phase x service type for an area: people within each limit, median, 90th percentile.

    Parameters
    ----------
    view : CoverageView
        What is chosen.
    name : str
        The area's name.
    codes : sequence of str
        Its municipalities; people are pooled, never averaged over municipalities.
    """
    if not view.choice.is_physical:
        return _remote_area_table(view, name=name, codes=codes)
    tr, cube = view.tr, view.cube
    limits = cube.definition.thresholds
    found = pooled(cube, cube.minutes, codes=codes)
    rows: list[Sequence[Cell]] = []
    for phase, kind in view.columns:
        p, s = PHASES.index(phase), SERVICE_TYPES.index(kind)
        cells: list[Cell] = []
        for people, part in zip(
            found.people_within[0, p, s], found.share_within[0, p, s], strict=True
        ):
            cells += [count(people), share(part)]
        rows.append(
            (
                f"{view.label(phase)}: {view.label(kind)}",
                *cells,
                minutes(found.median_minutes[0, p, s]),
                minutes(found.p90_minutes[0, p, s]),
            )
        )
    within = [
        column
        for limit in limits
        for column in (
            tr("coverage.column.people-within", limit=int(limit)),
            tr("coverage.column.share-within", limit=int(limit)),
        )
    ]
    return FigureTable(
        id="omrade",
        title=tr(
            "coverage.table.area",
            name=name,
            located=tr.number(int(found.persons[0])),
            unlocated=view.percent(unlocated_share(cube, codes)),
            date=view.world.on.isoformat(),
        ),
        columns=(
            tr("coverage.column.kind"),
            *within,
            tr("coverage.column.median"),
            tr("coverage.column.p90"),
        ),
        rows=rows,
        sentence=tr("coverage.area.county-note") if view.choice.place == WHOLE_COUNTY else "",
    )


def _remote_area_table(view: CoverageView, *, name: str, codes: Sequence[str]) -> FigureTable:
    tr, at = view.tr, remote_position(view.choice.delivery)
    inside = [view.at(code) for code in codes]
    rows: list[Sequence[Cell]] = []
    for phase, kind in view.columns:
        answers = view.cube.remote[inside, PHASES.index(phase), SERVICE_TYPES.index(kind), at]
        rows.append(
            (
                f"{view.label(phase)}: {view.label(kind)}",
                *(
                    count((answers == known).sum())
                    for known in (Known.YES, Known.UNKNOWN, Known.NO)
                ),
            )
        )
    return FigureTable(
        id="omrade",
        title=tr(
            "coverage.table.area.remote",
            name=name,
            mode=view.mode(),
            n=tr.number(len(inside)),
            date=view.world.on.isoformat(),
        ),
        columns=(
            tr("coverage.column.kind"),
            tr("coverage.column.reached", mode=view.mode()),
            tr("coverage.remote.no_information"),
            tr("coverage.remote.not_offered"),
        ),
        rows=rows,
    )


def division_table(view: CoverageView, found: Together) -> FigureTable:
    """Return coast and inland, and every group, under each division."""
    physical = view.choice.is_physical
    rows = [
        row
        for division in sorted(view.geography.divisions, key=lambda d: d.id != view.division.id)
        for row in _division_rows(view, found, division)
    ]
    tr, limits = view.tr, view.cube.definition.thresholds
    columns = [tr("coverage.column.group"), tr("coverage.column.division")]
    if physical:
        columns += [tr("coverage.column.within", limit=int(limit)) for limit in limits]
        columns += [tr("coverage.column.median"), tr("coverage.column.p90")]
        columns += [
            tr("coverage.column.located", year=view.cube.definition.population_year),
            tr("coverage.column.unlocated"),
        ]
    else:
        columns += [
            tr("coverage.column.reached", mode=view.mode()),
            tr("coverage.column.municipalities"),
        ]
    key = "coverage.table.divisions" if physical else "coverage.table.divisions.remote"
    return FigureTable(
        id="indelningar",
        title=tr(key, kind=view.kind, mode=view.mode(), date=view.world.on.isoformat()),
        columns=columns,
        rows=rows,
        sentence=divisions_sentence(view, found) if physical else "",
    )


def _division_rows(view: CoverageView, found: Together, division: Division) -> list[list[Cell]]:
    language = view.tr.language
    rows: list[list[Cell]] = []
    for group in division.groups:
        codes = group.municipalities
        head: list[Cell] = [
            view.tr("coverage.group.is-inland", name=group.label.in_(language))
            if group.is_inland
            else group.label.in_(language),
            division.label.in_(language),
        ]
        if view.choice.is_physical:
            figures = found.of(codes)
            rows.append(
                [
                    *head,
                    *(share(value) for value in figures.share_within[0, 0, 0]),
                    minutes(figures.median_minutes[0, 0, 0]),
                    minutes(figures.p90_minutes[0, 0, 0]),
                    count(figures.persons[0]),
                    share(unlocated_share(view.cube, codes)),
                ]
            )
        else:
            at = remote_position(view.choice.delivery)
            reached = found.remote[[view.at(code) for code in codes], at] == Known.YES
            rows.append([*head, count(reached.sum()), count(len(codes))])
    return rows


def chain_table(view: CoverageView) -> FigureTable:
    """Return the support chain of every municipality: idé, utveckling, växa, weakest link."""
    tr = view.tr
    chains = {
        chain.municipality_code: chain
        for chain in support_chains(view.cube, service_types=view.choice.shown_types)
    }
    rows: list[list[Cell]]
    if view.choice.is_physical:
        columns = [tr("coverage.column.municipality")]
        for phase in PHASES:
            columns += [
                view.label(phase),
                tr("coverage.column.phase-median", phase=view.label(phase).lower()),
            ]
        columns += [tr("coverage.column.chain"), tr("coverage.column.weakest")]
        rows = [_chain_row(view, chains[code]) for code in view.order]
    else:
        columns = [
            tr("coverage.column.municipality"),
            tr("coverage.column.chain.remote", mode=view.mode()),
        ]
        rows = [
            [view.name(code), view.answer(_remote_answer(chains[code], view.choice.delivery))]
            for code in view.order
        ]
    return FigureTable(
        id="kedja",
        title=tr(
            "coverage.table.chain" if view.choice.is_physical else "coverage.table.chain.remote",
            types=_types(view),
            mode=view.mode(),
            limit=view.choice.threshold,
            date=view.world.on.isoformat(),
        ),
        columns=columns,
        rows=rows,
        sentence=_chain_sentence(view, [chains[code] for code in view.order]),
    )


def _types(view: CoverageView) -> str:
    types = [view.label(t).lower() for t in view.choice.service_types]
    return view.either(types) if types else view.tr("coverage.kind.any")


def _chain_row(view: CoverageView, chain: Chain) -> list[Cell]:
    row: list[Cell] = [view.name(chain.municipality_code)]
    for link in chain.links:
        word = view.tr(f"coverage.state.{link.state}")
        row += [f"{SYMBOLS[link.state]} {word}", minutes(link.median_minutes)]
    weakest = view.tr.listing(view.label(phase).lower() for phase in chain.weakest)
    return [*row, view.answer(chain.physical), weakest or view.tr("coverage.chain.equal")]


def _remote_answer(chain: Chain, delivery: Delivery) -> Answer:
    answers = {
        Delivery.VISIT: chain.visit,
        Delivery.DIGITAL: chain.digital,
        Delivery.PHONE: chain.phone,
    }
    return answers[delivery]


def _chain_sentence(view: CoverageView, chains: Sequence[Chain]) -> str:
    tr, physical = view.tr, view.choice.is_physical
    answers = [
        chain.physical if physical else _remote_answer(chain, view.choice.delivery)
        for chain in chains
    ]
    broken = [c.municipality_code for c, a in zip(chains, answers, strict=True) if a is Answer.NO]
    unsure = [
        c.municipality_code for c, a in zip(chains, answers, strict=True) if a is Answer.UNKNOWN
    ]
    parts = [
        tr.plural(
            "coverage.chain.whole" if physical else "coverage.chain.whole.remote",
            answers.count(Answer.YES),
            of=len(chains),
            limit=view.choice.threshold,
            mode=view.mode(),
        )
    ]
    if broken:
        parts.append(tr("coverage.chain.broken", names=view.names(broken)))
    if unsure:
        parts.append(tr("coverage.chain.unsure", names=view.names(unsure)))
    return " ".join(parts)
