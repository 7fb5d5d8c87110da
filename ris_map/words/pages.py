"""Longer texts, one Markdown file per page and language."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from ris_map.words.language import Language

PAGES_DIR = Path(__file__).parent / "pages"


@lru_cache(maxsize=32)
def page_text(name: str, language: Language) -> str:
    """Return the Markdown of a page.

    Raises
    ------
    FileNotFoundError
        If the page is not written in that language.
    """
    return (PAGES_DIR / language.value / f"{name}.md").read_text(encoding="utf-8")
