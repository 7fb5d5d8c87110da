"""One search over places, actors, areas and everyday words; the browser looks in this list."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal
from urllib.parse import urlencode

from ris_map.common.records import Record
from ris_map.register.strategy import SEARCH_CHOICES, EverydayWords, Strategy
from ris_map.travel.world import World
from ris_map.words import Translator, swedish_sort_key, translator
from ris_map.words.language import Language

Kind = Literal["place", "actor", "choice"]


class Hit(Record):
    """Something that can be found: what is seen, where it leads, further words that find it."""

    label: str
    kind: Kind
    url: str
    words: tuple[str, ...] = ()
    text: str = ""


def hits(world: World, everyday: tuple[EverydayWords, ...], *, tr: Translator) -> Iterator[Hit]:
    """Give everything that can be found, in the words of a language."""
    geography, strategy = world.foundations.geography, world.foundations.strategy
    seats = {s.name for s in geography.localities if s.is_seat}
    for municipality in geography.municipalities:
        yield Hit(
            label=tr("search.municipality", name=municipality.name),
            kind="place",
            url=_url("/kommun", {"kommun": municipality.code}, tr=tr),
            words=(municipality.name,),
        )
    for place in sorted(geography.localities, key=lambda s: swedish_sort_key(s.name)):
        name = geography.municipality(place.municipality_code).name
        label = place.name if place.name in seats else f"{place.name}, {name}"
        yield Hit(
            label=tr("search.find-in", name=label),
            kind="place",
            url=_url("/hitta", {"plats": place.id}, tr=tr),
            words=(place.name,),
        )
    for one in everyday:
        key, value = one.choice
        yield Hit(
            label=_label(strategy, key, value, tr=tr),
            kind="choice",
            url=_url("/", {key: value}, tr=tr),
            words=one.sv if tr.language is Language.SV else (*one.en, *one.sv),
        )
    for actor in sorted(world.register.actors, key=lambda a: swedish_sort_key(a.name)):
        yield Hit(
            label=actor.name,
            kind="actor",
            url=_url("/aktor", {"id": actor.id}, tr=tr),
            words=actor.aliases,
            text=actor.summary.in_(tr.language),
        )


def _label(strategy: Strategy, key: str, value: str, *, tr: Translator) -> str:
    term = next(term for term in SEARCH_CHOICES[key] if term == value)
    return tr(f"search.{key}", name=strategy.label(term).in_(tr.language))


def _url(path: str, query: dict[str, str], *, tr: Translator) -> str:
    return f"{path}?{urlencode({**query, 'lang': tr.language.value})}"


@lru_cache(maxsize=4)
def index(world: World, everyday: tuple[EverydayWords, ...], language: Language) -> bytes:
    """Return the list as JSON: ``[label, kind, url, words, text]`` each, about 40 kB."""
    rows = [
        [one.label, one.kind, one.url, list(one.words), one.text]
        for one in hits(world, everyday, tr=translator(language))
    ]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()
