"""Hostile and careless register files: each is refused with the right fault, none half-loads."""

from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest

from ris_map.common.faults import Fault, RegisterFaults, Severity
from ris_map.common.yaml_file import dump_yaml
from ris_map.register.reading import CheckResult, canonical, check_register, load_register
from tests.factories import TOWNS, make_actor, make_offer, make_office, make_register

TODAY = date(2025, 9, 1)
Raw = dict[str, Any]

REGISTER = make_register(
    make_actor(
        id="forsta", name="Första aktören", offices=(make_office(), make_office(code="2462"))
    ),
    make_actor(
        id="andra",
        name="Andra aktören",
        homepage="https://andra.example",
        offices=(make_office(code="2422"),),
    ),
    make_actor(id="tredje", name="Tredje aktören", homepage="https://tredje.example"),
)
RAW: Raw = json.loads(REGISTER.model_dump_json())
TEXT = canonical(REGISTER)


def municipality_at(lat: float, lon: float) -> str | None:
    """Return the municipality whose town is within a tenth of a degree."""
    for code, (_, town_lat, town_lon) in TOWNS.items():
        if abs(lat - town_lat) < 0.1 and abs(lon - town_lon) < 0.1:
            return code
    return None


def check(path: Path) -> CheckResult:
    return check_register(path, municipality_at=municipality_at, today=TODAY)


def errors(result: CheckResult) -> list[Fault]:
    return [fault for fault in result.faults if fault.is_error]


def changed(old: str, new: str, *, count: int = 1) -> str:
    """Return the text of the good register with one passage replaced."""
    assert old in TEXT
    return TEXT.replace(old, new, count)


@dataclass(frozen=True)
class Case:
    """A bad file: its bytes, and the fault that must be among those found."""

    name: str
    content: bytes
    code: str
    field: str | None = None
    record: str | None = None


def text(name: str, content: str, code: str, field: str | None = None) -> Case:
    return Case(name, content.encode("utf-8", "surrogatepass"), code, field)


def first(name: str, change: Callable[[Raw], object], code: str, field: str | None = None) -> Case:
    """Return a case with one change to the first actor."""
    raw = copy.deepcopy(RAW)
    change(raw["actors"][0])
    record = "forsta" if raw["actors"][0].get("id") == "forsta" else None
    return Case(name, dump_yaml(raw).encode(), code, field, record)


def put(*path: str | int, value: Any) -> Callable[[Raw], object]:
    """Return a change that sets one value."""

    def change(actor: Any) -> None:
        for part in path[:-1]:
            actor = actor[part]
        actor[path[-1]] = value

    return change


def named(name: str, code: str, value: str, field: str = "name") -> Case:
    return first(name, put(field, value=value), code, field)


OUTSIDE: Raw = {
    "municipality": "Luleå",
    "county": "Norrbotten",
    "country": "Sverige",
    "km_to_border": 90.0,
    "nearest_municipality": "2482",
}
ENDED: Raw = {"status": "ended", "valid_from": "2010", "valid_to": "2020"}

PHONE: Raw = {"sv": "Ring 070-123 45 67", "en": "Call"}
TAG: Raw = {"sv": "<b>x</b>", "en": "x"}

