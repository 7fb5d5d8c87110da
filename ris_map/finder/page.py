"""The page "Hitta stöd": questions that fold to a line, the next steps, the list, the map."""

import json
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Final
from urllib.parse import urlencode

import streamlit as st

from ris_map.common import dates
from ris_map.coverage.cube import CoverageCube, supply_of
from ris_map.coverage.map_picture import class_words
from ris_map.coverage.support import CubeChoice
from ris_map.finder.answer import Entry, Group, SupportAnswer, find_support, route_to, speed_of
from ris_map.finder.need import Limit, Need, Who, all_starts, guess_phase
from ris_map.finder.words import (
    FindView,
    find_file,
    marker_of,
    range_words,
    rest_html,
    start_words,
)
from ris_map.geography.county import Geography
from ris_map.register.in_words import Words
from ris_map.register.model import Office
from ris_map.register.vocabulary import STRENGTH_AREAS, Delivery, Phase, ServiceType
from ris_map.travel.world import World, kept
from ris_map.web import data, layout
from ris_map.web.address import PageState
from ris_map.web.map import (
    Bubble,
    Legend,
    MapClick,
    MapLayer,
    MapPicture,
    MarkerKind,
    Pictures,
    Route,
    Sentence,
    show_map,
)
from ris_map.words import Translator
from ris_map.words.figures import minutes_words
from ris_map.words.language import Language
from ris_map.words.markup import render

STATE = PageState(page="hitta", model=Need)
MAPS = Pictures(
    "hitta.json",
    Need,
    draw=lambda world, need, tr: find_picture(world, find_support(world, need), tr=tr),
)
SCRIPT_TEXTS: Final = {
    "none": "find.place.none",
    "found": "find.place.found",
    "searching": "find.geo.searching",
    "geoFound": "find.geo.found",
    "denied": "find.geo.denied",
    "outside": "find.geo.outside",
    "unable": "find.geo.unable",
}
"""Texts that find.js shows; it has none of its own."""
_OPEN = "_hitta-oppen"
_GUIDE = "hitta-fragor"
_UNSURE = "_hitta-vet-inte"
_GUESSED = "_hitta-foreslagen"


@kept(48)  # about 0.2 MB each
def prepared(world: World, need: Need, language: Language) -> tuple[FindView, MapLayer]:
    """Return an answer in the words of a language; the same question is answered once for all.

    The world is compared by identity: a register that is read anew makes another one.
    """
    tr = data.words(language)
    answer = find_support(world, need)
    view = FindView(answer, world, tr)
    return view, map_layer(world, answer, tr=tr)


def body(tr: Words) -> None:
    """Draw everything; only this part runs again on a click."""
    ignored = STATE.sync()
    need = STATE.chosen()
    view, layer = prepared(data.world(), need, tr.language)
    layout.title(view.title, view.lead)
    layout.ignored_notice(ignored, tr=tr)
    question_column, answer_column, map_column = st.columns([2, 4, 4], gap="medium")
    is_answered = need.place is not None and need.phase is not None
    key = "ris-find-answered" if is_answered else "ris-find-questions"
    # before the map, for on a phone they stand above it: what is empty has no room (find.css)
    questions = question_column.container(key=key)
    questions.html(render("find_heading.html", text=tr("find.answers.heading")))
    with map_column, st.container(key="ris-find-map"):
        show_map(layer, key="find", on_click=_clicked)
    with answer_column:
        with st.container(key="ris-find-steps"):
            st.html(render("find_steps.html", t=tr, view=view, is_answered=is_answered))
        with st.container(key="ris-find-list", gap="xxsmall"):
            _list(view, tr=tr)
    with questions:
        _questions(need, view, tr=tr)
    with st.container(key="ris-find-more"):
        after = next_pictures(data.world(), need, tr.language)
        st.html(render("find_onward.html", view=view, after=after, t=tr))
        _share(view, need, tr=tr)


def _clicked(click: MapClick) -> None:
    """Search from the municipality that was pressed on the map."""
    if click.kind == "municipality":
        STATE.set(place=click.id)


def _list(view: FindView, *, tr: Translator) -> None:
    """Draw the groups; what is folded is sent when it is opened (a third of a change's time)."""
    if not view.sections:
        st.html(render("find_empty.html", title=tr("find.empty.title"), text=tr("find.empty.text")))
    for html, section in view.parts:
        if html:
            st.html(html)
        if section is not None:
            label, key = section.rest_label, section.rest_key
            box = st.expander(label, key=key, type="compact", on_change="rerun")
            if box.open:
                box.html(rest_html(view, section))


