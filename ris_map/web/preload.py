"""Files the page will ask for anyway, named in its head so that they come while nothing else does.

Streamlit loads a widget's code only when the script has sent the widget, that is while the server
is busy with the script, and the map's frame loads its files one after another. Named early, they
are in the browser's cache by then. A name that an update of Streamlit removes is left out silently:
the page works without, only later.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from streamlit import file_util

from ris_map.common.faults import RisMapError
from ris_map.web.assets import map_script
from ris_map.web.compression import FRAME, folders

# What every page with a map shows: text, links, filters and the frame itself.
_WIDGETS: Final = (
    "Html",
    "Button",
    "ButtonGroup",
    "Multiselect",
    "Selectbox",
    "TextInput",
    "Checkbox",
    "DownloadButton",
    "ComponentInstance",
)
_IMPORT: Final = re.compile(r"""(?:from|import)\s*["`']\./([\w.\-]+\.js)["`']""")


def _with_imports(folder: Path, names: Iterable[str]) -> list[str]:
    """Give modules with everything they import at once, each one time."""
    found: dict[str, None] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        path = folder / name
        if name in found or not path.is_file():
            continue
        found[name] = None
        waiting += _IMPORT.findall(path.read_text(encoding="utf-8"))
    return sorted(found)


def widget_modules(already: str) -> list[str]:
    """Give the addresses of the widgets' modules.

    Parameters
    ----------
    already : str
        The page as it is; what it names itself is left out.

    Returns
    -------
    list of str
        Addresses relative to the site's root.
    """
    folder = Path(file_util.get_static_dir()) / "static" / "js"
    entries = [path.name for widget in _WIDGETS for path in folder.glob(f"{widget}.*.js")]
    names = _with_imports(folder, entries)
    return [f"static/js/{name}" for name in names if name not in already]


def frame_files() -> list[str]:
    """Give the addresses of what the map's frame loads, the component's own script first.

    Returns
    -------
    list of str
        Addresses relative to the site's root; a missing file is left out.
    """
    folder = folders().get(FRAME)
    scripts = sorted(folder.glob("static/js/main.*.js")) if folder else []
    addresses = [f"{FRAME.removeprefix('/')}static/js/{path.name}" for path in scripts]
    # bad data is told by the pages; it never keeps a page from coming
    with suppress(FileNotFoundError, RisMapError):
        addresses.append(map_script())
    return addresses
