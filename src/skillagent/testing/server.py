"""A real HTTP server on loopback, for SDKs in any language and for faults of the connection.

Size and time of requests and the number of connections are limited, so that a broken test fails
instead of hanging.
"""

from __future__ import annotations

import io
import socket
import struct
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from skillagent.open_files import room_for
from skillagent.recording.strict_json import dumped
from skillagent.secrets import scrub
from skillagent.testing.wire.events import (
    METHOD,
    TARGET,
    Drop,
    Pause,
    Responder,
    Stall,
    WireAnswer,
)

_BUSY = (
    b"HTTP/1.1 503 mock\r\nconnection: close\r\ncontent-type: text/plain\r\n"
    b"content-length: 21\r\n\r\ntoo many connections\n"
)
_LONGEST_SIZE = 64
"""Bytes of the line that gives the size of a chunk."""
_RETRY_SECONDS = 0.05
"""How long to wait when a connection cannot be accepted because no file descriptor is free."""


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """Limits for clients."""

    # A client in the same process, usual in tests, needs one more open file for each connection.
    connections: int = field(default_factory=lambda: room_for(64, 512, each=2))
    idle_seconds: float = 600.0
    """How long a connection may be idle between two requests."""
    header_seconds: float = 30.0
    """From the first byte of a request to the end of its headers."""
    body_seconds: float = 60.0
    """From the end of the headers to the end of the body."""
    body_bytes: int = 64 * 1024 * 1024


class Server:
    """Serves a mock while its `with` block runs.

    Args:
        mock: answers the requests.
        port: port to listen on; 0 for any free one.
        live: True if requests go on to a real provider, which needs the client's own key.
        limits: limits for clients.
    """

    def __init__(
        self,
        mock: Responder,
        port: int = 0,
        *,
        live: bool = False,
        limits: ServerLimits | None = None,
    ) -> None:
        self.mock = mock
        self._live = live
        self._stopped = threading.Event()
        self._http = _HttpServer(port, mock, limits or ServerLimits(), self._stopped)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        """Value for `ANTHROPIC_BASE_URL`."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    @property
    def openai_url(self) -> str:
        """Value for `OPENAI_BASE_URL`."""
        return f"{self.url}/v1"

    def environment(self) -> dict[str, str]:
        """Environment variables that make the SDKs of a child process use this server."""
        addresses = {"ANTHROPIC_BASE_URL": self.url, "OPENAI_BASE_URL": self.openai_url}
        keys = {"ANTHROPIC_API_KEY": "mock", "OPENAI_API_KEY": "mock"}
        return addresses if self._live else addresses | keys

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopped.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def wait(self) -> None:
        """Serve until interrupted."""
        self._stopped.wait()


class _HttpServer(ThreadingHTTPServer):
    daemon_threads = True
    # A connection reset because of a full backlog would look like a fault that nobody scripted.
    request_queue_size = 256

    def __init__(
        self, port: int, mock: Responder, limits: ServerLimits, stopped: threading.Event
    ) -> None:
        self.mock = mock
        self.limits = limits
        self.stopped = stopped
        self._open = 0
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", port), _Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept a connection.

        If no file descriptor is free, the connection stays in the queue and would be tried again
        at once: wait, so that this does not become a busy loop.
        """
        try:
            return super().get_request()
        except OSError:
            self.stopped.wait(_RETRY_SECONDS)
            raise

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in its own thread, or refuse it if there are too many."""
        with self._lock:
            is_full = self._open >= self.limits.connections
            self._open += not is_full
        if is_full:
            with suppress(OSError):
                request.sendall(_BUSY)
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:
            self._leave()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve a connection; called in its own thread."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._leave()

    def _leave(self) -> None:
        with self._lock:
            self._open -= 1

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore the error: the client disconnected, which tests do on purpose."""


class _Incoming(io.RawIOBase):
    """The bytes of a client, with a deadline for each part of a request."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._deadline = 0.0
        self._seconds_after_first: float | None = None

    def allow(self, seconds: float, after_first: float | None = None) -> None:
        """Set the deadline of the next reads.

        Args:
            seconds: seconds from now.
            after_first: seconds from the first byte that arrives, as a new deadline; None to keep
                the first one.
        """
        self._deadline = time.monotonic() + seconds
        self._seconds_after_first = after_first

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Read some bytes.

        Raises:
            TimeoutError: the deadline has passed.
        """
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("too slow")
        self._connection.settimeout(left)
        try:
            count = self._connection.recv_into(buffer)
        finally:
            # Sending has no time limit: the script decides how long an answer takes.
            self._connection.settimeout(None)
        if self._seconds_after_first is not None:
            self.allow(self._seconds_after_first)
        return count


class _TooLargeError(Exception):
    """A body above the limit."""


