"""What the product says with the data folder of Norrbotten that ``test_new_region`` makes.

Run in a process of its own: one process serves one region, the one of its data folder.
"""

from datetime import date
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from ris_map.common.region import data_folder
from ris_map.travel.check import check_data
from tests.api.api_site import V1, client, lines_of
from tests.pages.opened import ROOT, html, open_page, visible_text
from tests.region.test_new_region import OURS
from tests.travel import raw

LULEA = "2580"
CHOSEN = {
    "actor": {"id": "exempel-rad"}, "confirm": {"id": "exempel-rad"},
    "find": {"plats": "2584", "fas": "ide"}, "municipality": {"kommun": LULEA},
    "siting": {"oppna": "ort-2584:radgivning:ide"}, "start": {"ruta": "4279"},
}  # fmt: skip
LISTS = (
    "/municipalities.geojson", "/localities", "/places", "/actors", "/coverage", "/travel-times",
    "/strategy", "/openapi.json", "/dcat.ttl", "/services.ttl", "/karta.md", "/tackning.md",
    f"/kommun.md?kommun={LULEA}", "/hitta.md?plats=2584&fas=ide",
    "/tankom.md?oppna=ort-2584:radgivning:ide", "/travel?from=65.5835,22.1532&to=67.8534,20.2436",
)  # fmt: skip
NOT_YET = {"statistics.csv", "language_rights.yaml", "reports.yaml", "releases", "checks", "texts"}


@pytest.fixture(scope="module")
def api() -> TestClient:
    return client(data_folder())


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """What each page says in Swedish, and the first one in English."""
    found = {}
    for path in sorted((ROOT / "pages").glob("*.py")):
        for language in ("sv", "en") if path.stem == "start" else ("sv",):
            session = open_page({"lang": language, **CHOSEN.get(path.stem, {})}, page=path.stem)
            found[f"{path.stem} {language}"] = visible_text(session) + html(session)
    return found


def test_the_folder_is_without_fault_and_says_what_it_lacks() -> None:
    faults = check_data(data_folder(), today=date(2026, 11, 23))
    assert [fault for fault in faults if fault.is_error] == []
    assert {Path(fault.file).name for fault in faults if fault.code == "not-yet"} == NOT_YET
    assert "unknown-example" in {fault.code for fault in faults}


def test_every_page_names_its_own_region(pages: dict[str, str]) -> None:
    for name, text in pages.items():
        assert OURS.findall(text) == [], name
        assert "∞" not in text, name  # 12 squares lie too far from every road
    assert "Alla 14\N{NO-BREAK SPACE}kommuner" in pages["municipality sv"]
    assert all("Norrbotten" in pages[f"start {language}"] for language in ("sv", "en"))


def test_every_list_of_the_interface_speaks_of_the_region(api: TestClient) -> None:
    answers = {path: api.get(V1 + path) for path in LISTS}
    for path, answer in answers.items():
        assert answer.status_code == 200, path
        assert OURS.findall(answer.text) == [], path
    assert "nuts/code/SE332" in answers["/dcat.ttl"].text
    assert "exempel-rad" in answers["/services.ttl"].text
    assert answers["/openapi.json"].json()["info"]["title"].startswith("Innovation Map Norrb")
    features = answers["/municipalities.geojson"].json()["features"]
    codes = {feature["properties"]["code"] for feature in features}
    assert len(codes) == 14
    assert all(code.startswith("25") for code in codes)


def test_what_the_region_lacks_is_said_and_not_made_up(
    api: TestClient, pages: dict[str, str]
) -> None:
    assert "inte skriven för Norrbottens län" in pages["method sv"]
    for name in ("find sv", "municipality sv", "siting sv"):
        assert "felet är inte mätt i den här regionen" in pages[name], name
    assert api.get(f"{V1}/coverage").json()["meta"].get("typical_error") is None


def test_minutes_and_shares_are_those_of_the_raw_files(api: TestClient) -> None:
    """Every square and every municipality, against plain loops that know nothing of the product."""
    (office,) = api.get(f"{V1}/actors/exempel-rad").json()["actor"]["offices"]
    expected = raw.minutes_at(office["lat"], office["lon"])
    cells = lines_of(api, "/cells.csv?fas=ide&stod=radgivning")
    assert len(cells) == 4280
    minutes = [float(row["minutes"] or "inf") for row in cells]
    assert minutes == pytest.approx(expected, abs=1e-5)
    shares = {
        row["municipality_code"]: [100 * float(row[f"share_within_{x}"]) for x in (30, 60, 90, 120)]
        for row in lines_of(api, "/coverage.csv")
        if (row["phase"], row["service_type"]) == ("ide", "radgivning")
    }
    assert set(shares) == set(raw.cells()["municipality_code"])
    for code, told in shares.items():
        assert told == pytest.approx(raw.shares(expected, (code,)), abs=0.01), code
    assert max(shares[LULEA]) > 95
