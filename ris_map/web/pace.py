"""Sending a page in two parts: what is looked at first, then, a moment later, the rest.

The browser makes everything that arrives together into one piece, and the map's frame, a document
of its own, hears of its change only when that piece stands. Sent a moment apart the map is drawn
first and the rest is hardly later; figures in docs/method/2026-11-23-speed.md.
"""

from __future__ import annotations

import time

import streamlit as st

FIRST_SECONDS = 0.4
"""The frame loads and draws its map."""
CHANGE_SECONDS = 0.03
"""The frame stands and has only to be told."""
_BEGUN = "_begun"


def rest_follows() -> None:
    """Wait a moment before the rest of a page is sent."""
    time.sleep(CHANGE_SECONDS)


def rest_follows_the_map() -> None:
    """Wait a moment before the rest of a page is sent; in a session's first run a longer one."""
    is_change = _BEGUN in st.session_state
    st.session_state[_BEGUN] = True
    time.sleep(CHANGE_SECONDS if is_change else FIRST_SECONDS)
