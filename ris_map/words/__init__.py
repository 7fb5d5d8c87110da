"""Texts, numbers, dates and sort order in Swedish and English.

Texts live in gettext PO catalogues (``catalogues/<language>/*.po``) under stable keys, so that a
translator works with ordinary tools. Words of the strategy (phases, service types, ...) are data
and come from :mod:`ris_map.register.strategy`.
"""

from ris_map.words.language import MissingTextError, Translator, swedish_sort_key, translator
from ris_map.words.markup import held_together

__all__ = ["MissingTextError", "Translator", "held_together", "swedish_sort_key", "translator"]
