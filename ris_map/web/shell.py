"""The document around the application: Streamlit's index page, made ours once at start.

Streamlit serves one fixed page whatever the address, in English. This module reads that page from
the installed package, sets language, title, description, style sheet, script and the text for
readers without JavaScript, and the middleware sends the result in place of the original.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers, QueryParams
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import file_util

from ris_map.web.assets import PREFIX, Payload, asset_url, pack, respond
from ris_map.web.headers import FRAME_PREFIX
from ris_map.web.preload import frame_files, widget_modules
from ris_map.web.rewriting import Change, PageChanged, rewritten

LANGUAGES: Final = ("sv", "en")

TITLES: Final = {
    "sv": "Innovationsstöd i Västerbotten",
    "en": "Innovation support in Västerbotten",
}
DESCRIPTIONS: Final = {
    "sv": "Öppen karta över vem som stödjer innovation i Västerbotten, var och hur långt bort.",
    "en": "Open map of who supports innovation in Västerbotten, where, and how far away.",
}
_NOSCRIPT: Final = {
    "sv": (
        "Den här sidan behöver JavaScript. Slå på JavaScript i webbläsaren och ladda om sidan. "
        "Inga skript hämtas från andra webbplatser."
    ),
    "en": (
        "This page needs JavaScript. Turn on JavaScript in the browser and reload the page. "
        "No scripts are fetched from other sites."
    ),
}
_SOURCE: Final = "Streamlit's index page (streamlit/static/index.html)"


def streamlit_index() -> str:
    """Read the index page of the installed Streamlit."""
    return (Path(file_util.get_static_dir()) / "index.html").read_text(encoding="utf-8")


def _script() -> str:
    """Deferred; it stands before Streamlit's own script and so runs before it.

    Streamlit's script waits for it: without its priority it would come after everything else.
    """
    return f'<script src="./{asset_url("bundle/page.js")}" defer fetchpriority="high"></script>'


def _head(language: str, index: str) -> str:
    tags = [
        f'<meta name="description" content="{escape(DESCRIPTIONS[language])}" />',
        f'<link rel="stylesheet" href="./{asset_url("bundle/page.css")}" />',
        *(
            f'<link rel="modulepreload" fetchpriority="low" crossorigin href="./{address}" />'
            for address in widget_modules(index)
        ),
        *(f'<link rel="prefetch" href="./{address}" />' for address in frame_files()),
        "</head>",
    ]
    return "\n    ".join(tags)


def _noscript(language: str) -> str:
    """Both languages, the chosen one first: nobody without scripts can switch."""
    order = sorted(LANGUAGES, key=lambda code: code != language)
    texts = "".join(f'<p lang="{code}">{escape(_NOSCRIPT[code])}</p>' for code in order)
    return f"<noscript>{texts}</noscript>"


# A comment and what stands right after it, without reaching over another comment's end.
_COMMENT: Final = r"(?:<!--(?:(?!-->).)*-->\s*)?"
_PRERENDER: Final = rf"{_COMMENT}<script>\s*window\.prerenderReady = false\s*</script>"


def rewrite(index: str, language: str) -> str:
    """Turn Streamlit's index page into ours.

    Parameters
    ----------
    index : str
        Streamlit's page.
    language : str
        One of :data:`LANGUAGES`.

    Returns
    -------
    str
        The page that is sent.

    Raises
    ------
    PageChanged
        A place that is to be changed is missing, or there is more than one.
    """
    icon = f'<link rel="icon" type="image/svg+xml" href="./{asset_url("app/icon.svg")}" />'
    title = f"<title>{escape(TITLES[language])}</title>"
    # "shrink-to-fit" is a dead Safari word; nothing here may ever forbid zooming.
    viewport = '<meta name="viewport" content="width=device-width, initial-scale=1" />'
    changes = (
        Change("the document type", rf"^\s*{_COMMENT}<!DOCTYPE html>", "<!DOCTYPE html>"),
        Change("<html lang>", r'<html lang="en">', f'<html lang="{language}">'),
        Change("<title>", r"<title>.*?</title>", title),
        Change("the icon", r'<link rel="shortcut icon"[^>]*>', icon),
        Change("the viewport", r'<meta\s+name="viewport"[^>]*>', viewport),
        # A pointer to a programming interface that is switched off, with its explanation.
        Change("service-desc", rf'{_COMMENT}<link rel="service-desc"[^>]*>', ""),
        # The page's only inline script serves a crawler; without it the policy needs no hash.
        Change("the prerender script", _PRERENDER, _script()),
        Change("<noscript>", r"<noscript>.*?</noscript>", _noscript(language)),
        Change("</head>", r"</head>", _head(language, index)),
    )
    page = rewritten(index, changes, source=_SOURCE)
    if "<script>" in page:
        raise PageChanged(f"{_SOURCE} changed: there is a new inline script in it.")
    return page


def build_shells() -> dict[str, Payload]:
    """Make the page in each language, compressed once.

    Returns
    -------
    dict
        Language code to page.
    """
    index = streamlit_index()
    return {language: pack(rewrite(index, language).encode()) for language in LANGUAGES}


def chosen_language(query: bytes) -> str:
    """Read the language from an address; anything unknown is Swedish.

    Parameters
    ----------
    query : bytes
        The raw query string.
    """
    language = QueryParams(query).get("lang", LANGUAGES[0])
    return language if language in LANGUAGES else LANGUAGES[0]


class Shell:
    """Middleware that sends our page wherever Streamlit sends its index page.

    Parameters
    ----------
    app : ASGIApp
        What is wrapped.
    shells : callable
        Gives the page for each language; called once.
    """

    def __init__(self, app: ASGIApp, shells: Callable[[], Mapping[str, Payload]]) -> None:
        self._app = app
        self._shells = shells()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        if scope["type"] != "http" or scope["path"].startswith((FRAME_PREFIX, f"/{PREFIX}/")):
            await self._app(scope, receive, send)
            return
        replaced = False

        async def send_shell(message: Message) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start" and _is_page(message):
                replaced = True
                shell = self._shells[chosen_language(scope.get("query_string", b""))]
                response = respond(
                    Request(scope), shell, media_type="text/html; charset=utf-8", cache="no-cache"
                )
                await response(scope, receive, send)
            elif not replaced:
                await send(message)

        await self._app(scope, receive, send_shell)


def _is_page(message: Message) -> bool:
    """Tell whether an answer is Streamlit's index page: its only HTML that is not a download."""
    headers = Headers(raw=message.get("headers", []))
    is_html = headers.get("content-type", "").startswith("text/html")
    return message["status"] == 200 and is_html and "content-disposition" not in headers
