"""What the register does not know: questions, letters, and whom to ask first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from ris_map.common.dates import period_end
from ris_map.geography.codes import MUNICIPALITY_CODES
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

Cell = tuple[str, Phase, ServiceType]
REMOTE = (Delivery.VISIT, Delivery.DIGITAL, Delivery.PHONE)
_WAYS = {
    Delivery.OFFICE: "Kan den som vill ha hjälp träffa er på ert kontor?",
    Delivery.VISIT: "Kommer ni ut till den som vill ha hjälp?",
    Delivery.DIGITAL: "Kan man få er hjälp helt på distans, till exempel i videomöte?",
    Delivery.PHONE: "Kan man få er hjälp per telefon?",
}
_STATUS = {"active": "i drift", "ended": "upphörd", "planned": "planerad", "unknown": "okänt"}


@dataclass(frozen=True, slots=True)
class Question:
    """Something unknown in a record, by the path of its field, and how to ask for it."""

    field: str
    text: str


def questions(actor: Actor) -> tuple[Question, ...]:
    """Return one question for each thing that the register does not know about an actor."""
    return tuple(_questions(actor))


def _questions(actor: Actor) -> Iterator[Question]:
    if actor.status is Status.UNKNOWN:
        yield Question("status", "Är ni i drift i dag?")
    for index, offer in enumerate(actor.offers):
        if not offer.phases:
            yield Question(f"offers.{index}.phases", "För vilka faser passar er hjälp?")
        for mode, text in _WAYS.items():
            if offer.delivery.of(mode) is Availability.UNKNOWN:
                yield Question(f"offers.{index}.delivery.{mode}", text)
    for office in actor.offices:
        if not office.is_sourced and office.valid_to is None:
            yield Question(f"offices.{office.id}", f"Har ni kontor i {office.town}?")
    for field, is_known, text in (
        ("target_groups", actor.target_groups, "Vilka hjälper ni?"),
        ("cost", actor.cost, "Vad kostar er hjälp den som får den?"),
        ("eligibility", actor.eligibility, "Vilka krav ställer ni?"),
        ("how_to_apply", actor.how_to_apply, "Hur gör man för att få er hjälp?"),
        ("contact_url", actor.contact_url, "På vilken webbsida står det hur man når er?"),
        ("homepage", actor.homepage, "Vilken är er webbplats?"),
    ):
        if not is_known:
            yield Question(field, text)


def is_to_be_asked(actor: Actor, *, today: date) -> bool:
    """Return whether there is somebody to ask: not ended, of the county, not confirmed lately."""
    if actor.outside_county or actor.status is Status.ENDED:
        return False
    confirmed = actor.last_confirmed
    return confirmed is None or (today - period_end(confirmed)).days > 365


def letter(actor: Actor, *, strategy: Strategy, names: Mapping[str, str], address: str) -> str:
    """Return a plain letter in Swedish with the record and its open questions, to no person."""
    lines = [
        f"Till {actor.name}",
        "",
        "Innovationskartan Västerbotten visar var den som har en idé kan få hjälp. Så här står det",
        "om er. Stämmer det? Svara gärna med en rad om vad som är fel, eller bara ”stämmer”.",
        "",
        f"Namn: {actor.name}",
        f"Vad ni gör: {actor.summary.sv}",
        f"Läge: {_STATUS[actor.status]}",
        f"Webbplats: {actor.homepage or 'okänd'}",
    ]
    for offer in actor.offers:
        phases = ", ".join(strategy.label(phase).sv for phase in offer.phases) or "okänd fas"
        lines.append(f"Stöd: {strategy.label(offer.service_type).sv} ({phases})")
    for office in actor.offices:
        place = names.get(office.municipality or "", "")
        street = f", {office.street}" if office.street else ""
        where = office.town if place == office.town else f"{office.town} ({place})"
        lines.append(f"Kontor: {where}{street}")
    asked = dict.fromkeys(question.text for question in questions(actor))
    if asked:
        lines += ["", "Det här vet vi inte:"]
        lines += [f"{number}. {text}" for number, text in enumerate(asked, start=1)]
    lines += ["", f"Postens id: {actor.id}", f"Svar till: {address}", ""]
    return "\n".join(lines)


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
    # imported here: it takes longer to start than the other commands take to run
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415
    from scipy.sparse import csr_array  # noqa: PLC0415

    ids = sorted({one for able in unknown.values() for one in able})
    if not ids:
        return ()
    at = {one: index for index, one in enumerate(ids)}
    pairs = [(row, at[one]) for row, able in enumerate(unknown.values()) for one in able]
    rows, columns = np.array(pairs).T
    cover = csr_array((np.ones(len(pairs)), (rows, columns)), shape=(len(unknown), len(ids)))
    reach = np.bincount(columns, minlength=len(ids))
    # fewest first; the second wish weighs less than one organisation in all
    weight = 1.0 - reach / (reach.sum() * 2.0)
    solved = milp(
        weight,
        constraints=LinearConstraint(cover, lb=1.0),
        integrality=np.ones(len(ids)),
        bounds=Bounds(0.0, 1.0),
    )
    chosen = {ids[n] for n in np.flatnonzero(solved.x > 0.5)}
    return tuple(_in_order(chosen, unknown))


def _in_order(chosen: set[str], unknown: Mapping[Cell, frozenset[str]]) -> Iterator[Call]:
    left: Sequence[frozenset[str]] = list(unknown.values())
    while chosen:
        gains = {one: sum(one in able for able in left) for one in chosen}
        best = min(chosen, key=lambda one: (-gains[one], one))
        yield Call(best, gains[best])
        chosen = chosen - {best}
        left = [able for able in left if best not in able]
