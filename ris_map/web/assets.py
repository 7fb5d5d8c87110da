"""What the browser fetches beside Streamlit: Leaflet, jQuery, our scripts and styles, geometry.

Everything comes from this server, so that no page ever asks another host for anything. An address
carries a hash of the content (``?v=...``); with the right hash the browser may keep the file for a
year, without it the file is asked for anew (and answered with "not modified").
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import xstatic.pkg.jquery
import xstatic.pkg.leaflet
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope
from streamlit import file_util

from ris_map.travel.service import service
from ris_map.travel.world import foundations
from ris_map.web import geometry
from ris_map.web.answers import KEPT, Payload, pack, respond
from ris_map.web.search import everyday_words, index
from ris_map.web.settings import data_dir
from ris_map.words.language import Language

PREFIX: Final = "assets"
GEO_NAMES: Final = ("municipalities.geojson", "background.geojson", "squares.bin", "ground.json")
_MAP_STYLES: Final = ("leaflet/leaflet.css", "app/tokens.css", "app/map.css")

_FOLDERS: Final[Mapping[str, Path]] = {
    "app": Path(__file__).resolve().parent / "static",
    "leaflet": Path(xstatic.pkg.leaflet.BASE_DIR),
    "jquery": Path(xstatic.pkg.jquery.BASE_DIR),
}
BUNDLES: Final[Mapping[str, tuple[str, ...]]] = {
    "page.css": (
        "app/tokens.css",
        "app/not_found.css",
        "app/page.css",
        "app/coverage.css",
        "app/find.css",
        "app/municipality.css",
        "app/siting.css",
        "app/open_data.css",
    ),
    "page.js": (
        "app/shell.js",
        "app/combo.js",
        "app/lost.js",
        "app/pages.js",
        "app/selection.js",
        "app/coverage.js",
        "app/find.js",
        "app/search.js",
        "app/municipality.js",
        "app/siting.js",
    ),
    "old_map.js": ("leaflet/leaflet.js", "app/old_map.js"),
    "old_map.css": ("app/old_map.css", "app/frame.css"),
}
"""Files that are always wanted together, sent as one: each file more costs a first visit time.

