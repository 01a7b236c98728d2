"""Measures the server of the mock LLM over a socket, for `benchmarks.mock`.

The server runs in its own process and the clients in this one: one event loop with raw sockets
that stay open. Each client sends its next request after the whole answer to the last one. Half
of the requests are a question, which is answered with a tool call; the others contain the result
of that call, and are answered with a short text. Of every answer, the status, the length and the
end are checked.
"""

from __future__ import annotations

import asyncio
import gc
import json
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from benchmarks.mock_requests import policy, request
from skillagent.testing import MockLLM

SECONDS = 0.8
"""Duration of one measurement."""
ROUNDS = 5
"""Number of measurements of each scenario; the results are medians."""
MOST = 20_000
"""Maximum number of requests of one measurement, because the mock keeps them all."""

PATHS = {"messages": "/v1/messages", "chat": "/v1/chat/completions", "responses": "/v1/responses"}
ENDS = {"messages": b"message_stop", "chat": b"[DONE]", "responses": b"response.completed"}


class MockProcess:
    """The server in its own process, which is controlled through pipes."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "benchmarks.mock", "--serve"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def _send(self, command: str) -> dict[str, Any]:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()
        state: dict[str, Any] = json.loads(self._process.stdout.readline())
        return state

    def begin(self) -> str:
        """Start a new mock, because a mock keeps all requests; returns its address."""
        return str(self._send("begin")["url"])

    def mark(self) -> None:
        """Start to measure the processor time."""
        self._send("mark")

    def end(self) -> dict[str, Any]:
        """Number of requests, number of answers without status 200, and processor seconds."""
        return self._send("end")

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise


@contextmanager
def serving() -> Iterator[MockProcess]:
    server = MockProcess()
    try:
        yield server
    finally:
        server.close()


def serve() -> None:
    """Serve one mock after another until the standard input ends."""
    while sys.stdin.readline():
        mock = MockLLM(policy)
        gc.collect()
        with mock.serve() as server:
            print(json.dumps({"url": server.url}), flush=True)
            sys.stdin.readline()
            started = time.process_time()
            print("{}", flush=True)
            sys.stdin.readline()
            spent = time.process_time() - started
        errors = sum(request.status != 200 for request in mock.requests)
        state = {"requests": len(mock.requests), "errors": errors, "seconds": spent}
        print(json.dumps(state), flush=True)
        mock.assert_done()


@dataclass(frozen=True)
class Scenario:
    api: str
    clients: int
    stream: bool


SCENARIOS = [
    *(Scenario("messages", clients, stream) for stream in (False, True) for clients in (1, 16, 64)),
    *(Scenario(api, 16, stream) for api in ("chat", "responses") for stream in (False, True)),
]


@dataclass
class Run:
    """The state that all clients of one measurement share."""

    requests: list[bytes]
    """Two requests, which are sent alternately."""
    ends: bytes
    """Text at the end of a streamed answer; empty for other answers."""
    most: int
    """Maximum number of requests of one client."""
    until: float = 0.0
    """Time at which the clients stop, of `time.perf_counter`."""
    errors: int = 0
    lengths: dict[int, int] = field(default_factory=dict)
    """Length of the answer to each of the two requests; any other length is an error."""


class MockClient(asyncio.Protocol):
    """A connection that stays open, and parses answers only as far as necessary."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.times: list[float] = []
        self._number = 0
        self._buffer = bytearray()
        self._whole: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        if self._whole and not self._whole.done():
            self.run.errors += 1
            self._whole.set_result(None)

    def ask(self, count: int | None = None) -> asyncio.Future[None]:
        """Send this number of requests; None sends requests until the time is over."""
        self._left = count
        self._whole = asyncio.get_running_loop().create_future()
        self._send()
        return self._whole

    def _send(self) -> None:
        self._buffer.clear()
        self._sent = time.perf_counter()
        self.transport.write(self.run.requests[self._number % 2])
        self._number += 1

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not _complete(self._buffer):
            return
        now = time.perf_counter()
        self._check(bytes(self._buffer))
        assert self._whole
        if self._left is None:
            self.times.append(now - self._sent)
            more = now < self.run.until and len(self.times) < self.run.most
        else:
            self._left -= 1
            more = self._left > 0
        if more and not self.transport.is_closing():
            self._send()
        else:
            self._whole.set_result(None)

    def _check(self, answer: bytes) -> None:
        length = self.run.lengths.setdefault(self._number % 2, len(answer))
        good = answer.startswith(b"HTTP/1.1 200 ") and self.run.ends in answer
        self.run.errors += not (good and len(answer) == length)


