"""Valid parts of a register, changed by keyword, and hypothesis strategies for whole registers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

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
    StatusNote,
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
DAY = date(2026, 11, 23)
TOWNS: dict[str, tuple[str, float, float]] = {
    "2401": ("Nordmaling", 63.569, 19.500),
    "2403": ("Bjurholm", 63.930, 19.214),
    "2404": ("Vindeln", 64.202, 19.719),
    "2409": ("Robertsfors", 64.192, 20.849),
    "2417": ("Norsjö", 64.912, 19.482),
    "2418": ("Malå", 65.184, 18.744),
    "2421": ("Storuman", 65.096, 17.114),
    "2422": ("Sorsele", 65.533, 17.537),
    "2425": ("Dorotea", 64.262, 16.414),
    "2460": ("Vännäs", 63.908, 19.751),
    "2462": ("Vilhelmina", 64.626, 16.654),
    "2463": ("Åsele", 64.161, 17.351),
    "2480": ("Umeå", 63.826, 20.263),
    "2481": ("Lycksele", 64.596, 18.676),
    "2482": ("Skellefteå", 64.751, 20.953),
}
"""One town centre per municipality, rounded: enough to stand on the right territory."""


@cache
def _register_of(day: date) -> Register:
    return load_register(DATA / "actors.yaml", today=day)


def real_register() -> Register:
    """Return the register as it is, read once per process."""
    return _register_of(DAY)


@cache
def real_world(day: date = DAY) -> World:
    """Return the register, roads and people as they are, read once per process."""
    return World(foundations=foundations(DATA), register=_register_of(day), on=day)


@cache
def strategy() -> Strategy:
    """Return the words of the strategy as they are."""
    return load_strategy(DATA / "strategy.yaml")


def words_in(language: Language, *, names: Mapping[str, str] | None = None) -> Words:
    """Return what puts records into words; municipalities have the names of their towns."""
    return Words(
        tr=translator(language),
        strategy=strategy(),
        municipality_names=names or {code: town for code, (town, *_) in TOWNS.items()},
        report_address="fel@example.org",
    )


@cache
def real_words(language: Language) -> Words:
    """Return the same with the municipalities' own names, once per process."""
    names = {m.code: m.name for m in real_world().foundations.geography.municipalities}
    return words_in(language, names=names)


def text(sv: str = "Svensk text", *, en: str = "English text") -> LocalText:
    """Return a text in both languages."""
    return LocalText(sv=sv, en=en)


def make_modes(
    *,
    office: Availability = Availability.OFFERED,
    visit: Availability = Availability.UNKNOWN,
    digital: Availability = Availability.UNKNOWN,
    phone: Availability = Availability.UNKNOWN,
) -> DeliveryModes:
    """Return delivery modes; by default only the office is known."""
    return DeliveryModes(office=office, visit=visit, digital=digital, phone=phone)


def make_offer(**changes: Any) -> Offer:
    """Return an offer: advice in the idea phase at an office."""
    values: dict[str, Any] = {
        "service_type": ServiceType.RADGIVNING,
        "phases": (Phase.IDE,),
        "delivery": make_modes(),
        "basis": Basis.SOURCE,
    }
    values |= changes
    values.setdefault("delivery_basis", basis_for(values["delivery"]))
    return Offer(**values)


def basis_for(modes: DeliveryModes) -> DeliveryBasis:
    """Return a basis for whatever is known: editorial, so that no claim is needed."""
    known = {m.value: modes.of(m) is not Availability.UNKNOWN for m in Delivery}
    return DeliveryBasis(**{m: Basis.EDITORIAL for m, is_known in known.items() if is_known})


def make_office(*, code: str = "2480", **changes: Any) -> Office:
    """Return an office in the main town of a municipality (Umeå by default)."""
    town, lat, lon = TOWNS[code]
    values: dict[str, Any] = {
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
        "valid_from": None,
        "valid_to": None,
        "last_evidence": "2025",
        "address_valid_to": None,
        "outside": None,
        "note": None,
    }
    return Office(**(values | changes))


