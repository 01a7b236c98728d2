"""The first answers, before the SDK is loaded.

A host's first request comes at once; the official SDK takes half a second to import, and a
server that is still silent then is shown to the model as not connected. Which tools there
are, and what the server says of itself, is known before: so the opening requests are answered
here, from values, while the SDK loads in another thread. Afterwards it is given the same
lines, and what it answers to them is not sent again. A test holds both to the same bytes.

Whatever is not exactly one of the expected requests waits for the SDK; what is no message at
all is refused in its turn.

Above: `stdio`. Below: `framing`, which reads a line.
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
from skillagent.mcp_server.framing import LONGEST, Refusal, is_id

HANDSHAKES = ("2025-03-26", "2025-06-18", "2025-11-25")
"""Versions whose answers are known here; what a host asks in another one waits."""
MODERN = "2026-07-28"
RESERVED = "io.modelcontextprotocol/"
VERSION_KEY = RESERVED + "protocolVersion"
CAPABILITIES_KEY = RESERVED + "clientCapabilities"
CLIENT_KEY = RESERVED + "clientInfo"
KEYS = {VERSION_KEY, CAPABILITIES_KEY, CLIENT_KEY}
INFO_KEYS = {"name", "title", "version", "description", "websiteUrl"}
INFO_KEY = RESERVED + "serverInfo"
_CHUNK = 65_536

Line: TypeAlias = str | Refusal
"""A message, or the error that answers what is none."""


@cache
def tools() -> list[dict[str, Any]]:
    """The three tools as sent, from a file: their models take longer to load than the rest."""
    text = files("skillagent.mcp_server").joinpath("tools.json").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = json.loads(text)
    return found


def _modern_tools() -> list[dict[str, Any]]:
    """The same, with the schemas' keys in the order in which the newest protocol has them."""
    return [
        {**tool, "inputSchema": {"type": "object", **_without_type(tool["inputSchema"])}}
        for tool in tools()
    ]


def _without_type(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != "type"}


@dataclass(frozen=True, slots=True)
class Known:
    """What a server says of itself."""

    info: Mapping[str, Any]
    """Name, title and version."""
    instructions: str
    handshake: Mapping[str, Any]
    """Capabilities as a host hears them that shakes hands."""
    modern: Mapping[str, Any]
    """Capabilities in the newest protocol."""
    fresh_ms: int
    """How long lists may be kept, in milliseconds."""


class Lines:
    """The lines of standard input, first for the prelude and then for the SDK.

    Read in a thread of their own, which may be left behind at the end.

    Args:
        number: file descriptor.
    """

    def __init__(self, number: int) -> None:
        self._number = number
        self._lines: deque[Line | None] = deque()
        self._changed = threading.Condition()
        self._waiting: asyncio.Future[None] | None = None
        threading.Thread(target=self._read, name="standard input", daemon=True).start()

    def wait(self, until: threading.Event) -> Line | None:
        """The next line, left in place; None at the end, or as soon as the event is set."""
        with self._changed:
            self._changed.wait_for(lambda: self._lines or until.is_set())
            return None if until.is_set() else self._lines[0]

    def wake(self) -> None:
        """Let `wait` look at its event."""
        with self._changed:
            self._changed.notify_all()

    def take(self) -> None:
        """Drop the line that `wait` gave."""
        self._lines.popleft()

    def give_back(self, lines: list[Line]) -> None:
        """Put lines in front of all others."""
        with self._changed:
            self._lines.extendleft(reversed(lines))

    def __aiter__(self) -> Lines:
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
        begun: list[bytes] = []
        size = 0
        while True:
            try:
                data = os.read(self._number, _CHUNK)
            except OSError:
                data = b""
            *ends, rest = data.split(b"\n")
            whole: list[Line] = []
            for end in ends:
                whole += _line([*begun, end], size + len(end))
                begun, size = [], 0
            size += len(rest)
            if size <= LONGEST:
                begun.append(rest)
            else:
                # Dropped while it comes: a line without an end would fill all memory.
                begun = []
            if not data:
                whole += _line(begun, size)
            self._put(whole, ended=not data)
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
    """One line as it is handed on; nothing where it is blank.

    Args:
        parts: of it, in order.
        size: bytes that came for it, which may be more than were kept.
    """
    if size > LONGEST:
        return [framing.TOO_LONG]
    data = b"".join(parts)
    return [] if framing.is_blank(data) else [framing.read(data)]