def _questions(need: Need, view: FindView, *, tr: Words) -> None:
    """Draw each question open until it is answered, then as a line with a button."""
    opened = st.session_state.get(_OPEN)
    if need.place is None or opened == "plats":
        st.html(_place_html(need, tr=tr))
    else:
        _line("plats", view.place, tr=tr)
    if need.phase is None or opened == "fas":
        _phase(tr=tr)
    else:
        _line("fas", tr(f"find.phase.{need.phase}"), tr=tr)
        if st.session_state.get(_GUESSED) == need.phase:
            text = tr("find.guide.result", phase=tr.label(need.phase).lower())
            st.html(render("notice.html", text=text))
    if opened == "stod":
        label, kinds = tr("find.type.label"), {k: tr(f"find.type.{k}") for k in ServiceType}
        STATE.widget(st.pills, "service_types", label, kinds, selection_mode="multi", wrap=True)
        st.html(_types_html(tr))
    else:
        types = tr.listing([tr(f"find.type.{kind}") for kind in need.service_types])
        _line("stod", types or tr("find.type.unsure"), tr=tr)
    if need.place is None or need.phase is None or opened == "omrade":
        areas, label = {area: tr.label(area) for area in STRENGTH_AREAS}, tr("find.area.label")
        STATE.widget(st.pills, "strength_area", label, areas, wrap=True, on_change=_answered)
    else:
        area = need.strength_area
        _line("omrade", tr.label(area) if area else tr("find.area.any"), tr=tr)
    _further(need, tr=tr)
    if need != Need():
        st.button(tr("find.restart"), key="hitta-om", type="tertiary", on_click=_restart)
    st.html(render("find_see.html", t=tr, view=view))


def _line(question: str, answer: str, *, tr: Translator) -> None:
    """Draw an answered question as one line."""
    with st.container(key=f"ris-line-{question}", horizontal=True):
        ask = tr(f"find.line.{question}")
        st.html(render("find_line.html", question=ask, answer=answer))
        st.button(
            tr(f"find.change.{question}"),
            key=f"hitta-andra-{question}",
            type="tertiary",
            on_click=_open,
            args=(question,),
            width="content",
        )


def _open(question: str) -> None:
    st.session_state[_OPEN] = question


def _answered() -> None:
    st.session_state[_OPEN] = None
    STATE.write()


def _restart() -> None:
    st.session_state[_OPEN] = st.session_state[_GUESSED] = None
    STATE.clear()


def _place_html(need: Need, *, tr: Translator) -> str:
    """Return the search for a place, with all places for find.js to search in.

    The points are those of public settlements; the browser compares its own position with them and
    tells nobody.
    """
    starts = all_starts(data.geography()).values()
    places = [
        [s.id, start_words(s, tr=tr), round(s.locality.lat, 4), round(s.locality.lon, 4)]
        for s in starts
    ]
    texts = {name: tr(key) for name, key in SCRIPT_TEXTS.items()}
    query = {key: value for key, value in need.query().items() if key != "plats"}
    return render(
        "find_place.html",
        t=tr,
        places=json.dumps(places, ensure_ascii=False, separators=(",", ":")),
        texts=json.dumps(texts, ensure_ascii=False),
        municipalities=[s for s in starts if s.is_municipality],
        rest=urlencode({**query, "lang": [tr.language.value]}, doseq=True),
    )


def _phase(*, tr: Words) -> None:
    strategy, language = tr.strategy, tr.language
    texts = {phase: tr(f"find.phase.{phase}") for phase in Phase}
    meant = (f"**{t}**: {strategy.phase(p).everyday.in_(language)}" for p, t in texts.items())
    STATE.widget(
        st.pills,
        "phase",
        tr("find.line.fas"),
        texts,
        help="\n\n".join(meant),
        wrap=True,
        on_change=_phase_answered,
    )
    st.toggle(tr("find.phase.unsure"), key=_UNSURE)
    if st.session_state.get(_UNSURE):
        with st.container(key="ris-find-guide", border=True):
            has_company = _question("company", tr=tr)
            if has_company is not None:
                _question(_next_question(has_company), tr=tr)


