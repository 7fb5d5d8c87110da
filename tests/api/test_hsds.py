"""The register in HSDS 3.0, against the schemas that the standard publishes (X12)."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import jsonschema
import pytest
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from starlette.testclient import TestClient

from ris_map.api.hsds import _listing
from ris_map.register.vocabulary import Availability, Delivery, Status
from ris_map.words.language import Language
from tests.api.api_site import HOST, STANDARDS, world

pytestmark = pytest.mark.filterwarnings("ignore")  # of schemathesis' own dependencies
SCHEMAS = STANDARDS / "hsds-3.0"
LISTS = ("services", "organizations", "service_at_locations", "taxonomies", "taxonomy_terms")
KINDS = {"taxonomies": "taxonomy"}


def validator(kind: str) -> jsonschema.Draft202012Validator:
    if not SCHEMAS.is_dir():
        pytest.skip(f"the standard's schemas are not at {SCHEMAS}")
    read = {path.name: json.loads(path.read_text()) for path in (SCHEMAS / "schema").iterdir()}
    listed = [(n, Resource(contents=s, specification=DRAFT202012)) for n, s in read.items()]
    registry: Registry[Any] = Registry().with_resources(listed)
    return jsonschema.Draft202012Validator(
        read[f"{kind}.json"],
        registry=registry,
        format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
    )


@pytest.mark.parametrize("full", ["", "&full=true"])
@pytest.mark.parametrize("name", LISTS)
def test_X12_the_standards_schemas_accept_every_item(api: TestClient, name: str, full: str) -> None:
    takes = full if name in LISTS[:3] else ""
    page = api.get(f"/hsds/{name}?per_page=500{takes}").json()
    assert page["total_items"] == page["size"] == len(page["contents"]) > 0
    assert page["first_page"] is page["last_page"] is not page["empty"]
    check = validator(KINDS.get(name, name.removesuffix("s")))
    for item in page["contents"]:
        check.validate(item)
    ids = [item["id"] for item in page["contents"]]
    assert len(set(ids)) == len(ids)
    for one in ids[:: max(1, len(ids) // 8)]:
        check.validate(api.get(f"/hsds/{name}/{one}").json())


def test_the_root_names_version_profile_and_description(api: TestClient) -> None:
    root = api.get("/hsds/").json()
    assert root["version"] == "3.0"
    for name in ("profile", "openapi_url"):
        assert api.get(root[name].removeprefix(HOST)).status_code == 200
    described = api.get("/hsds/openapi.json").json()
    required = {"/", *(f"/{name}{one}" for name in LISTS for one in ("", "/{id}"))}
    assert required <= set(described["paths"])


def test_pages_hang_together_and_filters_narrow(api: TestClient) -> None:
    whole = api.get("/hsds/services?per_page=500").json()["contents"]
    pages = (api.get(f"/hsds/services?per_page=20&page={n}").json() for n in range(1, 100))
    assert [item for page in pages for item in page["contents"]] == whole
    terms = {t["code"]: t for t in api.get("/hsds/taxonomy_terms?per_page=500").json()["contents"]}
    some = api.get(f"/hsds/services?per_page=500&taxonomy_term_id={terms['ide']['id']}").json()
    wanted = sum(
        "ide" in offer.phases for actor in world().register.actors for offer in actor.offers
    )
    assert some["total_items"] == wanted < len(whole)
    late = api.get("/hsds/services?modified_after=2999-01-01").json()
    assert (late["total_items"], late["empty"]) == (0, True)
    minimal = api.get("/hsds/services?minimal=true").json()["contents"]
    assert [item["id"] for item in minimal] == [item["id"] for item in whole]
    found = [api.get(f"/hsds/services?search={word}").json() for word in ("umea", "UMEÅ")]
    assert found[0] == found[1]
    assert 0 < found[0]["total_items"] < len(whole)
    assert api.get("/hsds/services?format=json").status_code == 200
    for wrong, status in (("/nobody", 404), ("?per_page=0", 400), ("?nothing=1", 400)):
        assert api.get(f"/hsds/services{wrong}").status_code == status


def test_what_is_not_at_work_is_not_active() -> None:
    """Also where the register knows when it ended, but not whether it has."""
    register = world().register
    over = register.by_id["almi-nord"].model_copy(
        update={"status": Status.UNKNOWN, "valid_to": "2020"}
    )
    then = replace(world(), register=register.model_copy(update={"actors": (over,)}))
    told = _listing(then, Language.SV, then.on)
    assert {service["status"] for service in told["services"].values()} == {"inactive"}
    places = [one["location"]["location_type"] for one in told["service_at_locations"].values()]
    assert "physical" not in places


def test_a_record_checked_this_month_changed_when_the_file_did_and_not_each_day_anew() -> None:
    for day in (4, 5, 30):
        then = replace(world(), on=date(2026, 11, day))
        told = _listing(then, Language.SV, date(2026, 11, 4))["services"].values()
        assert {service["last_modified"] for service in told} == {"2026-11-04T00:00:00+00:00"}


def test_what_is_not_known_is_a_term_and_never_a_place(api: TestClient) -> None:
    for item in api.get("/hsds/services?per_page=500&full=true").json()["contents"]:
        codes = {a["taxonomy_term"]["code"] for a in item["attributes"]}
        virtual = [
            one["location"]["name"]
            for one in item.get("service_at_locations", ())
            if one["location"]["location_type"] == "virtual"
        ]
        names = {Delivery.DIGITAL: "Digital hjälp", Delivery.PHONE: "Hjälp per telefon"}
        for way, name in names.items():
            given = {f"{way}.{level}" for level in (Availability.OFFERED, Availability.LIMITED)}
            assert (name in virtual) == bool(given & codes)
        assert not {"phones", "email"} & set(item)
