"""The start page: what is chosen, and who helps: headline, panel, rows, table of everybody."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from pydantic import AfterValidator, Field

from ris_map.common.address import Flag
from ris_map.coverage.map_picture import MapChoice, MapView, Site
from ris_map.coverage.support import UNKNOWN
from ris_map.geography.divisions import MUNICIPALITY_CODES, OwnMunicipality
from ris_map.register.in_words import Words, town_id, words_of
from ris_map.register.model import Actor
from ris_map.register.selection import Group, Match
from ris_map.register.vocabulary import ServiceScope
from ris_map.travel.people import FERRY, number_of_squares
from ris_map.words.figures import ROUND_MINUTES, minutes_number, percent
from ris_map.words.markup import render


def _cell(text: str) -> str:
    # a square's number is its place in their file
    if text and not (text.isascii() and text.isdigit() and int(text) < number_of_squares()):
        raise ValueError("no square")
    return text


MunicipalityCode = OwnMunicipality | Literal[""]
TownId = Annotated[str, Field(pattern=rf"^(({'|'.join(MUNICIPALITY_CODES)})-.*)?$")]


class StartChoice(MapChoice):
    """The map's choice, and what is looked at in it."""

    municipality: MunicipalityCode = Field("", alias="kommun")
    beside: MunicipalityCode = Field("", alias="jamfor")
    town: TownId = Field("", alias="tatort")
    cell: Annotated[str, AfterValidator(_cell)] = Field("", alias="ruta")
    everybody: Flag = Field(default=False, alias="alla")


Row = tuple[Actor, str, list[str]]
"""An actor, the line below its name, and the ids of the towns that the map marks with it."""


def headline_words(view: MapView) -> dict[str, Any]:
    """Return the headline in parts: before the figure, the figure, after it, and the lead."""
    tr, choice = view.tr, view.choice
    values = {"kind": view.kind, "limit": view.choice.limit}
    if view.is_physical:
        figure, coast = (view.share_words(codes) for codes in (view.inland, view.coast))
        before, after = tr("karta.headline", figure="|", coast=coast, **values).split("|")
    else:
        figure = view.reached_words(tuple(view.names))
        before, after = "", " " + tr(f"karta.headline.{choice.delivery.value}", **values)
    return {"parts": (before, after), "figure": figure, "lead": lead(view)}


def lead(view: MapView) -> str:
    """Return what the headline is about and rests on; on a phone it stands below the map."""
    tr, way = view.tr, "" if view.is_physical else ".remote"
    label = view.tr.label(view.choice.strength_area) if view.choice.strength_area else ""
    area = " " + tr("karta.lead.area", area=label[:1].lower() + label[1:]) if label else ""
    text = tr(f"karta.lead{way}", kind=view.kind, phase=_phase(view), area=area)
    if view.is_physical:
        more = view.carrier_words()
    else:
        more = tr("karta.lead.unsure") if UNKNOWN in view.answers() else ""
    return f"{text} {more}".strip()


def _phase(view: MapView) -> str:
    return view.tr(f"karta.phase.{view.choice.phase or 'all'}")


def rows_words(view: MapView, choice: StartChoice) -> dict[str, Any]:
    """Return who has an office that matches, own actors of a chosen area before open ones.

    For help at a distance: who is known to give it, and of whom it is not known.
    """
    tr = view.tr
    if not view.is_physical:
        sections = [
            (
                tr(f"karta.who.{name}", n=len(actors)),
                [(actor, tr.service_area(actor), list[str]()) for actor in actors],
            )
            for name, actors in view.remote_helpers().items()
        ]
        title = tr(f"karta.who.{choice.delivery}", kind=view.kind)
        return {"title": title, "note": tr("karta.who"), "sections": sections, "named": ""}
    known = {town_id(o): o.town for actor in view.world.register.actors for o in actor.offices}
    town = known.get(choice.town, "")
    here = [sites for sites in view.matching() if not town or choice.town in _ids(sites)]
    area = choice.strength_area
    own = [sites for sites in here if area and area in sites[0].actor.strength_areas.areas]
    neutral = [sites for sites in here if sites not in own]
    parts = [("own", own), ("neutral", neutral)] if area else [("", here)]
    sections = [
        (tr(f"karta.{name}", n=len(ones)) if name else "", [_office_row(x, tr) for x in ones])
        for name, ones in parts
    ]
    kind = choice.service_type or "all"
    title = tr.plural(f"karta.actors.{kind}", len(here), phase=_phase(view))
    offices = sum(not town or choice.town == town_id(o.office) for sites in here for o in sites)
    note = tr.plural("karta.offices.count", offices) if here else tr("karta.nobody", kind=view.kind)
    named = f"{town}: {title}" if town else ""
    return {
        "title": named or title,
        "note": note,
        "point": tr("karta.offices.point") if here else "",
        "sections": sections,
        "named": named,
    }


