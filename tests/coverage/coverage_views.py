"""What the coverage tests share: the real world on a fixed day, and readers of tables and SVG."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

from ris_map.coverage.page.view import CoverageChoice, CoverageView
from ris_map.words import translator
from ris_map.words.language import Language
from tests.factories import DATA, real_words, real_world

world, words = real_world, real_words


def view(language: Language = Language.SV, **changes: Any) -> CoverageView:
    choice = CoverageChoice(**changes)
    return CoverageView(
        world=world(),
        choice=choice,
        tr=translator(language),
        words=words(language),
        data_dir=DATA,
    )


class Table(HTMLParser):
    """The cells of every row of the body, with attributes and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[tuple[dict[str, str | None], str]]] = []
        self.cells: dict[str, str] = {}
        self._in_body = False
        self._hidden = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a row, a cell or a link."""
        values = dict(attrs)
        if tag == "tbody":
            self._in_body = True
        elif tag == "tr" and self._in_body:
            self.rows.append([])
        elif tag in {"td", "th"} and self._in_body:
            self.rows[-1].append((values, ""))
        elif tag == "a" and "data-cell" in values:
            self.cells[str(values["data-cell"])] = str(self.rows[-1][-1][0].get("class"))
            self.rows[-1][-1][0].update(values)

    def handle_endtag(self, tag: str) -> None:
        """Note the end of the body."""
        if tag == "tbody":
            self._in_body = False

    def handle_data(self, data: str) -> None:
        """Add text to the cell."""
        if self._in_body and self.rows and self.rows[-1]:
            attributes, text = self.rows[-1][-1]
            self.rows[-1][-1] = (attributes, text + data)


def plain(html: str) -> str:
    """Return HTML as a reader sees it, hard spaces as they are."""
    return unescape(re.sub(r"<[^>]*>", " ", html))
