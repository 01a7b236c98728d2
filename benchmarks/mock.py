"""How many requests a second the mock's server answers, and what the mock costs in process.

    python -m benchmarks.mock
    python -m benchmarks.mock --report docs/mock-benchmark.md

The server runs in a process of its own and the clients in this one: one event loop, raw sockets
that stay open, each client sends its next request when it has the whole answer to its last. Half
of the requests are a question that is answered with a tool call, half hold the result of that
call and are answered with a short text. Every answer is checked: its status, its length, its end.

In process, a call of an SDK through the mock's transport stands beside `MockLLM.respond` alone
with the very bytes that the SDK sent; seconds there are those of the processor.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import faulthandler
import gc
import importlib.metadata
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from skillagent.testing import Conversation, MockLLM, Turn, call, say

SECONDS = 0.8
"""One measurement of the server."""
ROUNDS = 5
"""Each with every scenario once; shown are medians over them."""
LIMIT = 90
"""Seconds of the whole benchmark: whatever stands still by then says where, and ends."""
MOST = 20_000
"""Requests of one measurement at most, for the mock keeps them all."""
BATCHES, CALLS = 15, 40
"""In process."""

PATHS = {"messages": "/v1/messages", "chat": "/v1/chat/completions", "responses": "/v1/responses"}
ENDS = {"messages": b"message_stop", "chat": b"[DONE]", "responses": b"response.completed"}
QUESTION = "How do I make two training runs give the same numbers, on one machine and on another?"
RESULT = "Set every seed, pin every version, and ask for deterministic kernels. See [[seeds]]. " * 8
TEXT = "Set every seed, pin every version, and ask for deterministic kernels (see seeds)."
DESCRIPTION = "Read one node of the skill graph in full. Ask for it only where its summary fits."
SCHEMA = {
    "type": "object",
    "properties": {"node": {"type": "string", "description": "Name of the node."}},
    "required": ["node"],
    "additionalProperties": False,
}


def policy(conversation: Conversation) -> Turn:
    """A tool call first, and a short text once its result is there."""
    return say(TEXT) if conversation.results else call("read_node", node="determinism/seeds")


def request(api: str, stream: bool, answered: bool) -> dict[str, Any]:
    """The body of a request.

    Args:
        api: `messages`, `chat` or `responses`.
        stream: whether the answer is streamed.
        answered: whether the tool's result is in it.
    """
    name, given = "read_node", {"node": "determinism/seeds"}
    text, system = json.dumps(given), "Answer from the skill graph, and name the nodes you read."
    tool = {"name": name, "description": DESCRIPTION}
    asked: dict[str, Any] = {"role": "user", "content": QUESTION}
    if api == "messages":
        made: dict[str, Any] = {"type": "tool_use", "id": "toolu_1", "name": name, "input": given}
        found = {"type": "tool_result", "tool_use_id": "toolu_1", "content": RESULT}
        turn: list[dict[str, Any]] = [
            {"role": "assistant", "content": [made]},
            {"role": "user", "content": [found]},
        ]
        body = {
            "model": "claude-sonnet-5-5",
            "max_tokens": 1_000,
            "system": system,
            "tools": [{**tool, "input_schema": SCHEMA}],
            "messages": [asked, *(turn if answered else ())],
        }
    elif api == "chat":
        function = {"name": name, "arguments": text}
        made = {"id": "call_1", "type": "function", "function": function}
        turn = [
            {"role": "assistant", "content": None, "tool_calls": [made]},
            {"role": "tool", "tool_call_id": "call_1", "content": RESULT},
        ]
        body = {
            "model": "gpt-6-sol",
            "tools": [{"type": "function", "function": {**tool, "parameters": SCHEMA}}],
            "messages": [
                {"role": "system", "content": system},
                asked,
                *(turn if answered else ()),
            ],
        }
        if stream:
            body["stream_options"] = {"include_usage": True}
    else:
        turn = [
            {"type": "function_call", "call_id": "call_1", "name": name, "arguments": text},
            {"type": "function_call_output", "call_id": "call_1", "output": RESULT},
        ]
        body = {
            "model": "gpt-6-sol",
            "instructions": system,
            "tools": [{"type": "function", **tool, "parameters": SCHEMA}],
            "input": [asked, *(turn if answered else ())],
        }
    return {**body, "stream": True} if stream else body


# The server


class Serving:
    """The server in its own process, which is asked for its state through pipes."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "benchmarks.mock", "--serve"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def _ask(self, what: str) -> dict[str, Any]:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(f"{what}\n")
        self._process.stdin.flush()
        found: dict[str, Any] = json.loads(self._process.stdout.readline())
        return found

    def begin(self) -> str:
        """A fresh mock, since one keeps all its requests; the address of its server."""
        return str(self._ask("begin")["url"])

    def mark(self) -> None:
        """Count the processor's time from here."""
        self._ask("mark")

    def end(self) -> dict[str, Any]:
        """Requests to this mock, those not answered with 200, and seconds of the processor."""
        return self._ask("end")

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise


