"""Answers a host's first requests before the SDK is imported.

A host sends its first request at once. Importing the official SDK takes half a second, and a
host shows a server that is silent for so long as not connected. The tools and the description
of the server do not depend on the SDK, so the opening requests are answered here while the SDK
is imported in another thread. Then the SDK gets the same lines, to reach the same state, and
its own answers to them are dropped. A test compares both answers byte by byte.

A line that is not exactly one of the expected requests waits for the SDK. An invalid message
is answered with an error, in its turn.

Above: `stdio`. Below: `framing`, which checks each line.
"""

from __future__ import annotations

import asyncio
import json
import os
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, TypeAlias

from skillagent.mcp_server import framing
from skillagent.mcp_server.capabilities import APP_META, shows_apps, with_apps
from skillagent.mcp_server.framing import MAX_BYTES, RejectedMessage, is_id

HANDSHAKE_VERSIONS = ("2025-03-26", "2025-06-18", "2025-11-25")
"""Versions that begin with `initialize` and are answered here; others wait for the SDK."""
MODERN = "2026-07-28"
"""The version without a handshake: each request carries what `initialize` would tell."""
RESERVED = "io.modelcontextprotocol/"
VERSION_KEY = RESERVED + "protocolVersion"
CAPABILITIES_KEY = RESERVED + "clientCapabilities"
CLIENT_KEY = RESERVED + "clientInfo"
KEYS = {VERSION_KEY, CAPABILITIES_KEY, CLIENT_KEY}
INFO_KEYS = {"name", "title", "version", "description", "websiteUrl"}
INFO_KEY = RESERVED + "serverInfo"
_READ_BYTES = 65_536
"""Bytes of one read from standard input."""

Line: TypeAlias = str | RejectedMessage
"""A valid message, or the error that answers an invalid one."""


@cache
def tools() -> list[dict[str, Any]]:
    """The definitions of the three tools as the SDK sends them.

    They come from a file that `.ci/tool_definitions` writes: to import the pydantic models
    that they are made from takes longer than all the rest.
    """
    text = files("skillagent.mcp_server").joinpath("tools.json").read_text(encoding="utf-8")
    definitions: list[dict[str, Any]] = json.loads(text)
    return definitions


