"""Coverage page: how far it is to help, as headline, map, matrix and tables."""

from ris_map.coverage.page.page import page

page()
