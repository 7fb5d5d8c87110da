"""What the operator may set for the API, through environment variables, checked here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ris_map.common.faults import RisMapError

RATE_VARIABLE = "RIS_MAP_API_RATE"
BASE_VARIABLE = "RIS_MAP_BASE_URL"
PUBLISHER_VARIABLE = "RIS_MAP_PUBLISHER"
PUBLISHER_TYPE_VARIABLE = "RIS_MAP_PUBLISHER_TYPE"

PUBLISHER_TYPES = (
    *("Academia-ScientificOrganisation", "Company", "IndustryConsortium", "LocalAuthority"),
    *("NationalAuthority", "NonGovernmentalOrganisation", "NonProfitOrganisation"),
    *("RegionalAuthority", "StandardisationBody", "SupraNationalAuthority"),
)
"""The kinds of publisher that DCAT-AP-SE lists, private individuals left out on purpose."""
DEFAULT_PUBLISHER_TYPE = "NonProfitOrganisation"

_RATE = re.compile(r"([1-9][0-9]{0,5})/([1-9][0-9]{0,4})")
_HOST = r"(?:[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?"
HOST = re.compile(_HOST)
"""A host with perhaps a port, as it may stand in an address."""
_BASE = re.compile(rf"https?://{_HOST}(?:/[A-Za-z0-9._~-]+)*/?")


class ApiSettingFault(RisMapError):
    """An environment variable holds something the API cannot run with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How much one client may ask: ``requests`` in any ``seconds``, all at once if it likes."""

    requests: int
    seconds: int


DEFAULT_RATE = Rate(requests=600, seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiSettings:
    """The API's settings.

    Parameters
    ----------
    rate : Rate or None
        Per client; None = no limit.
    base_url : str
        Public address of the site without a slash at the end; empty = as the client wrote it.
    publisher : str
        Name of who publishes the catalogue; empty = the product's name.
    publisher_type : str
        One of :data:`PUBLISHER_TYPES`.
    """

    rate: Rate | None = DEFAULT_RATE
    base_url: str = ""
    publisher: str = ""
    publisher_type: str = DEFAULT_PUBLISHER_TYPE


def api_settings(environment: Mapping[str, str]) -> ApiSettings:
    """Read the settings.

    Parameters
    ----------
    environment : mapping of str to str
        ``RIS_MAP_API_RATE`` (``600/60`` = 600 requests in 60 seconds, ``off`` = no limit),
        ``RIS_MAP_BASE_URL``, ``RIS_MAP_PUBLISHER``, ``RIS_MAP_PUBLISHER_TYPE``.

    Raises
    ------
    ApiSettingFault
        With the variable and what it may hold.
    """
    kind = environment.get(PUBLISHER_TYPE_VARIABLE, "").strip() or DEFAULT_PUBLISHER_TYPE
    if kind not in PUBLISHER_TYPES:
        allowed = ", ".join(PUBLISHER_TYPES)
        raise ApiSettingFault(f"{PUBLISHER_TYPE_VARIABLE}: {kind!r} is none of {allowed}.")
    base = environment.get(BASE_VARIABLE, "").strip()
    if base and not _BASE.fullmatch(base):
        raise ApiSettingFault(f"{BASE_VARIABLE}: {base!r} is not https://host[:port][/path].")
    return ApiSettings(
        rate=_rate(environment.get(RATE_VARIABLE, "").strip()),
        base_url=base.rstrip("/"),
        publisher=" ".join(environment.get(PUBLISHER_VARIABLE, "").split()),
        publisher_type=kind,
    )


def _rate(text: str) -> Rate | None:
    if not text:
        return DEFAULT_RATE
    if text == "off":
        return None
    found = _RATE.fullmatch(text)
    if found is None:
        raise ApiSettingFault(f"{RATE_VARIABLE}: {text!r} is not REQUESTS/SECONDS or off.")
    return Rate(requests=int(found[1]), seconds=int(found[2]))
