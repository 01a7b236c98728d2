"""Rows of another machine, of which those that were read last stay in memory.

Rows never change, so what is kept is always right. It is bounded by bytes, because the rows of a
common term or of a long text are a thousand times larger than those of a node's number.

Above: `indexing`. Below: `rows`.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence

from skillagent.store.rows import Key, Kind, Rows

KEPT_BYTES = 32 * 2**20
"""Bytes of values that stay in memory for one graph."""
ROW_BYTES = 200
"""What a kept row needs besides its value, in bytes, about."""


class KeptRows:
    """Rows that are read from other rows, and kept.

    Args:
        rows: the other rows.
        limit: most bytes that are kept.
    """

    reads_ahead = True

    def __init__(self, rows: Rows, limit: int = KEPT_BYTES) -> None:
        self._rows, self._limit = rows, limit
        self._kept: OrderedDict[tuple[Kind, Key], bytes | None] = OrderedDict()
        """The most recently used last; None for what is known to be absent."""
        self._size = 0
        self._lock = threading.Lock()

    @property
    def identity(self) -> object:
        return self._rows.identity

    def get(self, kind: Kind, key: Key) -> bytes | None:
        with self._lock:
            if (kind, key) in self._kept:
                self._kept.move_to_end((kind, key))
                return self._kept[kind, key]
        value = self._rows.get(kind, key)
        self._keep(kind, {key: value})
        return value

    def many(self, kind: Kind, keys: Sequence[Key]) -> Mapping[Key, bytes]:
        values: dict[Key, bytes | None] = {}
        with self._lock:
            for key in keys:
                if (kind, key) in self._kept:
                    values[key] = self._kept[kind, key]
                    self._kept.move_to_end((kind, key))
        if missing := [key for key in dict.fromkeys(keys) if key not in values]:
            # Without the lock: two threads may both read a row, but the same.
            read = self._rows.many(kind, missing)
            complete = {key: read.get(key) for key in missing}
            values |= complete
            self._keep(kind, complete)
        return {key: value for key in keys if (value := values[key]) is not None}

    def _keep(self, kind: Kind, values: Mapping[Key, bytes | None]) -> None:
        with self._lock:
            for key, value in values.items():
                if (kind, key) not in self._kept:
                    self._kept[kind, key] = value
                    self._size += _size(value)
            while self._size > self._limit:
                _, oldest = self._kept.popitem(last=False)
                self._size -= _size(oldest)

    def every(self, kind: Kind) -> Iterator[tuple[Key, bytes]]:
        return self._rows.every(kind)


def _size(value: bytes | None) -> int:
    return ROW_BYTES + len(value or b"")
