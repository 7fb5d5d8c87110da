"""Every item of the review of 2026 is in the register, or refused with a reason in the note."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from ris_map.register.model import Actor, Office, Register
from ris_map.register.vocabulary import Basis, Delivery
from tests.factories import real_register

ROOT = Path(__file__).parents[2]
NOTE = (ROOT / "docs" / "method" / "2026-11-26-register.md").read_text("utf-8")
REFUSED = NOTE.partition("## Not taken in, or taken in otherwise")[2].partition("\n## ")[0]


def office(actor: Actor, name: str) -> Office:
    return next(one for one in actor.offices if one.id == name)


def kinds(actor: Actor) -> str:
    return " ".join(offer.service_type for offer in actor.offers)


def phases(actor: Actor) -> str:
    return " ".join(sorted({phase for offer in actor.offers for phase in offer.phases}))


def ways(actor: Actor, mode: str) -> set[str]:
    return {offer.delivery.of(Delivery(mode)).value for offer in actor.offers}


def says(actor: Actor, *words: str) -> bool:
    told = actor.model_dump_json()
    return all(word in told for word in words)


def is_adjacent(actor: Actor) -> bool:
    return actor.scope == "adjacent"


def is_refused(*names: str) -> bool:
    """Whether one row of the note's table names all of them."""
    return any(all(f"`{name}`" in row for name in names) for row in REFUSED.splitlines())


# what the review asks for, and where the register has it
CORRECTIONS: dict[str, Callable[[Actor], bool]] = {
    "north-sweden-cleantech": lambda a: (
        a.status == "unknown"
        and office(a, "umea").valid_to == "2022"
        and office(a, "skelleftea").last_evidence == "2023"
    ),
    "green-innovation-park-umea": lambda a: is_adjacent(a) and a.status == "planned",
    "motesplats-lycksele": lambda a: phases(a) == "ide" and says(a, "270 deltagare"),
    "region-vasterbotten-innovationsledning": lambda a: (
        kinds(a) == "motesplats"
        and not office(a, "lycksele").is_sourced
        and is_refused(a.id, "coompanion-vasterbotten")
    ),
    "coompanion-vasterbotten": lambda a: (
        a.last_evidence == "2024-05"
        and not office(a, "lycksele").is_sourced
        and office(a, "skelleftea").address_valid_to == "2025-06-01"
        and is_refused(a.id)
    ),
    "social-innovation-hub-north-sweden": lambda a: a.successor == "social-innovation-i-norr",
    "kommun-asele-naringsliv": lambda a: (
        a.last_evidence == "2024-06" and says(a, "(ÅNS)", "309 företag") and is_refused(a.id)
    ),
    "region-10-naringslivsutveckling": lambda a: (
        a.name == "Näringslivsutveckling för en hållbar framtid i Region 10"
        and a.valid_from == "2015-09-01"
        and says(a, "Storumans Kommunföretag AB", "2018", "16 mars 2026", "2028-12")
        # its page of an office in each municipality is of a finished project
        and a.offers[0].basis_of(Delivery.OFFICE) is Basis.ASSUMED
        and is_refused(a.id)
    ),
    "arctic-center-of-energy": lambda a: (
        ways(a, "office") == {"unknown"} and says(a, "2027", "konkurs mars 2025")
    ),
    "eit-innoenergy-skelleftea": lambda a: (
        a.status == "unknown" and says(a, "tolv veckor", "konkurs i mars 2025")
    ),
    "partnerinvest-norr": lambda a: a.in_2022 == "unknown" and says(a, "2015–2020"),
    "regional-exportsamverkan-vasterbotten": lambda a: (
        a.name == "Regionalt exportcentrum Västerbotten"
        and a.aliases[-1] == "Regional exportsamverkan Västerbotten"
        and says(a, "Invest in Västerbotten")
    ),
    "arctic-game": lambda a: kinds(a) == "motesplats",
    "ltu-business-skelleftea": lambda a: ways(a, "visit") | ways(a, "digital") == {"unknown"},
    "kommun-vilhelmina-naringsliv": lambda a: ways(a, "visit") == {"unknown"},
    "house-be-skelleftea": lambda a: phases(a) == "ide",
    "sparbanksstiftelsen-norrland": lambda a: "ide" in phases(a) and says(a, "innovationspris-slu"),
    "innovationskontoret-umea-universitet": lambda a: (
        a.last_evidence == "2023-10" and says(a, "Innovation Boot Camp")
    ),
    "skogstekniska-klustret": lambda a: a.last_evidence == "2023-08" and says(a, "Malå i norr"),
    "vasterbottens-handelskammare": lambda a: (
        (a.last_evidence, a.valid_from) == ("2024-05", "1974")
    ),
    "innovationsbolaget-ornskoldsvik": lambda a: a.valid_from == "2022",
    "trainnovationsklustret": lambda a: office(a, "skelleftea").precision == "town",
    "leader-lappland": lambda a: (
        a.last_evidence == "2024" and not office(a, "sorsele").is_sourced and is_refused(a.id)
    ),
    "norrlandsfonden-lulea": is_adjacent,
    "almi-mitt-ostersund": lambda a: a.status == "unknown",
    "vinnova": lambda a: says(a, "2023-03309", "30 juni 2029"),
    "tillvaxtverket": lambda a: (
        says(a, "1,76 miljoner", "mala.se", "bjurholm.se") and is_refused(a.id)
    ),
}

