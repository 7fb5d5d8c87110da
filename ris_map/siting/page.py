"""The page on what would close a gap: plan at the left, map, before and after at the right."""

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, get_args

import streamlit as st

from ris_map.common.address import IgnoredValue
from ris_map.export.tables import CsvFlavour, table_csv, workbook
from ris_map.geography.divisions import DEFAULT_DIVISION
from ris_map.register.in_words import Words
from ris_map.register.vocabulary import STRENGTH_AREAS, Phase, ServiceType
from ris_map.siting import map as plan_map
from ris_map.siting import words as told
from ris_map.siting.best import TIME_LIMIT_S
from ris_map.siting.plan import (
    CHANGES,
    MOST_CHANGES,
    MOST_STOPS,
    WORKING_DAYS,
    Change,
    Opening,
    Round,
    SitingChoice,
    View,
    as_plan,
)
from ris_map.siting.scenario import basis_of
from ris_map.siting.suggest import Suggestion, best_rounds, regrets, suggestions
from ris_map.siting.words import SitingView, view_of
from ris_map.web import data, layout
from ris_map.web.address import PageState
from ris_map.web.map import MapClick, MapLayer, show_map
from ris_map.web.picture import png
from ris_map.words import Translator
from ris_map.words.figures import table_html
from ris_map.words.markup import render

MAP_HEIGHT = 690
AT_ONCE_S = 0.5
"""Work that takes longer shows how far it is, and a button that stops it."""
_PAPERS = "_siting-papers"
_NO_CLASS = re.compile(r"[^a-zA-Z0-9_-]")
"""What Streamlit does not take into the class that a key becomes."""


STATE = PageState(page="siting", model=SitingChoice)


def page(*, tr: Words) -> None:
    """Draw the page."""
    layout.fault_notice(tr=tr)
    _all_that_depends_on_the_choices(tr, STATE.sync())


@st.fragment
def _all_that_depends_on_the_choices(tr: Words, ignored: Sequence[IgnoredValue]) -> None:
    view = view_of(data.world(), STATE.chosen(), tr)
    head = st.container(horizontal=True, vertical_alignment="center", key="siting-head")
    layout.ignored_notice(ignored, tr=tr)
    left, middle, right = st.columns([2.2, 5.2, 3.0], gap="small")
    with head:
        layout.title(told.headline(view), told.lead(view))
    # the frame takes longest: its message goes before those of all that stands beside it
    with middle, st.container(key="siting-map"):
        _map(view)
    with head:
        _tools(view)
    with left:
        with st.container(border=True, key="siting-plan"):
            _plan(view)
        with st.container(border=True, key="siting-best"):
            _best(view)
    with right:
        side_html = render(
            "siting_side.html",
            t=tr,
            what=tr("siting.side.what", limit=view.choice.limit, kind=view.kind),
            rows=told.side_rows(view),
            still=told.still_beyond(view),
            gains=told.gains(view),
            rounds=told.round_words(view),
            assumed=told.assumed(view),
            today=plan_map.today_address(view),
            today_says=plan_map.today_words(view),
        )
        st.html(side_html)
    with st.expander(tr("siting.rounds.best"), key="siting-rounds"):
        _best_rounds(view)
    box = st.expander(tr("siting.table.heading"), key="siting-table", on_change="rerun")
    if box.open:
        box.html(table_html(told.full_table(view), tr=tr))
    _note("source", told.source(view))


def _note(name: str, text: str, heading: str = "") -> None:
    st.html(render("siting_note.html", id=name, heading=heading, text=text))


# -------------------------------------------------------------------- the plan


