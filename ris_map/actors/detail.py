"""One actor: what, for whom, how to get in touch, where; folded, all that the register has."""

from datetime import date
from functools import partial

from ris_map.register.in_words import Words, town_id, with_basis
from ris_map.register.model import Actor, Offer, Office
from ris_map.register.vocabulary import Availability, Delivery
from ris_map.web.map import Bubble, MapLayer, MapPicture, Sentence
from ris_map.words.markup import render


def actor_html(actor: Actor, *, tr: Words, on: date, is_asked: bool = False) -> str:
    """Return the detail view of an actor as HTML; ``is_asked`` where it is being confirmed."""
    return render(
        "actor.html",
        t=tr,
        actor=actor,
        is_asked=is_asked,
        is_active=actor.is_active(on),
        places=_places(actor, tr=tr, on=on),
        gives=[(offer, _help(offer, tr=tr)) for offer in actor.offers],
        address=partial(_address, tr=tr, on=on),
    )


def detail_layer(actor: Actor, *, tr: Words, on: date) -> MapLayer | None:
    """Return the small map of an actor's offices in the county; None without any."""
    open_offices = actor.offices_on(on)
    offices = {town_id(office): office for office in open_offices}
    if not offices:
        return None
    count, label = len(open_offices), partial(tr, "detail.map.office", name=actor.name)
    towns = tr.listing(with_basis([office], office.town, tr=tr) for office in offices.values())
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
        towns = list(dict.fromkeys(with_basis([office], office.town, tr=tr) for office in offices))
        lines.insert(0, tr.plural("detail.offices-in", len(towns), towns=towns))
    return lines


def _help(offer: Offer, *, tr: Words) -> str:
    """Return the phases in words, and the ways of help that are known, in the contact's words."""
    phases = [tr.label(phase).lower() for phase in offer.phases]
    text = tr("detail.phases", phases=tr.listing(phases)) if phases else tr("detail.phases.unknown")
    known = {mode: offer.delivery.of(mode) for mode in Delivery}
    given = (Availability.OFFERED, Availability.LIMITED)
    ways = [tr.way(mode, answer) for mode, answer in known.items() if answer in given]
    return f"{text} {tr('detail.ways', ways=tr.listing(ways))}" if ways else text


def _address(office: Office, *, tr: Words, on: date) -> str:
    if office.street is None:
        return tr("unknown")
    street = ", ".join(part for part in (office.street, office.postcode) if part)
    if office.street_on(on) is None:
        return tr("detail.office.address-outdated", street=street, date=office.address_valid_to)
    return street
