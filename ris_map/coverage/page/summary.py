"""Headline, four figures, the text for a committee paper, and how the figures were made."""

import math
from typing import NamedTuple

from ris_map.coverage.page.view import CoverageView, inland_name
from ris_map.register.vocabulary import Answer
from ris_map.travel.network import ACCESS_LIMIT_KMH, DETOUR, JOIN_MOST_M, SPEED_MODELS
from ris_map.travel.routes import accuracy, error_words, typical_error
from ris_map.words.figures import about, cell_text, too_far
from ris_map.words.markup import render

CLEAR_DIFFERENCE = 0.05
"""Shares that differ by less than this are called alike: the times are not exact enough."""
NEARLY_ALL = 0.95
LIMITS = ("capacity", "evidence", "register", "roads", "people", "outside", "time")
FACTS = (
    *("day", "register", "matrix", "roads", "speed", "error"),
    *("snap", "unreachable", "people"),
)
TERMS = ("gap", "near", "unknown", "median", "p90", "chain", "fragility", "stable")


class KeyFigure(NamedTuple):
    """One big figure, what it counts and its range; ``is_gap`` gives it the colour of distance."""

    number: str
    text: str
    note: str = ""
    range: str = ""
    is_gap: bool = False


def headline(view: CoverageView) -> str:
    """Return where the gap lies, in one line; differences inside the error are none."""
    kind = view.asked[0].upper() + view.asked[1:]
    if not view.is_physical:
        return view.tr("coverage.headline.remote", kind=kind, mode=view.mode())
    return view.tr(f"coverage.headline.{finding(view)}", kind=kind, limit=view.choice.limit)


def finding(view: CoverageView) -> str:
    """Return ``inland``, ``coast``, ``alike``, ``all`` or ``none``."""
    sides = {"inland": view.inland, "coast": view.coast}
    shares = {side: view.found.share_of(codes) for side, codes in sides.items()}
    far, near = sorted(shares, key=lambda side: shares[side][0])
    if shares[near][0] == 0:
        return "none"
    if shares[far][0] >= NEARLY_ALL:
        return "all"
    # what may be if everything unknown turned out well is no certain difference
    is_alike = shares[near][0] - shares[far][1] < CLEAR_DIFFERENCE
    is_alike |= view.span(sides[near])[0] <= view.span(sides[far])[1]
    return "alike" if is_alike else far


def key_figures(view: CoverageView) -> tuple[KeyFigure, ...]:
    """Return the four figures; those of another way of help than the office have no minutes."""
    if not view.is_physical:
        return _remote_figures(view)
    tr, limit = view.tr, view.choice.limit
    known, best = view.found.of(view.inland)
    clear, near, unsure = view.gaps(view.inland)
    most = len(clear) + len(near) + len(unsure)
    number = str(most) if most == len(clear) else f"{len(clear)}–{most}"
    notes = [("coverage.figure.near", near), ("coverage.figure.unsure", unsure)]
    within = (one.people_within[0, view.found.threshold_at] for one in (best, known))
    least, most_beyond = (int(known.persons[0] - number) for number in within)
    mean = float(known.excess_minutes[0])
    is_told = math.isfinite(mean) and least == most_beyond
    beyond = dict.fromkeys(about(number, tr=tr) for number in (least, most_beyond))
    excess = cell_text(too_far(mean, tr=tr), tr=tr)
    far = tr("coverage.figure.shortfall", n=excess) if is_told else ""
    return (
        KeyFigure(
            view.share_words(view.inland),
            tr("coverage.figure.inland", limit=limit),
            view.carrier_words("coverage.carrier.short"),
            view.range_of(view.inland),
            is_gap=True,
        ),
        KeyFigure(
            view.share_words(view.coast),
            tr("coverage.figure.coast", limit=limit),
            range=view.range_of(view.coast),
        ),
        KeyFigure(
            tr("coverage.figure.of", n=number, of=len(view.inland)),
            tr("coverage.figure.gaps", limit=limit),
            " ".join(tr.plural(k, len(c), names=view.listed(c)) for k, c in notes if c),
        ),
        KeyFigure("–".join(beyond), tr("coverage.figure.beyond", limit=limit), far),
    )


def _remote_figures(view: CoverageView) -> tuple[KeyFigure, ...]:
    tr, figures = view.tr, []
    for side, codes in (("inland", view.inland), ("coast", view.coast)):
        text = tr(f"coverage.figure.remote.{side}", mode=view.mode())
        figures.append(KeyFigure(view.reached_words(codes), text, is_gap=side == "inland"))
    for known, key in ((Answer.UNKNOWN, "unknown"), (Answer.NO, "no")):
        number = sum(view.remote(code) is known for code in view.order)
        text = tr.plural(f"coverage.figure.remote.{key}", number, mode=view.mode())
        figures.append(KeyFigure(str(number), text))
    return tuple(figures)


def finding_sentence(view: CoverageView) -> str:
    """Return the finding with both shares, for titles of pictures and the copied text."""
    if not view.is_physical:
        return headline(view) + "."
    return view.tr(
        "coverage.finding",
        inland=view.share_words(view.inland),
        coast=view.share_words(view.coast),
        kind=view.asked,
        limit=view.choice.limit,
    )


