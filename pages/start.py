"""Start page: the map, how far it is to help, and who helps."""

from ris_map.actors.page import page

page()