def make_outside_office(**changes: Any) -> Office:
    """Return an office outside the county (Örnsköldsvik)."""
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
    """Return a source."""
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
    """Return a service area, the whole county by default."""
    return ServiceArea(scope=scope, municipalities=tuple(municipalities), basis=Basis.SOURCE)


def make_actor(**changes: Any) -> Actor:
    """Return an active actor with one offer and one office in Umeå.

    Its only warning before June 2026 is that some delivery modes are unknown.
    """
    values: dict[str, Any] = {
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
        "status_note": None,
        "valid_from": None,
        "valid_to": None,
        "successor": None,
        "same_as": None,
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
        "note": None,
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
    """Return a register of the given actors, or of one example actor."""
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


# Swedish letters, signs that hurt in HTML, CSV and YAML, but no digits: those could form a
# telephone number by chance.
_LETTERS = "abcdefghijklmnopqrstuvwxyzåäöéABCÅÄÖ"
_words = st.text(_LETTERS + "&;,:#'\"%-–|(){}[]!?*=", min_size=1, max_size=12)


def words(*, max_words: int = 8) -> st.SearchStrategy[str]:
    """Return texts of a few words, without personal data, tags or invisible signs."""
    return st.lists(_words, min_size=1, max_size=max_words).map(" ".join)


def local_texts() -> st.SearchStrategy[LocalText]:
    """Return texts in both languages."""
    return st.builds(LocalText, sv=words(), en=words())


def slugs() -> st.SearchStrategy[str]:
    """Return ids."""
    return st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,6}){0,3}", fullmatch=True)


def partial_dates(*, first: int = 1990, last: int = 2024) -> st.SearchStrategy[str]:
    """Return partial dates of all three lengths between two years."""
    return st.one_of(
        st.integers(first, last).map(str),
        st.tuples(st.integers(first, last), st.integers(1, 12)).map(
            lambda parts: f"{parts[0]}-{parts[1]:02}"
        ),
        st.tuples(st.integers(first, last), st.integers(1, 12), st.integers(1, 28)).map(
            lambda parts: f"{parts[0]}-{parts[1]:02}-{parts[2]:02}"
        ),
    )


def delivery_modes() -> st.SearchStrategy[DeliveryModes]:
    """Return every combination of delivery modes."""
    level = st.sampled_from(Availability)
    return st.builds(DeliveryModes, office=level, visit=level, digital=level, phone=level)


def offers() -> st.SearchStrategy[Offer]:
    """Return offers, some without a known phase."""
    return st.builds(
        make_offer,
        service_type=st.sampled_from(ServiceType),
        phases=st.sets(st.sampled_from(Phase)).map(lambda p: tuple(q for q in Phase if q in p)),
        delivery=delivery_modes(),
        basis=st.sampled_from(Basis),
    )


@st.composite
def offices(draw: st.DrawFn, *, office_id: str = "kontor") -> Office:
    """Return offices near the main town of any municipality."""
    code = draw(st.sampled_from(MUNICIPALITY_CODES))
    _, lat, lon = TOWNS[code]
    return make_office(
        code=code,
        id=office_id,
        street=draw(st.none() | words(max_words=2)),
        lat=round(lat + draw(st.floats(-0.01, 0.01)), 5),
        lon=round(lon + draw(st.floats(-0.01, 0.01)), 5),
        precision=draw(st.sampled_from(Precision)),
        uncertainty_m=draw(st.none() | st.integers(1, 5000)),
        basis=draw(st.sampled_from(Basis)),
        note=draw(st.none() | local_texts()),
    )


