"""Clients that are slow, many or silent cost neither memory nor files nor a line in the log."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import uvicorn

from skillagent.mcp_server.connections import ConnectionLimits, LimitedConfig, connection_limit
from skillagent.mcp_server.framing import MAX_BYTES
from skillagent.mcp_server.logs import RECORDS_PER_MINUTE, RecordLimit, SafeFormatter, escaped
from skillagent.mcp_server.request_checks import (
    AsgiScope,
    Receive,
    Send,
    check_messages,
    require_token,
)
from tests.mcp_server.conftest import TRADING
from tests.mcp_server.odd_messages import ODD_LINES
from tests.secret_samples import SAMPLES
from tests.sockets import connect, rest_of

pytestmark = pytest.mark.process

GENEROUS = ConnectionLimits(100, 60.0, 60.0, 60.0)
TINY = 0.05
"""Seconds; a test waits for the end of the connection, however long it takes."""
HEAD = b"POST /mcp HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"


SERVE = [sys.executable, "-m", "skillagent", "serve", str(TRADING), "--http", "--port", "0"]


async def echo(scope: AsgiScope, receive: Receive, send: Send) -> None:
    """Say how many bytes came, or say a lot."""
    if scope["type"] == "lifespan":
        return
    size, more = 0, True
    while more:
        event = await receive()
        if event["type"] == "http.disconnect":
            return
        size, more = size + len(event["body"]), event["more_body"]
    big = b"x" * 50_000_000 if scope["path"] == "/big" else b""
    answer = big or b"%d" % size
    headers = [(b"content-length", b"%d" % len(answer))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})


@contextlib.contextmanager
def serving(limits: ConnectionLimits, app: Any = echo) -> Iterator[int]:
    """A server in a thread; its port."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(LimitedConfig(app, limits, lifespan="off", backlog=16))
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive()


def answer_to(port: int, body: bytes = b"{}") -> bytes:
    """A whole request, and its answer."""
    head = HEAD.replace(b"127.0.0.1", b"127.0.0.1:%d" % port) + b"accept: application/json\r\n"
    with connect(port) as connection:
        length = b"content-length: %d\r\nconnection: close\r\n\r\n" % len(body)
        with contextlib.suppress(ConnectionError):
            connection.sendall(head + length + body)
        return rest_of(connection)


@pytest.mark.parametrize(
    ("limit", "sent", "answer"),
    [
        ("header_seconds", b"", b""),
        ("header_seconds", b"POST /m", b"408"),
        ("header_seconds", HEAD, b"408"),
        ("header_seconds", HEAD + b"content-length: 0\r\n\r\nGET /x", b"200"),
        ("body_seconds", HEAD + b"content-length: 10\r\n\r\n12345", b"408"),
        ("body_seconds", HEAD + b"transfer-encoding: chunked\r\n\r\n5\r\n123", b"408"),
        ("body_seconds", HEAD + b"content-length: 10\r\nexpect: 100-continue\r\n\r\n", b"100"),
    ],
    ids="silent line head second-head body chunk expected".split(),
)
def test_a_request_that_does_not_come_is_cut_off(limit: str, sent: bytes, answer: bytes) -> None:
    limits = replace(GENEROUS, header_seconds=TINY)
    if limit == "body_seconds":
        limits = replace(GENEROUS, body_seconds=TINY)
    with serving(limits) as port:
        connection = connect(port)
        with contextlib.suppress(ConnectionError):
            connection.sendall(sent)
        # Whoever stands still before it sends anything hears nothing.
        assert rest_of(connection)[9:12] in (answer, b"")
        until_served(port)


def until_served(port: int, body: bytes = b"{}") -> None:
    """Ask until an answer comes: of tiny limits, and of other clients, one may be in the way."""
    while not answer_to(port, body).startswith(b"HTTP/1.1 200"):
        pass


def test_a_client_that_does_not_read_is_cut_off() -> None:
    with serving(replace(GENEROUS, answer_seconds=TINY)) as port:
        connection = connect(port)
        connection.sendall(HEAD.replace(b"/mcp", b"/big") + b"content-length: 0\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            while True:  # until the server has reset the connection
                connection.sendall(b"x" * 1_000)
        connection.close()
        until_served(port)


def test_a_slow_answer_is_no_slow_request() -> None:
    arrived, wanted = threading.Event(), threading.Event()

    async def slow(scope: AsgiScope, receive: Receive, send: Send) -> None:
        arrived.set()
        await asyncio.to_thread(wanted.wait, 60)
        await echo(scope, receive, send)

    with serving(replace(GENEROUS, header_seconds=TINY, body_seconds=TINY), slow) as port:
        while not arrived.is_set():
            connection = connect(port)
            connection.sendall(HEAD + b"content-length: 2\r\nconnection: close\r\n\r\n{}")
            arrived.wait(5)
        # One that came later is cut off meanwhile.
        assert rest_of(connect(port)) == b""
        wanted.set()
        assert rest_of(connection).startswith(b"HTTP/1.1 200")


def test_connections_over_the_limit_are_answered_503_and_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with serving(replace(GENEROUS, connections=5)) as port:
        held = [connect(port) for _ in range(5)]
        for connection in held:
            connection.sendall(HEAD)
        for _ in range(30):
            # A reset may overtake the answer to what was sent meanwhile.
            assert rest_of(connect(port))[9:12] in (b"503", b"")
        for connection in held:
            connection.sendall(b"connection: close\r\ncontent-length: 0\r\n\r\n")
            assert rest_of(connection).startswith(b"HTTP/1.1 200")
        assert answer_to(port).startswith(b"HTTP/1.1 200")
    told = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert told == ["5 connections are open: more are answered 503"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs limits of open files")
def test_half_open_connections_beyond_all_files_leave_the_server_serving() -> None:
    """With 128 files; before, 200 such connections made it write 51 MB and answer nobody."""
    command = ["/bin/sh", "-c", 'ulimit -n 128; exec "$@"', "sh", *SERVE]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    assert process.stderr is not None
    try:
        port = int(process.stderr.readline().split(b":")[2].partition(b"/")[0])
        ping = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "ping"}).encode()
        held = []
        for _ in range(200):
            held.append(connect(port))
            with contextlib.suppress(ConnectionError):
                held[-1].sendall(HEAD)
        assert answer_to(port, ping)[9:12] in (b"503", b"")
        for connection in held:
            connection.close()
        until_served(port, ping)
    finally:
        process.terminate()
        log = process.communicate(timeout=60)[1].decode().splitlines()
    assert [line for line in log if "connections are open" in line] == log[:1]
    assert len(log) <= 2


