"""Privacy."""

from ris_map.web import layout

layout.text_page("privacy", "integritet")
