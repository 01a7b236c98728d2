"""Reads the vocabulary table: the tokens of an encoding on disk, of which a process needs a few.

Loading a tokenizer takes longer than everything else that a short command does. The table is one
SQLite file for each encoding in the user's cache folder. It is written as a whole (see
`table_writer`), never changed, read without locks, and can be deleted at any time.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from threading import Lock
from typing import Final

from skillagent.files.user_cache import cache_folder
from skillagent.tokens.vocabulary import Vocabulary

FORMAT: Final = 1
"""Version of the file's form. It is also in the file's name, as several versions may be in use."""
APPLICATION: Final = 0x736B_7663
"""What tells the file from other SQLite files: "skvc" in ASCII."""
DAMAGED: Final = ".damaged"
"""Suffix of a file that is put aside."""
_RANK: Final = "SELECT rank FROM tokens WHERE token = ?"


class VocabularyTable:
    """An open table, for any number of threads.

    Args:
        path: path of its file.
        connection: the file, opened; it is closed with the table.
    """

    def __init__(self, path: str, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        self._lock = Lock()
        self._cursor = connection.cursor()
        # One transaction for all look-ups: otherwise, each of them begins and ends its own.
        self._cursor.execute("BEGIN")

    def __del__(self) -> None:
        self._connection.close()

    def rank(self, token: bytes) -> int | None:
        """The rank of a token; None if the bytes are not a token.

        Raises:
            sqlite3.Error: the file is damaged.
        """
        with self._lock:
            row = self._cursor.execute(_RANK, (token,)).fetchone()
        return None if row is None else int(row[0])


def open_table(vocabulary: Vocabulary) -> VocabularyTable | None:
    """The table of a vocabulary, if there is one that can be used."""
    path = table_path(vocabulary)
    try:
        size = os.stat(path).st_size
        connection = sqlite3.connect(
            _uri(path), uri=True, isolation_level=None, check_same_thread=False
        )
    except (OSError, sqlite3.Error):
        return None
    try:
        if _is_complete(connection, vocabulary, size):
            return VocabularyTable(path, connection)
    except sqlite3.Error:
        pass
    connection.close()
    return None


def table_path(vocabulary: Vocabulary) -> str:
    """Where the table of a vocabulary is, or would be."""
    name = f"{vocabulary.encoding}-{FORMAT}.sqlite"
    return os.path.join(cache_folder(), "vocabularies", name)


def put_aside(path: str) -> None:
    """Rename a file that cannot be used, and say so, so that another one can take its place."""
    if not os.path.lexists(path):
        return
    # Imported late: this takes longer than opening a table, and is hardly ever needed.
    import logging

    with contextlib.suppress(OSError):
        os.replace(path, path + DAMAGED)
        logging.getLogger(__name__).warning(
            "%s: not a vocabulary table, or damaged; it is now %s, which can be deleted",
            path,
            os.path.basename(path) + DAMAGED,
        )


def _uri(path: str) -> str:
    """The file for reading; `immutable` says that it never changes, so that it is not locked."""
    for character in "%?#":  # The characters that have a meaning in a URI of SQLite.
        path = path.replace(character, f"%{ord(character):02x}")
    if os.name == "nt":
        path = "/" + path.replace("\\", "/")
    return f"file:{path}?mode=ro&immutable=1"


def _is_complete(connection: sqlite3.Connection, vocabulary: Vocabulary, size: int) -> bool:
    """Whether a file of `size` bytes is the whole table of a vocabulary, as it says itself.

    Raises:
        sqlite3.Error: it is not an SQLite file, or not of this form.
    """
    application = connection.execute("PRAGMA application_id").fetchone()
    form = connection.execute("PRAGMA user_version").fetchone()
    if (application, form) != ((APPLICATION,), (FORMAT,)):
        return False
    description = connection.execute("SELECT bytes, digest, complete FROM description").fetchone()
    return bool(description == (size, vocabulary.sha256, 1))
