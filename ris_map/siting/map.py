"""The plan on the map, on the screen and on paper; a click on it changes the plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from ris_map.coverage.cube import THRESHOLDS, UNKNOWN_CLASS, class_codes
from ris_map.coverage.map_picture import picture_version
from ris_map.geography.divisions import DEFAULT_DIVISION
from ris_map.siting.plan import Opening, SitingChoice, context_of
from ris_map.siting.scenario import INLAND
from ris_map.siting.words import (
    STEERS,
    SitingView,
    assumed,
    full_table,
    headline,
    lead,
    plan_text,
    source,
    view_of,
)
from ris_map.travel.network import CodeArray
from ris_map.travel.world import World, kept
from ris_map.web import data
from ris_map.web import picture as drawn
from ris_map.web.assets import content
from ris_map.web.map import (
    Bubble,
    Legend,
    LegendRow,
    MapClick,
    MapLayer,
    MapPicture,
    Sentence,
    picture_address,
    picture_bytes,
    read_picture,
)
from ris_map.words import translator
from ris_map.words.figures import FigureTable, table_html
from ris_map.words.language import Language
from ris_map.words.markup import render

CHANGE_LIMITS = (1, 15, 30, 60)
"""Minutes; a change of less than the first is none, and has a class of its own."""


def map_classes(view: SitingView, shown: str) -> tuple[CodeArray, str]:
    """Return the class of each cell in a view, and the key of the words above the classes."""
    before, after = view.scenario.before.minutes, view.scenario.after.minutes
    no_road = ~view.scenario.basis.residents.has_road
    if shown != "skillnad":
        minutes = before if shown == "fore" else after
        return class_codes(minutes, no_road | ~np.isfinite(minutes)), "title"
    with np.errstate(invalid="ignore"):
        change = np.nan_to_num(after - before, nan=0.0)
    codes = np.searchsorted(CHANGE_LIMITS, np.abs(change), side="right")
    directions = bool((change >= 1).any()), bool((change <= -1).any())
    key = {(True, True): "both", (True, False): "longer"}.get(directions, "shorter")
    return np.where(no_road, UNKNOWN_CLASS, codes).astype(np.int8), f"change.{key}"


def class_labels(view: SitingView, shown: str) -> list[str]:
    """Return the words of the five classes."""
    tr = view.tr
    limits = CHANGE_LIMITS if shown == "skillnad" else (0, *map(int, THRESHOLDS))
    ranges = [f"{a}–{b}" for a, b in pairwise(limits)]
    last = tr("siting.map.over", n=limits[-1])
    return [tr("siting.map.same"), *ranges, last] if shown == "skillnad" else [*ranges, last]


def offices_of(view: SitingView) -> dict[str, list[Any]]:
    """Return the offices that help with what is asked, open or closed, by id of their bubble."""
    towns: dict[str, list[tuple[str, Any]]] = {}
    for key, (_, office) in view.offices.items():
        towns.setdefault(office.town, []).append((key, office))
    return {f"office-{number}": offices for number, offices in enumerate(towns.values())}


def changed_by(view: SitingView, click: MapClick) -> dict[str, tuple[str, ...]]:
    """Return the plan's fields as a click makes them.

    A municipality opens in its seat, a square in the nearest named place, an office closes; what
    the plan has already is taken back.
    """
    basis, choice = view.scenario.basis, view.choice
    field, wanted = "openings", list[str]()
    kind, _, name = click.id.partition("-")
    if click.kind == "town" and kind == "office":
        field, wanted = "closings", [key for key, _ in offices_of(view).get(click.id, [])]
    else:
        place: str | None = None
        if click.kind == "municipality":
            seats = view.world.foundations.geography.localities
            found = (p.id for p in seats if p.is_seat and p.municipality_code == click.id)
            place = next(found, None)
        elif click.kind == "cell":
            minutes = basis.place_minutes[:, int(click.id)]
            place = basis.place_ids[int(minutes.argmin())] if np.isfinite(minutes).any() else None
        elif kind == "planned" and name in basis.place_ids:
            place = name
        if place:
            planned = [str(o) for o in view.scenario.plan.openings if o.place == place]
            new = str(Opening(place, choice.service_type, (choice.phase,)))
            wanted = planned or [new]
    now = getattr(choice, field)
    if wanted and set(wanted) <= set(now):
        return {field: tuple(one for one in now if one not in wanted)}
    return {field: tuple(dict.fromkeys([*now, *wanted]))}


def bubbles(view: SitingView, shown: str) -> tuple[Bubble, ...]:
    """Return the markers of a view: offices, and what the plan opens, closes and visits."""
    tr, plan = view.tr, view.scenario.plan
    found = []
    for key, offices in offices_of(view).items():
        town, lat, lon = offices[0][1].town, offices[0][1].lat, offices[0][1].lon
        keys = [name.replace("@", "/") for name, _ in offices]
        closed = sum(any(one.closes(name) for one in plan.closings) for name in keys)
        number = len(offices) - (0 if shown == "fore" else closed)
        label = tr.plural("karta.offices", number, town=town) if number else town
        hint = tr("siting.map.close" if number else "siting.map.closed")
        found.append(
            Bubble(
                id=key,
                name=town,
                lat=lat,
                lon=lon,
                label=f"{label}. {hint}",
                count=number or None,
                kind="office" if number else "neutral",
                phases=(view.choice.phase.value,),
            )
        )
    if shown == "fore":
        return tuple(found)
    where = {place.id: place for place in view.world.foundations.geography.localities}
    planned, stop = tr("siting.map.planned.take-back"), tr("siting.map.stop")
    marks: list[tuple[Literal["planned", "home"], str, str]] = [
        *(("planned", opening.place, planned) for opening in plan.openings),
        *(("home", place, stop) for one in plan.rounds for place in one.stops),
    ]
    for kind, place_id, words in dict.fromkeys(marks):
        place, key = where[place_id], f"{kind}-{place_id}"
        label = f"{place.name}: {words}"
        found.append(
            Bubble(id=key, name=place.name, lat=place.lat, lon=place.lon, label=label, kind=kind)
        )
    return tuple(found)


def map_title(view: SitingView, shown: str) -> str:
    """Return what the map shows."""
    kind = view.label(view.choice.service_type)
    return view.tr(f"siting.map.{map_classes(view, shown)[1]}", kind=kind)


def map_layer(view: SitingView) -> MapLayer:
    """Return the map of the chosen view; a click on any square is a click on the place near it."""
    return MapLayer(
        picture=address_of(view),
        title=map_title(view, view.choice.view),
        divide=DEFAULT_DIVISION,
        sides=(view.tr("siting.map.inland"), view.tr("siting.map.coast")),
        click_cells=True,
    )


def map_picture(view: SitingView) -> MapPicture:
    """Return squares, legend, sentences and markers of the chosen view."""
    tr, choice, shown = view.tr, view.choice, view.choice.view
    codes, _ = map_classes(view, shown)
    title = map_title(view, shown)
    rows = tuple(LegendRow(code=k, label=t) for k, t in enumerate(class_labels(view, shown)))
    kinds = {one.kind for one in bubbles(view, shown)}
    notes = [
        (kind, tr(f"siting.map.{word}"))
        for kind, word in (("planned", "planned"), ("neutral", "closed.note"), ("home", "stop"))
        if kind in kinds
    ]
    groups = [("", INLAND), *((c, c) for c in view.scenario.basis.residents.municipality_codes)]
    sentence = "siting.map.sentence" if view.scenario.plan else "siting.map.sentence.none"
    sentences = {
        group: Sentence(
            figure=view.percent(at, "after"),
            text=tr(
                sentence,
                name=view.group_name(at) if group else tr("siting.map.inland.in"),
                limit=choice.limit,
                before=view.percent(at, "before"),
            ),
        )
        for group, at in groups
    }
    return MapPicture(
        classes=codes.tolist(),
        legend=Legend(
            title=title, rows=rows, notes=(*notes, ("unknown", tr("siting.map.unknown")))
        ),
        sentences=sentences,
        bubbles=bubbles(view, shown),
    )


# -------------------------------------------------------------------- its address

NAME, TODAY, SMALL_PX = "plan", "idag.svg", 260


def address_of(view: SitingView, /, **changed: object) -> str:
    """Return the address of the picture of a choice with some fields changed."""
    choice = view.choice.model_copy(update={**STEERS, **changed})
    query = {**choice.query(), "lang": [view.tr.language.value]}
    return picture_address(NAME, picture_version(view.world), query)


def today_address(view: SitingView) -> str:
    """Return the address of the small map of how it is; empty where the large one shows it."""
    if not view.scenario.plan:
        return ""
    address = address_of(view, openings=(), closings=(), rounds=(), near=30, view="fore")
    return address.removeprefix("../..").replace(f"{NAME}.json", TODAY)


def today_words(view: SitingView) -> str:
    """Return what the small map says."""
    now = view.tr("siting.lead.now", share=view.percent(INLAND, "before"))
    return f"{map_title(view, 'fore')}. {view.tr('siting.map.inland')}: {now}"


def picture_file(name: str, query: Mapping[str, Sequence[str]]) -> tuple[str, bytes] | None:
    """Return version and content of a picture for its query; None if the query means nothing."""
    make = {NAME: _content, TODAY: _small}.get(name)
    world = data.world()
    places = world.foundations.geography.localities
    asked = read_picture(SitingChoice, query, context=context_of(world.register, places))
    if make is None or asked is None:
        return None
    choice, language = asked
    return picture_version(world), make(world, choice.model_copy(update=STEERS), language)


@kept(256)
def _content(world: World, choice: SitingChoice, language: Language) -> bytes:
    view = view_of(world, choice, data.words(translator(language)))
    return picture_bytes(map_picture(view))


@kept(16)
def _small(world: World, choice: SitingChoice, language: Language) -> bytes:
    """Return the map of how it is, without names and marks, in the page's light or dark colours."""
    view = view_of(world, choice, data.words(translator(language)))
    made = map_svg(view, "fore")
    css = content("bundle/small_map.css").content.decode()
    squares = MapPicture(classes=made.picture.classes)
    bare = replace(made, width=SMALL_PX, picture=squares, has_ground=False, sides=(), style=css)
    return bare.svg.encode()


