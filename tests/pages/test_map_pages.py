"""Start, Hitta, Täckning, Kommun, Styrkeområden through the real script, without a browser."""

import re
from functools import cache
from itertools import cycle, product

import pytest
from streamlit.testing.v1 import AppTest

from ris_map.actors.page import STATE
from ris_map.common.address import Choice
from ris_map.coverage.findings import carriers
from ris_map.coverage.map_picture import MapChoice, map_view, picture
from ris_map.coverage.page.view import TABS
from ris_map.finder.need import Need
from ris_map.geography.divisions import MUNICIPALITY_CODES
from ris_map.register.vocabulary import STRENGTH_AREAS, Delivery, Phase, ServiceType
from ris_map.siting.plan import SitingChoice
from ris_map.strength.page import StrengthChoice, StrengthView
from ris_map.web import data
from ris_map.words.figures import percent
from ris_map.words.language import Language
from ris_map.words.markup import render
from tests.factories import real_words, real_world, released
from tests.pages.opened import address, cards, html, open_page, read, text_of_class, visible_text

TR = real_words(Language.SV)


def text(session: AppTest) -> str:
    return re.sub(r"[ \n]+", " ", read(session).text_content())


def test_I1_X5_F23_the_page_opens_on_inland_against_coast_for_advice_on_an_idea(
    language: Language,
) -> None:
    """Everybody, the table and the files come only when asked for."""
    session, tr = open_page({"lang": language.value}), real_words(language)
    view = map_view(data.world(), MapChoice(), tr=tr)
    assert not session.exception
    for codes in (view.inland, view.coast):
        assert percent(view.found.share_of(codes)[0], tr=tr) in text(session)
    assert sorted(cards(session)) == sorted(sites[0].actor.id for sites in view.matching())
    for box in session.selectbox:
        assert box.label
        assert "option" not in (box.proto.placeholder or "")
    few = len(cards(session))
    assert not session.get("download_button")
    session.button("karta-alla").click().run()
    assert len(cards(session)) >= few + 20
    assert len(session.get("download_button")) == 2


def test_W8_what_the_inland_rests_on_is_said_with_the_headline() -> None:
    view, now = (map_view(one, MapChoice(), tr=TR) for one in (released(), data.world()))
    assert now.carrier_words() in text(open_page())
    (carrier,) = carriers(view.found, view.inland)
    assert percent(carrier.share_without, tr=TR) in view.carrier_words()
    assert "Lycksele (antaget kontor)" in view.carrier_words()
    assert "Coompanion Västerbotten (antaget kontor)" in picture(now).bubbles[-1].label


COMBINATIONS = [*zip(cycle(MUNICIPALITY_CODES), product(Phase, ServiceType), strict=False)]


@pytest.mark.parametrize("model", [MapChoice, SitingChoice, Need, StrengthChoice])
def test_I5_nobody_asks_for_the_mark_of_a_neutral_actor(model: type[Choice]) -> None:
    choice, ignored = model.read({"omrade": ["all"]})
    assert (choice, [one.key for one in ignored]) == (model(), ["omrade"])


@pytest.mark.parametrize(("code", "choice"), COMBINATIONS)
def test_G2_I1_I4_every_municipality_has_figures_first_contact_and_who_is_near(
    code: str, choice: tuple[Phase, ServiceType]
) -> None:
    """Each with another phase and kind of help: no choice gives an empty page."""
    phase, kind = choice
    for query in ({"kommun": code}, {"fas": phase.value, "stod": kind.value, "kommun": code}):
        session = open_page(query)
        shown = text(session)
        assert TR("karta.home") in shown
        assert TR("karta.near.title") in shown
        assert "/kommun?" in html(session)
        assert f"kommun={code}" in html(session)
        assert cards(session) or TR("karta.nobody", kind="").split("{")[0][:20] in shown


def test_K2_two_municipalities_stand_beside_each_other() -> None:
    session = open_page({"kommun": "2417"})
    assert 'id="h-beside"' not in html(session)
    session.selectbox(key=STATE.key("beside")).set_value("2418").run()
    assert re.findall(r'id="h-beside">([^<]+)', html(session)) == ["Malå"]
    assert html(session).count('class="ris-figures"') == 2
    assert "jamfor=2418" in html(session)
    assert address(session) == {"kommun": ["2417"], "jamfor": ["2418"]}


