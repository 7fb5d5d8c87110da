"""The address holds the state of every page. One method reads it, one writes it.

Streamlit's own binding would put translated labels into the address, so that links changed with
language and wording; see docs/method/2026-11-23-address-state.md.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

import streamlit as st

from ris_map.common.address import MAX_TEXT_LENGTH, Choice, Context, IgnoredValue
from ris_map.register.selection import fold
from ris_map.web import data
from ris_map.words import Translator
from ris_map.words.language import Language

LANGUAGE_KEY = "lang"
PART_KEY, PARTS = "del", ("karta", "tabell", "mening")
"""The part that another site shows: shell.js makes ``embed=true&del=karta`` of ``embed=karta``."""
PASSING = ("embed", "embed_options", "q", PART_KEY)
"""Streamlit's own, a search that the browser makes (search.js), and the part."""
TRAVELS = ("fas", "stod", "omrade", "plats", "kommun", "grans", "vinter", "datum")
"""Keys that mean the same on every page that has them, and go along from page to page."""
PLACES = ("plats", "kommun")
"""Keys of the place: a page that asks for the municipality takes that of a settlement."""
MAX_ADDRESS = 8000
"""Most characters of all values: a full plan of "Tänk om" has some 5 000."""
MOST_TOLD = 10
_STAMP = "_address"
_LANGUAGE = "_language"
_IGNORED = "_ignored"
_LAST = "_last_query"
_TRAVELLING = "_travelling"

C = TypeVar("C", bound=Choice)
Query = dict[str, list[str]]


def language() -> Language:
    """Return the language of the address, else that of the session, else Swedish."""
    wanted = st.query_params.get(LANGUAGE_KEY)
    if wanted in set(Language):
        st.session_state[_LANGUAGE] = Language(wanted)
    return Language(st.session_state.get(_LANGUAGE, Language.SV))


def page_query(path: str) -> Query:
    """Return the parameters for a link to a page.

    Its own last choices, what means the same on every page (place, phase, type of support,
    strength area, limit) as it was chosen last, and the language.
    """
    last: Query = st.session_state.get(_LAST, {}).get(path, {})
    own = {key: said for key, said in last.items() if key not in TRAVELS}
    return {**own, **st.session_state.get(_TRAVELLING, {}), **plain_query()}


def travel_text() -> str:
    """Return what goes along from here as a query for pages.js; no value takes a key away."""
    travelling: Query = st.session_state.get(_TRAVELLING, {})
    return urlencode({key: travelling.get(key) or [""] for key in TRAVELS}, doseq=True)


def municipality_of(place: str) -> str:
    """Return the code of a municipality or of a settlement's, by id or name; empty for others."""
    found = data.geography()
    codes = {one.id: one.municipality_code for one in found.localities}
    return place if place in found.names else codes.get(fold(place), "")


def plain_query() -> Query:
    """Return the parameters for a link without choices."""
    return {LANGUAGE_KEY: [language().value]}


def read_address(
    model: type[C], query: Query, context: Context
) -> tuple[C, tuple[IgnoredValue, ...]]:
    """Return a page's choice, and what of its address means nothing; no language is expected.

    An address longer than any that the product writes means nothing, and is not read.
    """
    if sum(len(text) for said in query.values() for text in said) > MAX_ADDRESS:
        return model(), tuple(IgnoredValue(k, ",".join(v)[:999]) for k, v in query.items())
    choice, ignored = model.read(_at_the_place(model, query, context), context=context)
    nowhere = {key for key in PLACES if not all(map(municipality_of, query.get(key, ())))}
    known = {*model.keys(), *PASSING, *TRAVELS} - (nowhere - {*model.keys()})
    unknown = [IgnoredValue(k, ",".join(v)) for k, v in query.items() if k not in known]
    return choice, (*ignored, *unknown)


def _at_the_place(model: type[Choice], asked: Query, context: Context) -> Query:
    """Return an address in which a place, that of another page too, stands as this one asks."""
    own = next(iter({*PLACES} & {*model.keys()}), None)
    by_code = {"kommun", "jamfor"}.intersection(model.keys(), asked)
    asked = {**asked, **{key: [municipality_of(v) or v for v in asked[key]] for key in by_code}}
    if own is None or own in by_code:
        return asked
    places = next((asked[key] for key in PLACES if asked.get(key)), [])
    found = [p if p in context.get("places", ()) else municipality_of(p) for p in places]
    return {**asked, own: found} if all(found) else asked


