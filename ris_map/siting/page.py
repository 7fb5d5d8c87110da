"""The page on what would close a gap: plan at the left, map, before and after at the right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any

import streamlit as st

from ris_map.common.address import Context, IgnoredValue
from ris_map.export.tables import CsvFlavour, table_csv
from ris_map.export.xlsx import workbook
from ris_map.register.in_words import Words
from ris_map.register.vocabulary import STRENGTH_AREAS, Phase, ServiceType
from ris_map.siting.best import Suggestion, last, regrets, suggestions
from ris_map.siting.plan import (
    LIMITS,
    MOST_CHANGES,
    MOST_STOPS,
    OBJECTIVES,
    WORKING_DAYS,
    Opening,
    Round,
    SitingChoice,
)
from ris_map.siting.scenario import INLAND, Scenario, basis_of, scenario
from ris_map.siting.words import (
    SitingView,
    assumed,
    change_words,
    changes,
    class_labels,
    copy_text,
    definitions,
    full_table,
    gains,
    headline,
    lead,
    map_classes,
    round_words,
    side_rows,
    source,
    still_beyond,
)
from ris_map.travel.world import World
from ris_map.web import data, layout
from ris_map.web.address import PageState
from ris_map.web.map import (
    Bubble,
    Legend,
    LegendRow,
    MapClick,
    MapLayer,
    MapPicture,
    Sentence,
    show_map,
)
from ris_map.words import Translator, swedish_sort_key
from ris_map.words.markup import render
from ris_map.words.table import FigureTable, table_html

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAP_HEIGHT = 690
_PLACE, _SUGGESTED = "siting-place", "_siting-suggested"


def _context() -> Context:
    register = data.register_state().register
    offices = {f"{actor.id}@{office.id}" for actor in register.actors for office in actor.offices}
    return {
        "places": {place.id for place in data.geography().localities},
        "offices": offices | {actor.id for actor in register.actors},
    }


STATE = PageState(page="siting", model=SitingChoice, context=_context)


def page(*, tr: Translator) -> None:
    """Draw the page."""
    layout.fault_notice(data.register_state().faults, tr=tr, served=True)
    _all_that_depends_on_the_choices(tr, STATE.sync())


@lru_cache(maxsize=16)
def _scenario(world: World, choice: SitingChoice) -> Scenario:
    return scenario(basis_of(world, choice), choice)


def view_of(world: World, choice: SitingChoice, words: Words) -> SitingView:
    """Return what the page draws from."""
    # what only steers map and suggestion gives the same scenario
    plain = SitingChoice()
    asked = choice.model_copy(
        update={n: getattr(plain, n) for n in ("view", "objective", "number", "region")}
    )
    return SitingView(world=world, choice=choice, scenario=_scenario(world, asked), words=words)


@st.fragment
def _all_that_depends_on_the_choices(tr: Translator, ignored: Sequence[IgnoredValue]) -> None:
    view = view_of(data.world(), STATE.chosen(), data.words(tr))
    with st.container(horizontal=True, vertical_alignment="center", key="siting-head"):
        layout.title(headline(view), lead(view))
        st.html(render("siting_tools.html", t=tr, text=copy_text(view)), width="content")
    layout.ignored_notice(ignored, tr=tr)
    left, middle, right = st.columns([2.4, 4.6, 3.2], gap="medium")
    with left:
        with st.container(border=True, key="siting-plan"):
            _plan(view)
        with st.container(border=True, key="siting-best"):
            _best(view)
    with middle, st.container(key="siting-map"):
        _map(view)
    with right:
        what = tr("siting.side.what", limit=view.choice.limit, kind=view.kind)
        side = render(
            "siting_side.html",
            t=tr,
            what=what,
            rows=side_rows(view),
            still=still_beyond(view),
            gains=gains(view),
            rounds=round_words(view),
            assumed=assumed(view),
        )
        st.html(side)
    with st.expander(tr("siting.table.heading"), key="siting-table"):
        st.html(table_html(full_table(view), tr=tr))
    _files(view)
    st.html(render("siting_note.html", heading="", text=source(view), id="source"))


# -------------------------------------------------------------------- the plan


def _plan(view: SitingView) -> None:
    tr, choice = view.tr, view.choice
    st.html(
        render(
            "siting_note.html",
            id="plan",
            heading=tr("siting.plan"),
            text=tr(
                "siting.plan.question",
                kind=view.kind.capitalize(),
                limit=choice.limit,
                winter=tr("siting.plan.winter") if choice.winter else "",
            ),
        )
    )
    listed = changes(view.scenario.plan)
    if not listed:
        st.html(render("siting_note.html", heading="", text=tr("siting.plan.empty"), id="empty"))
    for field, change in listed:
        lines = change_words(view, change)
        st.html(render("siting_change.html", lines=lines))
        st.button(
            f"{tr('siting.change.remove')}: {lines[0]}",
            key=f"siting-remove-{change}",
            type="tertiary",
            on_click=_remove,
            args=(field, str(change)),
        )
    with st.container(key="siting-plan-tools"):
        if len(listed) < MOST_CHANGES:
            _adders(view)
        with st.popover(tr("siting.ask"), key="siting-ask", width="stretch"):
            _question(view)
        if listed:
            st.button(tr("siting.clear"), key="siting-clear", type="tertiary", on_click=_clear)


def _adders(view: SitingView) -> None:
    tr, choice, names = view.tr, view.choice, view.place_names
    places = sorted(names, key=lambda place: swedish_sort_key(names[place]))
    with st.popover(tr("siting.add.open"), key="siting-open", width="stretch"):
        place = _select(tr, "siting.place", places, names.__getitem__, key=_PLACE)
        new = Opening(place or "", choice.service_type, (choice.phase,))
        _add_button(tr, "openings", str(new), is_ready=place is not None)
    with st.popover(tr("siting.add.close"), key="siting-close", width="stretch"):
        offices = view.office_names
        listed = sorted(offices, key=lambda key: swedish_sort_key(offices[key]))
        office = _select(tr, "siting.office", listed, offices.__getitem__, key="siting-office")
        _add_button(tr, "closings", office or "", is_ready=office is not None)
    with st.popover(tr("siting.add.round"), key="siting-round", width="stretch"):
        base = _select(tr, "siting.base", places, names.__getitem__, key="siting-base")
        stops = st.multiselect(
            tr("siting.stops"),
            places,
            format_func=names.__getitem__,
            max_selections=MOST_STOPS,
            key="siting-stops",
            placeholder=tr("siting.choose"),
        )
        days = st.number_input(tr("siting.days"), 1, WORKING_DAYS, 2, key="siting-days")
        new_round = Round(base or "", tuple(sorted(stops)), int(days))
        _add_button(tr, "rounds", str(new_round), is_ready=bool(base and stops))


def _select(
    tr: Translator, label: str, options: Sequence[str], name: Callable[[str], str], *, key: str
) -> str | None:
    chosen: str | None = st.selectbox(
        tr(label),
        options,
        index=None,
        format_func=name,
        key=key,
        placeholder=tr("siting.choose"),
    )
    return chosen


def _add_button(tr: Translator, field: str, change: str, *, is_ready: bool) -> None:
    st.button(
        tr("siting.add"),
        key=f"siting-add-{field}",
        disabled=not is_ready,
        on_click=_add,
        args=(field, (change,)),
        type="primary",
    )


def _add(field: str, new: Sequence[str]) -> None:
    now = getattr(STATE.chosen(), field)
    STATE.set(**{field: tuple(dict.fromkeys([*now, *new]))[:MOST_CHANGES]})


def _remove(field: str, change: str) -> None:
    STATE.set(**{field: tuple(c for c in getattr(STATE.chosen(), field) if c != change)})


def _clear() -> None:
    STATE.set(openings=(), closings=(), rounds=())


def _question(view: SitingView) -> None:
    tr, words = view.tr, view.words

    def label(term: Any) -> str:  # noqa: ANN401 -- any term of the strategy
        return words.strategy.label(term).in_(tr.language) if term else tr("siting.ask.area.all")

    widgets = (
        ("phase", "phase", tuple(Phase), label),
        ("service_type", "type", tuple(ServiceType), label),
        ("area", "area", (None, *STRENGTH_AREAS), label),
        ("limit", "limit", LIMITS, str),
    )
    for field, name, options, form in widgets:
        st.selectbox(
            tr(f"siting.ask.{name}"),
            options,
            format_func=form,
            key=STATE.key(field),
            on_change=STATE.write,
        )
    st.toggle(tr("siting.ask.winter"), key=STATE.key("winter"), on_change=STATE.write)
    if view.scenario.plan.rounds:
        st.selectbox(tr("siting.ask.near"), (30, 60), key=STATE.key("near"), on_change=STATE.write)


# -------------------------------------------------------------------- the best place


def _best(view: SitingView) -> None:
    tr, choice = view.tr, view.choice
    found: tuple[SitingChoice, Suggestion] | None = st.session_state.get(_SUGGESTED)
    asked = choice.model_copy(update={"view": "efter"})
    basis = view.scenario.basis
    more = (basis.place_minutes <= basis.limit) & (view.scenario.after.minutes > basis.limit)
    gained = more @ basis.residents.persons
    order = sorted(range(len(gained)), key=lambda j: (-gained[j], basis.place_ids[j]))[:5]
    most = max(int(gained[order[0]]), 1) if order else 1
    bars = [
        {
            "name": view.place_names[basis.place_ids[j]],
            "width": round(100 * int(gained[j]) / most),
            "text": view.about(float(gained[j])),
        }
        for j in order
        if gained[j] > 0
    ]
    note = tr("siting.best.one", limit=choice.limit, n=len(basis.place_ids))
    st.html(render("siting_bars.html", t=tr, note=note, bars=bars))
    st.selectbox(
        tr("siting.best.goal"),
        OBJECTIVES,
        format_func=lambda goal: tr(f"siting.best.goal.{goal}"),
        key=STATE.key("objective"),
        on_change=STATE.write,
    )
    number, region = st.columns(2)
    number.selectbox(
        tr("siting.best.number"), (1, 2, 3, 4, 5), key=STATE.key("number"), on_change=STATE.write
    )
    region.selectbox(
        tr("siting.best.region"),
        ("lan", "inland"),
        format_func=lambda name: tr(f"siting.best.region.{name}"),
        key=STATE.key("region"),
        on_change=STATE.write,
    )
    if st.button(tr("siting.best.button"), key="siting-suggest", type="primary", width="stretch"):
        with st.spinner(tr("siting.best.button")):
            suggestion = last(suggestions(basis, choice))
        found = st.session_state[_SUGGESTED] = (asked, suggestion)
    # an answer is shown with the choices that asked for it, never beside others
    if found is not None and found[0] == asked:
        _suggestion(view, found[1])


def _suggestion(view: SitingView, found: Suggestion) -> None:
    tr, choice, names = view.tr, view.choice, view.place_names
    listed = [tr.listing(names[place] for place in places) for places in found.places]
    answer = found.answer
    ties = tr("siting.best.ties", places="; ".join(listed[1:])) if listed[1:] else ""
    if answer.has_more_ties:
        ties = f"{ties} {tr('siting.best.ties.more')}"
    proof = (
        tr("siting.best.proved", n=len(view.scenario.basis.place_ids))
        if answer.is_proved
        else tr("siting.best.gap", gap=f"{tr.number(100 * answer.gap, decimals=1)} %")
    )
    steps = [
        tr(
            "siting.best.step",
            place=names[step.place],
            n=tr.number(step.within),
            limit=choice.limit,
            minutes=tr.number(step.mean_minutes, decimals=1),
        )
        for step in found.steps
    ]
    lost = tr("siting.best.unreached", n=tr.number(found.unreached)) if found.unreached else ""
    result = tr("siting.best.result", places=listed[0])
    st.html(
        render(
            "siting_best.html",
            t=tr,
            result=result,
            ties=ties,
            proof=proof,
            steps=steps,
            unreached=lost,
        )
    )
    new = [str(Opening(p, choice.service_type, (choice.phase,))) for p in found.places[0]]
    st.button(tr("siting.best.add"), key="siting-best-add", on_click=_add, args=("openings", new))
    if st.button(tr("siting.best.regret"), key="siting-regret"):
        with st.spinner(tr("siting.best.regret")):
            table = regret_table(view, found)
        st.html(table_html(table, tr=tr))


def regret_table(view: SitingView, found: Suggestion) -> FigureTable:
    """Return what a suggestion loses under other speed models, limits and objectives."""
    tr, choice = view.tr, view.choice
    rows = []
    for one in regrets(found.answer.sets[0], choice, partial(basis_of, view.world)):
        asked, loss = one.asked, one.loss
        if asked.objective == "inom":
            said = tr("siting.regret.people", n=tr.number(loss))
        else:
            said = tr("siting.regret.minutes", n=tr.number(loss, decimals=1))
        if asked.winter != choice.winter:
            norm = tr(f"siting.norm.{'winter' if asked.winter else 'summer'}")
        elif asked.limit != choice.limit:
            norm = tr("siting.norm.limit", limit=asked.limit)
        else:
            norm = tr(f"siting.norm.{asked.objective}")
        best = tr.listing(view.place_names[place] for place in one.places)
        rows.append([norm, best, said if loss > 0.05 else tr("siting.regret.none")])
    return FigureTable(
        id="regret",
        title=tr("siting.best.regret.title"),
        columns=[tr(f"siting.regret.{name}") for name in ("norm", "best", "loss")],
        rows=rows,
        sentence=tr("siting.best.regret.note"),
    )


# -------------------------------------------------------------------- map and files


def _map(view: SitingView) -> None:
    tr = view.tr
    with st.container(horizontal=True, vertical_alignment="center", key="siting-view"):
        st.segmented_control(
            tr("siting.view"),
            ("fore", "efter", "skillnad"),
            format_func=lambda name: tr(f"siting.view.{name}"),
            key=STATE.key("view"),
            on_change=STATE.write,
            label_visibility="collapsed",
            required=True,
        )
        note = "note.change" if view.choice.view == "skillnad" else "note"
        text = tr(f"siting.view.{note}")
        st.html(render("siting_note.html", heading="", text=text, id="view"), width="content")
    show_map(map_layer(view), key="siting-map-frame", height=MAP_HEIGHT, on_click=_clicked)


def _clicked(click: MapClick) -> None:
    """Put a clicked municipality's seat into the list of places to open in."""
    if click.kind == "municipality":
        for place in data.geography().localities:
            if place.is_seat and place.municipality_code == click.id:
                new = Opening(place.id, STATE.chosen().service_type, (STATE.chosen().phase,))
                _add("openings", (str(new),))


