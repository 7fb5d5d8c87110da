"""The parts of an answer: groups, entries, and the one function that puts them in order."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from ris_map.finder.match import Caution, Reason, Why
from ris_map.finder.need import Need, Start
from ris_map.register.model import Actor, Offer, Office
from ris_map.register.vocabulary import Delivery, Phase
from ris_map.travel.routes import Route
from ris_map.words import swedish_sort_key


class Group(StrEnum):
    """Groups of the answer, in their order. Physical and digital never share one."""

    NEAR = "near"
    """An office within the limit that receives visitors and serves the place."""
    MAYBE_NEAR = "maybe-near"
    """An office within the limit, but something about it is not known."""
    LOCAL = "local"
    """The municipality's own office, when nothing of the core is near."""
    LOCAL_ADJACENT = "local-adjacent"
    """Other offices of actors with a wider remit within the limit, likewise."""
    VISIT = "visit"
    DIGITAL = "digital"
    """Digital and phone."""
    REMOTE = "remote"
    """Serves the place, but no office to visit is known, nor another way."""
    FAR = "far"
    """An office beyond the limit."""
    ADJACENT = "adjacent"
    """Offices of actors with a wider remit."""
    ADJACENT_REMOTE = "adjacent-remote"
    """Actors with a wider remit, without the way to an office."""
    DOUBTFUL = "doubtful"
    """No page settles whether the actor is still at work."""
    OUTSIDE = "outside"
    """Neighbours outside the county."""


BY_ROAD = frozenset(
    {
        Group.NEAR,
        Group.MAYBE_NEAR,
        Group.LOCAL,
        Group.LOCAL_ADJACENT,
        Group.FAR,
        Group.ADJACENT,
    }
)
"""Groups whose entries are all offices, in the order of minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One way in which one actor helps.

    Parameters
    ----------
    actor : Actor
        Who.
    group : Group
        Where it stands.
    way : Delivery or None
        How; None = not known.
    offers : tuple of Offer
        The offers that answer the need.
    office : Office or None
        Where, for an office.
    minutes, km : float or None
        By road to the office; infinite if there is no road.
    route : Route or None
        The way there.
    reasons, cautions : tuple
        Why it is here, and what is not known.
    """

    actor: Actor
    group: Group
    way: Delivery | None
    offers: tuple[Offer, ...]
    office: Office | None = None
    minutes: float | None = None
    km: float | None = None
    route: Route | None = None
    reasons: tuple[Reason, ...] = ()
    cautions: tuple[Caution, ...] = ()

    @property
    def is_sure(self) -> bool:
        """Whether everything that was asked is known to fit."""
        return not self.cautions


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportAnswer:
    """What was found. Nothing that matches is left out; the groups only put it in order.

    Parameters
    ----------
    need : Need
        What was asked.
    start : Start or None
        Where the way begins; None if no place was given, or there is no such place.
    entries : tuple of Entry
        By :func:`rank`. An actor stands once in each group where it has something to say.
    nearest : Entry or None
        The nearest office beyond the limit when none is near; a sure one before an unsure one.
    contact : Entry or None
        One way to get in touch: the municipality's own office, else whoever has a page.
    next_phase : Phase or None
        The phase after the latest one that was asked for.
    onward : tuple of Entry
        Who takes over there, at most ``ONWARD_LIMIT``.
    """

    need: Need
    start: Start | None
    entries: tuple[Entry, ...]
    nearest: Entry | None
    contact: Entry | None
    next_phase: Phase | None
    onward: tuple[Entry, ...]

    def group(self, group: Group) -> tuple[Entry, ...]:
        """Return the entries of one group, in order."""
        return tuple(entry for entry in self.entries if entry.group is group)

    @property
    def groups(self) -> tuple[Group, ...]:
        """The groups that have entries, in the order in which they are shown."""
        return tuple(dict.fromkeys(entry.group for entry in self.entries))

    @property
    def is_near(self) -> bool:
        """Whether the core has an office within the limit that is known to help."""
        return any(entry.group is Group.NEAR for entry in self.entries)


def rank(entry: Entry, *, need: Need) -> tuple[int, int, float, int, tuple[str, str], str]:
    """Return the place of an entry in the answer; the smaller, the earlier.

    1. the group, in the order of :class:`Group`; digital first if that was asked for;
    2. outside the groups of offices: what is sure before what is not;
    3. minutes by road; an entry without an office comes after those with one;
    4. where there is no distance: who names the group of people before who does not;
    5. the name in Swedish alphabetical order, then the id.
    """
    order = list(Group)
    if need.digital_first:
        order.remove(Group.DIGITAL)
        order.insert(0, Group.DIGITAL)
    minutes = math.inf if entry.minutes is None else entry.minutes
    by_road = entry.group in BY_ROAD
    names_who = any(reason.why is Why.WHO for reason in entry.reasons)
    return (
        order.index(entry.group),
        0 if by_road or entry.is_sure else 1,
        minutes,
        0 if math.isfinite(minutes) or names_who else 1,
        swedish_sort_key(entry.actor.name),
        entry.actor.id,
    )