def test_G11_the_strength_area_is_in_sight_and_own_actors_come_first() -> None:
    session = open_page({"omrade": "livsmedel", "fas": "alla", "stod": "alla"})
    (_,) = [box for box in session.selectbox if box.key == STATE.key("strength_area")]
    shown = text(session)
    own, neutral = (TR(f"karta.{name}", n="|").split("|")[0] for name in ("own", "neutral"))
    assert shown.index(own) < shown.index(neutral)


def test_G10_X6_a_town_narrows_the_list_and_another_choice_changes_the_headline_too() -> None:
    """Also by the name that the address had before."""
    everywhere = open_page()
    for key in ("tatort", "ort"):
        there = open_page({key: "2481-lycksele"})
        assert ("ris-notice" in html(there), *address(there).values()) == (False, ["2481-lycksele"])
        assert html(there).count('data-ris-named="Lycksele') == 1
        assert set(cards(there)) < set(cards(everywhere))
    next(b for b in there.button if b.label == TR("karta.all-towns")).click().run()
    assert cards(there) == cards(everywhere)
    there.selectbox(key=STATE.key("service_type")).set_value(ServiceType.MOTESPLATS).run()
    view = map_view(data.world(), MapChoice(service_type=ServiceType.MOTESPLATS), tr=TR)
    assert percent(view.found.share_of(view.inland)[0], tr=TR) in text(there)
    assert sorted(cards(there)) == sorted(sites[0].actor.id for sites in view.matching())
    assert address(there) == {"stod": ["motesplats"]}


TABLES = {"luckor": "kommuner", "kurva": "fordelning", "kedjan": "kedja"}