def map_layer(view: SitingView) -> MapLayer:
    """Return the map: squares before, after or changed, offices, planned offices and stops."""
    tr, choice, limit = view.tr, view.choice, view.choice.limit
    codes, is_longer = map_classes(view)
    if choice.view == "skillnad":
        title = tr("siting.map.change.longer" if is_longer else "siting.map.change")
    else:
        title = tr("siting.map.title", kind=view.label(choice.service_type))
    rows = tuple(LegendRow(code=k, label=text) for k, text in enumerate(class_labels(view)))
    notes = [
        (choice.phase.value, tr("siting.map.office")),
        ("planned", tr("siting.map.planned")),
        *([("home", tr("siting.map.stop"))] if view.scenario.plan.rounds else []),
        ("unknown", tr("siting.map.unknown")),
    ]
    municipalities = view.scenario.basis.residents.municipality_codes
    sentences = {
        group: Sentence(
            figure=view.percent(at, "after"),
            text=tr(
                "siting.map.sentence",
                name=view.group_name(at) if group else tr("siting.map.inland.in"),
                limit=limit,
                before=view.percent(at, "before"),
            ),
        )
        for group, at in [("", INLAND), *((code, code) for code in municipalities)]
    }
    return MapLayer(
        picture=MapPicture(
            classes=codes.tolist(),
            legend=Legend(title=title, rows=rows, notes=tuple(notes)),
            sentences=sentences,
            bubbles=_bubbles(view),
        ),
        title=title,
        divide="samverkan",
        sides=(tr("siting.map.inland"), tr("siting.map.coast")),
    )