LISTS = yaml.safe_load(Path(__file__).with_name("review.yaml").read_text("utf-8"))

# doubts about who is core or of which kind: settled as the review thinks, or refused
DOUBTS: dict[str, Callable[[Actor], bool]] = {
    "energimyndigheten": is_adjacent,
    "green-innovation-park-umea": is_adjacent,
    "sammes-stiftelse": lambda a: is_refused(a.id),
    "connect-norr": is_adjacent,
    "norrlandsfonden-lulea": is_adjacent,
    "motesplats-lycksele": lambda a: phases(a) == "ide" and is_refused(a.id),
    "arctic-game": lambda a: "inkubator_accelerator" not in kinds(a),
    "region-vasterbotten-innovationsledning": lambda a: "finansiering" not in kinds(a),
    "house-be-skelleftea": lambda a: phases(a) == "ide",
    "the-great-northern": lambda a: phases(a) == "ide",
    "georange": is_adjacent,
    "trainnovationsklustret": is_adjacent,
    "arctic-center-of-energy": is_adjacent,
    "vindeln-innovation-center": is_adjacent,
    "applied-ai-dih-north": is_adjacent,
    "digital-impact-north": lambda a: kinds(a) == "radgivning",
    "skogstekniska-klustret": lambda a: is_refused(a.id),
    "life-science-umea": lambda a: is_refused(a.id),
    "umea-science-park": lambda a: is_refused(a.id),
    "nyforetagarcentrum-skelleftea": lambda a: is_refused(a.id),
    "iuc-norr": lambda a: is_refused(a.id),
    "foretagarna-vasterbotten": lambda a: is_refused(a.id),
}


@pytest.fixture(scope="module")
def register() -> Register:
    return real_register()


@pytest.mark.parametrize("actor_id", CORRECTIONS)
def test_A1_a_correction_is_in_or_refused(actor_id: str, register: Register) -> None:
    assert CORRECTIONS[actor_id](register.by_id[actor_id])


@pytest.mark.parametrize("actor_id", DOUBTS)
def test_A1_a_doubt_is_settled_or_refused(actor_id: str, register: Register) -> None:
    assert DOUBTS[actor_id](register.by_id[actor_id])


def test_A1_the_three_corrections_of_rules_hold_for_all(register: Register) -> None:
    for actor_id in LISTS["old_evidence"]:
        actor = register.by_id[actor_id]
        assert actor.status == "unknown" or (actor.last_evidence or "") >= "2021", actor_id
    for actor in register.actors:
        # what a page says of one service is not said of another; an office is the whole actor's
        for mode in set(Delivery) - {Delivery.OFFICE}:
            told = [offer for offer in actor.offers if offer.basis_of(mode) is Basis.SOURCE]
            assert len(told) <= 1, actor.id
    for actor_id in LISTS["assumed_places"]:
        assert {one.precision for one in register.by_id[actor_id].offices} == {"town"}, actor_id
    offices = [a for a in register.actors if a.municipal and not a.outside_county]
    assert len({actor.summary.sv for actor in offices}) == len(offices) == 15
    assert not [a.id for a in offices if "mark och lokaler" in a.summary.sv]


@pytest.mark.parametrize("actor_id", [*LISTS["new_actors"], *LISTS["aliases"]])
def test_A1_a_new_actor_is_in_or_refused(actor_id: str, register: Register) -> None:
    if actor_id in LISTS["aliases"]:
        holder, alias = LISTS["aliases"][actor_id]
        assert actor_id not in register.by_id
        assert alias in register.by_id[holder].aliases
        assert is_refused(actor_id)
        return
    actor = register.by_id[actor_id]
    places = [one.municipality or "outside" for one in actor.offices]
    found = [actor.scope, actor.status, *places, kinds(actor), str(len(actor.sources))]
    assert " ".join(found) == LISTS["new_actors"][actor_id]
    assert actor_id not in LISTS["otherwise"] or is_refused(actor_id)


@pytest.mark.parametrize("line", LISTS["claims"])
def test_A1_a_claim_is_in_and_makes_the_way_of_help_known_or_not(
    line: str, register: Register
) -> None:
    actor_id, mode, level, year, address, *kept = line.split()
    actor = register.by_id[actor_id]
    assert [
        claim
        for claim in actor.delivery_claims
        if (claim.mode, claim.availability, claim.year or "-") == (mode, level, year)
        and address in claim.url
    ]
    known = ways(actor, mode) - {"unknown"}
    assert not known if kept else known & {level, "offered"}
    assert not kept or is_refused(actor_id)


@pytest.mark.parametrize(("actor_id", "mode"), LISTS["withdrawn"])
def test_A1_a_withdrawn_claim_is_gone(actor_id: str, mode: str, register: Register) -> None:
    actor = register.by_id[actor_id]
    assert mode not in {claim.mode.value for claim in actor.delivery_claims}
    assert ways(actor, mode) == {"unknown"}


def test_A1_every_item_of_the_review_is_looked_at() -> None:
    assert len(CORRECTIONS) + 3 == 30  # three are rules for all records
    assert len(LISTS["new_actors"]) + len(LISTS["aliases"]) == 15
    assert len(LISTS["claims"]) == 24
    assert len({actor_id for actor_id, _ in LISTS["withdrawn"]}) == 5
