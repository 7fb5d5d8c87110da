"""The maps of a municipality: the live one of the page, and the drawing of the report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from ris_map.coverage.support import MODES, Known
from ris_map.geography.boundaries import CountyShapes, point_in_metres
from ris_map.municipality.choices import MunicipalityChoice
from ris_map.municipality.profile import PHYSICAL, Profile, profile
from ris_map.municipality.svg_map import MapDrawing, MapPlace, MapTown, municipality_map
from ris_map.municipality.ways import ground
from ris_map.municipality.words import half_sentence, kind_words
from ris_map.register.in_words import Words, town_id
from ris_map.register.model import Office
from ris_map.register.vocabulary import Delivery
from ris_map.travel.matrix import office_key
from ris_map.travel.world import World
from ris_map.web.map import Bubble, Legend, MapLayer, MapPicture, Sentence
from ris_map.words import Translator, swedish_sort_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A drawing and what it says."""

    drawing: MapDrawing
    title: str
    words: str


def map_layer(
    profile: Profile, choice: MunicipalityChoice, *, world: World, words: Words
) -> MapLayer:
    """Return the page's map: the municipality outlined, with its own office and what serves it."""
    cell = profile.cell(*choice.kind)
    figure, text = half_sentence(profile, cell, words=words)
    home = tuple(
        Bubble(
            id=town_id(office),
            name="",
            lat=office.lat,
            lon=office.lon,
            label=actor.name,
            kind="home",
        )
        for actor in profile.home
        for office in actor.offices_on(world.on)[:1]
    )
    return MapLayer(
        picture=MapPicture(
            legend=Legend(title=kind_words(cell, words=words)),
            sentences={key: Sentence(figure=figure, text=text) for key in ("", profile.code)},
            bubbles=tuple(_bubbles(profile, choice, world=world, tr=words.tr)),
        ),
        title=words.tr("municipality.map.title", name=profile.name),
        chosen=profile.code,
        bubbles=home,
    )


def county_layer(world: World, choice: MunicipalityChoice, *, words: Words) -> MapLayer:
    """Return the fifteen to choose from, each with its own figure when it is pointed at."""
    tr = words.tr
    sentences = {}
    for municipality in world.foundations.geography.municipalities:
        shown = profile(world, municipality.code, choice.cube)
        figure, text = half_sentence(shown, shown.cell(*choice.kind), words=words)
        sentences[municipality.code] = Sentence(
            figure=figure,
            text=f"{shown.name}: {text}",
            url=choice.url(tr=tr, code=municipality.code),
            link=tr("municipality.map.open", name=shown.name),
        )
    sentences[""] = Sentence(figure="15", text=tr("municipality.map.choose"))
    return MapLayer(
        picture=MapPicture(sentences=sentences), title=tr("municipality.choose.heading")
    )


def _bubbles(
    profile: Profile, choice: MunicipalityChoice, *, world: World, tr: Translator
) -> Iterator[Bubble]:
    """Yield a marker for each town with an office for the chosen kind of support."""
    offices = {office_key(a, o): o for a in world.register.actors for o in a.offices}
    towns: dict[str, dict[str, Office]] = {}
    for way in profile.offices:
        if choice.kind in way.kinds and way.office_id in offices:
            office = offices[way.office_id]
            towns.setdefault(town_id(office), {})[way.actor_id] = office
    for place, there in towns.items():
        first = next(iter(there.values()))
        names = tr.listing(profile.actors[actor_id].name for actor_id in there)
        label = tr.plural("municipality.map.town", len(there), town=first.town)
        yield Bubble(
            id=place,
            name=first.town,
            lat=first.lat,
            lon=first.lon,
            label=label,
            say=f"{label}: {names}.",
            count=len(there),
            phases=(choice.kind[0].value,),
        )


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
