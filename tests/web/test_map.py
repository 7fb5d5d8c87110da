"""What a browser sends is trusted only when it is a click; what is sent to it is what was meant."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ris_map.web.map import (
    Bubble,
    Legend,
    LegendRow,
    MapClick,
    MapPicture,
    Sentence,
    packed,
    picture_address,
    picture_bytes,
    read_click,
)

PICTURE = MapPicture(
    classes=(0, 1, 2, 3, 4, 5, 5),
    legend=Legend(
        title="Restid",
        columns=("minuter", "Inland %"),
        rows=(LegendRow(code=0, label="0–30", shares=(27.7,), texts=("28",)),),
    ),
    sentences={"": Sentence(figure="36 %", text="av inlandet")},
    bubbles=(Bubble(id="2480-umea", name="Umeå", lat=63.8, lon=20.3, label="4 kontor", count=4),),
)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ({"kind": "municipality", "id": "2421", "n": 1}, "municipality"),
        ({"kind": "town", "id": "2480-umea", "n": 1}, "town"),
        ({"kind": "cell", "id": "5537", "n": 1}, "cell"),
        ({"kind": "county", "id": "", "n": 1}, "county"),
    ],
)
def test_K2_a_click_is_read(value: dict[str, object], kind: str) -> None:
    assert read_click(value) == MapClick(kind, str(value["id"]), 1)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        "2421",
        {},
        {"kind": "municipality", "id": "9999", "n": 1},
        {"kind": "municipality", "id": 2421, "n": 1},
        {"kind": "municipality", "id": "2421", "n": True},
        {"kind": "municipality", "id": "2421"},
        {"kind": "municipality", "id": "2421", "n": 1, "more": 1},
        {"kind": "town", "id": "<script>", "n": 1},
        {"kind": "town", "id": "", "n": 1},
        {"kind": "town", "id": "a" * 81, "n": 1},
        {"kind": "cell", "id": "-1", "n": 1},
        {"kind": "cell", "id": "²", "n": 1},
        {"kind": "cell", "id": "99999999", "n": 1},
        {"kind": "county", "id": "2421", "n": 1},
        {"kind": "planet", "id": "2421", "n": 1},
    ],
)
def test_K2_anything_else_is_no_click(value: object) -> None:
    assert read_click(value) is None


@given(
    st.recursive(
        st.none() | st.text() | st.integers(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_K2_no_value_breaks_the_reading(value: object) -> None:
    assert read_click(value) is None


@given(st.lists(st.integers(0, 5)))
def test_K3_classes_survive_their_packing(classes: list[int]) -> None:
    text = packed(classes)
    pairs = [divmod(int(character, 36), 6) for character in text]
    assert [code for pair in pairs for code in pair][: len(classes)] == classes


def test_K3_a_picture_says_what_it_holds_and_nothing_of_another() -> None:
    content = json.loads(picture_bytes(PICTURE))
    assert content["sentences"][""] == {"figure": "36 %", "text": "av inlandet"}
    assert content["legend"]["rows"][0]["shares"] == [27.7]
    assert content["bubbles"][0]["id"] == "2480-umea"
    assert json.loads(picture_bytes(replace(PICTURE, classes=None)))["classes"] is None


def test_the_order_of_a_query_does_not_change_a_pictures_address() -> None:
    first = picture_address("karta", "abc", {"a": "1", "b": "2"})
    assert first == picture_address("karta", "abc", {"b": "2", "a": "1"})