def strength_areas() -> st.SearchStrategy[StrengthAreas]:
    """Return no information, sector-neutral, or some of the nine."""
    chosen = st.lists(st.sampled_from(STRENGTH_AREAS), unique=True, max_size=4).map(tuple)
    return st.builds(
        StrengthAreas,
        areas=st.one_of(st.just((StrengthArea.ALL,)), chosen),
        basis=st.sampled_from(Basis),
    )


def service_areas(
    codes: Sequence[str] = MUNICIPALITY_CODES,
) -> st.SearchStrategy[ServiceArea]:
    """Return service areas; municipalities are listed exactly when the scope asks for them."""
    listed = st.lists(st.sampled_from(codes), min_size=1, unique=True)
    others = [scope for scope in ServiceScope if scope is not ServiceScope.MUNICIPALITIES]
    return st.one_of(
        listed.map(lambda c: make_service_area(ServiceScope.MUNICIPALITIES, municipalities=c)),
        st.sampled_from(others).map(make_service_area),
    )


def delivery_claims() -> st.SearchStrategy[DeliveryClaim]:
    """Return claims of pages about a delivery mode."""
    return st.builds(
        DeliveryClaim,
        mode=st.sampled_from(Delivery),
        availability=st.sampled_from(Availability),
        url=slugs().map(lambda slug: f"https://example.org/{slug}"),
        year=st.none() | partial_dates(),
        supports=local_texts(),
    )


@st.composite
def actors(draw: st.DrawFn, *, actor_id: str | None = None) -> Actor:
    """Return actors that pass every check of a register of one (successors are left out)."""
    status = draw(st.sampled_from(Status))
    year = draw(st.integers(1950, 2023))
    is_ended = status is Status.ENDED
    chosen = draw(st.lists(offers(), min_size=1, max_size=3, unique_by=lambda o: o.service_type))
    count = draw(st.integers(0, 3))
    seen = draw(partial_dates(first=2021) if status is Status.ACTIVE else partial_dates())
    is_municipal = draw(st.booleans())
    answers = {name: draw(st.sampled_from(Answer)) for name in ("own_offer", "to_innovators")}
    is_core = (
        set(answers.values()) == {Answer.YES}
        and status in {Status.ACTIVE, Status.ENDED}
        and seen >= "2021"
        and not is_municipal
    )
    note = StatusNote(
        finding=draw(local_texts()), settled=draw(st.booleans()), sources=("https://example.org",)
    )
    return make_actor(
        id=actor_id or draw(slugs()),
        name=draw(words(max_words=4)),
        kind=draw(st.sampled_from(ActorKind)),
        scope=Scope.CORE if is_core else Scope.ADJACENT,
        municipal=is_municipal,
        **answers,
        status=status,
        status_note=draw(st.none() | st.just(note)),
        valid_from=draw(st.none() | st.just(str(year))),
        valid_to=draw(partial_dates(first=year + 1)) if is_ended else None,
        in_2022=draw(st.sampled_from(Answer)),
        summary=draw(local_texts()),
        homepage=draw(st.none() | slugs().map(lambda slug: f"https://{slug}.example")),
        strength_areas=draw(strength_areas()),
        offers=tuple(chosen),
        offices=tuple(draw(offices(office_id=f"kontor-{n + 1}")) for n in range(count)),
        service_area=draw(service_areas()),
        delivery_claims=tuple(draw(st.lists(delivery_claims(), max_size=2, unique=True))),
        confidence=draw(st.sampled_from(Confidence)),
        last_evidence=seen,
        last_confirmed=draw(st.none() | partial_dates()),
        note=draw(st.none() | local_texts()),
    )


@st.composite
def registers(draw: st.DrawFn, *, max_actors: int = 6) -> Register:
    """Return registers of up to a few actors with ids of their own."""
    ids = draw(st.lists(slugs(), min_size=1, max_size=max_actors, unique=True))
    return make_register().model_copy(
        update={"actors": tuple(draw(actors(actor_id=actor_id)) for actor_id in ids)}
    )
