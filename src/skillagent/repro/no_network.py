"""A guard that refuses every connection of this process, to prove that a replay needs none."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

_REFUSED = frozenset(
    {"socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.bind"}
)
"""Audit events that Python raises before a socket does anything (PEP 578)."""
_state = threading.local()


class NetworkRefusedError(RuntimeError):
    """Something tried to open a connection where none is allowed."""


@contextmanager
def no_network() -> Iterator[None]:
    """Refuse connections of this thread while the block runs.

    Raises:
        NetworkRefusedError: in the code that tries to connect.
    """
    _install()
    before = getattr(_state, "refuses", False)
    _state.refuses = True
    try:
        yield
    finally:
        _state.refuses = before


@cache
def _install() -> None:
    # A hook cannot be removed, so there is one for ever, which does nothing outside of a block.
    # Two threads may both install one, which does no harm.
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event in _REFUSED and getattr(_state, "refuses", False):
        raise NetworkRefusedError(f"{event} during a replay: {arguments[1:]}")
