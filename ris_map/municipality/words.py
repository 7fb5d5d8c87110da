"""A municipality in words: headline, sentences, lists, the paragraph for a memo, messages."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ris_map.coverage.cube import CoverageCell, cube_of
from ris_map.coverage.findings import Way
from ris_map.municipality.profile import ListKind, MunicipalityChoice, Profile
from ris_map.municipality.tables import (
    list_title,
    nearby_counts,
    reading,
    season,
    sorted_ways,
    types_words,
)
from ris_map.register.in_words import Words
from ris_map.register.model import Actor
from ris_map.register.vocabulary import Phase
from ris_map.travel.routes import error_words, typical_error
from ris_map.travel.world import World
from ris_map.words import Translator, swedish_sort_key
from ris_map.words.figures import ROUND_MINUTES, minutes_words, percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One actor in a list, in words; several offices stand in one entry."""

    actor: Actor
    types: str
    phases: tuple[Phase, ...]
    places: tuple[str, ...]
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPart:
    """One list in words."""

    id: str
    title: str
    count: str
    entries: tuple[Entry, ...]
    uncertain: tuple[Actor, ...]


def headline(profile: Profile, cell: CoverageCell, *, tr: Translator) -> str:
    """Return "Norsjö: about 60 min to the nearest adviser" for one kind of support."""
    to, minutes = tr(f"municipality.to.{cell.service_type}"), cell.median_minutes
    how = "here" if minutes < ROUND_MINUTES else reading(cell)
    if how in {"unknown", "none", "here"}:
        return tr(f"municipality.headline.{how}", name=profile.name, to=to)
    limit = tr.number(profile.choice.threshold)
    near = tr("coverage.about", n=limit)
    said = near if how == "near" else minutes_words(minutes, tr=tr)
    return tr("municipality.headline", name=profile.name, minutes=said, to=to)


def lead(profile: Profile, *, tr: Translator) -> str:
    """Return how many of the kinds of support are near, may be near, or are not known."""
    counts, limit = nearby_counts(profile), tr.number(profile.choice.threshold)
    sure, all_of_them = counts["sure"], len(profile.cells)
    unsure = [name for name in ("near", "unknown") if counts[name]]
    key = f"municipality.count.{'sure' if sure else 'none-sure' if unsure else 'none'}"
    more = (tr.plural(f"municipality.count.{name}", counts[name]) for name in unsure)
    return " ".join((tr(key, n=sure, all=all_of_them, limit=limit), *more))


def half_sentence(cell: CoverageCell, *, limit: float, tr: Words) -> tuple[str, str]:
    """Return the big figure of the map and the words after it: half, and nine of ten."""
    how, name = reading(cell), tr.municipality_names[cell.municipality_code]
    told = {"name": name, "kind": tr.kind(cell.phase, cell.service_type)}
    if how in {"unknown", "none"}:
        return "?" if how == "unknown" else "–", tr(f"municipality.half.{how}", **told)
    near = tr("karta.about", n=tr.number(limit))
    figure = near if how == "near" else minutes_words(cell.median_minutes, tr=tr)
    is_here = cell.median_minutes < ROUND_MINUTES
    key = "municipality.half.here" if is_here else "municipality.half"
    text = tr(key, n=tr.number(cell.located_residents), **told)
    if math.isfinite(cell.p90_minutes):
        nine = minutes_words(max(cell.p90_minutes, ROUND_MINUTES), tr=tr, limit=limit)
        text += "\n" + tr("municipality.half.ninety", minutes=nine)
    return figure, text


def county_links(
    world: World, choice: MunicipalityChoice, *, tr: Words
) -> list[tuple[str, str, str]]:
    """Return name, address and how far half have to the support, of all, in Swedish order."""
    links, (phase, service_type) = [], choice.kind
    for code, name in tr.municipality_names.items():
        cell = cube_of(world, choice.cube).cell(code, phase=phase, service_type=service_type)
        figure, _ = half_sentence(cell, limit=choice.limit, tr=tr)
        links.append((name, choice.url(tr=tr, code=code), figure))
    return sorted(links, key=lambda link: swedish_sort_key(link[0]))


