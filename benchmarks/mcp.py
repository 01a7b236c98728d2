"""Measures the MCP server with many clients, and how soon it answers after its start.

    python -m benchmarks.mcp
    python -m benchmarks.mcp --report docs/mcp-benchmark.md

The server runs as `skillagent serve … --http` with two workers and a generated graph. The clients
run in one event loop of this process. Each client is one session on one open connection, sends one
call at a time, and draws its calls from a seed. Of every answer, the status, the text block, the
session and the number of the call are checked. At the end, the texts of each session are counted
again by tiktoken: together they must not cost more than the budget.

In a second run, a worker is killed. A client whose connection breaks repeats its call. Its session
must continue, and may lose only the answer that was being sent.

The start is measured over stdio, from the start of the process to the complete answer.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import json
import os
import platform
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.load import generate
from skillagent.tokens import EncodingCounter

CLIENTS = 64
CALLS = 10_000
NODES = 10_000
BUDGET = 60_000
WORKERS = 2
STARTS = 11
ANSWER_SECONDS = 30
"""Maximum time for one answer."""
VERSION = "2026-07-28"
META = {
    "io.modelcontextprotocol/protocolVersion": VERSION,
    "io.modelcontextprotocol/clientInfo": {"name": "benchmark", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
TRADING = Path(__file__).parents[1] / "examples" / "trading"


@dataclass
class Measurements:
    """What all clients of one run measured."""

    seconds: float = 0.0
    times: dict[str, list[float]] = field(default_factory=dict)
    """Seconds of each call, by tool."""
    texts: dict[str, list[str]] = field(default_factory=dict)
    """Session → its answers."""
    spent: int = 0
    """Number of answers after the budget of a session was spent."""
    broken: int = 0
    """Number of calls that were repeated because the connection broke."""
    lost: int = 0
    """Number of answers that were charged to a session but did not arrive."""
    faults: list[str] = field(default_factory=list)
    """Descriptions of wrong answers."""

    @property
    def calls(self) -> int:
        return sum(len(times) for times in self.times.values())

    def breaches(self) -> int:
        """The number of sessions whose texts cost more than their budget."""
        count = EncodingCounter(fast=False).count
        return sum(sum(map(count, texts)) > BUDGET for texts in self.texts.values())


class SessionClient:
    """One session on one connection."""

    def __init__(self, url: str, measurements: Measurements, seed: int) -> None:
        self._address = urlsplit(url)
        self._measurements = measurements
        self._random = random.Random(seed)
        self._session: str | None = None
        self._number = 0
        self._nodes: list[str] = []
        self._words = ["what", "the", "graph"]
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def run(self, calls: int) -> None:
        for _ in range(calls):
            name, arguments = self._draw()
            await self._call(name, {**arguments, "session": self._session})
        if self._streams:
            self._streams[1].close()

    def _draw(self) -> tuple[str, dict[str, Any]]:
        dice = self._random.random()
        if not self._nodes or dice < 0.4:
            return "list_index", {"query": " ".join(self._random.sample(self._words, 3))}
        if dice < 0.7:
            nodes = self._random.sample(self._nodes, min(2, len(self._nodes)))
            return "read_summary", {"nodes": nodes}
        return "read_node", {"node": self._random.choice(self._nodes)}

    async def _call(self, name: str, arguments: dict[str, Any]) -> None:
        started = time.perf_counter()
        interrupted = 0
        while True:
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    status, body = await self._post(name, arguments)
                break
            except (OSError, asyncio.IncompleteReadError, ValueError):
                self._streams = None
                interrupted += 1
                await asyncio.sleep(0.05)
        self._measurements.times.setdefault(name, []).append(time.perf_counter() - started)
        self._measurements.broken += interrupted > 0
        self._check(status, body, interrupted)

    def _check(self, status: int, body: bytes, interrupted: int) -> None:
        measurements = self._measurements
        result = json.loads(body).get("result") if status == 200 else None
        if result is None:
            measurements.faults.append(f"{status}: {body[:200].decode()}")
            return
        (block,) = result["content"]
        text = block["text"]
        token = result["_meta"]["skillagent/session"]
        if self._session is None:
            self._session = token
        if token != self._session:
            measurements.faults.append(f"another session: {text[-200:]}")
        measurements.texts.setdefault(token, []).append(text)
        number = re.search(r"\(call (\d+):", text)
        if text and not text.startswith(("The budget is spent", "Budget spent")):
            if result.get("isError") or not number:
                measurements.faults.append(text[:200])
                return
            lost = int(number[1]) - self._number - 1
            if not 0 <= lost <= interrupted:
                measurements.faults.append(f"call {number[1]} after {self._number}")
            measurements.lost += lost
            self._number = int(number[1])
            self._nodes = (
                list(dict.fromkeys(re.findall(r"\[\[([^\]|#]+)\]\]", text))) or self._nodes
            )
        else:
            measurements.spent += 1

    async def _post(self, name: str, arguments: dict[str, Any]) -> tuple[int, bytes]:
        params = {"name": name, "arguments": arguments, "_meta": META}
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        data = json.dumps(message).encode()
        if self._streams is None:
            host, port = self._address.hostname, self._address.port
            self._streams = await asyncio.open_connection(host, port)
        reader, writer = self._streams
        writer.write(
            f"POST {self._address.path} HTTP/1.1\r\nHost: {self._address.netloc}\r\n"
            "Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n"
            f"Mcp-Protocol-Version: {VERSION}\r\nMcp-Method: tools/call\r\nMcp-Name: {name}\r\n"
            f"Content-Length: {len(data)}\r\n\r\n".encode()
            + data
        )
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = re.search(r"content-length: (\d+)", head)
        if not length:
            raise ValueError("an answer without a length")
        return int(head.split()[1]), await reader.readexactly(int(length[1]))


@contextmanager
def serving(folder: Path) -> Iterator[tuple[str, int]]:
    """Start the server; its URL and process id."""
    command = [sys.executable, "-m", "skillagent", "serve", str(folder), "--http", "--port", "0"]
    command += ["--workers", str(WORKERS), "--budget", str(BUDGET), "--no-watch"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr
        yield process.stderr.readline().split()[2], process.pid
    finally:
        process.terminate()
        process.wait(20)


async def measure(url: str, clients: int, calls: int, kill: int | None) -> Measurements:
    """Let many clients call the server.

    Args:
        url: address of the server.
        clients: number of clients.
        calls: number of calls of all clients together.
        kill: process id of the server; one of its workers is killed after half of the calls.
    """
    measurements = Measurements()
    share = [calls // clients + (number < calls % clients) for number in range(clients)]
    warm = [SessionClient(url, Measurements(), -1 - number) for number in range(8)]
    await asyncio.gather(*(client.run(3) for client in warm))
    started = time.perf_counter()

    async def killer() -> None:
        while measurements.calls < calls // 2:
            await asyncio.sleep(0.02)
        os.kill(max(workers_of(kill or 0), key=busy), signal.SIGKILL)

    killing = asyncio.create_task(killer()) if kill else None
    await asyncio.gather(
        *(SessionClient(url, measurements, seed).run(share[seed]) for seed in range(clients))
    )
    measurements.seconds = time.perf_counter() - started
    if killing:
        await killing
    return measurements


def workers_of(process: int) -> list[int]:
    """Process ids of a server's workers."""
    workers = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        parent = int(status.read_text().rpartition(")")[2].split()[1])
        if parent == process and "spawn_main" in (status.parent / "cmdline").read_text():
            workers.append(int(status.parent.name))
    return sorted(workers)


