"""Check what only all actors together can show: reused ids, links, names that are alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ris_map.common.faults import Fault
from ris_map.common.model_faults import Place, nearest, quoted
from ris_map.register.textchecks import plain_name

_LINKS = ("successor", "same_as")

Raw = Mapping[str, Any]
"""A record as YAML gave it: it need not fit the model, but what can be compared is compared."""


def cross_faults(records: Sequence[tuple[Place, Raw]]) -> Iterator[Fault]:
    """Yield the faults between records.

    Parameters
    ----------
    records : sequence of (Place, mapping)
        All records of the file in its order, those with faults of their own too: a link to a
        record that has a fault is not a broken link.
    """
    yield from _reused_ids(records)
    ids = {found for _, raw in records if (found := _text(raw, "id"))}
    for link in _LINKS:
        targets = {
            start: end
            for _, raw in records
            if (start := _text(raw, "id")) and (end := _text(raw, link))
        }
        for place, raw in records:
            target = _text(raw, link)
            if target is not None:
                yield from _link_faults(
                    link, target, start=_text(raw, "id"), place=place, ids=ids, targets=targets
                )
    yield from _alike(records)


def _text(raw: Raw, key: str) -> str | None:
    found = raw.get(key)
    return found if isinstance(found, str) else None


def _reused_ids(records: Sequence[tuple[Place, Raw]]) -> Iterator[Fault]:
    first: dict[str, Place] = {}
    for place, raw in records:
        actor_id = _text(raw, "id")
        if actor_id is None:
            continue
        if actor_id in first:
            line = first[actor_id].document.line((*first[actor_id].path, "id"))
            yield place.fault(
                ("id",),
                f"The id {quoted(actor_id)} is used already, at line {line}.",
                action="Give the record an id of its own; ids are never reused.",
                code="reused-id",
            )
        else:
            first[actor_id] = place


def _link_faults(
    link: str,
    target: str,
    *,
    start: str | None,
    place: Place,
    ids: set[str],
    targets: Mapping[str, str],
) -> Iterator[Fault]:
    if target == start:
        yield place.fault(
            (link,),
            "The record points to itself.",
            action="Give the id of another record, or null.",
            code="link-to-itself",
        )
    elif target not in ids:
        near = nearest(target, ids)
        yield place.fault(
            (link,),
            f"There is no record with the id {quoted(target)}.",
            action=f"Did you mean {quoted(near)}?" if near else "Give the id of a record, or null.",
            code="unresolved-link",
        )
    elif start is not None and _is_on_circle(start, targets=targets):
        yield place.fault(
            (link,),
            f"The records point in a circle: {quoted(start)} leads back to itself.",
            action="Set one of the links to null.",
            code="circular-link",
        )


def _is_on_circle(start: str, *, targets: Mapping[str, str]) -> bool:
    seen: set[str] = set()
    at: str | None = targets.get(start)
    while at is not None and at not in seen:
        if at == start:
            return True
        seen.add(at)
        at = targets.get(at)
    return False


def _alike(records: Sequence[tuple[Place, Raw]]) -> Iterator[Fault]:
    groups: dict[str, list[tuple[Place, Raw]]] = defaultdict(list)
    for place, raw in records:
        name = _text(raw, "name")
        if name:
            groups[plain_name(name)].append((place, raw))
    for (first_place, first), *others in groups.values():
        for place, raw in others:
            if not _are_linked(first, raw):
                yield place.warning(
                    ("name",),
                    f"The name {quoted(raw['name'])} is nearly that of {first_place.record}"
                    f" ({quoted(first['name'])}).",
                    action="Check that these are two actors, or link them with same_as.",
                    code="alike-names",
                )


def _are_linked(one: Raw, other: Raw) -> bool:
    return any(
        _text(a, link) == _text(b, "id") and _text(b, "id") is not None
        for a, b in ((one, other), (other, one))
        for link in _LINKS
    )
