"""Stores the sessions of a server: one per connection over stdio, one per token over HTTP.

Over stdio, a connection is a process, and its session lasts as long. Over stateless HTTP, any
worker may get any request. There a session is a row of `session_rows` and has a token, which the
tools carry as an argument, so that the session outlives the worker that answered last. An answer
is sent only after its cost is stored.

Above: `server`. Below: `session_rows`, `served_graph`, `disclosure`.
"""

from __future__ import annotations

import logging
import re
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from pydantic import TypeAdapter, ValidationError

from skillagent.disclosure import Answer, Toolset
from skillagent.disclosure.served_call import Asked, ServedCall
from skillagent.disclosure.state import SessionState
from skillagent.errors import GraphError, SkillAgentError, StoredIndexError, UsageError
from skillagent.markdown.hidden import one_line
from skillagent.mcp_server.served_graph import ServedGraph
from skillagent.mcp_server.session_rows import SessionRows, SessionRowsError, SessionTable

if TYPE_CHECKING:
    from skillagent.mcp_server.server_config import RecordConfig
    from skillagent.mcp_server.session_records import SessionRecords

SESSION_SECONDS = 24 * 3600.0
"""Seconds without a request after which a session is deleted."""
MAX_CACHED = 512
"""Sessions whose toolsets a worker keeps in memory, besides their rows."""
DELETE_EVERY = 256
"""New sessions between two deletions of unused ones."""
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
_log = logging.getLogger(__name__)
_CANNOT_BE_READ = "the graph cannot be read now; try again"
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

    def __init__(self, loader: ServedGraph, records: SessionRecords | None = None) -> None:
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
            elif self._toolset.graph is not self._loader.view:
                self._toolset = self._loader.resume(self._toolset.state())
            try:
                answer = self._answer(action, self._toolset)
            except GraphError as error:
                _log.warning("%s", one_line(str(error)))
                raise SessionError(_CANNOT_BE_READ) from None
            if self._records and call:
                self._records.add("", self._toolset, call, answer)
            return answer, ""

    def _answer(self, action: Action, toolset: Toolset) -> Answer:
        try:
            return action(toolset)
        except StoredIndexError as error:
            # A file has changed a moment ago. A call that fails leaves the session as it was.
            self._loader.refresh(error)
            self._toolset = self._loader.resume(toolset.state())
            return action(self._toolset)

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
    is_stale: bool = False
    """Whether the toolset has a state that was never stored; nobody may act on it any more."""


