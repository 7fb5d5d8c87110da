"""What is said of actors in one language, in list, detail view, table and downloads alike."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import quote, urlencode

from ris_map.geography.county import Geography, Locality
from ris_map.register.model import Actor, Office
from ris_map.register.selection import Group, Match
from ris_map.register.strategy import Strategy, Term
from ris_map.register.vocabulary import (
    STRENGTH_AREAS,
    Availability,
    Delivery,
    Phase,
    ServiceScope,
    ServiceType,
    StrengthArea,
)
from ris_map.words import Translator, swedish_sort_key

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words(Translator):
    """Texts of one language, and what strategy and county are called in it.

    ``municipality_names`` are by code; ``report_address`` is the role address of error reports.
    """

    strategy: Strategy
    municipality_names: Mapping[str, str]
    report_address: str

    def label(self, term: Term) -> str:
        """Return what the strategy calls a term."""
        return self.strategy.label(term).in_(self.language)

    def labels(self, terms: Iterable[Term]) -> str:
        """Return what terms are called, as in a list of one line."""
        return ", ".join(map(self.label, terms))

    def municipalities(self, codes: Iterable[str]) -> str:
        """Return the names of municipalities in Swedish alphabetical order."""
        names = {self.municipality_names.get(code, code) for code in codes}
        return ", ".join(sorted(names, key=swedish_sort_key))

    def kind(
        self, phase: Phase | None, service_type: ServiceType | None, area: Term | None = None
    ) -> str:
        """Return what is asked for, in a sentence: ``rådgivning i idéfasen``."""
        parts = [self(f"karta.kind.{service_type or 'all'}")]
        parts += [self(f"karta.phase.{phase}")] if phase else []
        parts += [self("coverage.kind.area", area=self.label(area))] if area else []
        return " ".join(parts)

    def strength_areas(self, actor: Actor) -> str:
        """Return the strength areas; a sector-neutral actor says that it serves all."""
        areas = actor.strength_areas.areas
        if StrengthArea.ALL in areas:
            return self("areas.all")
        labels = (self.label(area) for area in STRENGTH_AREAS if area in areas)
        return ", ".join(labels) or self("unknown")

    def service_area(self, actor: Actor) -> str:
        """Return the service area in words."""
        area = actor.service_area
        is_listed = area.scope is ServiceScope.MUNICIPALITIES
        listed = self.municipalities(area.municipalities)
        return listed if is_listed else self(f"service-area.{area.scope}")

    def places(self, offices: Iterable[Office]) -> str:
        """Return the towns of offices, each with its municipality or country where that differs."""
        towns: dict[str, None] = {}
        for office in offices:
            name = self.municipality_names.get(office.municipality or "", "")
            if (outside := office.outside) is not None:
                name = outside.county if outside.country == "Sweden" else outside.country
                name = self("country.norway") if name == "Norway" else name
            is_same = outside is None and office.town == name
            towns[office.town if is_same else f"{office.town} ({name})"] = None
        return ", ".join(sorted(towns, key=swedish_sort_key))

    def terms(self, actor: Actor) -> dict[str, str]:
        """Return for whom, what it costs and how one gets it: what is known, by field."""
        language = self.language
        funding = actor.funding.source.in_(language) if actor.funding else ""
        if actor.funding and actor.funding.until:
            funding = self("record.funding.until", source=funding, until=actor.funding.until)
        known = {
            "target_groups": self.listing(self(f"target.{one}") for one in actor.target_groups),
            "cost": self.listing(self(f"cost.{one}") for one in actor.cost),
            "eligibility": actor.eligibility.in_(language) if actor.eligibility else "",
            "how_to_apply": actor.how_to_apply.in_(language) if actor.how_to_apply else "",
            "funding": funding,
        }
        return {field: said for field, said in known.items() if said}

    def delivery(self, actor: Actor) -> str:
        """Return what is known about the delivery modes, and about which nothing is known."""
        known = {mode: actor.availability(mode) for mode in Delivery}
        silent = [mode for mode, told in known.items() if told is Availability.UNKNOWN]
        if len(silent) == len(known):
            return self("row.delivery-unknown")
        # what is given first: "not at an office and digitally" would deny both
        stated = [mode for mode in known if mode not in silent]
        stated.sort(key=lambda mode: known[mode] is Availability.NOT_OFFERED)
        ways = self.listing(self.way(mode, known[mode]) for mode in stated)
        modes = self.listing(self(f"mode.{mode}") for mode in silent)
        more = f" {self('row.no-information-about', modes=modes)}" if silent else ""
        return self("row.delivery", modes=ways) + more

    def way(self, mode: Delivery, availability: Availability) -> str:
        """Return a way of help and what is known about it: given, limited or not given."""
        name = self(f"mode.{mode}")
        if availability is Availability.LIMITED:
            return self("row.mode-limited", mode=name, known=self("availability.limited"))
        is_denied = availability is Availability.NOT_OFFERED
        return self("row.mode-not-offered", mode=name) if is_denied else name

    def detail_url(self, actor_id: str) -> str:
        """Return the address of the detail view of an actor."""
        return self._page_url("/aktor", actor_id)

    def confirm_url(self, actor_id: str) -> str:
        """Return the address of the page on which a record is confirmed or corrected (M5)."""
        return self._page_url("/bekrafta", actor_id)

    def _page_url(self, page: str, actor_id: str) -> str:
        return f"{page}?{urlencode({'id': actor_id, 'lang': self.language.value})}"

    def report_url(self, actor_id: str, name: str) -> str:
        """Return a ``mailto:`` link to the role address, prefilled with the record's id (I8)."""
        said = {"name": name, "id": actor_id}
        return self.mail_url(*(self(f"report.{part}", **said) for part in ("subject", "body")))

    def mail_url(self, subject: str, body: str) -> str:
        """Return a ``mailto:`` link to the role address with a prepared message."""
        # lines of a message end in CR LF (RFC 6068)
        fields = {"subject": subject, "body": "\r\n".join(body.splitlines())}
        return f"mailto:{self.report_address}?{urlencode(fields, quote_via=quote)}"


