"""Accessibility statement."""

from ris_map.ui import layout

layout.text_page("accessibility", "tillganglighet")