def _complete(answer: bytearray) -> bool:
    head = answer.find(b"\r\n\r\n")
    if head < 0:
        return False
    length = re.search(rb"content-length: (\d+)", answer[:head])
    if length:
        return len(answer) - head - 4 >= int(length[1])
    return answer.endswith(b"\r\n0\r\n\r\n")


async def measure(server: MockProcess, scenario: Scenario) -> dict[str, float]:
    """One measurement: requests a second and latencies in ms."""
    place = urlsplit(server.begin())
    run = Run(
        [_sent(place.netloc, scenario, answered) for answered in (False, True)],
        ENDS[scenario.api] if scenario.stream else b"",
        MOST // scenario.clients,
    )
    loop = asyncio.get_running_loop()
    clients = [
        (await loop.create_connection(lambda: MockClient(run), "127.0.0.1", place.port or 0))[1]
        for _ in range(scenario.clients)
    ]
    # The server starts a thread for each client; do not measure that.
    async with asyncio.timeout(15):
        await asyncio.gather(*(client.ask(2) for client in clients))
    assert run.errors == 0, f"{run.errors} errors in the first requests of {scenario}"
    server.mark()
    started, busy = time.perf_counter(), time.process_time()
    run.until = started + SECONDS
    async with asyncio.timeout(SECONDS + 15):
        await asyncio.gather(*(client.ask() for client in clients))
    seconds, busy = time.perf_counter() - started, time.process_time() - busy
    for client in clients:
        client.transport.close()
    assert run.errors == 0, f"{run.errors} errors in {scenario}"
    times = sorted(spent * 1_000 for client in clients for spent in client.times)
    return {
        "requests": len(times),
        "errors": run.errors,
        "warm": 2 * scenario.clients,
        "a_second": len(times) / seconds,
        "p50": statistics.median(times),
        "p99": times[int(len(times) * 0.99)],
        "client_busy": busy / seconds,
        "seconds": seconds,
    }


def _sent(host: str, scenario: Scenario, answered: bool) -> bytes:
    body = json.dumps(request(scenario.api, scenario.stream, answered)).encode()
    key = "x-api-key: mock\r\nanthropic-version: 2023-06-01"
    head = (
        f"POST {PATHS[scenario.api]} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n"
        f"{key if scenario.api == 'messages' else 'authorization: Bearer mock'}\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def over_the_socket() -> dict[Scenario, dict[str, float]]:
    """The medians of all rounds; `requests` is their sum."""
    rows: dict[Scenario, list[dict[str, float]]] = {scenario: [] for scenario in SCENARIOS}
    with serving() as server:
        for _ in range(ROUNDS):
            for scenario, measured in rows.items():
                row = asyncio.run(measure(server, scenario))
                state = server.end()
                count = state["requests"]
                assert count == row["requests"] + row["warm"], (count, row)
                assert state["errors"] == 0, state
                row["server_us"] = state["seconds"] / row["requests"] * 1e6
                row["server_busy"] = state["seconds"] / row["seconds"]
                measured.append(row)
    return {
        scenario: {
            **{key: statistics.median(row[key] for row in measured) for key in measured[0]},
            "requests": sum(row["requests"] for row in measured),
            "slowest": min(row["a_second"] for row in measured),
            "fastest": max(row["a_second"] for row in measured),
        }
        for scenario, measured in rows.items()
    }
