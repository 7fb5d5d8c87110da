"""The register as it was: a day that has been, releases, changes, feeds (R8)."""

import hashlib
import os
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from starlette.testclient import TestClient

from ris_map.register.releases import changes
from ris_map.travel.world import service
from tests.api.api_site import DATA, V1, client
from tests.factories import DAY


def test_R8_the_answer_is_as_of_a_day_and_says_which(api: TestClient) -> None:
    then, now = (api.get(f"{V1}/actors{of}").json() for of in ("?datum=2022", ""))
    assert {actor["id"] for actor in then["actors"]} - {actor["id"] for actor in now["actors"]}
    cells = [api.get(f"{V1}/coverage{of}").json() for of in ("?datum=2022", "")]
    assert cells[0]["cells"] != cells[1]["cells"]
    assert then["meta"]["on"] == cells[0]["meta"]["on"] == "2022-12-31"


def test_R8_releases_are_listed_with_hash_and_changes_field_by_field(api: TestClient) -> None:
    listed = api.get(f"{V1}/releases").json()["releases"]
    assert listed[0]["number"] == "2022"
    for one in listed:
        content = (DATA / "releases" / f"{one['number']}.yaml").read_bytes()
        assert hashlib.sha256(content).hexdigest() == one["sha256"]
    answer = api.get(f"{V1}/changes", params={"since": "2022"}).json()
    assert answer["release"] == "2022"
    expected = changes(
        *(service(DATA).moment(on).world.register for on in (date(2022, 12, 31), None))
    )
    told = [(one["id"], one["kind"], one["field"] or "") for one in answer["changes"]]
    assert told == [(one.id, one.kind, one.field) for one in expected]
    assert {"added", "ended", "changed"} <= {kind for _, kind, _ in told}
    assert all(one["sources"] for one in answer["changes"])


@pytest.mark.parametrize("name", ["register", "2482", "the-great-northern"])
def test_R8_a_feed_tells_each_change_once_with_permanent_ids(api: TestClient, name: str) -> None:
    answer = api.get(f"{V1}/feeds/{name}")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    root = ET.fromstring(answer.text)
    atom = "{http://www.w3.org/2005/Atom}"
    for wanted in ("id", "title", "updated", "author"):
        assert root.find(atom + wanted) is not None
    entries = root.findall(f"{atom}entry")
    ids = [entry.findtext(f"{atom}id") for entry in entries]
    assert len(set(ids)) == len(ids) > 0
    assert "urn:ris-map:change:2026.1:the-great-northern" in ids
    assert any("upphörd" in (e.findtext(f"{atom}title") or "").lower() for e in entries)
    assert (name == "the-great-northern") == (len(ids) == 1)
    times = [entry.findtext(f"{atom}updated") or "" for entry in entries]
    assert times == sorted(times, reverse=True)


def test_R8_a_feed_tells_when_the_register_changed_whatever_the_day(
    own_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = own_data / "actors.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("    name: Almi Nord\n", "    name: Almi\n"), encoding="utf-8")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    api = client(own_data)
    for day in (str(DAY), "2030-01-01"):
        monkeypatch.setenv("RIS_MAP_TODAY", day)
        entry = api.get(f"{V1}/feeds/almi-nord").text.partition("change:next:almi-nord")[2]
        assert "<updated>2023-11-14T22:13:20+00:00</updated>" in entry
