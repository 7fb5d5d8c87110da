"""What a term of the vocabulary means, for the help beside it."""

from __future__ import annotations

from ris_map.register.strategy import Strategy, Term
from ris_map.register.vocabulary import Delivery, Phase, Scope, ServiceType
from ris_map.words.language import LocalText


def explanation(term: Term, strategy: Strategy) -> LocalText:
    """Return the explanation of a term in both languages.

    Parameters
    ----------
    term : Phase, ServiceType, StrengthArea, Delivery or Scope
        A member of the vocabulary.
    strategy : Strategy
        The vocabulary's words.
    """
    match term:
        case Phase():
            return strategy.phase(term).description
        case ServiceType():
            return strategy.service_type(term).description
        case Delivery():
            return strategy.delivery_mode(term).description
        case Scope():
            return strategy.scope_words(term).description
        case _:
            return strategy.strength_area(term).short
