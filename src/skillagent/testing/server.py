"""A real HTTP server on loopback, for SDKs in any language and for faults of the connection.

What a client sends is bounded in time and size, and so is the number of its connections: a test
that goes wrong fails, and does not hang.
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
from skillagent.secrets import scrub
from skillagent.testing.wire.events import (
    METHOD,
    TARGET,
    Answer,
    Drop,
    Pause,
    Responder,
    Stall,
    dumped,
)

_BUSY = (
    b"HTTP/1.1 503 mock\r\nconnection: close\r\ncontent-type: text/plain\r\n"
    b"content-length: 21\r\n\r\ntoo many connections\n"
)
_LONGEST_SIZE = 64
"""Bytes of the line that says how long a piece of a body is."""
_RETRY_SECONDS = 0.05
"""How long to wait when no connection can be accepted, for want of open files."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of what clients may do."""

    # A client in the same process, as tests have it, holds another file for each connection.
    connections: int = field(default_factory=lambda: room_for(64, 512, each=2))
    idle_seconds: float = 600.0
    """How long a connection may say nothing between two requests."""
    header_seconds: float = 30.0
    """From the first byte of a request to the end of its head."""
    body_seconds: float = 60.0
    body_bytes: int = 64 * 1024 * 1024


class Server:
    """Serves a mock while its `with` block runs.

    Args:
        mock: who answers.
        port: 0 for any that is free.
        live: True where a real provider stands behind it, which wants the client's own key.
        limits: of what clients may do.
    """

    def __init__(
        self,
        mock: Responder,
        port: int = 0,
        *,
        live: bool = False,
        limits: Limits | None = None,
    ) -> None:
        limits = limits or Limits()
        self.mock = mock
        self._live = live
        self._stopped = threading.Event()
        handler = _handler(mock, self._stopped, limits)
        self._http = _Http(("127.0.0.1", port), handler, limits.connections, self._stopped)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        """What `ANTHROPIC_BASE_URL` takes."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    @property
    def openai_url(self) -> str:
        """What `OPENAI_BASE_URL` takes."""
        return f"{self.url}/v1"

    def environment(self) -> dict[str, str]:
        """Variables that send the SDKs of a child process here."""
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


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    # A client that is reset at a full backlog would look like a fault that nobody scripted.
    request_queue_size = 256

    def __init__(
        self,
        address: tuple[str, int],
        handler: type[BaseHTTPRequestHandler],
        most: int,
        stopped: threading.Event,
    ) -> None:
        self._most = most
        self._stopped = stopped
        self._open = 0
        self._lock = threading.Lock()
        super().__init__(address, handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept a connection; without a free file it stays, and would be tried again at once."""
        try:
            return super().get_request()
        except OSError:
            self._stopped.wait(_RETRY_SECONDS)
            raise

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in a thread of its own, unless there are too many."""
        with self._lock:
            is_full = self._open >= self._most
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
        """Serve it, in its thread."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._leave()

    def _leave(self) -> None:
        with self._lock:
            self._open -= 1

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