def _plan(view: SitingView) -> None:
    tr, choice = view.tr, view.choice
    winter = tr("siting.plan.winter") if choice.winter else ""
    values = {"kind": view.kind.capitalize(), "limit": choice.limit, "winter": winter}
    _note("plan", tr("siting.plan.question", **values), tr("siting.plan"))
    listed = choice.changes
    if not listed:
        _note("empty", tr("siting.plan.empty"))
    for name, change in listed:
        lines = told.change_words(view, change)
        spoken = told.spoken(lines[0])
        with st.container(key=f"siting-change-{name}-{change}", gap=None):
            st.html(render("siting_change.html", lines=lines))
            with st.container(horizontal=True, gap="small"):
                edit = f"{tr('siting.change.edit')} {spoken}"
                with st.popover(edit, key=f"siting-edit-{change}", type="tertiary"):
                    _form(view, name, change)
                st.button(
                    f"{tr('siting.change.remove')} {spoken}",
                    key=f"siting-remove-{change}",
                    type="tertiary",
                    on_click=_change,
                    args=(name, change, ()),
                )
    with st.container(key="siting-plan-tools", gap="xsmall"):
        for name in CHANGES if len(listed) < MOST_CHANGES else ():
            with st.popover(tr(f"siting.add.{name}"), key=f"siting-new-{name}", width="stretch"):
                _form(view, name)
        with st.popover(tr("siting.ask"), key="siting-ask", width="stretch"):
            _question(view)
        if listed:
            nothing = dict.fromkeys(CHANGES, ())
            clear, key = tr("siting.clear"), "siting-clear"
            st.button(clear, key=key, type="tertiary", on_click=STATE.set, kwargs=nothing)


def _form(view: SitingView, name: str, old: Any = None) -> None:  # noqa: ANN401 -- any change
    """Draw the fields of a new change, or of one in the plan."""
    tr, choice, key = view.tr, view.choice, f"siting-{name}-{old or 'new'}"
    new: Change | None = None

    def pick(field: str, names: Mapping[Any, str], now: Any, most: int = 1) -> Any:  # noqa: ANN401
        label, options = tr(f"siting.{field}"), list(names)
        more: dict[str, Any] = {"key": f"{key}-{field}", "placeholder": tr("siting.choose")}
        more["format_func"] = names.__getitem__
        if most > 1:
            return st.multiselect(label, options, default=now, max_selections=most, **more)
        index = options.index(now) if now in options else None
        return st.selectbox(label, options, index=index, **more)

    if name == "openings":
        place = pick("place", view.place_names, old and old.place)
        kinds, phases = ({t: view.label(t).capitalize() for t in of} for of in (ServiceType, Phase))
        kind = pick("ask.service_type", kinds, (old or choice).service_type)
        now = old.phases if old else (choice.phase,)
        some = pick("phases", phases, now, len(Phase))
        if place and some:
            new = Opening(place, kind, tuple(phase for phase in Phase if phase in some))
    elif name == "closings":
        names = {one: name for one, name in view.office_names.items() if one in view.offices}
        new = pick("office", names, old)
    else:
        base = pick("base", view.place_names, old and old.base)
        stops = pick("stops", view.place_names, old.stops if old else (), MOST_STOPS)
        days = st.number_input(
            tr("siting.days"), 1, WORKING_DAYS, old.days if old else 2, key=f"{key}-days"
        )
        if base and stops:
            new = Round(base, tuple(sorted(stops)), int(days))
    st.button(
        tr("siting.change.save" if old else "siting.add"),
        key=f"{key}-done",
        disabled=new is None,
        on_click=_change,
        args=(name, old, (new,)),
        type="primary",
    )


def _change(name: str, old: Change | None, new: Sequence[Change]) -> None:
    """Put changes in the place of an old one, or last."""
    now = list(getattr(STATE.chosen(), name))
    at = now.index(old) if old in now else len(now)
    now[at : at + 1] = new
    STATE.set(**{name: as_plan(now)})


def _question(view: SitingView) -> None:
    tr = view.tr

    def label(term: Any) -> str:  # noqa: ANN401 -- any term of the strategy
        return view.label(term).capitalize() if term else tr("siting.ask.area.all")

    _choose(tr, "phase", label, tuple(Phase))
    _choose(tr, "service_type", label, tuple(ServiceType))
    _choose(tr, "area", label, (None, *STRENGTH_AREAS))
    _choose(tr, "limit")
    STATE.folded(st.toggle, "winter", tr("siting.ask.winter"))
    _choose(tr, "near")