In this order; none of them names another file by a relative address.
"""
# Leaflet's style sheet names its images without a version; a day is a fair guess for those.
_UNVERSIONED: Final = {"app": "no-cache", "leaflet": "public, max-age=86400", "jquery": "no-cache"}
_BUNDLE_TYPES: Final = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
}
_GEO_TYPES: Final = {
    ".geojson": "application/geo+json",
    ".json": "application/json",
    ".bin": "application/octet-stream",
}
PictureSource = Callable[[str, Mapping[str, list[str]]], tuple[str, bytes] | None]


@lru_cache(maxsize=64)
def _payload(path: Path, _modified: int, _size: int) -> Payload:
    """Read and compress a file once for each state of it (the stamp is part of the cache's key)."""
    return pack(path.read_bytes())


def payload(path: Path) -> Payload:
    """Give a file's content and hash, read anew only when the file has changed.

    Parameters
    ----------
    path : Path
        An existing file.
    """
    stamp = path.stat()
    return _payload(path, stamp.st_mtime_ns, stamp.st_size)


@lru_cache(maxsize=16)
def _joined(suffix: str, parts: tuple[Payload, ...]) -> Payload:
    """Join files to one; in scripts each ends with a semicolon, whatever it ends with itself."""
    between = b"\n;\n" if suffix == ".js" else b"\n"
    return pack(between.join(part.plain for part in parts))


@lru_cache(maxsize=4)
def _map_code(styles: Payload, leaflet: Payload, code: Payload) -> Payload:
    """Join Leaflet, the styles as a text, and the map's code.

    streamlit-folium writes the frame's head anew, so that style sheets there load twice, and a map
    measured before its styles are there is measured wrongly: the styles travel in the script.
    """
    text = json.dumps(_font() + styles.plain.decode())
    middle = f"\n;window.risStyles = {text};\n".encode()
    return pack(leaflet.plain + middle + code.plain)


def _font() -> str:
    """Give the page's own typeface to the frame; Streamlit's file of it is in the cache by then."""
    media = Path(file_util.get_static_dir()) / "static" / "media"
    files = sorted(media.glob("SourceSansVF-Upright*.woff2"))
    return "".join(
        f'@font-face{{font-family:"Source Sans";src:url(/static/media/{one.name});'
        "font-weight:200 900;font-display:swap}"
        for one in files[:1]
    )


def _bundle(name: str) -> Payload:
    """Give a bundle as its files are now."""
    if name == "map.js":
        styles = _joined(".css", tuple(payload(_path(part)) for part in _MAP_STYLES))
        return _map_code(styles, payload(_path("leaflet/leaflet.js")), payload(_path("app/map.js")))
    parts = tuple(payload(_path(part)) for part in BUNDLES[name])
    return _joined(Path(name).suffix, parts)


@lru_cache(maxsize=4)
def _squares(folder: Path, _stamp: tuple[int, ...]) -> Payload:
    return pack(geometry.squares_bytes(folder))


@lru_cache(maxsize=4)
def _ground(folder: Path, _stamp: tuple[int, ...]) -> Payload:
    return pack(geometry.ground_bytes(folder, foundations(folder).geography))


def _geo(name: str) -> Payload:
    """Give a geometry file; what the map draws is made of several files, once per state."""
    folder = data_dir()
    if name == "squares.bin":
        return _squares(folder, _stamp(folder / geometry.PEOPLE))
    if name == "ground.json":
        sources = [folder / one for one in (*GEO_NAMES[:2], "localities.csv", "divisions.yaml")]
        return _ground(folder, _stamp(*sources, folder / geometry.ROADS))
    return payload(folder / name)


def _stamp(*paths: Path) -> tuple[int, ...]:
    return tuple(path.stat().st_mtime_ns if path.exists() else 0 for path in paths)


def map_script() -> str:
    """Give the address of the map's only script, which says where the geometry is."""
    near = {name.partition(".")[0]: f"../geo/{name}" for name in GEO_NAMES[2:]}
    query = {key: f"{path}?v={_geo(Path(path).name).version}" for key, path in near.items()}
    return f"{asset_url('bundle/map.js')}&{urlencode(query)}"


def _path(name: str) -> Path:
    """Find the file behind an asset's name such as ``leaflet/leaflet.js``."""
    folder, _, rest = name.partition("/")
    return _FOLDERS[folder] / rest


def asset_url(name: str) -> str:
    """Give an asset's address, relative to the site's root, with the hash of its content.

    Parameters
    ----------
    name : str
        For example ``app/map.css``, ``bundle/page.js`` or ``geo/municipalities.geojson``.

    Returns
    -------
    str
        For example ``assets/app/map.css?v=1b2c3d4e5f60``.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    """
    folder, _, rest = name.partition("/")
    content = {"bundle": _bundle, "geo": _geo}.get(folder, lambda _: payload(_path(name)))(rest)
    return f"{PREFIX}/{name}?v={content.version}"


def _versioned(request: Request, version: str) -> bool:
    return request.query_params.get("v") == version


async def _geometry(request: Request) -> Response:
    """Send a geometry file; any other name is unknown here."""
    name = request.path_params["name"]
    if name not in GEO_NAMES:
        raise HTTPException(status_code=404)
    try:
        content = await run_in_threadpool(_geo, name)
    except FileNotFoundError:
        raise HTTPException(status_code=404) from None
    cache = KEPT if _versioned(request, content.version) else "public, no-cache"
    return respond(request, content, media_type=_GEO_TYPES[Path(name).suffix], cache=cache)


def picture_route(source: PictureSource) -> Route:
    """Give the route of the map's pictures; ``source`` returns version and content, or None."""

    async def picture(request: Request) -> Response:
        query = {key: request.query_params.getlist(key) for key in request.query_params}
        found = await run_in_threadpool(source, request.path_params["name"], query)
        if found is None:
            raise HTTPException(status_code=404)
        version, content = found
        cache = KEPT if request.path_params["version"] == version else "no-cache"
        return respond(request, pack(content), media_type="application/json", cache=cache)

    return Route("/cells/{version}/{name}.json", picture, methods=["GET", "HEAD"])


async def _bundled(request: Request) -> Response:
    """Send files that are always wanted together as one; any other name is unknown here."""
    name = request.path_params["name"]
    if name not in {*BUNDLES, "map.js"}:
        raise HTTPException(status_code=404)
    content = _bundle(name)
    cache = KEPT if _versioned(request, content.version) else "no-cache"
    return respond(request, content, media_type=_BUNDLE_TYPES[Path(name).suffix], cache=cache)


async def _search(request: Request) -> Response:
    """Send what can be searched for, in one language; asked for anew when the register changes."""
    language = request.path_params["language"]
    if language not in set(Language):
        raise HTTPException(status_code=404)
    content = await run_in_threadpool(_search_index, Language(language))
    return respond(request, content, media_type="application/json", cache="no-cache")


def _search_index(language: Language) -> Payload:
    folder = data_dir()
    world = service(folder).moment().world
    return pack(index(world, everyday_words(folder), language))


class VersionedFiles(StaticFiles):
    """Static files whose caching depends on whether the address carries the right hash."""

    def __init__(self, directory: Path, unversioned: str) -> None:
        super().__init__(directory=directory)
        self._root = directory
        self._unversioned = unversioned

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Send one file, or "not found"."""
        response = await super().get_response(path, scope)
        full = self._root / path
        kept = full.is_file() and _versioned(Request(scope), payload(full).version)
        response.headers["Cache-Control"] = KEPT if kept else self._unversioned
        return response


def asset_routes() -> list[BaseRoute]:
    """Give the routes of everything under ``/assets``.

    Returns
    -------
    list of BaseRoute
        A route each for geometry and for bundles, and one folder each for our own files, Leaflet
        and jQuery.
    """
    files = [
        Mount(f"/{PREFIX}/{name}", VersionedFiles(folder, _UNVERSIONED[name]), name=f"asset-{name}")
        for name, folder in _FOLDERS.items()
    ]
    geometry = Route(f"/{PREFIX}/geo/{{name}}", _geometry, methods=["GET", "HEAD"])
    bundles = Route(f"/{PREFIX}/bundle/{{name}}", _bundled, methods=["GET", "HEAD"])
    search = Route(f"/{PREFIX}/search/{{language}}.json", _search, methods=["GET", "HEAD"])
    return [geometry, bundles, search, *files, Mount(f"/{PREFIX}", _nothing, name="asset-unknown")]


async def _nothing(scope: Scope, receive: object, send: object) -> None:  # noqa: ARG001
    """Answer "not found"; otherwise Streamlit would answer an unknown asset with the page."""
    raise HTTPException(status_code=404)
