"""A real HTTP server on loopback, for SDKs in any language and for faults of the connection."""

from __future__ import annotations

import socket
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from skillagent.testing.wire import Answer, Drop, Pause, Responder, Stall


class Server:
    """Serves a mock while its `with` block runs.

    Args:
        mock: who answers.
        port: 0 for any that is free.
    """

    def __init__(self, mock: Responder, port: int = 0) -> None:
        self.mock = mock
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
        return {
            "ANTHROPIC_BASE_URL": self.url,
            "ANTHROPIC_API_KEY": "mock",
            "OPENAI_BASE_URL": self.openai_url,
            "OPENAI_API_KEY": "mock",
        }

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
            length = int(self.headers.get("content-length", 0))
            self._answer(self.rfile.read(length))

        def do_GET(self) -> None:
            self._answer(b"")

        def log_message(self, format: str, *arguments: object) -> None:
            pass

        def _answer(self, raw: bytes) -> None:
            path = self.path.partition("?")[0]
            answer = mock.respond(path, dict(self.headers.items()), raw)
            if all(isinstance(step, bytes) for step in answer.steps):
                self._at_once(answer)
            else:
                self._step_by_step(answer)

        def _at_once(self, answer: Answer) -> None:
            self._head(answer, chunked=len(answer.steps) > 1)
            if len(answer.steps) == 1:
                self.wfile.write(self._pending + answer.body)
                return
            chunks = [_chunk(step) for step in answer.steps if isinstance(step, bytes)]
            self.wfile.write(self._pending + b"".join(chunks) + _chunk(b""))

        def _step_by_step(self, answer: Answer) -> None:
            begun = False
            for step in answer.steps:
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


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)
