"""A register that is replaced while the product runs: the last good one is kept, faults shown."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from ris_map.words import translator
from ris_map.words.language import Language
from tests.pages.opened import ROOT, cards, html, open_page, read, visible_text

FAULTY: dict[str, Callable[[str], str]] = {
    "broken YAML": lambda text: text + "\n  - id: [unclosed\n",
    "unknown key": lambda text: text.replace("    kind: ", "    kinda: x\n    kind: ", 1),
    "unknown word": lambda text: text.replace("service_type: radgivning", "service_type: x"),
    "hostile word": lambda text: text.replace("kind: foundation", "kind: <b>x</b>"),
    "empty": lambda text: text[:0],
}


def rewrite(path: Path, text: str) -> None:
    """Replace a file as an editor does: a new file with a new stamp."""
    new = path.with_suffix(".new")
    new.write_text(text, encoding="utf-8")
    os.utime(new, (1, 1))  # as if it had rested
    new.replace(path)


def test_X10_a_bad_register_never_replaces_a_good_one_and_says_why(own_data: Path) -> None:
    path = own_data / "actors.yaml"
    good = path.read_text(encoding="utf-8")
    first = open_page()
    assert translator(Language.SV)("fault.heading") not in visible_text(first)

    for fault, spoil in FAULTY.items():
        language = Language.EN if fault == "unknown word" else Language.SV
        tr = translator(language)
        rewrite(path, spoil(good))
        session = open_page({"lang": language.value})
        assert not session.exception, fault
        assert cards(session) == cards(first), fault
        assert tr("fault.heading") in visible_text(session), fault
        assert tr("fault.kept") in visible_text(session), fault
        assert "actors.yaml" not in visible_text(session), fault
        assert "<b>x" not in html(session), fault

    rewrite(path, good)
    mended = open_page()
    assert translator(Language.SV)("fault.heading") not in visible_text(mended)
    assert cards(mended) == cards(first)


def test_F4_visitors_get_one_line_and_the_log_has_every_fault(
    own_data: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = own_data / "actors.yaml"
    good = path.read_text(encoding="utf-8")
    open_page()
    bad = good.replace("    scope: core\n", "    scope: nonsens\n")
    rewrite(path, bad)
    session = open_page()
    assert visible_text(session).count(translator(Language.SV)("fault.heading")) == 1
    assert "nonsens" not in visible_text(session)
    lines = [n for n, line in enumerate(bad.splitlines(), 1) if line == "    scope: nonsens"]
    assert all(f"actors.yaml:{line}" in caplog.text for line in lines)


def test_a_better_register_is_served_without_a_restart(own_data: Path) -> None:
    path = own_data / "actors.yaml"
    good = path.read_text(encoding="utf-8")
    before = cards(open_page())
    assert "coompanion-vasterbotten" in before
    rewrite(path, good.replace("name: Coompanion Västerbotten\n", "name: Omdöpta fonden\n"))
    after = open_page()
    assert "Omdöpta fonden" in visible_text(after)
    assert set(cards(after)) == set(before)


def test_X10_a_register_that_vanishes_is_still_served(own_data: Path) -> None:
    before = cards(open_page())
    (own_data / "actors.yaml").unlink()
    session = open_page()
    assert not session.exception
    assert cards(session) == before
    assert translator(Language.SV)("fault.heading") in visible_text(session)


def test_warnings_do_not_frighten_readers(own_data: Path) -> None:
    path = own_data / "actors.yaml"
    text = path.read_text(encoding="utf-8")
    rewrite(path, text.replace("homepage: https://", "homepage: http://", 3))
    session = open_page()
    assert translator(Language.SV)("fault.heading") not in visible_text(session)


def test_a_hostile_name_is_text_on_every_form_of_the_start_page(own_data: Path) -> None:
    path = own_data / "actors.yaml"
    text = path.read_text(encoding="utf-8")
    calm = [tag for tag, _ in read(open_page()).tags]
    name = "'Fond \"x\" ''y'' {{7*7}} ${z} &amp; {% for %}'"
    rewrite(path, text.replace("name: Coompanion Västerbotten\n", f"name: {name}\n"))
    session = open_page()
    assert not session.exception
    assert [tag for tag, _ in read(session).tags] == calm
    assert "{{7*7}} ${z} &amp; {% for %}" in visible_text(session)


def test_a_hostile_name_of_an_actor_on_the_map_does_not_stop_the_page(own_data: Path) -> None:
    path = own_data / "actors.yaml"
    text = path.read_text(encoding="utf-8")
    records = yaml.safe_load(text)["actors"]
    on_map = next(a for a in records if a["id"] == "coompanion-vasterbotten")
    name = on_map["name"]
    assert text.count(f"    name: {name}\n") == 1
    rewrite(path, text.replace(f"    name: {name}\n", "    name: '{% for x in y %} {{7*7}}'\n"))
    session = open_page()
    assert not session.exception
    assert "{% for x in y %} {{7*7}}" in visible_text(session)


def test_the_tests_change_a_copy_of_the_data(own_data: Path) -> None:
    assert os.environ["RIS_MAP_DATA"] == str(own_data)
    assert own_data != ROOT / "data"
