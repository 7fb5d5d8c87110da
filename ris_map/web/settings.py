"""What the operator may set, all of it through environment variables, all of it checked here."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from streamlit import config
from streamlit.config_option import ConfigOption

from ris_map.common.faults import RisMapError

ROOT: Final = Path(__file__).resolve().parents[2]
"""Folder that holds ``app.py``, ``pages/`` and ``data/``."""

DATA_VARIABLE: Final = "RIS_MAP_DATA"
REPORT_VARIABLE: Final = "RIS_MAP_REPORT_ADDRESS"
FRAME_VARIABLE: Final = "RIS_MAP_FRAME_ANCESTORS"

DEFAULT_REPORT_ADDRESS: Final = "innovationskartan@example.org"
"""A role address, never a person's. ``example.org`` cannot receive mail: set the real one."""

# Narrower than the mail standard on purpose: the value ends up inside a mailto: link.
_ADDRESS: Final = re.compile(r"[A-Za-z0-9._%+-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}")
# One source of a Content-Security-Policy list: a scheme, a host, perhaps a port, nothing else.
_ANCESTOR: Final = re.compile(
    r"https?://(?:\*\.)?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?::[0-9]{1,5})?"
)
_KEYWORDS: Final = frozenset({"'self'", "'none'"})


class SettingFault(RisMapError):
    """An environment variable holds something the product cannot run with."""


def data_dir() -> Path:
    """Give the folder the data files are read from.

    Returns
    -------
    Path
        The folder named by ``RIS_MAP_DATA``, otherwise ``data/`` beside ``app.py``.

    Raises
    ------
    SettingFault
        The folder does not exist.
    """
    named = os.environ.get(DATA_VARIABLE, "").strip()
    folder = Path(named).expanduser().resolve() if named else ROOT / "data"
    if not folder.is_dir():
        raise SettingFault(f"{DATA_VARIABLE}: there is no folder {folder}.")
    return folder


def report_address() -> str:
    """Give the role address that "report a fault" opens a message to.

    Returns
    -------
    str
        ``RIS_MAP_REPORT_ADDRESS``, otherwise :data:`DEFAULT_REPORT_ADDRESS`.

    Raises
    ------
    SettingFault
        The value is not a plain e-mail address.
    """
    address = os.environ.get(REPORT_VARIABLE, "").strip() or DEFAULT_REPORT_ADDRESS
    if not _ADDRESS.fullmatch(address):
        raise SettingFault(f"{REPORT_VARIABLE}: {address!r} is not a plain e-mail address.")
    return address


def frame_ancestors() -> tuple[str, ...]:
    """Give the sites that may show the product inside a frame.

    Returns
    -------
    tuple of str
        Sources for the policy's ``frame-ancestors``: ``'self'`` unless
        ``RIS_MAP_FRAME_ANCESTORS`` names others, separated by spaces.

    Raises
    ------
    SettingFault
        A source is something else than ``'self'``, ``'none'`` or ``https://host[:port]``. Nothing
        unchecked may reach a header.
    """
    sources = tuple(os.environ.get(FRAME_VARIABLE, "").split(" "))
    sources = tuple(source for source in sources if source) or ("'self'",)
    for source in sources:
        if source not in _KEYWORDS and not _ANCESTOR.fullmatch(source):
            raise SettingFault(
                f"{FRAME_VARIABLE}: {source!r} is not 'self', 'none' or https://host[:port]."
            )
    if "'none'" in sources and len(sources) > 1:
        raise SettingFault(f"{FRAME_VARIABLE}: 'none' cannot stand beside other sources.")
    return sources


def apply_settings_file() -> tuple[str, ...]:
    """Apply ``.streamlit/config.toml`` where Streamlit has not found it.

    It looks in the folder it is started from and beside the script. ``uvicorn app:app`` started
    from elsewhere would otherwise run without look and without the narrower limits. What an
    environment variable or another file sets is left as it is.

    Returns
    -------
    tuple of str
        The options that were set; none with ``streamlit run app.py``.
    """
    file = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    options = dict(_flat(file))
    unset = tuple(
        key for key in options if config.get_where_defined(key) == ConfigOption.DEFAULT_DEFINITION
    )
    for key in unset:
        config.set_option(key, options[key])
    return unset


def _flat(table: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, object]]:
    """Give ``("theme.light.textColor", value)`` for each value of tables within tables."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield before + name, value
