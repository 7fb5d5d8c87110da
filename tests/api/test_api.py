"""The open-data API over HTTP: answers, conditions, refusals, limits."""

import gzip
import json
import re
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from itertools import cycle
from pathlib import Path
from threading import Event
from typing import Any

import anyio
import openapi_spec_validator
import pytest
from check_jsonschema import main as check_jsonschema
from click.testing import CliRunner
from httpx2 import ASGITransport, AsyncClient
from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ris_map.api.app import MAX_ADDRESS, OpenData, Store
from ris_map.api.calls import Call, Site
from ris_map.api.hsds import HSDS
from ris_map.common.yaml_file import load_yaml
from ris_map.siting.scenario import scenario
from ris_map.travel.world import service
from ris_map.web.assets import Answer
from ris_map.web.settings import Rate, Settings
from tests.api.api_site import CONTACT, DATA, HOST, V1, client, lines_of
from tests.factories import rewrite

PLAIN = {"Accept-Encoding": "identity"}
ETAG_FORMS = ("{}", "W/{}", '"other", W/{}', "*")


@pytest.fixture(scope="module")
def answers(api: TestClient) -> dict[str, tuple[str, Any]]:
    """Every address that the API names, with the type it is said to have and what it answers."""
    links = api.get(V1).json()["links"]
    named = {link["href"].replace("{id}", "almi-nord"): link["type"] for link in links}
    return {address: (kind, api.get(address)) for address, kind in named.items()}


def test_every_address_answers_says_its_type_and_has_a_head(
    api: TestClient, answers: dict[str, tuple[str, Any]]
) -> None:
    assert len(answers) >= 20
    for address, (kind, answer) in answers.items():
        assert answer.status_code == 200, address
        assert answer.headers["Content-Type"].partition(";")[0] == kind
        if "json" in kind:
            json.loads(answer.content, parse_constant=pytest.fail)
        full, head = api.get(address, headers=PLAIN), api.head(address, headers=PLAIN)
        assert (head.content, head.headers) == (b"", full.headers)
        assert int(head.headers["Content-Length"]) == len(full.content)


def style_faults(described: dict[str, Any]) -> Iterator[str]:
    """Yield breaches of what Spectral's ruleset ``spectral:oas`` recommends beyond a validator."""
    if not all(described["info"].get(name) for name in ("contact", "license", "description")):
        yield "info"
    known = [tag["name"] for tag in described["tags"] if tag["description"]]
    for path, item in described["paths"].items():
        asked, parameters = item["get"], item["get"].get("parameters", ())
        answers = asked["responses"]
        if not (asked["summary"] and asked["description"] and {*asked["tags"]} <= {*known}):
            yield f"{path}: summary, description, tags"
        if not {"2", "4"} <= {code[0] for code in answers} or "422" in answers:
            yield f"{path}: success and refusal"
        if not all(one.get("description") for one in (*answers.values(), *parameters)):
            yield f"{path}: an answer or parameter without a description"
        if not all("example" in one for one in parameters):
            yield f"{path}: a parameter without an example"
        if path != "/" and path.endswith("/"):
            yield f"{path}: path"


@pytest.mark.parametrize("prefix", [V1, HSDS])
def test_F2_X12_a_foreign_validator_and_the_rules_of_style_accept_the_description(
    api: TestClient, prefix: str
) -> None:
    described = api.get(f"{prefix}/openapi.json").json()
    openapi_spec_validator.validate(described)
    assert list(style_faults(described)) == []
    # two models of one name are told apart by Python's modules, and generators of clients drop both
    assert not [name for name in described["components"]["schemas"] if "__" in name]
    assert described["openapi"].startswith("3.1")
    assert described["servers"] == [{"url": HOST + prefix}]
    assert described["info"]["contact"] == {"email": CONTACT}
    assert api.get(f"{prefix}/").content == api.get(prefix).content


def test_what_is_known_is_not_sent_again(
    api: TestClient, answers: dict[str, tuple[str, Any]]
) -> None:
    for (address, (_, first)), form in zip(answers.items(), cycle(ETAG_FORMS), strict=False):
        etag = first.headers["ETag"]
        known = form.format(etag.removeprefix("W/"))
        again = api.get(address, headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b""), (address, known)
        assert (again.headers["ETag"], again.headers["Vary"]) == (etag, "Accept-Encoding")
        assert "Content-Encoding" not in again.headers
    assert api.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


