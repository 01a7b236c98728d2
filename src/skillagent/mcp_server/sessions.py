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
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pydantic import TypeAdapter, ValidationError

from skillagent.disclosure import Answer, Toolset
from skillagent.disclosure.served_call import Asked, ServedCall
from skillagent.disclosure.state import SessionState
from skillagent.errors import SkillAgentError, UsageError
from skillagent.mcp_server.graph_loader import GraphLoader

if TYPE_CHECKING:
    from skillagent.mcp_server.server_config import RecordConfig
    from skillagent.mcp_server.session_records import SessionRecords

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
UNKNOWN = "session"
"""Names a call of an unknown session in ledgers and records."""
_UNKNOWN_MESSAGE = (
    # Without the name: a wrong copy of a token tells nearly all of the right one.
    "there is no session of this name: it has ended, or its name was copied wrongly. A new "
    "session has begun; use its name, which is at the end of this answer"
)
_STATE = TypeAdapter(SessionState)
_TOKEN = re.compile(r"(?<![0-9a-f])[0-9a-f]{16}(?![0-9a-f])")


class SessionError(SkillAgentError):
    """A session cannot be read or written now; the text is for the model.

    It never leaves this package: `server` sends it as the answer to the call.
    """


class SessionStore(Protocol):
    """Finds the session of a request and acts in it."""

    uses_tokens: bool
    """Whether the caller has to name its session by a token."""

    def act(
        self, token: str | None, action: Action, call: ServedCall | None = None
    ) -> tuple[Answer, str]:
        """Act in a session.

        Args:
            token: token of the session; None for a new session, or for the only one.
            action: what to do with the session's toolset. It may be called again, with a
                toolset in the same state.
            call: the same as a record of the session has it; None to record nothing.

        Returns:
            The answer, and the session's token; empty if sessions have no tokens.

        Raises:
            SessionError: the session cannot be read or written now.
        """
        ...

    def close(self) -> None:
        """End; sessions that are recorded are then complete."""
        ...


def records_of(config: RecordConfig | None) -> SessionRecords | None:
    """The records of a server's sessions; None if they are not asked for."""
    if config is None:
        return None
    # Imported only if it is needed, because it takes a tenth of the server's start.
    from skillagent.mcp_server.session_records import SessionRecords

    return SessionRecords(config)


class SingleSession:
    """The session of one connection.

    Args:
        loader: gives the graph and the budget.
        records: records the session; None for no record.
    """

    uses_tokens = False

    def __init__(self, loader: GraphLoader, records: SessionRecords | None = None) -> None:
        self._loader = loader
        self._records = records
        self._toolset: Toolset | None = None
        self._lock = threading.Lock()

    def act(
        self, token: str | None, action: Action, call: ServedCall | None = None
    ) -> tuple[Answer, str]:
        """Act in the session; see `SessionStore.act`."""
        with self._lock:
            if self._toolset is None:
                self._toolset = self._loader.toolset()
            elif self._toolset.graph.digest != self._loader.graph.digest:
                self._toolset = self._loader.resume(self._toolset.state())
            answer = action(self._toolset)
            if self._records and call:
                self._records.add("", self._toolset, call, answer)
            return answer, ""

    def close(self) -> None:
        """See `SessionStore.close`."""
        with self._lock:
            if self._records:
                self._records.close()


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
        records: records the sessions, of which this process is then the only worker; None for
            no records.

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
        records: SessionRecords | None = None,
    ) -> None:
        self._loader = loader
        self._records = records
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
        """Close the file, and all records."""
        if self._records:
            self._records.close()
        self._database.close()

    def act(
        self, token: str | None, action: Action, call: ServedCall | None = None
    ) -> tuple[Answer, str]:
        """Act in a session, or in a new one; see `SessionStore.act`.

        An unknown token begins a new session, whose first answer says so.
        """
        if token is None:
            return self._act_in_new(action, call)
        # Models copy a token with its quotation marks, or in capitals.
        if match := _TOKEN.search(token.lower()):
            token = match[0]
        try:
            with self._records.turn(token) if self._records else nullcontext():
                return self._act_in_known(token, action, call)
        except sqlite3.Error as error:
            raise SessionError(f"sessions cannot be stored now ({error}); try again") from None

    def _act_in_known(
        self, token: str, action: Action, call: ServedCall | None
    ) -> tuple[Answer, str]:
        for _ in range(ATTEMPTS):
            session = self._session(token)
            if session is None:
                return self._act_in_unknown(call)
            with session.lock:
                is_written = False
                try:
                    was_spent = session.toolset.spent
                    answer = action(session.toolset)
                    if was_spent and not self._records:
                        # Nothing can be shown any more, so there is no new state to store, but
                        # for the number of calls, which a record needs.
                        return answer, token
                    is_written = self._write(token, session)
                finally:
                    if not is_written:
                        # The toolset has a state that was never stored.
                        self._remove_from_cache(token, session)
            if is_written:
                self._record(token, session, call, answer)
                return answer, token
        locked_answer = self._act_locked(token, action, call)
        if locked_answer:
            return locked_answer, token
        return self._act_in_unknown(call)

    def _act_in_unknown(self, call: ServedCall | None) -> tuple[Answer, str]:
        """Refuse a call of an unknown session, in a new one."""
        if call:
            arguments = {"message": _UNKNOWN_MESSAGE}
            call = replace(call, tool=UNKNOWN, arguments=arguments, asked=Asked.SESSION)
        return self._act_in_new(lambda toolset: toolset.refuse(UNKNOWN, {}, _UNKNOWN_MESSAGE), call)

    def _act_in_new(self, action: Action, call: ServedCall | None) -> tuple[Answer, str]:
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
        self._record(token, session, call, answer)
        return answer, token

    def _act_locked(self, token: str, action: Action, call: ServedCall | None) -> Answer | None:
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
        self._record(token, session, call, answer)
        return answer

    def _record(
        self, token: str, session: _CachedSession, call: ServedCall | None, answer: Answer
    ) -> None:
        if self._records and call:
            self._records.add(token, session.toolset, call, answer)

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
