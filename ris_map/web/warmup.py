"""Doing the first visitor's waiting at the start of the server.

``streamlit_folium`` itself is left out: imported before Streamlit's runtime stands, its component
is never registered and every map frame answers 404.
"""

from __future__ import annotations

import gc
import importlib
import logging
import threading
from collections.abc import Callable

from ris_map.common.faults import RisMapError
from ris_map.travel.service import service
from ris_map.travel.world import World
from ris_map.web.settings import data_dir
from ris_map.words import translator
from ris_map.words.language import Language

SLOW_IMPORTS = ("folium", "pandas", "altair", "pyarrow")
PREPARE: list[Callable[[World], object]] = []
"""What the rooms above want computed at the start, given the world."""
_LOG = logging.getLogger(__name__)


def warm_up() -> None:
    """Import what is slow, read the data, compute the default figures, keep all that for good.

    A refused register is no reason not to start: the pages show its faults.
    """
    _prepare()
    _keep_for_good()


def _keep_for_good() -> None:
    """Take what now exists out of the garbage collector's sight.

    Streamlit collects garbage after every run of a script, and each time would look through
    the libraries and the register: 130 ms in which the run's last messages wait to be sent.
    """
    gc.collect()
    gc.freeze()


def _prepare() -> None:
    for name in SLOW_IMPORTS:
        importlib.import_module(name)
    for language in Language:
        translator(language)
    try:
        moment = service(data_dir()).moment()
    except RisMapError as refused:
        _LOG.warning("Nothing to warm up: %s", refused)
        return
    for prepare in PREPARE:
        prepare(moment.world)


def warm_up_in_background() -> threading.Thread:
    """Start warming up without making the server wait."""
    thread = threading.Thread(target=warm_up, name="warm-up", daemon=True)
    thread.start()
    return thread
