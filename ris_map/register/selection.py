"""What a filter selects from the register.

Several choices within one filter widen, filters among themselves narrow. A question that the
register cannot answer for an actor puts it under "no information", never aside in silence: every
test is three-valued (yes / no information / no), and a whole filter is as good as its weakest
part. Phase, service type and delivery must hold for *one and the same* offer.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

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
    found = (
        _match(actor, chosen, codes=codes, on=on)
        for actor in register.actors
        if chosen.scope is Scope.ADJACENT
        or (actor.scope is Scope.CORE and not actor.outside_county)
    )
    order = list(Group)
    matches = sorted(
        filter(None, found),
        key=lambda m: (order.index(m.group), swedish_sort_key(m.actor.name)),
    )
    return tuple(matches)


def offer_truth(offer: Offer, chosen: Filter) -> Answer:
    """Return whether one offer answers the choice of service type, phase and delivery."""
    if chosen.service_types and offer.service_type not in chosen.service_types:
        return Answer.NO
    ways = max((offer.answer(mode) for mode in chosen.delivery), default=Answer.YES)
    return min(phase_truth(offer, chosen.phases), ways)


def _match(actor: Actor, chosen: Filter, *, codes: frozenset[str] | None, on: date) -> Match | None:
    all_offices = actor.offices_open(on)
    offices = tuple(o for o in all_offices if codes is None or o.municipality in codes)
    truths = [area_truth(actor, chosen.strength_areas)]
    truths.append(max(offer_truth(offer, chosen) for offer in actor.offers))
    if codes is not None and not offices:  # does it say that it serves the place?
        truths.append(max((actor.service_area.includes(c) for c in codes), default=Answer.NO))
    truth = min(truths)
    names = " ".join((actor.name, *actor.aliases))
    if truth is Answer.NO or not says(f"{names} {searched_text(actor)}", chosen.text):
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


def searched_text(actor: Actor) -> str:
    """Return what of an actor is searched beside its names."""
    towns = (office.town for office in actor.offices)
    return " ".join((actor.summary.sv, actor.summary.en, *towns))


_END = "(?:a|an|ar|arna|e|en|er|erna|et|n|na|or|orna|r|s|t|es|y|ies)?"
_MADE = f"(?:{_END}|are|aren|ed|ers|ing|ingen|ingar|ning|ningar)"
SAME_WORD: Final = rf"^(?:(.{{3,}}){_END}\n\1|(.{{3,}})\n\2{_END}|(.{{4,}}){_MADE}\n\3{_MADE})$"
"""Two forms of one word, a line each, such as "gruvan" and "gruvor"; for the browser too."""
INSIDE: Final = 4
"""So long is what is found inside a word: "fond" in "Norrlandsfonden", no "mat" in "klimat"."""


def says(text: str, asked: str) -> bool:
    """Return whether each word asked for begins a word of a text, is a form of it, or is in it.

    å, ä, ö may be left out; what is written with them has them.
    """
    return all(
        any(_means(word, part) for word in words_of(fold(text) if fold(part) == part else text))
        for part in words_of(asked) or asked.split()
    )


def _means(word: str, part: str) -> bool:
    if word[:3] == part[:3]:
        return word.startswith(part) or re.search(SAME_WORD, f"{word}\n{part}") is not None
    return len(part) >= INSIDE and part in word


def words_of(text: str) -> Sequence[str]:
    """Return the words of a text, in lower case."""
    return re.findall(r"[^\W_]+", unicodedata.normalize("NFC", text.casefold()))


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
