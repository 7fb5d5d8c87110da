"""A municipality in words: headline, sentences, who helps, the paragraph for a memo, messages."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from ris_map.coverage.cube import CellState, CoverageCell, CoverageCube, cube_of
from ris_map.coverage.findings import Way
from ris_map.municipality.profile import (
    ListKind,
    MunicipalityChoice,
    Profile,
    compared,
    profile,
)
from ris_map.register.in_words import Words
from ris_map.register.model import Actor
from ris_map.register.vocabulary import Phase, ServiceType
from ris_map.travel.routes import error_words, typical_error
from ris_map.travel.world import World
from ris_map.words import swedish_sort_key
from ris_map.words.figures import ROUND_MINUTES, minutes_words, percent
from ris_map.words.markup import render_text


@dataclass(frozen=True)
class MunicipalityView:
    """What is said of one municipality; the choice may be that of the page it stands on."""

    found: Profile
    choice: MunicipalityChoice
    tr: Words

    @property
    def beside(self) -> list["MunicipalityView"]:
        """Those side by side: it and the chosen other one, or it and the similar ones by name."""
        return [replace(self, found=one) for one in compared(self.found, other=self.choice.beside)]

    @property
    def other(self) -> "MunicipalityView | None":
        """The municipality that was chosen to stand beside it."""
        return self.beside[-1] if self.choice.beside else None

    @property
    def limit(self) -> str:
        """The chosen limit, minutes as a number."""
        return self.tr.number(self.choice.limit)

    @property
    def season(self) -> str:
        """The roads of the figures: "on summer roads" or "on winter roads"."""
        return self.tr(f"coverage.season.{self.choice.cube.speed}")

    @property
    def scope(self) -> str:
        """Which actors count."""
        return self.tr(f"municipality.scope.{self.choice.scope}")

    @property
    def reference_date(self) -> str:
        """The month for which the register holds."""
        return self.found.world.register.meta.reference_date

    @property
    def error(self) -> str:
        """The error of the times."""
        return error_words(typical_error(self.found.world.foundations), tr=self.tr)

    def minutes(self, minutes: float) -> str:
        """Return minutes in words, on their own side of the limit."""
        return minutes_words(minutes, tr=self.tr, limit=self.choice.limit)

    def headline(self, cell: CoverageCell | None = None) -> str:
        """Return "Norsjö: about 60 min to the nearest adviser" for the chosen kind of support."""
        tr, name, cell = self.tr, self.found.name, cell or self.found.cell(*self.choice.kind)
        to, minutes = tr(f"municipality.to.{cell.service_type}"), cell.median_minutes
        how = "here" if minutes < ROUND_MINUTES else reading(cell)
        if how in {"unknown", "none", "here"}:
            return tr(f"municipality.headline.{how}", name=name, to=to)
        near = tr("coverage.about", n=self.limit)
        said = near if how == "near" else minutes_words(minutes, tr=tr)
        return tr("municipality.headline", name=name, minutes=said, to=to)

    @property
    def counts(self) -> Counter[str]:
        """The kinds of support by how near they are; they add up to all of them.

        ``sure``: within reach; ``near``: within the error of the limit; ``unknown``; ``far``.
        """
        return Counter(map(_nearness, self.found.cells))

    @property
    def lead(self) -> str:
        """How many of the kinds of support are near, may be near, or are not known."""
        tr, counts = self.tr, self.counts
        unsure = [name for name in ("near", "unknown") if counts[name]]
        key = (
            f"municipality.count.{'sure' if counts['sure'] else 'none-sure' if unsure else 'none'}"
        )
        text = tr(key, n=counts["sure"], all=counts.total(), limit=self.limit)
        return " ".join([text, *(tr.plural(f"municipality.count.{x}", counts[x]) for x in unsure)])

    @property
    def chain(self) -> str:
        """Which phases have the longest way, or that all are equally far within the error."""
        chain, tr = self.found.chain, self.tr
        if not chain.weakest and math.isfinite(max(chain.medians)):
            return tr("municipality.chain.even")
        phases = tr.listing(tr(f"karta.phase.{phase}") for phase in chain.weakest or Phase)
        said = minutes_words(max(chain.medians), tr=tr)
        return tr("municipality.chain.weakest", phases=phases, minutes=said)

    @property
    def paragraph(self) -> str:
        """The text that a civil servant could paste into a memo."""
        inside = self.found.figures["share_in_tatort"]
        share = inside.number if inside else None
        minutes, town = min(self.found.times[0][1], key=lambda nearest: nearest[0])
        reached = self.found.lists[ListKind.REACHABLE].known
        text = render_text(
            "municipality.txt",
            t=self.tr,
            view=self,
            found=self.found,
            outside=percent(1 - share / 100, tr=self.tr) if share is not None else "",
            most=max((way.people_within for way in reached), default=None),
            nearest=(self.minutes(minutes), town),
        )
        return " ".join(filter(None, text.splitlines()))

    @property
    def source(self) -> str:
        """What the figures come from: what, of when, from where."""
        cube = self.found.cube
        return self.tr(
            "municipality.source-line",
            reference=self.reference_date,
            scope=self.scope,
            n=self.limit,
            season=self.season,
            error=self.error,
            version=cube.matrix.version,
            year=cube.population.year,
        )

    @property
    def towns(self) -> list[list[Way]]:
        """The offices of the three nearest towns, however far, that serve the municipality."""
        towns: dict[str, list[Way]] = {}
        for way in self.found.offices:
            towns.setdefault(way.town, []).append(way)
        return [*towns.values()][:3]

    def list_title(self, kind: ListKind) -> str:
        """Return the heading of a list."""
        return self.tr(f"municipality.list.{kind}", n=self.limit)

    def types(self, ways: Iterable[Way]) -> str:
        """Return the types of support that are given, or else may be given, in some ways."""
        types = {kind for way in ways for _, kind in way.kinds or way.possible}
        return self.tr.labels(kind for kind in ServiceType if kind in types)

    @staticmethod
    def phases(ways: Iterable[Way]) -> list[Phase]:
        """Return the phases in which help is given, or else may be given, in some ways."""
        found = {phase for way in ways for phase, _ in way.kinds or way.possible}
        return [phase for phase in Phase if phase in found]

    @staticmethod
    def by_actor(ways: Iterable[Way]) -> list[list[Way]]:
        """Return the ways of each actor together."""
        actors: dict[str, list[Way]] = {}
        for way in ways:
            actors.setdefault(way.actor.id, []).append(way)
        return [*actors.values()]

    def place(self, way: Way) -> str:
        """Return where an office is, and how far from the seat unless it lies there."""
        seat, minutes = self.found.seat.name, self.minutes(way.minutes_from_seat)
        far = self.tr("municipality.entry.minutes", minutes=minutes, seat=seat)
        return seat if way.town == seat else f"{way.town}, {far}"

    def facts(self, kind: ListKind, ways: Iterable[Way]) -> list[str]:
        """Return where the offices of a list are; of those elsewhere, how many reach them too."""
        tr, everybody, said = self.tr, self.tr.number(self.found.located_residents), list[str]()
        for way in (way for way in ways if way.office):
            people = tr("municipality.entry.people", n=tr.number(way.people_within), all=everybody)
            said.append(self.place(way) + (f"; {people}" if kind is ListKind.REACHABLE else ""))
        return list(dict.fromkeys(said))

    def message_url(self, actor: Actor) -> str:
        """Return a prepared message that confirms an entry in one step (M5)."""
        values = {
            "name": actor.name,
            "id": actor.id,
            "municipality": self.found.name,
            "product": self.tr("product.name"),
            "date": self.found.world.on,
        }
        parts = (self.tr(f"municipality.confirm.{x}.yes", **values) for x in ("subject", "body"))
        return self.tr.mail_url(*parts)


def view_of(world: World, choice: MunicipalityChoice, tr: Words) -> MunicipalityView:
    """Return what is said of the chosen municipality; ``ValueError`` if none is chosen."""
    return MunicipalityView(profile(world, choice.code or "", choice.cube), choice, tr)


def reading(cell: CoverageCell) -> Literal["unknown", "none", "near", "time"]:
    """Return how a kind of support is read: as a time, or as what stands in place of one.

    ``near`` is within the error of the limit.
    """
    if not math.isfinite(cell.median_minutes):
        return "unknown" if cell.is_maybe_physical else "none"
    return "near" if cell.is_borderline else "time"


def _nearness(cell: CoverageCell) -> str:
    if cell.is_borderline:
        return "near"
    if cell.state in {CellState.ON_SITE, CellState.WITHIN_REACH}:
        return "sure"
    return "unknown" if cell.is_maybe_physical else "far"


def half_sentence(cell: CoverageCell, *, limit: float, tr: Words) -> tuple[str, str]:
    """Return the big figure of the map and the words after it: half, and nine of ten."""
    how, name = reading(cell), tr.municipality_names[cell.municipality_code]
    told = {"name": name, "kind": tr.kind(cell.phase, cell.service_type)}
    if how in {"unknown", "none"}:
        return "?" if how == "unknown" else "–", tr(f"municipality.half.{how}", **told)
    near = tr("karta.about", n=tr.number(limit))
    figure = near if how == "near" else minutes_words(cell.median_minutes, tr=tr)
    is_here = cell.median_minutes < ROUND_MINUTES
    key = "municipality.half.here" if is_here else "municipality.half"
    text = tr(key, n=tr.number(cell.located_residents), **told)
    if math.isfinite(cell.p90_minutes):
        nine = minutes_words(max(cell.p90_minutes, ROUND_MINUTES), tr=tr, limit=limit)
        text += "\n" + tr("municipality.half.ninety", minutes=nine)
    return figure, text


def halves(
    cube: CoverageCube, choice: MunicipalityChoice, *, tr: Words
) -> dict[str, tuple[str, str]]:
    """Return figure and words of the chosen kind of support for every municipality."""
    phase, kind = choice.kind
    cells = (cube.cell(c, phase=phase, service_type=kind) for c in cube.municipality_codes)
    return {
        cell.municipality_code: half_sentence(cell, limit=choice.limit, tr=tr) for cell in cells
    }


def county_links(
    world: World, choice: MunicipalityChoice, *, tr: Words
) -> list[tuple[str, str, str]]:
    """Return name, address and how far half have to the support, of all, in Swedish order."""
    links = (
        (tr.municipality_names[code], choice.url(tr=tr, code=code), figure)
        for code, (figure, _) in halves(cube_of(world, choice.cube), choice, tr=tr).items()
    )
    return sorted(links, key=lambda link: swedish_sort_key(link[0]))
