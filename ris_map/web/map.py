"""The one map of all pages: what is drawn as data, and :func:`show_map`, which draws it.

The base never changes, so its frame is never rebuilt; one call carries all that changes. Hover,
pin, names and legend live in the frame (``static/map.js``) and send nothing.
"""

import hashlib
import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Generic, Literal, Self, TypeVar, cast
from urllib.parse import urlencode

import folium
import streamlit as st
from branca.element import MacroElement
from jinja2 import Template

from ris_map.common.address import Choice
from ris_map.common.region import region
from ris_map.geography.county import Geography, Locality
from ris_map.geography.divisions import MUNICIPALITY_CODES
from ris_map.register.in_words import Words, town_point
from ris_map.register.model import Office
from ris_map.travel.routes import Route as Way
from ris_map.travel.world import World, kept
from ris_map.web import address, data
from ris_map.web.assets import FRAME_TO_SITE
from ris_map.words import translator
from ris_map.words.language import Language
from ris_map.words.markup import script_json

UNKNOWN = 5
"""Class of a square about which nothing is known; 0 to 4 are nearest to farthest."""
AS_THEY_ARE = ("title", "chosen", "beside", "place", "divide")
"""Parts of a layer that the frame reads under the same name."""
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_TOWN_ID = re.compile(r"[a-z0-9-]{1,80}")
_NUMBER = re.compile(r"[0-9]{1,6}")

