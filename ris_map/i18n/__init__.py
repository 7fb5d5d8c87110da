"""Texts, numbers, dates and sort order in Swedish and English.

Texts live in gettext PO catalogues (``catalogues/<language>/*.po``) under stable keys, so that a
translator works with ordinary tools. Words of the strategy (phases, service types, ...) are data
and come from :mod:`ris_map.strategy`.
"""

from ris_map.i18n.formats import swedish_sort_key
from ris_map.i18n.translator import MissingTextError, Translator, translator

__all__ = ["MissingTextError", "Translator", "swedish_sort_key", "translator"]
