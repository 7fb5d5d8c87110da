"""The nine strength areas: who works with each, who is open to all, and where they sit."""

from ris_map.strength import page
from ris_map.web import layout

page.draw(tr=layout.words())
