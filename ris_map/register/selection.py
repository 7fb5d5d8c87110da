"""What a filter selects from the register.

Several choices within one filter widen, filters among themselves narrow. A question that the
register cannot answer for an actor puts it under "no information", never aside in silence: every
test is three-valued (yes / no information / no), and a whole filter is as good as its weakest
part. Phase, service type and delivery must hold for *one and the same* offer.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ris_map.geography.divisions import MUNICIPALITY_CODES
from ris_map.register.model import Actor, Offer, Office, Register
from ris_map.register.vocabulary import Answer, Delivery, Phase, Scope, ServiceType, StrengthArea
from ris_map.words import swedish_sort_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What is asked for; empty means no restriction. Values of a field widen, fields narrow.

    ``places`` are municipality codes and groups of them (``kust-vid-kusten``).
    """

    phases: tuple[Phase, ...] = ()
    service_types: tuple[ServiceType, ...] = ()
    strength_areas: tuple[StrengthArea, ...] = ()
    places: tuple[str, ...] = ()
    delivery: tuple[Delivery, ...] = ()
    scope: Scope = Scope.CORE
    text: str = ""


class Group(StrEnum):
    """Where in the list an actor stands."""

    OFFICE = "office"
    """An office in the county (in the chosen place, if any): the only group on the map."""
    SERVES = "serves"
    """A place is chosen; the office lies elsewhere, the service area includes the place."""
    REMOTE = "remote"
    """No known office in the county."""
    OUTSIDE = "outside"
    """A neighbour outside the county."""
    UNKNOWN = "unknown"
    """The register lacks the answer to a question that the filter asks."""
    ENDED = "ended"
    """Ended or not yet begun."""


@dataclass(frozen=True, slots=True)
class Match:
    """One actor that the filter selects, with the offices that count."""

    actor: Actor
    group: Group
    offices: tuple[Office, ...]


def select(
    register: Register, chosen: Filter, *, groups: Mapping[str, frozenset[str]], on: date
) -> tuple[Match, ...]:
    """Return every actor that is not a clear no on a day, by group, then in alphabetical order.

    ``groups`` has municipality codes by the id of a group of them.
    """
    known = {**groups, **{code: frozenset({code}) for code in MUNICIPALITY_CODES}}
    asked = frozenset().union(*(known.get(place, ()) for place in chosen.places))
    codes = asked if chosen.places else None
    words = fold(chosen.text).split()
    found = (
        _match(actor, chosen, codes=codes, words=words, on=on)
        for actor in register.actors
        if chosen.scope is Scope.ADJACENT
        or (actor.scope is Scope.CORE and not actor.outside_county)
    )
    order = list(Group)
    matches = sorted(
        (match for match in found if match is not None),
        key=lambda m: (order.index(m.group), swedish_sort_key(m.actor.name)),
    )
    return tuple(matches)


def offer_truth(offer: Offer, chosen: Filter) -> Answer:
    """Return whether one offer answers the choice of service type, phase and delivery."""
    if chosen.service_types and offer.service_type not in chosen.service_types:
        return Answer.NO
    ways = max((offer.answer(mode) for mode in chosen.delivery), default=Answer.YES)
    return min(phase_truth(offer, chosen.phases), ways)


def _match(
    actor: Actor, chosen: Filter, *, codes: frozenset[str] | None, words: Sequence[str], on: date
) -> Match | None:
    all_offices = actor.offices_open(on)
    offices = tuple(o for o in all_offices if codes is None or o.municipality in codes)
    truths = [area_truth(actor, chosen.strength_areas)]
    truths.append(max(offer_truth(offer, chosen) for offer in actor.offers))
    if codes is not None and not offices:  # does it say that it serves the place?
        truths.append(max((actor.service_area.includes(c) for c in codes), default=Answer.NO))
    truth = min(truths)
    if truth is Answer.NO or not _text_matches(actor, words):
        return None
    if not actor.is_active(on):
        group = Group.ENDED
    elif truth is Answer.UNKNOWN:
        group = Group.UNKNOWN
    elif actor.outside_county:
        group = Group.OUTSIDE
    elif offices:
        group = Group.OFFICE
    else:
        group = Group.SERVES if all_offices else Group.REMOTE
    return Match(actor=actor, group=group, offices=offices or all_offices)


def phase_truth(offer: Offer, wanted: tuple[Phase, ...]) -> Answer:
    """Return whether an offer is for any of some phases; nothing chosen means any."""
    if not wanted or set(wanted) & set(offer.phases):
        return Answer.YES
    return Answer.NO if offer.phases else Answer.UNKNOWN


def area_truth(actor: Actor, wanted: tuple[StrengthArea, ...]) -> Answer:
    """Return whether an actor serves any of some strength areas; nothing chosen means any."""
    if not wanted or any(actor.strength_areas.serves(area) for area in wanted):
        return Answer.YES
    return Answer.NO if actor.strength_areas.areas else Answer.UNKNOWN


def _text_matches(actor: Actor, words: Sequence[str]) -> bool:
    towns = (office.town for office in actor.offices)
    texts = (actor.name, *actor.aliases, actor.summary.sv, actor.summary.en, *towns)
    haystack = fold(" ".join(texts)) if words else ""
    return all(word in haystack for word in words)


def fold(text: str) -> str:
    """Lower case without accents, so that "umea" finds Umeå."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def shown_offices(match: Match, *, on: date) -> tuple[Office, ...]:
    """Return the offices that count for a match, else all; a neighbour's lie outside the county."""
    return match.offices or match.actor.all_offices_on(on)


def selected_offices(matches: Iterable[Match], *, on: date) -> Iterator[tuple[Match, Office]]:
    """Yield every office of some matches with its match, in their order."""
    return ((match, office) for match in matches for office in shown_offices(match, on=on))
