"""Words: the strategy's, complete, and what list, table and downloads say about an actor."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from ris_map.common.faults import refusal
from ris_map.common.yaml_file import dump_yaml, load_yaml
from ris_map.register.in_words import (
    place_id,
    town_id,
    words_of,
)
from ris_map.register.model import StrengthAreas
from ris_map.register.selection import Filter, Group, Match, select
from ris_map.register.strategy import load_strategy
from ris_map.register.vocabulary import (
    STRENGTH_AREAS,
    Basis,
    Delivery,
    Phase,
    Scope,
    ServiceScope,
    ServiceType,
    StrengthArea,
)
from ris_map.words.language import Language
from tests import factories
from tests.factories import DATA, DAY, real_register, strategy, words_in

ROLE_ADDRESS = "fel@example.org"
SWEDISH = words_in(Language.SV)


def test_I2_every_entry_has_its_phases_its_ways_of_help_and_its_page(language: Language) -> None:
    """What else it says is read in the detail view (tests/actors)."""
    tr = words_in(language)
    for match in select(real_register(), Filter(scope=Scope.ADJACENT), groups={}, on=DAY):
        actor, said = match.actor, words_of(match, tr=tr)
        assert all(
            said[column] for column in said.keys() - {"homepage", "contact_url", "municipalities"}
        )
        phases = (phase for phase in Phase if any(phase in one.phases for one in actor.offers))
        assert said["phases"] == (", ".join(map(tr.label, phases)) or tr("unknown"))
        assert tr.detail_url(actor.id) == f"/aktor?id={actor.id}&lang={language}"


def test_areas_say_all_unknown_or_their_labels_in_order() -> None:
    two = (StrengthArea.LIVSMEDEL, StrengthArea.GRUV_MINERAL)
    labels = ", ".join(map(SWEDISH.label, reversed(two)))
    said = {(StrengthArea.ALL,): SWEDISH("areas.all"), (): SWEDISH("unknown"), two: labels}
    for areas, text in said.items():
        strength = StrengthAreas(areas=areas, basis=Basis.SOURCE)
        actor = factories.make_actor(strength_areas=strength)
        assert SWEDISH.strength_areas(actor) == text
    listed = factories.make_service_area(
        ServiceScope.MUNICIPALITIES, municipalities=("2482", "2463")
    )
    actor = factories.make_actor(service_area=listed)
    assert SWEDISH.service_area(actor) == "Skellefteå, Åsele"


def test_places_name_the_municipality_or_country_where_it_differs_or_that_there_is_none() -> None:
    holmsund = factories.make_office(town="Holmsund")
    inside = (factories.make_office(), holmsund, factories.make_office(code="2463"))
    assert SWEDISH.places(inside) == "Holmsund (Umeå), Umeå, Åsele"
    office = factories.make_outside_office(town="Mo i Rana")
    abroad = office.outside.model_copy(update={"country": "Norway"})
    offices = (office.model_copy(update={"outside": abroad}),)
    for language, norway in ((Language.SV, "Norge"), (Language.EN, "Norway")):
        assert words_in(language).places(offices) == f"Mo i Rana ({norway})"
    nowhere = factories.make_actor(offices=())
    said = words_of(Match(actor=nowhere, group=Group.REMOTE, offices=()), tr=SWEDISH)
    assert (said["towns"], said["municipalities"]) == (SWEDISH("office.none-known"), "")


def test_ids_of_towns_are_ascii_one_per_town_and_those_of_the_seats_on_the_base_map() -> None:
    towns: dict[str, set[tuple[str | None, str]]] = {}
    for actor in real_register().actors:
        for office in actor.offices:
            if office.municipality is not None:
                towns.setdefault(town_id(office), set()).add((office.municipality, office.town))
    assert all(re.fullmatch(r"24\d\d(-[a-z0-9]+)+", found) for found in towns)
    assert all(len(names) == 1 for names in towns.values())
    background = json.loads((DATA / "background.geojson").read_text(encoding="utf-8"))
    places = [feature["properties"] for feature in background["features"]]
    seats = [place for place in places if place.get("kind") == "seat"]
    assert len(seats) == 15
    assert [place_id(one["id"][:4], one["name"]) for one in seats] == [one["id"] for one in seats]


def read_mailto(url: str) -> dict[str, str]:
    """Return subject and body of a message to the role address, and to nobody else."""
    assert re.fullmatch(r"[!-~]+", url), "only printable ASCII, no spaces"
    assert not re.search(r"%(?![0-9A-F]{2})", url)
    assert not {'"', "<"}.intersection(url)
    parts = urlsplit(url)
    assert (parts.scheme, unquote(parts.path), parts.fragment) == ("mailto", ROLE_ADDRESS, "")
    pairs = parse_qsl(parts.query.replace("+", "%2B"), strict_parsing=True)
    assert sorted(name for name, _ in pairs) == ["body", "subject"]
    return dict(pairs)


@pytest.mark.parametrize(
    "name",
    [
        "Almi Nord",
        "Råd & Dåd?cc=ond@example.com",
        "x&bcc=ond@example.com#y",
        "100 % + 1 = 2; \"citat\" 'apostrof' <b>",
        "rad\r\nBcc: ond@example.com",
        "{id} {0} {{7*7}} %0d%0aBcc:x",
        "Ångström \u202e\U0001f600",
    ],
)
def test_I8_a_message_has_name_and_id_and_a_hostile_name_adds_no_receivers_or_headers(
    name: str, language: Language
) -> None:
    url = words_in(language).report_url("a-1", name)
    sent = read_mailto(url)
    assert all("a-1" in text and name in text for text in sent.values())
    assert sent["subject"].count("\n") == name.count("\n")
    assert "\\" not in sent["body"], "a line break, not the two signs of its escape"
    body = url.partition("body=")[2].partition("&")[0]
    assert body.count("%0A") == body.count("%0D%0A") >= 2, "RFC 6068: a line ends with %0D%0A"


def test_every_term_can_be_looked_up_with_its_label_and_explanation() -> None:
    found = strategy()
    for term in (*Phase, *ServiceType, *StrengthArea, *Delivery, *Scope):
        assert found.label(term).sv, term
    assert [found.phase(phase).letter for phase in Phase] == ["I", "U", "V"]
    assert all(area in found.group_of(area).areas for area in STRENGTH_AREAS)
    assert {one.id for one in found.glossary} >= {"inkubator", "accelerator", "motesplats"}
    assert found.label(StrengthArea.ALL).sv == "Alla områden"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda raw: raw["phases"].pop(), "missing-words phases"),
        (lambda raw: raw["scope"].append(raw["scope"][0]), "duplicate-id scope/core id"),
        (lambda raw: raw.pop("goals"), "missing-field goals"),
        (lambda raw: raw["phases"][0]["label"].pop("en"), "missing-field phases/ide label.en"),
        (lambda raw: raw["phases"][0].update(id="x"), "not-in-vocabulary phases/x id"),
        (lambda raw: raw["delivery"][0].update(x=1), "unknown-key delivery/office x"),
        (
            lambda raw: raw["strength_area_groups"][0]["areas"].pop(),
            "not-in-one-group strength_area_groups",
        ),
        (lambda raw: raw["meta"]["note"].update(sv="a@b.se"), "personal-data meta.note.sv"),
        (lambda raw: raw.update(phases=1), "wrong-type phases"),
    ],
)
def test_x10_what_is_missing_or_twice_is_named_with_entry_and_field(
    tmp_path: Path, change: Callable[[Any], object], fault: str
) -> None:
    raw = load_yaml(DATA / "strategy.yaml").value
    change(raw)
    path = tmp_path / "strategy.yaml"
    path.write_text(dump_yaml(raw), encoding="utf-8")
    faults = refusal(load_strategy, path)
    assert all(one.line for one in faults)
    found = [" ".join(filter(None, (one.code, one.record, one.field))) for one in faults]
    assert any(one.startswith(fault) for one in found), found


def test_a_file_that_is_no_mapping_is_named(tmp_path: Path) -> None:
    path = tmp_path / "strategy.yaml"
    path.write_text("- a\n")
    assert [fault.code for fault in refusal(load_strategy, path)] == ["wrong-type"]
