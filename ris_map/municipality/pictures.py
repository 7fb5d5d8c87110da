"""The maps of a municipality: the live one of the page, and the drawing of the report."""

from collections.abc import Iterator
from dataclasses import replace

from ris_map.coverage.cube import CoverageCube, class_shares, cube_of, supply_of
from ris_map.coverage.findings import Way
from ris_map.coverage.map_picture import PictureChoice, class_words, drawn_ways, map_view, picture
from ris_map.geography.divisions import MUNICIPALITY_CODES
from ris_map.municipality.profile import MunicipalityChoice
from ris_map.municipality.words import MunicipalityView, halves
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
from ris_map.words.figures import percent_words, whole_percents

LINES = 2
"""Lines are drawn to the nearest towns that serve the municipality, this many."""


def map_layer(view: MunicipalityView) -> MapLayer:
    """Return the page's map: the municipality outlined, with its own office and what serves it."""
    found, choice, tr = view.found, view.choice, view.tr
    drawn, towns = supply(found.world, choice), _towns(view)
    nearest = [(office, way.minutes_from_seat) for (office, way), *_ in towns.values()][:LINES]
    home = (
        Bubble.at(office, office.town, id=town_id(office), label=actor.name, kind="home")
        for actor in found.home
        for office in actor.offices_on(found.world.on)[:1]
        if town_id(office) not in towns
    )
    return MapLayer(
        picture=MapPicture(
            classes=drawn.classes.tolist(),
            legend=_legend(view, drawn),
            sentences=_sentences(found.cube, choice, tr=tr, chosen=found.code),
            bubbles=tuple(_bubbles(view, towns)),
        ),
        title=tr("municipality.map.title", name=found.name),
        chosen=found.code,
        beside=choice.beside or "",
        routes=tuple(drawn_ways(found.world, found.code, nearest, choice.cube, tr=tr)),
        bubbles=tuple(home),
    )


def county_layer(world: World, choice: MunicipalityChoice, *, tr: Words) -> MapLayer:
    """Return Karta's picture of the kind of support; each municipality leads to its own page."""
    asked = choice.model_dump(include=set(PictureChoice.model_fields))
    asked["phase"], asked["service_type"] = choice.kind
    view = map_view(world, PictureChoice(**asked), tr=tr)
    shown = picture(view)
    sentences = {"": shown.sentences[""], **_sentences(cube_of(world, choice.cube), choice, tr=tr)}
    return MapLayer(
        picture=replace(shown, sentences=sentences),
        title=tr("municipality.choose.heading"),
        divide=view.division.id,
    )


def supply(world: World, choice: MunicipalityChoice) -> CoverageCube:
    """Return the chosen kind of support."""
    phase, service_type = choice.kind
    return supply_of(world, choice.cube, (phase,), (service_type,))


def map_picture(view: MunicipalityView) -> CountyPicture:
    """Return the same map as a drawing for paper."""
    found, choice, tr = view.found, view.choice, view.tr
    bubbles = list(_bubbles(view, _towns(view)))
    counted = ", ".join(f"{one.name} {tr.number(one.count)}" for one in bubbles if one.count)
    if found.seat.name not in {one.name for one in bubbles}:
        bubbles.append(Bubble.at(found.seat, found.seat.name, id="", label="", kind="home"))
    classes = supply(found.world, choice).classes.tolist()
    return CountyPicture(
        world=found.world,
        picture=MapPicture(classes=classes, bubbles=tuple(bubbles)),
        title=tr("municipality.map.paper", name=found.name, kind=tr.kind(*choice.kind)),
        description=tr("municipality.map.alt", name=found.name, towns=counted or "–"),
        chosen=(found.code,),
        phase=choice.kind[0].value,
        width=620.0,
        has_ground=False,
    )


def _sentences(
    cube: CoverageCube, choice: MunicipalityChoice, *, tr: Words, chosen: str = ""
) -> dict[str, Sentence]:
    """Return what is said of each municipality; of the chosen one as long as none is pointed at."""
    sentences = dict[str, Sentence]()
    for code, (figure, text) in halves(cube, choice, tr=tr).items():
        link = tr("municipality.map.open", name=tr.municipality_names[code])
        url = choice.url(tr=tr, code=code, beside=None)
        sentences[code] = Sentence(figure=figure, text=text, url=url, link=link)
        if code == chosen:
            sentences[""] = sentences[code] = Sentence(figure=figure, text=text)
    return sentences


def _legend(view: MunicipalityView, drawn: CoverageCube) -> Legend:
    """Return the legend as a chart: share of residents in each class, here and there.

    There is the municipality beside which it is put, otherwise the county.
    """
    found, beside, tr = view.found, view.choice.beside, view.tr
    there = tr.municipality_names[beside] if beside else tr("municipality.map.county")
    groups = {found.code: (found.code,), "": (beside,) if beside else MUNICIPALITY_CODES}
    columns = class_shares(found.world, drawn.classes, groups).values()
    said = [whole_percents(column) for column in columns]
    is_unknown = (drawn.classes == UNKNOWN).any()
    return Legend(
        title=tr("karta.legend.minuter", kind=tr.kind(*view.choice.kind)),
        columns=(tr("karta.minutes.head"), found.name, there),
        rows=tuple(
            LegendRow(
                code=code,
                label=label,
                shares=tuple(100 * column[code] for column in columns),
                texts=tuple(percent_words(*column[code], tr=tr) for column in said),
            )
            for code, label in enumerate(class_words(drawn.minutes, drawn.is_unknown, tr=tr))
        ),
        notes=(("unknown", tr("municipality.map.unknown")),) if is_unknown else (),
    )


def _towns(view: MunicipalityView) -> dict[str, list[tuple[Office, Way]]]:
    """Return the offices that give the chosen kind of support by town, nearest first."""
    ways = (way for way in view.found.offices if view.choice.kind in way.kinds)
    return by_town((way.office, way) for way in ways if way.office)


def _bubbles(
    view: MunicipalityView, towns: dict[str, list[tuple[Office, Way]]]
) -> Iterator[Bubble]:
    tr, geography = view.tr, view.found.world.foundations.geography
    for place, there in towns.items():
        first, actors = there[0][0], {way.actor.id: way.actor.name for _, way in there}
        label = tr.plural("municipality.map.town", len(actors), town=first.town)
        yield Bubble.in_town(
            *(first, geography),
            id=place,
            label=f"{label}: {tr.listing(actors.values())}.",
            count=len(actors),
            phases=(view.choice.kind[0].value,),
        )
