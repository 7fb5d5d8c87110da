"""One request, read and checked, with everything that an answer is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import cached_property
from pathlib import Path

from ris_map.api.datasets import Terms, terms
from ris_map.api.parameters import Query
from ris_map.api.settings import ApiSettings
from ris_map.geography.codes import MUNICIPALITY_CODES
from ris_map.register.filters import Filter, from_query
from ris_map.register.in_words import Words
from ris_map.register.selection import Selection, select
from ris_map.register.vocabulary import Scope, StrengthArea
from ris_map.travel.service import Moment, place_groups, sources
from ris_map.travel.service import Service as Served
from ris_map.travel.world import CubeChoice
from ris_map.words import Translator, translator
from ris_map.words.language import Language

REGISTER = "data/actors.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What does not change from request to request."""

    served: Served
    settings: ApiSettings
    report_address: str


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a client asks for at one moment.

    Parameters
    ----------
    site : Site
        The installation.
    moment : Moment
        The register as it is served.
    query : mapping of str to tuple of str
        Checked parameters.
    base : str
        Public address of the site without a slash at the end.
    actor_id : str
        Of an address that names one actor.
    """

    site: Site
    moment: Moment
    query: Query
    base: str
    actor_id: str = ""

    @property
    def language(self) -> Language:
        """The language of words in files."""
        return Language(self.one("lang", Language.SV))

    @property
    def tr(self) -> Translator:
        """Texts of the language."""
        return translator(self.language)

    @property
    def words(self) -> Words:
        """What puts records into words."""
        base = self.moment.world.foundations
        return Words(
            tr=self.tr,
            strategy=base.strategy,
            municipality_names={m.code: m.name for m in base.geography.municipalities},
            report_address=self.site.report_address,
        )

    @property
    def groups(self) -> Mapping[str, frozenset[str]]:
        """Municipality codes by the id of a place."""
        return place_groups(self.moment.world.foundations.geography)

    @property
    def chosen(self) -> Filter:
        """The filter, as the start page reads it from the same address."""
        return from_query(self.query, place_ids=self.groups)[0]

    @cached_property
    def selection(self) -> Selection:
        """What the filter selects, as the start page shows it."""
        world = self.moment.world
        return select(world.register, self.chosen, groups=self.groups, on=world.on)

    @property
    def codes(self) -> frozenset[str]:
        """Municipalities of the chosen places; all if none is chosen."""
        chosen = self.query.get("plats", ())
        found = (self.groups[place] for place in chosen)
        return frozenset().union(*found) if chosen else frozenset(MUNICIPALITY_CODES)

    @property
    def cube_choice(self) -> CubeChoice:
        """The choice of a coverage cube, as the coverage page reads it."""
        area = self.one("omrade")
        return CubeChoice(
            threshold=float(self.one("grans", "60")),
            scope=Scope(self.one("bredd", Scope.CORE)),
            strength_area=StrengthArea(area) if area else None,
            include_outside=self.one("utanfor") == "ja",
        )

    def changed(self, files: tuple[str, ...]) -> datetime:
        """Return when an answer made from some data files may last have become another one.

        The register counts from its file's time and from the beginning of the day it is shown for;
        never a time to come.
        """
        folder = self.site.served.data_dir
        times = [
            self._register_changed()
            if name == REGISTER
            else _modified(folder / name.removeprefix("data/"))
            for name in files
        ]
        return min(max(times), datetime.now(UTC)).replace(microsecond=0)

    def _register_changed(self) -> datetime:
        state = self.moment.state
        read = state.loaded_at
        if state.stamp is not None and not state.is_outdated:
            read = datetime.fromtimestamp(state.stamp[0] / 1e9, UTC)
        return max(read, datetime.combine(self.moment.world.on, time(), UTC))

    def terms(self, files: tuple[str, ...]) -> Terms:
        """Return the terms of data made from some files."""
        return terms(files, sources=sources(self.site.served.data_dir))

    def one(self, name: str, default: str = "") -> str:
        """Return the value of a parameter that is given once."""
        return next(iter(self.query.get(name, ())), default)


def _modified(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