C = TypeVar("C", bound=Choice)
MarkerKind = Literal["office", "own", "neutral", "adjacent", "planned", "home", "new", "gone"]
ClickKind = Literal["municipality", "town", "cell", "county"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """What stands under the map: one big figure, and the words after it (a line break is kept)."""

    figure: str
    text: str
    url: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubble:
    """A town's marker (EPSG:4326).

    ``label`` begins with what is seen, the number, and is shown under the map when the marker is
    pointed at; an empty ``name`` leaves the name to the base, and markers of one name stand side
    by side. Several ``phases`` share the ring.
    """

    id: str
    name: str
    lat: float
    lon: float
    label: str
    count: int | None = None
    kind: MarkerKind = "office"
    phases: tuple[str, ...] = ()

    @classmethod
    def at(cls, place: Office | Locality, name: str, **more: Any) -> Self:  # noqa: ANN401 -- fields
        """Return a marker where an office or a settlement is."""
        return cls(name=name, lat=place.lat, lon=place.lon, **more)

    @classmethod
    def in_town(cls, office: Office, geography: Geography, **more: Any) -> Self:  # noqa: ANN401
        """Return the marker of an office's town."""
        return cls.at(town_point(office, geography), office.town, **more)


@dataclass(frozen=True, slots=True, kw_only=True)
class LegendRow:
    """A class with its share of residents per column: percent for the bar, words beside it."""

    code: int
    label: str
    shares: tuple[float, ...] = ()
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Legend:
    """The legend is the chart: heads (the first one over the classes), rows, and marker notes.

    A note is ``(swatch, words)``; a swatch is ``unknown``, a phase or a kind of marker.
    """

    title: str
    columns: tuple[str, ...] = ()
    rows: tuple[LegendRow, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MapPicture:
    """All that follows from a choice alone, so that it can stand under an address of its own.

    ``classes`` holds one code per inhabited square in the order of ``population_1km.csv``.
    ``sentences`` has a key per municipality code, and ``""`` for the whole county.
    """

    classes: Sequence[int] | None = None
    legend: Legend | None = None
    sentences: Mapping[str, Sentence] = field(default_factory=dict)
    bubbles: tuple[Bubble, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A way on the map as ``(lat, lon)`` points; ``schematic`` where its course is an estimate."""

    points: tuple[tuple[float, float], ...]
    label: str = ""
    schematic: bool = False

    @classmethod
    def along(cls, way: Way, label: str) -> Self:
        """Return a way as it is drawn: as an estimate if most of its course is only sketched."""
        return cls(points=way.line, label=label, schematic=way.schematic_km > way.km / 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class MapLayer:
    """What the map shows: a picture, or its address from :class:`Pictures`, and more.

    ``title`` is the frame's title and the heading in it. The municipality ``chosen`` is outlined
    and zoomed to, as is the one ``beside`` it; ``place`` is (lat, lon). ``divide`` is the id of the
    division whose line is drawn; ``bubbles`` stand beside the picture's own.
    ``next_pictures`` has, per key of a widget, the text of a choice and the address of the picture
    it leads to, which the frame paints at the click, before Python answers. With ``click_cells``
    the first click already means the square; otherwise only one in ``chosen`` does.
    """

    picture: MapPicture | str
    title: str
    chosen: str = ""
    beside: str = ""
    place: tuple[float, float] | None = None
    routes: tuple[Route, ...] = ()
    divide: str = ""
    bubbles: tuple[Bubble, ...] = ()
    next_pictures: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    click_cells: bool = False


@dataclass(frozen=True, slots=True)
class MapClick:
    """A click: municipality code, town id, index of a square, or back to the county (no id)."""

    kind: ClickKind
    id: str
    n: int


def read_click(value: object) -> MapClick | None:
    """Return the click that a browser sent, or ``None`` for anything that is not one."""
    if not isinstance(value, Mapping) or set(value) != {"kind", "id", "n"}:
        return None
    kind, place, n = value["kind"], value["id"], value["n"]
    if not (isinstance(kind, str) and isinstance(place, str) and type(n) is int):
        return None
    is_known = {
        "municipality": place in MUNICIPALITY_CODES,
        "town": bool(_TOWN_ID.fullmatch(place)),
        "cell": bool(_NUMBER.fullmatch(place)),
        "county": place == "",
    }
    return MapClick(cast(ClickKind, kind), place, n) if is_known.get(kind) else None


def packed(classes: Sequence[int]) -> str:
    """Write classes 0 to 5, two squares a character (6 x 6 = 36)."""
    codes = [int(code) for code in classes]
    if len(codes) % 2:
        codes.append(0)
    return "".join(_DIGITS[a * 6 + b] for a, b in zip(codes[::2], codes[1::2], strict=True))


def picture_content(picture: MapPicture) -> dict[str, object]:
    """Return a picture as the frame reads it."""
    return {
        "classes": packed(picture.classes) if picture.classes is not None else None,
        "legend": picture.legend and asdict(picture.legend),
        "sentences": {
            code: {
                key: text for key, text in asdict(one).items() if text or key in {"figure", "text"}
            }
            for code, one in picture.sentences.items()
        },
        "bubbles": [_bubble(one) for one in picture.bubbles],
    }


def picture_bytes(picture: MapPicture) -> bytes:
    """Return a picture as the JSON that stands under its address."""
    content = picture_content(picture)
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


@kept(4)
def picture_version(world: World) -> str:
    """Return a text that changes with register, day, travel times and words."""
    words = [sorted(translator(language).texts.items()) for language in Language]
    parts = (world.register.model_dump_json(), str(world.on), world.matrix.version, words)
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]


@dataclass(frozen=True, eq=False)
class Pictures(Generic[C]):
    """What the choices of a page look like, each under an address of its own.

    ``file_name`` ends the address; ``draw`` gives a picture or, for a drawing, SVG.
    """

    file_name: str
    model: type[C]
    draw: Callable[[World, C, Words], MapPicture | str]

    def address(self, world: World, choice: C, language: Language) -> str:
        """Return the address of a picture, relative to the frame (see ``assets.asset_routes``)."""
        query = {**choice.query(), address.LANGUAGE_KEY: [language.value]}
        written = urlencode(sorted(query.items()), doseq=True)
        return f"{FRAME_TO_SITE}cells/{picture_version(world)}/{self.file_name}?{written}"

    def file(self, name: str, query: Mapping[str, Sequence[str]]) -> tuple[str, bytes] | None:
        """Return version and content for a query; None if name or query mean nothing."""
        asked = {key: values for key, values in query.items() if key != address.LANGUAGE_KEY}
        language = (query.get(address.LANGUAGE_KEY) or [Language.SV])[-1]
        if name != self.file_name or language not in set(Language):
            return None
        choice, ignored = self.model.read(asked, context=self.model.lists(data.world()))
        if ignored or set(asked) - {*self.model.keys()}:
            return None
        world = data.world(getattr(choice, "as_of", ""))
        return picture_version(world), _content(world, self, choice, Language(language))


@kept(768)
def _content(world: World, pictures: Pictures[C], choice: C, language: Language) -> bytes:
    made = pictures.draw(world, choice, data.words(language))
    return made.encode() if isinstance(made, str) else picture_bytes(made)


HEAD_START_S = 0.35
"""How long the rest of a page waits when a session draws its first map (docs/method)."""


def head_start() -> None:
    """Let the first map of a session begin alone: what is sent with it is mounted before it."""
    if "map-begun" not in st.session_state:
        st.session_state["map-begun"] = True
        time.sleep(HEAD_START_S)


def show_map(
    layer: MapLayer,
    *,
    key: str,
    height: int = 660,
    on_click: Callable[[MapClick], None] | None = None,
) -> MapClick | None:
    """Draw the map and return a click that this run is the first to see.

    ``on_click`` is called before the script runs, so that it can set the state of widgets.
    ``height`` (px) holds on large screens; a lower window and a phone have rules of their own.
    """
    # imported before the runtime stands, its frame is not found
    from streamlit_folium import st_folium  # noqa: PLC0415

    def clicked() -> None:
        click = read_click(st.session_state.get(key))
        if click and on_click:
            on_click(click)

    with st.container(key=f"map-{key}"):
        value = st_folium(
            _base(),
            key=key,
            height=height,
            use_container_width=True,
            # nothing from streamlit-folium itself: the only sender is map.js
            returned_objects=[],
            render=False,
            feature_group_to_add=changing(layer),
            on_change=clicked,
        )
    click, seen = read_click(value), f"_map-seen-{key}"
    if click is None or st.session_state.get(seen) == click.n:
        return None
    st.session_state[seen] = click.n
    return click


class _Call(MacroElement):
    """Calls one function of ``map.js`` with its parent and data."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "{{ this.call }}({{ this._parent.get_name() }}, {{ this.data }});"
        "{% endmacro %}"
    )

    def __init__(self, call: str, content: object) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name, self.call, self.data = "Call", call, script_json(content)


def _base() -> folium.Map:
    """Return a new map without anything that changes; drawing changes it, so it is never kept."""
    tr = translator(address.language())
    base = folium.Map(
        tiles=None,
        zoom_control=False,
        attributionControl=False,
        zoomSnap=0.05,
        minZoom=5,
        maxZoom=12,
    )
    base.default_js, base.default_css = [], []  # they stand in the frame's page: web/shell.py
    view = region().view
    words = {
        "lang": tr.language.value,
        "county": [[view.south, view.west], [view.north, view.east]],
        "home": tr("map.home"),
        "skip": tr("map.skip"),
        "zoomIn": tr("map.zoom-in"),
        "zoomOut": tr("map.zoom-out"),
        "failed": tr("map.failed"),
        "press": tr("map.press"),
        "sides": [tr("karta.inland"), tr("karta.coast")],
    }
    _Call("risMap", words).add_to(base)
    return base


def changing(layer: MapLayer) -> folium.FeatureGroup:
    """Return the part of the map that changes: one call with all that is shown."""
    group = folium.FeatureGroup()
    shown: dict[str, object] = {
        **{key: getattr(layer, key) for key in AS_THEY_ARE},
        "routes": [asdict(one) for one in layer.routes],
        "bubbles": [_bubble(one) for one in layer.bubbles],
        "next": layer.next_pictures,
        "clickCells": layer.click_cells,
    }
    if isinstance(layer.picture, str):
        shown["url"] = layer.picture
    else:
        shown["picture"] = picture_content(layer.picture)
    _Call("risLayer", shown).add_to(group)
    return group


def _bubble(one: Bubble) -> dict[str, object]:
    return {**asdict(one), "lat": round(one.lat, 4), "lon": round(one.lon, 4)}
