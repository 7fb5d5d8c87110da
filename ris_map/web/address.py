"""The address holds the state of every page. One method reads it, one writes it.

Streamlit's own binding would put translated labels into the address, so that links changed with
language and wording; see docs/method/2026-11-23-address-state.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import streamlit as st

from ris_map.common.address import Choice, Context, IgnoredValue
from ris_map.words.language import Language

LANGUAGE_KEY = "lang"
MARK_KEYS = ("ort", "aktor")
"""Set by selection.js in the browser; the server only lets them pass."""
STREAMLIT_KEYS = ("embed", "embed_options")
_STAMP = "_address"
_LANGUAGE = "_language"
_IGNORED = "_ignored"
_LAST = "_last_query"
_TRAVELLING = "_travelling"
TRAVELS = ("fas", "stod", "omrade", "plats", "kommun", "grans", "vinter", "datum")
"""Keys that mean the same on every page that has them, and go along from page to page."""

C = TypeVar("C", bound=Choice)
Query = dict[str, list[str]]
WidgetValues = Mapping[str, object]


def language() -> Language:
    """Return the language of the address, else that of the session, else Swedish."""
    wanted = st.query_params.get(LANGUAGE_KEY)
    if wanted in set(Language):
        st.session_state[_LANGUAGE] = Language(wanted)
    return Language(st.session_state.get(_LANGUAGE, Language.SV))


def page_query(page: str) -> Query:
    """Return the parameters for a link to a page.

    Its own last choices, what of the present page's choices means the same there (place, phase,
    type of support, strength area, limit), and the language.
    """
    last: Query = st.session_state.get(_LAST, {}).get(page, {})
    travelling: Query = st.session_state.get(_TRAVELLING, {})
    return {**last, **travelling, **plain_query()}


def plain_query() -> Query:
    """Return the parameters for a link without choices."""
    return {LANGUAGE_KEY: [language().value]}


@dataclass(frozen=True, slots=True, kw_only=True)
class PageAddress:
    """Binds the widgets of one page to its address.

    Parameters
    ----------
    page : str
        Name of the page.
    keys : sequence of str
        Parameters that the page knows; stable ASCII.
    to_widgets : callable
        Turns a query (all values per key, comma lists split) into the value of every widget by
        its key, and what meant nothing. An empty query gives the state without any choice.
    to_query : callable
        Turns the session's widget values into the query, only what differs from no choice.
    free_text : sequence of str
        Parameters whose commas are part of the text.
    """

    page: str
    keys: Sequence[str]
    to_widgets: Callable[[Query], tuple[WidgetValues, Sequence[IgnoredValue]]]
    to_query: Callable[[WidgetValues], Query]
    free_text: Sequence[str] = ()

    def sync(self) -> tuple[IgnoredValue, ...]:
        """Fill the widgets from the address if it is not the one that we wrote ourselves.

        That is so in a new session, after Back or Forward, and after a page switch (which drops
        the state of widgets). Must run before the widgets are made.

        Returns
        -------
        tuple of IgnoredValue
            What of the address means nothing here.
        """
        seen = _current_query()
        # one missing key is enough: what is not drawn as a widget outlives a page switch
        is_dropped = any(key not in st.session_state for key in self.to_widgets({})[0])
        if is_dropped or st.session_state.get(_STAMP) != (self.page, seen):
            values, ignored = self.to_widgets(self._split(seen))
            self._fill(values)
            st.session_state[_IGNORED] = (*ignored, *self._unknown(seen))
            self.write()
        return tuple(st.session_state.get(_IGNORED, ()))

    def write(self) -> None:
        """Put the state of the widgets into the address; the callback of every widget."""
        query = self.to_query(st.session_state)  # type: ignore[arg-type]
        st.session_state[_LAST] = {**st.session_state.get(_LAST, {}), self.page: query}
        marks = {key: st.query_params.get_all(key) for key in MARK_KEYS if key in st.query_params}
        written = {**query, LANGUAGE_KEY: [language().value]}
        st.session_state[_STAMP] = (self.page, written)
        st.query_params.from_dict({**written, **marks})

    def clear(self) -> None:
        """Take back every choice."""
        self._fill(self.to_widgets({})[0])
        st.session_state[_IGNORED] = ()
        self.write()

    def _fill(self, values: WidgetValues) -> None:
        for key, value in values.items():
            st.session_state[key] = value

    def _split(self, query: Query) -> Query:
        """Accept ``fas=ide,vaxa`` beside ``fas=ide&fas=vaxa``."""
        return {
            key: values
            if key in self.free_text
            else [part for value in values for part in value.split(",") if part]
            for key, values in query.items()
        }

    def _unknown(self, query: Query) -> tuple[IgnoredValue, ...]:
        known = {*self.keys, *STREAMLIT_KEYS}
        return tuple(
            IgnoredValue(key, ",".join(values))
            for key, values in query.items()
            if key not in known
            and key not in TRAVELS
            and (key != LANGUAGE_KEY or values != [language().value])
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PageState(Generic[C]):
    """Binds one page's choice to widgets and address.

    A widget of a field has the key ``key(field)``; its value is the field's (a list for a tuple),
    and its callback is ``write``.

    Parameters
    ----------
    page : str
        Name of the page.
    model : type
        Its choices.
    context : callable
        Closed lists that only the data know, see :func:`ris_map.common.address.one_of`.
    """

    page: str
    model: type[C]
    context: Callable[[], Context] = dict

    def key(self, field: str) -> str:
        """Return the key of a field's widget; no other page's widget shares its value."""
        return f"{self.page}-{self.model.model_fields[field].alias or field}"

    def sync(self) -> tuple[IgnoredValue, ...]:
        """Fill the widgets from the address; see :meth:`PageAddress.sync`."""
        return self._address().sync()

    def chosen(self) -> C:
        """Return what the widgets say; before ``sync`` the state without any choice."""
        return self._from_widgets(st.session_state)  # type: ignore[arg-type]

    def write(self) -> None:
        """Put the state of the widgets into the address; the callback of every widget."""
        self._address().write()
        texts = self.chosen().texts()
        travelling = {key: texts[key] for key in TRAVELS if texts.get(key)}
        kept = {k: v for k, v in st.session_state.get(_TRAVELLING, {}).items() if k not in texts}
        st.session_state[_TRAVELLING] = {**kept, **travelling}

    def set(self, **fields: object) -> None:
        """Change some fields as a click on the map does, and write the address."""
        for field, value in fields.items():
            st.session_state[self.key(field)] = _for_widget(value)
        self.write()

    def clear(self) -> None:
        """Take back every choice."""
        self._address().clear()
        self.write()

    def _from_widgets(self, state: WidgetValues) -> C:
        values = {
            name: tuple(value) if isinstance(value, list) else value
            for name in self.model.model_fields
            if (value := state.get(self.key(name), _MISSING)) is not _MISSING
        }
        return self.model.model_validate(values)

    def _to_widgets(self, query: Query) -> tuple[WidgetValues, Sequence[IgnoredValue]]:
        choice, ignored = self.model.read(query, context=self.context())
        widgets = {
            self.key(name): _for_widget(getattr(choice, name)) for name in self.model.model_fields
        }
        return widgets, ignored

    def _address(self) -> PageAddress:
        return PageAddress(
            page=self.page,
            keys=self.model.keys(),
            to_widgets=self._to_widgets,
            to_query=lambda state: self._from_widgets(state).query(),
            free_text=self.model.keys(),  # the model itself knows where commas split
        )


_MISSING = object()


def _for_widget(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _current_query() -> Query:
    keys = [key for key in st.query_params if key not in MARK_KEYS]
    return {key: st.query_params.get_all(key) for key in keys}
