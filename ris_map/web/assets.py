"""What the browser fetches beside Streamlit: Leaflet, our scripts and styles, geometry, the search.

Everything comes from this server, so that no page ever asks another host for anything. An address
carries a hash of the content (``?v=...``); with the right hash the browser may keep the file for a
year, without it the file is asked for anew (and answered with "not modified").
"""

import hashlib
import json
import mimetypes
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from functools import cached_property, lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode
from weakref import WeakValueDictionary

import numpy as np
import pandas as pd
import shapely
import xstatic.pkg.leaflet
from anyio import CapacityLimiter, Lock, to_thread
from pyproj import Transformer
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.staticfiles import StaticFiles
from streamlit import file_util

from ris_map.geography.county import Geography
from ris_map.geography.divisions import Division
from ris_map.register.selection import INSIDE, SAME_WORD, searched_text
from ris_map.register.strategy import SEARCH_CHOICES, EverydayWords, everyday_words
from ris_map.register.vocabulary import Status
from ris_map.travel.world import World, foundations, kept, service
from ris_map.web.settings import data_dir
from ris_map.words import swedish_sort_key, translator
from ris_map.words.language import Language

KEPT: Final = "public, max-age=31536000, immutable"
"""``Cache-Control`` of what never changes under its address."""
_HASH_LENGTH: Final = 12
_CONDITIONS: Final = StaticFiles()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Content, and what is told of it; compression is the server's."""

    content: bytes
    media_type: str
    cache: str = "no-cache"
    modified: datetime | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def version(self) -> str:
        """The hash that names the content."""
        return hashlib.sha256(self.content).hexdigest()[:_HASH_LENGTH]

    def response(self, request: Request, *, status: int = 200, cache: str = "") -> Response:
        """Return what one client is sent: 304 without content if it has it already."""
        told = {"Cache-Control": cache or self.cache, "ETag": f'"{self.version}"', **self.headers}
        if self.modified is not None:
            told["Last-Modified"] = format_datetime(self.modified, usegmt=True)
        sent = Response(self.content, status, media_type=self.media_type, headers=told)
        if _CONDITIONS.is_not_modified(sent.headers, request.headers):
            sent = Response(status_code=304, headers={**told, "Vary": "Accept-Encoding"})
        # weak: one name for the content in every coding
        sent.headers["ETag"] = f"W/{told['ETag']}"
        return sent


PREFIX: Final = "assets"
FRAME_TO_SITE: Final = "../../"
"""From the map's frame to the site's root."""
PEOPLE: Final = "people/population_1km.csv"
ROADS: Final = "roads/edges.geojson"
GEOMETRY: Final = ("geo/squares.bin", "geo/ground.json")
"""What is made of data files, once, as the figures that are drawn on it."""
BUNDLES: Final[Mapping[str, tuple[str, ...]]] = {
    "bundle/page.css": (
        *(f"app/{name}.css" for name in ("tokens", "not_found", "page", "coverage", "find")),
        *(f"app/{name}.css" for name in ("municipality", "siting", "open_data")),
    ),
    "bundle/not_found.css": ("app/tokens.css", "app/not_found.css"),
    "bundle/small_map.css": ("app/tokens.css", "app/small_map.css"),
    "bundle/page.js": (
        *(f"app/{name}.js" for name in ("shell", "combo", "lost", "pages", "coverage", "find")),
        *(f"app/{name}.js" for name in ("search", "municipality", "siting")),
    ),
    "bundle/map.js": (
        "leaflet/leaflet.js",
        "leaflet/leaflet.css",
        "app/tokens.css",
        "app/map.css",
        "app/map.js",
    ),
}
"""Files that are always wanted together, sent as one: each file more costs a first visit time.

In this order; none of them names another file by a relative address.
"""
_FOLDERS: Final[Mapping[str, Path]] = {
    "app": Path(__file__).resolve().parent / "static",
    "leaflet": Path(xstatic.pkg.leaflet.BASE_DIR),
}
PictureSource = Callable[[str, Mapping[str, list[str]]], tuple[str, bytes] | None]
Features = list[dict[str, Any]]