TERMS = ("target_groups", "cost", "eligibility", "how_to_apply", "funding")


def words_of(match: Match, *, tr: Words) -> dict[str, str]:
    """Return one actor in words by column, for table and downloads; what is missing says so."""
    actor, unknown = match.actor, tr("unknown")
    offices, known = match.offices or actor.offices, tr.terms(actor)
    return {
        "id": actor.id,
        "name": actor.name,
        "summary": actor.summary.in_(tr.language),
        "group": tr(f"group.{match.group}.short"),
        "scope": tr.label(actor.scope),
        "status": tr(f"status.{actor.status}"),
        "phases": tr.labels(actor.phases) or unknown,
        "service-types": tr.labels(actor.service_types),
        "strength-areas": tr.strength_areas(actor),
        **{mode: tr(f"availability.{actor.availability(mode)}") for mode in Delivery},
        "delivery": tr("row.delivery-ended") if match.group is Group.ENDED else tr.delivery(actor),
        "towns": tr.places(offices) or tr("office.none-known"),
        "municipalities": tr.municipalities(o.municipality for o in offices if o.municipality),
        "service-area": tr.service_area(actor),
        "homepage": actor.homepage or "",
        "contact_url": actor.contact_url or "",
        "confidence": tr(f"confidence.{actor.confidence}"),
        "last-evidence": actor.last_evidence or unknown,
        "last-checked": actor.last_checked or tr("record.never-checked"),
        "last-confirmed": actor.last_confirmed or tr("confirmed.never"),
        **{field: known.get(field, unknown) for field in TERMS},
    }


def towns_of(actor: Actor, towns: Sequence[str], *, tr: Translator) -> str:
    """Return the towns of some offices; where no page names them, that they are assumed."""
    known = [office for office in actor.offices if office.town in towns]
    return with_basis(known, tr.listing(towns), tr=tr)


def with_basis(offices: Sequence[Office], said: str, *, tr: Translator) -> str:
    """Return what is said of some offices; if no page names their town, that they are assumed."""
    if any(office.is_sourced for office in offices):
        return said
    return tr.plural("office.assumed-in", len(offices), towns=said)


def town_id(office: Office) -> str:
    """Return the stable id of an office's town."""
    return place_id(office.municipality or "x", office.town)


def town_point(office: Office, geography: Geography) -> Office | Locality:
    """Return where the marker of an office's town stands: on the settlement, else on the office."""
    return geography.towns.get((office.municipality or "", office.town), office)


def by_town(offices: Iterable[tuple[Office, T]]) -> dict[str, list[tuple[Office, T]]]:
    """Return offices, each with something of its own, by the id of their town."""
    towns: dict[str, list[tuple[Office, T]]] = {}
    for office, own in offices:
        towns.setdefault(town_id(office), []).append((office, own))
    return towns


def place_id(municipality_code: str, town: str) -> str:
    """Return a stable id of a town: municipality code and ASCII name."""
    return f"{municipality_code}-{ascii_name(town)}"


def ascii_name(name: str) -> str:
    """Return a name in plain ASCII, for ids and names of files."""
    plain = name.casefold().translate(str.maketrans("åäöéü ", "aaoeu-"))
    return "".join(c for c in plain if c.isascii() and (c.isalnum() or c == "-"))


def confirm_message(actor: Actor, fragment: str, *, changed: bool, tr: Words) -> tuple[str, str]:
    """Return a prepared message that confirms or corrects a record: its address and its body."""
    lines = [tr("confirm.body.change" if changed else "confirm.body.right"), "", fragment]
    lines += [tr("confirm.body.source"), ""] if changed else []
    body = "\n".join(lines)
    return tr.mail_url(tr("confirm.subject", name=actor.name, id=actor.id), body), body
