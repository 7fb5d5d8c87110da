"""Valid parts of a register, changed by keyword, and hypothesis strategies for whole registers."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from hypothesis import strategies as st
from yaml import CSafeLoader, load

from ris_map.common.dates import FIRST_DAY, period_start, today
from ris_map.common.records import Record
from ris_map.export.tables import CsvFlavour
from ris_map.geography.divisions import MUNICIPALITY_CODES
from ris_map.register.in_words import Words
from ris_map.register.model import (
    Actor,
    DeliveryBasis,
    DeliveryClaim,
    DeliveryModes,
    Funding,
    Offer,
    Office,
    Outside,
    Register,
    RegisterMeta,
    ServiceArea,
    Source,
    StrengthAreas,
)
from ris_map.register.reading import load_register
from ris_map.register.strategy import Strategy, load_strategy
from ris_map.register.vocabulary import (
    STRENGTH_AREAS,
    ActorKind,
    Answer,
    Availability,
    Basis,
    Confidence,
    Cost,
    Delivery,
    Phase,
    Precision,
    Scope,
    ServiceScope,
    ServiceType,
    Status,
    StrengthArea,
    TargetGroup,
)
from ris_map.travel.world import World, foundations
from ris_map.words import translator
from ris_map.words.language import Language, LocalText

DATA = Path(__file__).resolve().parents[1] / "data"
_DATES = re.findall(r"'(\d{4}(?:-\d\d){0,2})'", (DATA / "actors.yaml").read_text("utf-8"))
DAY = max(day for day in [date(2026, 11, 23), *map(period_start, _DATES)] if day <= today())
"""The day of the tests: nothing that the register says has happened lies in its future."""
_PLACES = pd.read_csv(DATA / "localities.csv", dtype={"municipality_code": str})
TOWNS: dict[str, tuple[str, float, float]] = {
    place.municipality_code: (place.name, place.lat, place.lon)
    for place in _PLACES[_PLACES["is_seat"]].sort_values("municipality_code").itertuples()
}
"""The main town of each municipality, with where it lies."""


@cache
def _register_of(day: date) -> Register:
    return load_register(DATA / "actors.yaml", today=day)


def real_register() -> Register:
    return _register_of(DAY)


@cache
def raw_actors(name: str = "actors.yaml") -> list[dict[str, Any]]:
    """Return a register as any reader of YAML reads it, without anything of the product."""
    return load((DATA / name).read_bytes(), Loader=CSafeLoader)["actors"]


@cache
def real_world(day: date = DAY) -> World:
    """Return the register, roads and people as they are, read once per process."""
    return World(foundations=foundations(DATA), register=_register_of(day), on=day)


@cache
def released() -> World:
    """Return a release on the same roads: what is known of it stays true."""
    register = load_register(DATA / "releases" / "2026.3.yaml")
    return World(foundations=real_world().foundations, register=register, on=date(2026, 11, 27))


@cache
def unsure_world() -> World:
    """Return a world of one office, in Lycksele, that receives visitors or not: nobody knows."""
    offer = make_offer(delivery=make_modes(office=Availability.UNKNOWN))
    actor = make_actor(offers=(offer,), offices=(make_office(code="2481"),))
    return replace(released(), register=make_register(actor), matrices={})


@cache
def strategy() -> Strategy:
    return load_strategy(DATA / "strategy.yaml")


def words_in(language: Language, *, names: Mapping[str, str] | None = None) -> Words:
    """Return what puts records into words; municipalities have the names of their towns."""
    tr = translator(language)
    return Words(
        language,
        tr.texts,
        tr.plurals,
        tr.islands,
        strategy=strategy(),
        municipality_names=names or {code: town for code, (town, *_) in TOWNS.items()},
        report_address="fel@example.org",
    )


@cache
def real_words(language: Language) -> Words:
    """Return the same with the municipalities' own names, once per process."""
    return words_in(language, names=real_world().foundations.geography.names)


def _unset(kind: type[Record]) -> dict[str, Any]:
    """Return None for each field that has to be given."""
    return {name: None for name, field in kind.model_fields.items() if field.is_required()}


def text(sv: str = "Svensk text", *, en: str = "English text") -> LocalText:
    return LocalText(sv=sv, en=en)


def make_modes(**known: Availability) -> DeliveryModes:
    """Return delivery modes; by default only the office is known."""
    modes: dict[str, Availability] = dict.fromkeys(Delivery, Availability.UNKNOWN)
    return DeliveryModes(**(modes | {"office": Availability.OFFERED} | known))


