"""Every item of the review of 2026 is in the register, or refused with a reason in the note."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from ris_map.register.model import Actor, Office, Register
from ris_map.register.reading import load_register
from ris_map.register.vocabulary import Basis, Delivery

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

# id: core or adjacent, status, the municipality of its office, its offers, how many pages
NEW_ACTORS = {
    "garantia-lycksele": "core active 2481 finansiering 6",
    "inlandets-teknikpark": "adjacent unknown 2462 motesplats radgivning 5",
    "umearegionen-naringsliv-i-samverkan": "adjacent unknown 2460 radgivning 5",
    "sgu-mineralinformation-mala": "adjacent unknown 2418 radgivning 4",
    "dorotea-utvecklingscentrum": "adjacent unknown 2425 motesplats radgivning 2",
    "norsjobygdens-foretag": "adjacent active 2417 motesplats 3",
    "hemavan-tarnaby-naringsforening": "adjacent unknown 2421 motesplats 2",
    "automation-region-skelleftea": "adjacent unknown 2482 motesplats 1",
    "svartberget-forskningsstation": "adjacent active 2404 motesplats 2",
    "midtskandia": "adjacent unknown motesplats 3",
    "region-vasterbotten-turism": "adjacent unknown radgivning 2",
    "social-innovation-i-norr": "adjacent unknown 2480 motesplats 2",
    "vindkraftcentrum-stromsund": "adjacent ended outside radgivning 2",
}
# no record of their own: the record that has them as an alias
ALIASES = {
    "asele-naringslivsstiftelse": ("kommun-asele-naringsliv", "Åsele Näringslivsstiftelse (ÅNS)"),
    "smart-industri-vasterbotten": (
        "region-vasterbotten-innovationsledning",
        "Smart industri Västerbotten",
    ),
}
# entered otherwise than the review proposes: the note says why
OTHERWISE = (
    "garantia-lycksele",
    "inlandets-teknikpark",
    "automation-region-skelleftea",
    "sgu-mineralinformation-mala",
    "midtskandia",
    "umearegionen-naringsliv-i-samverkan",
)

# id, what a page says of a way of help, its year, part of its address; ! = kept, but not made known
CLAIMS = """
almi-nord digital offered 2020 utvecklingsprogram-i-mala
almi-nord visit limited 2020 utvecklingsprogram-i-mala
region-vasterbotten-innovationsledning digital limited 2022 projektets-genomforande
region-vasterbotten-innovationsledning visit limited 2021 nytt-ljus-pa-vasterbotten
skogstekniska-klustret visit limited 2023 exkursion-med-fokus
motesplats-lycksele digital limited 2024 idag-startar
motesplats-lycksele visit limited 2024 idag-startar
uminova-innovation digital limited - vill-fa-fler-kvinnor !
arctic-game visit limited 2025 arcticgame.se
garantia-lycksele digital offered - ansok-digitalt
garantia-lycksele phone limited - information-om-mikroborgen
inlandets-teknikpark digital limited 2020 omstart-sverige
inlandets-teknikpark visit limited 2015 vilhelmina.se
leader-skelleftea-alvdal visit offered 2023 2023informationstraff
leader-lappland visit limited 2020 dorotea-2020
leader-lappland visit limited - hostpremiar
umearegionen-naringsliv-i-samverkan visit offered 2023 nis-6-0 !
region-10-naringslivsutveckling digital limited 2020 utvecklingsprogram-i-mala
region-10-naringslivsutveckling office offered - mojligheternasregion.se/256
kommun-nordmaling-naringsliv visit limited 2015 nordmaling-mojligheternas !
kommun-vannas-naringsliv visit limited 2015 foretagsbesok-i-vannas !
kommun-storuman-naringsliv office limited 2017 battre-foretagsklimat
sgu-mineralinformation-mala digital offered - industrinyheter.se
lansstyrelsen-vasterbotten digital offered - landsbygdsutveckling !
"""
WITHDRAWN = (
    ("ltu-business-skelleftea", "digital"),
    ("ltu-business-skelleftea", "visit"),
    ("kommun-vilhelmina-naringsliv", "visit"),
    ("gomorron-ostersund", "digital"),
    ("visit-hemavan-tarnaby", "visit"),
    ("north-sweden-cleantech", "digital"),
)

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

# records that were called active without evidence after 2020
OLD_EVIDENCE = """
norrlandsfonden norrlandsfonden-lulea region-vasterbotten-foretagsstod umea-universitet-holding
energimyndigheten iuc-norr vasterbottens-handelskammare foretagarna-vasterbotten
hushallningssallskapet-norrbotten-vasterbotten curiosum-makerspace visit-hemavan-tarnaby visit-umea
visit-skelleftea kommun-norsjo-naringsliv kommun-asele-naringsliv universitetsstaden-living-lab
umestan-foretagspark verksamt almi-mitt-ostersund argentis-arjeplog norrlandsnavet-lulea mon-mosjoen
"""
# places that were assumed and yet had the precision of an address
ASSUMED_PLACES = (
    "trainnovationsklustret",
    "lansstyrelsen-vasterbotten",
    "enterprise-europe-network-vasterbotten",
    "applied-ai-dih-north",
    "green-innovation-park-umea",
)


@pytest.fixture(scope="module")
def register() -> Register:
    return load_register(ROOT / "data" / "actors.yaml", today=date(2026, 11, 26))


@pytest.mark.parametrize("actor_id", CORRECTIONS)
def test_A1_a_correction_is_in_or_refused(actor_id: str, register: Register) -> None:
    assert CORRECTIONS[actor_id](register.by_id[actor_id])


@pytest.mark.parametrize("actor_id", DOUBTS)
def test_A1_a_doubt_is_settled_or_refused(actor_id: str, register: Register) -> None:
    assert DOUBTS[actor_id](register.by_id[actor_id])


def test_A1_the_three_corrections_of_rules_hold_for_all(register: Register) -> None:
    for actor_id in OLD_EVIDENCE.split():
        actor = register.by_id[actor_id]
        assert actor.status == "unknown" or (actor.last_evidence or "") >= "2021", actor_id
    for actor in register.actors:
        # what a page says of one service is not said of another; an office is the whole actor's
        for mode in set(Delivery) - {Delivery.OFFICE}:
            told = [offer for offer in actor.offers if offer.basis_of(mode) is Basis.SOURCE]
            assert len(told) <= 1, actor.id
    for actor_id in ASSUMED_PLACES:
        assert {one.precision for one in register.by_id[actor_id].offices} == {"town"}, actor_id
    offices = [a for a in register.actors if a.municipal and not a.outside_county]
    assert len({actor.summary.sv for actor in offices}) == len(offices) == 15
    assert not [a.id for a in offices if "mark och lokaler" in a.summary.sv]


@pytest.mark.parametrize("actor_id", [*NEW_ACTORS, *ALIASES])
def test_A1_a_new_actor_is_in_or_refused(actor_id: str, register: Register) -> None:
    if actor_id in ALIASES:
        holder, alias = ALIASES[actor_id]
        assert actor_id not in register.by_id
        assert alias in register.by_id[holder].aliases
        assert is_refused(actor_id)
        return
    actor = register.by_id[actor_id]
    places = [one.municipality or "outside" for one in actor.offices]
    found = [actor.scope, actor.status, *places, kinds(actor), str(len(actor.sources))]
    assert " ".join(found) == NEW_ACTORS[actor_id]
    assert actor_id not in OTHERWISE or is_refused(actor_id)


@pytest.mark.parametrize("line", CLAIMS.strip().splitlines())
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


@pytest.mark.parametrize(("actor_id", "mode"), WITHDRAWN)
def test_A1_a_withdrawn_claim_is_gone(actor_id: str, mode: str, register: Register) -> None:
    actor = register.by_id[actor_id]
    assert mode not in {claim.mode.value for claim in actor.delivery_claims}
    assert ways(actor, mode) == {"unknown"}


def test_A1_every_item_of_the_review_is_looked_at() -> None:
    assert len(CORRECTIONS) + 3 == 30  # three are rules for all records
    assert len(NEW_ACTORS) + len(ALIASES) == 15
    assert len(CLAIMS.strip().splitlines()) == 24
    assert len({actor_id for actor_id, _ in WITHDRAWN}) == 5
