"""One municipality: who helps here, how far it is, what is missing, and the same to take along."""

from ris_map.municipality import page
from ris_map.web import layout

page.draw(tr=layout.words())