CASES = [
    # the file as such
    text("empty", "", "empty-file"),
    text("only a comment", "# nothing\n", "empty-file"),
    text("a list", "- a\n- b\n", "wrong-type"),
    text("a bare word", "hello\n", "wrong-type"),
    text("broken", "meta: {a: 1\nactors: ]\n", "syntax"),
    text("unclosed quote", changed("name: Första", "name: 'Första"), "syntax"),
    text("colon in text", changed("name: Första", "name: Första: en"), "syntax"),
    text("tabs", changed("  - id: forsta", "\t- id: forsta"), "tab"),
    Case("latin-1", TEXT.encode("latin-1"), "not-utf8"),
    Case("utf-16", TEXT.encode("utf-16"), "not-utf8"),
    Case("nul byte", TEXT.encode().replace(b"Andra", b"An\x00dra", 1), "control-character"),
    Case("escape sequence", TEXT.encode().replace(b"Andra", b"\x1b[2J", 1), "control-character"),
    text("two documents", TEXT + "---\n" + TEXT, "several-documents"),
    text("python tag", changed("id: forsta", "id: !!python/object/apply:os.system [x]"), "tag"),
    text("own tag", changed("id: forsta", "id: !secret forsta"), "tag"),
    text("alias", changed("id: andra", "id: *x"), "alias"),
    text("anchor", changed("id: andra", "id: &x andra"), "anchor"),
    text("merge key", changed("id: andra", "<<: {a: b}\n    id: andra"), "merge-key"),
    text("duplicate key", changed("id: andra", "id: andra\n    id: fjarde"), "duplicate-key"),
    text("duplicate section", TEXT + "actors: []\n", "duplicate-key"),
    text("deep nesting", "meta: " + "[" * 100_000, "too-deep"),
    text("10 MB of text", changed("name: Första", "name: " + "A" * 10_000_000), "too-large"),
    text("half a character", changed("name: Första", "name: \ud800"), "not-utf8"),
    text("escaped half", changed("name: Första aktören", 'name: "\\ud800"'), "syntax"),
    text("unknown section", TEXT + "secrets: 1\n", "unknown-key", "secrets"),
    text("no meta", TEXT[TEXT.index("actors:") :], "missing-field", "meta"),
    text("no actors", TEXT[: TEXT.index("actors:")], "missing-field", "actors"),
    text("actors as mapping", TEXT[: TEXT.index("actors:")] + "actors: {a: 1}\n", "wrong-type"),
    text("no actor at all", TEXT[: TEXT.index("actors:")] + "actors: []\n", "empty-value"),
    text("cut off at a number sign", changed("name: Första", "name: Första #1"), "cut-text"),
    text(
        "unfinished merge",
        changed("  - id: andra", "<<<<<<< HEAD\n  - id: andra"),
        "merge-conflict",
    ),
    text("empty actors", TEXT[: TEXT.index("actors:")] + "actors:\n", "wrong-type"),
    text("meta as list", "meta: []\n" + TEXT[TEXT.index("actors:") :], "wrong-type"),
    text("actor as text", TEXT + "  - just text\n", "wrong-type"),
    text("actor as nothing", TEXT + "  -\n", "wrong-type"),
    # keys and types
    first("unknown key", put("phase", value="ide"), "unknown-key", "phase"),
    first("missing key", lambda a: a.pop("kind"), "missing-field", "kind"),
    first("missing id", lambda a: a.pop("id"), "missing-field", "id"),
    first("list for text", put("name", value=["a"]), "wrong-type", "name"),
    first("text for list", put("aliases", value="a"), "wrong-type", "aliases"),
    first("mapping for list", put("offices", value={"id": "a"}), "wrong-type", "offices"),
    first("list for mapping", put("service_area", value=["county"]), "wrong-type", "service_area"),
    first("text for both languages", put("summary", value="a"), "wrong-type", "summary"),
    first("one language", put("summary", value={"sv": "a"}), "missing-field", "summary.en"),
    first("null for text", put("name", value=None), "wrong-type", "name"),
    first("word for truth value", put("municipal", value="no"), "wrong-type", "municipal"),
    first("number for truth value", put("municipal", value=1), "wrong-type", "municipal"),
    first("truth value for answer", put("in_2022", value=True), "not-in-vocabulary", "in_2022"),
    first("date as number", put("valid_from", value=2023), "wrong-type", "valid_from"),
    first("date in words", put("valid_from", value="i våras"), "bad-date", "valid_from"),
    first("Swedish date", put("valid_from", value="1/6 2023"), "bad-date", "valid_from"),
    first("no such day", put("valid_from", value="2023-02-30"), "bad-date", "valid_from"),
    first("month 13", put("valid_from", value="2023-13"), "bad-date", "valid_from"),
    first("year 0", put("valid_from", value="0000"), "bad-date", "valid_from"),
    first("Arabic digits", put("valid_from", value="٢٠٢٣"), "bad-date", "valid_from"),
    first(
        "code as number",
        put("offices", 0, "municipality", value=2480),
        "wrong-type",
        "offices.0.municipality",
    ),
    first(
        "code of another county",
        put("offices", 0, "municipality", value="0180"),
        "unknown-municipality",
        "offices.0.municipality",
    ),
    first(
        "name for code",
        put("offices", 0, "municipality", value="Umeå"),
        "bad-code",
        "offices.0.municipality",
    ),
    first("unknown phase", put("offers", 0, "phases", value=["idé"]), "not-in-vocabulary"),
    first("unknown kind", put("kind", value="Company"), "not-in-vocabulary", "kind"),
    first("bad id", put("id", value="Första_Aktören"), "bad-id", "id"),
    first("path as id", put("id", value="../../etc/passwd"), "bad-id", "id"),
    first("id with line break", put("id", value="forsta\n"), "bad-id", "id"),
    first("empty name", put("name", value=""), "empty-value", "name"),
    first("blank name", put("name", value=" "), "stray-space", "name"),
    first("long name", put("name", value="a" * 161), "too-long", "name"),
    first("no offers", put("offers", value=[]), "empty-value", "offers"),
    first("empty sources", put("sources", value=[]), "missing-source", "sources"),
    first("missing sources", lambda a: a.pop("sources"), "missing-source", "sources"),
    first("script address", put("homepage", value="javascript:alert(1)"), "bad-address"),
    *(
        first(f"homepage {url}", put("homepage", value=url), code, "homepage")
        for url, code in (
            ("https://https://www.example.org", "bad-address"),
            ("https:///path", "bad-address"),
            ("https://x", "bad-address"),
            ("https://example.org:99999999", "bad-address"),
            ("https://example.org:0", "bad-address"),
            ("https://127.0.0.1", "bad-address"),
            ("https://[::1", "bad-address"),
            ("https://example..org", "bad-address"),
            ("https://ex\ufffdmpel.se", "invisible-character"),
        )
    ),
    first("address with quote", put("homepage", value='https://a.se/"x'), "bad-address"),
    # numbers
    first("nan", put("offices", 0, "lat", value=float("nan")), "not-finite", "offices.0.lat"),
    first("inf", put("offices", 0, "lon", value=float("inf")), "not-finite", "offices.0.lon"),
    first("latitude 91", put("offices", 0, "lat", value=91.0), "out-of-range", "offices.0.lat"),
    first("metres for degrees", put("offices", 0, "lat", value=7085000), "out-of-range"),
    first("decimal comma", put("offices", 0, "lat", value="63,8"), "wrong-type", "offices.0.lat"),
    first("huge number", put("offices", 0, "lon", value=10**400), "not-finite"),
    first("no metres", put("offices", 0, "uncertainty_m", value=0), "out-of-range"),
    first("half metres", put("offices", 0, "uncertainty_m", value=1.5), "wrong-type"),
    # places
    first(
        "swapped",
        lambda a: a["offices"][0].update(lat=20.263, lon=63.826),
        "swapped-coordinates",
        "offices.0.lat",
    ),
    first(
        "in the sea",
        lambda a: a["offices"][0].update(lat=63.0, lon=22.0),
        "office-outside-county",
        "offices.0.lat",
    ),
    first(
        "in another municipality",
        put("offices", 0, "municipality", value="2401"),
        "office-in-other-municipality",
        "offices.0.lat",
    ),
    first(
        "no municipality, no outside block",
        put("offices", 0, "municipality", value=None),
        "outside-block",
        "offices.0.outside",
    ),
    first(
        "municipality and outside block",
        put("offices", 0, "outside", value=OUTSIDE),
        "outside-block",
        "offices.0.outside",
    ),
    first(
        "outside, but the point is inside",
        lambda a: a["offices"][0].update(municipality=None, outside=OUTSIDE),
        "outside-office-inside",
        "offices.0.lat",
    ),
    first(
        "actor of the county with an office outside",
        lambda a: a["offices"][0].update(municipality=None, outside=OUTSIDE, lat=65.58, lon=22.15),
        "outside-county",
        "offices.0.municipality",
    ),
    first(
        "actor outside the county with an office inside",
        put("outside_county", value=True),
        "outside-county",
        "offices.0.municipality",
    ),
    first(
        "office id twice",
        put("offices", 1, "id", value="kontor-2480"),
        "reused-office-id",
        "offices.1.id",
    ),
    first(
        "no municipalities",
        put("service_area", "scope", value="municipalities"),
        "service-area-empty",
        "service_area.municipalities",
    ),
    first(
        "municipalities for the county",
        put("service_area", "municipalities", value=["2480"]),
        "service-area-list",
        "service_area.municipalities",
    ),
    first(
        "unknown municipality served",
        put("service_area", value={"scope": "municipalities", "municipalities": ["9999"]}),
        "missing-field",
        "service_area.basis",
    ),
    # time
    first(
        "dates reversed",
        lambda a: a.update(ENDED, valid_from="2021"),
        "dates-reversed",
        "valid_to",
    ),
    first(
        "office dates reversed",
        lambda a: a["offices"][0].update(valid_from="2021-05", valid_to="2021-04-30"),
        "dates-reversed",
        "offices.0.valid_to",
    ),
    first(
        "office outlives its actor",
        lambda a: a.update(ENDED, offices=[a["offices"][0] | {"valid_to": "2021"}]),
        "office-outlives-actor",
        "offices.0.valid_to",
    ),
    first("ended without date", put("status", value="ended"), "ended-without-date", "valid_to"),
    first("confirmed tomorrow", put("last_confirmed", value="2025-09-02"), "future-date"),
    first("seen next year", put("last_evidence", value="2026"), "future-date", "last_evidence"),
    first(
        "source of the future",
        put("sources", 0, "year", value="2031"),
        "future-date",
        "sources.0.year",
    ),
    first("begins in the future", put("valid_from", value="2026"), "future-date", "valid_from"),
    # links and lists
    first("reused id", put("id", value="andra"), "reused-id"),
    first("unresolved successor", put("successor", value="andre"), "unresolved-link", "successor"),
    first("own successor", put("successor", value="forsta"), "link-to-itself", "successor"),
    first("unresolved same_as", put("same_as", value="ingen"), "unresolved-link", "same_as"),
    first(
        "all beside areas",
        put("strength_areas", "areas", value=["all", "livsmedel"]),
        "all-beside-areas",
        "strength_areas.areas",
    ),
    first(
        "phase twice",
        put("offers", 0, "phases", value=["ide", "ide"]),
        "duplicate-value",
        "offers.0.phases.1",
    ),
    first("alias twice", put("aliases", value=["a", "b", "a"]), "duplicate-value", "aliases.2"),
    first("offer twice", lambda a: a["offers"].extend(a["offers"]), "duplicate-offer", "offers.1"),
    # the written rules
    first("core without own offer", put("own_offer", value="no"), "scope-against-rule", "scope"),
    first("core for others", put("to_innovators", value="unknown"), "scope-against-rule", "scope"),
    first("core, municipal", put("municipal", value=True), "scope-against-rule", "scope"),
    first("core, status unknown", put("status", value="unknown"), "scope-against-rule", "scope"),
    first("core, planned", put("status", value="planned"), "scope-against-rule", "scope"),
    first("adjacent by mistake", put("scope", value="adjacent"), "scope-against-rule", "scope"),
    first(
        "core, ended long ago",
        lambda a: a.update(ENDED, last_evidence="2019"),
        "scope-against-rule",
        "scope",
    ),
    first("active since 2020", put("last_evidence", value="2020-12"), "active-without-evidence"),
    first("active, no evidence", put("last_evidence", value=None), "active-without-evidence"),
    first(
        "known without basis",
        put("offers", 0, "delivery_basis", "office", value=None),
        "delivery-basis",
        "offers.0.delivery_basis.office",
    ),
    first(
        "basis of nothing",
        put("offers", 0, "delivery_basis", "visit", value="editorial"),
        "delivery-basis",
        "offers.0.delivery_basis.visit",
    ),
    first(
        "source without claim",
        put("offers", 0, "delivery_basis", "office", value="source"),
        "delivery-basis",
        "offers.0.delivery_basis.office",
    ),
    first(
        "assumed visit",
        lambda a: (
            a["offers"][0]["delivery"].update(visit="offered"),
            a["offers"][0]["delivery_basis"].update(visit="assumed"),
        ),
        "delivery-basis",
        "offers.0.delivery_basis.visit",
    ),
    first(
        "assumed office without any",
        lambda a: (
            a.update(offices=[]),
            a["offers"][0]["delivery_basis"].update(office="assumed"),
        ),
        "delivery-basis",
        "offers.0.delivery_basis.office",
    ),
    first(
        "general knowledge for a way of help",
        put("offers", 0, "delivery_basis", "office", value="general_knowledge"),
        "delivery-basis",
    ),
    first(
        "unknown basis",
        put("offers", 0, "delivery_basis", "office", value="hearsay"),
        "not-in-vocabulary",
    ),
    first("basis as text", put("offers", 0, "delivery_basis", value="source"), "wrong-type"),
    first(
        "office of 2019 as source",
        put("offices", 0, "last_evidence", value="2019-12-31"),
        "office-basis",
        "offices.0.basis",
    ),
    first(
        "office without a page",
        put("offices", 0, "last_evidence", value=None),
        "office-basis",
        "offices.0.basis",
    ),
    first("office seen tomorrow", put("offices", 0, "last_evidence", value="2031"), "future-date"),
    first("checked tomorrow", put("last_checked", value="2025-09-02"), "future-date"),
    first("checked in words", put("last_checked", value="nyss"), "bad-date", "last_checked"),
    first("successor of the living", put("successor", value="andra"), "successor-of-living"),
    # the new fields
    first("unknown group", put("target_groups", value=["everybody"]), "not-in-vocabulary"),
    first("group as text", put("target_groups", value="student"), "wrong-type", "target_groups"),
    first("group twice", put("target_groups", value=["young", "young"]), "duplicate-value"),
    first("unknown cost", put("cost", value=["cheap"]), "not-in-vocabulary"),
    first("sum as cost", put("cost", value=[500]), "not-in-vocabulary"),
    first("cost twice", put("cost", value=["free", "free"]), "duplicate-value", "cost.1"),
    first("eligibility as text", put("eligibility", value="alla"), "wrong-type", "eligibility"),
    first("eligibility in one language", put("eligibility", value={"sv": "a"}), "missing-field"),
    first("how to apply with a number", put("how_to_apply", value=PHONE), "personal-data"),
    first("how to apply with a tag", put("how_to_apply", value=TAG), "html"),
    first("contact by mail", put("contact_url", value="mailto:a@example.org"), "bad-address"),
    first("contact without host", put("contact_url", value="https:///kontakt"), "bad-address"),
    first("contact on a bad port", put("contact_url", value="https://a.se:99999"), "bad-address"),
    first("contact as a list", put("contact_url", value=["https://a.se"]), "wrong-type"),
    first("funding as text", put("funding", value="EU"), "wrong-type", "funding"),
    first("funding without end", put("funding", value={"source": TAG}), "missing-field"),
    first(
        "funding until whenever",
        put("funding", value={"source": {"sv": "a", "en": "b"}, "until": "snart"}),
        "bad-date",
        "funding.until",
    ),
    first(
        "funding with an unknown key",
        put("funding", value={"source": {"sv": "a", "en": "b"}, "until": None, "sum": 1}),
        "unknown-key",
    ),
    text(
        "cut eligibility",
        changed("    summary:", "    how_to_apply: Ring #1\n    summary:"),
        "cut-text",
    ),
    # texts
    named("script in a name", "html", "<script>alert(1)</script>"),
    named("image in a name", "html", "A<img src=x onerror=alert(1)>"),
    named("comment in a name", "html", "A<!-- x"),
    first("tag in a note", put("note", value={"sv": "</div>", "en": "a"}), "html", "note.sv"),
    first("tag in a key", put("<b>", value=1), "html", "<b>"),
    named("right-to-left override", "invisible-character", "Första \u202egpj.exe"),
    named("zero width", "invisible-character", "För\u200bsta"),
    named("byte order mark inside", "invisible-character", "För\ufeffsta"),
    named("line break in a name", "invisible-character", "Första\naktören"),
    named("bell", "invisible-character", "Första\x07"),
    named("decomposed letters", "decomposed-letters", "Fo\u0308rsta"),
    named("e-mail in a name", "personal-data", "info@example.org"),
    named("mobile in a name", "personal-data", "Ring 070-123 45 67"),
    named("mobile without gaps", "personal-data", "Ring +46701234567"),
    named("land line", "personal-data", "Ring 090-12 34 56"),
    named("Stockholm number", "personal-data", "Ring 08-123 456 78"),
    named("number from abroad", "personal-data", "Ring +46 (0)90 12 34 56"),
    named("identity number", "personal-data", "19800101-1234"),
    named("identity number, over 100", "personal-data", "Nr 190101+1234"),
    first(
        "e-mail deep inside",
        put("sources", 0, "supports", value={"sv": "Fråga anna.berg@example.org", "en": "b"}),
        "personal-data",
        "sources.0.supports.sv",
    ),
    first("e-mail as a key", put("anna@example.org", value=1), "personal-data"),
    first("e-mail in an address", put("homepage", value="https://a.se/?m=b@c.se"), "personal-data"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_x10_a_bad_file_is_refused_with_its_fault_and_never_half_loads(
    tmp_path: Path, case: Case
) -> None:
    path = tmp_path / "actors.yaml"
    path.write_bytes(case.content)
    result = check(path)
    assert result.register is None
    found = [fault for fault in errors(result) if fault.code == case.code]
    assert found, [str(fault) for fault in result.faults]
    if case.field is not None:
        assert case.field in {fault.field for fault in found}
    if case.record is not None:
        assert case.record in {fault.record for fault in found}
    for fault in errors(result):
        assert fault.file == str(path)
        assert fault.line is not None or case.code == "too-large"
        assert fault.reason.endswith(".")
        assert fault.action[-1] in ".?"
        assert len(str(fault)) < 1000
        assert str(fault).isprintable()
    with pytest.raises(RegisterFaults) as caught:
        load_register(path, municipality_at=municipality_at, today=TODAY)
    assert caught.value.faults == result.faults


def test_there_are_at_least_45_hostile_files_each_with_a_name_of_its_own() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 45


def test_the_good_register_loads_and_only_what_is_unknown_is_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "actors.yaml"
    path.write_text(TEXT, encoding="utf-8")
    result = check(path)
    assert result.register == REGISTER
    assert {fault.code for fault in result.faults} == {"delivery-unknown"}


def test_a_byte_order_mark_and_windows_line_breaks_are_tolerated(tmp_path: Path) -> None:
    path = tmp_path / "actors.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())
    assert check(path).register == REGISTER


@pytest.mark.parametrize("name", ["Färre än < 10", "A <3 B", "a > b & c", "Café \u00a0 ”å”"])
def test_signs_that_only_look_like_html_are_allowed(tmp_path: Path, name: str) -> None:
    raw = copy.deepcopy(RAW)
    raw["actors"][0]["name"] = name
    path = tmp_path / "actors.yaml"
    path.write_text(dump_yaml(raw), encoding="utf-8")
    assert check(path).register is not None


def test_x10_missing_files_and_folders_are_named(tmp_path: Path) -> None:
    assert [fault.code for fault in check(tmp_path / "gone.yaml").faults] == ["missing-file"]
    assert [fault.code for fault in check(tmp_path).faults] == ["directory"]


def test_x10_50_mb_of_nesting_is_refused_without_being_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "actors.yaml"
    path.write_bytes(b"meta: " + b"[" * 50_000_000)

    def refuse(*_: object, **__: object) -> None:
        pytest.fail("the file was opened")

    monkeypatch.setattr(Path, "open", refuse)
    assert [fault.code for fault in check(path).faults] == ["too-large"]


def test_x10_an_alias_bomb_is_refused_without_being_expanded(tmp_path: Path) -> None:
    bomb = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 25))
    path = tmp_path / "actors.yaml"
    path.write_text(f"l0: &l0 lol\n{bomb}\n{TEXT}", encoding="utf-8")
    assert {fault.code for fault in errors(check(path))} == {"anchor", "alias", "unknown-key"}


