"""Rows: what list, table and downloads say about an actor, for the whole real register."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from datetime import date
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

import pytest

from ris_map.register.in_words import (
    ActorRow,
    actor_row,
    actor_rows,
    delivery_marks,
    place_id,
    places_words,
    report_url,
    service_area_words,
    strength_area_words,
    town_id,
)
from ris_map.register.model import Outside
from ris_map.register.selection import Filter, Group, select
from ris_map.register.vocabulary import (
    STRENGTH_AREAS,
    Availability,
    Delivery,
    Phase,
    Scope,
    ServiceScope,
    StrengthArea,
)
from ris_map.words import translator
from ris_map.words.language import Language
from tests import factories
from tests.factories import real_register, strategy, words_in

DATA = Path(__file__).resolve().parents[2] / "data"
DAY = date(2026, 11, 23)
ROLE_ADDRESS = "fel@example.org"
PARTIAL_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")
LANGUAGES = list(Language)


@cache
def real_rows(language: Language) -> tuple[ActorRow, ...]:
    selection = select(real_register(), Filter(scope=Scope.ADJACENT), groups={}, on=DAY)
    return actor_rows(selection.matches, words=words_in(language), on=DAY)


def one_row(*, language: Language = Language.SV, **changes: object) -> ActorRow:
    actor = factories.make_actor(**changes)
    return actor_row(actor, actor.offices, group=Group.OFFICE, words=words_in(language), on=DAY)


@pytest.mark.parametrize("language", LANGUAGES)
def test_I2_every_entry_of_the_register_says_everything_or_that_it_is_unknown(
    language: Language,
) -> None:
    unknown = translator(language)("unknown")
    rows = real_rows(language)
    assert len(rows) == len(real_register().actors)
    for row in rows:
        assert row.id
        assert row.name.strip()
        assert row.summary.strip()
        assert row.service_types.strip(), row.id
        assert row.strength_areas.strip(), row.id
        assert row.places.strip(), row.id
        assert row.service_area.strip(), row.id
        assert row.confidence.strip()
        assert [mark.id for mark in row.delivery] == [mode.value for mode in Delivery]
        assert all(mark.known.strip() and mark.label.strip() for mark in row.delivery)
        assert PARTIAL_DATE.fullmatch(row.last_evidence) or row.last_evidence == unknown, row.id
        never = translator(language)("confirmed.never")
        assert PARTIAL_DATE.fullmatch(row.last_confirmed) or row.last_confirmed == never


def test_I2_every_entry_has_a_source_that_its_detail_view_can_show() -> None:
    assert all(actor.sources for actor in real_register().actors)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_missing_is_written_as_none(language: Language) -> None:
    for row in real_rows(language):
        for field in fields(row):
            value = getattr(row, field.name)
            assert value is not None
            assert value not in {"None", "null", "nan"}, f"{row.id} {field.name}"


def test_both_languages_show_the_same_actors_with_the_same_facts() -> None:
    for sv, en in zip(real_rows(Language.SV), real_rows(Language.EN), strict=True):
        same = ("id", "name", "group", "town_ids", "homepage", "doubtful")
        assert [getattr(sv, key) for key in same] == [getattr(en, key) for key in same]
        assert [m.id for m in sv.phases] == [m.id for m in en.phases]
        assert [m.availability for m in sv.delivery] == [m.availability for m in en.delivery]
        assert sv.summary != en.summary


# Words.


def test_a_phase_is_a_letter_and_a_word() -> None:
    row = one_row(offers=(factories.make_offer(phases=tuple(Phase)),))
    assert [mark.id for mark in row.phases] == ["ide", "utveckling", "vaxa"]
    assert all(len(mark.letter) == 1 and len(mark.label) > 1 for mark in row.phases)
    assert len({mark.letter for mark in row.phases}) == len(Phase)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_four_states_of_delivery_have_four_different_words(language: Language) -> None:
    known = set()
    for state in Availability:
        modes = factories.make_modes(office=state)
        actor = factories.make_actor(offers=(factories.make_offer(delivery=modes),))
        known.add(delivery_marks(actor, words=words_in(language))[0].known)
    assert len(known) == len(Availability)


def test_strength_areas_say_all_unknown_or_their_labels() -> None:
    words = words_in(Language.SV)
    neutral = factories.make_actor()
    unknown = factories.make_actor(
        strength_areas=factories.make_strength().model_copy(update={"areas": ()})
    )
    two = factories.make_actor(
        strength_areas=factories.make_strength(StrengthArea.LIVSMEDEL, StrengthArea.GRUV_MINERAL)
    )
    assert strength_area_words(neutral, words=words) == words.tr("areas.all")
    assert strength_area_words(unknown, words=words) == words.tr("unknown")
    labels = [strategy().label(a).sv for a in STRENGTH_AREAS if a in two.strength_areas.areas]
    assert strength_area_words(two, words=words) == ", ".join(labels)


@pytest.mark.parametrize("scope", list(ServiceScope))
def test_every_service_area_has_words(scope: ServiceScope) -> None:
    codes = ("2482", "2463") if scope is ServiceScope.MUNICIPALITIES else ()
    area = factories.make_service_area(scope, municipalities=codes)
    actor = factories.make_actor(service_area=area)
    for language in Language:
        text = service_area_words(actor, words=words_in(language))
        assert text == "Skellefteå, Åsele" if codes else text


def test_places_name_the_municipality_or_the_area_outside_where_it_differs() -> None:
    inside = (
        factories.make_office(code="2480"),
        factories.make_office(code="2480", town="Holmsund"),
        factories.make_office(code="2463"),
    )
    words = words_in(Language.SV)
    assert places_words(inside, words=words) == "Holmsund (Umeå), Umeå, Åsele"
    assert places_words((), words=words) == ""
    for language, norway in ((Language.SV, "Norge"), (Language.EN, "Norway")):
        outside = Outside(
            municipality="Rana",
            county="Nordland",
            country="Norway",
            km_to_border=20.0,
            nearest_municipality="2421",
        )
        office = factories.make_outside_office(town="Mo i Rana", outside=outside)
        assert places_words((office,), words=words_in(language)) == f"Mo i Rana ({norway})"


def test_an_actor_without_any_office_says_so() -> None:
    row = one_row(offices=())
    assert row.places == translator(Language.SV)("office.none-known")
    assert row.town_ids == ()
    assert row.municipalities == ""


def test_an_actor_of_which_nothing_says_that_it_is_at_work_is_marked() -> None:
    doubtful = [a.id for a in real_register().actors if a.status.value == "unknown"]
    assert doubtful
    marked = {row.id for row in real_rows(Language.SV) if row.doubtful}
    assert marked == set(doubtful)


# Ids of towns.


def test_ids_of_towns_are_ascii_hyphenated_and_one_per_town() -> None:
    towns: dict[str, set[tuple[str | None, str]]] = {}
    for actor in real_register().actors:
        for office in actor.offices:
            if office.municipality is not None:
                towns.setdefault(town_id(office), set()).add((office.municipality, office.town))
    assert all(re.fullmatch(r"24\d\d(-[a-z0-9]+)+", found) for found in towns)
    assert all(len(names) == 1 for names in towns.values())


def test_ids_of_towns_are_those_of_the_seats_on_the_base_map() -> None:
    background = json.loads((DATA / "background.geojson").read_text(encoding="utf-8"))
    seats = [
        feature["properties"]
        for feature in background["features"]
        if feature["properties"].get("kind") == "seat"
    ]
    assert len(seats) == 15
    for seat in seats:
        assert place_id(seat["id"][:4], seat["name"]) == seat["id"]


# Reporting an error.


HOSTILE_NAMES = [
    "Råd & Dåd?cc=ond@example.com",
    "x&bcc=ond@example.com#y",
    "100 % + 1 = 2; \"citat\" 'apostrof' <b>",
    "rad\r\nBcc: ond@example.com",
    "{id} {0} {{7*7}} %0d%0aBcc:x",
    "Ångström \u202e\U0001f600",
]


def read_mailto(url: str) -> tuple[str, dict[str, str]]:
    parts = urlsplit(url)
    assert parts.scheme == "mailto"
    pairs = parse_qsl(parts.query.replace("+", "%2B"), strict_parsing=True)
    assert not parts.fragment
    assert len(pairs) == len(dict(pairs))
    return unquote(parts.path), dict(pairs)


@pytest.mark.parametrize("language", LANGUAGES)
def test_I8_every_entry_opens_a_message_with_its_id_to_the_role_address(
    language: Language,
) -> None:
    for row in real_rows(language):
        address, sent = read_mailto(row.report_url)
        assert address == ROLE_ADDRESS
        assert set(sent) == {"subject", "body"}
        for text in sent.values():
            assert row.id in text
            assert row.name in text
        assert "\n" not in sent["subject"]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_I8_a_hostile_name_cannot_add_receivers_or_headers(name: str) -> None:
    url = report_url("a-1", name, words=words_in(Language.SV))
    assert re.fullmatch(r"[!-~]+", url), "only printable ASCII, no spaces"
    assert not re.search(r"%(?![0-9A-F]{2})", url)
    assert '"' not in url
    assert "<" not in url
    address, sent = read_mailto(url)
    assert address == ROLE_ADDRESS
    assert set(sent) == {"subject", "body"}
    assert name in sent["body"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_I8_the_message_has_lines_as_the_mailto_standard_asks(language: Language) -> None:
    url = report_url("a-1", "Aktören", words=words_in(language))
    _, sent = read_mailto(url)
    assert "\\" not in sent["body"], "a line break, not the two signs of its escape"
    assert len(sent["body"].splitlines()) >= 3
    assert url.count("%0A") == url.count("%0D%0A"), "RFC 6068: a line ends with %0D%0A"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_detail_view_has_an_address_with_id_and_language(language: Language) -> None:
    for row in real_rows(language):
        parts = urlsplit(row.detail_url)
        assert (parts.scheme, parts.netloc, parts.path) == ("", "", "/aktor")
        assert parse_qs(parts.query) == {"id": [row.id], "lang": [language.value]}
