"""Stores the sessions of a server: one per connection over stdio, one per token over HTTP.

Over stdio, a connection is a process, and its session lasts as long. Over stateless HTTP, any
worker may get any request. There a session is a row of an SQLite file and has a token, which the
tools carry as an argument, so that the session outlives the worker that answered last. An answer
is sent only after its cost is stored.

Above: `server`. Below: `graph_loader`, `disclosure`.
"""

from __future__ import annotations

import os
import re
import secrets
import sqlite3
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pydantic import TypeAdapter, ValidationError

from skillagent.disclosure import Answer, Toolset
from skillagent.disclosure.state import State
from skillagent.errors import SkillAgentError, UsageError
from skillagent.mcp_server.graph_loader import GraphLoader

SESSION_SECONDS = 24 * 3600.0
"""Seconds without a request after which a session is deleted."""
MAX_CACHED = 512
"""Sessions whose toolsets a worker keeps in memory, besides their rows."""
DELETE_EVERY = 256
"""New sessions between two deletions of unused ones."""
WAIT_SECONDS = 4.0
"""Seconds for which one worker waits for another one's write."""
FILE_VERSION = 1
"""Version of the file's format."""
ATTEMPTS = 4
"""Attempts to act in a session that another worker is changing, before it is locked instead."""

Action = Callable[[Toolset], Answer]
_STATE = TypeAdapter(State)
_TOKEN = re.compile(r"(?<![0-9a-f])[0-9a-f]{16}(?![0-9a-f])")


class SessionError(SkillAgentError):
    """A session cannot be read or written now; the text is for the model.

    It never leaves this package: `server` sends it as the answer to the call.
    """


class SessionStore(Protocol):
    """Finds the session of a request and acts in it."""

    uses_tokens: bool
    """Whether the caller has to name its session by a token."""

    def act(self, token: str | None, action: Action) -> tuple[Answer, str]:
        """Act in a session.

        Args:
            token: token of the session; None for a new session, or for the only one.
            action: what to do with the session's toolset. It may be called again, with a
                toolset in the same state.

        Returns:
            The answer, and the session's token; empty if sessions have no tokens.

        Raises:
            SessionError: the session cannot be read or written now.
        """
        ...


class SingleSession:
    """The session of one connection.

    Args:
        loader: gives the graph and the budget.
    """

    uses_tokens = False

    def __init__(self, loader: GraphLoader) -> None:
        self._loader = loader
        self._toolset: Toolset | None = None
        self._lock = threading.Lock()

    def act(self, token: str | None, action: Action) -> tuple[Answer, str]:
        """Act in the session; see `SessionStore.act`."""
        with self._lock:
            if self._toolset is None:
                self._toolset = self._loader.toolset()
            elif self._toolset.graph.digest != self._loader.graph.digest:
                self._toolset = self._loader.resume(self._toolset.state())
            return action(self._toolset), ""


@dataclass
class _CachedSession:
    """A session in memory, as of one revision of its row."""

    revision: int
    toolset: Toolset
    lock: threading.Lock = field(default_factory=threading.Lock)


