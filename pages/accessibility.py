"""Accessibility statement."""

from ris_map.web import layout

layout.text_page("accessibility", "tillganglighet")