def _bubbles(view: SitingView) -> tuple[Bubble, ...]:
    plan, register = view.scenario.plan, view.world.register
    closed = set(view.scenario.basis.office_ids) if view.choice.view != "fore" else set()
    closed = {key for key in closed if any(c.closes(key) for c in plan.closings)}
    towns: dict[str, list[Any]] = {}
    for actor in register.actors:
        for office in actor.offices:
            key = f"{actor.id}/{office.id}"
            if key in view.scenario.basis.office_ids and key not in closed:
                towns.setdefault(office.town, []).append(office)
    found = [
        Bubble(
            id=f"office-{number}",
            name=town,
            lat=offices[0].lat,
            lon=offices[0].lon,
            label=str(len(offices)),
            say=f"{town}: {len(offices)}",
            count=len(offices),
            phases=(view.choice.phase.value,),
        )
        for number, (town, offices) in enumerate(towns.items())
    ]
    if view.choice.view == "fore":
        return tuple(found)
    where = {place.id: place for place in view.world.foundations.geography.localities}
    marks = [("planned", opening.place) for opening in plan.openings]
    marks += [("home", stop) for one in plan.rounds for stop in one.stops]
    kinds = {"planned": view.tr("siting.map.planned"), "home": view.tr("siting.map.stop")}
    for kind, place_id in dict.fromkeys(marks):
        place = where[place_id]
        label = f"{place.name}: {kinds[kind]}"
        found.append(
            Bubble(
                id=f"{kind}-{place_id}",
                name=place.name,
                lat=place.lat,
                lon=place.lon,
                label=label,
                kind="planned" if kind == "planned" else "home",
            )
        )
    return tuple(found)


def _files(view: SitingView) -> None:
    tr = view.tr
    stem = f"{tr('siting.file')}-{view.world.on.isoformat()}"
    with st.container(horizontal=True, key="siting-files"):
        for flavour, name in ((CsvFlavour.SWEDISH, "csv.excel"), (CsvFlavour.PLAIN, "csv")):
            make = partial(table_csv, full_table(view), flavour=flavour, tr=tr)
            _download(tr, name, make, file=f"{stem}.csv", mime="text/csv")
        _download(tr, "xlsx", partial(book_of, view), file=f"{stem}.xlsx", mime=XLSX_TYPE)


def _download(
    tr: Translator, name: str, make: Callable[[], bytes], *, file: str, mime: str
) -> None:
    st.download_button(
        tr(f"siting.files.{name}"),
        data=make,
        file_name=file,
        mime=mime,
        key=f"siting-file-{name}",
        on_click="ignore",
    )


def book_of(view: SitingView) -> bytes:
    """Return the plan and all figures as a workbook."""
    return workbook(
        [full_table(view)],
        definitions=definitions(view),
        definitions_name=view.tr("siting.sheet"),
        source=source(view),
        tr=view.tr,
    )
