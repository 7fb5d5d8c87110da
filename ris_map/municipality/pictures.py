"""The maps of a municipality: the live one of the page, and the drawing of the report."""

from collections.abc import Iterator
from dataclasses import replace

from ris_map.coverage.cube import CoverageCube, class_shares, cube_of, supply_of
from ris_map.coverage.findings import Way
from ris_map.coverage.map_picture import (
    PictureChoice,
    class_words,
    drawn_ways,
    map_view,
    picture,
)
from ris_map.geography.divisions import MUNICIPALITY_CODES
from ris_map.municipality.profile import MunicipalityChoice, Profile
from ris_map.municipality.words import half_sentence
from ris_map.register.in_words import Words, by_town, town_id
from ris_map.register.model import Office
from ris_map.travel.world import World
from ris_map.web.map import (
    UNKNOWN,
    Bubble,
    Legend,
    LegendRow,
    MapLayer,
    MapPicture,
    Sentence,
)
from ris_map.web.picture import CountyPicture
from ris_map.words import Translator
from ris_map.words.figures import percent_words, whole_percents

LINES = 2
"""Lines are drawn to the nearest towns that serve the municipality, this many."""
Towns = dict[str, list[tuple[Office, Way]]]


def map_layer(profile: Profile, choice: MunicipalityChoice, *, tr: Words) -> MapLayer:
    """Return the page's map: the municipality outlined, with its own office and what serves it."""
    world, found = profile.world, supply(profile.world, choice)
    towns = _towns(profile, choice)
    first = list(towns.values())[:LINES]
    nearest = [(office, way.minutes_from_seat) for (office, way), *_ in first]
    kind = tr.kind(*choice.kind)
    home = (
        Bubble.at(office, office.town, id=town_id(office), label=actor.name, kind="home")
        for actor in profile.home
        for office in actor.offices_on(world.on)[:1]
        if town_id(office) not in towns
    )
    return MapLayer(
        picture=MapPicture(
            classes=found.classes.tolist(),
            legend=_legend(profile, found, choice.beside, kind=kind, tr=tr),
            sentences=_sentences(profile.cube, choice, tr=tr, chosen=profile.code),
            bubbles=tuple(_bubbles(profile, choice, towns, tr=tr)),
        ),
        title=tr("municipality.map.title", name=profile.name),
        chosen=profile.code,
        beside=choice.beside or "",
        routes=tuple(drawn_ways(world, profile.code, nearest, profile.choice, tr=tr)),
        bubbles=tuple(home),
    )


def county_layer(world: World, choice: MunicipalityChoice, *, tr: Words) -> MapLayer:
    """Return Karta's picture of the kind of support; each municipality leads to its own page."""
    asked = choice.model_dump(include=set(PictureChoice.model_fields))
    kind = dict(zip(("phase", "service_type"), choice.kind, strict=True))
    view = map_view(world, PictureChoice(**asked | kind), tr=tr)
    shown = picture(view)
    sentences = _sentences(cube_of(world, choice.cube), choice, tr=tr)
    return MapLayer(
        picture=replace(shown, sentences={"": shown.sentences[""], **sentences}),
        title=tr("municipality.choose.heading"),
        divide=view.division.id,
    )


def supply(world: World, choice: MunicipalityChoice) -> CoverageCube:
    """Return the chosen kind of support."""
    phase, service_type = choice.kind
    return supply_of(world, choice.cube, (phase,), (service_type,))


def map_picture(profile: Profile, choice: MunicipalityChoice, *, tr: Words) -> CountyPicture:
    """Return the same map as a drawing for paper."""
    bubbles = list(_bubbles(profile, choice, _towns(profile, choice), tr=tr))
    counted = ", ".join(f"{one.name} {tr.number(one.count)}" for one in bubbles if one.count)
    seat = profile.seat
    if seat.name not in {one.name for one in bubbles}:
        bubbles.append(Bubble.at(seat, seat.name, id="", label="", kind="home"))
    kind = tr.kind(*choice.kind)
    classes = supply(profile.world, choice).classes.tolist()
    return CountyPicture(
        world=profile.world,
        picture=MapPicture(classes=classes, bubbles=tuple(bubbles)),
        title=tr("municipality.map.paper", name=profile.name, kind=kind),
        description=tr("municipality.map.alt", name=profile.name, towns=counted or "–"),
        chosen=(profile.code,),
        phase=choice.kind[0].value,
        width=620.0,
        has_ground=False,
    )


def _sentences(
    cube: CoverageCube, choice: MunicipalityChoice, *, tr: Words, chosen: str = ""
) -> dict[str, Sentence]:
    """Return what is said of each municipality; of the chosen one as long as none is pointed at."""
    (phase, service_type), sentences = choice.kind, dict[str, Sentence]()
    for code in cube.municipality_codes:
        cell = cube.cell(code, phase=phase, service_type=service_type)
        figure, text = half_sentence(cell, limit=choice.limit, tr=tr)
        name = tr.municipality_names[code]
        link = {
            "url": choice.url(tr=tr, code=code, beside=None),
            "link": tr("municipality.map.open", name=name),
        }
        sentences[code] = Sentence(figure=figure, text=text, **link)
        if code == chosen:
            sentences[""] = sentences[code] = Sentence(figure=figure, text=text)
    return sentences


def _legend(
    profile: Profile, found: CoverageCube, beside: str | None, *, kind: str, tr: Words
) -> Legend:
    """Return the legend as a chart: share of residents in each class, here and there.

    There is the municipality beside which it is put, otherwise the county.
    """
    classes = found.classes
    there = tr.municipality_names[beside] if beside else tr("municipality.map.county")
    groups = {profile.code: (profile.code,), "": (beside,) if beside else MUNICIPALITY_CODES}
    columns = class_shares(profile.world, classes, groups).values()
    said = [whole_percents(column) for column in columns]
    rows = tuple(
        LegendRow(
            code=code,
            label=label,
            shares=tuple(100 * column[code] for column in columns),
            texts=tuple(percent_words(*column[code], tr=tr) for column in said),
        )
        for code, label in enumerate(class_words(found.minutes, found.is_unknown, tr=tr))
    )
    unknown = (("unknown", tr("municipality.map.unknown")),) if (classes == UNKNOWN).any() else ()
    return Legend(
        title=tr("karta.legend.minuter", kind=kind),
        columns=(tr("karta.minutes.head"), profile.name, there),
        rows=rows,
        notes=unknown,
    )


def _towns(profile: Profile, choice: MunicipalityChoice) -> Towns:
    """Return the offices that give the chosen kind of support by town, nearest first."""
    ways = (way for way in profile.offices if choice.kind in way.kinds)
    return by_town((way.office, way) for way in ways if way.office)


def _bubbles(
    profile: Profile, choice: MunicipalityChoice, towns: Towns, *, tr: Translator
) -> Iterator[Bubble]:
    for place, there in towns.items():
        first, actors = there[0][0], {way.actor.id: way.actor.name for _, way in there}
        names = tr.listing(actors.values())
        label = tr.plural("municipality.map.town", len(actors), town=first.town)
        yield Bubble.in_town(
            *(first, profile.world.foundations.geography),
            id=place,
            label=f"{label}: {names}.",
            count=len(actors),
            phases=(choice.kind[0].value,),
        )
