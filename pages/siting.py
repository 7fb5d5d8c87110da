"""Tänk om: open, close or visit, and see what happens; the best place for a new office."""

from ris_map.siting import page
from ris_map.web import layout

page.page(tr=layout.words())
