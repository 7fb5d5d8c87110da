"""The parts of the page on strength areas as HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from ris_map.coverage.cube import CELL_STATES
from ris_map.geography.codes import MUNICIPALITY_CODES
from ris_map.municipality.words import state_words
from ris_map.register.in_words import (
    Words,
    detail_url,
    phase_marks,
    places_words,
    strength_area_words,
)
from ris_map.register.strategy import StrengthAreaGroup
from ris_map.register.vocabulary import Scope, StrengthArea
from ris_map.strength.figures import AreaActor, AreaSupport, PhaseCount, StrengthFigures
from ris_map.words.markup import render
from ris_map.words.municipality_cells import Cell, Table, number_cell

PATH = "/styrkeomraden"
AREA_KEY, SCOPE_KEY = "omrade", "bredd"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorLine:
    """One actor in a table."""

    name: str
    url: str
    doubtful: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaPart:
    """One strength area in words."""

    id: str
    label: str
    short: str
    description: str
    own: str
    towns: str
    url: str
    actors: tuple[ActorLine, ...]
    coverage: Table


def areas_html(
    figures: StrengthFigures,
    groups: Iterable[StrengthAreaGroup],
    *,
    chosen: StrengthArea | None,
    words: Words,
) -> str:
    """Return the areas in their groups; only the chosen one, opened, if one is chosen."""
    language = words.tr.language
    shown = []
    for group in groups:
        areas = [a for a in group.areas if chosen in {None, a}]
        if areas:
            shown.append(
                {
                    "id": group.id,
                    "label": group.label.in_(language),
                    "description": group.description.in_(language),
                    "areas": [_area_part(figures, figures.of(a), words=words) for a in areas],
                }
            )
    return render(
        "strength_areas.html",
        t=words.tr,
        groups=shown,
        is_open=chosen is not None,
        columns=_columns("types", "phases", "places", words=words),
    )


def summary_table(figures: StrengthFigures, *, words: Words) -> Table:
    """Return one row per area, in the order of the strategy: no ranking."""
    tr = words.tr
    limit = tr.number(figures.definition.threshold)
    return Table(
        id="strength-summary",
        title=tr("strength.summary.title", n=limit),
        columns=tuple(
            tr(f"strength.summary.{name}") for name in ("area", "own", "towns", "all", "own-chain")
        ),
        rows=tuple(
            (
                Cell(text=words.strategy.label(item.area).in_(tr.language)),
                number_cell(len(item.own), words=words),
                Cell(text=", ".join(item.towns) or tr("municipality.none")),
                number_cell(item.whole_chain, words=words),
                number_cell(item.whole_chain_own, words=words),
            )
            for item in figures.areas
        ),
        note=tr("strength.summary.note", all=tr.number(len(MUNICIPALITY_CODES))),
    )


def actors_html(actors: Sequence[AreaActor], *, name: str, with_areas: bool, words: Words) -> str:
    """Return a table of actors under its own caption."""
    kinds = ("types", "phases", "places", "areas") if with_areas else ("types", "phases", "places")
    return render(
        "strength_actors.html",
        id=name,
        caption=words.tr(f"strength.{name}.title"),
        columns=_columns(*kinds, words=words),
        actors=_lines(actors, with_areas=with_areas, words=words),
    )


def honest_sentence(figures: StrengthFigures, *, words: Words) -> str:
    """Return what is to be known about sector-neutral actors before reading any figure."""
    tr = words.tr
    first = tr.plural("strength.honest", len(figures.neutral))
    return f"{first} {tr('strength.honest.figures')}"


def unknown_sentence(figures: StrengthFigures, *, words: Words) -> str:
    """Return for whom the area is not known, or an empty text."""
    if not figures.unknown:
        return ""
    names = words.tr.listing(item.actor.name for item in figures.unknown)
    return words.tr.plural("strength.unknown", len(figures.unknown), names=names)


def source_line(figures: StrengthFigures, *, reference: str, words: Words) -> str:
    """Return what the figures come from: what, of when, from where."""
    tr, definition = words.tr, figures.definition
    return tr(
        "strength.source",
        reference=reference,
        date=definition.on,
        scope=tr(f"municipality.scope.{definition.scope}"),
        n=tr.number(definition.threshold),
        version=definition.matrix_version,
    )


def area_url(area: StrengthArea, *, scope: Scope, words: Words) -> str:
    """Return the address of the page with one area chosen."""
    query = {AREA_KEY: area.value}
    if scope is Scope.ADJACENT:
        query[SCOPE_KEY] = scope.value
    return f"{PATH}?{urlencode({**query, 'lang': words.tr.language.value})}"


def _area_part(figures: StrengthFigures, item: AreaSupport, *, words: Words) -> AreaPart:
    tr, strategy = words.tr, words.strategy
    known = strategy.strength_area(item.area)
    return AreaPart(
        id=item.area.value.replace("_", "-"),
        label=known.label.in_(tr.language),
        short=known.short.in_(tr.language),
        description=known.description.in_(tr.language),
        own=tr.plural("strength.own", len(item.own)) if item.own else tr("strength.own.none"),
        towns=", ".join(item.towns),
        url=area_url(item.area, scope=figures.definition.scope, words=words),
        actors=_lines(item.own, with_areas=False, words=words),
        coverage=coverage_table(figures, item, words=words),
    )


def coverage_table(figures: StrengthFigures, item: AreaSupport, *, words: Words) -> Table:
    """Return municipalities per state and phase, with everybody and with own actors alone."""
    tr, strategy = words.tr, words.strategy
    area = strategy.label(item.area).in_(tr.language)
    limit = tr.number(figures.definition.threshold)
    pairs = zip(item.everybody, item.own_only, strict=True)
    return Table(
        id=f"coverage-{item.area.value.replace('_', '-')}",
        title=tr("strength.coverage.title", area=area, n=limit),
        columns=(
            tr("strength.coverage.phase"),
            *(state_words(state, tr=tr) for state in CELL_STATES),
        ),
        rows=tuple(_coverage_row(everybody, own, words=words) for everybody, own in pairs),
        note=tr("strength.coverage.note", all=tr.number(len(MUNICIPALITY_CODES))),
    )


def _coverage_row(everybody: PhaseCount, own: PhaseCount, *, words: Words) -> tuple[Cell, ...]:
    tr = words.tr
    return (
        Cell(text=words.strategy.label(everybody.phase).in_(tr.language)),
        *(
            Cell(
                text=tr.number(everybody.count(state)),
                value=everybody.count(state),
                small=tr("strength.coverage.own", n=tr.number(own.count(state))),
            )
            for state in CELL_STATES
        ),
    )


def _columns(*names: str, words: Words) -> tuple[str, ...]:
    return tuple(words.tr(f"strength.{name}") for name in ("actor", *names))


def _lines(actors: Iterable[AreaActor], *, with_areas: bool, words: Words) -> tuple[ActorLine, ...]:
    tr, strategy = words.tr, words.strategy
    lines = []
    for item in actors:
        actor = item.actor
        cells = [
            ", ".join(strategy.label(kind).in_(tr.language) for kind in actor.service_types),
            ", ".join(mark.label for mark in phase_marks(actor.phases, words=words))
            or tr("unknown"),
            places_words(item.offices, words=words) or tr("strength.no-office"),
        ]
        if with_areas:
            cells.append(strength_area_words(actor, words=words))
        lines.append(
            ActorLine(
                name=actor.name,
                url=detail_url(actor.id, words=words),
                doubtful=tr("status.unknown") if item.is_doubtful else "",
                cells=tuple(cells),
            )
        )
    return tuple(lines)
