"""Every item of the review of 2026 is in the register, or refused with a reason in the note."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from ris_map.register.model import Actor
from ris_map.register.vocabulary import Basis, Delivery
from tests.factories import released

ROOT = Path(__file__).parents[2]
NOTE = (ROOT / "docs" / "method" / "2026-11-26-register.md").read_text("utf-8")
REFUSED = NOTE.partition("## Not taken in, or taken in otherwise")[2].partition("\n## ")[0]
REGISTER = released().register
LISTS = yaml.safe_load(Path(__file__).with_name("review.yaml").read_text("utf-8"))


def is_refused(*names: str) -> bool:
    """Whether one row of the note's table names all of them."""
    return any(all(f"`{name}`" in row for name in names) for row in REFUSED.splitlines())


def view(actor: Actor) -> dict[str, Any]:
    """Return a record with what its offers are together, and its offices by id."""
    phases = {phase.value for offer in actor.offers for phase in offer.phases}
    offices = {
        office.id: {**office.model_dump(mode="json"), "is_sourced": office.is_sourced}
        for office in actor.offices
    }
    return {
        **actor.model_dump(mode="json"),
        "offices": offices,
        "kinds": " ".join(offer.service_type for offer in actor.offers),
        "phases": " ".join(sorted(phases)),
        "ways": {
            mode: " ".join(sorted({offer.delivery.of(Delivery(mode)) for offer in actor.offers}))
            for mode in Delivery
        },
    }


def at(found: Any, path: str) -> object:
    for step in path.split("."):
        found = found[int(step) if isinstance(found, list) else step]
    return found


@pytest.mark.parametrize(
    ("actor_id", "wanted"), [*LISTS["corrections"].items(), *LISTS["doubts"].items()]
)
def test_A1_a_correction_is_in_a_doubt_is_settled_or_it_is_refused(
    actor_id: str, wanted: dict[str, Any]
) -> None:
    actor = REGISTER.by_id[actor_id]
    facts = {path: value for path, value in wanted.items() if path not in {"says", "refused"}}
    assert {path: at(view(actor), path) for path in facts} == facts
    assert all(word in actor.model_dump_json() for word in wanted.get("says", []))
    assert "refused" not in wanted or is_refused(actor_id, *wanted["refused"])


def test_A1_the_three_corrections_of_rules_hold_for_all() -> None:
    for actor_id in LISTS["old_evidence"]:
        actor = REGISTER.by_id[actor_id]
        assert actor.status == "unknown" or (actor.last_evidence or "") >= "2021", actor_id
    for actor in REGISTER.actors:
        # what a page says of one service is not said of another; an office is the whole actor's
        for mode in set(Delivery) - {Delivery.OFFICE}:
            told = [offer for offer in actor.offers if offer.basis_of(mode) is Basis.SOURCE]
            assert len(told) <= 1, actor.id
    for actor_id in LISTS["assumed_places"]:
        assert {one.precision for one in REGISTER.by_id[actor_id].offices} == {"town"}, actor_id
    offices = [a for a in REGISTER.actors if a.municipal and not a.outside_county]
    assert len({actor.summary.sv for actor in offices}) == len(offices) == 15
    assert not [a.id for a in offices if "mark och lokaler" in a.summary.sv]


def test_A1_every_new_actor_is_in_or_refused() -> None:
    for actor_id, (holder, alias) in LISTS["aliases"].items():
        assert actor_id not in REGISTER.by_id
        assert alias in REGISTER.by_id[holder].aliases
        assert is_refused(actor_id)
    for actor_id, wanted in LISTS["new_actors"].items():
        actor = REGISTER.by_id[actor_id]
        places = [one.municipality or "outside" for one in actor.offices]
        found = [actor.scope, actor.status, *places, view(actor)["kinds"], str(len(actor.sources))]
        assert " ".join(found) == wanted, actor_id
    assert all(map(is_refused, LISTS["otherwise"]))


@pytest.mark.parametrize("line", LISTS["claims"])
def test_A1_a_claim_is_in_and_makes_the_way_of_help_known_or_not(line: str) -> None:
    actor_id, mode, level, year, address, *kept = line.split()
    actor = REGISTER.by_id[actor_id]
    assert [
        claim
        for claim in actor.delivery_claims
        if (claim.mode, claim.availability, claim.year or "-") == (mode, level, year)
        and address in claim.url
    ]
    known = set(view(actor)["ways"][mode].split()) - {"unknown"}
    assert not known if kept else known & {level, "offered"}
    assert not kept or is_refused(actor_id)


def test_A1_every_withdrawn_claim_is_gone() -> None:
    for actor_id, mode in LISTS["withdrawn"]:
        actor = REGISTER.by_id[actor_id]
        assert mode not in {claim.mode for claim in actor.delivery_claims}
        assert view(actor)["ways"][mode] == "unknown", actor_id
