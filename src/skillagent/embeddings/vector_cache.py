"""Keeps vectors in the user's cache folder: an SQLite file for each model, keyed by text digests.

The file contains no text. It can be deleted at any time; the vectors are then computed again. If it
cannot be used, because it is damaged or the folder cannot be written, vectors are kept in memory.
"""

from __future__ import annotations

import hashlib
import logging
import sqlite3
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

from skillagent.files.user_cache import cache_folder

WAIT_SECONDS = 5.0
"""Seconds for which one process waits for another one's write."""
_AT_ONCE = 500
"""Digests in one statement; SQLite has a limit."""
_TABLE = (
    "CREATE TABLE IF NOT EXISTS vectors (text BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID"
)
_log = logging.getLogger(__name__)


class VectorCache:
    """The vectors of one model.

    Args:
        folder: folder of the files; it is created if it is needed.
        name: name of the model, as `Embedder.name`.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.path = folder / f"{hashlib.sha256(name.encode()).hexdigest()[:16]}.sqlite"
        self._memory: dict[bytes, bytes] = {}
        self._is_usable = True

    def read(self, texts: Collection[str]) -> dict[str, bytes]:
        """Text → its vector, for the texts whose vectors are kept."""
        digests = {text: _digest(text) for text in texts}
        absent = [digest for digest in digests.values() if digest not in self._memory]
        if absent and self._is_usable:
            with self._saying_errors():
                self._load(absent)
        return {
            text: self._memory[digest] for text, digest in digests.items() if digest in self._memory
        }

    def write(self, vectors: Mapping[str, bytes]) -> None:
        """Keep the vectors of some texts."""
        rows = {_digest(text): vector for text, vector in vectors.items()}
        self._memory.update(rows)
        if self._is_usable:
            with self._saying_errors():
                self._store(rows)

    def _load(self, digests: Sequence[bytes]) -> None:
        if not self.path.exists():
            return
        with closing(self._open()) as connection:
            for start in range(0, len(digests), _AT_ONCE):
                self._memory.update(_rows(connection, digests[start : start + _AT_ONCE]))

    def _store(self, rows: Mapping[bytes, bytes]) -> None:
        # The vectors of private texts tell something about these texts.
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with closing(self._open()) as connection, connection:
            connection.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?)",
                [(digest, _sealed(vector)) for digest, vector in rows.items()],
            )

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=WAIT_SECONDS)
        try:
            connection.execute(_TABLE)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    @contextmanager
    def _saying_errors(self) -> Iterator[None]:
        """From the first error on, the file is not used any more."""
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            self._is_usable = False
            _log.warning(
                "%s: cannot be used, so vectors are kept in memory only: %s; the file can be "
                "deleted",
                self.path,
                error,
            )


def user_cache(name: str) -> VectorCache:
    """The cache of a model in the user's cache folder, the same at every call.

    Args:
        name: name of the model.
    """
    return _cache_of(Path(cache_folder(), "vectors"), name)


_cache_of = cache(VectorCache)


def _rows(
    connection: sqlite3.Connection, digests: Sequence[bytes]
) -> Iterator[tuple[bytes, bytes]]:
    marks = ", ".join("?" * len(digests))
    query = f"SELECT text, vector FROM vectors WHERE text IN ({marks})"  # noqa: S608 - only marks
    for digest, sealed in connection.execute(query, digests):
        if (vector := _unsealed(sealed)) is not None:
            yield digest, vector


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _sealed(vector: bytes) -> bytes:
    """A vector behind its checksum: a changed byte would change rankings, and nobody would know."""
    return zlib.crc32(vector).to_bytes(4, "big") + vector


def _unsealed(value: object) -> bytes | None:
    """The vector; None if the checksum does not fit."""
    if not isinstance(value, bytes) or _sealed(value[4:]) != value:
        return None
    return value[4:]