def content(name: str) -> Answer:
    """Give what stands under an asset's name, made anew only when a file of the code has changed.

    For example ``app/map.css``, ``bundle/page.js`` or ``geo/ground.json``; ``FileNotFoundError`` if
    there is none.
    """
    named = () if name in GEOMETRY else BUNDLES.get(name, (name,))
    sources = tuple(map(_path, named))
    stamp = tuple((file.st_mtime_ns, file.st_size) for file in map(Path.stat, sources))
    return _made(name, sources, data_dir(), stamp)


def _path(name: str) -> Path:
    """Find the file behind a name such as ``leaflet/leaflet.js``, and nothing outside."""
    folder, _, rest = name.partition("/")
    root = _FOLDERS.get(folder)
    path = (root / rest).resolve() if root else Path()
    if root is None or not path.is_relative_to(root.resolve()) or not path.is_file():
        raise FileNotFoundError(name)
    return path


@lru_cache(maxsize=64)
def _made(name: str, sources: tuple[Path, ...], data: Path, _stamp: object) -> Answer:
    is_script = name.endswith(".js")
    match name:
        case "geo/squares.bin":
            made = squares_bytes(data)
        case "geo/ground.json":
            made = ground_bytes(data, foundations(data).geography)
        case "bundle/map.js":
            made = _map_code(*(path.read_text(encoding="utf-8") for path in sources))
        case "bundle/not_found.css":  # a document of its own, without Streamlit's styles
            made = _font().encode() + b"".join(path.read_bytes() for path in sources)
        case _:
            # in joined scripts each ends with a semicolon, whatever it ends with itself
            between = b"\n;\n" if is_script else b"\n"
            made = between.join(path.read_bytes() for path in sources)
    media_type = "text/javascript" if is_script else mimetypes.guess_type(name)[0]
    return Answer(content=made, media_type=media_type or "application/octet-stream")


def _map_code(leaflet: str, *rest: str) -> bytes:
    """Join Leaflet, the styles as a text, and the map's code.

    streamlit-folium writes the frame's head anew, so that style sheets there load twice, and a map
    measured before its styles are there is measured wrongly: the styles travel in the script.
    """
    *styles, code = rest
    text = json.dumps("\n".join([_font(), *styles]))
    return f"{leaflet}\n;window.risStyles = {text};\n{code}".encode()


def _font() -> str:
    """Give the pages' typeface, a file of Streamlit's, to other documents of ours."""
    media = Path(file_util.get_static_dir()) / "static" / "media"
    files = sorted(media.glob("SourceSansVF-Upright*.woff2"))
    return "".join(
        f'@font-face{{font-family:"Source Sans";src:url(/static/media/{one.name});'
        "font-weight:200 900;font-display:swap}"
        for one in files[:1]
    )


def asset_url(name: str) -> str:
    """Give an asset's address, relative to the site's root, with the hash of its content."""
    return f"{PREFIX}/{name}?v={content(name).version}"


def map_script() -> str:
    """Give the address of the map's only script, which says where the geometry is."""
    near = {Path(name).stem: f"../{name}?v={content(name).version}" for name in GEOMETRY}
    return f"{asset_url('bundle/map.js')}&{urlencode(near)}"


def _asset(request: Request) -> Response:
    name = request.path_params["name"]
    try:
        found = content(name)
    except (OSError, ValueError):
        raise HTTPException(status_code=404) from None
    kept = request.query_params.get("v") == found.version
    return found.response(request, cache=KEPT if kept else "")


def _search(request: Request) -> Response:
    """Send what can be searched for, in one language; asked for anew when the register changes."""
    language = request.path_params["language"]
    if language not in set(Language):
        raise HTTPException(status_code=404)
    folder = data_dir()
    found = index(service(folder).moment().world, everyday_words(folder), Language(language))
    return Answer(content=found, media_type="application/json").response(request)


