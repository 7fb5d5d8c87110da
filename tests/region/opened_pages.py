"""Open every page and ask every list of the API, and write what they say as JSON.

A process of its own: one process serves one region, the one of its data folder.
"""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

from starlette.testclient import TestClient

from ris_map.common.region import data_folder
from ris_map.travel.check import check_data
from tests.api.api_site import V1, client, lines_of
from tests.pages.opened import ROOT, html, open_page, visible_text
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
ADVICE = "fas=ide&stod=radgivning"


def pages() -> dict[str, dict[str, object]]:
    """Return what each page says in Swedish, and the first one in English."""
    found = {}
    for path in sorted((ROOT / "pages").glob("*.py")):
        for language in ("sv", "en") if path.stem == "start" else ("sv",):
            session = open_page({"lang": language, **CHOSEN.get(path.stem, {})}, page=path.stem)
            found[f"{path.stem} {language}"] = {
                "faults": [fault.message for fault in session.exception],
                "text": visible_text(session) + html(session),
            }
    return found


def figures(api: TestClient) -> dict[str, object]:
    """Return minutes and shares as the API gives them, and from the raw files alone."""
    listed = {actor["id"]: actor for actor in api.get(f"{V1}/actors").json()["actors"]}
    (office,) = listed["exempel-rad"]["offices"]
    minutes = raw.minutes_at(office["lat"], office["lon"])
    return {
        "cells": [float(row["minutes"] or "inf") for row in lines_of(api, f"/cells.csv?{ADVICE}")],
        "raw cells": minutes.tolist(),
        "coverage": {
            row["municipality_code"]: [
                100 * float(row[f"share_within_{limit}"]) for limit in (30, 60, 90, 120)
            ]
            for row in lines_of(api, "/coverage.csv")
            if (row["phase"], row["service_type"]) == ("ide", "radgivning")
        },
        "raw coverage": {
            code: raw.shares(minutes, (code,)) for code in raw.cells()["municipality_code"].unique()
        },
    }


def main() -> None:
    """Write faults, pages by name and language, lists by address, and figures."""
    faults = check_data(data_folder(), today=date(2026, 11, 23))
    api = client(data_folder())
    lists = {path: api.get(V1 + path) for path in LISTS}
    told = {
        "faults": [(fault.code, Path(fault.file).name, fault.is_error) for fault in faults],
        "lists": {path: (answer.status_code, answer.text) for path, answer in lists.items()},
        "pages": pages(),
        "figures": figures(api),
    }
    Path(sys.argv[1]).write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main()
