"""One search over places, actors, areas and everyday words; the browser looks in this list."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal
from urllib.parse import urlencode

from ris_map.register.strategy import SEARCH_CHOICES, EverydayWords
from ris_map.travel.world import World
from ris_map.words import Translator, swedish_sort_key, translator
from ris_map.words.language import Language

Kind = Literal["place", "actor", "choice"]


Hit = tuple[str, Kind, str, tuple[str, ...], str]
"""What is seen, its kind, where it leads, further words that find it, and a text."""


def hits(world: World, everyday: tuple[EverydayWords, ...], *, tr: Translator) -> Iterator[Hit]:
    """Give everything that can be found, in the words of a language."""
    geography, strategy = world.foundations.geography, world.foundations.strategy

    def url(path: str, **query: str) -> str:
        return f"{path}?{urlencode({**query, 'lang': tr.language.value})}"

    for one in geography.municipalities:
        label = tr("search.municipality", name=one.name)
        yield label, "place", url("/kommun", kommun=one.code), (one.name,), ""
    seats = {s.name for s in geography.localities if s.is_seat}
    for place in sorted(geography.localities, key=lambda s: swedish_sort_key(s.name)):
        owner = geography.municipality(place.municipality_code).name
        name = place.name if place.name in seats else f"{place.name}, {owner}"
        label = tr("search.find-in", name=name)
        yield label, "place", url("/hitta", plats=place.id), (place.name,), ""
    for word in everyday:
        key, value = word.choice
        term = next(term for term in SEARCH_CHOICES[key] if term == value)
        label = tr(f"search.{key}", name=strategy.label(term).in_(tr.language))
        words = word.sv if tr.language is Language.SV else (*word.en, *word.sv)
        yield label, "choice", url("/", **{key: value}), words, ""
    for actor in sorted(world.register.actors, key=lambda a: swedish_sort_key(a.name)):
        text = actor.summary.in_(tr.language)
        yield actor.name, "actor", url("/aktor", id=actor.id), actor.aliases, text


@lru_cache(maxsize=4)
def index(world: World, everyday: tuple[EverydayWords, ...], language: Language) -> bytes:
    """Return the list as JSON: ``[label, kind, url, words, text]`` each, about 40 kB."""
    rows = list(hits(world, everyday, tr=translator(language)))
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()
