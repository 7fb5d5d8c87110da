"""Changing a page that another package brings, or saying clearly that it is another page now."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ris_map.common.faults import RisMapError


class PageChanged(RisMapError):
    """A page of another package no longer has the shape that the rewriting knows."""


@dataclass(frozen=True, slots=True)
class Change:
    """One place of a page and what stands there instead.

    Parameters
    ----------
    what : str
        The place in words, for the error's text.
    pattern : str
        Regular expression of the place; a dot stands for line ends too.
    replacement : str
        Put there as it is.
    """

    what: str
    pattern: str
    replacement: str


def rewritten(page: str, changes: Iterable[Change], *, source: str) -> str:
    """Make every change, each in exactly one place.

    Parameters
    ----------
    page : str
        The page as it came.
    changes : iterable of Change
        Made in this order.
    source : str
        The page's name, and where to look: for the error's text.

    Returns
    -------
    str
        The page with all changes.

    Raises
    ------
    PageChanged
        A place is missing, or there is more than one; all such places are named.
    """
    faults = []
    for change in changes:
        as_it_is = change.replacement.replace("\\", r"\\")
        page, count = re.subn(change.pattern, as_it_is, page, flags=re.DOTALL)
        if count != 1:
            faults.append(f"{change.what} was found {count} times instead of once")
    if faults:
        raise PageChanged(f"{source} changed: {'; '.join(faults)}.")
    return page
