"""The start page: every choice changes sentence, list and address; an address restores choices."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest
import yaml
from streamlit.testing.v1 import AppTest

from ris_map.geography.codes import MUNICIPALITY_CODES
from ris_map.register.vocabulary import (
    STRENGTH_AREAS,
    Delivery,
    Phase,
    Scope,
    ServiceType,
    StrengthArea,
)
from ris_map.words import translator
from ris_map.words.language import Language
from tests.pages.opened import (
    ROOT,
    address,
    cards,
    html,
    link_queries,
    open_page,
    read,
    text_of_class,
    visible_text,
)

TR = translator(Language.SV)


@cache
def records() -> list[dict[str, Any]]:
    text = (ROOT / "data" / "actors.yaml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))["actors"]


def sentence(session: AppTest) -> str:
    (text,) = text_of_class(session, "ris-sentence")
    return text


def notices(session: AppTest) -> str:
    return " ".join(text_of_class(session, "ris-notice"))


def table_rows(session: AppTest) -> int:
    return sum(tag == "th" and a.get("scope") == "row" for tag, a in read(session).tags)


def area_widgets(session: AppTest) -> list[Any]:
    return [pills for pills in session.pills if str(pills.key).startswith("omrade-")]


def state_of(session: AppTest) -> dict[str, Any]:
    """Return what the widgets say."""
    return {
        "fas": list(session.pills(key="fas").value),
        "stod": list(session.pills(key="stod").value),
        "omrade": [area for pills in area_widgets(session) for area in pills.value],
        "plats": list(session.multiselect(key="plats").value),
        "satt": list(session.pills(key="satt").value),
        "bredd": session.checkbox(key="bredd").value,
        "q": session.text_input(key="q").value,
    }


EMPTY = {"fas": [], "stod": [], "omrade": [], "plats": [], "satt": [], "bredd": False, "q": ""}


def test_I1_the_start_page_shows_the_core_of_the_register() -> None:
    session = open_page()
    core = {a["id"] for a in records() if a["scope"] == "core" and not a["outside_county"]}
    assert not session.exception
    assert set(cards(session)) == core
    assert table_rows(session) == len(core)
    assert state_of(session) == EMPTY
    assert address(session) == {}
    assert TR("filter.nothing-chosen") in visible_text(session)
    assert "clear" not in [button.key for button in session.button]


CHOICES = [
    ("fas", lambda s: s.pills(key="fas").set_value([Phase.IDE]), ["ide"]),
    ("stod", lambda s: s.pills(key="stod").set_value([ServiceType.MOTESPLATS]), ["motesplats"]),
    ("satt", lambda s: s.pills(key="satt").set_value([Delivery.DIGITAL]), ["digital"]),
    ("plats", lambda s: s.multiselect(key="plats").set_value(["2481"]), ["2481"]),
    ("q", lambda s: s.text_input(key="q").set_value("  umea  "), ["umea"]),
    ("bredd", lambda s: s.checkbox(key="bredd").check(), ["adjacent"]),
]


@pytest.mark.parametrize(("key", "choose", "values"), CHOICES, ids=[c[0] for c in CHOICES])
def test_I5_a_choice_changes_sentence_list_and_address_and_can_be_cleared(
    key: str, choose: Any, values: list[str]
) -> None:
    session = open_page()
    before = (sentence(session), cards(session))
    choose(session).run()
    assert not session.exception
    assert address(session) == {key: values}
    assert sentence(session) != before[0]
    assert cards(session) != before[1]
    assert table_rows(session) == len(cards(session))
    assert TR("filter.nothing-chosen") not in visible_text(session)
    assert TR("filter.chosen") in " ".join(text_of_class(session, "ris-chosen"))
    session.button(key="clear").click().run()
    assert address(session) == {}
    assert state_of(session) == EMPTY
    assert (sentence(session), cards(session)) == before
    assert "clear" not in [button.key for button in session.button]


def test_I5_a_strength_area_is_chosen_in_its_group() -> None:
    session = open_page()
    assert sum(len(pills.options) for pills in area_widgets(session)) == len(STRENGTH_AREAS)
    strategy = yaml.safe_load((ROOT / "data" / "strategy.yaml").read_text(encoding="utf-8"))
    for group in strategy["strength_area_groups"]:
        area = StrengthArea(group["areas"][0])
        session.pills(key=f"omrade-{group['id']}").set_value([area]).run()
        assert area.value in address(session)["omrade"]
        assert area.value in state_of(open_page({"omrade": area.value}))["omrade"]
    assert len(address(session)["omrade"]) == len(strategy["strength_area_groups"])


def test_I1_place_and_phase_lead_to_a_list_in_two_choices() -> None:
    session = open_page()
    session.multiselect(key="plats").set_value(["2422"]).run()
    session.pills(key="fas").set_value([Phase.IDE]).run()
    assert address(session) == {"fas": ["ide"], "plats": ["2422"]}
    assert cards(session)


def test_several_choices_within_a_filter_widen() -> None:
    session = open_page({"fas": "ide"})
    one = set(cards(session))
    session.pills(key="fas").set_value([Phase.IDE, Phase.VAXA]).run()
    assert one <= set(cards(session))
    assert address(session) == {"fas": ["ide", "vaxa"]}


EVERYTHING = {
    "fas": ["ide", "vaxa"],
    "stod": ["finansiering", "radgivning"],
    "omrade": ["besoksnaring", "life_science"],
    "plats": ["kust-vid-kusten", "2480"],
    "satt": ["office", "digital"],
    "bredd": "adjacent",
    "q": "umea",
}


def test_I5_an_address_restores_every_choice_in_a_new_session() -> None:
    session = open_page({**EVERYTHING, "lang": "en"})
    assert not session.exception
    state = state_of(session)
    assert sorted(state["omrade"]) == sorted(EVERYTHING["omrade"])
    del state["omrade"]
    assert state == {
        **{key: EVERYTHING[key] for key in ("fas", "stod", "plats", "satt", "q")},
        "bredd": True,
    }
    assert notices(session) == ""
    # the address says the same when it has been read
    back = address(session)
    assert {key: sorted(values) for key, values in back.items()} == {
        key: sorted([values] if isinstance(values, str) else values)
        for key, values in EVERYTHING.items()
    }
    again = open_page({**back, "lang": "en"})
    assert state_of(again) == state_of(session)
    assert cards(again) == cards(session)
    assert sentence(again) == sentence(session)


def test_I5_the_language_of_the_address_changes_the_words_not_the_choices() -> None:
    sv, en = (open_page({"fas": "ide", "lang": code}) for code in ("sv", "en"))
    assert set(cards(sv)) == set(cards(en))
    assert state_of(sv) == state_of(en)
    assert sentence(sv) != sentence(en)


@pytest.mark.parametrize(
    "query",
    [
        {"fas": "ide,vaxa"},
        {"fas": ["ide", "vaxa"]},
        {"fas": ["vaxa", "ide", "ide"]},
        {"fas": "vaxa,,ide,"},
    ],
)
def test_I5_several_values_can_be_written_in_two_ways(query: dict[str, Any]) -> None:
    session = open_page(query)
    assert state_of(session)["fas"] == ["ide", "vaxa"]
    assert address(session) == {"fas": ["ide", "vaxa"]}
    assert notices(session) == ""


UNKNOWN = [
    ({"fas": "finns-inte"}, ["fas=finns-inte"], {}),
    ({"fas": ["ide", "IDE"]}, ["fas=IDE"], {"fas": ["ide"]}),
    ({"plats": ["2480", "9999"]}, ["plats=9999"], {"plats": ["2480"]}),
    ({"stod": "x", "satt": "y", "omrade": "all", "bredd": "z"}, ["stod=x", "satt=y"], {}),
    ({"nonsens": "1", "fas": "vaxa"}, ["nonsens=1"], {"fas": ["vaxa"]}),
]


@pytest.mark.parametrize(("query", "named", "kept"), UNKNOWN)
def test_I5_unknown_values_are_named_in_a_notice_and_left_out(
    query: dict[str, Any], named: list[str], kept: dict[str, list[str]]
) -> None:
    session = open_page(query)
    assert not session.exception
    assert all(value in notices(session) for value in named)
    assert address(session) == kept
    session.run()
    assert notices(session), "still said after a rerun"
    assert not session.exception


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}} {0}", "å" * 500],
)
def test_a_hostile_address_is_text(text: str) -> None:
    calm = open_page({"fas": "x", "q": "xyzzy"})
    session = open_page({"fas": text, "q": text})
    assert not session.exception
    assert "<script" not in html(session)
    assert "<img" not in html(session)
    tags = [[tag for tag, _ in read(page).tags] for page in (session, calm)]
    assert tags[0] == tags[1]
    assert len(state_of(session)["q"]) <= 80


def test_keys_that_belong_to_streamlit_or_the_browser_are_no_fault() -> None:
    session = open_page({"embed": "true", "ort": "2480-umea", "aktor": "norrlandsfonden"})
    assert notices(session) == ""
    assert address(session)["ort"] == ["2480-umea"]


@pytest.mark.parametrize("language", list(Language))
def test_I1_an_empty_selection_is_said_in_words_and_can_be_cleared(language: Language) -> None:
    tr = translator(language)
    session = open_page({"q": "xyzzy", "lang": language.value})
    assert not session.exception
    assert cards(session) == []
    assert table_rows(session) == 0
    assert tr("empty.title") in visible_text(session)
    assert sentence(session) == tr("sentence.none")
    assert session.get("component_instance"), "the map stays"
    session.button(key="clear").click().run()
    assert cards(session)


@pytest.mark.parametrize("code", MUNICIPALITY_CODES)
def test_I1_no_municipality_and_phase_gives_an_empty_page(code: str) -> None:
    session = open_page({"plats": code, "bredd": Scope.ADJACENT.value})
    assert not session.exception
    for phase in Phase:
        session.pills(key="fas").set_value([phase]).run()
        assert cards(session) or TR("empty.title") in visible_text(session)


def test_I7_filters_and_list_come_before_the_map_in_reading_order() -> None:
    session = open_page()
    order = [getattr(element, "type", "") for element in session.main]
    bodies = html(session)
    assert order.index("button_group") < order.index("component_instance")
    assert bodies.index('class="ris-card"') < bodies.index('id="karta"')


def test_I9_terms_are_explained_beside_the_filters() -> None:
    session = open_page()
    strategy = yaml.safe_load((ROOT / "data" / "strategy.yaml").read_text(encoding="utf-8"))
    helps = " ".join(str(pills.proto.help) for pills in session.pills)
    for section in ("phases", "service_types", "delivery"):
        for term in strategy[section]:
            assert " ".join(term["description"]["sv"].split()) in " ".join(helps.split())


def test_X5_every_filter_has_a_label_and_every_field_a_placeholder_of_our_own() -> None:
    session = open_page()
    widgets = [*session.pills, *session.multiselect, *session.text_input, *session.checkbox]
    assert all(widget.label.strip() for widget in widgets)
    assert session.multiselect(key="plats").proto.placeholder == TR("filter.place.placeholder")
    assert session.text_input(key="q").proto.placeholder == TR("filter.text.placeholder")


def test_choices_are_kept_on_the_way_to_another_page_and_back() -> None:
    session = open_page({"fas": "ide", "plats": "2480"})
    session.switch_page(str(ROOT / "pages" / "method.py"))
    session.query_params.clear()
    session.query_params["lang"] = "sv"
    session.run()
    back = link_queries(session)[TR("nav.start")]
    assert back == {"fas": ["ide"], "plats": ["2480"], "lang": ["sv"]}
    assert link_queries(session)[TR("footer.data")] == {"lang": ["sv"]}
    session.switch_page(str(ROOT / "pages" / "start.py"))
    session.query_params.clear()
    session.query_params.update(back)
    session.run()
    assert state_of(session)["fas"] == ["ide"]
    assert state_of(session)["plats"] == ["2480"]


def test_another_address_in_the_same_session_changes_the_choices() -> None:
    session = open_page({"fas": "ide"})
    session.query_params.clear()
    session.query_params.update({"fas": "vaxa", "lang": "sv"})
    session.run()
    assert state_of(session)["fas"] == ["vaxa"]
    assert address(session) == {"fas": ["vaxa"]}


def test_both_downloads_are_offered() -> None:
    session = open_page()
    labels = [button.proto.label for button in session.download_button]
    assert {TR("csv.swedish"), TR("csv.plain")} <= set(labels)


def test_X6_counts_of_the_sentence_are_those_of_the_list() -> None:
    session = open_page({"bredd": "adjacent"})
    counts = re.findall(r'<span class="ris-count">([^<]*)</span>', html(session))
    assert sum(int(re.sub(r"\s", "", count)) for count in counts) == len(cards(session))
    assert len(cards(session)) == len(records())


def test_further_filters_are_made_only_when_open_or_chosen() -> None:
    """Nobody waits for what is folded away; a choice in it is never hidden from the page."""
    closed = open_page(more=False)
    assert not closed.exception
    assert not [box for box in closed.checkbox if box.key == "bredd"]
    chosen = open_page({"bredd": "adjacent", "satt": "digital"}, more=False)
    assert chosen.checkbox(key="bredd").value
    assert address(chosen) == {"bredd": ["adjacent"], "satt": ["digital"]}
    cleared = chosen.button(key="clear").click().run()
    assert not cleared.exception
    assert address(cleared) == {}
