"""Switch Python's cyclic garbage collector off while a graph is loaded.

A load makes many objects that all stay, and none that refer to each other in a circle. Each
collection would still visit all of them: on a graph of 5,000 nodes and 60,000 links that is a
fifth of the CPU time. The collector belongs to the whole process, so the pause is as short as
the load, and the state from before it is restored.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _Pauses:
    """How many blocks want the collector off, and whether it was on before the first one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0
        self._was_enabled = False

    def begin(self) -> None:
        with self._lock:
            if not self._count:
                self._was_enabled = gc.isenabled()
                gc.disable()
            self._count += 1

    def end(self) -> None:
        with self._lock:
            self._count -= 1
            if not self._count and self._was_enabled:
                gc.enable()


_pauses = _Pauses()


@contextmanager
def collection_paused() -> Iterator[None]:
    """Pause the garbage collector until the block ends, also by an exception.

    Several threads may pause it at once: the state from before the first block is restored when
    the last one ends.
    """
    _pauses.begin()
    try:
        yield
    finally:
        _pauses.end()
