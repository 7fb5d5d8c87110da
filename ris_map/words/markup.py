"""The one place where text becomes HTML or script: templates and JSON that escape every value.

Register text is hostile until escaped. No other module joins strings into HTML.
"""

import json
import re
from functools import lru_cache, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_AFTER_NUMBER = re.compile(r"(?<=\d) (?=[^\W\d]{2}|%)|(?<=\d.(?:av|of)) (?=\d)|(?<=≈) (?=\d)")


def held_together(text: str) -> str:
    """Return a text in which no line ends between a number and its unit: "60 min", "7 av 8"."""
    return _AFTER_NUMBER.sub("\N{NO-BREAK SPACE}", text)


def _finished(value: object) -> object:
    """Return a value as it stands on a page; what a template made is finished."""
    return held_together(value) if type(value) is str else value


@lru_cache(maxsize=2)
def _environment(kind: str) -> Environment:
    """Return what reads each room's own folders of a kind; a name is used once in all of them."""
    environment = Environment(
        loader=FileSystemLoader(sorted(Path(__file__).parents[1].glob(f"**/{kind}"))),
        autoescape=kind == "templates",
        finalize=_finished if kind == "templates" else None,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["md"] = markdown_text
    environment.filters["json"] = partial(json.dumps, ensure_ascii=False)
    return environment


def render(template: str, /, **values: object) -> str:
    """Return the HTML of a template in some room's ``templates/``; a missing value is an error.

    Every value is escaped unless a template made it.
    """
    html = _environment("templates").get_template(template).render(**values)
    # indentation of templates is for people, not for the wire
    return "\n".join(line.strip() for line in html.splitlines() if line.strip())


def render_text(template: str, /, **values: object) -> str:
    """Return what a template in some room's ``texts/`` says: no HTML, so nothing is escaped.

    Every line stays. The filters ``md`` and ``json`` write a value so that it stays one text.
    """
    return _environment("texts").get_template(template).render(**values) + "\n"


_MARKUP = re.compile(r"([\\`*_\[\]<>|~&!#]|^[-+=]|^\d+(?=[.)]))")


def markdown_text(text: str) -> str:
    """Return a text in one line in which nothing is read as Markdown or HTML."""
    line = " ".join(text.replace("\u00ad", "").split())
    return _MARKUP.sub(lambda m: f"{m[0]}\\" if m[0][0].isdigit() else f"\\{m[0]}", line)


_BRACE = "\ue000"
"""Stands for an opening brace inside a text while JSON is made; a private character."""
_UNSAFE_IN_SCRIPT = str.maketrans(
    {sign: f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"} | {_BRACE: "\\u007b"}
)


def script_json(value: object) -> str:
    """Return JSON that can stand in a folium script.

    Folium reads every script again as a template before it is sent: a text with two opening braces
    would be run on the server. No text keeps an opening brace or a character that ends a script.
    """
    text = json.dumps(_without_braces(value), ensure_ascii=False, allow_nan=False)
    # two opening braces of the structure itself must not meet either
    return text.replace("{", "{ ").translate(_UNSAFE_IN_SCRIPT)


def _without_braces(value: object) -> object:
    match value:
        case str():
            return value.replace(_BRACE, "").replace("{", _BRACE)
        case dict():
            return {_without_braces(key): _without_braces(item) for key, item in value.items()}
        case list() | tuple():
            return [_without_braces(item) for item in value]
        case _:
            return value