def line_of(content: str, wanted: str, *, after: str) -> int:
    """Return the line of the first passage after another."""
    start = content.index(after)
    return content.count("\n", 0, content.index(wanted, start)) + 1


def test_x10_faults_of_several_records_come_all_at_once_with_their_lines(tmp_path: Path) -> None:
    raw = copy.deepcopy(RAW)
    one, two, three = raw["actors"]
    one["kind"] = "firma"
    one["offices"][1]["lat"] = float("nan")
    one["summary"]["sv"] = "Skriv till info@example.org"
    two["successor"] = "ingen"
    two["status"] = "ended"
    two["fases"] = []
    del three["scope"]
    three["offices"][0]["municipality"] = 2480
    content = "# header\n" + dump_yaml(raw)
    path = tmp_path / "actors.yaml"
    path.write_text(content, encoding="utf-8")
    result = check(path)
    found = [(fault.record, fault.field, fault.code, fault.line) for fault in errors(result)]
    a, b, c = ("- id: forsta", "- id: andra", "- id: tredje")
    second_office = content.index("- id: kontor-2462")
    assert found == [
        ("forsta", "kind", "not-in-vocabulary", line_of(content, "kind:", after=a)),
        ("forsta", "summary.sv", "personal-data", line_of(content, "sv:", after=a)),
        (
            "forsta",
            "offices.1.lat",
            "not-finite",
            content.count("\n", 0, content.index("lat:", second_office)) + 1,
        ),
        ("andra", "successor", "unresolved-link", line_of(content, "successor:", after=b)),
        ("andra", "fases", "unknown-key", line_of(content, "fases:", after=b)),
        ("tredje", "scope", "missing-field", line_of(content, c, after=c)),
        (
            "tredje",
            "offices.0.municipality",
            "wrong-type",
            line_of(content, "municipality: 2480", after=c),
        ),
    ]
    assert result.register is None


