"""One page at a local address that nobody can guess.

The server listens on the loopback address only, answers only requests whose `Host` is its own
(so that no website can reach it through a name of its own, known as DNS rebinding), and serves
nothing but the page.

Above: the command `view`. Below: the standard library.
"""

from __future__ import annotations

import hmac
import socket
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOST = "127.0.0.1"


class PageServer(ThreadingHTTPServer):
    """Serves one page until `shutdown`; it listens as soon as it is made.

    Args:
        page: the HTML.
        policy: the content security policy of the page, which is sent as a header, too.
        token: the secret part of the address.
        port: the port; 0 for any that is free.

    Raises:
        OSError: the port is in use, or may not be used.
    """

    daemon_threads = True

    def __init__(self, page: str, policy: str, token: str, port: int = 0) -> None:
        self.page = page.encode()
        self.policy = f"{policy}; frame-ancestors 'none'"
        self.path = f"/{token}/"
        super().__init__((HOST, port), _Request)

    def handle_error(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: object
    ) -> None:
        """Print an error, unless a browser only left before it had the whole page."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)

    @property
    def port(self) -> int:
        """The port on which it listens."""
        return self.server_port

    @property
    def address(self) -> str:
        """The address of the page."""
        return f"http://{HOST}:{self.port}{self.path}"

    @property
    def hosts(self) -> frozenset[str]:
        """What a browser on this machine writes into `Host`."""
        # A browser leaves out the port that an address has by default.
        ports = ("", ":80") if self.port == 80 else (f":{self.port}",)
        return frozenset(f"{name}{port}" for name in (HOST, "localhost") for port in ports)


class _Request(BaseHTTPRequestHandler):
    server: PageServer
    server_version = "skillagent"
    sys_version = ""
    timeout = 30

    def do_GET(self) -> None:
        status, page = self._answer()
        self._send(status, page)
        self.wfile.write(page)

    def do_HEAD(self) -> None:
        self._send(*self._answer())

    def _answer(self) -> tuple[HTTPStatus, bytes]:
        if self.headers.get("Host", "") not in self.server.hosts:
            return HTTPStatus.FORBIDDEN, b"This address is for this machine only.\n"
        path = self.path.partition("?")[0]
        if not hmac.compare_digest(path.encode(), self.server.path.encode()):
            return HTTPStatus.NOT_FOUND, b"Use the whole address that `skillagent view` printed.\n"
        return HTTPStatus.OK, self.server.page

    def _send(self, status: HTTPStatus, content: bytes) -> None:
        kind = "text/html" if status is HTTPStatus.OK else "text/plain"
        self.send_response(status)
        for name, value in (
            ("Content-Type", f"{kind}; charset=utf-8"),
            ("Content-Length", str(len(content))),
            ("Content-Security-Policy", self.server.policy),
            ("Cache-Control", "no-store"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
            ("Referrer-Policy", "no-referrer"),
            ("X-Content-Type-Options", "nosniff"),
        ):
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed for a request."""
