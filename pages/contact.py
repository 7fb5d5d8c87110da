"""Contact."""

from ris_map.web import layout

layout.text_page("contact", "kontakt")
