"""Limits the number of HTTP connections and the time each may take; uvicorn limits neither.

A client that sends its request too slowly, or does not read its answer, is disconnected. When
there are as many connections as the process may open files, a new one is answered with 503
and closed. Repeated errors are logged once.

Above: `http`. Below: uvicorn's h11 protocol, with one object for each connection.
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

from skillagent.mcp_server.request_checks import AsgiApp, AsgiScope, Receive, Send
from skillagent.open_files import room_for

MAX_CONNECTIONS = 1_000
"""Upper limit for one worker, even if it may open more files."""
RESERVED_FILES = 64
"""Open files that a worker needs for other things: the graph, sessions, watching files."""
BURST = 16
"""Connections that are accepted together. Those over the limit are closed only afterwards."""
QUIET_SECONDS = 60.0
"""Seconds between two log lines about the same error."""

_BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\n"
    b"content-type: text/plain\r\ncontent-length: 21\r\n\r\ntoo many connections\n"
)
_SLOW = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """Limits of the connections of one worker."""

    connections: int
    header_seconds: float = 10.0
    """Time to receive the head of a request, from the start or the end of the last request."""
    body_seconds: float = 30.0
    """Time to receive the body of a request."""
    answer_seconds: float = 30.0
    """Time for which the client may stop reading an answer."""


def connection_limit() -> int:
    """Number of connections that this process can hold without running out of open files."""
    return room_for(RESERVED_FILES + 2 * BURST, MAX_CONNECTIONS)


class LimitedConfig(uvicorn.Config):
    """uvicorn's settings with connection limits; passed to every worker.

    Args:
        app: the ASGI application, or its import path.
        limits: limits of each worker.
        options: further settings of uvicorn.
    """

    def __init__(self, app: Any, limits: ConnectionLimits, **options: Any) -> None:
        # uvicorn would log what clients send without escaping it, and would not apply the
        # limits to WebSockets.
        super().__init__(
            app, http=LimitedConnection, ws="none", log_config=None, access_log=False, **options
        )
        self.limits = limits
        self.is_full = False
        """Whether it was logged that there are too many connections."""


class LimitedConnection(H11Protocol):
    """One connection, within its limits."""

    config: LimitedConfig

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._limits = self.config.limits
        self._awaited: Any = None
        """The state in which h11 waits for a part of a request; None while it waits for none."""
        self._timer: asyncio.TimerHandle | None = None
        self._unread_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the connection, or refuse it if there are too many."""
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
        self._set_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """End the connection."""
        super().connection_lost(exc)
        for timer in (self._timer, self._unread_timer):
            if timer:
                timer.cancel()
        if len(self.connections) <= self._limits.connections // 2:
            self.config.is_full = False

    def handle_events(self) -> None:
        """Process what was received; also called when an answer has been sent."""
        super().handle_events()
        self._set_timer()

    def pause_writing(self) -> None:
        """The client has stopped reading: limit the time until it continues."""
        super().pause_writing()
        self._unread_timer = self.loop.call_later(self._limits.answer_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """The client reads again."""
        super().resume_writing()
        if self._unread_timer:
            self._unread_timer.cancel()

    def _should_upgrade(self) -> bool:
        # No other protocol is offered. uvicorn would log a warning for each such request.
        return False

    def _set_timer(self) -> None:
        """Limit the time for the part of a request that is awaited now."""
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
        has_begun = self.conn.their_state is not h11.IDLE or self.conn.trailing_data[0]
        if has_begun and self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.write(_SLOW)
        self.transport.close()


def log_file_shortage_once(inner: AsgiApp) -> AsgiApp:
    """Wrap an application so that a lack of open files is logged once, not at each attempt."""

    async def app(scope: AsgiScope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            asyncio.get_running_loop().set_exception_handler(_LoopErrors().handle)
        await inner(scope, receive, send)

    return app


class _LoopErrors:
    """Logs the errors of an event loop, without repetitions of "too many open files"."""

    def __init__(self) -> None:
        self._logged_at = -QUIET_SECONDS

    def handle(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Handle one error; the signature that `loop.set_exception_handler` requires."""
        error = context.get("exception")
        if not (isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE)):
            loop.default_exception_handler(context)
        elif loop.time() - self._logged_at >= QUIET_SECONDS:
            self._logged_at = loop.time()
            _log.warning("no connection can be accepted now: %s", error.strerror)
