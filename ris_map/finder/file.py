"""The answer as one HTML file that needs nothing else: to keep, to send, to print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import urlencode

from ris_map.actors.listing import delivery_sentence
from ris_map.finder.answer_view import PATH, FindView
from ris_map.words import Translator
from ris_map.words.markup import render


def find_file(
    view: FindView,
    *,
    tr: Translator,
    site: str,
    query: Mapping[str, Sequence[str]],
    on: date,
) -> str:
    """Return a whole HTML document with the list, without scripts or any request.

    Parameters
    ----------
    view : FindView
        The answer in words.
    tr : Translator
        Texts of the language.
    site : str
        Where the product is, without a slash at the end; links inside the product lead there.
    query : mapping
        The address form of the need, for the link to the live page.
    on : date
        The day, said in the file.
    """
    return render(
        "find_file.html",
        t=tr,
        view=view,
        site=site,
        live=f"{site}{PATH}?{urlencode(query, doseq=True)}",
        made=tr("find.file.made", date=tr.date(on)),
        delivery=lambda row: delivery_sentence(row, tr=tr),
    )
