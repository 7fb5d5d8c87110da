"""Find the comments of a YAML file: its header, and those that writing it anew would lose."""

from __future__ import annotations

from collections import defaultdict

import yaml  # type: ignore[import-untyped]


def split_comments(text: str) -> tuple[str, list[int]]:
    """Return the header comment of a well-formed file and the lines of all other comments.

    Parameters
    ----------
    text : str
        The content of the file, well-formed.

    Returns
    -------
    str
        The comment and blank lines at the beginning, as they are, ending with a line break.
    list of int
        Lines from 1 of comments below it.
    """
    lines = text.splitlines()
    height = 0
    while height < len(lines) and (not lines[height].strip() or lines[height].startswith("#")):
        height += 1
    header = "\n".join(lines[:height]).rstrip()
    # how far each line is taken up by values; whatever follows and begins with # is a comment
    taken: dict[int, int] = defaultdict(int)
    loader = yaml.CSafeLoader(text)
    try:
        while loader.check_event():
            event = loader.get_event()
            if isinstance(event, yaml.ScalarEvent):
                start, end = event.start_mark, event.end_mark
                for line in range(start.line, end.line):
                    taken[line] = len(lines[line])
                taken[end.line] = max(taken[end.line], end.column)
    finally:
        loader.dispose()
    comments = [
        number + 1 for number in range(height, len(lines)) if "#" in lines[number][taken[number] :]
    ]
    return (f"{header}\n" if header else ""), comments
