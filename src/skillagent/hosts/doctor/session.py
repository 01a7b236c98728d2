"""One session with a server, as a host holds it: start, handshake, list the tools, one call.

The official client of the package `mcp` does the talking; it is imported here only. What was
seen is a value, and `checks` judges it.
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
"""How long a session may take in all."""
CALLED = "list_index"
_HANDSHAKE = "2025-11-25"
"""What hosts that first ask in the newer protocol fall back to."""
_MODERN = "2026-07-28"


@dataclass(frozen=True, slots=True)
class Start:
    """A process to start, whole: nothing of it is looked up any more."""

    command: str
    args: tuple[str, ...]
    env: Mapping[str, str]
    cwd: Path


@dataclass(frozen=True, slots=True)
class Seen:
    """What a session showed, as far as it got."""

    error: str = ""
    """Why it ended early; empty where it did not."""
    stage: str = ""
    """What was being done when it did."""
    stderr: str = ""
    """The last line that the server wrote on standard error."""
    protocol: str = ""
    """The version that was agreed on."""
    tools: tuple[str, ...] = ()
    """Their names, in the server's order."""
    seconds: float = 0.0
    """From the start of the process to the list of tools."""
    blocks: tuple[str, ...] = ()
    """Types of the blocks with which `list_index` answered."""
    characters: int = 0
    """Length of its text."""
    refused: str = ""
    """The beginning of the answer, if it is an error."""


def hold(
    start: Start,
    protocol: str,
    *,
    seconds: float = SECONDS,
    clock: Callable[[], float] = time.perf_counter,
) -> Seen:
    """Hold one session and end the process.

    Args:
        start: the process.
        protocol: the newest version that the host speaks.
        seconds: the longest that it may take.
        clock: seconds from any point in time.

    Raises:
        MissingPackageError: the package `mcp` is not installed.
    """
    try:
        import anyio
        import mcp  # noqa: F401 - asked only whether it is there
    except ModuleNotFoundError:
        raise MissingPackageError("mcp", "mcp", "a session with the server") from None

    progress = _Progress()
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as stderr:

        async def run() -> None:
            with anyio.fail_after(seconds):
                await _session(start, protocol, progress, cast("TextIO", stderr), clock)

        error = ""
        try:
            anyio.run(run)
        except TimeoutError:
            error = f"no answer within {seconds:g} seconds"
        except Exception as caught:
            error = _why(caught)
        said = _last_line(cast("TextIO", stderr))
    seen = replace(progress.seen, stderr=said)
    return replace(seen, error=error, stage=progress.stage) if error else seen


@dataclass
class _Progress:
    """What has been seen so far; a session that breaks off leaves it behind."""

    stage: str = "start"
    seen: Seen = field(default_factory=Seen)

    def add(self, **seen: Any) -> None:
        self.seen = replace(self.seen, **seen)


async def _session(
    start: Start,
    protocol: str,
    progress: _Progress,
    stderr: TextIO,
    clock: Callable[[], float],
) -> None:
    from mcp import ClientSession, StdioServerParameters
    from mcp.client.stdio import stdio_client
    from mcp_types import Implementation, TextContent

    parameters = StdioServerParameters(
        command=start.command, args=list(start.args), env=dict(start.env), cwd=start.cwd
    )
    begun = clock()
    async with stdio_client(parameters, errlog=stderr) as (read, write):
        progress.stage = "handshake"
        client = Implementation(name="skillagent-doctor", version="1")
        async with ClientSession(read, write, client_info=client) as session:
            await _agree(session, protocol)
            progress.add(protocol=session.protocol_version or "")
            progress.stage = "tools/list"
            listed = await session.list_tools()
            names = tuple(tool.name for tool in listed.tools)
            progress.add(seconds=clock() - begun, tools=names)
            if CALLED not in names:
                return
            progress.stage = f"tools/call {CALLED}"
            result = await session.call_tool(CALLED, {})
            texts = [block.text for block in result.content if isinstance(block, TextContent)]
            refused = " ".join(" ".join(texts).split())[:200] if result.is_error else ""
            progress.add(
                blocks=tuple(block.type for block in result.content),
                characters=sum(map(len, texts)),
                refused=refused,
            )


async def _agree(session: ClientSession, protocol: str) -> None:
    """Agree on a version as the host does: by asking, or by a handshake."""
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
    """One line for what went wrong; of several things that did, the first."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return " ".join(str(error).split()) or type(error).__name__


def _last_line(stream: TextIO) -> str:
    stream.seek(0)
    lines = [line.strip() for line in stream.read()[-20_000:].splitlines() if line.strip()]
    return lines[-1][:300] if lines else ""
