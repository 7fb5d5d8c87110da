"""The detail view of every actor holds everything the register knows, with every source."""

from __future__ import annotations

import re
from datetime import date
from functools import cache

import pytest
from lxml import html

from ris_map.actors.detail import actor_html
from ris_map.actors.files import TERMS
from ris_map.register.model import Actor
from ris_map.register.vocabulary import Basis, Delivery, Precision
from ris_map.words import translator
from ris_map.words.language import Language
from tests import factories
from tests.factories import DAY, real_register, strategy, words_in

LANGUAGES = list(Language)


class Detail:
    """Text, links and elements of a detail view; what stands in another element is another word."""

    def __init__(self, source: str) -> None:
        self.html = html.fromstring(re.sub(r"<(?=\w)", " <", source))
        self.text = flat(self.html.text_content())
        self.links = self.html.xpath("//a/@href")
        self.terms = [term.text_content().strip() for term in self.html.iter("dt")]


def detail(actor: Actor, language: Language = Language.SV, *, on: date = DAY) -> Detail:
    return Detail(actor_html(actor, words=words_in(language), on=on))


@cache
def details(language: Language) -> list[tuple[Actor, Detail]]:
    """Give every actor of the register with its detail view, read once."""
    return [(actor, detail(actor, language)) for actor in real_register().actors]


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_I2_every_source_and_every_claim_of_every_actor_is_shown(language: Language) -> None:
    for actor, found in details(language):
        for source in (*actor.sources, *actor.delivery_claims):
            assert source.url in found.links, f"{actor.id}: {source.url}"
            assert flat(source.supports.in_(language)) in found.text, actor.id
            assert source.year is None or source.year in found.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_known_about_every_actor_is_shown(language: Language) -> None:
    tr = translator(language)
    for actor, found in details(language):
        texts = [
            *(actor.id, *actor.aliases, actor.summary.in_(language)),
            *(tr(f"kind.{actor.kind}"), tr(f"confidence.{actor.confidence}")),
            *(strategy().label(offer.service_type).in_(language) for offer in actor.offers),
            *(office.town for office in actor.offices),
            *(note.in_(language) for note in [actor.note] if note),
            *(office.note.in_(language) for office in actor.offices if office.note),
            actor.status_note.finding.in_(language) if actor.status_note else "",
            actor.last_evidence or tr("unknown"),
            actor.last_confirmed or tr("confirmed.never"),
            actor.successor or "",
        ]
        missing = [text for text in texts if flat(text) not in found.text]
        assert not missing, f"{actor.id}: {missing}"
        assert (actor.homepage in found.links) == (actor.homepage is not None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_offer_names_its_limited_ways_as_the_contact_does(language: Language) -> None:
    tr = translator(language)
    for actor, found in details(language):
        limited = {
            tr("row.mode-limited", mode=tr(f"mode.{way}"), known=tr("availability.limited"))
            for way in Delivery
            if actor.is_active(DAY) and actor.availability(way) == "limited"
        }
        for words in limited:
            assert found.text.count(words) >= 2, (actor.id, words)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_html_of_every_actor_is_in_order(language: Language) -> None:
    """No Python shines through, headings begin below the page's, tables are named, links lead."""
    for actor, found in details(language):
        python = r"\bNone\b|<[A-Z]\w+\.|\w+\.[A-Z]{3,}\b|\{\w+\}"
        assert not re.search(python, found.text), actor.id
        tags = [element.tag for element in found.html.iter()]
        assert {tag for tag in tags if re.fullmatch(r"h\d", tag)} == {"h2"}
        ids = found.html.xpath("//@id")
        assert len(ids) == len(set(ids))
        assert tags.count("table") == tags.count("caption") > 0
        starts = ("http", "mailto:", "/bekrafta?")
        assert all(link.startswith(starts) for link in found.links), actor.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_unknown_says_so(language: Language) -> None:
    unknown = translator(language)("unknown")
    actor = factories.make_actor(
        offers=(factories.make_offer(phases=()),),
        offices=(factories.make_office(street=None, postcode=None),),
        sources=(factories.make_source(year=None),),
        last_evidence=None,
        last_confirmed=None,
        homepage=None,
    )
    text = detail(actor, language).text
    # phases in the table, address, year of the source, last evidence
    assert text.count(unknown) >= 4
    assert translator(language)("confirmed.never") in text
    assert translator(language)("row.no-homepage") in text
    homeless = detail(factories.make_actor(offices=()), language).text
    assert translator(language)("detail.no-office") in homeless


@pytest.mark.parametrize("language", LANGUAGES)
def test_I2_the_terms_are_shown_where_they_are_known_and_M5_the_record_can_be_confirmed(
    language: Language,
) -> None:
    tr, said = translator(language), factories.TERMS
    full, bare = (detail(factories.make_actor(**fields), language) for fields in (said, {}))
    assert said["contact_url"] in full.links
    for text in (
        *(said[field].in_(language) for field in ("eligibility", "how_to_apply")),
        *(said["funding"].source.in_(language), said["last_checked"]),
        *(tr(f"target.{group}") for group in said["target_groups"]),
        *(tr(f"cost.{cost}") for cost in said["cost"]),
    ):
        assert text in full.text
    labels = [tr(f"csv.column.{field}") for field in TERMS]
    assert [label for label in full.terms if label in labels] == labels
    assert not set(bare.terms) & set(labels)
    assert f"/bekrafta?id=exempel-aktor&lang={language}" in bare.links


def test_a_street_that_no_longer_holds_is_marked_as_old() -> None:
    office = factories.make_office(street="Gamla gatan 1", address_valid_to="2020")
    tr = translator(Language.SV)
    old = tr("detail.office.address-outdated", street="Gamla gatan 1, 900 00", date="2020")
    actor = factories.make_actor(offices=(office,))
    assert old in detail(actor).text
    assert old not in detail(actor, on=date(2020, 12, 31)).text
    assert "Gamla gatan 1" in detail(actor, on=date(2020, 12, 31)).text


def test_an_office_outside_names_its_municipality_and_county() -> None:
    actor = factories.make_actor(outside_county=True, offices=(factories.make_outside_office(),))
    assert "Örnsköldsvik (Västernorrland)" in detail(actor).text


@pytest.mark.parametrize("basis", list(Basis))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_judgement_names_its_basis(basis: Basis, language: Language) -> None:
    actor = factories.make_actor(
        scope_basis=basis,
        strength_areas=factories.make_strength(basis=basis),
        offers=(factories.make_offer(basis=basis),),
        offices=(factories.make_office(basis=basis),),
    )
    assert detail(actor, language).text.count(translator(language)(f"basis.{basis}")) >= 4


def test_X6_a_distance_is_written_with_hard_spaces() -> None:
    office = factories.make_office(precision=Precision.ADDRESS, uncertainty_m=12500)
    html = actor_html(factories.make_actor(offices=(office,)), words=words_in(Language.SV), on=DAY)
    assert "12\u00a0500" in html
    assert "12500" not in html


@pytest.mark.parametrize("precision", list(Precision))
@pytest.mark.parametrize("uncertainty", [None, 50])
def test_every_precision_has_words(precision: Precision, uncertainty: int | None) -> None:
    office = factories.make_office(precision=precision, uncertainty_m=uncertainty)
    for language in Language:
        assert detail(factories.make_actor(offices=(office,)), language).text


@pytest.mark.parametrize(
    ("start", "end"), [(None, None), ("2001", None), (None, "2020-05"), ("2001", "2020-05")]
)
def test_the_period_is_shown_as_far_as_it_is_known(start: str | None, end: str | None) -> None:
    text = detail(factories.make_actor(valid_from=start, valid_to=end)).text
    assert (translator(Language.SV)("detail.period") in text) or not (start or end)
    assert all(part in text for part in (start, end) if part)