def ignored_words(ignored: Iterable[IgnoredValue], *, tr: Translator) -> str:
    """Say which values of an address mean nothing here (I5): the first of them, each cut short."""
    values = [f"{item.key}={item.value}" for item in ignored]
    most = MAX_TEXT_LENGTH
    told = ", ".join(v if len(v) <= most else f"{v[:most]}…" for v in values[:MOST_TOLD])
    if (more := len(values) - MOST_TOLD) > 0:
        told = tr("filter.ignored.more", values=told, n=more)
    return tr("filter.ignored", values=told) if told else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageState(Generic[C]):
    """Binds one page's choice to widgets and address.

    A widget of a field has the key ``key(field)``; its value is the field's (a list for a tuple),
    and its callback is ``write``.
    """

    page: str
    model: type[C]

    def key(self, field: str) -> str:
        """Return the key of a field's widget; no other page's widget shares its value."""
        return f"{self.page}-{self.model.model_fields[field].alias or field}"

    def widget(
        self,
        draw: Callable[..., object],
        field: str,
        label: str,
        options: Iterable[Any] = (),
        **more: Any,  # noqa: ANN401 -- what the widget itself takes
    ) -> None:
        """Draw a field's widget; ``options`` are its values, or the text of each value."""
        if isinstance(options, Mapping):
            more["format_func"] = options.__getitem__
        if listed := list(options):
            more["options"] = listed
        draw(label, **{"key": self.key(field), "on_change": self.write, **more})

    def folded(self, draw: Callable[..., object], field: str, *about: Any, **more: Any) -> None:  # noqa: ANN401 -- as a widget
        """Draw a widget that a popover holds.

        The browser makes it when the popover is opened, from what the last run sent; a value that
        was not set in that run would be lost.
        """
        st.session_state[self.key(field)] = st.session_state[self.key(field)]
        self.widget(draw, field, *about, **more)

    def sync(self) -> tuple[IgnoredValue, ...]:
        """Fill the widgets from the address if it is not the one that we wrote ourselves.

        That is so in a new session, after Back or Forward, and after a page switch (which drops
        the state of widgets). Must run before the widgets are made. Returns what of the address
        means nothing here.
        """
        seen = {key: st.query_params.get_all(key) for key in st.query_params}
        # one missing key is enough: what is not drawn as a widget outlives a page switch
        is_dropped = any(self.key(name) not in st.session_state for name in self.model.model_fields)
        if is_dropped or st.session_state.get(_STAMP) != (self.page, seen):
            asked = {key: said for key, said in seen.items() if {key: said} != plain_query()}
            known = self.model.lists(data.world())
            choice, ignored = read_address(self.model, asked, known)
            # what another page chose and this one lacks is no fault, and goes on travelling
            kept: Query = st.session_state.get(_TRAVELLING, {})
            lacks = {one.key for one in ignored if asked.get(one.key, ()) == kept.get(one.key)}
            st.session_state[_IGNORED] = [one for one in ignored if one.key not in lacks]
            self._fill(choice)
            self._write_address()
            _take_along({k: said for k, said in choice.query().items() if k not in lacks})
        return tuple(st.session_state.get(_IGNORED, ()))

    def chosen(self) -> C:
        """Return what the widgets say; before ``sync`` the state without any choice."""
        state = st.session_state
        values = {
            name: tuple(value) if isinstance(value := state[self.key(name)], list) else value
            for name in self.model.model_fields
            if self.key(name) in state
        }
        return self.model.model_validate(values)

    def write(self) -> None:
        """Put the state of the widgets into the address; the callback of every widget."""
        self._write_address()
        _take_along(self.chosen().texts())

    def set(self, **fields: object) -> None:
        """Change some fields as a click on the map does, and write the address."""
        for field, value in fields.items():
            st.session_state[self.key(field)] = list(value) if isinstance(value, tuple) else value
        self.write()

    def clear(self) -> None:
        """Take back every choice."""
        self._fill(self.model())
        st.session_state[_IGNORED] = ()
        self.write()

    def _fill(self, choice: C) -> None:
        for name in self.model.model_fields:
            value = getattr(choice, name)
            st.session_state[self.key(name)] = list(value) if isinstance(value, tuple) else value

    def _write_address(self) -> None:
        query = self.chosen().query()
        st.session_state[_LAST] = {**st.session_state.get(_LAST, {}), self.model.path: query}
        written = {**query, **plain_query()}
        if PART_KEY in st.query_params:
            written[PART_KEY] = st.query_params.get_all(PART_KEY)
        st.session_state[_STAMP] = (self.page, written)
        st.query_params.from_dict(written)


def _take_along(texts: Query) -> None:
    """Keep what means the same on other pages; an empty value takes back what was kept.

    Of a place there is one; a settlement is kept while its municipality is shown.
    """
    kept: Query = st.session_state.get(_TRAVELLING, {})
    chosen = {key: texts[key] for key in TRAVELS if key in texts}
    before = next((kept[key][-1] for key in PLACES if key in kept), "")
    for own in chosen.keys() & {*PLACES}:
        place = next(iter(chosen.pop(own)), "")
        if own == "kommun" and before != place == municipality_of(before):
            continue
        kept = {key: said for key, said in kept.items() if key not in PLACES}
        chosen[own] = [place] if municipality_of(place) else []
    st.session_state[_TRAVELLING] = {key: said for key, said in {**kept, **chosen}.items() if said}