def chain_sentence(profile: Profile, *, tr: Words) -> str:
    """Return which phases have the longest way, or that all are equally far within the error."""
    chain = profile.chain
    if not chain.weakest and math.isfinite(max(chain.medians)):
        return tr("municipality.chain.even")
    phases = (tr(f"karta.phase.{phase}") for phase in chain.weakest or Phase)
    said = minutes_words(max(chain.medians), tr=tr)
    return tr("municipality.chain.weakest", phases=tr.listing(phases), minutes=said)


def near_towns(
    profile: Profile, *, most: int = 3, tr: Words
) -> list[tuple[str, str, tuple[Phase, ...], list[tuple[Actor, str]]]]:
    """Return the nearest towns with offices that serve the municipality, however far.

    Town, minutes, phases, and each actor with its service types.
    """
    towns: dict[str, dict[str, list[Way]]] = {}
    for way in profile.offices:
        towns.setdefault(way.town, {}).setdefault(way.actor.id, []).append(way)
    parts = []
    for town, there in list(towns.items())[:most]:
        ways = [way for own in there.values() for way in own]
        actors = [
            (own[0].actor, types_words([k for way in own for k in way.kinds], tr=tr).lower())
            for own in there.values()
        ]
        minutes = minutes_words(ways[0].minutes_from_seat, tr=tr, limit=profile.choice.threshold)
        parts.append((town, minutes, _phases(ways), actors))
    return parts


def _phases(ways: Iterable[Way]) -> tuple[Phase, ...]:
    phases = {phase for way in ways for phase, _ in way.kinds}
    return tuple(phase for phase in Phase if phase in phases)


def list_parts(profile: Profile, *, tr: Words) -> Iterator[ListPart]:
    """Yield the lists in words."""
    for kind, item in profile.lists.items():
        unsure = {way.actor.id: way.actor for way in item.unsure}.values()
        ways: dict[str, list[Way]] = {}
        for way in sorted_ways(item.known, kind=kind):
            ways.setdefault(way.actor.id, []).append(way)
        yield ListPart(
            id=kind.value,
            title=list_title(kind, limit=profile.choice.threshold, tr=tr),
            count=_count("municipality.list.count", len(ways), "municipality.list.empty", tr=tr),
            entries=tuple(_entry(profile, kind, own, tr=tr) for own in ways.values()),
            uncertain=tuple(sorted(unsure, key=lambda actor: swedish_sort_key(actor.name))),
        )


def _entry(profile: Profile, kind: ListKind, ways: list[Way], *, tr: Words) -> Entry:
    actor = ways[0].actor
    offices = [way for way in ways if way.office]
    places = tuple(dict.fromkeys(_place(profile, way, tr=tr) for way in offices))
    facts = places
    if kind is ListKind.REACHABLE:
        everybody = tr.number(profile.located_residents)
        facts = tuple(
            f"{_place(profile, way, tr=tr)}; "
            + tr("municipality.entry.people", n=tr.number(way.people_within), all=everybody)
            for way in offices
        )
    return Entry(
        actor=actor,
        types=types_words([one for way in ways for one in way.kinds], tr=tr),
        phases=_phases(ways),
        places=places,
        facts=tuple(dict.fromkeys(facts)),
    )


def _place(profile: Profile, way: Way, *, tr: Translator) -> str:
    """Return where an office is, and how far from the seat unless it lies there."""
    seat = profile.seat.name
    if way.town == seat:
        return seat
    minutes = minutes_words(way.minutes_from_seat, tr=tr, limit=profile.choice.threshold)
    return f"{way.town}, {tr('municipality.entry.minutes', minutes=minutes, seat=seat)}"


