"""Routes, middleware and the rewritten shell, without a running Streamlit."""

import gzip
import html
import re
import shutil
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit
from xml.etree import ElementTree

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit import net_util
from streamlit.runtime.runtime_util import get_max_widget_state_size_bytes
from streamlit.web.server.app_discovery import discover_asgi_app
from streamlit.web.server.server_util import is_url_from_allowed_origins
from streamlit.web.server.starlette.starlette_static_routes import (
    create_streamlit_static_assets_routes,
)
from uvicorn.protocols.http.h11_impl import H11Protocol

from ris_map.web import server, settings, shell
from ris_map.web.assets import asset_routes, asset_url, map_script
from ris_map.web.server import COMPRESSION, SCRIPT, server_middleware, server_routes

PLAIN = {"Accept-Encoding": "br, gzip;q=0"}


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with a hundred inhabited squares and nothing else."""
    (tmp_path / "people").mkdir()
    squares = [f"1kmN{4500 + n}000E4600000,2480" for n in range(100)]
    text = "\n".join(["cell_id,municipality_code", *squares])
    (tmp_path / "people" / "population_1km.csv").write_text(text)
    shutil.copy(settings.ROOT / "data" / "region.yaml", tmp_path)
    monkeypatch.setenv("RIS_MAP_DATA", str(tmp_path))
    # these files are no county; that broken data stop the start has a test of its own
    monkeypatch.setattr("ris_map.web.server._stop_on_faults", lambda _data: None)
    return tmp_path


@pytest.fixture
def client(data: Path) -> Iterator[TestClient]:  # noqa: ARG001
    """Our routes and middleware around Streamlit's own static files."""
    routes = [*server_routes(), *create_streamlit_static_assets_routes(None)]
    with TestClient(
        Starlette(routes=routes, middleware=[COMPRESSION, *server_middleware()])
    ) as browser:
        yield browser


def test_streamlit_finds_the_application_in_app_py() -> None:
    """``streamlit run app.py`` reads the file without running it; a helper call would be missed."""
    found = discover_asgi_app(settings.ROOT / "app.py")
    assert (found.is_asgi_app, found.import_string) == (True, "app:app")
    assert SCRIPT.is_file()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('<html lang="en">', '<html lang="en-US">', '<html lang="en"> was found 0 times'),
        # the policy forbids inline scripts: a new one in the page would break it silently
        ("<body>", "<body><script>go()</script>", "new inline script"),
    ],
)
def test_a_changed_index_page_is_named_in_words(old: str, new: str, said: str) -> None:
    with pytest.raises(shell.PageChanged, match=said):
        shell.rewrite(shell.streamlit_index().replace(old, new), "sv")


@pytest.mark.parametrize(
    ("path", "lang", "other"),
    [
        *((path, "sv", "en") for path in ("/", "/metod", "/kommun?kod=2480", "/metod?lang=xx")),
        ("/metod?lang=en", "en", "sv"),
    ],
)
def test_pages_get_a_shell_in_the_language_of_the_address(
    client: TestClient, path: str, lang: str, other: str
) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert f'<html lang="{lang}">' in answer.text
    assert answer.text.index(f'<p lang="{lang}">') < answer.text.index(f'<p lang="{other}">')