def test_the_limit_is_below_the_files_that_a_process_may_open() -> None:
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        for allowed in (64, 256, 1024):
            resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, before[1]))
            assert 1 <= connection_limit() < max(2, allowed - 64)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def posted(port: int, body: bytes) -> tuple[int, Any]:
    answer = answer_to(port, body)
    head, _, data = answer.partition(b"\r\n\r\n")
    return int(head[9:12]), json.loads(data)


def test_bodies_that_are_no_message_get_an_error_of_json_rpc() -> None:
    with serving(GENEROUS, check_messages(echo)) as port:
        for body, code, number in [*ODD_LINES, (b" ", -32700, None)]:
            status, answer = posted(port, body)
            assert status == (413 if len(body) > MAX_BYTES else 400), body[:80]
            several = answer if isinstance(answer, list) else [answer]
            assert [one["error"]["code"] for one in several] == [code] * len(several)
            assert [one["id"] for one in several] == (
                number if isinstance(number, list) else [number]
            )
        half = '{"jsonrpc": "2.0", "id": 1, "method": "m", "params": {"a": "\\ud83d"}}'
        assert posted(port, half.encode()) == (200, len(half))


def test_a_body_of_unknown_length_is_bounded_too() -> None:
    with serving(GENEROUS, check_messages(echo)) as port, connect(port) as connection:
        connection.sendall(HEAD + b"transfer-encoding: chunked\r\n\r\n")
        part = b"x" * 65_536
        with contextlib.suppress(ConnectionError):
            for _ in range(MAX_BYTES // len(part) + 2):
                connection.sendall(b"%x\r\n%b\r\n" % (len(part), part))
        assert connection.recv(12) == b"HTTP/1.1 413"


def test_the_token_is_checked_before_the_body_is_read() -> None:
    with serving(GENEROUS, require_token(check_messages(echo), "a-long-bearer-token")) as port:
        assert answer_to(port, b"no json").startswith(b"HTTP/1.1 401")


def record(message: str, *arguments: object, error: Exception | None = None) -> logging.LogRecord:
    about = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("x", logging.ERROR, "f.py", 1, message, arguments, about)


HOSTILE = "a\nERROR: forged\r\x1b[31m\x9b2J\u2028b\u202e\u200b\U000e0041\x00\ud800"


def test_what_a_client_sends_is_one_line_of_the_log() -> None:
    form = SafeFormatter("%(levelname)s: %(message)s")
    for text in (
        form.format(record(HOSTILE.replace("%", ""))),
        form.format(record("Invalid Host header: %s", HOSTILE)),
    ):
        assert text.isprintable() and text.isascii()
    lines = form.format(record("it failed", error=ValueError(HOSTILE))).splitlines()
    assert lines[0] == "ERROR: it failed"
    assert all(line.startswith("  ") and line.isprintable() for line in lines[1:])
    assert len(lines) == 3
    assert escaped("é 🔎 日本") == "é 🔎 日本"


def test_a_flood_in_the_log_is_bounded() -> None:
    flood = RecordLimit()
    told = []
    for number in range(1_000):
        for line in (7, 8):
            one = record("Invalid Host header: %d", number)
            one.created, one.lineno = 60.0 * (number // 500), line
            if flood.filter(one):
                told.append(one.getMessage())
    assert len(told) == 2 * 2 * RECORDS_PER_MINUTE
    assert sum("more of these are left out" in text for text in told) == 4


def test_no_secret_is_in_the_log() -> None:
    for secret in SAMPLES.values():
        line = SafeFormatter().format(record("said %s", secret, error=ValueError(secret)))
        assert secret not in line and "[scrubbed]" in line


@pytest.mark.parametrize("name", ["host", "origin"])
def test_a_header_of_a_client_is_escaped_in_the_log(name: str) -> None:
    process = subprocess.Popen(SERVE, stderr=subprocess.PIPE)
    assert process.stderr is not None
    port = int(process.stderr.readline().split(b":")[2].partition(b"/")[0])
    body = b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}'
    head = HEAD.replace(b"host: 127.0.0.1", b"host: 127.0.0.1:%d" % port)
    if name == "host":
        head = HEAD.replace(b"127.0.0.1", b"evil\x9b2khost")
    else:
        head += b"origin: http://evil\x9b2k\xadhost\r\n"
    head += b"accept: application/json\r\nconnection: close\r\n"
    with connect(port) as connection:
        connection.sendall(head + b"content-length: %d\r\n\r\n" % len(body) + body)
        assert rest_of(connection)[9:12] in (b"421", b"403")
    process.terminate()
    log = process.communicate(timeout=60)[1]
    assert b"\\x9b2k" in log
    assert log.decode().replace("\n", "").isprintable()
    assert log.count(b"\n") == 1
