"""What every part of the coverage page is drawn from: one choice, its figures, its words."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from ris_map.coverage.cube import CoverageCube
from ris_map.coverage.cubes import (
    UNKNOWN_CLASS,
    cell_classes,
    class_shares,
    cube_of,
)
from ris_map.coverage.groups import (
    GroupFigures,
    Together,
    group_figures,
    remote_position,
    together,
)
from ris_map.coverage.page.choices import CoverageChoice
from ris_map.coverage.support import ANSWERS
from ris_map.geography.county import Division, Geography
from ris_map.register.in_words import Words
from ris_map.register.model import Office
from ris_map.register.strategy import Term
from ris_map.register.vocabulary import Answer, Scope, ServiceType
from ris_map.travel.arrays import CodeArray, FloatArray
from ris_map.travel.matrix import office_key
from ris_map.travel.world import World
from ris_map.words import Translator
from ris_map.words.figures import minutes_words, near_limit, percent, percent_range

CLEAR_DIFFERENCE = 0.05
"""Shares that differ by less than this are called alike: the times are not exact enough."""
NEARLY_ALL = 0.95
REMOTE_CLASSES = {Answer.YES: 0, Answer.NO: 4, Answer.UNKNOWN: UNKNOWN_CLASS}


@dataclass(frozen=True, kw_only=True, eq=False)
class CoverageView:
    """One choice, the figures behind it and the words of one language."""

    world: World
    choice: CoverageChoice
    words: Words
    data_dir: Path

    @property
    def tr(self) -> Translator:
        """Texts of the language."""
        return self.words.tr

    @cached_property
    def cube(self) -> CoverageCube:
        """The coverage."""
        return cube_of(self.world, self.choice.cube_choice)

    @cached_property
    def found(self) -> Together:
        """The chosen kinds of help as if they were one: everybody goes to the nearest office."""
        return together(self.cube, self.choice)

    @property
    def geography(self) -> Geography:
        """The county."""
        return self.world.foundations.geography

    @cached_property
    def division(self) -> Division:
        """The chosen division."""
        return self.geography.division(self.choice.division)

    @property
    def order(self) -> tuple[str, ...]:
        """Municipality codes from the coast to the mountains, the inland of the division last."""
        codes = self.geography.coast_to_mountains
        return (*(c for c in codes if c in self.coast), *(c for c in codes if c in self.inland))

    @cached_property
    def inland(self) -> frozenset[str]:
        """Municipalities that the division counts as inland."""
        return frozenset(self.division.inland)

    @cached_property
    def coast(self) -> frozenset[str]:
        """All other municipalities."""
        return frozenset(self.cube.municipality_codes) - self.inland

    @property
    def date(self) -> str:
        """The date of the register: what is shown with figures, never just today's (W12)."""
        return self.choice.as_of or self.world.register.meta.reference_date

    @property
    def evidence_years(self) -> str:
        """The years of the latest evidence of the actors that count."""
        actors, table = self.world.register.by_id, self.cube.table
        counted = np.flatnonzero(table.actor_is_core | (self.choice.scope is Scope.ADJACENT))
        found = (actors[table.actor_ids[k]].last_evidence for k in counted.tolist())
        years = sorted({day[:4] for day in found if day})
        return "–".join(dict.fromkeys((years[0], years[-1]))) if years else self.tr("unknown")

    @cached_property
    def offices(self) -> dict[str, Office]:
        """Every office of the register by its key."""
        actors = self.world.register.actors
        return {office_key(actor, office): office for actor in actors for office in actor.offices}

    def at(self, code: str) -> int:
        """Return the position of a municipality in the arrays."""
        return self.cube.municipality_codes.index(code)

    # ---------------------------------------------------------------- figures

    @cached_property
    def groups(self) -> dict[str, GroupFigures]:
        """Figures with their ranges: municipalities, groups and inlands of divisions, the county.

        Keys: a code; ``<division>-<group>``; ``<division>/inland``, ``<division>/coast``; ``""``.
        """
        codes = self.cube.municipality_codes
        wanted: dict[str, Collection[str]] = {"": codes, **{code: (code,) for code in codes}}
        for division in self.geography.divisions:
            inland = frozenset(division.inland)
            wanted[f"{division.id}/inland"] = inland
            wanted[f"{division.id}/coast"] = frozenset(codes) - inland
            wanted |= {f"{division.id}-{g.id}": g.municipalities for g in division.groups}
        return group_figures(self.world, self.choice.cube_choice, self.choice, wanted)

    @cached_property
    def _sides(self) -> dict[str, GroupFigures]:
        sides = {"inland": self.inland, "coast": self.coast}
        return group_figures(self.world, self.choice.cube_choice, self.choice, sides)

    @property
    def inland_group(self) -> GroupFigures:
        """The inland of the chosen division."""
        return self._sides["inland"]

    @property
    def coast_group(self) -> GroupFigures:
        """The coast of the chosen division."""
        return self._sides["coast"]

    @cached_property
    def classes(self) -> CodeArray:
        """The map's class of every inhabited square; of remote help the answer's."""
        if self.choice.is_physical:
            choice = self.choice
            return cell_classes(
                self.world, choice.cube_choice, choice.shown_phases, choice.shown_types
            )
        answers = [REMOTE_CLASSES[self.remote(code)] for code in self.cube.municipality_codes]
        return np.array(answers, dtype=np.int8)[self.cube.population.municipality]

    @cached_property
    def class_shares(self) -> dict[str, tuple[float, ...]]:
        """The share of inland and coast in each class, the unknown last."""
        sides = {"inland": self.inland, "coast": self.coast}
        return class_shares(self.world, self.classes, sides)

    @cached_property
    def medians(self) -> dict[ServiceType, FloatArray]:
        """Median minutes per municipality to each kind of help in the chosen phase."""
        one = {kind: self.choice.model_copy(update={"service_type": kind}) for kind in ServiceType}
        return {kind: together(self.cube, choice).median for kind, choice in one.items()}

    def gaps(self, codes: Iterable[str]) -> tuple[list[str], list[str], list[str]]:
        """Return the municipalities with a gap of offices, and those that may have one.

        A gap: more than half of the residents have farther than the limit, and no office stands
        in the municipality. Second, those too near the limit to say; third, those where an office
        of which the register does not know enough would close it (W6).
        """
        limit = float(self.choice.threshold)
        away = [c for c in self.geography.coast_to_mountains if c in set(codes)]
        away = [code for code in away if not self.found.on_site[self.at(code)]]
        near = [c for c in away if near_limit(float(self.found.median[self.at(c)]), limit)]
        beyond = [c for c in away if self.found.median[self.at(c)] > limit and c not in near]
        unsure = [code for code in beyond if self.found.may_be_there[self.at(code)]]
        return [code for code in beyond if code not in unsure], near, unsure

    def remote(self, code: str) -> Answer:
        """Return what is known of the chosen way of help in a municipality."""
        code_of = self.found.remote[self.at(code), remote_position(self.choice.delivery)]
        return ANSWERS[int(code_of)]

    # ---------------------------------------------------------------- words

    def name(self, code: str) -> str:
        """Return the name of a municipality."""
        return self.words.municipality_names.get(code, code)

    def names(self, codes: Iterable[str]) -> str:
        """Return names as a list in words, from the coast to the mountains."""
        wanted = set(codes)
        return self.tr.listing(self.name(code) for code in self.order if code in wanted)

    def label(self, term: Term) -> str:
        """Return the label of a term of the strategy."""
        return self.words.strategy.label(term).in_(self.tr.language)

    @property
    def kind(self) -> str:
        """Return the chosen kind of help in words: ``rådgivning i idéfasen``."""
        choice, tr = self.choice, self.tr
        kind = choice.service_type
        parts = [self.label(kind).lower() if kind else tr("coverage.kind.any")]
        parts += [tr(f"coverage.in-phase.{choice.phase}")] if choice.phase else []
        area = choice.strength_area
        parts += [tr("coverage.kind.area", area=self.label(area))] if area else []
        return " ".join(parts)

    @property
    def division_name(self) -> str:
        """Return the name of the chosen division."""
        return self.division.label.in_(self.tr.language)

    @property
    def place_name(self) -> str:
        """Return the name of the chosen place, or of the county."""
        place = self.choice.place
        groups = {f"{d.id}-{g.id}": g for d in self.geography.divisions for g in d.groups}
        if place in groups:
            return groups[place].label.in_(self.tr.language)
        return self.name(place) if place else self.tr("coverage.county")

    @property
    def place_codes(self) -> tuple[str, ...]:
        """Return the municipalities of the chosen place, or of the county."""
        place = self.choice.place
        groups = {f"{d.id}-{g.id}": g for d in self.geography.divisions for g in d.groups}
        if place in groups:
            return tuple(c for c in self.order if c in groups[place].municipalities)
        return (place,) if place else self.order

    def mode(self) -> str:
        """Return the chosen way of help in words."""
        return self.tr(f"coverage.mode.{self.choice.delivery}")

    def answer(self, answer: Answer) -> str:
        """Return an answer in words."""
        return self.tr(f"answer.{answer}")

    def about_minutes(self, minutes: float) -> str:
        """Return minutes for a sentence; what lies within the error of the limit says so."""
        limit = float(self.choice.threshold)
        if near_limit(minutes, limit):
            return self.tr("coverage.about", n=self.tr.number(limit))
        return minutes_words(minutes, tr=self.tr)

    def percent(self, share: float) -> str:
        """Return a share for a sentence."""
        return percent(share, tr=self.tr)

    def share_words(self, group: GroupFigures) -> str:
        """Return a group's share: a range where it depends on what the register does not know."""
        return percent_range(group.share, group.share_at_best, tr=self.tr)

    def beyond_words(self, codes: Collection[str]) -> str:
        """Return the share of some municipalities' residents beyond the limit, as a range too."""
        known = float(self.found.of(codes).share_within[0, 0, 0, self.found.threshold_at])
        return percent_range(1 - self.found.share_at_best(codes), 1 - known, tr=self.tr)

    def range_of(self, group: GroupFigures) -> str:
        """Return the range of a group's share."""
        return percent_range(group.share_low, group.share_high, tr=self.tr)
