"""Runs other programs and measures what they use: processor time, time of the clock, and memory."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LAUNCHER = """
import json, os, sys, time
report, command = sys.argv[1], sys.argv[2:]
started = time.perf_counter()
_, status, used = os.wait4(os.posix_spawnp(command[0], command, os.environ), 0)
facts = {
    "cpu": used.ru_utime + used.ru_stime,
    "wall": time.perf_counter() - started,
    "peak_mb": used.ru_maxrss / 1024,
}
with open(report, "w") as file:
    json.dump(facts, file)
sys.exit(os.waitstatus_to_exitcode(status) != 0)
"""
"""Starts a program from a small process, because the peak of a child's memory is never reported as
less than that of the process that started it. The figures include the child's own children."""

HELLO = {
    "protocolVersion": "2025-06-18",
    "capabilities": {},
    "clientInfo": {"name": "benchmark", "version": "1"},
}


class ProgramError(Exception):
    """A program failed, or did not end in time; the message says how."""


@dataclass(frozen=True)
class Usage:
    """What a program used, together with its children."""

    cpu: float
    """Seconds of processor time."""
    wall: float
    """Seconds of the clock."""
    peak_mb: float
    """Most memory of the largest of these processes, in MB."""
    output: str = ""
    """What it wrote to its standard output."""

    def __add__(self, other: Usage) -> Usage:
        peak = max(self.peak_mb, other.peak_mb)
        return Usage(self.cpu + other.cpu, self.wall + other.wall, peak, other.output)


NOTHING = Usage(0, 0, 0)


def run(command: Sequence[str], environment: Mapping[str, str], timeout: float) -> Usage:
    """Run a program to its end, without input.

    Args:
        command: the program and its arguments.
        environment: all of its environment variables.
        timeout: maximum seconds of the clock; then it is killed, with its children.

    Raises:
        ProgramError: it failed, or did not end in time.
    """
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "usage.json"
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", LAUNCHER, str(report), *command],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        try:
            output, errors = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise ProgramError(f"stopped after {timeout:.0f} s") from None
        if process.returncode:
            raise ProgramError(_last_line(errors) or _last_line(output) or "failed without a word")
        return Usage(**json.loads(report.read_text()), output=output)


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else ""


class StdioServer:
    """An MCP server that runs as a child and is called over its standard input and output.

    Args:
        command: the program and its arguments.
        environment: all of its environment variables.
        timeout: maximum seconds of the clock for one answer.
    """

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], timeout: float
    ) -> None:
        self._timeout = timeout
        self._process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()
        self._number = 0
        try:
            self._ask("initialize", HELLO)
        except ProgramError:
            self.close()
            raise
        self._send({"method": "notifications/initialized"})

    def call(self, tool: str, arguments: Mapping[str, Any]) -> str:
        """The text that a tool returns.

        Raises:
            ProgramError: there is no answer in time, or it is an error.
        """
        answer = self._ask("tools/call", {"name": tool, "arguments": arguments})
        text = "\n".join(block.get("text", "") for block in answer["content"])
        if answer.get("isError"):
            raise ProgramError(f"{tool}: {_last_line(text)}")
        return text

    def cpu(self) -> float:
        """Seconds of processor time of the server and its descendants until now."""
        seconds = 0.0
        for process in self._processes():
            # An exact clock of another process: clock_getcpuclockid(3) makes its number like this.
            with suppress(OSError):
                seconds += time.clock_gettime(~process << 3 | 2)
        return seconds

    def peak_mb(self) -> float:
        """Most memory of the largest of these processes, in MB."""
        peaks = [0]
        for process in self._processes():
            with suppress(OSError):
                status = Path(f"/proc/{process}/status").read_text()
                peaks += [int(x.split()[1]) for x in status.splitlines() if x.startswith("VmHWM")]
        return max(peaks) / 1024

    def close(self) -> None:
        """End the server and its descendants."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _processes(self) -> list[int]:
        children: dict[int, list[int]] = {}
        for status in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                parent = int(status.read_text().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(status.parent.name))
        family = [self._process.pid]
        for process in family:  # It grows by the children of each.
            family += children.get(process, [])
        return family

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(b"")

    def _send(self, message: Mapping[str, Any]) -> None:
        assert self._process.stdin
        with suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
            self._process.stdin.flush()

    def _ask(self, method: str, params: Mapping[str, Any]) -> Any:
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        end = time.monotonic() + self._timeout
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                raise ProgramError(f"no answer to {method} in {self._timeout:.0f} s") from None
            if not line:
                raise ProgramError(f"ended without an answer to {method}")
            with suppress(ValueError):  # Some servers also print what is not a message.
                message = json.loads(line)
                if isinstance(message, dict) and message.get("id") == self._number:
                    if "error" in message:
                        raise ProgramError(f"{method}: {message['error'].get('message')}")
                    return message["result"]
