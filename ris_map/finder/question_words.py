"""The questions of the page in words: places, phases with examples, types of support."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from ris_map.finder.entry_words import start_words
from ris_map.finder.need import Start, start_of
from ris_map.geography.county import Geography
from ris_map.register.strategy import Strategy
from ris_map.register.vocabulary import Phase, ServiceType
from ris_map.words import Translator, swedish_sort_key
from ris_map.words.markup import render

SCRIPT_TEXTS: Mapping[str, str] = {
    "none": "find.place.none",
    "found": "find.place.found",
    "searching": "find.geo.searching",
    "geoFound": "find.geo.found",
    "denied": "find.geo.denied",
    "outside": "find.geo.outside",
    "unable": "find.geo.unable",
    "tap": "find.tap.choose",
}
"""Texts that find.js shows; it has none of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A municipality that can be chosen with one press."""

    id: str
    name: str
    url: str


def all_starts(geography: Geography) -> tuple[Start, ...]:
    """Return every place to choose from: municipalities, then settlements, in Swedish order."""
    ids = (
        *(m.code for m in sorted(geography.municipalities, key=lambda m: swedish_sort_key(m.name))),
        *(loc.id for loc in sorted(geography.localities, key=lambda p: swedish_sort_key(p.name))),
    )
    found = (start_of(geography, place) for place in ids)
    return tuple(start for start in found if start is not None)


def place_html(geography: Geography, *, tr: Translator) -> str:
    """Return the search for a place, with all places for find.js to search in.

    The points are those of public settlements; the browser compares its own position with them and
    tells nobody.
    """
    places = [
        [s.id, start_words(s, tr=tr), round(s.locality.lat, 4), round(s.locality.lon, 4)]
        for s in all_starts(geography)
    ]
    texts = {name: tr(key) for name, key in SCRIPT_TEXTS.items()}
    return render(
        "find_place.html",
        t=tr,
        places=json.dumps(places, ensure_ascii=False, separators=(",", ":")),
        texts=json.dumps(texts, ensure_ascii=False),
    )


def chips_html(geography: Geography, *, query: dict[str, list[str]], tr: Translator) -> str:
    """Return the municipalities as links that keep every other choice."""
    chips = [
        Chip(
            id=start.id,
            name=start.municipality_name,
            url="?"
            + urlencode({"plats": [start.id], **query, "lang": [tr.language.value]}, doseq=True),
        )
        for start in all_starts(geography)
        if start.is_municipality
    ]
    return render("find_chips.html", t=tr, places=chips)


def chosen_html(start: Start, *, tr: Translator) -> str:
    """Return the sentence that says where the search begins."""
    place = start_words(start, tr=tr)
    if start.is_municipality:
        text = tr("find.place.chosen-seat", place=place, seat=start.locality.name)
    else:
        text = tr("find.place.chosen", place=place)
    return render("chosen.html", text=text)


def phases_html(strategy: Strategy, *, is_open: bool, tr: Translator) -> str:
    """Return the three phases in everyday words with examples."""
    language = tr.language
    phases = [
        {
            "id": phase.value,
            "letter": words.letter,
            "short": tr(f"find.phase.{phase}"),
            "label": words.label.in_(language),
            "everyday": words.everyday.in_(language),
            "examples": [example.in_(language) for example in words.examples],
        }
        for phase in Phase
        for words in (strategy.phase(phase),)
    ]
    return render("find_phases.html", t=tr, open=is_open, phases=phases)


def types_html(strategy: Strategy, *, tr: Translator) -> str:
    """Return what the types of support mean, in everyday words and in the strategy's."""
    language = tr.language
    types = [
        {
            "short": tr(f"find.type.{kind}"),
            "label": words.label.in_(language),
            "everyday": words.everyday.in_(language),
            "description": words.description.in_(language),
        }
        for kind in ServiceType
        for words in (strategy.service_type(kind),)
    ]
    return render("find_types.html", t=tr, types=types)