# -------------------------------------------------------------------- on paper


def map_svg(view: SitingView, shown: str) -> drawn.CountyPicture:
    """Return the map of a view as it is drawn on paper."""
    tr, title = view.tr, map_title(view, shown)
    labels = [*class_labels(view, shown), tr("unknown")]
    rows = tuple(LegendRow(code=code, label=words) for code, words in enumerate(labels))
    return drawn.CountyPicture(
        world=view.world,
        picture=MapPicture(
            classes=map_classes(view, shown)[0].tolist(),
            legend=Legend(title=title, rows=rows),
            bubbles=bubbles(view, shown),
        ),
        title=title,
        description=headline(view),
        inland=tuple(sorted(view.scenario.basis.groups[INLAND])),
        sides=(tr("siting.map.inland"), tr("siting.map.coast")),
        phase=view.choice.phase.value,
    )


def picture(view: SitingView) -> str:
    """Return the map of the chosen view as SVG with what it says and rests on inside."""
    made = map_svg(view, view.choice.view)
    return drawn.framed(
        made.svg,
        width=made.width,
        height=made.height,
        title=headline(view),
        lead=f"{view.tr(f'siting.view.{view.choice.view}')}. {plan_text(view)}. {lead(view)}",
        notes=f"{assumed(view)} {source(view)}",
    )


def paper_table(view: SitingView) -> FigureTable:
    """Return the figures as they fit on paper: of the limit that is asked about."""
    return replace(full_table(view, limits=(view.choice.limit,)), id="paper")


def paper_html(view: SitingView, *, url: str, number: int) -> str:
    """Return the plan on two pages of A4; a new ``number`` has it printed when it is there."""
    maps = [
        (view.tr(f"siting.paper.{shown}"), drawn.data_url(map_svg(view, shown).svg))
        for shown in ("fore", "efter")
    ]
    return render(
        "siting_paper.html",
        t=view.tr,
        number=number,
        title=headline(view),
        lead=lead(view),
        plan=plan_text(view),
        maps=maps,
        table=table_html(paper_table(view), tr=view.tr),
        assumed=assumed(view),
        source=source(view),
        url=url,
    )