def test_personal_data_is_never_repeated_in_a_message(tmp_path: Path) -> None:
    secrets = ["anna.berg@example.org", "070-123 45 67", "19800101-1234"]
    for secret in secrets:
        for change in (
            put("name", value=f"{secret} {'x' * 200}"),
            put("name", value=f"<b>{'x' * 50} {secret}"),
            put("kind", value=f"{'x' * 50} {secret}"),
            put("kind", value=secret),
            put("id", value=secret),
            put("homepage", value=secret),
            put(secret, value=1),
            put("successor", value=secret),
            put("name", value=f"<b>{secret}"),
        ):
            raw = copy.deepcopy(RAW)
            change(raw["actors"][0])
            path = tmp_path / "actors.yaml"
            path.write_text(dump_yaml(raw), encoding="utf-8")
            result = check(path)
            assert result.register is None
            words = "\n".join(map(str, result.faults)).replace(str(path), "")
            assert secret[:8] not in words
        for key in (secret, f"{'x' * 52} {secret}"):
            path.write_text(f"{TEXT}{key}: 1\n{key}: 2\n", encoding="utf-8")
            result = check(path)
            assert "duplicate-key" in {fault.code for fault in result.faults}
            words = "\n".join(map(str, result.faults)).replace(str(path), "")
            assert secret[:8] not in words


