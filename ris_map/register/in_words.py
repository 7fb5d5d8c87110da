"""One row of words per actor: what list, table and downloads all show, so that they agree."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
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

    def phases(self, phases: Iterable[Phase]) -> str:
        """Return the names of phases, as in a list of one line."""
        return ", ".join(map(self.label, phases))

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


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseMark:
    """A phase as letter and word; never colour alone."""

    id: str
    letter: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorRow:
    """One actor in words. ``None`` never appears: what is missing says so.

    ``terms`` has field and words of what is known of :func:`terms`, and of nothing else.
    """

    id: str
    name: str
    summary: str
    group: str
    phases: tuple[PhaseMark, ...]
    service_types: str
    strength_areas: str
    delivery: Mapping[Delivery, Availability]
    places: str
    town_ids: tuple[str, ...]
    municipalities: str
    service_area: str
    scope: str
    status: str
    homepage: str
    contact_url: str
    terms: tuple[tuple[str, str], ...]
    confidence: str
    last_evidence: str
    last_checked: str
    last_confirmed: str
    report_url: str
    confirm_url: str
    detail_url: str

    def cells(self, columns: Iterable[str], *, tr: Translator, **own: str) -> list[str]:
        """Return the words by column: those of its ``own``, else of the field of the same name."""
        known = {
            "group": tr(f"group.{self.group}.short"),
            "phases": ", ".join(mark.label for mark in self.phases) or tr("unknown"),
            **own,
        }
        return [known.get(name) or getattr(self, name.replace("-", "_")) for name in columns]


def actor_rows(matches: Iterable[Match], *, tr: Words, on: date) -> tuple[ActorRow, ...]:
    """Return the rows of a selection in its order."""
    return tuple(
        actor_row(match.actor, match.offices, group=match.group, tr=tr, on=on) for match in matches
    )


def actor_row(
    actor: Actor, offices: Iterable[Office], *, group: Group, tr: Words, on: date
) -> ActorRow:
    """Return one actor in the words of one language."""
    shown = tuple(offices) or actor.offices
    return ActorRow(
        id=actor.id,
        name=actor.name,
        summary=actor.summary.in_(tr.language),
        group=group.value,
        phases=phase_marks(actor.phases, tr=tr),
        service_types=", ".join(map(tr.label, actor.service_types)),
        strength_areas=strength_area_words(actor, tr=tr),
        delivery={mode: actor.availability(mode) for mode in Delivery},
        places=places_words(shown, tr=tr) or tr("office.none-known"),
        town_ids=tuple(dict.fromkeys(town_id(o) for o in actor.offices_on(on))),
        municipalities=tr.municipalities(o.municipality for o in shown if o.municipality),
        service_area=service_area_words(actor, tr=tr),
        scope=tr.label(actor.scope),
        status=tr(f"status.{actor.status}"),
        homepage=actor.homepage or "",
        contact_url=actor.contact_url or "",
        terms=terms(actor, tr=tr),
        confidence=tr(f"confidence.{actor.confidence}"),
        last_evidence=actor.last_evidence or tr("unknown"),
        last_checked=actor.last_checked or tr("record.never-checked"),
        last_confirmed=actor.last_confirmed or tr("confirmed.never"),
        report_url=report_url(actor.id, actor.name, tr=tr),
        confirm_url=confirm_url(actor.id, tr=tr),
        detail_url=detail_url(actor.id, tr=tr),
    )


def terms(actor: Actor, *, tr: Words) -> tuple[tuple[str, str], ...]:
    """Return for whom, what it costs and how one gets it: field and words of what is known."""
    language = tr.language
    funding = actor.funding.source.in_(language) if actor.funding else ""
    if actor.funding and actor.funding.until:
        funding = tr("record.funding.until", source=funding, until=actor.funding.until)
    known = (
        ("target_groups", tr.listing(tr(f"target.{one}") for one in actor.target_groups)),
        ("cost", tr.listing(tr(f"cost.{one}") for one in actor.cost)),
        ("eligibility", actor.eligibility.in_(language) if actor.eligibility else ""),
        ("how_to_apply", actor.how_to_apply.in_(language) if actor.how_to_apply else ""),
        ("funding", funding),
    )
    return tuple((field, said) for field, said in known if said)


def phase_marks(phases: Iterable[Phase], *, tr: Words) -> tuple[PhaseMark, ...]:
    """Return the marks of phases in the words of one language."""
    letters = {phase: tr.strategy.phase(phase).letter for phase in Phase}
    return tuple(PhaseMark(id=p.value, letter=letters[p], label=tr.label(p)) for p in phases)


def strength_area_words(actor: Actor, *, tr: Words) -> str:
    """Return the strength areas; a sector-neutral actor says that it serves all."""
    areas = actor.strength_areas.areas
    if StrengthArea.ALL in areas:
        return tr("areas.all")
    labels = (tr.label(area) for area in STRENGTH_AREAS if area in areas)
    return ", ".join(labels) or tr("unknown")


def service_area_words(actor: Actor, *, tr: Words) -> str:
    """Return the service area in words."""
    area = actor.service_area
    is_listed = area.scope is ServiceScope.MUNICIPALITIES
    listed = tr.municipalities(area.municipalities)
    return listed if is_listed else tr(f"service-area.{area.scope}")


def places_words(offices: Iterable[Office], *, tr: Words) -> str:
    """Return the towns of offices, each with its municipality or country where that differs."""
    towns: dict[str, None] = {}
    for office in offices:
        name = tr.municipality_names.get(office.municipality or "", "")
        if (outside := office.outside) is not None:
            name = outside.county if outside.country == "Sweden" else outside.country
            name = tr("country.norway") if name == "Norway" else name
        is_same = outside is None and office.town == name
        towns[office.town if is_same else f"{office.town} ({name})"] = None
    return ", ".join(sorted(towns, key=swedish_sort_key))


def towns_of(actor: Actor, towns: Sequence[str], *, tr: Translator) -> str:
    """Return the towns of some offices; where no page names them, that they are assumed."""
    known = [office for office in actor.offices if office.town in towns]
    listed = tr.listing(towns)
    if any(office.is_sourced for office in known):
        return listed
    return tr.plural("office.assumed-in", len(towns), towns=listed)


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


def report_url(actor_id: str, name: str, *, tr: Words) -> str:
    """Return a ``mailto:`` link to the role address, prefilled with the record's id (I8)."""
    said = {"name": name, "id": actor_id}
    subject, body = (tr(f"report.{part}", **said) for part in ("subject", "body"))
    return mail_url(subject, body, tr=tr)


