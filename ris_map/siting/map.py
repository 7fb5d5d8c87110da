"""The plan on the map, on the screen and on paper; a click on it changes the plan."""

from dataclasses import replace
from itertools import pairwise

import numpy as np

from ris_map.coverage.cube import UNKNOWN_CLASS, class_codes
from ris_map.coverage.map_picture import class_words
from ris_map.register.in_words import by_town
from ris_map.register.model import Office
from ris_map.siting.plan import Change, Closing, Opening, SitingChoice, as_plan
from ris_map.siting.scenario import INLAND, today
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
from ris_map.web import picture as drawn
from ris_map.web.assets import content
from ris_map.web.map import (
    Bubble,
    Legend,
    LegendRow,
    MapClick,
    MapPicture,
    MarkerKind,
    Pictures,
    Sentence,
)
from ris_map.words.figures import table_html
from ris_map.words.markup import render

CHANGE_LIMITS = (1, 15, 30, 60)
"""Minutes; a change of less than the first is none, and has a class of its own."""


def map_classes(view: SitingView) -> tuple[CodeArray, str, list[str]]:
    """Return the class of each cell in the chosen view, and the words above and of the classes."""
    tr, kind = view.tr, view.label(view.choice.service_type)
    before, after = view.scenario.before.minutes, view.scenario.after.minutes
    no_road = ~view.scenario.basis.residents.has_road
    if view.choice.view != "skillnad":
        minutes = before if view.choice.view == "fore" else after
        is_unknown = no_road | (
            np.isinf(minutes) & np.isfinite(today(view.world, view.choice).minutes_at_best)
        )
        labels = [*class_words(minutes, is_unknown, tr=tr)]
        return class_codes(minutes, is_unknown), tr("karta.legend.minuter", kind=kind), labels
    with np.errstate(invalid="ignore"):
        change = np.nan_to_num(after - before, nan=0.0)
    is_longer, is_shorter = change.max() >= 1, change.min() <= -1
    limits = CHANGE_LIMITS[::2] if is_longer and is_shorter else CHANGE_LIMITS
    steps = np.searchsorted(limits, np.abs(change), side="right")
    key = "longer" if is_longer else "shorter"
    ranges = [*(f"{a}–{b}" for a, b in pairwise(limits)), tr("karta.over", n=limits[-1])]
    labels = [tr("siting.map.same"), *ranges]
    if is_longer and is_shorter:  # the farther, the stronger, as in the other views
        key, steps = "both", 2 + np.sign(change) * steps
        shorter = [tr("siting.map.shorter", range=one) for one in reversed(ranges)]
        labels = [*shorter, labels[0], *(tr("siting.map.longer", range=one) for one in ranges)]
    codes = np.where(no_road, UNKNOWN_CLASS, steps).astype(np.int8)
    return codes, tr(f"siting.map.change.{key}", kind=kind), labels


def offices_of(view: SitingView) -> dict[str, list[tuple[Office, Closing]]]:
    """Return the offices that help with what is asked, open or closed, by id of their bubble."""
    towns = by_town((office, closing) for closing, office in view.offices.items())
    return {f"office-{number}": offices for number, offices in enumerate(towns.values())}


def changed_by(view: SitingView, click: MapClick) -> dict[str, tuple[Change, ...]]:
    """Return the plan's fields as a click makes them.

    A municipality opens in its seat, a square in the nearest named place, an office closes; what
    the plan has already is taken back.
    """
    basis, choice = view.scenario.basis, view.choice
    field, wanted = "openings", list[Change]()
    kind, _, name = click.id.partition("-")
    if click.kind == "town" and kind == "office":
        field, wanted = "closings", [one for _, one in offices_of(view).get(click.id, [])]
    else:
        place: str | None = None
        if click.kind == "municipality":
            place = view.world.foundations.geography.seats[click.id].id
        elif click.kind == "cell":
            minutes = basis.place_minutes[:, int(click.id)]
            place = basis.place_ids[int(minutes.argmin())] if np.isfinite(minutes).any() else None
        elif kind == "planned" and name in basis.place_ids:
            place = name
        if place:
            planned = [one for one in choice.openings if one.place == place]
            wanted = [*planned] or [Opening(place, choice.service_type, (choice.phase,))]
    now = getattr(choice, field)
    if wanted and set(wanted) <= set(now):
        return {field: tuple(one for one in now if one not in wanted)}
    return {field: as_plan([*now, *wanted])}


def bubbles(view: SitingView) -> tuple[Bubble, ...]:
    """Return the markers of the chosen view: offices, what the plan opens, closes and visits."""
    tr, choice, found = view.tr, view.choice, list[Bubble]()
    closings = () if choice.view == "fore" else choice.closings
    for key, offices in offices_of(view).items():
        first = offices[0][0]
        number = sum(not any(one.covers(closing) for one in closings) for _, closing in offices)
        label = tr.plural("karta.offices", number, town=first.town) if number else first.town
        hint = tr("siting.map.close" if number else "siting.map.closed")
        found.append(
            Bubble.in_town(
                *(first, view.world.foundations.geography),
                id=key,
                label=f"{label}. {hint}",
                count=number or None,
                kind="office" if number else "neutral",
                phases=(choice.phase.value,),
            )
        )
    if choice.view == "fore":
        return tuple(found)
    where = {place.id: place for place in view.world.foundations.geography.localities}
    marks: list[tuple[MarkerKind, str, str]] = [
        *(("planned", opening.place, "planned.take-back") for opening in choice.openings),
        *(("home", place, "stop") for one in choice.rounds for place in one.stops),
    ]
    for kind, place_id, word in dict.fromkeys(marks):
        place, key = where[place_id], f"{kind}-{place_id}"
        label = f"{place.name}: {tr(f'siting.map.{word}')}"
        found.append(Bubble.at(place, place.name, id=key, label=label, kind=kind))
    return tuple(found)