def test_a_text_of_megabytes_is_searched_in_linear_time(tmp_path: Path) -> None:
    path = tmp_path / "actors.yaml"
    for sign in ("a", "a.", "0", "07", "a@", "- ", "<"):
        path.write_text(changed("name: Första", f"name: {sign * (1_000_000 // len(sign))}a"))
        assert check(path).register is None


def test_any_value_at_any_place_gives_faults_or_a_register_and_never_another_error(
    tmp_path: Path,
) -> None:
    values: list[Any] = [None, True, 0, -1.5, float("nan"), "", "x", "2480", [], {}, [[]], [None]]
    values += [{"id": 1}, 10**30, "\u202e", "2023", ["2480", "2480"], [{}], {"sv": 1}]
    path = tmp_path / "actors.yaml"
    places = list(_places(RAW))
    random = Random(1)
    for _ in range(400):
        raw = copy.deepcopy(RAW)
        for place in random.sample(places, random.randint(1, 3)):
            with contextlib.suppress(KeyError, IndexError, TypeError):
                put(*place, value=random.choice(values))(raw)
        path.write_text(dump_yaml(raw), encoding="utf-8")
        result = check(path)
        assert (result.register is None) == any(fault.is_error for fault in result.faults)


def test_a_file_cut_off_or_changed_at_any_byte_gives_faults_or_a_register(tmp_path: Path) -> None:
    path = tmp_path / "actors.yaml"
    content = TEXT.encode()
    random = Random(2)
    for _ in range(300):
        at = random.randrange(len(content))
        damage = bytes(random.choices(range(256), k=random.randint(0, 3)))
        rest = content[at + random.randint(0, 3) :] if random.random() < 0.7 else b""
        path.write_bytes(content[:at] + damage + rest)
        result = check(path)
        assert (result.register is None) == any(fault.is_error for fault in result.faults)