def asset_routes(pictures: Sequence[PictureSource] = ()) -> list[BaseRoute]:
    """Give the routes of the assets and of the map's pictures, each answered in a thread.

    Each of ``pictures`` returns version and content of a picture for its name and query, or None.
    They are made for one client after another, and few at once: all others, and whoever asks if the
    server is ready, would wait for them.
    """
    few, turns = CapacityLimiter(2), WeakValueDictionary[str, Lock]()

    async def picture(request: Request) -> Response:
        query = {key: request.query_params.getlist(key) for key in request.query_params}
        name = request.path_params["file"]

        def made() -> tuple[str, bytes] | None:
            return next(filter(None, (source(name, query) for source in pictures)), None)

        async with turns.setdefault(request.client.host if request.client else "", Lock()):
            found = await to_thread.run_sync(made, limiter=few)
        if found is None:
            raise HTTPException(status_code=404)
        version, plain = found
        cache = KEPT if request.path_params["version"] == version else ""
        media_type = mimetypes.guess_type(name)[0] or "text/plain"
        return Answer(content=plain, media_type=media_type).response(request, cache=cache)

    methods = ["GET", "HEAD"]
    return [
        Route("/cells/{version}/{file}", picture, methods=methods),
        Route(f"/{PREFIX}/search/{{language}}.json", _search, methods=methods),
        Route(f"/{PREFIX}/{{name:path}}", _asset, methods=methods),
    ]


# ---- geometry: pure functions of the files in data/

_OPEN_SEA = (
    *((18.0, 60.0), (18.0, 62.4), (18.75, 63.25), (19.2, 63.5), (19.45, 63.65), (20.3, 63.86)),
    *((20.8, 64.1), (21.2, 64.6), (21.3, 65.0), (21.5, 65.3), (22.2, 65.55), (23.5, 65.8)),
    *((29.0, 65.8), (29.0, 60.0), (18.0, 60.0)),
)
"""Roughly the Gulf of Bothnia (lon, lat), below the county's own coast: ground beyond the data."""
_CELL_SIDE_M = 1000
_STEPS = 65535


def squares_bytes(data: Path) -> bytes:
    """Return the corners of each square in Web Mercator, in the file's order, which is the index.

    Four float64 (origin and step as shares of the world), then per square eight uint16 (four
    corners, x and y) and last one byte with the municipality's index among the sorted codes.
    The smallest step is 8 m, a hundredth of a side.
    """
    cells = pd.read_csv(data / PEOPLE, usecols=["cell_id", "municipality_code"], dtype=str)
    south_west = cells.cell_id.str.extract(r"N(\d+)E(\d+)$").astype(int).to_numpy()
    around = np.array([(0, 0), (0, 1), (1, 1), (1, 0)]) * _CELL_SIDE_M
    north_east = south_west[:, None, :] + around
    transformer = Transformer.from_crs(3035, 3857, always_xy=True)
    x, y = transformer.transform(north_east[..., 1], north_east[..., 0])
    world_m = 2 * np.pi * 6378137.0
    world = np.stack([x / world_m + 0.5, 0.5 - y / world_m], axis=-1).reshape(-1, 2)
    low, step = world.min(axis=0), np.ptp(world, axis=0) / _STEPS
    corners = np.rint((world - low) / step).astype("u2")
    codes = sorted(cells.municipality_code.unique())
    owners = cells.municipality_code.map({code: i for i, code in enumerate(codes)}).to_numpy("u1")
    head = np.concatenate([low, step]).astype("f8")
    return b"".join(part.tobytes() for part in (head, corners, owners))