def _phase_answered() -> None:
    st.session_state[_GUESSED] = None
    _answered()


def _question(name: str, *, tr: Translator) -> bool | None:
    answer: bool | None = st.pills(
        tr(f"find.guide.{name}"),
        [True, False],
        format_func=lambda yes: tr("find.guide.yes" if yes else "find.guide.no"),
        key=f"{_GUIDE}-{name}",
        on_change=_guess,
    )
    return answer


def _next_question(has_company: object) -> str:
    return "users" if has_company else "building"


def _guess() -> None:
    state = st.session_state
    has_company = state.get(f"{_GUIDE}-company")
    phase = guess_phase(has_company, state.get(f"{_GUIDE}-{_next_question(has_company)}"))
    if phase is not None:
        state[_GUESSED] = phase
        state[_OPEN] = None
        STATE.set(phase=phase)


def _types_html(tr: Words) -> str:
    return render("find_types.html", t=tr)


def _further(need: Need, *, tr: Translator) -> None:
    further = {"who", "digital_first", "limit", "winter"}
    is_chosen = bool(need.model_dump(include=further, exclude_defaults=True))
    box = st.expander(tr("find.more"), expanded=is_chosen, key="hitta-fler", on_change="rerun")
    if not box.open:
        return
    with box:
        limits = {limit: tr("karta.limit.min", n=limit) for limit in Limit}
        limits[Limit.ANY] = tr("find.limit.any")
        label = tr("find.limit.label")
        STATE.widget(st.segmented_control, "limit", label, limits, required=True, wrap=True)
        STATE.widget(st.checkbox, "winter", tr("coverage.control.winter"))
        STATE.widget(st.checkbox, "digital_first", tr("find.digital.label"))
        groups = {who: tr(f"find.who.{who}") for who in Who}
        label, said = tr("find.who.label"), tr("find.who.help")
        STATE.widget(st.pills, "who", label, groups, help=said, wrap=True)


def _share(view: FindView, need: Need, *, tr: Translator) -> None:
    """Draw the ways to take the answer along: link, print, file."""
    with st.container(horizontal=True, key="ris-find-share", vertical_alignment="center"):
        st.html(render("find_share.html", t=tr), width="content")
        make = partial(
            find_file,
            view,
            site=layout.site(),
            query={**need.query(), "lang": [tr.language.value]},
            on=dates.today(),
        )
        file = f"{tr('find.file.name')}-{dates.today().isoformat()}.html"
        layout.download(tr("find.share.save"), make, file, key="hitta-fil")
    st.html(render("find_how.html", t=tr, source=view.source))


DRAWN_WAYS = 3
NAMED = 3
"""So many of those in a town are named when its marker is pointed at."""


def map_layer(world: World, answer: SupportAnswer, *, tr: Words) -> MapLayer:
    """Return what the map shows of an answer; the other phases' pictures are fetched before."""
    start, need = answer.start, answer.need
    after = next_pictures(world, need, tr.language)
    ways = (route_to(entry, world=world, answer=answer) for entry in _drawn(answer))
    return MapLayer(
        picture=MAPS.address(world, need, tr.language),
        title=tr("find.map.title" if start else "find.map.title.start"),
        chosen="" if start is None else start.code,
        place=None if start is None else (start.locality.lat, start.locality.lon),
        routes=tuple(
            Route.along(way, minutes_words(way.minutes, tr=tr, limit=need.max_minutes))
            for way in ways
            if way and len(way.line) > 1
        ),
        next_pictures={
            STATE.key("phase"): {tr(f"find.phase.{p}"): url for p, url in after.items()}
        },
    )


def next_pictures(world: World, need: Need, language: Language) -> dict[Phase, str]:
    """Return the address of each phase's picture at the same place."""
    needs = {phase: need.model_copy(update={"phase": phase}) for phase in Phase}
    return {phase: MAPS.address(world, one, language) for phase, one in needs.items()}


NOTES: Final = {
    "scale": "find.map.scale",
    "unknown": "karta.note.unknown",
    **{kind: f"find.map.{kind}" for kind in ("home", "office", "adjacent")},
}
"""What the legend can say, in its order."""


