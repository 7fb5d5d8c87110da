"""What map and chart of a municipality show, and the same in words."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from ris_map.coverage.support import MODES, Known
from ris_map.geography.boundaries import CountyShapes, point_in_metres
from ris_map.municipality.profile import PHYSICAL, Profile
from ris_map.municipality.svg_chart import Bar, ChartDrawing, bar_chart
from ris_map.municipality.svg_map import MapDrawing, MapPlace, MapTown, municipality_map
from ris_map.municipality.ways import ground
from ris_map.register.in_words import Words
from ris_map.register.vocabulary import Delivery
from ris_map.travel.snapping import office_key
from ris_map.travel.world import World
from ris_map.words import swedish_sort_key
from ris_map.words.figures import minutes_words, rounded


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A drawing and what it says."""

    drawing: MapDrawing | ChartDrawing
    title: str
    words: str


def map_picture(profile: Profile, *, world: World, shapes: CountyShapes, words: Words) -> Picture:
    """Return the municipality in the county, with the offices that count."""
    tr = words.tr
    towns = _towns(profile, world=world)
    near = [town for town in towns if town.is_near]
    title = tr("municipality.map.title", name=profile.name)
    if near:
        counted = ", ".join(f"{town.name} {tr.number(town.actors)}" for town in near)
        description = tr("municipality.map.alt", name=profile.name, towns=counted)
    else:
        limit = tr.number(profile.choice.threshold)
        description = tr("municipality.map.alt-none", name=profile.name, n=limit)
    drawing = municipality_map(
        shapes,
        code=profile.code,
        towns=towns,
        places=_places(profile),
        title=title,
        description=description,
    )
    return Picture(drawing=drawing, title=title, words=description)


def chart_picture(profile: Profile, *, words: Words) -> Picture:
    """Return minutes from the seat to the nearest office of each kind."""
    tr, seat = words.tr, profile.times[0]
    bars = []
    told = []
    for near in seat.nearest:
        label = words.strategy.label(near.service_type).in_(tr.language)
        minutes = minutes_words(near.minutes, tr=tr)
        shown = minutes if near.town is None else f"{minutes}, {near.town}"
        bars.append(Bar(label=label, minutes=rounded(near.minutes), words=shown))
        told.append(tr("municipality.chart.bar", type=label, minutes=shown))
    title = tr("municipality.times.chart", seat=seat.locality.name)
    limit = profile.choice.threshold
    description = tr("municipality.chart.alt", bars="; ".join(told))
    drawing = bar_chart(
        bars,
        limit=limit,
        limit_words=tr("municipality.chart.limit", n=tr.number(limit)),
        title=title,
        description=description,
    )
    return Picture(drawing=drawing, title=title, words=f"{title}. {description}")


def _towns(profile: Profile, *, world: World) -> list[MapTown]:
    """Return the towns with an office that counts, near ones with their number of actors."""
    near: dict[tuple[str, str], set[str]] = defaultdict(set)
    for kind in PHYSICAL:
        for way in profile.list_of(kind).known:
            near[way.office_municipality or "", way.town or ""].add(way.actor_id)
    base = ground(world, profile.choice)
    table, office = base.cube.table, MODES.index(Delivery.OFFICE)
    matches = (base.tensor[:, office] == Known.YES).any(axis=(1, 2))
    localities = world.foundations.geography.localities
    points = {(place.municipality_code, place.name): place for place in localities}
    offices = {office_key(a, o): o for a in world.register.actors for o in a.offices}
    found: dict[tuple[str, str], tuple[float, float]] = {}
    for k in base.shared.office.tolist():
        if not matches[int(table.office_actor[k])]:
            continue
        code = table.municipality_codes[int(table.office_municipality[k])]
        place = (code, table.office_towns[k])
        known = points.get(place) or offices.get(table.office_ids[k])
        if known is not None:
            found.setdefault(place, point_in_metres(known.lat, known.lon))
    towns = [
        MapTown(name=p[1], east=x, north=y, actors=len(near.get(p, ())), is_near=p in near)
        for p, (x, y) in found.items()
    ]
    return sorted(towns, key=lambda town: (not town.is_near, swedish_sort_key(town.name)))


def _places(profile: Profile) -> list[MapPlace]:
    places = []
    for item in profile.times:
        east, north = point_in_metres(item.locality.lat, item.locality.lon)
        places.append(
            MapPlace(name=item.locality.name, east=east, north=north, is_seat=item.locality.is_seat)
        )
    return places