@contextmanager
def serving() -> Iterator[Serving]:
    server = Serving()
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
        errors = sum(found.status != 200 for found in mock.requests)
        state = {"requests": len(mock.requests), "errors": errors, "seconds": spent}
        print(json.dumps(state), flush=True)
        mock.assert_done()


# Its clients


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
    """What the clients of one measurement share."""

    requests: list[bytes]
    """Two that are sent in turn."""
    ends: bytes
    """Text that the end of a streamed answer holds; empty for a whole one."""
    most: int
    """Requests of one client."""
    until: float = 0.0
    errors: int = 0
    lengths: dict[int, int] = field(default_factory=dict)
    """Of the answer to either request: an answer of another length is an error."""


class Client(asyncio.Protocol):
    """A connection that stays open; answers are read with no more parsing than is needed."""

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
        """Send requests: so many, or until the time is over."""
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
        known = self.run.lengths.setdefault(self._number % 2, len(answer))
        good = answer.startswith(b"HTTP/1.1 200 ") and self.run.ends in answer
        self.run.errors += not (good and len(answer) == known)


def _complete(answer: bytearray) -> bool:
    head = answer.find(b"\r\n\r\n")
    if head < 0:
        return False
    length = re.search(rb"content-length: (\d+)", answer[:head])
    if length:
        return len(answer) - head - 4 >= int(length[1])
    return answer.endswith(b"\r\n0\r\n\r\n")


async def measure(server: Serving, scenario: Scenario) -> dict[str, float]:
    """One measurement: requests a second and latencies in ms."""
    place = urlsplit(server.begin())
    run = Run(
        [_sent(place.netloc, scenario, answered) for answered in (False, True)],
        ENDS[scenario.api] if scenario.stream else b"",
        MOST // scenario.clients,
    )
    loop = asyncio.get_running_loop()
    clients = [
        (await loop.create_connection(lambda: Client(run), "127.0.0.1", place.port or 0))[1]
        for _ in range(scenario.clients)
    ]
    # Two requests of each client, so that its thread runs.
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
    """Medians over the rounds; `requests` is their sum."""
    rows: dict[Scenario, list[dict[str, float]]] = {scenario: [] for scenario in SCENARIOS}
    with serving() as server:
        for _ in range(ROUNDS):
            for scenario, known in rows.items():
                row = asyncio.run(measure(server, scenario))
                state = server.end()
                count = state["requests"]
                assert count == row["requests"] + row["warm"], (count, row)
                assert state["errors"] == 0, state
                row["server_us"] = state["seconds"] / row["requests"] * 1e6
                row["server_busy"] = state["seconds"] / row["seconds"]
                known.append(row)
    return {
        scenario: {
            **{key: statistics.median(row[key] for row in known) for key in known[0]},
            "requests": sum(row["requests"] for row in known),
            "slowest": min(row["a_second"] for row in known),
            "fastest": max(row["a_second"] for row in known),
        }
        for scenario, known in rows.items()
    }


# In process


def _calls(mock: MockLLM) -> dict[tuple[str, bool], Callable[[], object]]:
    """One call of an SDK each, its answer read to the end."""
    anthropic, openai = mock.anthropic(max_retries=0), mock.openai(max_retries=0)
    create = {
        "messages": anthropic.messages.create,
        "chat": openai.chat.completions.create,
        "responses": openai.responses.create,
    }

    def made(api: str, stream: bool) -> Callable[[], object]:
        ask, bodies = create[api], [request(api, stream, answered) for answered in (False, True)]
        number = 0

        def one() -> object:
            nonlocal number
            number += 1
            answer = ask(**bodies[number % 2])
            return list(answer) if stream else answer

        return one

    return {(api, stream): made(api, stream) for api in PATHS for stream in (False, True)}


def _alone(mock: MockLLM, sent: list[tuple[str, Mapping[str, str], bytes]]) -> Callable[[], object]:
    """`respond` with what an SDK sent, in turn."""
    number = 0

    def one() -> object:
        nonlocal number
        number += 1
        return mock.respond(*sent[number % len(sent)])

    return one