def make_offer(**changes: Any) -> Offer:
    """Return an offer: advice in the idea phase at an office.

    What is known rests on an editorial basis, so that no claim is needed.
    """
    values: dict[str, Any] = {
        "service_type": ServiceType.RADGIVNING,
        "phases": (Phase.IDE,),
        "delivery": make_modes(),
        "basis": Basis.SOURCE,
    }
    values |= changes
    known = [m for m in Delivery if values["delivery"].of(m) is not Availability.UNKNOWN]
    values.setdefault("delivery_basis", DeliveryBasis(**dict.fromkeys(known, Basis.EDITORIAL)))
    return Offer(**values)


def make_office(*, code: str = "2480", **changes: Any) -> Office:
    """Return an office in the main town of a municipality (Umeå by default)."""
    town, lat, lon = TOWNS[code]
    values = _unset(Office) | {
        "id": f"kontor-{code}",
        "municipality": code,
        "town": town,
        "street": "Storgatan 1",
        "postcode": "900 00",
        "lat": lat,
        "lon": lon,
        "precision": Precision.ADDRESS,
        "uncertainty_m": 50,
        "basis": Basis.SOURCE,
        "address_basis": Basis.SOURCE,
        "last_evidence": "2025",
    }
    return Office(**(values | changes))


def make_outside_office(**changes: Any) -> Office:
    values: dict[str, Any] = {
        "id": "kontor-ornskoldsvik",
        "municipality": None,
        "town": "Örnsköldsvik",
        "lat": 63.291,
        "lon": 18.716,
        "outside": Outside(
            municipality="Örnsköldsvik",
            county="Västernorrland",
            country="Sverige",
            km_to_border=40.0,
            nearest_municipality="2401",
        ),
    }
    return make_office(**(values | changes))


def make_source(**changes: Any) -> Source:
    values: dict[str, Any] = {
        "url": "https://example.org/om-oss",
        "supports": text("Vad aktören gör", en="What the actor does"),
        "year": "2025",
    }
    return Source(**(values | changes))


def make_strength(*areas: StrengthArea, basis: Basis = Basis.SOURCE) -> StrengthAreas:
    """Return strength areas; none given = sector-neutral."""
    return StrengthAreas(areas=areas or (StrengthArea.ALL,), basis=basis)


def make_service_area(
    scope: ServiceScope = ServiceScope.COUNTY, *, municipalities: Sequence[str] = ()
) -> ServiceArea:
    return ServiceArea(scope=scope, municipalities=tuple(municipalities), basis=Basis.SOURCE)


def make_actor(**changes: Any) -> Actor:
    """Return an active actor with one offer and one office in Umeå.

    Its only warning before June 2026 is that some delivery modes are unknown.
    """
    values = _unset(Actor) | {
        "id": "exempel-aktor",
        "name": "Exempelaktören",
        "aliases": (),
        "kind": ActorKind.COMPANY,
        "scope": Scope.CORE,
        "scope_basis": Basis.SOURCE,
        "own_offer": Answer.YES,
        "to_innovators": Answer.YES,
        "municipal": False,
        "outside_county": False,
        "status": Status.ACTIVE,
        "in_2022": Answer.YES,
        "summary": text("Ger råd till den som har en idé.", en="Advises people with an idea."),
        "homepage": "https://example.org",
        "homepage_basis": Basis.SOURCE,
        "strength_areas": make_strength(),
        "offers": (make_offer(),),
        "offices": (make_office(),),
        "service_area": make_service_area(),
        "delivery_claims": (),
        "confidence": Confidence.VERIFIED,
        "last_evidence": "2025-05",
        "last_confirmed": "2025-06-01",
        "sources": (make_source(),),
    }
    return Actor(**(values | changes))


TERMS: Mapping[str, Any] = {
    "contact_url": "https://example.org/kontakt",
    "target_groups": (TargetGroup.STUDENT, TargetGroup.FARM),
    "cost": (Cost.FREE, Cost.EQUITY),
    "eligibility": text("Minst två ägare.", en="Two owners at least."),
    "how_to_apply": text("Boka ett möte.", en="Book a meeting."),
    "funding": Funding(source=text("Regionen", en="The region"), until="2027"),
    "last_checked": "2026-11-20",
}
"""Values of every optional field."""


def make_register(*actors: Actor, **changes: Any) -> Register:
    values: dict[str, Any] = {
        "meta": RegisterMeta(
            title=text("Register", en="Register"),
            description=text("Ett register för prov.", en="A register for tests."),
            reference_date="2025-06-01",
            licence="CC0-1.0",
        ),
        "actors": actors or (make_actor(),),
    }
    return Register(**(values | changes))


def csv_rows(content: bytes, flavour: CsvFlavour = CsvFlavour.PLAIN) -> list[list[str]]:
    """Return the lines of a table as a strict reader has them."""
    text = io.StringIO(content.decode("utf-8-sig"), newline="")
    delimiter = ";" if flavour is CsvFlavour.SWEDISH else ","
    return list(csv.reader(text, delimiter=delimiter, strict=True))


