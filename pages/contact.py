"""Contact."""

from ris_map.ui import layout

layout.text_page("contact", "kontakt")