def _office_row(sites: Sequence[Site], tr: Words) -> Row:
    actor = sites[0].actor
    where = tr.listing({town_id(site.office): site.office.town for site in sites}.values())
    if actor.service_area.scope is ServiceScope.MUNICIPALITIES:
        where = tr("karta.row.for", where=where, area=tr.service_area(actor))
    return actor, where, _ids(sites)


def _ids(sites: Sequence[Site]) -> list[str]:
    return list(dict.fromkeys(town_id(site.office) for site in sites))


def panel_words(view: MapView, choice: StartChoice) -> dict[str, Any]:
    """Return what is said of the chosen municipality: figures, first contact, who is near.

    With another one to compare with, its figures stand below.
    """
    tr, code = view.tr, choice.municipality
    near = [
        (site.actor.name, f"{site.office.town}, {view.minutes_words(minutes)}")
        for site, minutes in view.nearest(view.at(code))[:3]
    ]
    query = {**choice.picture_choice().query(), "kommun": [code], "lang": [tr.language.value]}
    if choice.beside:
        query["jamfor"] = [choice.beside]
    return {
        "name": view.names[code],
        "figures": _panel_figures(view, code),
        "beside": view.names.get(choice.beside, ""),
        "beside_figures": _panel_figures(view, choice.beside) if choice.beside else [],
        "square": _square(view, choice),
        "home": view.world.home_of(code),
        "near": near if view.is_physical else [],
        "url": f"/kommun?{urlencode(query, doseq=True)}",
    }


def _panel_figures(view: MapView, code: str) -> list[tuple[str, str]]:
    """Return a municipality's share, median minutes and number of actors, each with its words."""
    if not view.is_physical:
        return []
    tr, found, at = view.tr, view.found, view.at(code)
    actors = int(found.median_actors([code]))
    # who has it in town has five minutes at most
    median = minutes_number(max(float(found.figures.median_minutes[at]), ROUND_MINUTES), tr=tr)
    if median[:1].isdigit():
        median = tr("karta.limit.min", n=median)
    return [
        (percent(float(found.share[at]), tr=tr), tr("karta.panel.within", limit=view.choice.limit)),
        (median, tr("karta.panel.median")),
        (tr.number(actors), tr.plural("karta.panel.actors", actors, limit=view.choice.limit)),
    ]


def _square(view: MapView, choice: StartChoice) -> str:
    """Return the minutes from a chosen square and the nearest office."""
    tr = view.tr
    if not choice.cell or not view.is_physical:
        return ""
    cell = int(choice.cell)
    if view.world.cells.access[cell] == FERRY:
        return tr("karta.square.ferry")
    near = view.nearest(int(view.found.population.group[cell]), cell=cell)
    if not near:
        return tr("karta.square.none", kind=view.kind)
    site, minutes = near[0]
    values = {"name": site.actor.name, "town": site.office.town}
    return tr("karta.square", minutes=view.minutes_words(minutes), **values)


def all_html(matches: Sequence[Match], *, tr: Words, on: date) -> str:
    """Return the whole core of the register as rows under their groups."""
    sections = [
        (
            f"{tr(f'group.{group}.title')} ({tr.number(len(members))})",
            [_whole_row(match, tr, on=on) for match in members],
        )
        for group in Group
        if (members := [match for match in matches if match.group is group])
    ]
    title = tr("karta.everybody.title", n=tr.number(len(matches)))
    note = tr("karta.everybody.note")
    return render("rows.html", t=tr, title=title, note=note, sections=sections, id="alla", named="")


def _whole_row(match: Match, tr: Words, *, on: date) -> Row:
    said, towns = words_of(match, tr=tr), map(town_id, match.actor.offices_on(on))
    return match.actor, f"{said['towns']} · {said['service-types']}", list(dict.fromkeys(towns))


COLUMNS = (
    *("name", "group", "phases", "service-types", "strength-areas"),
    *("towns", "delivery", "confidence", "last-evidence"),
)


def table_html(matches: Iterable[Match], *, tr: Words) -> str:
    """Return the table of a selection as HTML."""
    said = [words_of(match, tr=tr) for match in matches]
    return render("table.html", id="actors", t=tr, columns=COLUMNS, rows=said)