class _Incoming(io.RawIOBase):
    """What a client sends, each part of it until its time is over."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._end = 0.0
        self._then: float | None = None

    def allow(self, seconds: float, then: float | None = None) -> None:
        """Wait for so long from now on.

        Args:
            seconds: for all that is read.
            then: seconds from the first byte on; None to leave the end where it is.
        """
        self._end = time.monotonic() + seconds
        self._then = then

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Read some bytes.

        Raises:
            TimeoutError: they did not come in time.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("too slow")
        self._connection.settimeout(left)
        try:
            count = self._connection.recv_into(buffer)
        finally:
            # Answers take as long as their script says.
            self._connection.settimeout(None)
        if self._then is not None:
            self.allow(self._then)
        return count


class _TooLargeError(Exception):
    """A body above the limit."""


def _handler(
    mock: Responder, stopped: threading.Event, limits: Limits
) -> type[BaseHTTPRequestHandler]:
    def _checked(size: int) -> int:
        """The size of a body, or of a piece of one.

        Raises:
            ValueError: it is none.
            _TooLargeError: it is above the limit.
        """
        if size < 0:
            raise ValueError("negative")
        if size > limits.body_bytes:
            raise _TooLargeError
        return size

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Small answers must not wait for the client's acknowledgement of the head.
        disable_nagle_algorithm = True
        wbufsize = 0

        def setup(self) -> None:
            super().setup()
            self.rfile.close()
            self._incoming = _Incoming(self.connection)
            self.rfile = io.BufferedReader(self._incoming)

        def handle_one_request(self) -> None:
            self._incoming.allow(limits.idle_seconds, limits.header_seconds)
            super().handle_one_request()

        def do_POST(self) -> None:
            self._incoming.allow(limits.body_seconds)
            try:
                raw = self._body()
            except ValueError:
                refused = _broken(400, "the length of the body cannot be read")
            except _TooLargeError:
                refused = _broken(413, f"the body is larger than {limits.body_bytes} bytes")
            except TimeoutError:
                refused = _broken(408, "the body did not come in time")
            else:
                self._answer(raw)
                return
            self.close_connection = True
            self._at_once(refused)

        def _body(self) -> bytes:
            if "chunked" in self.headers.get("transfer-encoding", "").lower():
                return self._chunks()
            return self.rfile.read(_checked(int(self.headers.get("content-length", 0))))

        def _chunks(self) -> bytes:
            """A body of unknown length, as clients send it that write while they read."""
            parts: list[bytes] = []
            length = 0
            while size := self._size():
                length += _checked(size)
                _checked(length)
                parts.append(self.rfile.read(size))
                self.rfile.readline(_LONGEST_SIZE)
            for _ in range(_LONGEST_SIZE):
                if not self.rfile.readline(65_536).strip():
                    break
            return b"".join(parts)

        def _size(self) -> int:
            """The length of the next piece of a body; 0 at its end."""
            line = self.rfile.readline(_LONGEST_SIZE)
            if not line.endswith(b"\n"):
                raise ValueError("no size")
            return int(line.partition(b";")[0], 16)

        def do_GET(self) -> None:
            self._answer(b"")

        def log_message(self, format: str, *arguments: object) -> None:
            pass

        def _answer(self, raw: bytes) -> None:
            path = self.path.partition("?")[0]
            headers = {METHOD: self.command, TARGET: self.path, **dict(self.headers.items())}
            try:
                answer = mock.respond(path, headers, raw)
            except Exception as error:  # it would look like a reset that nobody scripted
                answer = _broken(500, scrub(f"the mock raised {error!r}"))
            if answer.rest is None and all(isinstance(step, bytes) for step in answer.steps):
                self._at_once(answer)
                return
            try:
                self._step_by_step(answer)
            finally:
                answer.close()

        def _at_once(self, answer: Answer) -> None:
            self._head(answer, chunked=len(answer.steps) > 1)
            if len(answer.steps) == 1:
                self.wfile.write(self._pending + answer.body)
                return
            chunks = [_chunk(step) for step in answer.steps if isinstance(step, bytes)]
            self.wfile.write(self._pending + b"".join(chunks) + _chunk(b""))

        def _step_by_step(self, answer: Answer) -> None:
            begun = False
            for step in answer.send():
                if isinstance(step, Pause):
                    stopped.wait(step.seconds)
                elif isinstance(step, Drop | Stall):
                    if isinstance(step, Stall):
                        self._stand_still()
                    self._reset()
                    return
                else:
                    if not begun:
                        self._head(answer, chunked=True)
                        self.wfile.write(self._pending)
                        begun = True
                    self.wfile.write(_chunk(step))
            if not begun:
                self._head(answer, chunked=True)
                self.wfile.write(self._pending)
            self.wfile.write(_chunk(b""))

        def _head(self, answer: Answer, *, chunked: bool) -> None:
            lines = [f"HTTP/1.1 {answer.status} mock"]
            lines += [f"{name}: {value}" for name, value in answer.headers]
            if chunked:
                lines.append("transfer-encoding: chunked")
            else:
                lines.append(f"content-length: {len(answer.body)}")
            self._pending = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

        def _stand_still(self) -> None:
            """Until the client gives up, or the server stops."""
            self.connection.settimeout(0.05)
            while not stopped.is_set():
                try:
                    if not self.connection.recv(1):
                        return
                except TimeoutError:
                    continue
                except OSError:
                    return

        def _reset(self) -> None:
            self.close_connection = True
            # No lingering: the client sees a reset and not an orderly end.
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()

    return Handler


def _broken(status: int, message: str) -> Answer:
    body = {"error": {"type": "api_error", "message": message}}
    return Answer(status, (("content-type", "application/json"),), (dumped(body),))


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)