def _places(value: Any) -> Iterator[tuple[str | int, ...]]:
    parts = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in parts:
        yield (key,)
        if isinstance(part, dict | list):
            yield from ((key, *rest) for rest in _places(part))


def test_a_circle_of_successors_is_named_at_each_of_its_records(tmp_path: Path) -> None:
    raw = copy.deepcopy(RAW)
    for actor, successor in zip(raw["actors"], ("andra", "forsta", "andra"), strict=True):
        actor.update(ENDED, last_evidence="2021", valid_to="2021", successor=successor)
        actor["scope"] = "core"
    path = tmp_path / "actors.yaml"
    path.write_text(dump_yaml(raw), encoding="utf-8")
    assert [(fault.record, fault.code) for fault in errors(check(path))] == [
        ("forsta", "circular-link"),
        ("andra", "circular-link"),
    ]


def test_a_link_to_a_record_that_has_a_fault_of_its_own_is_not_called_broken(
    tmp_path: Path,
) -> None:
    raw = copy.deepcopy(RAW)
    raw["actors"][0]["same_as"] = "andra"
    raw["actors"][1]["kind"] = "firma"
    path = tmp_path / "actors.yaml"
    path.write_text(dump_yaml(raw), encoding="utf-8")
    assert [fault.code for fault in errors(check(path))] == ["not-in-vocabulary"]


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        (put("last_confirmed", value=None), "not-confirmed", "last_confirmed"),
        (put("last_confirmed", value="2024-08-31"), "not-confirmed", "last_confirmed"),
        (put("offices", 0, "precision", value="town"), "town-level-point", "offices.0.precision"),
        (
            lambda a: (
                a["offers"][0]["delivery"].update(phone="unknown"),
                a["offers"][0]["delivery_basis"].update(phone=None),
            ),
            "delivery-unknown",
            "offers",
        ),
        (put("homepage", value="http://a.se"), "homepage-not-https", "homepage"),
        (put("homepage", value=None), "homepage-missing", "homepage"),
        (lambda a: a.update(status="unknown", scope="adjacent"), "status-unknown", "status"),
        (put("confidence", value="partial"), "not-verified", "confidence"),
        (put("valid_to", value="2024"), "status-against-dates", "status"),
        (put("name", value="ANDRA aktoren AB"), "alike-names", "name"),
        (put("homepage", value="https://www.andra.example/"), "same-homepage", "homepage"),
    ],
)
def test_what_is_doubtful_is_a_warning_and_the_register_still_loads(
    tmp_path: Path, change: Callable[[Raw], object], code: str, field: str
) -> None:
    raw = copy.deepcopy(RAW)
    for actor in raw["actors"]:
        modes = ("visit", "digital", "phone")
        actor["offers"][0]["delivery"].update(dict.fromkeys(modes, "offered"))
        actor["offers"][0]["delivery_basis"].update(dict.fromkeys(modes, "editorial"))
    change(raw["actors"][0])
    path = tmp_path / "actors.yaml"
    path.write_text(dump_yaml(raw), encoding="utf-8")
    result = check(path)
    assert result.register is not None
    assert {fault.severity for fault in result.faults} == {Severity.WARNING}
    assert code in {fault.code for fault in result.faults}
    if code not in {"alike-names", "same-homepage"}:
        assert [(f.record, f.field) for f in result.faults if f.code == code] == [("forsta", field)]