def find_picture(world: World, answer: SupportAnswer, *, tr: Words) -> MapPicture:
    """Return the map of an answer: minutes to who fits, and all who are known where they are.

    Minutes are those of the people who live there, to who fits them: as on every other map.
    """
    need, start, view = answer.need, answer.start, FindView(answer, world, tr)
    cube = CubeChoice(strength_area=need.strength_area, speed=speed_of(need).id)
    supply = supply_of(world, cube, need.phases, need.counted_types)
    names = tr.municipality_names if start is None else {start.code: start.municipality_name}
    entries = answer.entries if start else _anywhere(supply, need)
    bubbles = _bubbles(entries, geography=world.foundations.geography, tr=tr)
    kinds = {str(bubble.kind) for bubble in bubbles}
    if supply.offices.size > 0:
        is_unknown = supply.is_unknown[supply.population.cells_of(names)]
        kinds |= {"scale", "unknown"} if is_unknown.any() else {"scale"}
    last = class_words(supply.minutes, supply.is_unknown, tr=tr)[-1]
    notes = tuple((kind, tr(key, last=last)) for kind, key in NOTES.items() if kind in kinds)
    return MapPicture(
        classes=supply.classes.tolist() if "scale" in kinds else None,
        legend=Legend(title=tr("find.map.legend"), notes=notes) if notes else None,
        sentences={code: _sentence(view, name) for code, name in {"": "", **names}.items()},
        bubbles=bubbles,
    )


def _anywhere(supply: CoverageCube, need: Need) -> Iterator[Entry]:
    """Yield the offices that fit somewhere, before it is known where the way begins."""
    table = supply.table
    for k in supply.offices:
        actor = table.actors[table.office_actor[k]]
        offers = tuple(
            o
            for o in actor.offers
            if not need.counted_types or o.service_type in need.counted_types
        )
        yield Entry(
            actor=actor,
            group=Group.FAR,
            way=Delivery.OFFICE,
            offers=offers,
            office=table.offices[k],
        )


def _drawn(answer: SupportAnswer) -> tuple[Entry, ...]:
    """Return the offices to which the way is drawn: the nearest that help, else the nearest one."""
    near = [e for e in answer.entries if e.group is Group.NEAR and e.is_reached]
    if near:
        return tuple(sorted(near, key=lambda entry: entry.said_minutes))[:DRAWN_WAYS]
    return () if answer.nearest is None else (answer.nearest,)


def _sentence(view: FindView, name: str) -> Sentence:
    """Return what stands under the map: the nearest office, else the first step."""
    answer, tr = view.answer, view.tr
    drawn = _drawn(answer)
    if answer.start is None:
        text = tr("find.map.choose", name=name) if name else tr("find.map.start")
        return Sentence(figure="", text=text)
    if not drawn or (office := drawn[0].office) is None:
        steps = (f"{tr(f'find.step.{kind}')}: {e.actor.name}" for kind, e in view.steps.items())
        return Sentence(figure="", text=next(steps, ""))
    nearest = drawn[0]
    text = tr("find.map.sentence", name=nearest.actor.name, town=office.town)
    return Sentence(
        figure=minutes_words(nearest.minutes, tr=tr, limit=answer.need.max_minutes),
        text="\n".join(part for part in (text, range_words(nearest, tr=tr)) if part),
    )


def _bubbles(entries: Iterable[Entry], *, geography: Geography, tr: Words) -> tuple[Bubble, ...]:
    """Return a bubble per town with the number of actors that fit; homes and others as marks."""
    marks: dict[tuple[MarkerKind, str], list[tuple[Entry, Office]]] = {}
    for entry in entries:
        if entry.office is not None and marker_of(entry)[1]:
            marks.setdefault(marker_of(entry), []).append((entry, entry.office))
    made = []
    for (kind, mark_id), here in marks.items():
        first, names = here[0][1], list(dict.fromkeys(e.actor.name for e, _ in here))
        phases = {phase for entry, _ in here for phase in entry.phases}
        who = tr("find.map.more", names=", ".join(names[:NAMED]))
        who = who if len(names) > NAMED else tr.listing(names)
        label = tr.plural("find.map.bubble", len(names), town=first.town, who=who)
        if kind != "office":
            label = tr(f"find.map.{kind}-of", name=first.town, who=who)
        made.append(
            Bubble.in_town(
                *(first, geography),
                id=mark_id,
                label=label,
                count=len(names) if kind == "office" else None,
                kind=kind,
                phases=tuple(sorted(phases)) if kind == "office" else (),
            )
        )
    return tuple(made)