@pytest.mark.parametrize("delivery", list(Delivery))
def test_R6_R7_R9_X6_every_way_of_help_has_a_page_and_every_tab_in_every_language(
    delivery: Delivery, language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is heavy is computed only when its box is opened."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("computed although nobody asked")

    monkeypatch.setattr("ris_map.coverage.page.tables.fragility", refuse)
    monkeypatch.setattr("ris_map.coverage.page.tables.stable_mask", refuse)
    tr, is_physical = real_words(language), delivery is Delivery.OFFICE
    rest = "" if is_physical else "-remote"
    marks = {tab: f'id="{TABLES.get(tab, tab)}{rest}"' for tab in TABS}
    marks["metod"] = 'class="cov-method"'
    for tab in TABS:
        query = {"satt": delivery.value, "lang": language.value, "visa": tab}
        session = open_page(query, page="coverage")
        shown = html(session)
        found = [name for name, mark in marks.items() if mark in shown]
        assert found == ([tab] if is_physical or tab != "kurva" else [])
        key = "coverage.map.heading" if is_physical else "coverage.map.heading.remote"
        mode = tr(f"coverage.mode.{delivery}")
        assert tr(key, mode=mode, kind="|").partition("|")[0] in shown
        assert 'class="cov-matrix"' in shown
        assert shown.count('class="cov-number') == 4
    numbers = {Language.SV: "274\u00a0448", Language.EN: "274,448"}
    said = [one for one, number in numbers.items() if number in visible_text(session)]
    assert said == [language]


@pytest.mark.parametrize("asked", ["vinter", "belagt"])
def test_what_does_not_travel_to_tank_om_is_said(asked: str) -> None:
    session = open_page({asked: "ja"}, page="coverage")
    assert (TR("coverage.what-if.other") in text(session)) == (asked == "belagt")


BESIDE, LIMIT, SCOPE = "municipality-jamfor", "municipality-grans", "municipality-bredd"


def open_municipality(**query: str) -> AppTest:
    return open_page(query, page="municipality")


@cache
def seen(code: str, **more: str) -> AppTest:
    """Open each municipality once; the tests that use it only look."""
    return open_municipality(kommun=code, **more)


def heading(session: AppTest) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", html(session))
    return found.group(1) if found else ""


@pytest.mark.parametrize("code", MUNICIPALITY_CODES)
def test_M1_every_code_is_an_address_of_its_own(code: str) -> None:
    """M1: a fresh session, the name in the heading, no error."""
    session = seen(code)
    assert heading(session).startswith(f"{real_words(Language.SV).municipality_names[code]}: ")
    assert address(session) == {"kommun": [code]}
    assert 'class="ris-notice"' not in html(session)


@pytest.mark.parametrize("code", ["", "9999"])
def test_M1_without_a_code_that_is_known_the_fifteen_stand_to_choose(code: str) -> None:
    session = open_municipality(**({"kommun": code} if code else {}))
    shown = html(session).replace("&amp;", "&")
    links = re.findall(r'href="/kommun\?kommun=(\d{4})&', shown)
    assert sorted(links) == sorted(MUNICIPALITY_CODES)
    assert ("ris-notice" in shown) == bool(code)
    assert code in visible_text(session)
    assert address(session) == {}


def test_choices_write_the_address() -> None:
    session = open_municipality(kommun="Umeå")
    session.selectbox(key=BESIDE).set_value("2482").run()
    session.segmented_control(key=LIMIT).set_value(90).run()
    session.segmented_control(key=SCOPE).set_value("adjacent").run()
    assert not session.exception
    written = {"kommun": ["2480"], "jamfor": ["2482"], "grans": ["90"], "bredd": ["adjacent"]}
    assert address(session) == written
    assert html(session).count('data-table="compare"') == 1
    assert "<details" not in html(session).split('data-table="compare"')[0].split("ris-m-home")[-1]


def test_M3_no_municipality_stands_beside_itself() -> None:
    """One that is compared with may be clicked on the map."""
    session = open_municipality(kommun="2480", jamfor="umea")
    assert address(session) == {"kommun": ["2480"]}
    assert html(session).count('<h3 class="ris-m-name"') == 0


def test_M7_language_rights_stand_only_where_they_hold() -> None:
    shown = [code for code in ("2401", "2422", "2480") if "ris-m-rights" in html(seen(code))]
    assert shown == ["2422", "2480"]
    assert "finska" in html(seen("2480"))


def test_all_nine_areas_stand_on_the_page_and_have_an_address() -> None:
    session = open_page(page="strength_areas")
    areas = set(read(session).xpath("//@data-area"))
    assert areas == {area.value.replace("_", "-") for area in STRENGTH_AREAS}
    assert 'aria-current="true"' not in html(session).split("data-area=", 1)[1]
    tr = real_words(Language.SV)
    for area in STRENGTH_AREAS:
        choice, ignored = StrengthChoice.read({"omrade": [area.value]})
        assert (choice.query(), ignored) == ({"omrade": [area.value]}, ())
        bars = render("strength_bars.html", t=tr, view=StrengthView(real_world(), choice, tr))
        chosen = re.findall(r'<li data-area="([^"]+)"><a [^>]*aria-current', bars)
        assert chosen == [area.value.replace("_", "-")]


def test_I1_hitta_is_never_empty_and_is_second_in_the_menu() -> None:
    session = open_page(page="find")
    assert read(session).xpath("//@data-actor")
    groups = read(session).xpath("//*[starts-with(@class, 'ris-group')]/@class")
    expected = {"digital", "remote", "adjacent-remote", "doubtful"}
    assert {name.split("ris-find-")[-1] for name in groups} <= expected
    assert TR("find.answer.start") in text(session)
    menu = html(session).partition("ris-wide")[2]
    assert menu.index(TR("nav.start")) < menu.index(TR("nav.find")) < menu.index(TR("nav.coverage"))


def test_each_choice_of_hitta_writes_the_address() -> None:
    session = open_page({"plats": "2480"}, page="find")
    session.button(key="hitta-andra-stod").click().run()
    session.pills(key="hitta-stod").set_value([ServiceType.MOTESPLATS]).run()
    session.session_state["hitta-fler"] = True
    session.run().checkbox(key="hitta-digitalt").check().run()
    assert address(session) == {"plats": ["2480"], "stod": ["motesplats"], "digitalt": ["ja"]}
    session.button(key="hitta-om").click().run()
    assert not session.exception
    assert address(session) == {}


def test_that_hitta_finds_nothing_at_all_is_said_with_words() -> None:
    session = open_page({"stod": "inkubator_accelerator", "fas": "ide"}, page="find")
    assert not read(session).xpath("//@data-actor")
    assert TR("find.empty.text") in read(session).text_content()


def test_the_short_questions_choose_a_phase() -> None:
    session = open_page({"plats": "2462"}, page="find")
    session.toggle(key="_hitta-vet-inte").set_value(True).run()
    assert "fas" not in address(session)
    session.pills(key="hitta-fragor-company").set_value(False).run()
    session.pills(key="hitta-fragor-building").set_value(True).run()
    assert not session.exception
    assert address(session)["fas"] == ["utveckling"]
    assert text_of_class(session, "ris-notice") == [TR("find.guide.result", phase="utveckling")]
    # who begins anew and comes to the same phase by a link has answered no questions
    session.button(key="hitta-om").click().run()
    session.query_params["fas"] = "utveckling"
    assert "ris-notice" not in html(session.run())
    assert address(session)["fas"] == ["utveckling"]
