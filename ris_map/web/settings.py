"""What the operator may set: environment variables, read into one model, all faults at once."""

import os
import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Final, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails
from streamlit import config

from ris_map.common.faults import RisMapError
from ris_map.common.records import nearest
from ris_map.common.region import DATA

ROOT: Final = Path(__file__).resolve().parents[2]
"""Folder that holds ``app.py``, ``pages/`` and ``data/``."""
# where Streamlit looks for the settings file, whatever folder ``uvicorn app:app`` is started from
config._main_script_path = config._main_script_path or str(ROOT / "app.py")
PREFIX: Final = "RIS_MAP_"
DEFAULT_REPORT_ADDRESS: Final = "innovationskartan@example.org"
"""A role address, never a person's. ``example.org`` cannot receive mail: set the real one."""

_HOST: Final = r"(?:[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?"
HOST: Final = re.compile(rf"(?!.{{260}}){_HOST}")
"""A host with perhaps a port, as it may stand in an address."""
_BASE: Final = re.compile(rf"https?://{_HOST}(?:/[A-Za-z0-9._~-]+)*/?")
# Narrower than the mail standard on purpose: the value ends up inside a mailto: link.
_MAIL: Final = re.compile(r"[A-Za-z0-9._%+-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}")
# One source of a Content-Security-Policy list; nothing unchecked may reach a header.
_ANCESTOR: Final = re.compile(
    r"https?://(?:\*\.)?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?::[0-9]{1,5})?"
)
_RATE: Final = re.compile(r"([1-9][0-9]{0,5})(?:/([1-9][0-9]{0,4}))?")

PublisherType = Literal[
    "Academia-ScientificOrganisation",
    "Company",
    "IndustryConsortium",
    "LocalAuthority",
    "NationalAuthority",
    "NonGovernmentalOrganisation",
    "NonProfitOrganisation",
    "RegionalAuthority",
    "StandardisationBody",
    "SupraNationalAuthority",
]
"""The kinds of publisher that DCAT-AP-SE lists, private individuals left out on purpose."""


class SettingFault(RisMapError):
    """Environment variables hold something the product cannot run with."""


class Rate(NamedTuple):
    """How much one client may ask: ``requests`` in any ``seconds``, all at once if it likes."""

    requests: int
    seconds: int


@lru_cache(maxsize=4)  # one that was there at the start may be away while it is replaced
def _folder(value: object) -> Path:
    # links are kept: whoever leads one to another folder changes the register for page and API
    folder = Path(str(value)).expanduser().absolute()
    if not folder.is_dir():
        raise ValueError(f"there is no folder {folder}")
    return folder


def _like(pattern: re.Pattern[str], form: str) -> BeforeValidator:
    def checked(value: object) -> object:
        if not pattern.fullmatch(str(value)):
            raise ValueError(f"{value!r} is not {form}")
        return value

    return BeforeValidator(checked)


def _ancestors(value: object) -> tuple[str, ...]:
    sources = tuple(filter(None, str(value).split(" "))) if isinstance(value, str) else value
    assert isinstance(sources, tuple)
    for source in sources:
        if source not in {"'self'", "'none'"} and not _ANCESTOR.fullmatch(source):
            raise ValueError(f"{source!r} is not 'self', 'none' or https://host[:port]")
    if "'none'" in sources and len(sources) > 1:
        raise ValueError("'none' cannot stand beside other sources")
    return sources


def _rate(value: object) -> object:
    if not isinstance(value, str):
        return value
    if value == "off":
        return None
    found = _RATE.fullmatch(value)
    if found is None:
        raise ValueError(f"{value!r} is not REQUESTS, REQUESTS/SECONDS or off")
    return Rate(int(found[1]), int(found[2] or 60))


class Settings(BaseModel):
    """Everything that can be set; each field is the variable ``RIS_MAP_`` and its name."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        populate_by_name=True,
        alias_generator=lambda name: PREFIX + name.upper(),
    )

    data: Annotated[Path, BeforeValidator(_folder)] = DATA
    report_address: Annotated[str, _like(_MAIL, "a plain e-mail address")] = DEFAULT_REPORT_ADDRESS
    frame_ancestors: Annotated[tuple[str, ...], BeforeValidator(_ancestors)] = ("'self'",)
    """Sites that may show the product in a frame."""
    api_rate: Annotated[Rate | None, BeforeValidator(_rate)] = Rate(600, 60)
    """Per client; None = no limit."""
    base_url: Annotated[
        str,
        _like(_BASE, "https://host[:port][/path]"),
        AfterValidator(lambda address: address.rstrip("/")),
    ] = ""
    """Public address of the site without a slash at the end; empty = as the client wrote it."""
    publisher: Annotated[str, BeforeValidator(lambda text: " ".join(str(text).split()))] = ""
    """Name of who publishes the catalogue; empty = the product's name."""
    publisher_type: PublisherType = "NonProfitOrganisation"
    metrics_port: Annotated[int | None, Field(strict=False, ge=1024, le=65535)] = None
    """Port on this machine's own address where Prometheus reads figures; None = none."""
    log: Literal["text", "json"] = "text"
    today: Annotated[date | None, Field(strict=False)] = None
    """The day that is shown, for tests; :mod:`ris_map.common.dates` reads it."""


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; an empty variable is one that is not set.

    ``SettingFault`` names every variable that holds something else than it may, or that is none.
    """
    found = os.environ if environment is None else environment
    given = {name: text.strip(" ") for name, text in found.items() if name.startswith(PREFIX)}
    try:
        return Settings.model_validate({name: text for name, text in given.items() if text})
    except ValidationError as refused:
        lines = [
            f"{fault['loc'][0]}: {_reason(fault)} (it is {fault['input']!r})."
            for fault in refused.errors()
        ]
        raise SettingFault("\n".join(lines)) from None


def _reason(fault: ErrorDetails) -> str:
    if fault["type"] != "extra_forbidden":
        return fault["msg"].removeprefix("Value error, ")
    names = [name.upper() for name in Settings.model_fields]
    near = nearest(str(fault["loc"][0]).removeprefix(PREFIX), names)
    known = [PREFIX + name for name in ([near] if near else names)]
    return f"there is no such setting, but there is {', '.join(known)}"


def settings_at_start() -> Settings:
    """Read the settings, or end the start with every fault in words and no traceback."""
    try:
        return read_settings()
    except SettingFault as refused:
        raise SystemExit(f"The server cannot start:\n{refused}") from None


def data_dir() -> Path:
    """Return the folder the data files are read from."""
    return read_settings().data
