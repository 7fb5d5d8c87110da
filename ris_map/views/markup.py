"""The one place where text becomes HTML: Jinja templates that escape every value.

Register text is hostile until escaped. No other module joins strings into HTML.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES_DIR = Path(__file__).parent / "templates"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES_DIR),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def render(template: str, /, **values: object) -> str:
    """Return the HTML of a template; every value is escaped unless a template made it.

    Parameters
    ----------
    template : str
        Name of a file in ``templates/``.
    **values : object
        Values that the template names; a missing one is an error.
    """
    html = _environment().get_template(template).render(**values)
    # indentation of templates is for people, not for the wire
    return "\n".join(line.strip() for line in html.splitlines() if line.strip())
