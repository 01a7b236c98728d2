"""A real HTTP server on loopback, for SDKs in any language and for faults of the connection."""

from __future__ import annotations

import socket
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from skillagent.secrets import scrub
from skillagent.testing.wire import METHOD, TARGET, Answer, Drop, Pause, Responder, Stall, dumped


class Server:
    """Serves a mock while its `with` block runs.

    Args:
        mock: who answers.
        port: 0 for any that is free.
        live: True where a real provider stands behind it, which wants the client's own key.
    """

    def __init__(self, mock: Responder, port: int = 0, *, live: bool = False) -> None:
        self.mock = mock
        self._live = live
        self._stopped = threading.Event()
        self._http = _Http(("127.0.0.1", port), _handler(mock, self._stopped))
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

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


def _handler(mock: Responder, stopped: threading.Event) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Small answers must not wait for the client's acknowledgement of the head.
        disable_nagle_algorithm = True
        wbufsize = 0

        def do_POST(self) -> None:
            chunked = "chunked" in self.headers.get("transfer-encoding", "").lower()
            try:
                length = int(self.headers.get("content-length", 0))
                raw = self._chunks() if chunked else self.rfile.read(length)
            except ValueError:
                self.close_connection = True
                self._at_once(_broken(400, "the length of the body cannot be read"))
                return
            self._answer(raw)

        def _chunks(self) -> bytes:
            """A body of unknown length, as clients send it that write while they read."""
            found = []
            while size := int(self.rfile.readline().partition(b";")[0], 16):
                found.append(self.rfile.read(size))
                self.rfile.readline()
            while self.rfile.readline().strip():
                pass
            return b"".join(found)

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
