"""A register that is replaced while the product runs: the last good one is kept, faults shown."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ris_map.api.county import land_of
from ris_map.travel.world import service
from ris_map.web.server import read_all
from ris_map.words import translator
from ris_map.words.language import Language
from tests.api.api_site import client
from tests.factories import rewrite
from tests.pages.opened import ROOT, cards, html, open_page, read, visible_text

PAGES = {
    "find": ({"plats": "2462"}, "data-actor="),
    "coverage": ({}, 'class="cov-matrix"'),
    "municipality": ({"kommun": "2422"}, "Sorsele: "),
    "siting": ({"stang": "coompanion-vasterbotten@lycksele"}, "Stäng Coompanion Västerbotten"),
}
"""Other pages with a query, and what is on each as long as there is a good register."""
NAME = "name: Coompanion Västerbotten\n"
HOSTILE = """'Fond "x" ''y'' {{7*7}} ${z+1} &amp; {% for x in y %}'"""
FAULTY: dict[str, Callable[[str], str]] = {
    "unknown word": lambda text: text.replace("    scope: core\n", "    scope: nonsens\n"),
    "hostile word": lambda text: text.replace("kind: foundation", "kind: <b>x</b>"),
}


def test_X10_F4_a_bad_register_never_replaces_a_good_one_and_says_why(
    own_data: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Visitors get one line in their language, on each page; the log has every fault."""
    assert os.environ["RIS_MAP_DATA"] == str(own_data) != str(ROOT / "data")
    path = own_data / "actors.yaml"
    good = path.read_text(encoding="utf-8")
    first = open_page()
    others = {name: open_page(query, page=name) for name, (query, _) in PAGES.items()}
    assert translator(Language.SV)("fault.heading") not in visible_text(first)
    marks = {name: html(session).count(PAGES[name][1]) for name, session in others.items()}
    assert all(marks.values())

    for fault, spoil in FAULTY.items():
        language = Language.EN if fault == "unknown word" else Language.SV
        tr = translator(language)
        rewrite(path, spoil(good))
        session = open_page({"lang": language.value})
        assert cards(session) == cards(first), fault
        assert visible_text(session).count(tr("fault.heading")) == 1, fault
        assert tr("fault.kept") in visible_text(session), fault
        assert "actors.yaml" not in visible_text(session), fault
        assert "nonsens" not in visible_text(session), fault
        assert "<b>x" not in html(session), fault
        bad = enumerate(spoil(good).splitlines(), 1)
        lines = [n for n, line in bad if line == "    scope: nonsens"]
        assert bool(lines) == (fault == "unknown word")
        assert all(f"actors.yaml:{line}" in caplog.text for line in lines)

    for name, session in others.items():
        session.run()
        assert not session.exception, name
        assert translator(Language.SV)("fault.kept") in read(session).text_content(), name
        assert 'role="alert"' in html(session), name
        assert "actors.yaml" not in html(session), name
        assert html(session).count(PAGES[name][1]) == marks[name], name
    path.unlink()
    gone = open_page()
    assert cards(gone) == cards(first)
    assert translator(Language.SV)("fault.heading") in visible_text(gone)

    rewrite(path, good)
    mended = open_page()
    assert translator(Language.SV)("fault.heading") not in visible_text(mended)
    assert cards(mended) == cards(first)


def test_a_better_register_is_served_without_a_restart_and_a_hostile_name_is_text(
    own_data: Path,
) -> None:
    """The actor is on the map too; mere warnings do not frighten readers."""
    path = own_data / "actors.yaml"
    text = path.read_text(encoding="utf-8")
    before = open_page()
    assert "coompanion-vasterbotten" in cards(before)
    assert text.count(NAME) == 1
    warned = text.replace("homepage: https://", "homepage: http://", 3)
    rewrite(path, warned.replace(NAME, f"name: {HOSTILE}\n"))
    session = open_page()
    assert "{{7*7}} ${z+1} &amp; {% for x in y %}" in visible_text(session)
    assert set(cards(session)) == set(cards(before))
    assert [e.tag for e in read(session).iter()] == [e.tag for e in read(before).iter()]
    assert translator(Language.SV)("fault.heading") not in visible_text(session)


def test_X10_whatever_happens_to_the_other_files_what_was_read_at_the_start_is_served(
    own_data: Path,
) -> None:
    """What is reported and how homepages answered is read anew, as long as it is right."""
    read_all(service(own_data).moment().world)
    land_of(own_data)
    pages = [{"page": name} for name in ("start", "coverage", "data", "method", "open_data")]
    pages.append({"page": "municipality", "query": {"kommun": "2480"}})
    seen = [visible_text(open_page(**page)) for page in pages]
    addresses = [f"/api/v1/{name}" for name in ("quality", "releases", "municipalities.geojson")]
    api = client(own_data)
    answers = [api.get(address).json() for address in addresses]
    reports = own_data / "reports.yaml"
    good = reports.read_text(encoding="utf-8")
    for path in own_data.rglob("*.*"):
        if path.is_file() and path.name != "actors.yaml":
            path.write_bytes(path.read_bytes()[:200])
    assert [visible_text(open_page(**page)) for page in pages] == seen
    assert [api.get(address).json() for address in addresses] == answers
    rewrite(reports, good.replace("MidtSkandia som verksam", "MidtSkandia som igång"))
    assert "MidtSkandia som igång" in api.get(addresses[0]).text
    assert "MidtSkandia som igång" in html(open_page(page="data"))
