"""Serves a host that started this process: lines of JSON on standard input and output.

Above: `cli`. Below: `early_handshake`, which answers before the SDK is imported; `server`.
"""

from __future__ import annotations

import gc
import importlib.util
import json
import os
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from skillagent.errors import MissingPackageError
from skillagent.graph.collection_pause import collection_paused
from skillagent.mcp_server.capabilities import FRESH_MS, capabilities, server_info
from skillagent.mcp_server.early_handshake import EarlyHandshake, ServerDescription, StdinLines
from skillagent.mcp_server.framing import RejectedMessage
from skillagent.mcp_server.server_config import ServerConfig, instructions

if TYPE_CHECKING:
    from skillagent.mcp_server.server import GraphServer

SWITCH_SECONDS = 0.0005
"""Seconds after which the importing thread must let the answering thread run; default 0.005."""
_LINE_ENDS = {ord(letter): f"\\u{ord(letter):04x}" for letter in "\u0085\u2028\u2029"}
"""Characters that end a line for the readers of some hosts → their escapes."""


def serve(config: ServerConfig) -> None:
    """Serve until the host closes standard input.

    Args:
        config: what to serve.

    Raises:
        GraphError: a root is not a folder.
        MissingPackageError: the package `mcp` is not installed.
    """
    if importlib.util.find_spec("mcp") is None:
        raise MissingPackageError("mcp", "mcp", "skillagent serve")
    description = ServerDescription(
        info=server_info(),
        instructions=instructions(config),
        handshake_capabilities=capabilities(config, modern=False),
        modern_capabilities=capabilities(config, modern=True),
        fresh_ms=FRESH_MS,
    )
    lines, output = _take_over_streams()
    handshake = EarlyHandshake(description, output.write_line)
    startup = _Startup(config, description.instructions, lines.wake)
    with _switch_interval(SWITCH_SECONDS):
        handshake.run(lines, startup.ready)
        server = startup.result()
    _run(server, lines, output, handshake.answered)


def _take_over_streams() -> tuple[StdinLines, _Output]:
    """Keep standard input and output for the protocol; other output goes to standard error."""
    read, write = os.dup(0), os.dup(1)
    for descriptor in (read, write):
        os.set_blocking(descriptor, True)
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)
    except OSError:
        pass  # without a standard error, nothing is redirected
    return StdinLines(read), _Output(write)


@contextmanager
def _switch_interval(seconds: float) -> Iterator[None]:
    former = sys.getswitchinterval()
    sys.setswitchinterval(seconds)
    try:
        yield
    finally:
        sys.setswitchinterval(former)


class _Output:
    """Writes whole lines to a file descriptor."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def write_line(self, text: str) -> None:
        """Write one JSON message.

        In JSON, the characters of `_LINE_ENDS` occur only inside strings, where an escape has
        the same meaning.
        """
        text = text.translate(_LINE_ENDS)
        data = memoryview(text.encode() + b"\n")
        while data:
            data = data[os.write(self._descriptor, data) :]


class _Startup:
    """Imports the SDK and makes the server, in a thread.

    Args:
        config: what to serve.
        prompt: the instructions.
        wake: called when `ready` is set.
    """

    def __init__(self, config: ServerConfig, prompt: str, wake: Callable[[], None]) -> None:
        self.ready = threading.Event()
        """Set when the server is made, or has failed."""
        self._config = config
        self._prompt = prompt
        self._wake = wake
        self._server: GraphServer | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="startup", daemon=True)
        self._thread.start()

    def result(self) -> GraphServer:
        """The server; waits until it is made. An error of the thread is raised here."""
        self._thread.join()
        if self._error:
            raise self._error
        assert self._server
        return self._server

    def _run(self) -> None:
        try:
            with collection_paused():
                self._server = self._make_server()
                # Modules stay until the process ends, so no collection need look at them.
                # `watch_and_reload` ends this.
                gc.freeze()
        except BaseException as error:
            self._error = error
        finally:
            self.ready.set()
            self._wake()

    def _make_server(self) -> GraphServer:
        from skillagent.mcp_server import logs
        from skillagent.mcp_server.graph_loader import GraphLoader
        from skillagent.mcp_server.reload import watch_and_reload
        from skillagent.mcp_server.server import GraphServer
        from skillagent.mcp_server.sessions import SingleSession, records_of

        logs.set_up()
        loader = GraphLoader(self._config)
        records = records_of(self._config.record)
        return GraphServer(
            loader,
            lambda: SingleSession(loader, records),
            background=watch_and_reload,
            prompt=self._prompt,
        )


class _SdkOutput:
    """The output of the SDK, without its answers to requests that were answered early."""

    def __init__(self, output: _Output, answered: set[int | str]) -> None:
        self._output = output
        self._answered = answered

    async def write(self, line: str) -> None:
        if self._answered and (request_id := _answered_id(line)) in self._answered:
            self._answered.discard(request_id)
            return
        self._output.write_line(line.rstrip("\n"))

    async def flush(self) -> None:
        """Nothing to do: each line is written at once."""


def _answered_id(line: str) -> Any:
    """Id of the request that a line answers; None if it is a request or notification."""
    message = json.loads(line)
    return message.get("id") if "method" not in message else None


async def _valid_messages(lines: StdinLines, output: _Output) -> AsyncIterator[str]:
    """The messages for the SDK; invalid ones are answered here, in their turn."""
    async for line in lines:
        if isinstance(line, RejectedMessage):
            output.write_line(line.answer())
        else:
            yield line


def _run(server: GraphServer, lines: StdinLines, output: _Output, answered: set[int | str]) -> None:
    import anyio
    from mcp.server.stdio import stdio_server

    async def run() -> None:
        # `stdio_server` wants files, but uses only iteration of one and two methods of the other.
        streams = _valid_messages(lines, output), _SdkOutput(output, answered)
        async with stdio_server(*streams) as (read, write):  # type: ignore[arg-type]
            await server.sdk_server.run(read, write, server.options())

    try:
        anyio.run(run)
    except* (BrokenPipeError, ConnectionResetError):
        pass  # the host has closed the connection
