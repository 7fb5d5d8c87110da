"""Sending small answers at once.

Streamlit binds its own socket, and asyncio then leaves Nagle's algorithm on for every connection
(it looks at the socket's protocol number, which is 0 for such a socket). Each small answer waits
for the browser's delayed acknowledgement: 40 ms for each file. The option, set on the
listening socket is inherited by each connection.
"""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

_DESCRIPTORS: Final = Path("/dev/fd")
_FAMILIES: Final = (socket.AF_INET, socket.AF_INET6)


def _listening_sockets() -> Iterator[socket.socket]:
    """Give this process's listening TCP sockets, as copies that are closed after use."""
    names = [path.name for path in _DESCRIPTORS.iterdir()] if _DESCRIPTORS.is_dir() else []
    for number in map(int, names):
        # only sockets are copied: a copy of a pipe's end that is not closed again keeps the
        # process at its other end waiting for ever
        with suppress(OSError), _copy_of_socket(number) as found:
            stream = found.family in _FAMILIES and found.type == socket.SOCK_STREAM
            if stream and found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                yield found


def _copy_of_socket(descriptor: int) -> socket.socket:
    """Give a copy of a descriptor that is a socket, or raise ``OSError``."""
    if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
        raise OSError(f"descriptor {descriptor} is not a socket")
    return socket.socket(fileno=os.dup(descriptor))


def send_at_once() -> int:
    """Turn Nagle's algorithm off for every connection accepted from now on.

    Returns
    -------
    int
        How many listening sockets were changed; none where the system does not list them, and
        none are needed where the server makes its sockets later and better.
    """
    count = 0
    for listening in _listening_sockets():
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        count += 1
    return count
