"""The server as a child of its host: lines of JSON on standard input and output."""

from __future__ import annotations

import gc
import importlib.util
import json
import os
import sys
import threading
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

from skillagent.errors import MissingPackageError
from skillagent.mcp_server.capabilities import FRESH_MS, capabilities, server_info
from skillagent.mcp_server.early_handshake import Known, Lines, Prelude
from skillagent.mcp_server.framing import Refusal
from skillagent.mcp_server.server_config import Offer, instructions

if TYPE_CHECKING:
    from skillagent.mcp_server.server import Surface

FASTER = 0.0005
"""Seconds after which the thread that imports must let the one that answers go on."""
_LINE_ENDS = {ord(letter): f"\\u{ord(letter):04x}" for letter in "\u0085\u2028\u2029"}
"""Letters at which some hosts' readers end a line."""


def serve(offer: Offer) -> None:
    """Serve until the host closes standard input.

    Args:
        offer: what to serve.

    Raises:
        GraphError: a root is no folder.
        MissingPackageError: the package `mcp` is not installed.
    """
    if importlib.util.find_spec("mcp") is None:
        raise MissingPackageError("mcp", "mcp", "skillagent serve")
    known = Known(
        server_info(),
        instructions(offer),
        capabilities(offer, modern=False),
        capabilities(offer, modern=True),
        FRESH_MS,
    )
    lines, output = _claim()
    prelude = Prelude(known, output.line)
    loading = _Loading(offer, known.instructions, lines.wake)
    switch = sys.getswitchinterval()
    sys.setswitchinterval(FASTER)
    prelude.run(lines, loading.ready)
    surface = loading.result()
    sys.setswitchinterval(switch)
    _run(surface, lines, output, prelude.answered)


def _claim() -> tuple[Lines, _Output]:
    """Standard input and output for the protocol alone: a stray `print` goes to the log."""
    read, write = os.dup(0), os.dup(1)
    for number in (read, write):
        os.set_blocking(number, True)
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)
    except OSError:
        pass  # no standard error to divert to: then nothing is diverted
    return Lines(read), _Output(write)


class _Output:
    """Whole lines to a file descriptor."""

    def __init__(self, number: int) -> None:
        self._number = number

    def line(self, text: str) -> None:
        """Write one message of JSON.

        In JSON these letters are only ever inside strings, where an escape means the same.
        """
        text = text.translate(_LINE_ENDS)
        data = memoryview(text.encode() + b"\n")
        while data:
            data = data[os.write(self._number, data) :]


class _Loading:
    """The SDK and the surface, made in a thread."""

    def __init__(self, offer: Offer, words: str, wake: Callable[[], None]) -> None:
        self.ready = threading.Event()
        self._offer = offer
        self._words = words
        self._wake = wake
        self._surface: Surface | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._load, name="loading", daemon=True)
        self._thread.start()

    def result(self) -> Surface:
        self._thread.join()
        if self._error:
            raise self._error
        assert self._surface
        return self._surface

    def _load(self) -> None:
        # Imports make no garbage.
        gc.disable()
        try:
            from skillagent.mcp_server import logs
            from skillagent.mcp_server.graph_loader import Served
            from skillagent.mcp_server.reload import keep_fresh
            from skillagent.mcp_server.server import Surface
            from skillagent.mcp_server.sessions import OneSession

            logs.set_up()
            served = Served(self._offer)
            self._surface = Surface(
                served, lambda: OneSession(served), background=keep_fresh, words=self._words
            )
        except BaseException as error:
            self._error = error
        finally:
            gc.enable()
            gc.freeze()
            self.ready.set()
            self._wake()


class _Later:
    """What the SDK writes to, short of what was answered before it was there."""

    def __init__(self, output: _Output, answered: set[int | str]) -> None:
        self._output = output
        self._answered = answered

    async def write(self, line: str) -> None:
        if self._answered and (number := _answers(line)) in self._answered:
            self._answered.discard(number)
            return
        self._output.line(line.rstrip("\n"))

    async def flush(self) -> None:
        """Each line leaves at once."""


def _answers(line: str) -> Any:
    message = json.loads(line)
    return message.get("id") if "method" not in message else None


async def _messages(lines: Lines, output: _Output) -> AsyncIterator[str]:
    """What the SDK is given; the rest is answered here, in its turn."""
    async for line in lines:
        if isinstance(line, Refusal):
            output.line(line.answer())
        else:
            yield line


def _run(surface: Surface, lines: Lines, output: _Output, answered: set[int | str]) -> None:
    import anyio
    from mcp.server.stdio import stdio_server

    async def run() -> None:
        # Both are what `stdio_server` uses of a file.
        given = _messages(lines, output), _Later(output, answered)
        async with stdio_server(*given) as (read, write):  # type: ignore[arg-type]
            await surface.server.run(read, write, surface.options())

    try:
        anyio.run(run)
    except* (BrokenPipeError, ConnectionResetError):
        pass  # the host has gone
