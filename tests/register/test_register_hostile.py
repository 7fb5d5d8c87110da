"""Hostile and careless register files: each is refused with the right fault, none half-loads."""

from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
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


def check_raw(folder: Path, raw: Raw) -> CheckResult:
    """Return what is found in a register that is written into a folder."""
    path = folder / "actors.yaml"
    path.write_text(dump_yaml(raw), encoding="utf-8")
    return check(path)


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
    inside: str = ""


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


def at(name: str, path: str, value: Any, code: str) -> Case:
    """Return a case with one value of the first actor set; the fault may lie in it, or inside."""
    parts = [int(part) if part.isdigit() else part for part in path.split(".")]
    case = first(name, put(*parts, value=value), code, None)
    return replace(case, inside=path)


def several(name: str, values: Mapping[str, Any], code: str, field: str) -> Case:
    """Return a case with several values of the first actor set, each by its path."""

    def change(actor: Raw) -> None:
        for path, value in values.items():
            put(*(int(part) if part.isdigit() else part for part in path.split(".")), value=value)(
                actor
            )

    return first(name, change, code, field)


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

ABROAD: Raw = {"offices.0.municipality": None, "offices.0.outside": OUTSIDE}
PHONE: Raw = {"sv": "Ring 070-123 45 67", "en": "Call"}
BOTH: Raw = {"sv": "a", "en": "b"}
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
    text("F1 no actor at all", TEXT[: TEXT.index("actors:")] + "actors: []\n", "empty-value"),
    text("F11 cut off at a number sign", changed("name: Första", "name: Första #1"), "cut-text"),
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
    at("unknown key", "phase", "ide", "unknown-key"),
    first("missing key", lambda a: a.pop("kind"), "missing-field", "kind"),
    first("missing id", lambda a: a.pop("id"), "missing-field", "id"),
    at("list for text", "name", ["a"], "wrong-type"),
    at("text for list", "aliases", "a", "wrong-type"),
    at("mapping for list", "offices", {"id": "a"}, "wrong-type"),
    at("list for mapping", "service_area", ["county"], "wrong-type"),
    at("text for both languages", "summary", "a", "wrong-type"),
    first("one language", put("summary", value={"sv": "a"}), "missing-field", "summary.en"),
    at("null for text", "name", None, "wrong-type"),
    at("word for truth value", "municipal", "no", "wrong-type"),
    at("number for truth value", "municipal", 1, "wrong-type"),
    at("truth value for answer", "in_2022", True, "not-in-vocabulary"),
    at("date as number", "valid_from", 2023, "wrong-type"),
    at("date in words", "valid_from", "i våras", "bad-date"),
    at("Swedish date", "valid_from", "1/6 2023", "bad-date"),
    at("no such day", "valid_from", "2023-02-30", "bad-date"),
    at("month 13", "valid_from", "2023-13", "bad-date"),
    at("year 0", "valid_from", "0000", "bad-date"),
    at("Arabic digits", "valid_from", "٢٠٢٣", "bad-date"),
    at("code as number", "offices.0.municipality", 2480, "wrong-type"),
    at("code of another county", "offices.0.municipality", "0180", "unknown-municipality"),
    at("name for code", "offices.0.municipality", "Umeå", "bad-code"),
    at("unknown phase", "offers.0.phases", ["idé"], "not-in-vocabulary"),
    at("unknown kind", "kind", "Company", "not-in-vocabulary"),
    at("bad id", "id", "Första_Aktören", "bad-id"),
    at("path as id", "id", "../../etc/passwd", "bad-id"),
    at("id with line break", "id", "forsta\n", "bad-id"),
    at("empty name", "name", "", "empty-value"),
    at("blank name", "name", " ", "stray-space"),
    at("long name", "name", "a" * 161, "too-long"),
    at("no offers", "offers", [], "empty-value"),
    at("empty sources", "sources", [], "missing-source"),
    first("missing sources", lambda a: a.pop("sources"), "missing-source", "sources"),
    at("script address", "homepage", "javascript:alert(1)", "bad-address"),
    *(
        first(f"F17 {field} {url}", put(field, value=url), code, field)
        for field in ("homepage", "contact_url")
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
    at("address with quote", "homepage", 'https://a.se/"x', "bad-address"),
    # numbers
    at("nan", "offices.0.lat", float("nan"), "not-finite"),
    at("inf", "offices.0.lon", float("inf"), "not-finite"),
    at("latitude 91", "offices.0.lat", 91.0, "out-of-range"),
    at("metres for degrees", "offices.0.lat", 7085000, "out-of-range"),
    at("decimal comma", "offices.0.lat", "63,8", "wrong-type"),
    at("huge number", "offices.0.lon", 10**400, "not-finite"),
    at("no metres", "offices.0.uncertainty_m", 0, "out-of-range"),
    at("half metres", "offices.0.uncertainty_m", 1.5, "wrong-type"),
    # places
    several(
        "swapped",
        {"offices.0.lat": 20.263, "offices.0.lon": 63.826},
        "swapped-coordinates",
        "offices.0.lat",
    ),
    several(
        "in the sea",
        {"offices.0.lat": 63.0, "offices.0.lon": 22.0},
        "office-outside-county",
        "offices.0.lat",
    ),
    several(
        "in another municipality",
        {"offices.0.municipality": "2401"},
        "office-in-other-municipality",
        "offices.0.lat",
    ),
    several(
        "no municipality, no outside block",
        {"offices.0.municipality": None},
        "outside-block",
        "offices.0.outside",
    ),
    at("municipality and outside block", "offices.0.outside", OUTSIDE, "outside-block"),
    several("outside, but the point is inside", ABROAD, "outside-office-inside", "offices.0.lat"),
    several(
        "actor of the county with an office outside",
        ABROAD | {"offices.0.lat": 65.58, "offices.0.lon": 22.15},
        "outside-county",
        "offices.0.municipality",
    ),
    several(
        "actor outside the county with an office inside",
        {"outside_county": True},
        "outside-county",
        "offices.0.municipality",
    ),
    at("office id twice", "offices.1.id", "kontor-2480", "reused-office-id"),
    several(
        "no municipalities",
        {"service_area.scope": "municipalities"},
        "service-area-empty",
        "service_area.municipalities",
    ),
    at("one for the county", "service_area.municipalities", ["2480"], "service-area-list"),
    several(
        "unknown municipality served",
        {"service_area": {"scope": "municipalities", "municipalities": ["9999"]}},
        "missing-field",
        "service_area.basis",
    ),
    # time
    several("dates reversed", ENDED | {"valid_from": "2021"}, "dates-reversed", "valid_to"),
    several(
        "office dates reversed",
        {"offices.0.valid_from": "2021-05", "offices.0.valid_to": "2021-04-30"},
        "dates-reversed",
        "offices.0.valid_to",
    ),
    several(
        "office outlives its actor",
        ENDED | {"offices.0.valid_to": "2021"},
        "office-outlives-actor",
        "offices.0.valid_to",
    ),
    first("ended without date", put("status", value="ended"), "ended-without-date", "valid_to"),
    at("confirmed tomorrow", "last_confirmed", "2025-09-02", "future-date"),
    at("seen next year", "last_evidence", "2026", "future-date"),
    at("source of the future", "sources.0.year", "2031", "future-date"),
    at("begins in the future", "valid_from", "2026", "future-date"),
    # links and lists
    at("reused id", "id", "andra", "reused-id"),
    at("unresolved successor", "successor", "andre", "unresolved-link"),
    at("own successor", "successor", "forsta", "link-to-itself"),
    at("unresolved same_as", "same_as", "ingen", "unresolved-link"),
    at("all beside areas", "strength_areas.areas", ["all", "livsmedel"], "all-beside-areas"),
    several(
        "phase twice", {"offers.0.phases": ["ide", "ide"]}, "duplicate-value", "offers.0.phases.1"
    ),
    first("alias twice", put("aliases", value=["a", "b", "a"]), "duplicate-value", "aliases.2"),
    first("offer twice", lambda a: a["offers"].extend(a["offers"]), "duplicate-offer", "offers.1"),
    # the written rules
    first("core without own offer", put("own_offer", value="no"), "scope-against-rule", "scope"),
    first("core for others", put("to_innovators", value="unknown"), "scope-against-rule", "scope"),
    first("core, municipal", put("municipal", value=True), "scope-against-rule", "scope"),
    first("core, status unknown", put("status", value="unknown"), "scope-against-rule", "scope"),
    first("core, planned", put("status", value="planned"), "scope-against-rule", "scope"),
    at("adjacent by mistake", "scope", "adjacent", "scope-against-rule"),
    several(
        "core, ended long ago", ENDED | {"last_evidence": "2019"}, "scope-against-rule", "scope"
    ),
    at("active since 2020", "last_evidence", "2020-12", "active-without-evidence"),
    at("active, no evidence", "last_evidence", None, "active-without-evidence"),
    at("known without basis", "offers.0.delivery_basis.office", None, "delivery-basis"),
    at("basis of nothing", "offers.0.delivery_basis.visit", "editorial", "delivery-basis"),
    at("source without claim", "offers.0.delivery_basis.office", "source", "delivery-basis"),
    several(
        "assumed visit",
        {"offers.0.delivery.visit": "offered", "offers.0.delivery_basis.visit": "assumed"},
        "delivery-basis",
        "offers.0.delivery_basis.visit",
    ),
    several(
        "assumed office without any",
        {"offices": [], "offers.0.delivery_basis.office": "assumed"},
        "delivery-basis",
        "offers.0.delivery_basis.office",
    ),
    at("known by all", "offers.0.delivery_basis.office", "general_knowledge", "delivery-basis"),
    at("unknown basis", "offers.0.delivery_basis.office", "hearsay", "not-in-vocabulary"),
    at("basis as text", "offers.0.delivery_basis", "source", "wrong-type"),
    several(
        "office of 2019 as source",
        {"offices.0.last_evidence": "2019-12-31"},
        "office-basis",
        "offices.0.basis",
    ),
    several(
        "office without a page",
        {"offices.0.last_evidence": None},
        "office-basis",
        "offices.0.basis",
    ),
    at("office seen tomorrow", "offices.0.last_evidence", "2031", "future-date"),
    at("checked tomorrow", "last_checked", "2025-09-02", "future-date"),
    at("checked in words", "last_checked", "nyss", "bad-date"),
    at("successor of the living", "successor", "andra", "successor-of-living"),
    # the new fields
    at("unknown group", "target_groups", ["everybody"], "not-in-vocabulary"),
    at("group as text", "target_groups", "student", "wrong-type"),
    at("group twice", "target_groups", ["young", "young"], "duplicate-value"),
    at("unknown cost", "cost", ["cheap"], "not-in-vocabulary"),
    at("sum as cost", "cost", [500], "not-in-vocabulary"),
    first("cost twice", put("cost", value=["free", "free"]), "duplicate-value", "cost.1"),
    at("eligibility as text", "eligibility", "alla", "wrong-type"),
    at("eligibility in one language", "eligibility", {"sv": "a"}, "missing-field"),
    at("how to apply with a number", "how_to_apply", PHONE, "personal-data"),
    at("how to apply with a tag", "how_to_apply", TAG, "html"),
    at("contact by mail", "contact_url", "mailto:a@example.org", "bad-address"),
    at("contact as a list", "contact_url", ["https://a.se"], "wrong-type"),
    at("funding as text", "funding", "EU", "wrong-type"),
    at("funding without end", "funding", {"source": TAG}, "missing-field"),
    at("funding until whenever", "funding", {"source": BOTH, "until": "snart"}, "bad-date"),
    at("funding with a sum", "funding", {"source": BOTH, "until": None, "sum": 1}, "unknown-key"),
    text(
        "F11 cut eligibility",
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
    at("e-mail deep inside", "sources.0.supports.sv", "Fråga a.berg@example.org", "personal-data"),
    first("e-mail as a key", put("anna@example.org", value=1), "personal-data"),
    at("e-mail in an address", "homepage", "https://a.se/?m=b@c.se", "personal-data"),
    # offers, offices, sources, statuses: forty more
    at("offer as text", "offers.0", "radgivning", "wrong-type"),
    at("offer as a list", "offers.0", [], "wrong-type"),
    at("service type in words", "offers.0.service_type", "Rådgivning", "not-in-vocabulary"),
    at("two service types", "offers.0.service_type", ["radgivning"], "not-in-vocabulary"),
    at("phases as text", "offers.0.phases", "ide", "wrong-type"),
    at("phases as nothing", "offers.0.phases", None, "wrong-type"),
    at("delivery as a list", "offers.0.delivery", ["office"], "wrong-type"),
    at("delivery in words", "offers.0.delivery.office", "ja", "not-in-vocabulary"),
    at("delivery as truth", "offers.0.delivery.office", True, "not-in-vocabulary"),
    at("delivery of a new kind", "offers.0.delivery.brev", "offered", "unknown-key"),
    at("capacity", "offers.0.capacity", 12, "unknown-key"),
    at("offer basis in words", "offers.0.basis", "gissning", "not-in-vocabulary"),
    at("office as nothing", "offices.0", None, "wrong-type"),
    at("office id with space", "offices.0.id", "kontor 1", "bad-id"),
    at("office id too long", "offices.0.id", "k" * 81, "too-long"),
    at("postcode without gap", "offices.0.postcode", "90330", "bad-postcode"),
    at("postcode as number", "offices.0.postcode", 90330, "wrong-type"),
    at("postcode of letters", "offices.0.postcode", "9O3 30", "bad-postcode"),
    at("precision in words", "offices.0.precision", "ungefär", "not-in-vocabulary"),
    at("negative metres", "offices.0.uncertainty_m", -5, "out-of-range"),
    at("town with a tag", "offices.0.town", "<i>Umeå</i>", "html"),
    at("street with a number to call", "offices.0.street", "Ring 090-12 34 56", "personal-data"),
    at("office note as text", "offices.0.note", "Flyttat", "wrong-type"),
    at("office closes someday", "offices.0.valid_to", "snart", "bad-date"),
    at("address ends in words", "offices.0.address_valid_to", "2024-2025", "bad-date"),
    at("address ends in month 13", "offices.0.address_valid_to", "2024-13", "bad-date"),
    at("source as text", "sources.0", "https://a.se", "wrong-type"),
    at("source without a scheme", "sources.0.url", "www.example.org", "bad-address"),
    at("source by mail", "sources.0.url", "mailto:a@example.org", "bad-address"),
    at("source in one language", "sources.0.supports", {"en": "a"}, "missing-field"),
    at("source with a hidden sign", "sources.0.supports.sv", "a\u200b", "invisible-character"),
    at("status in words", "status", "igång", "not-in-vocabulary"),
    at("status as truth", "status", True, "not-in-vocabulary"),
    at("status note as text", "status_note", "oklart", "wrong-type"),
    at("areas as text", "strength_areas.areas", "livsmedel", "wrong-type"),
    at("area in words", "strength_areas.areas", ["Livsmedel"], "not-in-vocabulary"),
    at("scope of service in words", "service_area.scope", "hela länet", "not-in-vocabulary"),
    at("own offer as truth", "own_offer", True, "not-in-vocabulary"),
    at("own offer left empty", "own_offer", None, "not-in-vocabulary"),
    at("confidence as a share", "confidence", 0.9, "not-in-vocabulary"),
    at("summary with an identity number", "summary.sv", "Nr 19800101-1234", "personal-data"),
    at("checked on no day", "last_checked", "2025-02-30", "bad-date"),
    at("checked as a number", "last_checked", 2025, "wrong-type"),
    at("confirmed as truth", "last_confirmed", True, "wrong-type"),
    at("contact with a tag", "contact_url", "https://a.se/<b>", "bad-address"),
    at("funding until a number", "funding", {"source": BOTH, "until": 2027}, "wrong-type"),
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
    elsewhere = {"reused-id", "scope-against-rule", "active-without-evidence"}
    if case.inside and case.code not in elsewhere:
        fields = [fault.field or "" for fault in found]
        assert any(field.startswith(case.inside) for field in fields), fields
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


def test_there_are_at_least_220_hostile_files_each_with_a_name_of_its_own() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 220


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
    assert check_raw(tmp_path, raw).register is not None


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
    assert [(fault.record, fault.code) for fault in errors(check_raw(tmp_path, raw))] == [
        ("forsta", "circular-link"),
        ("andra", "circular-link"),
    ]


def test_a_link_to_a_record_that_has_a_fault_of_its_own_is_not_called_broken(
    tmp_path: Path,
) -> None:
    raw = copy.deepcopy(RAW)
    raw["actors"][0]["same_as"] = "andra"
    raw["actors"][1]["kind"] = "firma"
    assert [fault.code for fault in errors(check_raw(tmp_path, raw))] == ["not-in-vocabulary"]


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
    result = check_raw(tmp_path, raw)
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
    assert check_raw(tmp_path, raw).register is not None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (put("offers", 0, "phases", value=["Idé"]), "not-in-vocabulary"),
        (put("sources", 0, "url", value="exempel"), "bad-address"),
        (put("offers", 0, "delivery", "phone", value="x"), "not-in-vocabulary"),
        (put("target_groups", value=["everybody"]), "not-in-vocabulary"),
        (put("cost", value=["cheap"]), "not-in-vocabulary"),
        (put("contact_url", value="https:///kontakt"), "bad-address"),
        (put("eligibility", value="alla"), "wrong-type"),
        (put("funding", value={"source": BOTH, "until": "snart"}), "bad-date"),
    ],
)
def test_F10_one_fault_is_said_once(
    tmp_path: Path, change: Callable[[Raw], object], code: str
) -> None:
    raw = copy.deepcopy(RAW)
    change(raw["actors"][0])
    assert [fault.code for fault in errors(check_raw(tmp_path, raw))] == [code]


def test_F16_a_record_that_cannot_be_read_hides_no_fault_and_causes_none(tmp_path: Path) -> None:
    raw = copy.deepcopy(RAW)
    raw["actors"][0].update(same_as="andra", kind="firma")
    content = dump_yaml(raw).replace("name: Andra", "name: 'Andra")
    path = tmp_path / "actors.yaml"
    path.write_text(content, encoding="utf-8")
    assert [fault.code for fault in errors(check(path))] == ["not-in-vocabulary", "syntax"]
