"""The list and the table of a selection."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ris_map.register.in_words import ActorRow, DeliveryMark
from ris_map.register.selection import Group
from ris_map.register.vocabulary import Availability
from ris_map.words import Translator
from ris_map.words.markup import render


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The actors of one group under their heading."""

    id: str
    title: str
    note: str
    count: str
    on_map: bool
    rows: tuple[ActorRow, ...]


def sections(rows: Iterable[ActorRow], *, tr: Translator) -> tuple[Section, ...]:
    """Return rows under their groups' headings, empty groups left out."""
    rows = tuple(rows)
    found = ((group, tuple(r for r in rows if r.group == group.value)) for group in Group)
    return tuple(
        Section(
            id=group.value,
            title=tr(f"group.{group.value}.title"),
            note=tr(f"group.{group.value}.note"),
            count=tr.number(len(members)),
            on_map=group is Group.OFFICE,
            rows=members,
        )
        for group, members in found
        if members
    )


def cards_html(rows: Iterable[ActorRow], *, tr: Translator) -> str:
    """Return the list as HTML: one card per actor, grouped."""
    return render(
        "cards.html",
        sections=sections(rows, tr=tr),
        t=tr,
        delivery=lambda row: delivery_sentence(row, tr=tr),
    )


def delivery_sentence(row: ActorRow, *, tr: Translator) -> str:
    """Return what is known about the delivery modes, and about which nothing is known."""
    if row.group == Group.ENDED.value:
        return tr("row.delivery-ended")
    silent = [m.id for m in row.delivery if m.availability == Availability.UNKNOWN]
    if len(silent) == len(row.delivery):
        return tr("row.delivery-unknown")
    stated = [_stated_mode(m, tr=tr) for m in row.delivery if m.id not in silent]
    parts = [tr("row.delivery", modes=tr.listing(stated))]
    if silent:
        modes = tr.listing([tr(f"mode.{mode}") for mode in silent])
        parts.append(tr("row.no-information-about", modes=modes))
    return " ".join(parts)


def _stated_mode(mark: DeliveryMark, *, tr: Translator) -> str:
    mode = tr(f"mode.{mark.id}")
    match mark.availability:
        case Availability.LIMITED:
            return tr("row.mode-limited", mode=mode, known=mark.known)
        case Availability.NOT_OFFERED:
            return tr("row.mode-not-offered", mode=mode)
        case _:
            return mode


def table_columns(tr: Translator) -> tuple[str, ...]:
    """Return the headings of the table and the downloads."""
    return tuple(tr(f"column.{name}") for name in COLUMNS)


COLUMNS = (
    "name",
    "group",
    "phases",
    "service-types",
    "strength-areas",
    "places",
    "delivery",
    "confidence",
    "last-evidence",
)


def table_cells(rows: Iterable[ActorRow], *, tr: Translator) -> tuple[Sequence[str], ...]:
    """Return the cells of the table, as text."""
    return tuple(
        (
            row.name,
            tr(f"group.{row.group}.short"),
            row.phase_labels or tr("unknown"),
            row.service_types,
            row.strength_areas,
            row.places,
            delivery_sentence(row, tr=tr),
            row.confidence,
            row.last_evidence,
        )
        for row in rows
    )


def table_html(rows: Iterable[ActorRow], *, tr: Translator) -> str:
    """Return the table of a selection as HTML."""
    cells = table_cells(rows, tr=tr)
    return render(
        "table.html",
        id="actors",
        caption=tr.plural("table.caption", len(cells)),
        columns=table_columns(tr),
        rows=cells,
    )