def busy(process: int) -> int:
    """Processor time of a process in ticks; the worker with the most has the most clients."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def start(folder: Path) -> tuple[float, float, float]:
    """Start the server over stdio.

    Returns:
        Seconds from the start to `tools/list` and to the first answer of a tool; and the seconds
        of the second call.
    """
    hello = {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "benchmark", "version": "1"},
    }
    call = {"name": "list_index", "arguments": {"query": "value of a seed"}}
    command = [sys.executable, "-m", "skillagent", "serve", str(folder), "--no-watch"]
    started = time.perf_counter()
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin and process.stdout

    def ask(number: int, method: str, params: dict[str, Any]) -> float:
        assert process.stdin and process.stdout
        message = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        process.stdin.write(json.dumps(message).encode() + b"\n")
        process.stdin.flush()
        answer = json.loads(process.stdout.readline())
        assert answer["id"] == number, answer
        assert "result" in answer, answer
        return time.perf_counter() - started

    ask(1, "initialize", hello)
    process.stdin.write(b'{"jsonrpc": "2.0", "method": "notifications/initialized"}\n')
    tools = ask(2, "tools/list", {})
    first = ask(3, "tools/call", call)
    before = time.perf_counter() - started
    second = ask(4, "tools/call", {**call, "arguments": {"query": "another thing"}}) - before
    process.communicate(timeout=30)
    return tools, first, second


def milliseconds(seconds: list[float], share: float) -> str:
    ordered = sorted(seconds)
    return f"{ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1e3:.1f}"


def table_rows(measurements: Measurements) -> list[str]:
    rows = []
    all_times = [seconds for times in measurements.times.values() for seconds in times]
    for name, times in [*sorted(measurements.times.items()), ("all", all_times)]:
        shares = " | ".join(milliseconds(times, share) for share in (0.5, 0.95, 0.99, 1))
        rows.append(f"| {name} | {len(times):,} | {shares} |")
    return rows


def report(
    starts: dict[str, list[tuple[float, float, float]]], calm: Measurements, killed: Measurements
) -> str:
    cpu = platform.machine()
    head = (
        f"`python -m benchmarks.mcp --report docs/mcp-benchmark.md` on {datetime.date.today()}; "
        f"{os.cpu_count()} cores, {platform.system()} {cpu}, CPython "
        f"{platform.python_version()}; load in the minute before: {os.getloadavg()[0]:.1f}."
    )
    calm_words = (
        f"{calm.seconds:.1f} s, {calm.calls / calm.seconds:,.0f} calls/s; faults "
        f"{len(calm.faults)}; sessions over their budget of {BUDGET:,} tokens: "
        f"{calm.breaches()} of {len(calm.texts)}; {calm.spent} answers said that the budget was "
        "spent. Clients and server share the cores."
    )
    killed_words = (
        f"{killed.seconds:.1f} s; {killed.broken} calls met a broken connection and were asked "
        f"again; {killed.lost} answers were charged and did not arrive; faults "
        f"{len(killed.faults)}; sessions lost: {len(killed.texts) - CLIENTS}; sessions over "
        f"their budget: {killed.breaches()} of {len(killed.texts)}."
    )
    lines = [
        "# The MCP server: figures",
        "",
        head,
        "",
        "## From the start of the process to the answer, over stdio",
        "",
        f"Milliseconds, median of {STARTS} starts (lowest–highest).",
        "",
        "| graph | first `tools/list` | first answer of a tool | second, by itself |",
        "|---|--:|--:|--:|",
    ]
    for name, measured in starts.items():
        cells = []
        for times in zip(*measured, strict=True):
            low, middle, high = min(times), statistics.median(times), max(times)
            cells.append(f"{middle * 1e3:.0f} ({low * 1e3:.0f}–{high * 1e3:.0f})")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    lines += [
        "",
        f"## {CLIENTS} clients, {calm.calls:,} calls, {NODES:,} nodes, {WORKERS} workers",
        "",
        calm_words,
        "",
        "| tool | calls | p50 ms | p95 ms | p99 ms | longest ms |",
        "|---|--:|--:|--:|--:|--:|",
        *table_rows(calm),
        "",
        "## The same, and a worker is killed with SIGKILL at half",
        "",
        killed_words,
        "",
        "| tool | calls | p50 ms | p95 ms | p99 ms | longest ms |",
        "|---|--:|--:|--:|--:|--:|",
        *table_rows(killed),
        "",
    ]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--report", metavar="FILE", type=Path)
    parser.add_argument("--calls", type=int, default=CALLS)
    parser.add_argument("--nodes", type=int, default=NODES)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "graph"
        folder.mkdir()
        generate(folder, arguments.nodes)
        starts = {
            name: [start(graph) for _ in range(STARTS)]
            for name, graph in [("37 nodes", TRADING), (f"{arguments.nodes:,} nodes", folder)]
        }
        with serving(folder) as (url, process):
            calm = asyncio.run(measure(url, CLIENTS, arguments.calls, None))
            killed = asyncio.run(measure(url, CLIENTS, arguments.calls, process))
    text = report(starts, calm, killed)
    print(text)
    if arguments.report:
        arguments.report.write_text(text, encoding="utf-8")
    for measurements in (calm, killed):
        print(*measurements.faults[:5], sep="\n", file=sys.stderr)
    wrong = [measurements.faults or measurements.breaches() for measurements in (calm, killed)]
    return int(any(wrong) or calm.broken > 0 or len(killed.texts) != CLIENTS)


if __name__ == "__main__":
    sys.exit(main())
