"""The rows of an index while it is updated, with those that are changed already.

Above: `updating`. Below: `store`.
"""

from __future__ import annotations

from collections.abc import Iterator

from skillagent.errors import DamagedIndexError
from skillagent.store.overlaid_rows import REMOVED
from skillagent.store.rows import Key, Kind, Rows


class PendingRows:
    """Rows that can be replaced, in memory.

    Args:
        rows: the rows as they are stored.
    """

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self.changed: dict[tuple[Kind, Key], bytes] = {}
        """Kind and key → new value; `REMOVED` if the row does not exist any more."""

    def get(self, kind: Kind, key: Key) -> bytes | None:
        """The value of a row; None if there is no such row."""
        value = self.changed.get((kind, key))
        return self._rows.get(kind, key) if value is None else value or None

    def known(self, kind: Kind, key: Key) -> bytes:
        """The value of a row that every index has.

        Raises:
            DamagedIndexError: there is no such row.
        """
        value = self.get(kind, key)
        if value is None:
            raise DamagedIndexError("the stored index is damaged: a row is missing")
        return value

    def every(self, kind: Kind) -> Iterator[tuple[Key, bytes]]:
        """All rows of a kind that exists for each node, in the order of their keys."""
        for key, value in self._rows.every(kind):
            yield key, self.changed.get((kind, key), value)

    def put(self, kind: Kind, key: Key, value: bytes = REMOVED) -> None:
        """Replace a row, or remove it."""
        if value != REMOVED or self.get(kind, key) is not None:
            self.changed[kind, key] = value