def source_line(profile: Profile, *, tr: Translator) -> str:
    """Return what the figures come from: what, of when, from where."""
    cube = profile.cube
    return tr(
        "municipality.source-line",
        reference=profile.reference_date,
        scope=tr(f"municipality.scope.{profile.choice.scope}"),
        n=tr.number(profile.choice.threshold),
        season=season(profile, tr=tr),
        error=error_words(typical_error(profile.world.foundations), tr=tr),
        version=cube.matrix.version,
        year=cube.population.year,
    )


def message_url(actor: Actor, *, profile: Profile, tr: Words) -> str:
    """Return a prepared message that confirms an entry in one step (M5)."""
    values = {
        "name": actor.name,
        "id": actor.id,
        "municipality": profile.name,
        "product": tr("product.name"),
        "date": profile.cube.table.on,
    }
    subject, body = (tr(f"municipality.confirm.{x}.yes", **values) for x in ("subject", "body"))
    return tr.mail_url(subject, body)


def paragraph(profile: Profile, *, tr: Words) -> str:
    """Return the generated text that a civil servant could paste into a memo."""
    sentences = (*_people(profile, tr=tr), *_offices(profile, tr=tr), *_remote(profile, tr=tr))
    source = tr(
        "municipality.p.source",
        product=tr("product.name"),
        reference=profile.reference_date,
        season=season(profile, tr=tr),
        error=error_words(typical_error(profile.world.foundations), tr=tr),
    )
    kinds = lead(profile, tr=tr), tr("municipality.p.kinds")
    return " ".join((*sentences, *kinds, chain_sentence(profile, tr=tr), source))


def _people(profile: Profile, *, tr: Translator) -> Iterator[str]:
    population = profile.figures["population"]
    if not (population and population.number and profile.size):
        yield tr("municipality.p.people-unknown", name=profile.name)
        return
    yield tr(
        "municipality.p.people",
        name=profile.name,
        population=tr.number(population.number),
        year=population.period[:4],
        density=tr.number(profile.size[1], decimals=1),
    )
    inside = profile.figures["share_in_tatort"]
    if inside and inside.number is not None:
        share = percent(1 - inside.number / 100, tr=tr)
        yield tr("municipality.p.outside", share=share, year=inside.period[:4])


def _count(key: str, n: int, none: str, *, tr: Translator, **values: str) -> str:
    """Return how many there are, or that there is none."""
    return tr.plural(key, n, **values) if n else tr(none, **values)


def _offices(profile: Profile, *, tr: Translator) -> Iterator[str]:
    scope = tr(f"municipality.scope.{profile.choice.scope}")
    limit = tr.number(profile.choice.threshold)
    here, near = (profile.lists[kind].actors for kind in (ListKind.HERE, ListKind.REACHABLE))
    yield _count("municipality.p.here", len(here), "municipality.p.none-here", tr=tr, scope=scope)
    if {actor.id for actor in profile.home} - here.keys():
        yield tr("municipality.p.home")
    key = "municipality.p.reachable"
    yield _count(key, len(near), "municipality.p.none-reachable", tr=tr, limit=limit)
    if ways := profile.lists[ListKind.REACHABLE].known:
        yield tr(
            "municipality.p.most",
            n=tr.number(max(way.people_within for way in ways)),
            all=tr.number(profile.located_residents),
            year=profile.cube.population.year,
        )
    seat = profile.seat.name
    shortest, town = min(profile.times[0][1], key=lambda nearest: nearest.minutes)
    how = "-none" if not town else "-here" if town == seat else ""
    minutes = minutes_words(shortest, tr=tr, limit=profile.choice.threshold)
    yield tr(f"municipality.p.nearest{how}", seat=seat, minutes=minutes, town=town)


def _remote(profile: Profile, *, tr: Translator) -> Iterator[str]:
    lists = {kind: profile.lists[kind] for kind in (ListKind.VISIT, ListKind.DIGITAL)}
    for kind, item in lists.items():
        key = f"municipality.p.{kind}"
        yield _count(key, len(item.actors), f"{key}-none", tr=tr)
    staff, online = (len({way.actor.id for way in item.unsure}) for item in lists.values())
    if staff or online:
        yield tr.plural("municipality.p.unknown", staff, digital=tr.number(online))