def rewrite(path: Path, text: str) -> None:
    """Replace a file as an editor does: a new file with a new stamp."""
    new = path.with_suffix(".new")
    new.write_text(text, encoding="utf-8")
    new.replace(path)


# Swedish letters, signs that hurt in HTML, CSV and YAML, but no digits: those could form a
# telephone number by chance.
_LETTERS = "abcdefghijklmnopqrstuvwxyzåäöéABCÅÄÖ"
_words = st.text(_LETTERS + "&;,:#'\"%-–|(){}[]!?*=", min_size=1, max_size=12)


def words(*, max_words: int = 8) -> st.SearchStrategy[str]:
    """Return texts of a few words, without personal data, tags or invisible signs."""
    return st.lists(_words, min_size=1, max_size=max_words).map(" ".join)


def local_texts() -> st.SearchStrategy[LocalText]:
    return st.builds(LocalText, sv=words(), en=words())


def slugs() -> st.SearchStrategy[str]:
    return st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,6}){0,3}", fullmatch=True)


def partial_dates(first: date = date(1990, 1, 1)) -> st.SearchStrategy[str]:
    days = st.dates(first, date(2024, 12, 31))
    lengths = st.sampled_from([len("2024"), len("2024-05"), len("2024-05-31")])
    return st.builds(lambda day, length: day.isoformat()[:length], days, lengths)


def offers() -> st.SearchStrategy[Offer]:
    return st.builds(
        make_offer,
        service_type=st.sampled_from(ServiceType),
        phases=st.sets(st.sampled_from(Phase)).map(lambda p: tuple(q for q in Phase if q in p)),
        delivery=st.builds(DeliveryModes, **dict.fromkeys(Delivery, st.sampled_from(Availability))),
        basis=st.sampled_from(Basis),
    )


def offices() -> st.SearchStrategy[Office]:
    return st.builds(
        make_office,
        code=st.sampled_from(MUNICIPALITY_CODES),
        id=slugs(),
        street=st.none() | words(max_words=2),
        precision=st.sampled_from(Precision),
        uncertainty_m=st.none() | st.integers(1, 5000),
        basis=st.sampled_from(Basis),
        note=st.none() | local_texts(),
    )


def strength_areas() -> st.SearchStrategy[StrengthAreas]:
    """Return no information, sector-neutral, or some of the nine."""
    chosen = st.lists(st.sampled_from(STRENGTH_AREAS), unique=True, max_size=4).map(tuple)
    return st.builds(
        StrengthAreas,
        areas=st.one_of(st.just((StrengthArea.ALL,)), chosen),
        basis=st.sampled_from(Basis),
    )


def service_areas(codes: Sequence[str] = MUNICIPALITY_CODES) -> st.SearchStrategy[ServiceArea]:
    """Return service areas; municipalities are listed exactly when the scope asks for them."""
    listed = st.lists(st.sampled_from(codes), min_size=1, unique=True)
    others = [scope for scope in ServiceScope if scope is not ServiceScope.MUNICIPALITIES]
    return st.one_of(
        listed.map(lambda c: make_service_area(ServiceScope.MUNICIPALITIES, municipalities=c)),
        st.sampled_from(others).map(make_service_area),
    )


def delivery_claims() -> st.SearchStrategy[DeliveryClaim]:
    return st.builds(
        DeliveryClaim,
        mode=st.sampled_from(Delivery),
        availability=st.sampled_from(Availability),
        url=slugs().map(lambda slug: f"https://example.org/{slug}"),
        year=st.none() | partial_dates(),
        supports=local_texts(),
    )


def some(items: st.SearchStrategy[Any], *, least: int = 0, key: str) -> st.SearchStrategy[Any]:
    """Return up to three items that differ in one field."""
    unique = st.lists(items, min_size=least, max_size=3, unique_by=lambda item: getattr(item, key))
    return unique.map(tuple)


def actors() -> st.SearchStrategy[Actor]:
    """Return actors at work that pass every check of a register of one."""
    return st.builds(
        make_actor,
        id=slugs(),
        name=words(max_words=4),
        kind=st.sampled_from(ActorKind),
        in_2022=st.sampled_from(Answer),
        summary=local_texts(),
        homepage=st.none() | slugs().map(lambda slug: f"https://{slug}.example"),
        strength_areas=strength_areas(),
        offers=some(offers(), least=1, key="service_type"),
        offices=some(offices(), key="id"),
        service_area=service_areas(),
        delivery_claims=some(delivery_claims(), key="url"),
        confidence=st.sampled_from(Confidence),
        last_confirmed=st.none() | partial_dates(FIRST_DAY),
        note=st.none() | local_texts(),
    )


def registers() -> st.SearchStrategy[Register]:
    """Return registers of a few actors with ids of their own."""
    return some(actors(), least=1, key="id").map(lambda found: make_register(*found))
