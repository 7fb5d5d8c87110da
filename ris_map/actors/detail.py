"""One actor: what, for whom, how to get in touch, where; folded, all that the register has."""

from datetime import date
from functools import partial

from ris_map.actors.listing import delivery_sentence, way_words
from ris_map.register.in_words import ActorRow, Words, actor_row, detail_url, phase_marks, town_id
from ris_map.register.model import Actor, Offer, Office
from ris_map.register.selection import Group
from ris_map.register.vocabulary import Availability, Delivery
from ris_map.web.map import Bubble, MapLayer, MapPicture, Sentence
from ris_map.words import Translator
from ris_map.words.markup import render


def actor_html(actor: Actor, *, tr: Words, on: date) -> str:
    """Return the detail view of an actor as HTML."""
    language = tr.language
    group = Group.OFFICE if actor.is_active(on) else Group.ENDED
    row = actor_row(actor, actor.offices, group=group, tr=tr, on=on)
    return render(
        "actor.html",
        t=tr,
        actor=actor,
        successor=actor.successor and detail_url(actor.successor, tr=tr),
        row=row,
        language=language,
        delivery=delivery_sentence(row, tr=tr),
        places=_places(actor, tr=tr, on=on),
        gives=[
            (
                tr.label(offer.service_type),
                phase_marks(offer.phases, tr=tr),
                _help(offer, tr=tr),
            )
            for offer in actor.offers
        ],
        whom=[
            (tr("detail.summary"), row.summary),
            *((tr(f"csv.column.{field}"), said) for field, said in row.terms),
            (tr("detail.strength-areas"), row.strength_areas),
            (tr("detail.service-area"), row.service_area),
        ],
        facts=_facts(actor, row, tr=tr),
        offers=[
            (
                tr.label(offer.service_type),
                tr.phases(offer.phases) or tr("unknown"),
                tr(f"basis.{offer.basis}"),
            )
            for offer in actor.offers
        ],
        offices=[_office_cells(office, tr=tr, on=on) for office in actor.offices],
        claims=[
            (
                tr.label(claim.mode),
                tr(f"availability.{claim.availability}"),
                claim.supports.in_(language),
                claim.url,
                claim.year or tr("unknown"),
            )
            for claim in actor.delivery_claims
        ],
        sources=[
            (source.supports.in_(language), source.url, source.year or tr("unknown"))
            for source in actor.sources
        ],
    )


def detail_layer(actor: Actor, *, tr: Words, on: date) -> MapLayer | None:
    """Return the small map of an actor's offices in the county; None without any."""
    open_offices = actor.offices_on(on)
    offices = {town_id(office): office for office in open_offices}
    if not offices:
        return None
    count, label = len(open_offices), partial(tr, "detail.map.office", name=actor.name)
    towns = tr.listing(office.town for office in offices.values())
    return MapLayer(
        picture=MapPicture(
            sentences={
                "": Sentence(
                    figure=tr.number(count), text=tr.plural("detail.map", count, towns=towns)
                )
            },
            bubbles=tuple(
                Bubble.at(office, office.town, id=place, label=label(town=office.town), kind="own")
                for place, office in offices.items()
            ),
        ),
        title=tr("detail.map.title", name=actor.name),
    )


def _places(actor: Actor, *, tr: Words, on: date) -> list[str]:
    """Return the day's offices with their streets, after the towns unless every street is known."""
    offices = actor.offices_on(on)
    known = [office for office in offices if office.street_on(on)]
    lines = [f"{office.town}: {_address(office, tr=tr, on=on)}" for office in known]
    if len(known) < len(offices):
        towns = list(dict.fromkeys(office.town for office in offices))
        lines.insert(0, tr.plural("detail.offices-in", len(towns), towns=towns))
    return lines


def _help(offer: Offer, *, tr: Words) -> str:
    """Return the phases in words, and the ways of help that are known, in the contact's words."""
    phases = [tr.label(phase).lower() for phase in offer.phases]
    text = tr("detail.phases", phases=tr.listing(phases)) if phases else tr("detail.phases.unknown")
    known = {mode: offer.delivery.of(mode) for mode in Delivery}
    given = (Availability.OFFERED, Availability.LIMITED)
    ways = [way_words(mode, answer, tr=tr) for mode, answer in known.items() if answer in given]
    return f"{text} {tr('detail.ways', ways=tr.listing(ways))}" if ways else text


def _facts(actor: Actor, row: ActorRow, *, tr: Translator) -> list[tuple[str, str]]:
    start, end = actor.valid_from or "?", actor.valid_to or ""
    bases = (
        ("scope", row.scope, actor.scope_basis),
        ("strength-areas", row.strength_areas, actor.strength_areas.basis),
        ("service-area", row.service_area, actor.service_area.basis),
    )
    facts = [
        ("detail.aliases", ", ".join(actor.aliases)),
        ("detail.kind", tr(f"kind.{actor.kind}")),
        *((f"detail.{key}", f"{value} ({tr(f'basis.{basis}')})") for key, value, basis in bases),
        ("detail.status", row.status),
        (
            "detail.period",
            tr("detail.period.value", start=start, end=end) if actor.valid_from or end else "",
        ),
        ("detail.in-2022", tr(f"answer.{actor.in_2022}")),
        ("detail.confidence", row.confidence),
        ("column.last-evidence", row.last_evidence),
        ("csv.column.last-checked", row.last_checked),
        ("csv.column.last-confirmed", row.last_confirmed),
        ("detail.id", actor.id),
    ]
    return [(tr(key), value) for key, value in facts if value]


def _office_cells(office: Office, *, tr: Words, on: date) -> tuple[str, str, str, str, str]:
    if office.outside is not None:
        municipality = f"{office.outside.municipality} ({office.outside.county})"
    else:
        code = office.municipality or ""
        municipality = tr.municipality_names.get(code, code)
    position = tr(
        f"detail.office.precision.{office.precision}",
        metres=tr.number(office.uncertainty_m) if office.uncertainty_m else "?",
    )
    note = office.note.in_(tr.language) if office.note else ""
    return (
        office.town,
        municipality,
        _address(office, tr=tr, on=on),
        position,
        f"{tr(f'basis.{office.basis}')}. {note}",
    )


def _address(office: Office, *, tr: Words, on: date) -> str:
    if office.street is None:
        return tr("unknown")
    street = ", ".join(part for part in (office.street, office.postcode) if part)
    if office.street_on(on) is None:
        return tr("detail.office.address-outdated", street=street, date=office.address_valid_to)
    return street