def _choose(
    tr: Translator, name: str, form: Callable[[Any], str] = str, options: Sequence[Any] = ()
) -> None:
    """Draw the list of a field of the choice; without options, of all values that it takes."""
    listed = options or get_args(SitingChoice.model_fields[name].annotation)
    STATE.folded(st.selectbox, name, tr(f"siting.ask.{name}"), listed, format_func=form)


# -------------------------------------------------------------------- work that takes its time


@dataclass
class _Search:
    """A search that goes on while the page is drawn: what was asked, and what is found so far."""

    asked: object
    steps: Iterator[Any]
    found: list[Any] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)
    is_over: bool = False

    def advance(self) -> None:
        until = time.monotonic() + AT_ONCE_S
        for one in () if self.is_over else self.steps:
            self.found.append(one)
            if time.monotonic() > until:
                return
        self.is_over = True

    def stop(self) -> None:
        self.is_over = True


def _searched(
    view: SitingView, name: str, start: Callable[[], Iterator[Any]], *about: object
) -> list[Any]:
    """Draw the button that starts a search, and return what is found when it has ended.

    What takes longer than a moment goes on in a fragment of its own, which shows how far it is. An
    answer is shown with the choices that asked for it and what it is about, never beside others.
    """
    key, label = f"_siting-{name}", view.tr(f"siting.{name}.button")
    asked = (view.choice.model_copy(update={"view": "efter"}), *about)
    if st.button(label, key=f"siting-{name}-button", type="primary", width="stretch"):
        st.session_state[key] = _Search(asked, start())
        st.session_state[key].advance()
    search: _Search | None = st.session_state.get(key)
    if search is None or search.asked != asked:
        return []
    if not search.is_over:
        _going_on(view.tr, name)
    return search.found if search.is_over else []


@st.fragment(run_every=AT_ONCE_S / 2)
def _going_on(tr: Translator, name: str) -> None:
    search: _Search = st.session_state[f"_siting-{name}"]
    search.advance()
    if search.is_over:
        st.rerun(scope="app")
    seconds = time.monotonic() - search.started
    st.progress(min(seconds / TIME_LIMIT_S, 1.0), text=tr("siting.search", n=round(seconds)))
    st.button(tr("siting.search.stop"), key=f"siting-{name}-stop", on_click=search.stop)


# -------------------------------------------------------------------- the best place


def _best(view: SitingView) -> None:
    tr, choice, basis = view.tr, view.choice, view.scenario.basis
    note = tr("siting.best.one", limit=choice.limit, n=len(basis.place_ids))
    st.html(render("siting_bars.html", t=tr, note=note, bars=told.most_gained(view)))
    _choose(tr, "objective", lambda goal: tr(f"siting.best.goal.{goal}"))
    number, region = st.columns([2, 3])
    with number:
        _choose(tr, "number")
    with region:
        _choose(tr, "region", lambda name: tr(f"siting.best.region.{name}"))
    if found := _searched(view, "best", partial(suggestions, basis, choice)):
        _suggestion(view, found[-1])


def _suggestion(view: SitingView, found: Suggestion) -> None:
    tr, choice = view.tr, view.choice
    st.html(told.suggestion_html(view, found))
    new = [Opening(p, choice.service_type, (choice.phase,)) for p in found.places[0]]
    args = ("openings", None, new)
    st.button(tr("siting.best.add"), key="siting-best-add", on_click=_change, args=args)
    start = partial(regrets, found.answer.sets[0], choice, partial(basis_of, view.world))
    if lost := _searched(view, "regret", start, found.places[0]):
        st.html(table_html(told.regret_table(view, lost), tr=tr))


def _best_rounds(view: SitingView) -> None:
    tr, choice, names = view.tr, view.choice, view.place_names
    _note("rounds", tr("siting.rounds.best.note"))
    with st.container(horizontal=True):
        _choose(tr, "base", names.__getitem__, tuple(names))
        _choose(tr, "month_days")
        _choose(tr, "visits")
    if found := _searched(view, "rounds", partial(best_rounds, view.scenario.basis, choice)):
        st.html(told.rounds_html(view, found[-1]))
        if new := [driven.round for driven in found[-1].drives]:
            args = ("rounds", None, new)
            st.button(tr("siting.best.add"), key="siting-rounds-add", on_click=_change, args=args)