def mail_url(subject: str, body: str, *, tr: Words) -> str:
    """Return a ``mailto:`` link to the role address with a prepared message."""
    # lines of a message end in CR LF (RFC 6068)
    fields = {"subject": subject, "body": "\r\n".join(body.splitlines())}
    return f"mailto:{tr.report_address}?{urlencode(fields, quote_via=quote)}"


def confirm_message(actor: Actor, fragment: str, *, changed: bool, tr: Words) -> tuple[str, str]:
    """Return a prepared message that confirms or corrects a record: its address and its body."""
    lines = [tr("confirm.body.change" if changed else "confirm.body.right"), "", fragment]
    lines += [tr("confirm.body.source"), ""] if changed else []
    body = "\n".join(lines)
    return mail_url(tr("confirm.subject", name=actor.name, id=actor.id), body, tr=tr), body


def confirm_url(actor_id: str, *, tr: Words) -> str:
    """Return the address of the page on which a record is confirmed or corrected (M5)."""
    return _page_url("/bekrafta", actor_id, tr=tr)


def detail_url(actor_id: str, *, tr: Words) -> str:
    """Return the address of the detail view of an actor."""
    return _page_url("/aktor", actor_id, tr=tr)


def _page_url(page: str, actor_id: str, *, tr: Words) -> str:
    return f"{page}?{urlencode({'id': actor_id, 'lang': tr.language.value})}"
