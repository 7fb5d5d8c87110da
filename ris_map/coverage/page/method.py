"""How the figures were made: definitions, data, dates, assumptions, errors and limits."""

from __future__ import annotations

from ris_map.coverage.page.matrix import legend
from ris_map.coverage.page.view import CoverageView
from ris_map.coverage.together import unlocated_share
from ris_map.travel.matrix import Role, Unreachable
from ris_map.travel.shortest import SPEED_MODELS
from ris_map.words.markup import render

LIMITS = ("capacity", "evidence", "register", "roads", "people", "outside", "time")


def method_html(view: CoverageView) -> str:
    """Return the method section as HTML."""
    tr = view.tr
    return render(
        "coverage_method.html",
        t=tr,
        definitions=definitions(view),
        facts=facts(view),
        divisions=[
            {
                "label": division.label.in_(tr.language),
                "source": division.source.in_(tr.language),
                "note": division.note.in_(tr.language),
                "groups": [
                    (group.label.in_(tr.language), view.names(group.municipalities))
                    for group in division.groups
                ],
            }
            for division in view.geography.divisions
        ],
        limits=[
            (tr(f"coverage.method.{name}.title"), tr(f"coverage.method.{name}")) for name in LIMITS
        ],
    )


def definitions(view: CoverageView) -> list[tuple[str, str]]:
    """Return every term of the page with its definition, for the page and the files."""
    tr, limit = view.tr, view.choice.threshold
    states = [(entry.word, entry.meaning) for entry in legend(view)]
    names = ("located", "median", "p90", "affected", "chain", "worst", "fragility", "stable")
    return [
        *states,
        *(
            (tr(f"coverage.term.{name}"), tr(f"coverage.term.{name}.is", limit=limit))
            for name in names
        ),
    ]


def facts(view: CoverageView) -> list[tuple[str, str]]:
    """Return what the figures rest on, by name, for the page and the files."""
    tr, cube = view.tr, view.cube
    definition, population = cube.definition, cube.population
    snap, speed = definition.snap, definition.speed_model
    choice, edges = view.choice, view.world.foundations.roads.edges
    values = {
        "day": definition.on.isoformat(),
        "register": tr(
            "coverage.fact.register.is",
            reference=view.world.register.meta.reference_date,
            n=tr.number(len(cube.table.actor_ids)),
            doubtful=tr.number(int(cube.table.actor_is_doubtful.sum())),
        ),
        "choice": _choice_words(view),
        "matrix": definition.matrix_version,
        "roads": tr(
            "coverage.fact.roads.is",
            source=definition.network_source,
            n=tr.number(len(edges)),
            none=tr.number(sum(edge.verification == "none" for edge in edges)),
        ),
        "speed": tr(
            "coverage.fact.speed.is",
            percent=tr.number(speed.share_of_limit * 100),
            others=tr.listing(
                tr(f"coverage.speed.{model.id}") for model in SPEED_MODELS if model.id != speed.id
            ),
        ),
        "error": tr("coverage.fact.error.is"),
        "snap": tr(
            "coverage.fact.snap.is",
            near=tr.number(snap.on_node_km, decimals=1),
            detour=tr.number(snap.detour, decimals=1),
            kmh=tr.number(snap.kmh),
            limit=tr.number(snap.limit_km),
        ),
        "unreachable": _unreachable(view),
        "people": tr(
            "coverage.fact.people.is",
            located=tr.number(int(population.persons.sum())),
            year=population.year,
            years=tr.listing(str(year) for year in population.locality_years),
            localities=tr.number(len(population.locality_ids)),
            unknown=tr.number(len(population.unknown_ids)),
        ),
        "unlocated": view.percent(unlocated_share(cube, cube.municipality_codes)),
        "thresholds": tr(
            "coverage.fact.thresholds.is",
            list=tr.listing(str(int(limit)) for limit in definition.thresholds),
            chosen=choice.threshold,
        ),
    }
    return [(tr(f"coverage.fact.{name}"), value) for name, value in values.items()]


def _choice_words(view: CoverageView) -> str:
    choice, tr = view.choice, view.tr
    return "; ".join(
        (
            view.kind,
            view.label(choice.delivery).lower(),
            tr(f"coverage.scope.{choice.scope}"),
            tr("coverage.outside.yes" if choice.include_outside else "coverage.outside.no"),
            view.division.label.in_(tr.language).lower(),
        )
    )


def _unreachable(view: CoverageView) -> str:
    found = view.world.matrix.unreachable
    parts = []
    for role in Role:
        places = [place for place in found if place.role is role]
        key = f"coverage.fact.unreachable.{role}"
        if not places:
            parts.append(view.tr(f"{key}.none"))
            continue
        parts.append(view.tr(key, names="; ".join(_place(view, place) for place in places)))
    return " ".join(parts)


def _place(view: CoverageView, place: Unreachable) -> str:
    reason = view.tr(
        f"coverage.fact.unreachable.{place.reason}", km=view.tr.number(place.straight_km)
    )
    return f"{place.name} ({reason})"