def _settle(waiting: asyncio.Future[None]) -> None:
    if not waiting.done():
        waiting.set_result(None)


@dataclass(slots=True)
class Prelude:
    """Answers opening requests until something else comes.

    Args:
        known: what the server says of itself.
        write: sends one line.
    """

    known: Known
    write: Callable[[str], None]
    era: str = ""
    """The version that the host opened with."""
    answered: set[int | str] = field(default_factory=set)
    """Ids of the requests that were answered here."""

    def run(self, lines: Lines, ready: threading.Event) -> None:
        """Answer, until the SDK is ready or a line has to wait for it.

        Every line that was answered is given back, for the SDK to see.
        """
        seen: list[Line] = []
        while (line := lines.wait(ready)) is not None:
            if isinstance(line, Refusal):
                self.write(line.answer())
            elif self.handle(line):
                seen.append(line)
            else:
                break
            lines.take()
        lines.give_back(seen)

    def handle(self, line: str) -> bool:
        """Answer one line; False where it has to wait."""
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            return False
        if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
            return False
        number, method = message.get("id"), message.get("method")
        params = message.get("params", {})
        if not isinstance(params, dict) or not isinstance(method, str):
            return False
        if "id" not in message:
            return bool(self.era) and method == "notifications/initialized"
        if not is_id(number):
            return False
        result = self._result(method, params)
        if result is None or number in self.answered:
            return False
        self.answered.add(number)
        self.write(json.dumps({"jsonrpc": "2.0", "id": number, "result": result}))
        return True

    def _result(self, method: str, params: dict[str, Any]) -> dict[str, Any] | None:
        known = self.known
        if method == "initialize" and not self.era and _is_hello(params):
            self.era = params["protocolVersion"]
            return {
                "capabilities": known.handshake,
                "instructions": known.instructions,
                "protocolVersion": self.era,
                "serverInfo": known.info,
            }
        if self.era in HANDSHAKES:
            if params.keys() - {"_meta"} or not _is_plain_meta(params.get("_meta", {})):
                return None
            return {"tools/list": {"tools": tools()}, "ping": {}}.get(method)
        if not _is_modern(params):
            return None
        self.era = MODERN
        if method == "tools/list":
            return self._cached(tools=_modern_tools())
        if method == "server/discover":
            return self._cached(
                capabilities=known.modern,
                instructions=known.instructions,
                supportedVersions=[MODERN],
            )
        return None

    def _cached(self, **values: Any) -> dict[str, Any]:
        """A result that may be kept, with its keys in the SDK's order."""
        found = {"cacheScope": "public", "resultType": "complete", "ttlMs": self.known.fresh_ms}
        in_order = dict(sorted((found | values).items()))
        return {**in_order, "_meta": {INFO_KEY: self.known.info}}


def _is_hello(params: dict[str, Any]) -> bool:
    return (
        params.keys() - {"_meta"} == {"protocolVersion", "capabilities", "clientInfo"}
        and params["protocolVersion"] in HANDSHAKES
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


# Where the SDK might refuse what a host says of itself, it is left to the SDK.


def _is_info(value: object) -> bool:
    return (
        isinstance(value, dict)
        and {"name", "version"} <= value.keys() <= INFO_KEYS
        and all(isinstance(text, str) for text in value.values())
    )


def _are_capabilities(value: object) -> bool:
    """Named settings, each empty or a table of switches and tables."""
    return isinstance(value, dict) and all(
        isinstance(settings, dict)
        and all(
            isinstance(one, dict) or (isinstance(one, bool) and name != "experimental")
            for one in settings.values()
        )
        for name, settings in value.items()
    )


def _is_plain_meta(value: object) -> bool:
    return (
        isinstance(value, dict)
        and not any(key.startswith(RESERVED) for key in value)
        and ("progressToken" not in value or is_id(value["progressToken"]))
    )
