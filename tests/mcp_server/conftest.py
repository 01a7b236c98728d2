"""Servers to ask: in memory, as a child process and over HTTP."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from skillagent.mcp_server.graph_loader import GraphLoader
from skillagent.mcp_server.reload import watch_and_reload
from skillagent.mcp_server.server import GraphServer
from skillagent.mcp_server.server_config import ServerConfig
from skillagent.mcp_server.sessions import SingleSession, records_of
from tests.conftest import ROOT

TRADING = ROOT / "examples" / "trading"


def graph_server(*roots: Path | str, watched: bool = False, **terms: object) -> GraphServer:
    """A server as `serve` makes it for stdio."""
    config = ServerConfig(tuple(str(root) for root in roots), **terms)  # type: ignore[arg-type]
    loader = GraphLoader(config)
    background = watch_and_reload if watched else None
    records = records_of(config.record)
    return GraphServer(loader, lambda: SingleSession(loader, records), background=background)


@dataclass(frozen=True)
class Running:
    """`skillagent serve … --http` as a process of its own."""

    url: str
    process: int

    @property
    def workers(self) -> list[int]:
        """Process ids of its workers, on a machine that tells."""
        found = []
        for status in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = int(status.read_text().rpartition(")")[2].split()[1])
                command = (status.parent / "cmdline").read_text()
            except OSError:
                continue
            if parent == self.process and "spawn_main" in command:
                found.append(int(status.parent.name))
        return sorted(found)


@contextmanager
def listening(*arguments: str, environment: dict[str, str] | None = None) -> Iterator[Running]:
    """A server that runs as long as the block does."""
    command = [sys.executable, "-m", "skillagent", "serve", *arguments, "--http", "--port", "0"]
    with tempfile.TemporaryDirectory() as scratch:
        told = {**(environment or os.environ), "TMPDIR": scratch}
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=told)
        assert process.stderr is not None
        try:
            line = process.stderr.readline()
            assert line.startswith("listening on http"), line + process.stderr.read()
            yield Running(line.split()[2], process.pid)
        finally:
            process.terminate()
            process.wait(20)
            process.stderr.close()
        assert process.returncode != 1
        if process.returncode != -signal.SIGKILL:
            assert os.listdir(scratch) == []


@pytest.fixture(scope="module")
def trading_url() -> Iterator[str]:
    more = ["--allow-host", "graphs.example:443"]
    with listening(str(TRADING), "--workers", "2", *more) as server:
        yield server.url