def map_picture(view: SitingView) -> MapPicture:
    """Return squares, legend, sentences and markers of the chosen view."""
    tr, (codes, title, labels), shown = view.tr, map_classes(view), bubbles(view)
    kinds = {one.kind for one in shown}
    notes = [
        (kind, tr(f"siting.map.{word}"))
        for kind, word in (("planned", "planned"), ("neutral", "closed.note"), ("home", "stop"))
        if kind in kinds
    ]
    municipalities = view.scenario.basis.residents.municipality_codes
    groups = {"": INLAND, **dict(zip(municipalities, municipalities, strict=True))}
    sentence = "siting.map.sentence" if view.choice.changes else "siting.map.sentence.none"
    sentences = {
        key: Sentence(
            figure=view.percent(group, "after"),
            text=tr(
                sentence,
                name=view.group_name(group) if key else tr("as-of.inland"),
                limit=view.choice.limit,
                before=view.percent(group, "before"),
            ),
        )
        for key, group in groups.items()
    }
    return MapPicture(
        classes=codes.tolist(),
        legend=Legend(
            title=title,
            rows=tuple(LegendRow(code=code, label=words) for code, words in enumerate(labels)),
            notes=(*notes, ("unknown", tr("municipality.map.unknown"))),
        ),
        sentences=sentences,
        bubbles=shown,
    )


# -------------------------------------------------------------------- its address

SMALL_PX = 260


MAPS = Pictures(
    "plan.json",
    SitingChoice,
    draw=lambda world, choice, tr: map_picture(view_of(world, choice, tr)),
)
TODAY = Pictures(
    "idag.svg",
    SitingChoice,
    draw=lambda world, choice, tr: _small(view_of(world, choice, tr)),
)


def address_of(view: SitingView, /, **changed: object) -> str:
    """Return the address of the picture of a choice with some fields changed."""
    choice = view.choice.model_copy(update={**STEERS, **changed})
    return MAPS.address(view.world, choice, view.tr.language)


def today_address(view: SitingView) -> str:
    """Return the address of the small map of how it is; empty where the large one shows it."""
    if not view.choice.changes:
        return ""
    today = view.choice.unchanged.model_copy(update={**STEERS, "near": 30, "view": "fore"})
    return TODAY.address(view.world, today, view.tr.language).removeprefix("../..")


def today_words(view: SitingView) -> str:
    """Return what the small map says."""
    tr, now = view.tr, view.tr("siting.lead.now", share=view.percent(INLAND, "before"))
    title = tr("karta.legend.minuter", kind=view.label(view.choice.service_type))
    return f"{title}. {tr('karta.inland')}: {now}"


def _small(view: SitingView) -> str:
    """Return the map without names and marks, in the page's light or dark colours."""
    made, css = map_svg(view), content("bundle/small_map.css").content.decode()
    squares = MapPicture(classes=made.picture.classes)
    bare = replace(made, width=SMALL_PX, picture=squares, has_ground=False, sides=(), style=css)
    return bare.svg


# -------------------------------------------------------------------- on paper

PRINTED = ("fore", "efter")


def map_svg(view: SitingView) -> drawn.CountyPicture:
    """Return the map of the chosen view as it is drawn on paper."""
    tr, picture = view.tr, map_picture(view)
    assert picture.legend
    return drawn.CountyPicture(
        world=view.world,
        picture=picture,
        title=picture.legend.title,
        description=headline(view),
        inland=tuple(sorted(view.scenario.basis.inland)),
        sides=(tr("karta.inland"), tr("karta.coast")),
        phase=view.choice.phase.value,
    )


def picture(view: SitingView) -> str:
    """Return the map of the chosen view as SVG with what it says and rests on inside."""
    made = map_svg(view)
    return drawn.framed(
        made.svg,
        width=made.width,
        height=made.height,
        title=headline(view),
        lead=f"{view.tr(f'siting.view.{view.choice.view}')}. {plan_text(view)}. {lead(view)}",
        notes=f"{assumed(view)} {source(view)}",
    )


def paper_html(view: SitingView, *, url: str, number: int) -> str:
    """Return the plan on two pages of A4; a new ``number`` has it printed when it is there."""
    views = (replace(view, choice=view.choice.model_copy(update={"view": v})) for v in PRINTED)
    maps = [
        (view.tr(f"siting.paper.{one.choice.view}"), drawn.data_url(map_svg(one).svg))
        for one in views
    ]
    table = replace(full_table(view, limits=(view.choice.limit,)), id="paper")
    return render(
        "siting_paper.html",
        t=view.tr,
        number=number,
        title=headline(view),
        lead=lead(view),
        plan=plan_text(view),
        maps=maps,
        table=table_html(table, tr=view.tr),
        assumed=assumed(view),
        source=source(view),
        url=url,
    )
