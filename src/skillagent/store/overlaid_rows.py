"""The rows of an index, and over them those that changed since it was built.

Both are files that are written once as a whole (`sqlite_rows`). The changes name the state of the
rows that they belong to, so changes that a crash left behind are never put over other rows.

Above: `indexing`. Below: `sqlite_rows`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import merge
from operator import itemgetter
from pathlib import Path

from skillagent.store.rows import ABOUT, BASE, Key, Kind, Row
from skillagent.store.sqlite_rows import SqliteRows, write_rows

REMOVED = b""
"""The value of a row that does not exist any more; every other value begins with a checksum."""


def opened_rows(path: Path, changes: Path) -> SqliteRows | OverlaidRows:
    """The rows of an index as they are now.

    Args:
        path: the file of the index.
        changes: the file with the rows that changed since it was built; it need not exist.

    Raises:
        FileNotFoundError: there is no index.
        DamagedIndexError: a file is no index, is of another version, or is not complete.
    """
    base = SqliteRows(path)
    try:
        over = SqliteRows(changes)
    except FileNotFoundError:
        return base
    except BaseException:
        base.close()
        raise
    if over.get(Kind.PART, BASE) == base.get(Kind.PART, ABOUT):
        return OverlaidRows(base, over)
    over.close()
    return base


def write_changes(path: Path, rows: SqliteRows | OverlaidRows, changed: Iterable[Row]) -> None:
    """Write the rows that changed, with those that changed before.

    Args:
        path: the file of the changes; see `opened_rows`.
        rows: the rows as they are now.
        changed: the rows that change; an empty value removes a row.

    Raises:
        OSError: the file cannot be written; the earlier one remains.
    """
    changes = {(kind, key): value for kind, key, value in rows.changes()}
    changes |= {(kind, key): value for kind, key, value in changed}
    write_rows(path, ((kind, key, value) for (kind, key), value in changes.items()))


class OverlaidRows:
    """Rows, some of which others replace.

    Args:
        base: the rows of a whole index.
        changes: the rows that replace some of these.
    """

    reads_ahead = False

    def __init__(self, base: SqliteRows, changes: SqliteRows) -> None:
        self._base, self._changes = base, changes

    @property
    def path(self) -> Path:
        """The file that was written last."""
        return self._changes.path

    @property
    def identity(self) -> object:
        return self._base.identity, self._changes.identity

    def get(self, kind: Kind, key: Key) -> bytes | None:
        value = self._changes.get(kind, key)
        if value is None:
            return self._base.get(kind, key)
        return value or None

    def many(self, kind: Kind, keys: Sequence[Key]) -> Mapping[Key, bytes]:
        changed = self._changes.many(kind, keys)
        values = {**self._base.many(kind, [key for key in keys if key not in changed]), **changed}
        return {key: value for key, value in values.items() if value != REMOVED}

    def every(self, kind: Kind) -> Iterator[tuple[Key, bytes]]:
        changed = dict(self._changes.every(kind))
        kept = (row for row in self._base.every(kind) if row[0] not in changed)
        rows = merge(kept, iter(changed.items()), key=itemgetter(0))
        return (row for row in rows if row[1] != REMOVED)

    def changes(self) -> Iterator[Row]:
        """The rows that replace others, and the row that names the rows below them."""
        return ((kind, key, value) for kind in Kind for key, value in self._changes.every(kind))

    def close(self) -> None:
        """Close both files; the rows cannot be read any more."""
        self._base.close()
        self._changes.close()