def test_F19_the_shell_is_not_sent_twice_and_a_part_of_it_is_the_whole(client: TestClient) -> None:
    first = client.get("/")
    again = client.get("/", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.head("/").headers["Content-Length"] == first.headers["Content-Length"]
    part = client.get("/", headers={"Range": "bytes=0-"})
    assert (part.status_code, part.content) == (200, first.content)


def test_streamlits_scripts_pass_untouched(client: TestClient) -> None:
    script = next(Path(shell.file_util.get_static_dir()).glob("static/js/index.*.js"))
    for headers in ({}, PLAIN):
        answer = client.get(f"/static/js/{script.name}", headers=headers)
        assert answer.content == script.read_bytes()
        assert "immutable" in answer.headers["Cache-Control"]
        assert ("Content-Encoding" in answer.headers) == (headers != PLAIN)


def test_the_maps_code_names_the_geometry_stands_first_in_its_frame_and_is_kept(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RIS_MAP_DATA", str(settings.ROOT / "data"))
    script = map_script()
    query = parse_qs(urlsplit(script).query)
    names = [urljoin(script, query[name][0]) for name in ("squares", "ground")]
    for address in (script, *names):
        answer = client.get(f"/{address}")
        assert answer.status_code == 200, address
        assert "immutable" in answer.headers["Cache-Control"], address
    frame = client.get(shell.FRAME_PAGE)
    code, component = re.findall(r'<script defer="defer" src="([^"]+)"', frame.text)
    assert html.unescape(code) == f"../../{script}"
    assert component.startswith("./static/js/main.")
    assert "'unsafe-eval'" in frame.headers["Content-Security-Policy"]
    # Streamlit sends the frame's script anew for each map: it gives no leave to keep it
    kept = client.get("/component/streamlit_folium.st_folium/static/js/main.0123abcd.js")
    assert "immutable" in kept.headers["Cache-Control"]
    assert "immutable" not in frame.headers["Cache-Control"]
    again = client.get(shell.FRAME_PAGE, headers={"If-None-Match": frame.headers["ETag"]})
    assert again.status_code == 304
    monkeypatch.setattr(shell.re, "subn", lambda *_: ("", 0))
    with pytest.raises(shell.PageChanged):
        shell.frame_page("changed.js")


def test_what_exists_at_the_start_is_looked_through_only_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Streamlit collects garbage after each run, with the last messages waiting to be sent."""
    calls: list[str] = []
    for name in ("collect", "freeze"):
        monkeypatch.setattr(server.gc, name, lambda name=name: calls.append(name))
    server.warm_up()
    assert calls == ["collect", "freeze"]


@pytest.mark.parametrize("path", ["/finns-inte", "/metod/djupt/ner", "/kommuner", "/app.py"])
@pytest.mark.parametrize(("language", "title"), [("sv", "Sidan finns inte"), ("en", "no such")])
def test_G12_an_unknown_address_says_so(
    client: TestClient, path: str, language: str, title: str
) -> None:
    answer = client.get(f"{path}?lang={language}")
    assert answer.status_code == 404
    assert title in answer.text
    assert f'lang="{language}"' in answer.text
    assert "<script" not in answer.text
    assert 'name="q"' in answer.text


def test_F14_machines_get_what_they_look_for(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RIS_MAP_DATA", str(settings.ROOT / "data"))
    robots = client.get("/robots.txt")
    assert robots.headers["Content-Type"].startswith("text/plain")
    assert "Sitemap: http://testserver/sitemap.xml" in robots.text
    security = client.get("/.well-known/security.txt").text
    assert f"Contact: mailto:{settings.DEFAULT_REPORT_ADDRESS}" in security
    assert re.search(r"Expires: \d{4}-\d\d-\d\dT00:00:00Z", security)
    icon = client.get("/favicon.ico")
    assert (icon.status_code, icon.headers["Content-Type"]) == (200, "image/svg+xml")
    sitemap = ElementTree.fromstring(client.get("/sitemap.xml").text)
    places = [loc.text or "" for loc in sitemap.findall(".//{*}loc")]
    assert "http://testserver/om/kommun/2480" in places
    assert "http://testserver/om/aktor/almi-nord" in places
    # what stands below /om/ has tests of its own
    for place in [one for one in places if "/om/" not in one]:
        assert client.get(place.removeprefix("http://testserver")).status_code == 200, place
    monkeypatch.setenv("RIS_MAP_BASE_URL", "https://karta.example.se")
    assert "https://karta.example.se/sitemap.xml" in client.get("/robots.txt").text


def test_the_process_says_that_it_lives_and_whether_it_is_ready(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/healthz").text == "ok\n"
    broken = client.get("/readyz")
    assert (broken.status_code, broken.json()) == (503, {"ready": False})
    monkeypatch.setenv("RIS_MAP_DATA", str(settings.ROOT / "data"))
    ready = client.get("/readyz").json()
    numbers = (path.stem.split(".") for path in settings.ROOT.glob("data/releases/*.yaml"))
    last = ".".join(max(numbers, key=lambda parts: [int(part) for part in parts]))
    assert [ready[k] for k in ("ready", "outdated", "faults", "release")] == [True, False, 0, last]


def test_F19_slow_headers_are_closed_and_the_rest_is_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A guarded server of its own: asked slowly, and asked twice over one connection."""
    for name in ("connection_made", "data_received"):  # as they were, when the test ends
        monkeypatch.setattr(H11Protocol, name, getattr(H11Protocol, name))
    server.guard_connections(1)
    app = Starlette(routes=[Route("/", lambda _: PlainTextResponse("x"))])
    config = uvicorn.Config(app, port=0, http="h11", ws="none", log_config=None)
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run)
    thread.start()
    try:
        while not running.started:
            threading.Event().wait(0.02)
        address = running.servers[0].sockets[0].getsockname()
        with socket.create_connection(address, timeout=60) as first:
            first.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
            assert first.recv(100) == b""  # closed
        with socket.create_connection(address, timeout=60) as second:
            for pause in (1.3, 0):
                second.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                answer = b""
                while not answer.endswith(b"\r\n\r\nx"):
                    answer += second.recv(1000)
                assert answer.startswith(b"HTTP/1.1 200")
                threading.Event().wait(pause)
    finally:
        running.should_exit = True
        thread.join()


def test_F19_nobody_keeps_files_here_or_makes_the_server_ask_another_host(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taking = Route("/{path:path}", lambda _: PlainTextResponse("kept"), methods=["PUT"])
    site = TestClient(Starlette(routes=[taking], middleware=server_middleware()))
    assert site.put("/_stcore/upload_file/session/file", content=b"x").status_code == 404
    assert get_max_widget_state_size_bytes() == 1_000_000
    monkeypatch.setattr(net_util, "_make_blocking_http_get", pytest.fail)
    assert not is_url_from_allowed_origins("https://other.example")


def test_pictures_are_made_for_one_client_after_another() -> None:
    making, done = list[str](), threading.Event()

    def source(name: str, _: object) -> tuple[str, bytes]:
        making.append(name)
        done.wait(60)
        return "1", b""

    app = Starlette(routes=asset_routes([source]))
    with TestClient(app) as client, ThreadPoolExecutor() as threads:
        wanted = [threads.submit(client.get, f"/cells/1/{n}.json") for n in range(3)]
        while not making or wait(wanted, timeout=0.3).done:
            pass
        at_once = len(making)
        done.set()
        assert [one.result().status_code for one in wanted] == [200] * 3
    assert at_once == 1


def test_compression_does_not_widen_what_is_served(client: TestClient) -> None:
    """Anything that is not one of Streamlit's scripts or styles is left to Streamlit."""
    for path in ("/static/..%2f..%2fconfig.py", "/static/%2e%2e/index.html", "/static/js/no.js"):
        assert "compress" not in client.get(path).text
    script = next(Path(shell.file_util.get_static_dir()).glob("static/js/index.*.js")).name
    part = client.get(f"/static/js/{script}", headers={"Range": "bytes=0-9"})
    assert (part.status_code, len(part.content)) == (206, 10)


def test_geometry_is_compressed_kept_by_its_hash_and_goes_with_the_figures_drawn_on_it(
    client: TestClient, data: Path
) -> None:
    address = asset_url("geo/squares.bin")
    plain = client.get(f"/{address}", headers=PLAIN)
    assert plain.headers["Vary"] == "Accept-Encoding"
    assert "immutable" in plain.headers["Cache-Control"]
    with client.stream("GET", f"/{address}") as packed:
        assert gzip.decompress(b"".join(packed.iter_raw())) == plain.content
    assert packed.headers["Content-Encoding"] == "gzip"
    known = {"If-None-Match": plain.headers["ETag"]}
    assert client.get(f"/{address}", headers=known).status_code == 304
    people = data / "people" / "population_1km.csv"
    people.write_text(people.read_text() + "\n1kmN4700000E4700000,2482")
    assert asset_url("geo/squares.bin") == address, "squares and minutes are of one reading"
    other = client.get(f"/{address[:-1]}x", headers=PLAIN)
    assert "immutable" not in other.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("setting", "page", "frame"),
    [
        ("", "'self'", "'self'"),
        # browsers check every ancestor of the map's frame, so both have to be named there
        ("https://kommun.example", "https://kommun.example", "'self' https://kommun.example"),
        ("'none'", "'none'", "'self'"),
    ],
)
def test_M6_another_site_may_show_it_only_where_the_operator_allows(
    monkeypatch: pytest.MonkeyPatch, setting: str, page: str, frame: str
) -> None:
    monkeypatch.setattr(server, "_stop_on_faults", lambda _data: None)
    monkeypatch.setenv("RIS_MAP_FRAME_ANCESTORS", setting)
    site = TestClient(Starlette(routes=server_routes(), middleware=server_middleware()))
    for path, named in (("/robots.txt", page), ("/component/x/y", frame)):
        policy = site.get(path).headers["Content-Security-Policy"]
        assert policy.endswith(f"frame-ancestors {named}")


def test_a_file_that_a_server_does_not_have_yet_is_not_missing_for_a_year() -> None:
    """Its name holds a hash; while a new version spreads, its page may come from another server."""
    site = TestClient(Starlette(middleware=server_middleware()))
    gone = site.get("/component/streamlit_folium.st_folium/static/js/main.0123abcd.js")
    assert (gone.status_code, gone.headers.get("Cache-Control")) == (404, None)
