"""Writes the vocabulary table that `vocabulary_table` reads."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from skillagent.files.atomic import write_atomic
from skillagent.tokens.vocabulary import Vocabulary, vocabulary_of
from skillagent.tokens.vocabulary_table import (
    APPLICATION,
    FORMAT,
    open_table,
    put_aside,
    table_path,
)


def ensure_table(encoding: str) -> bool:
    """Write the table of an encoding, unless there is one that can be used.

    Writing takes longer than loading a tokenizer: it pays for commands that keep other things, too.
    Processes that do this at the same time write the same table.

    Args:
        encoding: `o200k_base` or `cl100k_base`.

    Returns:
        Whether there is a table now; False if the cache folder cannot be written.

    Raises:
        UsageError: there is no such encoding, or its vocabulary is damaged.
    """
    vocabulary = vocabulary_of(encoding)
    if open_table(vocabulary) is not None:
        return True
    path = Path(table_path(vocabulary))
    put_aside(str(path))
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.access(path.parent, os.W_OK):
            return False
        write_atomic(path, _table(vocabulary))
    except OSError:
        # On Windows, a file that another process has just written, and reads, cannot be replaced.
        return open_table(vocabulary) is not None
    return True


def _table(vocabulary: Vocabulary) -> bytes:
    """The bytes of the file."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {FORMAT}")
        connection.execute(
            "CREATE TABLE description (bytes INTEGER, digest TEXT, complete INTEGER)"
        )
        connection.execute(
            "CREATE TABLE tokens (token BLOB PRIMARY KEY, rank INTEGER NOT NULL) WITHOUT ROWID"
        )
        connection.execute("BEGIN")
        connection.execute("INSERT INTO description VALUES (0, ?, 0)", (vocabulary.sha256,))
        tokens = sorted(vocabulary.ranks().items())  # In the order of the table: no page is split.
        connection.executemany("INSERT INTO tokens VALUES (?, ?)", tokens)
        connection.execute("COMMIT")
        connection.execute(
            "UPDATE description SET complete = 1, bytes = "
            "(SELECT page_count * page_size FROM pragma_page_count, pragma_page_size)"
        )
        return connection.serialize()
