"""What a browser sends is trusted only when it is a click; what is sent to it is what was meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ris_map.web.map import ClickKind, MapClick, packed, read_click


@pytest.mark.parametrize(
    ("kind", "ident"),
    [("municipality", "2421"), ("town", "2480-umea"), ("cell", "5537"), ("county", "")],
)
def test_K2_a_click_is_read(kind: ClickKind, ident: str) -> None:
    assert read_click({"kind": kind, "id": ident, "n": 1}) == MapClick(kind, ident, 1)


def test_K2_what_has_another_form_or_is_on_nothing_is_no_click() -> None:
    click = {"kind": "municipality", "id": "2421", "n": 1}
    assert read_click(click)
    nothing = (
        *(("municipality", wrong) for wrong in ("9999", 2421, None)),
        *(("town", wrong) for wrong in ("<script>", "", "a" * 81)),
        *(("cell", wrong) for wrong in ("-1", "²", "99999999")),
        *((kind, "2421") for kind in ("county", "planet")),
    )
    others: list[object] = [None, [], "2421", {}, {**click, "n": True}, {**click, "more": 1}]
    others += [{**click, "kind": kind, "id": ident} for kind, ident in nothing]
    assert [read_click(other) for other in others] == [None] * len(others)
    for key in click:
        assert read_click({name: value for name, value in click.items() if name != key}) is None


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
