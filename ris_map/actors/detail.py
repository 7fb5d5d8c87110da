"""One actor: what, for whom, how to get in touch, where; folded, all that the register has."""

from datetime import date

from ris_map.register.in_words import Words, town_id, with_basis
from ris_map.register.model import Actor, Offer
from ris_map.register.vocabulary import Availability, Delivery
from ris_map.web.map import Bubble, MapLayer, MapPicture, Sentence
from ris_map.words.markup import render


def actor_html(actor: Actor, *, tr: Words, on: date, is_asked: bool = False) -> str:
    """Return the detail view of an actor as HTML; ``is_asked`` where it is being confirmed."""
    offices = actor.offices_on(on)
    return render(
        "actor.html",
        t=tr,
        actor=actor,
        is_asked=is_asked,
        on=on,
        towns=list(dict.fromkeys(with_basis([one], one.town, tr=tr) for one in offices)),
        unknown=[office for office in offices if not office.street_on(on)],
        known=[office for office in offices if office.street_on(on)],
        gives=[(offer, _help(offer, tr=tr)) for offer in actor.offers],
    )


def detail_layer(actor: Actor, *, tr: Words, on: date) -> MapLayer | None:
    """Return the small map of an actor's offices in the county; None without any."""
    count = len(actor.offices_on(on))
    offices = {town_id(office): office for office in actor.offices_on(on)}
    if not offices:
        return None
    towns = tr.listing(with_basis([office], office.town, tr=tr) for office in offices.values())
    text = tr.plural("detail.map", count, towns=towns)
    bubbles = (
        Bubble.at(
            *(office, office.town),
            id=place,
            label=tr("detail.map.office", name=actor.name, town=office.town),
            kind="own",
        )
        for place, office in offices.items()
    )
    return MapLayer(
        picture=MapPicture(
            sentences={"": Sentence(figure=tr.number(count), text=text)}, bubbles=tuple(bubbles)
        ),
        title=tr("detail.map.title", name=actor.name),
    )


def _help(offer: Offer, *, tr: Words) -> str:
    """Return the phases in words, and the ways of help that are known, in the contact's words."""
    phases = [tr.label(phase).lower() for phase in offer.phases]
    text = tr("detail.phases", phases=tr.listing(phases)) if phases else tr("detail.phases.unknown")
    known = {mode: offer.delivery.of(mode) for mode in Delivery}
    given = (Availability.OFFERED, Availability.LIMITED)
    ways = [tr.way(mode, answer) for mode, answer in known.items() if answer in given]
    return f"{text} {tr('detail.ways', ways=tr.listing(ways))}" if ways else text