def in_process() -> dict[tuple[str, bool], dict[str, float]]:
    """Median µs of the processor for one call, alone and through an SDK."""
    kept: dict[tuple[str, bool], list[tuple[str, Mapping[str, str], bytes]]] = {}
    first = MockLLM(policy)
    for kind, one in _calls(first).items():
        one(), one()
        kept[kind] = [(found.path, found.headers, found.raw) for found in first.requests[-2:]]
    alone: dict[tuple[str, bool], list[float]] = {kind: [] for kind in kept}
    through: dict[tuple[str, bool], list[float]] = {kind: [] for kind in kept}
    for _ in range(BATCHES):
        mock = MockLLM(policy)
        for kind, one in _calls(mock).items():
            one(), one()
            through[kind].append(_batch(one))
            alone[kind].append(_batch(_alone(mock, kept[kind])))
        assert all(found.status == 200 for found in mock.requests)
        mock.assert_done()
    return {
        kind: {
            "respond": statistics.median(alone[kind]),
            "sdk": statistics.median(through[kind]),
        }
        for kind in kept
    }


def _batch(one: Callable[[], object]) -> float:
    started = time.process_time()
    for _ in range(CALLS):
        one()
    return (time.process_time() - started) / CALLS * 1e6


# The report

REPORT = """\
# The mock LLM: figures

`python -m benchmarks.mock --report docs/mock-benchmark.md`, one run of {seconds:.0f} s on {today};
{machine}; {versions}.
The machine was shared with other work (load in the minute before: {load:.1f}), so each figure is a
median, and the range shows how far the rounds lay apart.

## Over a loopback socket

`MockLLM(policy).serve()` in one process, its clients in another, so that two cores work:
raw sockets in one event loop, kept open, each client with one request under way. {rounds} rounds of
{each:g} s for each line, every time with a fresh mock. Half of the answers are one tool call, half
a text of {text} characters; requests to `/v1/messages` have {short} and {long} bytes. *Busy* is
time of the processor over that of the clock; the server's threads take turns at one interpreter.

| API | answer | clients | requests/s | lowest–highest round | p50 ms | p99 ms |\
 server, µs of processor a request | busy, server / clients | requests | errors |
|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|
{sockets}

An answer of another status, length or end, a lost connection and a request that the server did not
count make the benchmark fail.

## In process

Processor time of one call, median of {batches} batches of {calls}; the same two requests in turn, a
streamed answer read to its end. `MockLLM.respond` alone gets the very bytes that the SDK sent.

| API | answer | `respond` alone, µs | through the SDK, µs | difference, µs | share of `respond` |
|---|---|--:|--:|--:|--:|
{in_process}

The difference is the SDK's own work and the transport between it and the mock.
"""


def report() -> str:
    started = time.perf_counter()
    load = os.getloadavg()[0]
    sockets, calls = over_the_socket(), in_process()
    packages = [f"{name} {importlib.metadata.version(name)}" for name in ("anthropic", "openai")]
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return REPORT.format(
        seconds=time.perf_counter() - started,
        today=datetime.datetime.now(datetime.UTC).date(),
        machine=_machine(),
        versions=", ".join([python, *packages]),
        load=load,
        rounds=ROUNDS,
        each=SECONDS,
        text=len(TEXT),
        short=len(_body("messages", False)),
        long=len(_body("messages", True)),
        sockets="\n".join(_socket_line(scenario, row) for scenario, row in sockets.items()),
        batches=BATCHES,
        calls=CALLS,
        in_process="\n".join(_call_line(*kind, row) for kind, row in calls.items()),
    )


def _socket_line(scenario: Scenario, row: Mapping[str, float]) -> str:
    return (
        f"| {scenario.api} | {_answer(scenario.stream)} | {scenario.clients} "
        f"| {row['a_second']:,.0f} | {row['slowest']:,.0f}–{row['fastest']:,.0f} "
        f"| {row['p50']:.2f} | {row['p99']:.2f} | {row['server_us']:.0f} "
        f"| {row['server_busy']:.2f} / {row['client_busy']:.2f} | {row['requests']:,.0f} "
        f"| {row['errors']:.0f} |"
    )


def _call_line(api: str, stream: bool, row: Mapping[str, float]) -> str:
    alone, through = row["respond"], row["sdk"]
    return (
        f"| {api} | {_answer(stream)} | {alone:,.0f} | {through:,.0f} | {through - alone:,.0f} "
        f"| {alone / through:.0%} |"
    )


def _answer(stream: bool) -> str:
    return "streamed" if stream else "whole"


def _body(api: str, answered: bool) -> bytes:
    return json.dumps(request(api, False, answered)).encode()


def _machine() -> str:
    name = platform.machine()
    try:
        found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    except OSError:
        found = None
    return f"{os.cpu_count()} cores ({found[1] if found else name}), {platform.system()} {name}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--report", type=Path, help="a file for the report")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    faulthandler.dump_traceback_later(LIMIT, exit=True)
    if arguments.serve:
        serve()
        return
    text = report()
    print(text)
    if arguments.report:
        arguments.report.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
