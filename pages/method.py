"""How the map is made."""

from ris_map.ui import layout

layout.text_page("method", "metod")
