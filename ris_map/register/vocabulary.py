"""Closed vocabularies. Their ids are stable: they stand in addresses, files and exports.

Labels and explanations in Swedish and English are data, see ``data/strategy.yaml``.
"""

from enum import StrEnum
from typing import TYPE_CHECKING, Literal


class Phase(StrEnum):
    """Development phases of an innovation, in their order (strategy, appendix 2)."""

    IDE = "ide"
    UTVECKLING = "utveckling"
    VAXA = "vaxa"


class ServiceType(StrEnum):
    """What an offer consists of (the five kinds of appendix 2)."""

    FINANSIERING = "finansiering"
    FINANSIERING_RADGIVNING = "finansiering_radgivning"
    RADGIVNING = "radgivning"
    INKUBATOR_ACCELERATOR = "inkubator_accelerator"
    MOTESPLATS = "motesplats"


class StrengthArea(StrEnum):
    """The nine strength areas of the strategy; ``ALL`` marks a sector-neutral actor."""

    SKOGLIG_BIOEKONOMI = "skoglig_bioekonomi"
    GRUV_MINERAL = "gruv_mineral"
    HALLBARA_ENERGISYSTEM = "hallbara_energisystem"
    TILLVERKNINGSINDUSTRI = "tillverkningsindustri"
    BESOKSNARING = "besoksnaring"
    LIVSMEDEL = "livsmedel"
    KULTURELLA_KREATIVA_NARINGAR = "kulturella_kreativa_naringar"
    LIFE_SCIENCE = "life_science"
    DIGITALISERING = "digitalisering"
    ALL = "all"


STRENGTH_AREAS: tuple[StrengthArea, ...] = tuple(
    area for area in StrengthArea if area is not StrengthArea.ALL
)
if TYPE_CHECKING:
    Area = StrengthArea
else:
    Area = Literal[STRENGTH_AREAS]
    """An area that one may ask for: nobody asks for ``ALL``, which marks an actor."""


class Delivery(StrEnum):
    """How help reaches a person. The four are never added into one figure."""

    OFFICE = "office"
    VISIT = "visit"
    DIGITAL = "digital"
    PHONE = "phone"


class Answer(StrEnum):
    """An answer that may be missing; spelled so that YAML cannot turn it into a boolean."""

    # the one three-valued type; in the order of the alphabet: min is "and", max is "or"

    NO = "no"
    UNKNOWN = "unknown"
    YES = "yes"


class Availability(StrEnum):
    """What is known about one delivery mode of an offer.

    ``LIMITED`` keeps weaker claims apart: events, tools or plans in that mode, but no service to a
    single innovator. ``UNKNOWN`` is a state of its own, never read as "no".
    """

    OFFERED = "offered"
    LIMITED = "limited"
    NOT_OFFERED = "not_offered"
    UNKNOWN = "unknown"

    @property
    def known(self) -> Answer:
        """Whether one innovator is helped: events, tools and plans alone do not say so."""
        return {"offered": Answer.YES, "not_offered": Answer.NO}.get(self.value, Answer.UNKNOWN)


class Scope(StrEnum):
    """``CORE``: innovation support to the private sector; ``ADJACENT``: what stands beside it."""

    CORE = "core"
    ADJACENT = "adjacent"


class ActorKind(StrEnum):
    """Legal or organisational kind of an actor."""

    PUBLIC = "public"
    COMPANY = "company"
    NONPROFIT = "nonprofit"
    ACADEMIC = "academic"
    FOUNDATION = "foundation"


class Status(StrEnum):
    """Whether an actor is at work. ``UNKNOWN`` = open: no page settles it."""

    ACTIVE = "active"
    ENDED = "ended"
    PLANNED = "planned"
    UNKNOWN = "unknown"


class TargetGroup(StrEnum):
    """Whom an actor says that it helps; none given = not known."""

    STUDENT = "student"
    RESEARCHER = "researcher"
    NEW_COMPANY = "new_company"
    COMPANY = "company"
    ASSOCIATION = "association"
    SOCIAL_ENTERPRISE = "social_enterprise"
    YOUNG = "young"
    WOMEN = "women"
    SAMI_ENTERPRISE = "sami_enterprise"
    FARM = "farm"
    PUBLIC_SECTOR = "public_sector"


class Cost(StrEnum):
    """What help costs the one who gets it; none given = not known."""

    FREE = "free"
    FEE = "fee"
    EQUITY = "equity"
    INTEREST = "interest"
    OWN_SHARE = "own_share"


class Basis(StrEnum):
    """What a statement rests on."""

    SOURCE = "source"
    PARTIAL = "partial"
    EDITORIAL = "editorial"
    GENERAL_KNOWLEDGE = "general_knowledge"
    ASSUMED = "assumed"


class Confidence(StrEnum):
    """How well the record as a whole is supported by pages that were read."""

    VERIFIED = "verified"
    PARTIAL = "partial"
    GENERAL_KNOWLEDGE = "general_knowledge"


class ServiceScope(StrEnum):
    """How far an actor says, or is judged, to reach."""

    MUNICIPALITIES = "municipalities"
    COUNTY = "county"
    NORTHERN_SWEDEN = "northern_sweden"
    NATIONAL = "national"
    OTHER_COUNTY = "other_county"
    UNKNOWN = "unknown"


class Precision(StrEnum):
    """How exact an office's point is."""

    TOWN = "town"
    ADDRESS = "address"
