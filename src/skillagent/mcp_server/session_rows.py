"""Where the sessions of an HTTP server are kept: one row each, with a revision.

Several processes share the rows. A row is written only by whoever knows its revision, or has
locked it. `SqliteSessionRows` keeps them in one file, `postgres_sessions` in a database.

Above: `sessions`.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from skillagent.errors import SkillAgentError, UsageError

WAIT_SECONDS = 4.0
"""Seconds for which one worker waits for another one's write."""
FILE_VERSION = 1
"""Version of the file's format."""


class SessionRowsError(SkillAgentError):
    """Sessions cannot be read or written now; the text says why, for the model.

    It never leaves this package.
    """


class SessionTable(Protocol):
    """Reads and writes sessions.

    Every method raises SessionRowsError if that is not possible now.
    """

    def read(self, token: str, known: int | None = None) -> tuple[int, bytes | None] | None:
        """Revision and state of a session; None if there is no such session.

        Args:
            token: the session's token.
            known: a revision whose state need not be read: if the session has it, the state is
                None.
        """
        ...

    def update(self, token: str, revision: int, state: bytes, now: float) -> bool:
        """Write a new state, with the next revision; False if it has another revision by now.

        Args:
            token: the session's token.
            revision: the revision that the new state was made from.
            state: the new state.
            now: seconds since the epoch.
        """
        ...


class SessionRows(SessionTable, Protocol):
    """The rows of all sessions. Threads share them."""

    def insert(self, token: str, state: bytes, now: float) -> None:
        """Add a session, with revision 0; see `update` for the arguments."""
        ...

    def locked(self, token: str) -> AbstractContextManager[SessionTable]:
        """The same rows, while nobody else can write this session.

        What is written in the block is undone if the block raises an exception.
        """
        ...

    def delete_unused(self, before: float) -> None:
        """Delete the sessions that were not written since a time, in seconds since the epoch."""
        ...

    def close(self) -> None:
        """Release what is needed to read them."""
        ...


class SqliteSessionRows:
    """Sessions in one SQLite file.

    Args:
        path: path of the file; created if it does not exist.

    Raises:
        UsageError: the file cannot be used for sessions.
    """

    def __init__(self, path: Path) -> None:
        # Reentrant, because the block of `locked` uses the other methods.
        self._lock = threading.RLock()
        try:
            # Readable by the owner only: the file holds questions, and tokens of sessions.
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._database = sqlite3.connect(
                path, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False
            )
            (version,) = self._database.execute("PRAGMA user_version").fetchone()
            if version not in (0, FILE_VERSION):
                raise sqlite3.DatabaseError(f"sessions of another version, {version}")
            # Without `synchronous`, only a power cut can lose data, not a killed process.
            self._database.executescript(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;"
                f"PRAGMA user_version = {FILE_VERSION};"
                "CREATE TABLE IF NOT EXISTS sessions ("
                " token TEXT PRIMARY KEY, revision INTEGER NOT NULL, used REAL NOT NULL,"
                " state BLOB NOT NULL) WITHOUT ROWID;"
            )
        except (sqlite3.Error, OSError) as error:
            why = getattr(error, "strerror", None) or error
            raise UsageError(f"{path}: cannot be used for sessions: {why}") from None

    def read(self, token: str, known: int | None = None) -> tuple[int, bytes | None] | None:
        with self._using() as database:
            row: tuple[int, bytes | None] | None = database.execute(
                "SELECT revision, CASE WHEN revision IS NOT ? THEN state END"
                " FROM sessions WHERE token = ?",
                (known, token),
            ).fetchone()
        return row

    def insert(self, token: str, state: bytes, now: float) -> None:
        with self._using() as database:
            database.execute("INSERT INTO sessions VALUES (?, 0, ?, ?)", (token, now, state))

    def update(self, token: str, revision: int, state: bytes, now: float) -> bool:
        with self._using() as database:
            count = database.execute(
                "UPDATE sessions SET revision = revision + 1, used = ?, state = ?"
                " WHERE token = ? AND revision = ?",
                (now, state, token, revision),
            ).rowcount
        return bool(count)

    @contextlib.contextmanager
    def locked(self, token: str) -> Iterator[SqliteSessionRows]:  # noqa: ARG002 - locks the file
        with self._lock:
            with self._using() as database:
                database.execute("BEGIN IMMEDIATE")
            try:
                yield self
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            with self._using() as database:
                database.execute("COMMIT")

    def delete_unused(self, before: float) -> None:
        with self._using() as database:
            database.execute("DELETE FROM sessions WHERE used < ?", (before,))

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    @contextlib.contextmanager
    def _using(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._lock:
                yield self._database
        except sqlite3.Error as error:
            raise SessionRowsError(str(error)) from None
