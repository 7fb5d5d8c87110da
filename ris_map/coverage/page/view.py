"""What every part of the coverage page is drawn from, and how its figures become words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from ris_map.coverage.cube import CoverageCube
from ris_map.coverage.page.choices import CoverageChoice
from ris_map.geography.county import Division, Geography
from ris_map.register.in_words import Words
from ris_map.register.strategy import Term
from ris_map.register.vocabulary import Answer, Phase, ServiceType
from ris_map.travel.world import World
from ris_map.words import Translator
from ris_map.words.figures import minutes_words, percent


@dataclass(frozen=True, kw_only=True, eq=False)
class CoverageView:
    """One choice, the figures behind it and the words of one language.

    Parameters
    ----------
    world : World
        Where the figures come from.
    choice : CoverageChoice
        What the reader has chosen.
    words : Words
        The words of a language.
    """

    world: World
    choice: CoverageChoice
    words: Words

    @property
    def tr(self) -> Translator:
        """Texts of the language."""
        return self.words.tr

    @cached_property
    def cube(self) -> CoverageCube:
        """The coverage."""
        return self.world.cube(self.choice.cube_choice)

    @property
    def geography(self) -> Geography:
        """The county."""
        return self.world.foundations.geography

    @cached_property
    def division(self) -> Division:
        """The chosen division."""
        return self.geography.division(self.choice.division)

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Municipality codes from the coast to the mountains."""
        return self.geography.coast_to_mountains

    @cached_property
    def columns(self) -> tuple[tuple[Phase, ServiceType], ...]:
        """The chosen kinds of help, phase by phase."""
        return tuple((p, s) for p in self.choice.shown_phases for s in self.choice.shown_types)

    def at(self, code: str) -> int:
        """Return the position of a municipality in the arrays."""
        return self.cube.municipality_codes.index(code)

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

    def either(self, items: Iterable[str]) -> str:
        """Return ``a, b eller c``."""
        *head, last = list(items) or [""]
        return f"{', '.join(head)} {self.tr('coverage.or')} {last}" if head else last

    @property
    def kind(self) -> str:
        """Return the chosen kind of help in words: ``rådgivning i fasen idé``."""
        choice, tr = self.choice, self.tr
        types = [self.label(t).lower() for t in choice.service_types]
        text = self.either(types) if types else tr("coverage.kind.any")
        if choice.phases:
            phases = self.either(self.label(p).lower() for p in choice.phases)
            text = f"{text} {tr('coverage.kind.phase', phases=phases)}"
        if choice.strength_area:
            area = self.label(choice.strength_area)
            text = f"{text} {tr('coverage.kind.area', area=area)}"
        return text

    def mode(self) -> str:
        """Return the chosen way of help in words."""
        return self.tr(f"coverage.mode.{self.choice.delivery}")

    def answer(self, answer: Answer) -> str:
        """Return an answer in words."""
        return self.tr(f"answer.{answer}")

    # ---------------------------------------------------------------- figures

    def about_minutes(self, minutes: float) -> str:
        """Return minutes for a sentence: ``cirka 75 min``."""
        return minutes_words(minutes, tr=self.tr)

    def percent(self, share: float) -> str:
        """Return a share for a sentence: ``86 %``; what is not quite all or none says so."""
        return percent(share, tr=self.tr)
