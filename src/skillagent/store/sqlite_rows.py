"""Rows in one SQLite file, which is written once as a whole and never changed.

A new state of the graph is a new file that takes the place of the old one by one rename: so every
process sees the old state or the new one, also after a crash, and a reader keeps the state that it
opened. Therefore no journal is needed, and readers take no locks (`immutable`).

Above: `indexing`. Below: `rows`.
"""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from skillagent.errors import DamagedIndexError
from skillagent.files import STAGED
from skillagent.markdown.lazy_pattern import lazy_pattern
from skillagent.store.rows import ABOUT, BASE, VERSION, Key, Kind, Row

APPLICATION = 0x534B4741
"""Marks a file as an index of this package: `SKGA`; see `PRAGMA application_id` of SQLite."""
AT_ONCE = 500
"""Keys in one statement; SQLite has a limit."""
WRITTEN_AT_ONCE = 2_000
UNFINISHED_SECONDS = 3_600.0
"""Seconds after which nobody is still writing a file."""
# Nothing but the names of tables is put into these statements.
_ALL = {kind: f"SELECT key, value FROM {kind}" for kind in Kind}  # noqa: S608
_ONE = {kind: f"{statement} WHERE key = ?" for kind, statement in _ALL.items()}
_NEXT = {
    kind: f"{statement} WHERE key > ? ORDER BY key LIMIT ?" for kind, statement in _ALL.items()
}
_INSERT = {kind: f"INSERT INTO {kind} VALUES (?, ?)" for kind in Kind}  # noqa: S608
_PLAIN = lazy_pattern(r"[\w./-]+", re.ASCII)
"""A path that is the same in an address."""
_HEADER = 100
"""Length in bytes of the header of an SQLite file (https://www.sqlite.org/fileformat.html)."""


class SqliteRows:
    """The rows in one file.

    Args:
        path: path of the file.

    Raises:
        FileNotFoundError: there is no such file.
        DamagedIndexError: the file is no index, is of another version, or is not complete.
    """

    reads_ahead = False

    def __init__(self, path: Path) -> None:
        self.path = path
        self.identity = _check(path)
        address = f"file:{_quoted(path)}?mode=ro&immutable=1"
        self._lock = threading.Lock()
        try:
            self._connection = sqlite3.connect(address, uri=True, check_same_thread=False)
        except sqlite3.Error as error:
            if not path.exists():  # another process has removed it since it was looked at
                raise FileNotFoundError(path) from None
            raise DamagedIndexError(f"{path}: {error}") from None
        # A damaged value may have become a text; its checksum then says so.
        self._connection.text_factory = bytes

    def get(self, kind: Kind, key: Key) -> bytes | None:
        rows = self._read(_ONE[kind], (key,))
        return rows[0][1] if rows else None

    def many(self, kind: Kind, keys: Sequence[Key]) -> Mapping[Key, bytes]:
        values: dict[Key, bytes] = {}
        for start in range(0, len(keys), AT_ONCE):
            some = tuple(keys[start : start + AT_ONCE])
            marks = ", ".join("?" * len(some))
            values.update(self._read(f"{_ALL[kind]} WHERE key IN ({marks})", some))
        return values

    def every(self, kind: Kind) -> Iterator[tuple[Key, bytes]]:
        last: Key = -1 if kind.has_numbers else b""
        while rows := self._read(_NEXT[kind], (last, AT_ONCE)):
            yield from rows
            last = rows[-1][0]

    def changes(self) -> Iterator[Row]:
        """What changes of these rows begin with; see `overlaid_rows.write_changes`."""
        yield Kind.PART, BASE, self.get(Kind.PART, ABOUT) or b""

    def close(self) -> None:
        """Close the file; the rows cannot be read any more."""
        with self._lock:
            self._connection.close()

    def _read(self, statement: str, values: Sequence[Key]) -> list[tuple[Key, bytes]]:
        try:
            with self._lock:
                return self._connection.execute(statement, values).fetchall()
        # A message about damaged bytes can have bytes that are no text.
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            raise DamagedIndexError(f"{self.path}: {error}") from None


def _quoted(path: Path) -> str:
    """A path in an address."""
    text = os.fspath(path.absolute())
    if _PLAIN.fullmatch(text):
        return text
    from urllib.parse import quote  # importing it takes longer than anything else here

    return quote(os.fsencode(text))


def write_rows(path: Path, rows: Iterable[Row]) -> None:
    """Write rows into a file, which takes the place of an older one when it is complete.

    Args:
        path: path of the file; its folder must exist.
        rows: all rows of one state.

    Raises:
        OSError: the file cannot be written; no part of it remains.
    """
    import tempfile  # late: readers do not need it

    descriptor, temporary = tempfile.mkstemp(prefix=STAGED, suffix=".sqlite", dir=path.parent)
    try:
        os.close(descriptor)
        try:
            with contextlib.closing(sqlite3.connect(temporary, isolation_level=None)) as connection:
                _write(connection, rows)
        except sqlite3.Error as error:
            raise OSError(0, str(error), os.fspath(path)) from None
        _sync(temporary)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def remove_unfinished(folder: Path) -> None:
    """Remove what killed processes began to write into a folder, an hour ago or earlier.

    Several indexes may be written into it at the same time.
    """
    for path in folder.glob(f"{STAGED}*.sqlite"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > UNFINISHED_SECONDS:
                path.unlink()


def _write(connection: sqlite3.Connection, rows: Iterable[Row]) -> None:
    # The file is synced as a whole before it is renamed. Until then, nobody reads it.
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    connection.execute("BEGIN")
    for kind in Kind:
        key = "INTEGER" if kind.has_numbers else "BLOB"
        connection.execute(f"CREATE TABLE {kind} (key {key} PRIMARY KEY, value BLOB NOT NULL)")
    waiting: dict[Kind, list[tuple[Key, bytes]]] = {kind: [] for kind in Kind}
    for kind, row_key, value in rows:
        waiting[kind].append((row_key, value))
        if len(waiting[kind]) >= WRITTEN_AT_ONCE:
            _insert(connection, kind, waiting[kind])
    for kind, some in waiting.items():
        _insert(connection, kind, some)
    # Set last: a file without it is not complete.
    connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")


def _insert(connection: sqlite3.Connection, kind: Kind, some: list[tuple[Key, bytes]]) -> None:
    connection.executemany(_INSERT[kind], some)
    some.clear()


def _sync(path: str) -> None:
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _check(path: Path) -> tuple[int, int]:
    """Compare the header of a file with what `write_rows` writes, and its length with its pages.

    Returns:
        What identifies the file as long as somebody has it open.
    """
    with open(path, "rb") as stream:
        header = stream.read(_HEADER)
        status = os.fstat(stream.fileno())
    size = status.st_size

    def number(start: int, length: int = 4) -> int:
        return int.from_bytes(header[start : start + length], "big")

    page = 65536 if number(16, 2) == 1 else number(16, 2)
    if len(header) < _HEADER or header[:16] != b"SQLite format 3\0":
        raise DamagedIndexError(f"{path}: not an index")
    if number(68) != APPLICATION or number(60) != VERSION:
        raise DamagedIndexError(f"{path}: not an index of this version")
    if size != page * number(28):
        raise DamagedIndexError(f"{path}: not complete")
    return status.st_dev, status.st_ino
