"""The map beside the list: the place, the towns of the list, and the roads between."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import folium
from branca.element import MacroElement
from jinja2 import Template

from ris_map.actors.town_map import bubble, towns
from ris_map.finder.entry import Entry, Group, SupportAnswer
from ris_map.finder.entry_words import ON_MAP, start_words
from ris_map.geography.county import Locality
from ris_map.register.selection import Group as RowGroup
from ris_map.register.selection import Match
from ris_map.words import Translator

DRAWN_WAYS = (Group.NEAR, Group.MAYBE_NEAR, Group.LOCAL, Group.LOCAL_ADJACENT)
"""Groups to whose offices the roads are drawn; beside them the nearest office beyond the limit."""
LatLon = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindLayer:
    """What the map shows beside its base, as data for ``find_map.js`` and ``map.js``.

    Parameters
    ----------
    towns : tuple of dict
        Bubbles, as on the start page.
    place : dict or None
        Name and point of where the search begins.
    ways : tuple of tuple of (lat, lon)
        Stretches of road, each once.
    bounds : tuple of (lat, lon) or None
        What must be seen; None = the whole county.
    """

    towns: tuple[dict[str, object], ...]
    place: dict[str, object] | None
    ways: tuple[tuple[LatLon, ...], ...]
    bounds: tuple[LatLon, ...] | None


def find_layer(
    answer: SupportAnswer, *, localities: Iterable[Locality], tr: Translator
) -> FindLayer:
    """Return what the map shows of an answer."""
    start = answer.start
    matches = [
        Match(actor=entry.actor, group=RowGroup.OFFICE, offices=(entry.office,))
        for entry in answer.entries
        if entry.office is not None and entry.group in ON_MAP
    ]
    shown = towns(matches, localities=localities)
    place: dict[str, object] | None = None
    bounds: tuple[LatLon, ...] | None = None
    drawn = _drawn(answer)
    if start is not None:
        here = (start.locality.lat, start.locality.lon)
        title = tr("find.map.you", place=start_words(start, tr=tr))
        place = {"lat": here[0], "lon": here[1], "title": title}
        bounds = (here, *((e.office.lat, e.office.lon) for e in drawn if e.office))
    return FindLayer(
        towns=tuple(bubble(town, tr=tr) for town in shown),
        place=place,
        ways=_ways(answer, drawn),
        bounds=bounds,
    )


def layer_group(layer: FindLayer) -> folium.FeatureGroup:
    """Return the changing layer of the map."""
    group = folium.FeatureGroup(name="find")
    _Layer(layer).add_to(group)
    return group


def _drawn(answer: SupportAnswer) -> tuple[Entry, ...]:
    near = tuple(entry for entry in answer.entries if entry.group in DRAWN_WAYS)
    return near if answer.nearest is None else (*near, answer.nearest)


def _ways(answer: SupportAnswer, drawn: Sequence[Entry]) -> tuple[tuple[LatLon, ...], ...]:
    """Return every stretch on the ways once, with the straight ends off the roads."""
    if answer.start is None:
        return ()
    stretches: dict[tuple[LatLon, ...], None] = {}
    for entry in drawn:
        if entry.route is not None:
            stretches |= dict.fromkeys(pairwise(entry.route.line))
    return tuple(stretches)


class _Layer(MacroElement):
    """Calls ``risBubbles`` of ``map.js`` and ``risFind`` of ``find_map.js`` with the data."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        risBubbles({{ this._parent.get_name() }}, {{ this.layer.towns|tojson }});
        risFind({{ this._parent.get_name() }}, {{ this.layer.place|tojson }},
                {{ this.layer.ways|tojson }}, {{ this.layer.bounds|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, layer: FindLayer) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "FindLayer"
        self.layer = layer
