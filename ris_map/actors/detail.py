"""Everything the register holds about one actor, with all sources."""

from __future__ import annotations

from datetime import date

from ris_map.actors.listing import delivery_sentence
from ris_map.register.in_words import Words, actor_row, phase_marks
from ris_map.register.model import Actor, Offer, Office
from ris_map.register.selection import Group
from ris_map.words.markup import render


def actor_html(actor: Actor, *, words: Words, on: date) -> str:
    """Return the detail view of an actor as HTML."""
    tr = words.tr
    group = Group.OFFICE if actor.is_active(on) else Group.ENDED
    row = actor_row(actor, actor.offices, group=group, words=words, on=on)
    return render(
        "actor.html",
        t=tr,
        actor=actor,
        row=row,
        language=tr.language,
        delivery=delivery_sentence(row, tr=tr),
        facts=_facts(actor, words=words, on=on),
        offers=[_offer_cells(offer, words=words) for offer in actor.offers],
        offices=[_office_cells(office, words=words, on=on) for office in actor.offices],
        claims=[
            (
                words.strategy.label(claim.mode).in_(tr.language),
                tr(f"availability.{claim.availability}"),
                claim.supports.in_(tr.language),
                claim.url,
                claim.year or tr("unknown"),
            )
            for claim in actor.delivery_claims
        ],
        sources=[
            (source.supports.in_(tr.language), source.url, source.year or tr("unknown"))
            for source in actor.sources
        ],
    )


def _facts(actor: Actor, *, words: Words, on: date) -> list[tuple[str, str]]:
    tr = words.tr
    row = actor_row(actor, actor.offices, group=Group.OFFICE, words=words, on=on)
    start, end = actor.valid_from or "?", actor.valid_to or ""
    facts = [
        ("detail.aliases", ", ".join(actor.aliases)),
        ("detail.kind", tr(f"kind.{actor.kind}")),
        ("detail.scope", f"{row.scope} ({tr(f'basis.{actor.scope_basis}')})"),
        (
            "detail.strength-areas",
            f"{row.strength_areas} ({tr(f'basis.{actor.strength_areas.basis}')})",
        ),
        (
            "detail.service-area",
            f"{row.service_area} ({tr(f'basis.{actor.service_area.basis}')})",
        ),
        ("detail.status", row.status),
        (
            "detail.period",
            tr("detail.period.value", start=start, end=end) if actor.valid_from or end else "",
        ),
        ("detail.in-2022", tr(f"answer.{actor.in_2022}")),
        ("detail.confidence", row.confidence),
        ("column.last-evidence", row.last_evidence),
        ("csv.column.last-confirmed", row.last_confirmed),
        ("detail.successor", actor.successor or ""),
        ("detail.id", actor.id),
    ]
    return [(tr(key), value) for key, value in facts if value]


def _offer_cells(offer: Offer, *, words: Words) -> tuple[str, str, str]:
    tr = words.tr
    phases = ", ".join(mark.label for mark in phase_marks(offer.phases, words=words))
    return (
        words.strategy.label(offer.service_type).in_(tr.language),
        phases or tr("unknown"),
        tr(f"basis.{offer.basis}"),
    )


def _office_cells(office: Office, *, words: Words, on: date) -> tuple[str, str, str, str, str]:
    tr = words.tr
    if office.outside is not None:
        municipality = f"{office.outside.municipality} ({office.outside.county})"
    else:
        code = office.municipality or ""
        municipality = words.municipality_names.get(code, code)
    position = tr(
        f"detail.office.precision.{office.precision}",
        metres=tr.number(office.uncertainty_m) if office.uncertainty_m else "?",
    )
    basis = tr(f"basis.{office.basis}")
    note = office.note.in_(tr.language) if office.note else ""
    return (
        office.town,
        municipality,
        _address(office, words=words, on=on),
        position,
        f"{basis}. {note}",
    )


def _address(office: Office, *, words: Words, on: date) -> str:
    tr = words.tr
    if office.street is None:
        return tr("unknown")
    street = ", ".join(part for part in (office.street, office.postcode) if part)
    if office.street_on(on) is None:
        return tr("detail.office.address-outdated", street=street, date=office.address_valid_to)
    return street