def _modern(tools: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same definitions, with the schemas' keys in the order of the newest protocol."""
    return [
        {**tool, "inputSchema": {"type": "object", **_without_type(tool["inputSchema"])}}
        for tool in tools
    ]


def _linked(tools: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same definitions for a host that shows the page of the graph."""
    return [{"_meta": APP_META, **tool} for tool in tools]


def _without_type(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != "type"}


@dataclass(frozen=True, slots=True)
class ServerDescription:
    """What a server reports of itself."""

    info: Mapping[str, Any]
    """Name, title and version."""
    instructions: str
    """Text for the host's system prompt."""
    handshake_capabilities: Mapping[str, Any]
    """Capabilities for the versions that begin with `initialize`."""
    modern_capabilities: Mapping[str, Any]
    """Capabilities in the newest protocol."""
    fresh_ms: int
    """Milliseconds for which a host may cache lists."""

    def offers_app(self, host: Mapping[str, Any]) -> bool:
        """Whether the page of the graph is offered to a host with these capabilities."""
        return "resources" in self.handshake_capabilities and shows_apps(host)


class StdinLines:
    """The lines of standard input, read first by the early handshake and then by the SDK.

    A daemon thread reads them, because a blocking read cannot be cancelled when the server ends.

    Args:
        descriptor: file descriptor of the input.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lines: deque[Line | None] = deque()
        """Lines that nobody has taken yet; None marks the end of the input."""
        self._changed = threading.Condition()
        self._waiting: asyncio.Future[None] | None = None
        threading.Thread(target=self._read, name="standard input", daemon=True).start()

    def wait(self, until: threading.Event) -> Line | None:
        """The next line, which stays first; None at the end, or as soon as the event is set."""
        with self._changed:
            self._changed.wait_for(lambda: self._lines or until.is_set())
            return None if until.is_set() else self._lines[0]

    def wake(self) -> None:
        """Let `wait` check its event again."""
        with self._changed:
            self._changed.notify_all()

    def take(self) -> None:
        """Remove the line that `wait` returned."""
        self._lines.popleft()

    def give_back(self, lines: list[Line]) -> None:
        """Put lines before all others."""
        with self._changed:
            self._lines.extendleft(reversed(lines))

    def __aiter__(self) -> StdinLines:
        return self

    async def __anext__(self) -> Line:
        while True:
            waiting = asyncio.get_running_loop().create_future()
            with self._changed:
                if self._lines:
                    line = self._lines.popleft()
                    if line is None:
                        raise StopAsyncIteration
                    return line
                self._waiting = waiting
            await waiting

    def _read(self) -> None:
        parts: list[bytes] = []
        size = 0
        while True:
            try:
                data = os.read(self._descriptor, _READ_BYTES)
            except OSError:
                data = b""
            *ends, rest = data.split(b"\n")
            lines: list[Line] = []
            for end in ends:
                lines += _line([*parts, end], size + len(end))
                parts, size = [], 0
            size += len(rest)
            if size <= MAX_BYTES:
                parts.append(rest)
            else:
                # Dropped at once: a line without an end would fill all memory.
                parts = []
            if not data:
                lines += _line(parts, size)
            self._put(lines, ended=not data)
            if not data:
                return

    def _put(self, lines: list[Line], ended: bool) -> None:
        with self._changed:
            self._lines.extend(lines)
            if ended:
                self._lines.append(None)
            self._changed.notify_all()
            waiting, self._waiting = self._waiting, None
            if waiting:
                waiting.get_loop().call_soon_threadsafe(_settle, waiting)


def _line(parts: list[bytes], size: int) -> list[Line]:
    """One line, checked; an empty list if it is blank.

    Args:
        parts: the bytes of the line, in order.
        size: bytes received for the line; more than in `parts` if it was dropped as too long.
    """
    if size > MAX_BYTES:
        return [framing.TOO_LONG]
    data = b"".join(parts)
    return [] if framing.is_blank(data) else [framing.read(data)]


def _settle(waiting: asyncio.Future[None]) -> None:
    if not waiting.done():
        waiting.set_result(None)


@dataclass(slots=True)
class EarlyHandshake:
    """Answers the opening requests until another request comes.

    Args:
        description: what the server reports of itself.
        write: sends one line.
    """

    description: ServerDescription
    write: Callable[[str], None]
    version: str = ""
    """The protocol version of the host's first request; empty before it."""
    answered: set[int | str] = field(default_factory=set)
    """Ids of the requests that were answered here."""
    _offers_app: bool = False
    """Whether the host of a handshake is offered the page of the graph."""

    def run(self, lines: StdinLines, ready: threading.Event) -> None:
        """Answer lines until the SDK is ready or a line has to wait for it.

        The answered lines are put back, because the SDK has to see them too.

        Args:
            lines: the host's lines.
            ready: set when the SDK is ready.
        """
        answered_lines: list[Line] = []
        while (line := lines.wait(ready)) is not None:
            if isinstance(line, RejectedMessage):
                self.write(line.answer())
            elif self.handle(line):
                answered_lines.append(line)
            else:
                break
            lines.take()
        lines.give_back(answered_lines)

    def handle(self, line: str) -> bool:
        """Answer one line; False if it has to wait for the SDK."""
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            return False
        if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
            return False
        request_id, method = message.get("id"), message.get("method")
        params = message.get("params", {})
        if not isinstance(params, dict) or not isinstance(method, str):
            return False
        if "id" not in message:
            return bool(self.version) and method == "notifications/initialized"
        if not is_id(request_id):
            return False
        result = self._result(method, params)
        if result is None or request_id in self.answered:
            return False
        self.answered.add(request_id)
        self.write(json.dumps({"jsonrpc": "2.0", "id": request_id, "result": result}))
        return True

    def _result(self, method: str, params: dict[str, Any]) -> dict[str, Any] | None:
        """The result of a request; None if it has to wait for the SDK."""
        description = self.description
        if method == "initialize" and not self.version and _is_initialize(params):
            self.version = params["protocolVersion"]
            self._offers_app = description.offers_app(params["capabilities"])
            return {
                "capabilities": description.handshake_capabilities,
                "instructions": description.instructions,
                "protocolVersion": self.version,
                "serverInfo": description.info,
            }
        if self.version in HANDSHAKE_VERSIONS:
            if params.keys() - {"_meta"} or not _is_plain_meta(params.get("_meta", {})):
                return None
            listed = _linked(tools()) if self._offers_app else tools()
            return {"tools/list": {"tools": listed}, "ping": {}}.get(method)
        if not _is_modern(params):
            return None
        self.version = MODERN
        return self._modern_result(
            method, description.offers_app(params["_meta"][CAPABILITIES_KEY])
        )

    def _modern_result(self, method: str, offers_app: bool) -> dict[str, Any] | None:
        """The result of a request in the newest protocol; None if it has to wait for the SDK."""
        description = self.description
        if method == "tools/list":
            listed = _modern(tools())
            return self._cacheable(offers_app, tools=_linked(listed) if offers_app else listed)
        if method == "server/discover":
            reported = description.modern_capabilities
            return self._cacheable(
                offers_app,
                capabilities=with_apps(reported) if offers_app else reported,
                instructions=description.instructions,
                supportedVersions=[MODERN],
            )
        return None

    def _cacheable(self, offers_app: bool, **values: Any) -> dict[str, Any]:
        """A result that a host may cache, with its keys in the SDK's order.

        What only some hosts get is not for caches that hosts share.
        """
        description = self.description
        values |= {
            "cacheScope": "private" if offers_app else "public",
            "resultType": "complete",
            "ttlMs": description.fresh_ms,
        }
        return {**dict(sorted(values.items())), "_meta": {INFO_KEY: description.info}}


# Parameters that the SDK might refuse are left to it: these functions accept only what they
# know to be valid.


def _is_initialize(params: dict[str, Any]) -> bool:
    return (
        params.keys() - {"_meta"} == {"protocolVersion", "capabilities", "clientInfo"}
        and params["protocolVersion"] in HANDSHAKE_VERSIONS
        and _is_plain_meta(params.get("_meta", {}))
        and _are_capabilities(params["capabilities"])
        and _is_info(params["clientInfo"])
    )


def _is_modern(params: dict[str, Any]) -> bool:
    meta = params.get("_meta")
    return (
        set(params) == {"_meta"}
        and isinstance(meta, dict)
        and meta.get(VERSION_KEY) == MODERN
        and _are_capabilities(meta.get(CAPABILITIES_KEY))
        and _is_info(meta.get(CLIENT_KEY, {"name": "", "version": ""}))
        and _is_plain_meta({key: meta[key] for key in meta.keys() - KEYS})
    )


def _is_info(value: object) -> bool:
    return (
        isinstance(value, dict)
        and {"name", "version"} <= value.keys() <= INFO_KEYS
        and all(isinstance(text, str) for text in value.values())
    )


def _are_capabilities(value: object) -> bool:
    """Whether a value maps names to objects, whose values are objects or booleans."""
    return isinstance(value, dict) and all(
        isinstance(settings, dict)
        and all(
            isinstance(setting, dict) or (isinstance(setting, bool) and name != "experimental")
            for setting in settings.values()
        )
        for name, settings in value.items()
    )


def _is_plain_meta(value: object) -> bool:
    return (
        isinstance(value, dict)
        and not any(key.startswith(RESERVED) for key in value)
        and ("progressToken" not in value or is_id(value["progressToken"]))
    )