def test_F7_the_date_of_change_counts_only_without_a_tag(api: TestClient) -> None:
    """A date that is none, or lies beyond the calendar, is no fault of ours."""
    address = f"{V1}/localities"
    changed = api.get(address).headers["Last-Modified"]
    assert parsedate_to_datetime(changed).tzinfo is not None
    known = {"If-Modified-Since": changed}
    assert api.get(address, headers=known).status_code == 304
    assert api.get(address, headers={**known, "If-None-Match": '"other"'}).status_code == 200
    for since, statuses in (
        ("Mon, 01 Jan 2001 00:00:00 GMT", {200}),
        ("soon", {200}),
        *((f"Mon, 01 Jan {year} 00:00:00 GMT", {200, 304}) for year in (99999, 10**21)),
        ("Mon, 01 Jan 9999 00:00:00 -2359", {200, 304}),
        *((f"Mon, 01 Jan 2020 00:00:00 +{zone}", {200, 304}) for zone in (10**9, 10**25)),
        ("Mon, 01 Jan 0001 00:00:00 +2359", {200, 304}),
        ("\xff\x00", {200, 304}),
    ):
        headers = {b"If-Modified-Since": since.encode("latin-1")}
        assert api.get(address, headers=headers).status_code in statuses, since


def test_answers_are_packed_where_taken_and_have_one_name(api: TestClient) -> None:
    address = f"{V1}/actors.geojson"
    plain = api.get(address, headers=PLAIN)
    with api.stream("GET", address, headers={"Accept-Encoding": "gzip"}) as packed:
        raw = b"".join(packed.iter_raw())
    assert gzip.decompress(raw) == plain.content
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["ETag"] == plain.headers["ETag"]
    assert plain.headers["ETag"].startswith('W/"')
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert len(raw) * 4 < len(plain.content)