# -------------------------------------------------------------------- map, paper and files


def _map(view: SitingView) -> None:
    tr = view.tr
    with st.container(horizontal=True, vertical_alignment="center", key="siting-view"):
        STATE.widget(
            st.segmented_control,
            "view",
            tr("siting.view"),
            {name: tr(f"siting.view.{name}") for name in get_args(View)},
            label_visibility="collapsed",
            required=True,
        )
        note = "" if view.choice.view == "skillnad" else f"{tr('siting.view.note')} "
        text = note + tr("siting.view.click")
        st.html(render("siting_note.html", heading="", text=text, id="view"), width="content")
    layer = MapLayer(
        picture=plan_map.address_of(view),
        title=plan_map.map_classes(view)[1],
        divide=DEFAULT_DIVISION,
        next_pictures=next_pictures(view),
        click_cells=True,
    )
    show_map(layer, key="siting-map-frame", height=MAP_HEIGHT, on_click=partial(_clicked, view))


def next_pictures(view: SitingView) -> dict[str, dict[str, str]]:
    """Return where a click on a view or on one that takes back leads, by key and text."""
    tr, choice = view.tr, view.choice
    views = {
        tr(f"siting.view.{name}"): plan_map.address_of(view, view=name) for name in get_args(View)
    }
    found = {STATE.key("view"): views}
    for name, change in choice.changes:
        rest = tuple(one for one in getattr(choice, name) if one != change)
        text = f"{tr('siting.change.remove')} {told.spoken(told.change_words(view, change)[0])}"
        key = _NO_CLASS.sub("-", f"siting-remove-{change}")
        found[key] = {text.replace("*", ""): plan_map.address_of(view, **{name: rest})}
    return found


def _clicked(view: SitingView, click: MapClick) -> None:
    if click.kind != "county":
        STATE.set(**plan_map.changed_by(view, click))


def _tools(view: SitingView) -> None:
    """Draw the buttons above: copy, print, files."""
    tr = view.tr
    url = f"{layout.site()}{view.choice.url(tr=tr)}"
    text = f"{told.copy_text(view)} {url}"
    st.html(render("siting_tools.html", t=tr, text=text), width="content")
    if st.button(tr("coverage.print"), key="siting-print"):
        number = st.session_state[_PAPERS] = st.session_state.get(_PAPERS, 0) + 1
        st.html(plan_map.paper_html(view, url=url, number=number))
    files: dict[str, Callable[[], bytes | str]] = {
        "png": lambda: png(plan_map.picture(view)),
        "svg": lambda: plan_map.picture(view),
        "csv.excel": partial(_csv, view, CsvFlavour.SWEDISH),
        "csv": partial(_csv, view, CsvFlavour.PLAIN),
        "xlsx": partial(book_of, view),
    }
    with st.popover(tr("coverage.files"), key="siting-files", width="content"):
        for name, make in files.items():
            file = _file_name(view, name)
            layout.download(tr(f"siting.files.{name}"), make, file, key=f"siting-file-{name}")


def _file_name(view: SitingView, form: str) -> str:
    """Return a file's name with question and plan: ``tank-om-ide-radgivning-60-min-asele-...``."""
    choice = view.choice
    asked = filter(None, (choice.phase, choice.service_type, choice.area, f"{choice.limit}-min"))
    plan = (name for _, change in choice.changes for name in change.names)
    stem = re.sub("[_@]", "-", "-".join([view.tr("siting.file"), *asked, *plan]))[:120]
    ending, _, kind = form.partition(".")
    return "-".join(filter(None, (stem, view.date, kind))) + f".{ending}"


def _csv(view: SitingView, flavour: CsvFlavour) -> bytes:
    return table_csv(told.full_table(view), flavour=flavour, tr=view.tr)


def book_of(view: SitingView) -> bytes:
    """Return the plan and all figures as a workbook."""
    return workbook(
        {view.tr("siting.sheet.plan"): told.full_table(view)},
        definitions=told.definitions(view),
        definitions_name=view.tr("siting.sheet"),
        source=told.source(view),
        tr=view.tr,
    )
