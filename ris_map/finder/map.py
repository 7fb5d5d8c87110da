"""The map beside the answer: how far the whole county has to what helps, and the way from here."""

from __future__ import annotations

import numpy as np

from ris_map.coverage.cubes import CLASS_LIMITS
from ris_map.finder.answer import Entry, Group, SupportAnswer, route_to, speed_of
from ris_map.finder.words import ON_MAP, range_words
from ris_map.register.in_words import Words, town_id
from ris_map.register.model import Office
from ris_map.travel.matrix import office_key
from ris_map.travel.world import World
from ris_map.web.map import UNKNOWN, Bubble, Legend, MapLayer, MapPicture, Route, Sentence
from ris_map.words.figures import minutes_words as in_words

DRAWN_WAYS = 3


def find_map(world: World, answer: SupportAnswer, *, words: Words) -> MapLayer:
    """Return what the map shows of an answer."""
    tr, start = words.tr, answer.start
    helps = [e for e in answer.entries if e.office is not None and e.group in ON_MAP]
    counted = [e for e in helps if e.group in {Group.NEAR, Group.MAYBE_NEAR, Group.FAR}]
    drawn = _drawn(answer)
    sentence = _sentence(answer, drawn, words=words)
    return MapLayer(
        picture=MapPicture(
            classes=_classes(world, answer, counted) if counted else None,
            legend=Legend(
                title=tr("find.map.legend"),
                notes=(("home", tr("find.map.home")), ("office", tr("find.map.office"))),
            ),
            sentences={"" if start is None else start.code: sentence, "": sentence},
            bubbles=_bubbles(helps, words=words),
        ),
        title=tr("find.map.title"),
        chosen="" if start is None else start.code,
        place=None if start is None else (start.locality.lat, start.locality.lon),
        routes=tuple(
            Route(
                points=way.line,
                label=in_words(way.minutes, tr=tr),
                schematic=way.schematic_km > way.km / 2,
            )
            for entry in drawn
            if (way := route_to(entry, world=world, answer=answer)) and len(way.line) > 1
        ),
    )


def _classes(world: World, answer: SupportAnswer, entries: list[Entry]) -> list[int]:
    """Return the class of every square: minutes to the nearest office that answers the need."""
    keys = [office_key(e.actor, e.office) for e in entries if e.office is not None]
    matrix = world.matrix_for(speed_of(answer.need))
    minutes = matrix.minutes[matrix.rows(keys)].min(axis=0, initial=np.inf)
    codes = np.searchsorted(CLASS_LIMITS, minutes)
    return [int(code) for code in np.where(np.isinf(minutes), UNKNOWN, codes)]


def _drawn(answer: SupportAnswer) -> tuple[Entry, ...]:
    """Return the offices to which the way is drawn: the nearest that help, else the nearest one."""
    near = [e for e in answer.entries if e.group is Group.NEAR and e.is_reached]
    if near:
        return tuple(sorted(near, key=lambda e: e.minutes or 0.0))[:DRAWN_WAYS]
    return () if answer.nearest is None else (answer.nearest,)


def _sentence(answer: SupportAnswer, drawn: tuple[Entry, ...], *, words: Words) -> Sentence:
    tr = words.tr
    if answer.start is None:
        return Sentence(figure="", text=tr("find.answer.start"))
    if not drawn or drawn[0].office is None:
        return Sentence(figure="", text=tr("find.nothing.no-office"))
    nearest = drawn[0]
    assert nearest.office is not None
    text = tr("find.map.sentence", name=nearest.actor.name, town=nearest.office.town)
    return Sentence(
        figure=in_words(nearest.minutes or 0.0, tr=tr),
        text="\n".join(part for part in (text, range_words(nearest, tr=tr)) if part),
    )


def _bubbles(entries: list[Entry], *, words: Words) -> tuple[Bubble, ...]:
    """Return a bubble per town with the number of actors in it, and homes as their own mark."""
    tr = words.tr
    towns: dict[tuple[str, bool], list[tuple[Entry, Office]]] = {}
    for entry in entries:
        if entry.office is not None:
            is_home = entry.group is Group.LOCAL
            towns.setdefault((town_id(entry.office), is_home), []).append((entry, entry.office))
    made = []
    for (town, is_home), here in towns.items():
        office = here[0][1]
        count = len({entry.actor.id for entry, _ in here})
        phases = {p for entry, _ in here for offer in entry.offers for p in offer.phases}
        label = tr.plural("find.map.bubble", count, town=office.town)
        made.append(
            Bubble(
                id=f"{town}-home" if is_home else town,
                name=office.town,
                lat=sum(o.lat for _, o in here) / len(here),
                lon=sum(o.lon for _, o in here) / len(here),
                label=tr("find.map.home-of", name=office.town) if is_home else label,
                count=None if is_home else count,
                kind="home" if is_home else "office",
                phases=() if is_home else tuple(sorted(phases)),
            )
        )
    return tuple(made)