def copy_text(view: CoverageView) -> str:
    """Return the paragraph for a committee paper: every figure with its range, basis and date."""
    sentences = [finding_sentence(view), *filter(None, [range_words(view)])]
    figures = key_figures(view)
    for figure in figures[2:] if view.is_physical else figures:
        sentences.append(f"{figure.number} {figure.text}. {figure.note}".strip())
    if view.is_physical and (carrier := view.carrier_words()):
        sentences.append(carrier)
    return " ".join([*sentences, basis(view)])


def range_words(view: CoverageView) -> str:
    """Return the range of both shares, for pictures."""
    if not view.is_physical:
        return ""
    return view.tr(
        "coverage.copy.range",
        inland=view.range_of(view.inland),
        coast=view.range_of(view.coast),
    )


def basis(view: CoverageView) -> str:
    """Return what the figures rest on: who is counted, how far off, register, roads, day."""
    tr, choice = view.tr, view.choice
    key = "office" if view.is_physical else "remote"
    outside = tr("coverage.outside.yes" if choice.include_outside else "coverage.outside.no")
    if choice.sourced_only and view.is_physical:
        outside += f", {tr('coverage.control.sourced').lower()}"
    return tr(
        f"coverage.basis.{key}",
        date=view.date,
        years=view.evidence_years,
        scope=tr(f"coverage.scope.{choice.scope}"),
        outside=outside,
        season=tr(f"coverage.season.{'winter' if choice.winter else 'summer'}"),
        year=view.cube.population.year,
        residents=tr.number(int(view.cube.population.persons.sum())),
        division=inland_name(view.division, tr=tr),
        error=error_words(typical_error(view.world.foundations), tr=tr),
    )


# -------------------------------------------------------------------- method


def method_html(view: CoverageView) -> str:
    """Return "how we counted" as HTML (R11)."""
    return render(
        "coverage_method.html",
        t=view.tr,
        view=view,
        definitions=definitions(view),
        facts=facts(view),
        limits=LIMITS,
    )


def definitions(view: CoverageView) -> list[tuple[str, str]]:
    """Return every term of the page with its definition, for the page and the files."""
    tr, limit = view.tr, view.choice.limit
    return [
        (tr(f"coverage.term.{name}", limit=limit), tr(f"coverage.term.{name}.is", limit=limit))
        for name in TERMS
    ]


def facts(view: CoverageView) -> list[tuple[str, str]]:
    """Return what the figures rest on, by name, for the page and the files."""
    tr, cube, network = view.tr, view.cube, view.world.foundations.network
    speed, found = cube.matrix.speed_model, accuracy(view.world.foundations)
    share_of_limit = speed.share_of_limit / speed.time_factor
    others = (model.id for model in SPEED_MODELS if model.id != speed.id)
    numbers = {
        "n": len(cube.table.actors),
        "doubtful": cube.table.actor_is_doubtful.sum(),
        "parts": len(network.km),
        "km": network.km.sum(),
        "none": network.km[network.is_schematic].sum(),
        "percent": 100 * share_of_limit,
        "kmh": ACCESS_LIMIT_KMH * share_of_limit,
        "limit": JOIN_MOST_M / 1000,
        "located": cube.population.persons.sum(),
        "cells": len(cube.population.persons),
    }
    told = {name: tr.number(float(value)) for name, value in numbers.items()} | {
        "reference": view.world.register.meta.reference_date,
        "source": cube.matrix.network_source,
        "speed": tr(f"coverage.speed.{speed.id}"),
        "others": tr.listing(tr(f"coverage.speed.{model}") for model in others),
        "detour": tr.number(DETOUR, decimals=1),
        "year": str(cube.population.year),
    }
    values = {"day": cube.table.on.isoformat(), "matrix": cube.matrix.version}
    values["error"] = tr("coverage.fact.error.unknown")
    if found:
        values["error"] = tr(
            "coverage.fact.error.is",
            error=error_words(found.places, tr=tr),
            n=tr.number(found.places.count),
            km=tr.number(100 * found.distances.median),
        )
    values["unreachable"] = _unreachable(view)
    return [
        (tr(f"coverage.fact.{name}"), values.get(name) or tr(f"coverage.fact.{name}.is", **told))
        for name in FACTS
    ]


def _unreachable(view: CoverageView) -> str:
    tr, world, base = view.tr, view.world, view.world.foundations
    parts = []
    for role, joined, places in (
        ("origin", base.joined_settlements, base.geography.localities),
        ("destination", world.joined_offices, world.offices),
    ):
        names = joined.unreached([place.name for place in places])
        key = f"coverage.fact.unreachable.{role}"
        parts.append(tr(key, names="; ".join(names)) if names else tr(f"{key}.none"))
    people = int(base.cells.population[~base.joined_cells.is_reachable].sum())
    return " ".join([tr("coverage.fact.unreachable.people", n=tr.number(people)), *parts])
