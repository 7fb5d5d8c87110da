"""The sentence that says what a selection shows, and the line that says what is selected."""

from __future__ import annotations

from collections.abc import Iterable

from ris_map.geography.codes import MUNICIPALITY_CODES
from ris_map.geography.county import Division
from ris_map.register.filters import Filter
from ris_map.register.selection import Group, Selection
from ris_map.register.strategy import Strategy
from ris_map.register.vocabulary import Scope
from ris_map.words import Translator


def selection_sentence(
    selection: Selection, *, coast: Division, inland: Division, tr: Translator
) -> str:
    """Return what a selection shows: actors, offices, municipalities, coast and inland.

    Parameters
    ----------
    selection : Selection
        What the filter selects.
    coast : Division
        The division into municipalities with and without a coast.
    inland : Division
        The division whose inland group is named beside it; one division alone misleads for the
        municipalities about which the divisions disagree.
    """
    if not selection.matches:
        return tr("sentence.none")
    parts = [tr.plural("sentence.actors", len(selection.current))]
    if selection.on_map:
        parts.append(_offices_sentence(selection, coast=coast, inland=inland, tr=tr))
    else:
        parts.append(tr("sentence.no-office"))
    parts.extend(
        tr.plural(f"sentence.{group.value}", count)
        for group in (Group.SERVES, Group.REMOTE, Group.OUTSIDE, Group.UNKNOWN, Group.ENDED)
        if (count := len(selection.group(group)))
    )
    return " ".join(parts)


def _offices_sentence(
    selection: Selection, *, coast: Division, inland: Division, tr: Translator
) -> str:
    with_office = selection.municipalities
    on_coast = {c for c in MUNICIPALITY_CODES if c not in coast.inland}
    offices = sum(len(match.offices) for match in selection.on_map)
    return tr.plural(
        "sentence.offices",
        offices,
        municipalities=tr.number(len(with_office)),
        of=tr.number(len(MUNICIPALITY_CODES)),
        coast=tr.number(len(with_office & on_coast)),
        of_coast=tr.number(len(on_coast)),
        no_coast=tr.number(len(with_office & set(coast.inland))),
        of_no_coast=tr.number(len(coast.inland)),
        inland=tr.number(len(with_office & set(inland.inland))),
        of_inland=tr.number(len(inland.inland)),
    )


def chosen_words(
    chosen: Filter, *, place_names: Iterable[tuple[str, str]], strategy: Strategy, tr: Translator
) -> str:
    """Return the choices in words, or an empty text if nothing is chosen."""
    names = dict(place_names)
    language = tr.language
    kinds = (
        *(strategy.label(member).in_(language) for member in chosen.phases),
        *(strategy.label(member).in_(language) for member in chosen.service_types),
        *(strategy.label(member).in_(language) for member in chosen.strength_areas),
        *(names.get(place, place) for place in chosen.places),
        *(strategy.label(member).in_(language) for member in chosen.delivery),
    )
    extra = []
    if chosen.scope is Scope.ADJACENT:
        extra.append(tr("filter.scope.also"))
    if chosen.text:
        extra.append(tr("filter.text.quoted", text=chosen.text))
    return " · ".join((*kinds, *extra))
