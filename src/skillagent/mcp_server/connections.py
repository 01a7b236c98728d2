"""How long and how many: the bounds of HTTP connections, which uvicorn leaves open.

A client that sends its request too slowly, or does not read its answer, is cut off; above a
number of connections that the process's open files allow, a new one is answered 503 and closed.
A flood is one line in the log.

Above: `http`. Below: uvicorn's protocol over h11, one object for each connection.
"""

from __future__ import annotations

import asyncio
import errno
import logging
from dataclasses import dataclass
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from skillagent.mcp_server.request_checks import App, Receive, Scope, Send
from skillagent.open_files import room_for

MOST = 1_000
"""Connections of a worker, however many files it may open."""
RESERVED = 64
"""Files that a worker opens besides: of the graph, of sessions, of the watch."""
BURST = 16
"""Connections that are accepted at once: only then may those too many be closed."""
QUIET_SECONDS = 60.0
"""How long the same trouble is not told again."""

_BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\n"
    b"content-type: text/plain\r\ncontent-length: 21\r\n\r\ntoo many connections\n"
)
_SLOW = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one worker's connections."""

    connections: int
    header_seconds: float = 10.0
    """Until the head of a request is whole: from the start, or from the end of the last one."""
    body_seconds: float = 30.0
    """Until its body is whole."""
    answer_seconds: float = 30.0
    """How long what was written to a client may wait for it to read on."""


def most_connections() -> int:
    """How many connections this process can hold without running out of files."""
    return room_for(RESERVED + 2 * BURST, MOST)


class Config(uvicorn.Config):
    """uvicorn's settings, with limits for our protocol; handed to every worker."""

    def __init__(self, app: Any, limits: Limits, **options: Any) -> None:
        # Its own logging would write what clients send as it is; a WebSocket would escape limits.
        super().__init__(
            app, http=Connection, ws="none", log_config=None, access_log=False, **options
        )
        self.limits = limits
        self.is_full = False
        """Whether the log was told that there are too many connections."""


class Connection(H11Protocol):
    """One connection, within its limits."""

    config: Config

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._limits = self.config.limits
        self._awaited: Any = None
        """The state in which the client still owes a part of its request; None if it owes none."""
        self._timer: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin, unless there are too many."""
        if len(self.connections) >= self._limits.connections:
            if not self.config.is_full:
                _log.warning(
                    "%d connections are open: more are answered 503", len(self.connections)
                )
            self.config.is_full = True
            self.transport = transport
            transport.write(_BUSY)
            transport.close()
            return
        super().connection_made(transport)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        super().connection_lost(exc)
        for timer in (self._timer, self._unread):
            if timer:
                timer.cancel()
        if len(self.connections) <= self._limits.connections // 2:
            self.config.is_full = False

    def handle_events(self) -> None:
        """Go on with what has come; also called when an answer has been sent."""
        super().handle_events()
        self._watch()

    def pause_writing(self) -> None:
        """The client does not read."""
        super().pause_writing()
        self._unread = self.loop.call_later(self._limits.answer_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """It reads again."""
        super().resume_writing()
        if self._unread:
            self._unread.cancel()

    def _should_upgrade(self) -> bool:
        # There is nothing to upgrade to, and no need to say so in the log for each who asks.
        return False

    def _watch(self) -> None:
        """Time the part of a request that is awaited now."""
        state = self.conn.their_state
        awaited = state if state in (h11.IDLE, h11.SEND_BODY) else None
        if awaited is self._awaited:
            return
        self._awaited = awaited
        if self._timer:
            self._timer.cancel()
        if awaited is not None:
            limits = self._limits
            seconds = limits.header_seconds if awaited is h11.IDLE else limits.body_seconds
            self._timer = self.loop.call_later(seconds, self._cut_off)

    def _cut_off(self) -> None:
        begun = self.conn.their_state is not h11.IDLE or self.conn.trailing_data[0]
        if begun and self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.write(_SLOW)
        self.transport.close()


def watched(inner: App) -> App:
    """An application in whose process a lack of open files is one line in the log."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            asyncio.get_running_loop().set_exception_handler(_Troubles().handle)
        await inner(scope, receive, send)

    return app


class _Troubles:
    """What an event loop reports, without its repetitions."""

    def __init__(self) -> None:
        self._told = -QUIET_SECONDS

    def handle(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """As `loop.set_exception_handler` calls it."""
        error = context.get("exception")
        if not (isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE)):
            loop.default_exception_handler(context)
        elif loop.time() - self._told >= QUIET_SECONDS:
            self._told = loop.time()
            _log.warning("no connection can be accepted now: %s", error.strerror)
