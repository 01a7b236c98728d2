"""The mock over a socket bounds what a client may do: a test that goes wrong does not hang."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
from collections.abc import Mapping

import pytest

from skillagent.testing import MockLLM, Server, say
from skillagent.testing.server import ServerLimits
from skillagent.testing.wire.events import WireAnswer
from tests import sockets

pytestmark = pytest.mark.process

TINY = 0.05
"""Seconds; a test waits for the end of the connection, however long it takes."""
HEAD = b"POST /v1/messages HTTP/1.1\r\nhost: x\r\n"


class Counts:
    """Answers with the length of what came."""

    def respond(self, path: str, headers: Mapping[str, str], raw: bytes) -> WireAnswer:
        return WireAnswer(200, (("content-type", "application/json"),), (b"%d" % len(raw),))


def connect(server: Server) -> socket.socket:
    return sockets.connect(int(server.url.rpartition(":")[2]))


def sent(server: Server, data: bytes) -> bytes:
    connection = connect(server)
    with contextlib.suppress(ConnectionError):
        connection.sendall(data)
    return sockets.rest_of(connection)


@pytest.mark.parametrize(
    ("limits", "data", "status"),
    [
        (ServerLimits(idle_seconds=TINY), b"", b""),
        (ServerLimits(header_seconds=TINY), b"POST /v1", b""),
        (ServerLimits(header_seconds=TINY), HEAD, b""),
        (ServerLimits(body_seconds=TINY), HEAD + b"content-length: 10\r\n\r\n123", b"408"),
        (
            ServerLimits(body_seconds=TINY),
            HEAD + b"transfer-encoding: chunked\r\n\r\n9\r\n1",
            b"408",
        ),
        (ServerLimits(body_bytes=9), HEAD + b"content-length: 10\r\n\r\n1234567890", b"413"),
        (
            ServerLimits(body_bytes=9),
            HEAD + b"transfer-encoding: chunked\r\n\r\n5\r\n12345\r\n5\r\n12345\r\n0\r\n\r\n",
            b"413",
        ),
        (ServerLimits(), HEAD + b"content-length: -1\r\n\r\n", b"400"),
        (ServerLimits(), HEAD + b"transfer-encoding: chunked\r\n\r\n-5\r\n12345\r\n", b"400"),
        (ServerLimits(), HEAD + b"transfer-encoding: chunked\r\n\r\n" + b"0" * 99_999, b"400"),
    ],
    ids="""silent line head body chunk large large-chunks negative negative-chunk
    endless-size""".split(),
)
def test_what_does_not_come_as_it_should_is_cut_off(
    limits: ServerLimits, data: bytes, status: bytes
) -> None:
    with Server(Counts(), limits=limits) as server:
        # A reset may overtake the answer to what was sent meanwhile.
        assert sent(server, data)[9:12] in (status, b"")
        closed = HEAD + b"connection: close\r\ncontent-length: 2\r\n\r\n{}"
        while not sent(server, closed).endswith(b"\r\n\r\n2"):
            pass  # tiny limits may be in the way of this one too


def test_too_many_connections_are_told_so() -> None:
    with Server(Counts(), limits=ServerLimits(connections=3)) as server:
        held = [connect(server) for _ in range(3)]
        for connection in held:
            connection.sendall(HEAD)
        for _ in range(20):
            assert sockets.rest_of(connect(server))[9:12] in (b"503", b"")
        for connection in held:
            connection.sendall(b"connection: close\r\ncontent-length: 2\r\n\r\n{}")
            assert sockets.rest_of(connection).endswith(b"2")


def test_an_answer_may_take_longer_than_a_request() -> None:
    body = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "?"}]}
    limits = ServerLimits(header_seconds=5, body_seconds=TINY)
    mock = MockLLM([say("a b c", delay=3 * TINY, chunk=2, pause=TINY)])
    with Server(mock, limits=limits) as server:
        connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=60)
        connection.request("POST", "/v1/messages", json.dumps({**body, "stream": True}))
        assert b"message_stop" in connection.getresponse().read()
        connection.close()
