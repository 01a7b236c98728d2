"""What tests of servers do with a plain connection."""

from __future__ import annotations

import contextlib
import socket


def connect(port: int) -> socket.socket:
    """A connection to a server on this machine, which gives up after a minute."""
    return socket.create_connection(("127.0.0.1", port), timeout=60)


def rest_of(connection: socket.socket) -> bytes:
    """All that comes until the server ends the connection, in whichever way."""
    parts = []
    with connection, contextlib.suppress(ConnectionError):
        while data := connection.recv(65_536):
            parts.append(data)
    return b"".join(parts)
