"""Whose budget a request spends: one session a connection, or one a token.

Over stdio a connection is a process, and its session lives as long. Over stateless HTTP any
worker may get any request: a session is then a row on disk, named by a token that the tools
carry, so that it outlives the worker that answered last. An answer leaves only after its
charge is written.
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
from skillagent.mcp_server.graph_loader import Served

SESSION_SECONDS = 24 * 3600.0
"""A session that nobody used for so long is dropped."""
LIVE = 512
"""Sessions that a worker keeps at hand, beside their rows."""
DROP_EVERY = 256
"""New sessions between two looks for those that nobody uses."""
WAIT_SECONDS = 4.0
"""How long one worker waits for another's write."""
VERSION = 1
ATTEMPTS = 4
"""How often two workers may meet at one session before one of them waits for the other."""

Act = Callable[[Toolset], Answer]
_STATE = TypeAdapter(State)
_NAME = re.compile(r"(?<![0-9a-f])[0-9a-f]{16}(?![0-9a-f])")


class Sessions(Protocol):
    """Finds the session of a request and acts in it."""

    carried: bool
    """Whether the caller has to name its session."""

    def act(self, token: str | None, act: Act) -> tuple[Answer, str]:
        """Act in a session.

        Args:
            token: of the session; None for a new one, or for the only one.
            act: what to do, once or again on the same state.

        Returns:
            The answer, and the session's token; empty where none is carried.
        """
        ...


class OneSession:
    """The session of one connection."""

    carried = False

    def __init__(self, served: Served) -> None:
        self._served = served
        self._toolset: Toolset | None = None
        self._lock = threading.Lock()

    def act(self, token: str | None, act: Act) -> tuple[Answer, str]:
        """Act in it; see `Sessions.act`."""
        with self._lock:
            if self._toolset is None:
                self._toolset = self._served.toolset()
            elif self._toolset.graph.digest != self._served.graph.digest:
                self._toolset = self._served.resume(self._toolset.state())
            return act(self._toolset), ""


@dataclass
class _Live:
    """A session at hand, as of one revision of its row."""

    revision: int
    toolset: Toolset
    lock: threading.Lock = field(default_factory=threading.Lock)