class SqliteSessions:
    """Sessions in one SQLite file that several processes share.

    Calls are optimistic: a worker acts without a lock on the row, and then writes the new state
    only if the row still has the revision that it began with; otherwise it acts again on the
    newer state. A lock would make every call wait for the slowest one, and a worker that is
    killed would keep it. This way a killed worker leaves each session as it was before the call
    or after it.

    Args:
        path: path of the file; created if it does not exist.
        loader: gives the graph, and the budget of new sessions.
        clock: seconds since the epoch, to delete unused sessions.
        token: makes the token of a new session, 16 hexadecimal digits that are hard to guess.

    Raises:
        UsageError: the file cannot be used for sessions.
    """

    uses_tokens = True

    def __init__(
        self,
        path: Path,
        loader: GraphLoader,
        *,
        clock: Callable[[], float] = time.time,
        token: Callable[[], str] = lambda: secrets.token_hex(8),
    ) -> None:
        self._loader = loader
        self._clock = clock
        self._token = token
        self._cache: OrderedDict[str, _CachedSession] = OrderedDict()
        """Token → session, the most recently used last."""
        self._lock = threading.Lock()
        self._created = 0
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
            self._delete_unused()
        except (sqlite3.Error, OSError) as error:
            why = getattr(error, "strerror", None) or error
            raise UsageError(f"{path}: cannot be used for sessions: {why}") from None

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def act(self, token: str | None, action: Action) -> tuple[Answer, str]:
        """Act in a session, or in a new one; see `SessionStore.act`.

        An unknown token begins a new session, whose first answer says so.
        """
        if token is None:
            return self._act_in_new(action)
        # Models copy a token with its quotation marks, or in capitals.
        if match := _TOKEN.search(token.lower()):
            token = match[0]
        try:
            return self._act_in_known(token, action)
        except sqlite3.Error as error:
            raise SessionError(f"sessions cannot be stored now ({error}); try again") from None

    def _act_in_known(self, token: str, action: Action) -> tuple[Answer, str]:
        for _ in range(ATTEMPTS):
            session = self._session(token)
            if session is None:
                return self._act_in_new(lambda toolset: _unknown(toolset, token))
            with session.lock:
                is_written = False
                try:
                    was_spent = session.toolset.spent
                    answer = action(session.toolset)
                    if was_spent:
                        # Nothing can be shown any more, so there is no new state to store.
                        return answer, token
                    is_written = self._write(token, session)
                finally:
                    if not is_written:
                        # The toolset has a state that was never stored.
                        self._remove_from_cache(token, session)
            if is_written:
                return answer, token
        locked_answer = self._act_locked(token, action)
        if locked_answer:
            return locked_answer, token
        return self._act_in_new(lambda toolset: _unknown(toolset, token))

    def _act_in_new(self, action: Action) -> tuple[Answer, str]:
        token = self._token()
        session = _CachedSession(0, self._loader.toolset(token))
        answer = action(session.toolset)
        state = _STATE.dump_json(session.toolset.state())
        with self._lock:
            try:
                self._database.execute(
                    "INSERT INTO sessions VALUES (?, 0, ?, ?)", (token, self._clock(), state)
                )
            except sqlite3.Error as error:
                raise SessionError(f"no session can begin now ({error}); try again") from None
            self._add_to_cache(token, session)
            self._created += 1
            if self._created % DELETE_EVERY == 0:
                self._delete_unused()
        return answer, token

    def _act_locked(self, token: str, action: Action) -> Answer | None:
        """Act while no other process can write: the last resort under contention.

        Returns:
            The answer; None if there is no such session.
        """
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                session = self._read(token)
                if session is None:
                    self._database.execute("ROLLBACK")
                    return None
                answer = action(session.toolset)
                self._update(token, session, _STATE.dump_json(session.toolset.state()))
                self._database.execute("COMMIT")
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._add_to_cache(token, session)
            return answer

    def _session(self, token: str) -> _CachedSession | None:
        """The session in its newest state, from the cache or from its row; None if unknown."""
        with self._lock:
            row = self._database.execute(
                "SELECT revision FROM sessions WHERE token = ?", (token,)
            ).fetchone()
            cached = self._cache.get(token)
            if (
                cached
                and row
                and cached.revision == row[0]
                and cached.toolset.graph.digest == self._loader.graph.digest
            ):
                self._cache.move_to_end(token)
                return cached
            session = self._read(token)
            if session:
                self._add_to_cache(token, session)
            return session

    def _read(self, token: str) -> _CachedSession | None:
        row = self._database.execute(
            "SELECT revision, state FROM sessions WHERE token = ?", (token,)
        ).fetchone()
        if row is None:
            return None
        try:
            toolset = self._loader.resume(_STATE.validate_json(row[1]), token)
        except (ValidationError, UsageError):
            return None  # written by a server with other settings: unknown to this one
        return _CachedSession(row[0], toolset)

    def _add_to_cache(self, token: str, session: _CachedSession) -> None:
        self._cache[token] = session
        self._cache.move_to_end(token)
        while len(self._cache) > MAX_CACHED:
            self._cache.popitem(last=False)

    def _remove_from_cache(self, token: str, session: _CachedSession) -> None:
        with self._lock:
            if self._cache.get(token) is session:
                del self._cache[token]

    def _write(self, token: str, session: _CachedSession) -> bool:
        state = _STATE.dump_json(session.toolset.state())
        with self._lock:
            return self._update(token, session, state)

    def _update(self, token: str, session: _CachedSession, state: bytes) -> bool:
        """Store a state; False if the row has another revision by now."""
        count = self._database.execute(
            "UPDATE sessions SET revision = revision + 1, used = ?, state = ?"
            " WHERE token = ? AND revision = ?",
            (self._clock(), state, token, session.revision),
        ).rowcount
        session.revision += count
        return bool(count)

    def _delete_unused(self) -> None:
        self._database.execute(
            "DELETE FROM sessions WHERE used < ?", (self._clock() - SESSION_SECONDS,)
        )


def _unknown(toolset: Toolset, token: str) -> Answer:
    message = (
        f"there is no session {token[:40]!r}: it has ended, or its name was copied wrongly. A new "
        "session has begun; use its name, which is at the end of this answer"
    )
    return toolset.refuse("session", {"session": token[:40]}, message)
