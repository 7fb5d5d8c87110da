"""Renamed and withdrawn addresses: the file's faults, and what the server answers."""

import shutil
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from ris_map.common.address import REDIRECTS, load_redirects
from ris_map.common.faults import DataFaults
from ris_map.common.region import DATA
from ris_map.travel.check import check_data
from ris_map.web.layout import PAGE_ADDRESSES
from ris_map.web.server import front_middleware
from tests.factories import DAY

GOOD = """\
renamed:
  /karta/gammal: /hitta
  /api/v0/travel: /api/v1/travel
withdrawn:
  /nyheter: {sv: "Nyheter < 1 & slut 2025.", en: "News ended in 2025."}
  /api/v0/actors: {sv: Version 0 är avslutad., en: Version 0 has ended.}
"""


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """A site whose API and pages would answer ``page`` everywhere."""
    shutil.copy(DATA / "region.yaml", tmp_path)
    (tmp_path / REDIRECTS).write_text(GOOD, encoding="utf-8")
    monkeypatch.setenv("RIS_MAP_DATA", str(tmp_path))
    pages = [Route("/{path:path}", PlainTextResponse("page"))]
    site = Starlette(routes=pages, middleware=front_middleware())
    return TestClient(site, follow_redirects=False)


def test_a_renamed_address_leads_on_for_good_with_its_query(client: TestClient) -> None:
    query = "?plats=2422&q=b%C3%A5t%26&lang=en"
    for old, new in (("/karta/gammal/", "/hitta"), ("/api/v0/travel", "/api/v1/travel")):
        for method in ("GET", "HEAD", "POST"):
            answer = client.request(method, old + query)
            assert (answer.status_code, answer.headers["Location"]) == (308, new + query)
        assert ("Access-Control-Allow-Origin" in answer.headers) == old.startswith("/api")


def test_a_withdrawn_page_says_why(client: TestClient) -> None:
    for lang, title, why in (
        ("sv", "Adressen finns inte längre", "Nyheter &lt; 1 &amp; slut 2025."),
        ("en", "This address is no more", "News ended in 2025."),
    ):
        answer = client.get(f"/nyheter?lang={lang}")
        assert answer.status_code == 410
        assert f"<h1>{title}</h1>" in answer.text
        assert why in answer.text
    assert f'href="/hitta?lang={lang}"' in answer.text
    assert "not_found.css" in answer.text
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


def test_a_withdrawn_address_of_the_API_says_why_as_a_problem(client: TestClient) -> None:
    answer = client.get("/api/v0/actors?lang=en")
    assert answer.status_code == 410
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:ris-map:problem:gone",
        "title": "This address is no more",
        "status": 410,
        "detail": "Version 0 has ended.",
        "instance": "/api/v0/actors",
    }


def test_all_other_addresses_are_left_alone(client: TestClient) -> None:
    for path in ("/", "/hitta", "/karta", "/karta/gammalt", "/api/v1/travel", "//nyheter"):
        assert client.get(f"http://testserver{path}").text == "page"


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "code"),
    [
        ("/gammal: /hitta", "/gammal: /karta/gammal", 2, "renamed./karta/gammal", "loop"),
        ("/gammal: /hitta", "/gammal: /a\n  /a: /karta/gammal", 3, "renamed./a", "loop"),
        ("v0/travel: /api/v1/travel", "v0/travel: /nyheter", 3, "travel", "target-redirects"),
        ("/gammal: /hitta", "/gammal: /api/v0/travel", 2, "gammal", "target-redirects"),
        ("  /karta/gammal:", "  /tackning:", 2, "renamed./tackning", "live-page"),
        ("  /nyheter:", "  /metod:", 5, "withdrawn./metod", "live-page"),
        ("  /nyheter:", "  /karta/gammal:", 2, "renamed./karta/gammal", "withdrawn-too"),
        ("  /api/v0/travel:", "  /karta/gammal:", 3, "", "duplicate-key"),
        (": /hitta", ": //else.example", 2, "renamed./karta/gammal", ""),
        (": /hitta", ": https://else.example/", 2, "renamed./karta/gammal", ""),
        (": /hitta", ': "/hitta?plats=2422"', 2, "renamed./karta/gammal", ""),
        (": /hitta", ":", 2, "renamed./karta/gammal", ""),
        ("  /karta/gammal:", "  karta:", 2, "renamed.karta", ""),
        (', en: "News ended in 2025."', "", 5, "withdrawn./nyheter.en", "missing-field"),
        ("renamed:", "renamd:", 1, "renamd", "unknown-key"),
    ],
)
def test_what_is_wrong_has_file_line_field_and_reason(
    tmp_path: Path, old: str, new: str, line: int, field: str, code: str
) -> None:
    path = tmp_path / REDIRECTS
    assert GOOD.count(old) == 1
    path.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(DataFaults) as refused:
        load_redirects(path, taken=PAGE_ADDRESSES)
    told = refused.value.faults
    assert any(
        (f.line, code or f.code) == (line, f.code) and field in (f.field or "") for f in told
    ), told
    assert all(f.file == path.as_posix() and f.reason and f.action for f in told)


def test_the_command_line_checks_the_file_and_a_region_may_lack_it(own_data: Path) -> None:
    (own_data / REDIRECTS).write_text("renamed: {/kommun: /hitta}\nwithdrawn: {}\n", "utf-8")

    def errors() -> list[str]:
        found = check_data(own_data, today=DAY, taken=PAGE_ADDRESSES)
        return [f.code for f in found if f.is_error]

    assert errors() == ["live-page"]
    (own_data / REDIRECTS).unlink()
    assert errors() == []
    assert load_redirects(own_data / REDIRECTS).renamed == {}
