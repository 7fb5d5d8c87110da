"""What the register does not know: questions, letters, and whom to ask first."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from ris_map.common.yaml_file import Loc, dump_yaml
from ris_map.geography.divisions import MUNICIPALITY_CODES
from ris_map.register.checks import unconfirmed_since
from ris_map.register.model import Actor, Register
from ris_map.register.strategy import Strategy
from ris_map.register.vocabulary import (
    Answer,
    Availability,
    Delivery,
    Phase,
    Scope,
    ServiceType,
    Status,
)
from ris_map.words import Translator, translator
from ris_map.words.language import Language
from ris_map.words.markup import render_text

Cell = tuple[str, Phase, ServiceType]
REMOTE = (Delivery.VISIT, Delivery.DIGITAL, Delivery.PHONE)


OPEN_FIELDS = ("target_groups", "cost", "eligibility", "how_to_apply", "contact_url", "homepage")
"""Fields that may be unknown and that anybody who knows the actor can answer."""


def questions(actor: Actor, *, tr: Translator) -> Iterator[str]:
    """Yield one question for each thing that the register does not know about an actor."""
    if actor.status is Status.UNKNOWN:
        yield tr("ask.status")
    for offer in actor.offers:
        if not offer.phases:
            yield tr("ask.phases")
        for mode in Delivery:
            if offer.delivery.of(mode) is Availability.UNKNOWN:
                yield tr(f"ask.{mode}")
    for office in actor.offices:
        if not office.is_sourced and office.valid_to is None:
            yield tr("ask.town", town=office.town)
    for field in OPEN_FIELDS:
        if not getattr(actor, field):
            yield tr(f"ask.{field}")


def is_to_be_asked(actor: Actor, *, today: date) -> bool:
    """Return whether there is somebody to ask: not ended, of the county, not confirmed lately."""
    is_there = not actor.outside_county and actor.status is not Status.ENDED
    return is_there and unconfirmed_since(actor, on=today)


def letter(actor: Actor, *, strategy: Strategy, names: Mapping[str, str], address: str) -> str:
    """Return a plain letter in Swedish with the record and its open questions, to no person."""
    tr = translator(Language.SV)
    return render_text(
        "letter.txt",
        t=tr,
        actor=actor,
        questions=dict.fromkeys(questions(actor, tr=tr)),
        label=lambda term: strategy.label(term).sv,
        names=names,
        address=address,
    )


def corrected(
    actor: Actor, said: Mapping[Loc, Any], *, today: date
) -> tuple[Mapping[str, Any], str]:
    """Return a record with some fields said anew, and the changed fields as YAML.

    ``said`` has a value by the path of its field. What an actor says of a way of help is entered
    as ``editorial``, for no page says it; nothing said confirms the record as it is.
    """
    before = actor.model_dump(mode="json")
    raw: Any = actor.model_dump(mode="json")
    for path, value in said.items():
        part = raw
        for step in path[:-1]:
            part = part[step]
        if part[path[-1]] == value:
            continue
        part[path[-1]] = value
        if "delivery" in path:
            is_known = value != Availability.UNKNOWN
            raw[path[0]][path[1]]["delivery_basis"][path[-1]] = "editorial" if is_known else None
    raw["last_confirmed"] = today.isoformat()
    changed = {key: value for key, value in raw.items() if key == "id" or value != before[key]}
    return raw, dump_yaml([changed])


def unknown_cells(register: Register, *, on: date) -> dict[Cell, frozenset[str]]:
    """Return the cells for which help at a distance is not known, with who could settle each.

    A cell is a municipality, a phase and a service type. It is unknown when no core actor at work
    is known to help there by visit, digitally or by phone, and at least one might.
    """
    may: dict[Cell, set[str]] = defaultdict(set)
    helped: set[Cell] = set()
    for actor in register.actors:
        if actor.scope is not Scope.CORE or not actor.is_active(on):
            continue
        for code in MUNICIPALITY_CODES:
            serves = actor.service_area.includes(code)
            for offer in actor.offers:
                remote = max(offer.delivery.of(mode).known for mode in REMOTE)
                for phase in offer.phases or tuple(Phase):
                    answer = min(serves, remote, Answer.YES if offer.phases else Answer.UNKNOWN)
                    cell = (code, phase, offer.service_type)
                    if answer is Answer.YES:
                        helped.add(cell)
                    elif answer is Answer.UNKNOWN:
                        may[cell].add(actor.id)
    return {cell: frozenset(ids) for cell, ids in may.items() if cell not in helped}


@dataclass(frozen=True, slots=True)
class Call:
    """Whom to ask, and how many unknown cells nobody before on the list could settle."""

    id: str
    cells: int


def call_list(unknown: Mapping[Cell, frozenset[str]]) -> tuple[Call, ...]:
    """Return the fewest organisations of which each unknown cell has at least one (R14).

    The minimum set cover, solved to optimality; among smallest covers one whose members can
    settle the most; those that settle the most come first, by id where equal.
    """
    cells = enumerate(able for _, able in sorted(unknown.items()))
    return _smallest_cover(frozenset((cell, one) for cell, able in cells for one in able))


@lru_cache(maxsize=8)
def _smallest_cover(able: frozenset[tuple[int, str]]) -> tuple[Call, ...]:
    """Return the cover of cells by those who are able to settle them."""
    # imported here: it takes longer to start than the other commands take to run
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415

    if not able:
        return ()
    pairs = pd.DataFrame(sorted(able), columns=["cell", "id"])
    left = pd.crosstab(pairs["cell"], pairs["id"])
    reach = left.sum()
    solved = milp(
        # fewest first; the second wish weighs less than one organisation in all
        1.0 - reach / (reach.sum() * 2.0),
        constraints=LinearConstraint(left, lb=1.0),
        integrality=np.ones(len(reach)),
        bounds=Bounds(0.0, 1.0),
    )
    chosen, calls = reach.index[solved.x > 0.5], []
    while not left.empty:
        gains = left[chosen].sum()
        calls.append(Call(gains.idxmax(), int(gains.max())))
        left = left[left[gains.idxmax()] == 0]
    return tuple(calls)