def ground_bytes(data: Path, geography: Geography) -> bytes:
    """Return sea, municipalities, roads, names and each division's line in one JSON file.

    A road is ``[is numbered, points]``, a town ``[name, latitude, longitude, rank]``: 0 a
    municipality's main town, 1 another urban area, 2 a village.
    """
    land = _features(data / "municipalities.geojson")
    background = _features(data / "background.geojson")
    towns = sorted(
        geography.localities, key=lambda town: (not town.is_seat, -(town.population or 0))
    )
    ranks = {town.id: 0 if town.is_seat else 1 if town.population else 2 for town in towns}
    ground = {
        "land": [
            {
                "type": "Feature",
                "properties": {key: one["properties"][key] for key in ("code", "name")},
                "geometry": one["geometry"],
            }
            for one in sorted(land, key=lambda one: one["properties"]["code"])
        ],
        "sea": [
            {"type": "Polygon", "coordinates": [_OPEN_SEA]},
            *(one["geometry"] for one in background if one["properties"]["kind"] == "sea"),
        ],
        "roads": [
            [int(one["properties"]["kind"] == "numbered"), one["geometry"]["coordinates"]]
            for one in _features(data / ROADS)
        ],
        "towns": [
            [town.name, round(town.lat, 4), round(town.lon, 4), ranks[town.id]] for town in towns
        ],
        "lines": {division.id: dividing_line(land, division) for division in geography.divisions},
    }
    return json.dumps(ground, ensure_ascii=False, separators=(",", ":")).encode()


def dividing_line(land: Features, division: Division) -> list[list[list[float]]]:
    """Return the line between the inland and the other municipalities, as lists of lon, lat."""
    sides: dict[bool, list[shapely.Geometry]] = {True: [], False: []}
    for one in land:
        is_inland = one["properties"]["code"] in division.inland
        sides[is_inland].append(shapely.geometry.shape(one["geometry"]).buffer(0))
    inland, coast = (shapely.unary_union(sides[side]) for side in (True, False))
    # borders are shared by their points; a hair's breadth takes in what rounding moved
    shared = inland.boundary.intersection(coast.boundary.buffer(1e-4))
    merged = shapely.line_merge(shared) if shared.geom_type == "MultiLineString" else shared
    parts = shapely.get_parts(merged)
    return [shapely.get_coordinates(part).round(4).tolist() for part in parts if part.length > 0.02]


def _features(path: Path) -> Features:
    features: Features = json.loads(path.read_text(encoding="utf-8"))["features"]
    return features


# ---- what can be searched for


@kept(len(Language))
def index(world: World, everyday: tuple[EverydayWords, ...], language: Language) -> bytes:
    """Return everything that can be found as JSON, about 60 kB, with the rules of ``says``.

    Each is ``[what is seen, its kind, where it leads, further words that find it, a text]``; the
    text of a choice is its words in other languages.
    """
    tr = translator(language)
    geography, strategy = world.foundations.geography, world.foundations.strategy
    rows: list[tuple[object, ...]] = []

    def add(
        label: str, kind: str, path: str, words: Sequence[str], text: str = "", **query: str
    ) -> None:
        url = f"{path}?{urlencode({**query, 'lang': language.value})}"
        rows.append((label, kind, url, words, text))

    for code, name in geography.names.items():
        add(tr("municipality.title", name=name), "place", "/kommun", [name], kommun=code)
    for place in sorted(geography.localities, key=lambda place: swedish_sort_key(place.name)):
        owner = geography.names[place.municipality_code]
        name = place.name if place.is_seat else f"{place.name}, {owner}"
        add(tr("search.find-in", name=name), "place", "/hitta", [place.name], plats=place.id)
    for word in everyday:
        key, term = word.leads_to.partition("=")[0], SEARCH_CHOICES[word.leads_to]
        own = strategy.label(term)
        said = {one: (own.in_(one), *word.in_(one)) for one in Language}
        words = said.pop(language)
        others = " ".join(chain(*said.values()))
        add(tr(f"search.{key}", name=words[0]), "choice", "/", words, others, **{key: term})
    for actor in sorted(world.register.actors, key=lambda actor: swedish_sort_key(actor.name)):
        name = tr("search.ended", name=actor.name) if actor.status is Status.ENDED else actor.name
        words = tuple(one for one in (actor.name, *actor.aliases) if one != name)
        add(name, "actor", "/aktor", words, searched_text(actor), id=actor.id)
    found = {"same": SAME_WORD, "inside": INSIDE, "rows": rows}
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()