class StoredSessions:
    """Sessions in one SQLite file that several processes share.

    A call is made without a lock between processes and written only if the row is still at the
    revision that it began from; otherwise it is made again. So a process that is killed leaves
    each session as it was before or after a call.

    Args:
        path: of the file; made where there is none.
        served: the graph, and the budget of new sessions.
        clock: seconds since the epoch, to drop what nobody uses.
        token: makes the name of a new session; must be hard to guess.

    Raises:
        UsageError: the file cannot hold sessions.
    """

    carried = True

    def __init__(
        self,
        path: Path,
        served: Served,
        *,
        clock: Callable[[], float] = time.time,
        token: Callable[[], str] = lambda: secrets.token_hex(8),
    ) -> None:
        self._served = served
        self._clock = clock
        self._token = token
        self._live: OrderedDict[str, _Live] = OrderedDict()
        self._lock = threading.Lock()
        self._opened = 0
        try:
            # What was asked, and the names by which sessions go on, are the owner's.
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._database = sqlite3.connect(
                path, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False
            )
            (version,) = self._database.execute("PRAGMA user_version").fetchone()
            if version not in (0, VERSION):
                raise sqlite3.DatabaseError(f"sessions of another version, {version}")
            # A killed process loses nothing by this; only a power cut could.
            self._database.executescript(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;"
                f"PRAGMA user_version = {VERSION};"
                "CREATE TABLE IF NOT EXISTS sessions ("
                " token TEXT PRIMARY KEY, revision INTEGER NOT NULL, used REAL NOT NULL,"
                " state BLOB NOT NULL) WITHOUT ROWID;"
            )
            self._drop_old()
        except (sqlite3.Error, OSError) as error:
            why = getattr(error, "strerror", None) or error
            raise UsageError(f"{path}: cannot hold sessions: {why}") from None

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def act(self, token: str | None, act: Act) -> tuple[Answer, str]:
        """Act in a session, or in a new one; see `Sessions.act`.

        A token that is not known opens a new session, whose first answer says so.
        """
        if token is None:
            return self._act_new(act)
        # Models copy a name with its quotes, or in capitals.
        if found := _NAME.search(token.lower()):
            token = found[0]
        try:
            return self._act_known(token, act)
        except sqlite3.Error as error:
            raise SessionError(f"sessions cannot be kept now ({error}); try again") from None

    def _act_known(self, token: str, act: Act) -> tuple[Answer, str]:
        for _ in range(ATTEMPTS):
            live = self._at_hand(token)
            if live is None:
                return self._act_new(lambda toolset: _unknown(toolset, token))
            with live.lock:
                written = False
                try:
                    spent = live.toolset.spent
                    answer = act(live.toolset)
                    if spent:
                        # Nothing is shown any more: nothing need be kept, however often it asks.
                        return answer, token
                    written = self._write(token, live)
                finally:
                    if not written:
                        # What was done to this toolset never happened.
                        self._drop(token, live)
            if written:
                return answer, token
        alone = self._act_alone(token, act)
        return (alone, token) if alone else self._act_new(lambda toolset: _unknown(toolset, token))

    def _act_new(self, act: Act) -> tuple[Answer, str]:
        token = self._token()
        live = _Live(0, self._served.toolset(token))
        answer = act(live.toolset)
        state = _STATE.dump_json(live.toolset.state())
        with self._lock:
            try:
                self._database.execute(
                    "INSERT INTO sessions VALUES (?, 0, ?, ?)", (token, self._clock(), state)
                )
            except sqlite3.Error as error:
                raise SessionError(f"no session can begin now ({error}); try again") from None
            self._keep(token, live)
            self._opened += 1
            if self._opened % DROP_EVERY == 0:
                self._drop_old()
        return answer, token

    def _act_alone(self, token: str, act: Act) -> Answer | None:
        """Act while no other process can write; the way out where too many meet."""
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                live = self._loaded(token)
                if live is None:
                    self._database.execute("ROLLBACK")
                    return None
                answer = act(live.toolset)
                self._update(token, live, _STATE.dump_json(live.toolset.state()))
                self._database.execute("COMMIT")
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._keep(token, live)
            return answer

    def _at_hand(self, token: str) -> _Live | None:
        with self._lock:
            row = self._database.execute(
                "SELECT revision FROM sessions WHERE token = ?", (token,)
            ).fetchone()
            live = self._live.get(token)
            state = (live.revision, live.toolset.graph.digest) if live else ()
            if live and row and state == (row[0], self._served.graph.digest):
                self._live.move_to_end(token)
                return live
            live = self._loaded(token)
            if live:
                self._keep(token, live)
            return live

    def _loaded(self, token: str) -> _Live | None:
        row = self._database.execute(
            "SELECT revision, state FROM sessions WHERE token = ?", (token,)
        ).fetchone()
        if row is None:
            return None
        try:
            return _Live(row[0], self._served.resume(_STATE.validate_json(row[1]), token))
        except (ValidationError, UsageError):
            return None  # written by a server with other settings: unknown to this one

    def _keep(self, token: str, live: _Live) -> None:
        self._live[token] = live
        self._live.move_to_end(token)
        while len(self._live) > LIVE:
            self._live.popitem(last=False)

    def _drop(self, token: str, live: _Live) -> None:
        with self._lock:
            if self._live.get(token) is live:
                del self._live[token]

    def _write(self, token: str, live: _Live) -> bool:
        state = _STATE.dump_json(live.toolset.state())
        with self._lock:
            return self._update(token, live, state)

    def _update(self, token: str, live: _Live, state: bytes) -> bool:
        changed = self._database.execute(
            "UPDATE sessions SET revision = revision + 1, used = ?, state = ?"
            " WHERE token = ? AND revision = ?",
            (self._clock(), state, token, live.revision),
        ).rowcount
        live.revision += changed
        return bool(changed)

    def _drop_old(self) -> None:
        self._database.execute(
            "DELETE FROM sessions WHERE used < ?", (self._clock() - SESSION_SECONDS,)
        )


class SessionError(SkillAgentError):
    """A session cannot be read or written just now; its text is for the model."""


def _unknown(toolset: Toolset, token: str) -> Answer:
    message = (
        f"there is no session {token[:40]!r}: it ended, or was copied wrongly. A new one has "
        "begun; use its name, at the end of this answer"
    )
    return toolset.refuse("session", {"session": token[:40]}, message)
