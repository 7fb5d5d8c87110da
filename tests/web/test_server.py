"""Routes, middleware and the rewritten shell, without a running Streamlit."""

from __future__ import annotations

import gzip
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.web.server.app_discovery import discover_asgi_app
from streamlit.web.server.starlette.starlette_static_routes import (
    create_streamlit_static_assets_routes,
)

from ris_map.web import settings, shell, warmup
from ris_map.web.assets import asset_url, map_script
from ris_map.web.compression import FRAME, folders
from ris_map.web.headers import content_security_policy
from ris_map.web.network import send_at_once
from ris_map.web.rewriting import PageChanged
from ris_map.web.server import SCRIPT, server_middleware, server_routes

PLAIN = {"Accept-Encoding": "identity"}


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with both geometry files and one file that must stay private."""
    for name in ("municipalities.geojson", "background.geojson", "actors.yaml"):
        (tmp_path / name).write_text('{"type": "FeatureCollection", "features": []}' + " " * 2000)
    monkeypatch.setenv(settings.DATA_VARIABLE, str(tmp_path))
    return tmp_path


@pytest.fixture
def client(data: Path) -> Iterator[TestClient]:  # noqa: ARG001
    """Our routes and middleware around Streamlit's own static files."""
    routes = [*server_routes(), *create_streamlit_static_assets_routes(None)]
    with TestClient(Starlette(routes=routes, middleware=server_middleware())) as browser:
        yield browser


def test_streamlit_finds_the_application_in_app_py() -> None:
    """``streamlit run app.py`` reads the file without running it; a helper call would be missed."""
    found = discover_asgi_app(settings.ROOT / "app.py")
    assert (found.is_asgi_app, found.import_string) == (True, "app:app")
    assert SCRIPT.is_file()


def test_connections_inherit_sending_at_once() -> None:
    """Without it every small answer waits 40 ms for the browser's acknowledgement."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        assert send_at_once() >= 1
        with socket.create_connection(listening.getsockname()):
            accepted, _ = listening.accept()
            with accepted:
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_starting_the_server_does_not_import_the_map_component() -> None:
    """Imported before the runtime exists, it registers where nobody looks: the map is not found."""
    code = "import sys, app; app.server_middleware(); print('streamlit_folium' in sys.modules)"
    run = [sys.executable, "-W", "ignore", "-c", code]
    done = subprocess.run(run, cwd=settings.ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_what_is_named_early_exists(client: TestClient) -> None:
    """Files named in the page's head are files this server sends."""
    page = client.get("/").text
    named = re.findall(r'<link rel="(?:modulepreload|prefetch)"[^>]* href="\./([^"]+)"', page)
    assert sum(name.startswith(FRAME.removeprefix("/")) for name in named) == 1
    assert any("ComponentInstance" in name for name in named)
    for name in named:
        assert client.get(f"/{name}").status_code == 200, name


def test_streamlits_index_page_can_still_be_rewritten() -> None:
    """After an update of Streamlit this fails first, and says which part has moved."""
    for language in shell.LANGUAGES:
        page = shell.rewrite(shell.streamlit_index(), language)
        assert page.startswith(f'<!DOCTYPE html>\n<html lang="{language}">')
        assert '<div id="root"></div>' in page
        assert 'type="module"' in page
        assert page.count("<title>") == page.count("<noscript>") == 1


def test_a_changed_index_page_is_named_in_words() -> None:
    moved = shell.streamlit_index().replace('<html lang="en">', '<html lang="en-US">')
    with pytest.raises(PageChanged, match="<html lang> was found 0 times"):
        shell.rewrite(moved, "sv")


def test_a_new_inline_script_is_refused() -> None:
    """The policy forbids inline scripts: a new one in the page would break it silently."""
    grown = shell.streamlit_index().replace("<body>", "<body><script>go()</script>")
    with pytest.raises(PageChanged, match="new inline script"):
        shell.rewrite(grown, "sv")


