"""Measures how many requests a second the mock's server answers, and the time of a call in process.

    python -m benchmarks.mock
    python -m benchmarks.mock --report docs/mock-benchmark.md

`mock_socket` measures the server, `mock_in_process` the mock without a socket.
"""

from __future__ import annotations

import argparse
import datetime
import faulthandler
import importlib.metadata
import json
import os
import platform
import re
import time
from collections.abc import Mapping
from pathlib import Path

from benchmarks.mock_in_process import BATCHES, CALLS, in_process
from benchmarks.mock_requests import TEXT, request
from benchmarks.mock_socket import ROUNDS, SECONDS, Scenario, over_the_socket, serve

LIMIT = 90
"""Maximum seconds of the whole benchmark; after that, it prints where it is, and ends."""

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
        model = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    except OSError:
        model = None
    return f"{os.cpu_count()} cores ({model[1] if model else name}), {platform.system()} {name}"


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
