"""Runs one session with a server as a host does: start, handshake, list of tools, one call.

The official client of the package `mcp` speaks with the server. The result is a value, and
`checks` decides what it means.
"""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, cast

from skillagent.errors import MissingPackageError

if TYPE_CHECKING:
    from mcp import ClientSession

SECONDS = 30.0
"""Seconds that a session may take in all."""
CALLED_TOOL = "list_index"
"""The tool that is called, without arguments."""
_HANDSHAKE = "2025-11-25"
"""Version for servers without the newest protocol, as hosts choose it."""
_MODERN = "2026-07-28"


@dataclass(frozen=True, slots=True)
class ServerProcess:
    """A process to start, with everything resolved."""

    command: str
    """Path of the executable."""
    args: tuple[str, ...]
    env: Mapping[str, str]
    """The complete environment."""
    cwd: Path


@dataclass(frozen=True, slots=True)
class SessionReport:
    """What a session showed until it ended or failed."""

    error: str = ""
    """Why it failed; empty if it did not."""
    stage: str = ""
    """The step that failed."""
    stderr: str = ""
    """The last line that the server wrote to standard error."""
    protocol: str = ""
    """The protocol version that was agreed on."""
    tools: tuple[str, ...] = ()
    """Names of the tools, in the server's order."""
    seconds: float = 0.0
    """Time from the start of the process to the list of tools."""
    blocks: tuple[str, ...] = ()
    """Types of the content blocks in the answer to the call."""
    characters: int = 0
    """Length of the text in that answer."""
    refusal: str = ""
    """The beginning of that answer, if it is an error."""


def probe(
    process: ServerProcess,
    protocol: str,
    *,
    seconds: float = SECONDS,
    clock: Callable[[], float] = time.perf_counter,
) -> SessionReport:
    """Run one session, then end the process.

    Args:
        process: the server.
        protocol: the newest protocol version that the host speaks.
        seconds: seconds that the session may take.
        clock: seconds since any fixed time.

    Raises:
        MissingPackageError: the package `mcp` is not installed.
    """
    try:
        import anyio
        import mcp  # noqa: F401 - only to see whether it is installed
    except ModuleNotFoundError:
        raise MissingPackageError("mcp", "mcp", "a session with the server") from None

    so_far = _ReportSoFar()
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as stderr:

        async def run() -> None:
            with anyio.fail_after(seconds):
                await _session(process, protocol, so_far, cast("TextIO", stderr), clock)

        error = ""
        try:
            anyio.run(run)
        except TimeoutError:
            error = f"no answer within {seconds:g} seconds"
        except Exception as caught:
            error = _why(caught)
        last_line = _last_line(cast("TextIO", stderr))
    report = replace(so_far.report, stderr=last_line)
    return replace(report, error=error, stage=so_far.stage) if error else report


@dataclass
class _ReportSoFar:
    """The report of a session that is still running; it remains if the session fails."""

    stage: str = "start"
    report: SessionReport = field(default_factory=SessionReport)

    def add(self, **values: Any) -> None:
        self.report = replace(self.report, **values)


async def _session(
    process: ServerProcess,
    protocol: str,
    so_far: _ReportSoFar,
    stderr: TextIO,
    clock: Callable[[], float],
) -> None:
    from mcp import ClientSession, StdioServerParameters
    from mcp.client.stdio import stdio_client
    from mcp_types import Implementation, TextContent

    parameters = StdioServerParameters(
        command=process.command, args=list(process.args), env=dict(process.env), cwd=process.cwd
    )
    start_time = clock()
    async with stdio_client(parameters, errlog=stderr) as (read, write):
        so_far.stage = "handshake"
        client = Implementation(name="skillagent-doctor", version="1")
        async with ClientSession(read, write, client_info=client) as session:
            await _agree(session, protocol)
            so_far.add(protocol=session.protocol_version or "")
            so_far.stage = "tools/list"
            listed = await session.list_tools()
            names = tuple(tool.name for tool in listed.tools)
            so_far.add(seconds=clock() - start_time, tools=names)
            if CALLED_TOOL not in names:
                return
            so_far.stage = f"tools/call {CALLED_TOOL}"
            result = await session.call_tool(CALLED_TOOL, {})
            texts = [block.text for block in result.content if isinstance(block, TextContent)]
            refusal = " ".join(" ".join(texts).split())[:200] if result.is_error else ""
            so_far.add(
                blocks=tuple(block.type for block in result.content),
                characters=sum(map(len, texts)),
                refusal=refusal,
            )


async def _agree(session: ClientSession, protocol: str) -> None:
    """Agree on a protocol version as the host does: by `server/discover` or by `initialize`."""
    from mcp.shared.exceptions import MCPError
    from mcp_types import (
        ClientCapabilities,
        Implementation,
        InitializedNotification,
        InitializeRequest,
        InitializeRequestParams,
        InitializeResult,
    )

    if protocol == _MODERN:
        with contextlib.suppress(MCPError):
            await session.discover()
            return
        protocol = _HANDSHAKE
    request = InitializeRequest(
        params=InitializeRequestParams(
            protocol_version=protocol,
            capabilities=ClientCapabilities(),
            client_info=Implementation(name="skillagent-doctor", version="1"),
        )
    )
    session.adopt(await session.send_request(request, InitializeResult))
    await session.send_notification(InitializedNotification())


def _why(error: BaseException) -> str:
    """One line for an error; for the first one of a group."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return " ".join(str(error).split()) or type(error).__name__


def _last_line(stream: TextIO) -> str:
    stream.seek(0)
    lines = [line.strip() for line in stream.read()[-20_000:].splitlines() if line.strip()]
    return lines[-1][:300] if lines else ""
