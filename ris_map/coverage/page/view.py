"""What every part of the coverage page is drawn from: one choice, its figures, its words."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import AfterValidator, Field

from ris_map.common.address import one_of
from ris_map.coverage.cube import CellKey, CoverageCube, cube_of, speeds_of, supply_of
from ris_map.coverage.map_picture import MapView, PictureChoice
from ris_map.coverage.support import ANSWERS, PHASES
from ris_map.geography.county import Geography
from ris_map.geography.divisions import MUNICIPALITY_CODES, Division
from ris_map.register.vocabulary import Answer, Phase, Scope, ServiceType
from ris_map.travel.network import FloatArray
from ris_map.words import Translator
from ris_map.words.figures import minutes_words, near_limit, percent_range

Tab = Literal["luckor", "kurva", "kedjan", "indelningar", "metod"]
TABS = get_args(Tab)


def _is_cell(text: str) -> str:
    if text:
        code, phase, kind = text.split(".")
        Phase(phase), ServiceType(kind)
        if code not in MUNICIPALITY_CODES:
            raise ValueError("no such cell")
    return text


def cell_id(code: str, phase: Phase, kind: ServiceType) -> str:
    """Return a cell as it stands in the address: ``2422.ide.radgivning``."""
    return f"{code}.{phase}.{kind}"


class CoverageChoice(PictureChoice):
    """One way of help at a time, never added; ``place`` is a municipality or a group of them."""

    path: ClassVar[str] = "/tackning"
    place: Annotated[str, one_of("places")] = Field("", alias="plats")
    cell: Annotated[str, AfterValidator(_is_cell)] = ""
    tab: Tab = Field("luckor", alias="visa")

    @property
    def cell_key(self) -> CellKey | None:
        """The chosen cell."""
        if not self.cell:
            return None
        code, phase, kind = self.cell.split(".")
        return code, Phase(phase), ServiceType(kind)


def inland_name(division: Division, *, tr: Translator) -> str:
    """Return what a division calls inland: ``Region 10``."""
    groups = (group for group in division.groups if group.is_inland)
    return tr.listing(group.label.in_(tr.language) for group in groups)


@dataclass(frozen=True, kw_only=True, eq=False)
class CoverageView(MapView):
    """One choice, the figures behind it and the words of one language."""

    choice: CoverageChoice

    @cached_property
    def cube(self) -> CoverageCube:
        """Every kind of help by itself."""
        return cube_of(self.world, self.choice.cube_choice)

    @property
    def geography(self) -> Geography:
        """The county."""
        return self.world.foundations.geography

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Municipality codes from the coast to the mountains, the inland of the division last."""
        codes = self.geography.coast_to_mountains
        return tuple(sorted(codes, key=lambda code: code in self.inland))

    @property
    def date(self) -> str:
        """The date of the register: what is shown with figures, never just today's (W12)."""
        return self.choice.as_of or self.world.register.meta.reference_date

    @property
    def evidence_years(self) -> str:
        """The years of the latest evidence of the actors that count."""
        scopes, outside = {Scope.CORE, self.choice.scope}, self.choice.include_outside
        counting = (
            actor
            for actor in self.cube.table.actors
            if actor.scope in scopes and (outside or not actor.outside_county)
        )
        years = sorted({actor.last_evidence[:4] for actor in counting if actor.last_evidence})
        return "–".join(dict.fromkeys((years[0], years[-1]))) if years else self.tr("unknown")

    # ---------------------------------------------------------------- figures

    @property
    def over_speeds(self) -> list[CoverageCube]:
        """What is asked for under every speed model, the chosen one first."""
        choice = self.choice
        kinds = choice.shown_phases, choice.shown_types
        return [supply_of(self.world, one, *kinds) for one in speeds_of(choice.cube_choice)]

    def span(self, codes: Collection[str]) -> tuple[float, float]:
        """Return the least share within the limit over the speed models, and the most at best."""
        shares = (found.share_of(codes) for found in self.over_speeds)
        known, best = zip(*shares, strict=True)
        return min(known), max(best)

    @property
    def medians(self) -> FloatArray:
        """Median minutes to each kind of help in the chosen phase: municipalities x kinds."""
        choice = self.choice
        if choice.phase:
            return self.cube.figures.median_minutes[:, PHASES.index(choice.phase)]
        return supply_of(self.world, choice.cube_choice, (), None).figures.median_minutes

    def gaps(self, codes: Iterable[str]) -> tuple[list[str], list[str], list[str]]:
        """Return the municipalities with a gap of offices, and those that may have one.

        A gap: more than half of the residents have farther than the limit, and no office stands
        in the municipality. Second, those too near the limit to say; third, those where an office
        of which the register does not know enough would close it (W6).
        """
        limit = float(self.choice.limit)
        found, medians = self.found, self.found.figures.median_minutes
        away = [c for c in self.geography.coast_to_mountains if c in set(codes)]
        away = [code for code in away if not found.offices_on_site[self.at(code)]]
        near = [c for c in away if near_limit(float(medians[self.at(c)]), limit)]
        beyond = [c for c in away if medians[self.at(c)] > limit and c not in near]
        unsure = [code for code in beyond if found.is_maybe_physical[self.at(code)]]
        return [code for code in beyond if code not in unsure], near, unsure

    def remote(self, code: str) -> Answer:
        """Return what is known of the chosen way of help in a municipality."""
        return ANSWERS[int(self.answers()[self.at(code)])]

    # ---------------------------------------------------------------- words

    def listed(self, codes: Iterable[str]) -> str:
        """Return names as a list in words, from the coast to the mountains."""
        wanted = set(codes)
        return self.tr.listing(self.names[code] for code in self.order if code in wanted)

    @property
    def asked(self) -> str:
        """What is asked for, in a sentence: ``rådgivning i idéfasen``."""
        choice = self.choice
        return self.tr.kind(choice.phase, choice.service_type, choice.strength_area)

    @property
    def place(self) -> tuple[str, tuple[str, ...]]:
        """Name and municipalities of the chosen place, or of the county."""
        place = self.choice.place
        if place in self.geography.groups:
            _, group = self.geography.groups[place]
            codes = tuple(code for code in self.order if code in group.municipalities)
            return group.label.in_(self.tr.language), codes
        return (self.names[place], (place,)) if place else (self.tr("coverage.county"), self.order)

    def mode(self) -> str:
        """Return the chosen way of help in words."""
        return self.tr(f"coverage.mode.{self.choice.delivery}")

    def about_minutes(self, minutes: float) -> str:
        """Return minutes for a sentence; what lies within the error of the limit says so."""
        limit = float(self.choice.limit)
        if near_limit(minutes, limit):
            return self.tr("coverage.about", n=self.tr.number(limit))
        return minutes_words(minutes, tr=self.tr)

    def range_of(self, codes: Collection[str]) -> str:
        """Return the range of the share of some municipalities (R9)."""
        return percent_range(*self.span(codes), tr=self.tr)
