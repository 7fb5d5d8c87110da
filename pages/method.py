"""How the map is made."""

from ris_map.web import layout

layout.text_page("method", "metod")