@pytest.mark.parametrize("path", ["/", "/metod", "/kommun?kod=2480", "/metod?lang=xx"])
def test_page_paths_get_the_swedish_shell(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert '<html lang="sv">' in response.text
    assert response.text.index('<p lang="sv">') < response.text.index('<p lang="en">')


def test_the_language_of_the_address_chooses_the_shell(client: TestClient) -> None:
    page = client.get("/metod?lang=en").text
    assert '<html lang="en">' in page
    assert page.index('<p lang="en">') < page.index('<p lang="sv">')


def test_the_shell_is_not_sent_twice(client: TestClient) -> None:
    first = client.get("/")
    again = client.get("/", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.head("/").headers["Content-Length"] == first.headers["Content-Length"]


def test_streamlits_scripts_pass_untouched(client: TestClient) -> None:
    script = next(Path(shell.file_util.get_static_dir()).glob("static/js/index.*.js"))
    for headers in ({}, PLAIN):
        answer = client.get(f"/static/js/{script.name}", headers=headers)
        assert answer.content == script.read_bytes()
        assert "immutable" in answer.headers["Cache-Control"]
        assert ("Content-Encoding" in answer.headers) == (headers != PLAIN)


def test_the_frames_script_is_kept_and_packed(client: TestClient) -> None:
    """Streamlit sends it anew for each map: it gives no leave to keep it."""
    script = next(folders()[FRAME].glob("static/js/main.*.js"))
    with client.stream("GET", f"{FRAME}static/js/{script.name}") as answer:
        raw = b"".join(answer.iter_raw())
    assert "immutable" in answer.headers["Cache-Control"]
    assert gzip.decompress(raw) == script.read_bytes()


def test_the_maps_script_names_the_geometry_and_everything_is_kept(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(settings.DATA_VARIABLE, str(settings.ROOT / "data"))
    script = map_script()
    query = parse_qs(urlsplit(script).query)
    names = [urljoin(script, query[name][0]) for name in ("squares", "ground")]
    for address in (script, *names):
        answer = client.get(f"/{address}")
        assert answer.status_code == 200, address
        assert "immutable" in answer.headers["Cache-Control"], address


def test_what_exists_at_the_start_is_looked_through_only_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Streamlit collects garbage after each run, with the last messages waiting to be sent."""
    calls: list[str] = []
    for name in ("collect", "freeze"):
        monkeypatch.setattr(warmup.gc, name, lambda name=name: calls.append(name))
    warmup.warm_up()
    assert calls == ["collect", "freeze"]


def test_compression_does_not_widen_what_is_served(client: TestClient) -> None:
    """Anything that is not one of Streamlit's scripts or styles is left to Streamlit."""
    for path in ("/static/..%2f..%2fconfig.py", "/static/%2e%2e/index.html", "/static/js/no.js"):
        assert "compress" not in client.get(path).text
    script = next(Path(shell.file_util.get_static_dir()).glob("static/js/index.*.js")).name
    part = client.get(f"/static/js/{script}", headers={"Range": "bytes=0-9"})
    assert (part.status_code, len(part.content)) == (206, 10)


@pytest.mark.parametrize("name", ["municipalities", "background"])
def test_geometry_is_sent_as_geojson(client: TestClient, data: Path, name: str) -> None:
    response = client.get(f"/assets/geo/{name}.geojson", headers=PLAIN)
    assert response.headers["Content-Type"] == "application/geo+json"
    assert response.content == (data / f"{name}.geojson").read_bytes()
    assert response.headers["Vary"] == "Accept-Encoding"


def test_geometry_is_compressed_where_taken(client: TestClient, data: Path) -> None:
    with client.stream("GET", "/assets/geo/municipalities.geojson") as response:
        raw = b"".join(response.iter_raw())
    assert response.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(raw) == (data / "municipalities.geojson").read_bytes()
    refused = client.get(
        "/assets/geo/municipalities.geojson", headers={"Accept-Encoding": "gzip;q=0"}
    )
    assert "Content-Encoding" not in refused.headers


def test_geometry_is_kept_by_its_hash_and_renewed_when_it_changes(
    client: TestClient, data: Path
) -> None:
    address = f"/{asset_url('geo/municipalities.geojson')}"
    first = client.get(address)
    assert "immutable" in first.headers["Cache-Control"]
    known = {"If-None-Match": first.headers["ETag"]}
    assert client.get(address, headers=known).status_code == 304
    (data / "municipalities.geojson").write_text('{"type": "FeatureCollection"}')
    assert asset_url("geo/municipalities.geojson") != address.removeprefix("/")
    renewed = client.get(address, headers=known)
    assert (renewed.status_code, renewed.json()) == (200, {"type": "FeatureCollection"})
    assert "immutable" not in renewed.headers["Cache-Control"]


@pytest.mark.parametrize(
    "name",
    [
        "app/page.css",
        "leaflet/leaflet.js",
        "jquery/jquery.min.js",
        "bundle/page.css",
        "bundle/map.js",
    ],
)
def test_files_are_kept_by_their_hash(client: TestClient, name: str) -> None:
    kept = client.get(f"/{asset_url(name)}")
    assert kept.status_code == 200
    assert "immutable" in kept.headers["Cache-Control"]
    assert "immutable" not in client.get(f"/assets/{name}?v=old").headers["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    [
        "/assets/geo/actors.geojson",
        "/assets/geo/actors.yaml",
        "/assets/geo/..%2factors.yaml",
        "/assets/app/..%2fserver.py",
        "/assets/app/nope.js",
        "/assets/nope/x",
        "/assets/",
    ],
)
def test_other_names_are_unknown(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_every_answer_has_the_headers(client: TestClient) -> None:
    for path in ("/", "/metod", "/assets/app/page.css", "/assets/nope"):
        headers = client.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
        assert "camera=()" in headers["Permissions-Policy"]
        assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]


def test_only_the_frame_may_evaluate_text() -> None:
    page = content_security_policy(("'self'",), frame=False)
    frame = content_security_policy(("'self'",), frame=True)
    assert "'unsafe-eval'" in frame
    assert "'unsafe-eval'" not in page
    assert "script-src 'self' 'wasm-unsafe-eval';" in page


def test_an_embedding_site_may_hold_the_page_and_the_page_its_frame() -> None:
    """Browsers check every ancestor of the map's frame, so both have to be named there."""
    allowed = ("https://example.org",)
    page = content_security_policy(allowed, frame=False)
    frame = content_security_policy(allowed, frame=True)
    assert page.endswith("frame-ancestors https://example.org")
    assert frame.endswith("frame-ancestors 'self' https://example.org")
    assert content_security_policy(("'none'",), frame=False).endswith("frame-ancestors 'none'")
    assert content_security_policy(("'none'",), frame=True).endswith("frame-ancestors 'self'")


def test_a_missing_data_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(settings.DATA_VARIABLE, str(tmp_path / "nowhere"))
    with pytest.raises(settings.SettingFault, match="nowhere"):
        settings.data_dir()
    monkeypatch.delenv(settings.DATA_VARIABLE)
    assert settings.data_dir() == settings.ROOT / "data"


def test_looking_for_listening_sockets_leaves_no_descriptor_open() -> None:
    """A leaked copy of a pipe would keep the process at its other end waiting for ever."""
    descriptors = Path("/dev/fd")
    if not descriptors.is_dir():
        pytest.skip("this system does not list descriptors")
    before = len(list(descriptors.iterdir()))
    with socket.create_server(("127.0.0.1", 0)):
        assert send_at_once() >= 1
    assert len(list(descriptors.iterdir())) == before


@pytest.mark.parametrize("is_home", [True, False])
def test_the_settings_file_holds_whatever_folder_one_starts_from(
    tmp_path: Path, *, is_home: bool
) -> None:
    code = (
        "from streamlit import config; from ris_map.web.settings import apply_settings_file;"
        "found = apply_settings_file(); print(len(found) > 20,"
        " config.get_option('theme.light.primaryColor'),"
        " config.get_option('client.allowedOrigins'))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=settings.ROOT if is_home else tmp_path,
        env={**os.environ, "PYTHONPATH": str(settings.ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [str(not is_home), "#0b4f6c", "[]"]