def test_confirmed_exactly_12_months_ago_is_still_confirmed(tmp_path: Path) -> None:
    path = tmp_path / "actors.yaml"
    path.write_text(TEXT.replace("'2025-06-01'", "'2024-09-01'"), encoding="utf-8")
    assert "not-confirmed" not in {fault.code for fault in check(path).faults}


def test_without_a_territory_offices_are_checked_in_every_other_way(tmp_path: Path) -> None:
    raw = copy.deepcopy(RAW)
    raw["actors"][0]["offices"][0].update(municipality="2401")
    raw["actors"][0]["offices"][1].update(lat=20.0, lon=64.0)
    path = tmp_path / "actors.yaml"
    path.write_text(dump_yaml(raw), encoding="utf-8")
    found = check_register(path, today=TODAY)
    assert [fault.code for fault in errors(found)] == ["swapped-coordinates"]


def test_two_offers_of_one_kind_for_different_phases_are_allowed(tmp_path: Path) -> None:
    raw = copy.deepcopy(RAW)
    other = json.loads(make_offer(phases=()).model_dump_json())
    raw["actors"][0]["offers"].append(other)
    path = tmp_path / "actors.yaml"
    path.write_text(dump_yaml(raw), encoding="utf-8")
    assert check(path).register is not None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (put("offers", 0, "phases", value=["Idé"]), "not-in-vocabulary"),
        (put("sources", 0, "url", value="exempel"), "bad-address"),
        (put("offers", 0, "delivery", "phone", value="x"), "not-in-vocabulary"),
    ],
)
def test_F10_one_fault_is_said_once(
    tmp_path: Path, change: Callable[[Raw], object], code: str
) -> None:
    raw = copy.deepcopy(RAW)
    change(raw["actors"][0])
    path = tmp_path / "actors.yaml"
    path.write_text(dump_yaml(raw), encoding="utf-8")
    assert [fault.code for fault in errors(check(path))] == [code]


def test_F16_a_record_that_cannot_be_read_hides_no_fault_and_causes_none(tmp_path: Path) -> None:
    raw = copy.deepcopy(RAW)
    raw["actors"][0].update(same_as="andra", kind="firma")
    content = dump_yaml(raw).replace("name: Andra", "name: 'Andra")
    path = tmp_path / "actors.yaml"
    path.write_text(content, encoding="utf-8")
    assert [fault.code for fault in errors(check(path))] == ["not-in-vocabulary", "syntax"]
