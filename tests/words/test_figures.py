"""Minutes and shares in words: one rounding, one error, one way to say it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ris_map.words import translator
from ris_map.words.figures import (
    FigureTable,
    equally_far,
    minutes,
    minutes_number,
    minutes_range,
    minutes_words,
    near_limit,
    percent,
    percent_range,
    rounded,
    table_html,
    whole_percents,
)
from ris_map.words.language import Language

SV = translator(Language.SV)


@pytest.mark.parametrize(
    ("minutes", "limit", "expected"),
    [
        (0.0, None, "i orten"),
        (4.99, 60, "i orten"),
        (5.0, None, "cirka 5 min"),
        (62.4, None, "cirka 60 min"),
        (62.5, None, "cirka 65 min"),
        (60.0, 60, "cirka 60 min"),
        (61.0, 60, "drygt 60 min"),
        (61.0, 90, "cirka 60 min"),
        (63.0, 60, "cirka 65 min"),
        (math.inf, 60, "inget känt kontor"),
        (math.nan, 60, "ingen uppgift"),
    ],
)
def test_W11_minutes_are_rounded_to_five_halves_upwards(
    minutes: float, limit: float | None, expected: str
) -> None:
    assert minutes_words(minutes, tr=SV, limit=limit).replace("\N{NO-BREAK SPACE}", " ") == expected


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (0.0, "0 %"),
        (0.001, "under 1 %"),
        (0.365, "37 %"),
        (0.625, "63 %"),
        (0.9949, "99 %"),
        (0.995, "över 99 %"),
        (1.0, "100 %"),
        (math.nan, "ingen uppgift"),
    ],
)
def test_share_nearly_none_and_nearly_all_are_not_none_and_all(share: float, expected: str) -> None:
    assert percent(share, tr=SV).replace("\N{NO-BREAK SPACE}", " ") == expected


def test_the_parts_of_a_whole_add_up_as_their_sums_are_said() -> None:
    inland = (0.2773, 0.0809, 0.3063, 0.2171, 0.1184, 0.0)
    assert whole_percents(inland) == [("", n) for n in (28, 8, 30, 22, 12, 0)]  # 66 within 90 min
    assert whole_percents((0.0051, 0.9949)) == [("", 1), ("", 99)]
    assert whole_percents((0.105, 0.007, 0.888)) == [("", 11), (".under", 1), ("", 89)]


def test_R9_W2_range_is_one_figure_where_both_ends_are_said_alike_and_never_nothing() -> None:
    assert percent_range(0.34, 0.38, tr=SV) == "34–38\N{NO-BREAK SPACE}%"
    assert percent_range(0.0, 0.36, tr=SV) == "0–36\N{NO-BREAK SPACE}%"
    assert percent_range(0.361, 0.363, tr=SV) == percent(0.36, tr=SV)
    assert percent_range(0.996, 1.0, tr=SV) == percent(0.996, tr=SV)
    between = percent_range(0.001, 0.999, tr=SV).replace("\N{NO-BREAK SPACE}", " ")
    assert between == "under 1 % till över 99 %"
    assert minutes_range(61.0, 74.0, tr=SV) == "60–75\N{NO-BREAK SPACE}min"
    assert minutes_range(58.0, 62.0, tr=SV) == minutes_words(60.0, tr=SV)
    assert minutes_range(5.0, 74.0, tr=SV) == "5–75\N{NO-BREAK SPACE}min"
    column = [minutes_number(minutes, tr=SV) for minutes in (4.9, 5.0, math.inf)]
    assert column == ["i orten", "5", "inget känt kontor"]


def test_W3_W9_times_within_their_error_are_equally_far_and_near_the_limit() -> None:
    times = (54.0, 59.0, 63.0, 64.0, 67.0, math.inf)
    assert [time for time in times if near_limit(time, 60.0)] == [59.0, 63.0, 64.0]
    pairs = ((63.0, 60.0), (70.0, 60.0), (math.inf, math.inf), (60.0, math.inf))
    assert [equally_far(*pair) for pair in pairs] == [True, False, True, False]


@given(st.floats(min_value=0, max_value=1e5))
def test_rounding_moves_by_half_a_step_at_most_and_table_and_sentence_agree(minutes: float) -> None:
    assert abs(rounded(minutes) - minutes) <= 2.5 + 1e-9
    assert minutes_number(minutes, tr=SV) in minutes_words(minutes, tr=SV)


def test_words_in_a_column_of_numbers_stand_to_the_right_as_they_do() -> None:
    rows = [["Norsjö", "under 5"], ["Malå", minutes(7)]]
    table = FigureTable(id="t", title="Tider", columns=["Kommun", "min"], rows=rows)
    assert table_html(table, tr=SV).count('class="w"') == 1  # the head of the names
