"""GeoJSON (RFC 7946): WGS 84 degrees, longitude first, counter-clockwise outer rings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from ris_map.api.records import Record, actor_record, office_record
from ris_map.geography.county import Locality
from ris_map.register.model import Office
from ris_map.register.selection import Selection, shown_offices

Feature = dict[str, Any]


def feature_collection(features: Iterable[Feature], **members: object) -> dict[str, Any]:
    """Return a feature collection; further members (licence, date) stand beside the features."""
    return {"type": "FeatureCollection", **members, "features": list(features)}


def point(lat: float, lon: float) -> dict[str, Any]:
    """Return a point given in degrees (EPSG:4326)."""
    return {"type": "Point", "coordinates": [lon, lat]}


def actor_features(selection: Selection, *, on: date) -> Iterator[Feature]:
    """Yield one feature per office of every selected actor.

    An actor without a known office has one feature without a geometry: nobody is lost.
    """
    for match in selection.matches:
        properties: Record = actor_record(match)
        properties["actor"] = properties.pop("id")
        offices = shown_offices(match, on=on)
        for office in offices:
            yield _feature(
                f"{match.actor.id}/{office.id}",
                properties | {"town": office.town, "municipality_code": office.municipality},
                geometry=_office_point(office),
            )
        if not offices:
            yield _feature(
                match.actor.id, properties | {"town": None, "municipality_code": None}, None
            )


def office_features(selection: Selection, *, on: date) -> Iterator[Feature]:
    """Yield one feature per office of every selected actor, with what is known of the office."""
    for match in selection.matches:
        for office in shown_offices(match, on=on):
            record = office_record(match.actor, office, group=match.group.value, on=on)
            yield _feature(str(record.pop("id")), record, _office_point(office))


def locality_feature(item: Locality, record: Record) -> Feature:
    """Return a settlement as a feature."""
    rest = {key: value for key, value in record.items() if key not in ("lat", "lon")}
    return _feature(item.id, rest, point(item.lat, item.lon))


def _office_point(office: Office) -> dict[str, Any]:
    return point(office.lat, office.lon)


def _feature(feature_id: str, properties: Record, geometry: dict[str, Any] | None) -> Feature:
    return {"type": "Feature", "id": feature_id, "geometry": geometry, "properties": properties}
