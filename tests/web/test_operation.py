"""What whoever runs the product relies on: figures, log lines, manifests, the image's recipe."""

import json
import logging
import re
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import kubernetes_validate
import pytest
import yaml
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket

from ris_map.travel.world import service
from ris_map.web.operation import RUNS, Counted, DataState, JsonLines, serve_metrics
from ris_map.web.settings import data_dir, read_settings
from tests.browser.harness import free_port

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"


def figure(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def _page(_: Request) -> PlainTextResponse:
    return PlainTextResponse("ok")


async def _socket(socket: WebSocket) -> None:
    await socket.accept()
    await socket.receive_text()
    await socket.close()


def test_requests_sessions_and_runs_are_counted() -> None:
    routes = [Route("/{path:path}", _page), WebSocketRoute("/_stcore/stream", _socket)]
    client = TestClient(Starlette(routes=routes, middleware=[Middleware(Counted)]))
    counted = "ris_map_request_seconds_count"
    before = figure(counted, part="page", status="2xx")
    for path in ("/", "/kommun?kod=2417", "/a-path-that-a-visitor-made-up"):
        client.get(path)
    assert figure(counted, part="page", status="2xx") == before + 3
    client.get("/api/v1/actors")
    assert figure(counted, part="api", status="2xx") >= 1

    with client.websocket_connect("/_stcore/stream") as connection:
        assert figure("ris_map_sessions") == 1
        connection.send_text("")
    assert figure("ris_map_sessions") == 0

    runs = figure("ris_map_run_seconds_count", page="kommun")
    with pytest.raises(KeyError), RUNS.labels("kommun").time():
        raise KeyError
    assert figure("ris_map_run_seconds_count", page="kommun") == runs + 1


def test_the_state_of_the_data_is_a_figure() -> None:
    served = service(data_dir())
    told = {one.name: one.samples[0].value for one in DataState(served.moment).collect()}
    assert told["ris_map_ready"] == 1
    assert told["ris_map_register_outdated"] == told["ris_map_register_faults"] == 0
    assert told["ris_map_register_actors"] == len(served.moment().state.register.actors)
    (ready,) = DataState(lambda: None).collect()
    assert (ready.name, ready.samples[0].value) == ("ris_map_ready", 0)


def test_figures_are_served_to_this_machine_alone_and_only_when_asked_for() -> None:
    serve_metrics(None, lambda: None)
    assert REGISTRY.get_sample_value("ris_map_ready") is None
    port = free_port()
    server, thread = serve_metrics(port, lambda: None) or (None, None)
    try:
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=60) as answer:
            families = {f.name for f in text_string_to_metric_families(answer.read().decode())}
        assert {"ris_map_sessions", "ris_map_run_seconds", "ris_map_ready"} <= families
        assert server.server_address[0] == "127.0.0.1"
        with pytest.raises(SystemExit, match=f"RIS_MAP_METRICS_PORT: {port}: Address already in"):
            serve_metrics(port, lambda: None)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_log_line_is_one_json_object() -> None:
    record = logging.LogRecord("ris_map", logging.ERROR, "", 0, "två\nrader: %s", ("å",), None)
    line = JsonLines().format(record)
    assert "\n" not in line
    told = json.loads(line)
    assert (told["level"], told["message"]) == ("error", "två\nrader: å")


MANIFESTS: list[dict[str, Any]] = list(
    yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text("utf-8"))
)


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda one: one["kind"])
def test_X12_kubernetes_takes_the_manifest(manifest: dict[str, Any]) -> None:
    kubernetes_validate.validate(manifest, "1.31", strict=True)


def test_every_way_of_running_it_is_bounded_and_not_root() -> None:
    pod = MANIFESTS[0]["spec"]["template"]["spec"]
    container = pod["containers"][0]
    assert pod["securityContext"]["runAsNonRoot"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert {"requests", "limits"} == set(container["resources"])
    recipe = (ROOT / "Containerfile").read_text("utf-8")
    user = re.search(r"^USER (\d+)$", recipe, re.M)
    assert int(user[1]) == pod["securityContext"]["runAsUser"]
    assert "--require-hashes" in recipe
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]
    assert all(one["read_only"] and one["cap_drop"] == ["ALL"] for one in services.values())
    assert all(one["deploy"]["resources"]["limits"] for one in services.values())
    assert services["product"]["deploy"]["replicas"] > 1
    trusted = services["product"]["environment"]["FORWARDED_ALLOW_IPS"]
    assert {"name": "FORWARDED_ALLOW_IPS", "value": trusted} in container["env"]
    proxy = (DEPLOY / "haproxy.cfg").read_text("utf-8")
    assert "option forwardfor" in proxy
    # the probes ask what the product answers
    assert "/readyz" in proxy
    assert "/readyz" in (DEPLOY / "kubernetes.yaml").read_text("utf-8")
    assert "/healthz" in recipe


def test_the_image_holds_what_the_product_needs_and_nothing_else() -> None:
    copied = re.findall(r"^COPY (?!--)(.+) \S+$", (ROOT / "Containerfile").read_text("utf-8"), re.M)
    named = {name for line in copied for name in line.split()}
    lines = (ROOT / ".containerignore").read_text("utf-8").splitlines()
    allowed = {line[1:] for line in lines if line.startswith("!")}
    assert named == allowed
    assert all((ROOT / name).exists() for name in named)


def test_variables_of_the_manifests_are_settings_of_the_product() -> None:
    files = [ROOT / "Containerfile", *DEPLOY.iterdir()]
    named = {v for f in files for v in re.findall(r"RIS_MAP_([A-Z_]+)", f.read_text("utf-8"))}
    assert named
    known = set(type(read_settings({})).model_fields)
    assert {name.lower() for name in named} <= known
