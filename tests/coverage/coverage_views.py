"""What the coverage tests share: the real world on a fixed day, and its views."""

from __future__ import annotations

import re
from html import unescape
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


def plain(html: str) -> str:
    """Return HTML as a reader sees it, hard spaces as they are."""
    return unescape(re.sub(r"<[^>]*>", " ", html))