class StoredSessions:
    """Sessions in rows that several processes share.

    Calls are optimistic: a worker acts without a lock on the row, and then writes the new state
    only if the row still has the revision that it began with; otherwise it acts again on the
    newer state. A lock would make every call wait for the slowest one, and a worker that is
    killed would keep it. This way a killed worker leaves each session as it was before the call
    or after it.

    Args:
        rows: the rows of the sessions.
        loader: gives the graph, and the budget of new sessions.
        clock: seconds since the epoch, to delete unused sessions.
        token: makes the token of a new session, 16 hexadecimal digits that are hard to guess.
        records: records the sessions, of which this process is then the only worker; None for
            no records.

    Raises:
        SessionRowsError: the rows cannot be used.
    """

    uses_tokens = True

    def __init__(
        self,
        rows: SessionRows,
        loader: ServedGraph,
        *,
        clock: Callable[[], float] = time.time,
        token: Callable[[], str] = lambda: secrets.token_hex(8),
        records: SessionRecords | None = None,
    ) -> None:
        self._rows = rows
        self._loader = loader
        self._records = records
        self._clock = clock
        self._token = token
        self._cache: OrderedDict[str, _CachedSession] = OrderedDict()
        """Token → session, the most recently used last."""
        self._lock = threading.Lock()
        self._created = 0
        self._delete_unused()

    def close(self) -> None:
        """Close the rows, and all records."""
        if self._records:
            self._records.close()
        self._rows.close()

    def act(
        self, token: str | None, action: Action, call: ServedCall | None = None
    ) -> tuple[Answer, str]:
        """Act in a session, or in a new one; see `SessionStore.act`.

        An unknown token begins a new session, whose first answer says so.
        """
        try:
            try:
                return self._act(token, action, call)
            except StoredIndexError as error:
                # A file has changed a moment ago. A call that fails leaves the session as it was.
                self._loader.refresh(error)
                return self._act(token, action, call)
        except SessionRowsError as error:
            raise SessionError(f"sessions cannot be stored now ({error}); try again") from None
        except GraphError as error:
            # The model cannot use the address of the database, which the error names.
            _log.warning("%s", one_line(str(error)))
            raise SessionError(_CANNOT_BE_READ) from None

    def _act(
        self, token: str | None, action: Action, call: ServedCall | None
    ) -> tuple[Answer, str]:
        if token is None:
            return self._act_in_new(action, call)
        # Models copy a token with its quotation marks, or in capitals.
        if match := _TOKEN.search(token.lower()):
            token = match[0]
        with self._records.turn(token) if self._records else nullcontext():
            return self._act_in_known(token, action, call)

    def _act_in_known(
        self, token: str, action: Action, call: ServedCall | None
    ) -> tuple[Answer, str]:
        for _ in range(ATTEMPTS):
            session = self._session(token)
            if session is None:
                return self._act_in_unknown(call)
            with session.lock:
                if session.is_stale:
                    continue
                is_written = False
                try:
                    was_spent = session.toolset.spent
                    answer = action(session.toolset)
                    if was_spent and not self._records:
                        # Nothing can be shown any more, so there is no new state to store, but
                        # for the number of calls, which a record needs.
                        return answer, token
                    is_written = self._update(self._rows, token, session)
                finally:
                    if not is_written:
                        session.is_stale = True
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
        try:
            self._rows.insert(token, state, self._clock())
            with self._lock:
                self._add_to_cache(token, session)
                self._created += 1
                is_time_to_delete = self._created % DELETE_EVERY == 0
            if is_time_to_delete:
                self._delete_unused()
        except SessionRowsError as error:
            raise SessionError(f"no session can begin now ({error}); try again") from None
        self._record(token, session, call, answer)
        return answer, token

    def _act_locked(self, token: str, action: Action, call: ServedCall | None) -> Answer | None:
        """Act while no other process can write: the last resort under contention.

        Returns:
            The answer; None if there is no such session.
        """
        with self._rows.locked(token) as rows:
            session = self._read(rows, token)
            if session is None:
                return None
            answer = action(session.toolset)
            self._update(rows, token, session)
        with self._lock:
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
            cached = self._cache.get(token)
        if cached and cached.toolset.graph is not self._loader.view:
            cached = None
        session = self._read(self._rows, token, cached)
        with self._lock:
            if session:
                self._add_to_cache(token, session)
        return session

    def _read(
        self, rows: SessionTable, token: str, cached: _CachedSession | None = None
    ) -> _CachedSession | None:
        """A session in its newest state; None if there is no such session.

        Args:
            rows: where to read it.
            token: its token.
            cached: the session in memory; returned if its row still has the same revision.
        """
        row = rows.read(token, cached.revision if cached else None)
        if row is None:
            return None
        revision, state = row
        if state is None:
            return cached
        try:
            toolset = self._loader.resume(_STATE.validate_json(state), token)
        except (ValidationError, UsageError):
            return None  # written by a server with other settings: unknown to this one
        return _CachedSession(revision, toolset)

    def _add_to_cache(self, token: str, session: _CachedSession) -> None:
        self._cache[token] = session
        self._cache.move_to_end(token)
        while len(self._cache) > MAX_CACHED:
            self._cache.popitem(last=False)

    def _remove_from_cache(self, token: str, session: _CachedSession) -> None:
        with self._lock:
            if self._cache.get(token) is session:
                del self._cache[token]

    def _update(self, rows: SessionTable, token: str, session: _CachedSession) -> bool:
        """Store the state of a session; False if its row has another revision by now."""
        state = _STATE.dump_json(session.toolset.state())
        is_written = rows.update(token, session.revision, state, self._clock())
        session.revision += is_written
        return is_written

    def _delete_unused(self) -> None:
        self._rows.delete_unused(self._clock() - SESSION_SECONDS)
