"""I2, I8, I9: each card says everything, leads to a prefilled message, and terms are explained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.harness import DESKTOP, Server
from tests.browser.reading import (
    LANGUAGES,
    actors,
    guarded_page,
    label,
    load,
    loaded,
    widget,
    words,
)

MODES = ("office", "visit", "digital", "phone")
_CARDS = """
() => [...document.querySelectorAll('.ris-card')].map((card) => {
  const lines = [...card.querySelectorAll('.ris-facts')].map((line) => line.innerText);
  const text = (what) => card.querySelector(what)?.innerText.trim() ?? '';
  const seen = (element) => element.getClientRects().length > 0;
  return {
    id: card.dataset.actor,
    group: card.closest('.ris-group').querySelector('h3').id.slice(2),
    name: text('h4'),
    summary: text('h4 + p'),
    phases: [...card.querySelectorAll('.ris-phases li')].map((item) => item.innerText.trim()),
    letters: [...card.querySelectorAll('.ris-phases b')].map((item) => item.innerText.trim()),
    types: card.querySelector('.ris-facts b').innerText,
    what: lines[0], where: lines[1], how: lines[2],
    trust: text('.ris-trust'),
    links: [...card.querySelectorAll('a')].filter(seen)
      .map((link) => [link.getAttribute('href'), link.textContent]),
  };
})
"""


@pytest.fixture(scope="module", params=LANGUAGES)
def cards(
    request: pytest.FixtureRequest, browser: Browser, server: Server
) -> Iterator[tuple[str, dict[str, Any]]]:
    """All cards there are, in one language."""
    with guarded_page(browser, server) as page:
        load(page, "/?bredd=adjacent", request.param)
        found = {card["id"]: card for card in page.evaluate(_CARDS)}
        assert set(found) == {actor["id"] for actor in actors()}
        yield request.param, found


def _phases(actor: Mapping[str, Any]) -> list[str]:
    held = {phase for offer in actor["offers"] for phase in offer["phases"]}
    return [entry["id"] for entry in loaded("strategy.yaml")["phases"] if entry["id"] in held]


def test_i2_each_card_names_the_actor_what_for_whom_phases_types_and_areas(
    cards: tuple[str, dict[str, Any]],
) -> None:
    lang, found = cards
    for actor in actors():
        card = found[actor["id"]]
        assert card["name"] == actor["name"]
        assert card["summary"] == " ".join(actor["summary"][lang].split())
        phases = [label("phases", phase, lang) for phase in _phases(actor)]
        shown = [text.split("\n")[-1].strip() for text in card["phases"]]
        without = [text.removeprefix(text[0]).strip() for text in shown] if card["letters"] else []
        wanted = phases or [words(lang)["unknown"]]
        assert wanted in (shown, without), actor["id"]
        types = {label("service_types", offer["service_type"], lang) for offer in actor["offers"]}
        assert set(card["types"].split(", ")) == types
        areas = actor["strength_areas"]["areas"]
        if "all" in areas:
            assert words(lang)["areas.all"] in card["what"]
        elif not areas:
            assert words(lang)["unknown"] in card["what"]
        for area in areas:
            assert area == "all" or label("strength_areas", area, lang) in card["what"]


def test_i2_each_card_says_where_and_how_help_is_given_or_that_this_is_not_known(
    cards: tuple[str, dict[str, Any]],
) -> None:
    lang, found = cards
    for actor in actors():
        card = found[actor["id"]]
        for office in actor["offices"]:
            over = office["valid_to"] is not None
            assert over or office["town"] in card["where"], actor["id"]
        if not actor["offices"]:
            assert words(lang)["office.none-known"] in card["where"]
        is_over = actor["status"] in {"ended", "planned"}
        assert (card["how"] == words(lang)["row.delivery-ended"]) == is_over, actor["id"]
        if is_over:
            continue
        states = {mode: {offer["delivery"][mode] for offer in actor["offers"]} for mode in MODES}
        silent = {
            mode
            for mode, known in states.items()
            if not known & {"offered", "limited"} and "unknown" in known
        }
        if len(silent) == len(MODES):
            assert card["how"] == words(lang)["row.delivery-unknown"], actor["id"]
            continue
        for mode in MODES:
            assert words(lang)[f"mode.{mode}"] in card["how"], actor["id"]
        before = words(lang)["row.no-information-about"].split("{")[0]
        assert (before in card["how"]) == bool(silent), actor["id"]
        unknown = card["how"].partition(before)[2]
        for mode in MODES:
            assert (words(lang)[f"mode.{mode}"] in unknown) == (mode in silent), actor["id"]


def test_i2_each_card_says_how_sure_and_how_old_it_is_and_leads_to_sources_and_homepage(
    cards: tuple[str, dict[str, Any]],
) -> None:
    lang, found = cards
    text = words(lang)
    for actor in actors():
        card = found[actor["id"]]
        assert text[f"confidence.{actor['confidence']}"] in card["trust"]
        assert (
            f"{text['row.evidence']} {actor['last_evidence'] or text['unknown']}" in card["trust"]
        )
        confirmed = actor["last_confirmed"] or text["confirmed.never"]
        assert f"{text['row.confirmed']} {confirmed}" in card["trust"]
        assert (text["status.unknown"] in card["trust"]) == (actor["status"] == "unknown")
        targets = [href for href, _ in card["links"]]
        detail = urlsplit(targets[0])
        assert detail.path.endswith("/aktor")
        assert parse_qs(detail.query)["id"] == [actor["id"]]
        assert parse_qs(detail.query).get("lang", ["sv"]) == [lang]
        if actor["homepage"]:
            assert actor["homepage"] in targets
        else:
            assert len(targets) == 2


def test_i8_each_card_opens_a_message_to_one_role_address_with_the_records_id(
    cards: tuple[str, dict[str, Any]],
) -> None:
    lang, found = cards
    to = set()
    for actor in actors():
        mails = [
            (href, name) for href, name in found[actor["id"]]["links"] if href.startswith("mailto:")
        ]
        assert len(mails) == 1, actor["id"]
        href, name = mails[0]
        assert name.startswith(words(lang)["report.link"])
        # a screen reader lists links without their cards: the name must say whose it is
        assert actor["name"] in name
        parts = urlsplit(href)
        assert "+" not in parts.query, "a mail program shows a plus sign as it stands"
        fields = {
            key: unquote(value)
            for key, _, value in (field.partition("=") for field in parts.query.split("&"))
        }
        assert set(fields) == {"subject", "body"}
        assert f"({actor['id']})" in fields["subject"]
        assert actor["name"] in fields["subject"]
        assert f"id: {actor['id']}" in fields["body"]
        to.add(parts.path)
    assert len(to) == 1
    assert "@" in to.pop()


@pytest.mark.parametrize(("lang", "by_keyboard"), [("sv", False), ("en", True)])
def test_i9_phases_and_service_types_are_explained_beside_the_filter(
    browser: Browser, server: Server, lang: str, by_keyboard: bool
) -> None:
    with guarded_page(browser, server, DESKTOP) as page:
        load(page, "/", lang)
        for key, kind in (("fas", "phases"), ("stod", "service_types")):
            _assert_explained(page, key, kind, lang, by_keyboard=by_keyboard)


def _assert_explained(page: Page, key: str, kind: str, lang: str, *, by_keyboard: bool) -> None:
    icon = widget(page, key).locator("[data-testid=stTooltipIcon] button")
    if by_keyboard:
        page.keyboard.press("Tab")  # so that the browser shows focus as after a key
        icon.focus()
    else:
        icon.hover()
    tip = page.get_by_role("tooltip")
    for entry in loaded("strategy.yaml")[kind]:
        expect(tip).to_contain_text(entry["label"][lang])
        expect(tip).to_contain_text(entry["description"][lang])
    if by_keyboard:
        page.keyboard.press("Escape")
    else:
        page.mouse.move(0, 0)
    expect(tip).to_have_count(0)