def test_anybody_may_read_from_anywhere_and_nobody_may_write(api: TestClient) -> None:
    for address in (f"{V1}/actors", f"{V1}/actors?x=1", f"{V1}/nothing"):
        answer = api.get(address, headers={"Origin": "https://elsewhere.example"})
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "ETag" in answer.headers["Access-Control-Expose-Headers"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    methods = "GET, HEAD, OPTIONS"
    asked = api.options(f"{V1}/actors", headers={"Access-Control-Request-Method": "GET"})
    assert (asked.status_code, asked.content) == (204, b"")
    assert asked.headers["Access-Control-Allow-Methods"] == methods
    for method in ("POST", "PUT", "PATCH", "DELETE", "TRACE"):
        refused = api.request(method, f"{V1}/actors")
        assert (refused.status_code, refused.headers["Allow"]) == (405, methods)
        assert refused.json()["method"] == method


TO = "travel?from=65.0994,17.1197&to="
REFUSED = {
    (400, "unknown-parameter", "known"): (
        *("actors?fass=ide", "actors?lan=24", "actors?phases=ide", "actors?scope=ide"),
        *("localities?q=a", f"{TO}64.5916,18.6690&via=64.5916,18.6690"),
    ),
    (400, "unknown-value", "allowed"): (
        *("actors?fas=hej", "actors?fas=", "actors?fas=ide,", "actors?plats=0180"),
        *("coverage?grans=45", "coverage?utanfor=1", "best-places?antal=9"),
        *("best-rounds?bas=narnia", "best-places?mal=snabbast", "/hsds/services?format=xml"),
        *("scenario?oppna=narnia:radgivning:ide", "scenario?stang=ingen@alls"),
        "scenario?besok=lycksele:storuman:99",
        *("scenario?" + "&".join(f"oppna=o{n}" for n in range(20)), f"{TO}64.6,18.7&modell=flyg"),
    ),
    (400, "unknown-value", "example"): (
        *("travel-times?aktor=Nobody", f"{TO}20,64", f"{TO}nan,1", f"{TO}64,20,1"),
        *("travel?to=64.5916,18.6690&from=65.1;17", "actors?datum=i%20dag"),
        *("actors?datum=2021", "actors?datum=2999", "actors?datum=2022-02-30"),
    ),
    (400, "missing-parameter", "example"): ("travel", TO.partition("&")[0]),
    (400, "repeated-parameter", "parameter"): (
        *("actors?bredd=core&bredd=adjacent", "actors?q=a&q=b"),
        "coverage?omrade=livsmedel&omrade=livsmedel",
    ),
    (400, "too-long", "longest"): ("actors?q=" + "a" * 81,),
    (404, "unknown-actor", "value"): ("travel-times?aktor=nobody", "actors/nobody", "actors/{id}"),
    (404, "unknown-item", "value"): ("feeds/finns-inte",),
    (404, "unknown-address", "known"): (
        *("actors/a/b", "nothing", "actors.pdf", "%2e%2e/%2e%2e/etc/passwd", "/api", "/api/"),
        *("/api/v2/actors", "/api/v1x", "/hsds/actors"),
    ),
    (414, "address-too-long", "most"): ("actors?q=" + "%C3%A5" * MAX_ADDRESS,),
}
"""Addresses by status, kind and a member of the answer; the last parameter is the wrong one."""


@pytest.mark.parametrize(
    ("status", "kind", "member", "address"),
    [(*told, address) for told, addresses in REFUSED.items() for address in addresses],
)
def test_what_is_not_known_is_refused_with_reasons(
    api: TestClient, status: int, kind: str, member: str, address: str
) -> None:
    address = address if address.startswith("/") else f"{V1}/{address}"
    answer = api.get(address)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    problem = answer.json()
    assert problem["type"] == f"urn:ris-map:problem:{kind}"
    assert problem["status"] == status
    assert all(problem[name] for name in ("title", "detail", member))
    assert problem["instance"].startswith(("/api", "/hsds"))
    last = re.split("[?&]", address)[-1].partition("=")[0]
    assert kind == "missing-parameter" or problem.get("parameter", last) == last
    head = api.head(address)
    assert (head.status_code, head.content) == (status, b"")


@pytest.mark.parametrize(
    ("query", "accepted", "language"),
    [
        ("", "", "sv"),
        ("", "en-GB,en;q=0.8", "en"),
        ("", "de,en;q=0.5,sv;q=0.9", "sv"),
        ("", "fi,*", "sv"),
        ("", "en;q=0,sv", "sv"),
        ("", "en;q=x", "sv"),
        ("&lang=en", "sv", "en"),
        ("&lang=sv", "en", "sv"),
        ("&lang=xx", "en", "en"),
    ],
)
def test_problems_speak_two_languages(
    api: TestClient, query: str, accepted: str, language: str
) -> None:
    answer = api.get(f"{V1}/actors?fas=hej{query}", headers={"Accept-Language": accepted})
    assert answer.headers["Content-Language"] == language
    assert answer.headers["Vary"] == "Accept-Language"
    assert answer.json()["title"] == {"sv": "Okänt värde", "en": "Unknown value"}[language]


def test_too_many_requests_are_told_when_to_come_back() -> None:
    few = Settings(api_rate=Rate(requests=3, seconds=6000))
    stranger = client(settings=few, address="203.0.113.5")
    answers = [stranger.get(f"{V1}/sources") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 2000
    assert answers[-1].json()["seconds"] == int(answers[-1].headers["Retry-After"])
    assert stranger.options(f"{V1}/sources").status_code == 204
    here = client(settings=few)
    assert {here.get(f"{V1}/sources").status_code for _ in range(6)} == {200}


def test_a_host_that_is_none_is_refused(api: TestClient) -> None:
    for host in ("a b", "x/y", "<script>", "a\\b", "user@host", "a" * 300):
        answer = api.get(f"{V1}/dcat.ttl", headers={"Host": host})
        assert answer.json()["type"].endswith("bad-host")
    fixed = client(settings=Settings(base_url="https://karta.example.se/ris"))
    described = fixed.get(f"{V1}/openapi.json", headers={"Host": "evil.example"}).json()
    assert described["servers"] == [{"url": f"https://karta.example.se/ris{V1}"}]


def test_a_fault_of_ours_is_a_problem_and_tells_nothing_else(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret path /srv/x")

    broken = client()
    monkeypatch.setattr("ris_map.api.app.Call", fail)
    answer = broken.get(f"{V1}/actors")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "secret" in caplog.text


def test_X10_a_replaced_register_is_seen_and_a_bad_one_never_served(own_data: Path) -> None:
    api, path = client(own_data), own_data / "actors.yaml"
    good = path.read_text(encoding="utf-8")
    first = api.get(f"{V1}/actors/almi-nord")
    name = first.json()["actor"]["name"]
    known = {"If-None-Match": first.headers["ETag"]}
    for text, told, is_outdated in (
        (good.replace(f"    name: {name}\n", "    name: Almi i norr\n"), "Almi i norr", False),
        (good + "\n  - id: [unclosed\n", "Almi i norr", True),
        (good, name, False),
    ):
        rewrite(path, text)
        answer = api.get(f"{V1}/actors/almi-nord", headers=known if told != name else {}).json()
        assert answer["actor"]["name"] == told
        assert answer["meta"]["register_outdated"] is is_outdated


def test_X10_without_any_good_register_the_answer_says_so(own_data: Path) -> None:
    (own_data / "actors.yaml").write_text("meta: 1\n", encoding="utf-8")
    answer = client(own_data).get(f"{V1}/actors", headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.json()["title"]) == (503, "The register cannot be shown")
    assert str(own_data) not in answer.text


def test_the_day_changes_the_answer(api: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    for day in ("2026-11-23", "2026-11-24"):
        monkeypatch.setenv("RIS_MAP_TODAY", day)
        assert api.get(f"{V1}/actors").json()["meta"]["on"] == day


def test_csv_reads_back_to_the_same_records(api: TestClient) -> None:
    listed = api.get(f"{V1}/actors?bredd=adjacent").json()["actors"]
    for row, actor in zip(lines_of(api, "/actors.csv?bredd=adjacent"), listed, strict=True):
        assert (row["id"], row["group"]) == (actor["id"], actor["group"])
    places = api.get(f"{V1}/localities").json()["localities"]
    for row, place in zip(lines_of(api, "/localities.csv"), places, strict=True):
        assert (float(row["lat"]), float(row["lon"])) == (place["lat"], place["lon"])
        assert (int(row["population"]) if row["population"] else None) == place["population"]


def test_answers_stay_within_number_and_size() -> None:
    """Beyond either the answer goes that was not asked for longest."""
    sized = [("a", 6000), ("b", 3000), ("a", 6000), ("c", 6000), ("b", 1)]
    for store, asked, expected in (
        (Store(answers=3), [(name, 10) for name in "aaabcadb"], "abcdb"),
        (Store(size=10_000), sized, "abcb"),
    ):
        made = ""
        for name, size in asked:
            answer = Answer(content=name.encode() * size, media_type="text/csv")
            made += name if store.answer(name, [answer].pop) is answer else ""
        assert made == expected


def test_F3_the_published_schema_compiles_and_accepts_the_register(
    api: TestClient, tmp_path: Path
) -> None:
    schema, register = tmp_path / "schema.json", tmp_path / "register.json"
    schema.write_bytes(api.get(f"{V1}/schema").content)
    listed = [
        api.get(f"{V1}/actors/{actor['id']}").json()["actor"]
        for actor in api.get(f"{V1}/actors?bredd=adjacent").json()["actors"][:20]
    ]
    meta = load_yaml(DATA / "actors.yaml").value["meta"]
    register.write_text(json.dumps({"meta": meta, "actors": listed}), encoding="utf-8")
    for of in (["--check-metaschema", str(schema)], ["--schemafile", str(schema), str(register)]):
        done = CliRunner().invoke(check_jsonschema, ["--regex-variant", "default", *of])
        assert done.exit_code == 0, done.output
    for pattern in re.findall(r'"pattern":\s*("(?:[^"\\]|\\.)*")', schema.read_text()):
        # ECMAScript with the flag u knows only these characters after a backslash
        assert not re.search(r"\\[^dDwWsSbB.*+?^${}()|\[\]\\/-]", json.loads(pattern)), pattern


async def asked(api: ASGIApp, path: str, client: str) -> int:
    transport = ASGITransport(app=api, client=(client, 1))
    async with AsyncClient(transport=transport, base_url=f"http://{client}") as one:
        return (await one.get(f"{V1}/{path}")).status_code


def in_one_loop(work: Callable[[], Awaitable[None]]) -> None:
    """Run in a thread of its own: the one of the tests may hold the browser's loop."""
    with ThreadPoolExecutor(1) as other:
        other.submit(anyio.run, work).result()


def test_F20_an_answer_that_takes_seconds_does_not_hold_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun, done, waited = Event(), Event(), list[bool]()

    def slow(*plan: Any) -> Any:
        begun.set()
        waited.append(done.wait(600))
        return scenario(*plan)

    monkeypatch.setattr("ris_map.api.siting.scenario", slow)
    api = OpenData(Starlette(), Site(served=service(DATA), settings=Settings()))

    async def both() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(asked, api, "scenario", "203.0.113.5")
            assert await anyio.to_thread.run_sync(begun.wait, 600)
            for client in ("203.0.113.6", "203.0.113.5"):  # who waits itself is given what is kept
                assert await asked(api, "places", client) == 200
            done.set()

    in_one_loop(both)
    assert waited == [True], "places came only after the plan"


def test_F20_nothing_is_made_for_who_has_hung_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OpenData, "_built", None)
    api = OpenData(Starlette(), Site(served=service(DATA), settings=Settings()))

    async def gone() -> Message:
        return {"type": "http.disconnect"}

    async def hung_up(scope: Scope, _: Receive, send: Send) -> None:
        await api(scope, gone, send)

    async def ask() -> None:
        assert await asked(hung_up, "places", "203.0.113.5") == 200

    in_one_loop(ask)


def test_F20_a_burst_from_one_client_does_not_hold_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second client's workbook comes after one of the first client's, not after all."""
    order: list[str] = []
    made = OpenData._built

    def noted(self: OpenData, call: Call[Any]) -> Any:
        order.append(call.base)
        return made(self, call)

    monkeypatch.setattr(OpenData, "_built", noted)
    api = OpenData(Starlette(), Site(served=service(DATA), settings=Settings()))

    async def burst() -> None:
        async with anyio.create_task_group() as group:
            for client, many in (("203.0.113.5", 12), ("203.0.113.6", 3)):
                for number in range(many):
                    group.start_soon(asked, api, f"actors.xlsx?q={number}", client)

    in_one_loop(burst)
    assert len(order) == 15
    assert max(i for i, base in enumerate(order) if base.endswith(".6")) <= 7