class _Handler(BaseHTTPRequestHandler):
    """Serves the requests of one connection."""

    server: _HttpServer
    protocol_version = "HTTP/1.1"
    # Small answers must not wait until the client has acknowledged their headers.
    disable_nagle_algorithm = True
    wbufsize = 0

    def setup(self) -> None:
        super().setup()
        self.rfile.close()
        self._incoming = _Incoming(self.connection)
        self.rfile = io.BufferedReader(self._incoming)

    def handle_one_request(self) -> None:
        limits = self.server.limits
        self._incoming.allow(limits.idle_seconds, limits.header_seconds)
        super().handle_one_request()

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        limits = self.server.limits
        self._incoming.allow(limits.body_seconds)
        try:
            raw = self._body()
        except ValueError:
            refusal = _error(400, "the length of the body cannot be read")
        except _TooLargeError:
            refusal = _error(413, f"the body is larger than {limits.body_bytes} bytes")
        except TimeoutError:
            refusal = _error(408, "the body did not come in time")
        else:
            self._answer(raw)
            return
        self.close_connection = True
        self._send_whole(refusal)

    def log_message(self, format: str, *arguments: object) -> None:
        """Print nothing."""

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("transfer-encoding", "").lower():
            return self._chunks()
        return self.rfile.read(self._checked(int(self.headers.get("content-length", 0))))

    def _chunks(self) -> bytes:
        """A body of unknown length, from a client that sends while it still produces it."""
        parts: list[bytes] = []
        length = 0
        while size := self._chunk_size():
            length += self._checked(size)
            self._checked(length)
            parts.append(self.rfile.read(size))
            self.rfile.readline(_LONGEST_SIZE)
        for _ in range(_LONGEST_SIZE):
            if not self.rfile.readline(65_536).strip():
                break
        return b"".join(parts)

    def _chunk_size(self) -> int:
        """The size of the next chunk of a body; 0 at its end."""
        line = self.rfile.readline(_LONGEST_SIZE)
        if not line.endswith(b"\n"):
            raise ValueError("no size")
        return int(line.partition(b";")[0], 16)

    def _checked(self, size: int) -> int:
        """The size of a body or chunk.

        Raises:
            ValueError: it is negative.
            _TooLargeError: it is above the limit.
        """
        if size < 0:
            raise ValueError("negative")
        if size > self.server.limits.body_bytes:
            raise _TooLargeError
        return size

    def _answer(self, raw: bytes) -> None:
        path = self.path.partition("?")[0]
        headers = {METHOD: self.command, TARGET: self.path, **dict(self.headers.items())}
        try:
            answer = self.server.mock.respond(path, headers, raw)
        except Exception as error:  # otherwise it would look like a reset that nobody scripted
            answer = _error(500, scrub(f"the mock raised {error!r}"))
        if answer.rest is None and all(isinstance(step, bytes) for step in answer.steps):
            self._send_whole(answer)
            return
        try:
            self._send_steps(answer)
        finally:
            answer.close()

    def _send_whole(self, answer: WireAnswer) -> None:
        """Send an answer without pauses and faults in one write."""
        if len(answer.steps) == 1:
            self.wfile.write(_head(answer, chunked=False) + answer.body)
            return
        chunks = [_chunk(step) for step in answer.steps if isinstance(step, bytes)]
        self.wfile.write(_head(answer, chunked=True) + b"".join(chunks) + _chunk(b""))

    def _send_steps(self, answer: WireAnswer) -> None:
        # The headers wait for the first bytes: a fault before them must come first.
        head = _head(answer, chunked=True)
        for step in answer.send():
            if isinstance(step, Pause):
                self.server.stopped.wait(step.seconds)
            elif isinstance(step, Drop | Stall):
                if isinstance(step, Stall):
                    self._wait_for_client()
                self._reset()
                return
            else:
                if head:
                    self.wfile.write(head)
                    head = b""
                self.wfile.write(_chunk(step))
        self.wfile.write(head + _chunk(b""))

    def _wait_for_client(self) -> None:
        """Send nothing until the client gives up or the server stops."""
        self.connection.settimeout(0.05)
        while not self.server.stopped.is_set():
            try:
                if not self.connection.recv(1):
                    return
            except TimeoutError:
                continue
            except OSError:
                return

    def _reset(self) -> None:
        self.close_connection = True
        # Without lingering, the client sees a reset and not an orderly end.
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.connection.close()


def _head(answer: WireAnswer, *, chunked: bool) -> bytes:
    """The status line and headers of an answer."""
    lines = [f"HTTP/1.1 {answer.status} mock"]
    lines += [f"{name}: {value}" for name, value in answer.headers]
    if chunked:
        lines.append("transfer-encoding: chunked")
    else:
        lines.append(f"content-length: {len(answer.body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _error(status: int, message: str) -> WireAnswer:
    body = {"error": {"type": "api_error", "message": message}}
    return WireAnswer(status, (("content-type", "application/json"),), (dumped(body),))


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)
