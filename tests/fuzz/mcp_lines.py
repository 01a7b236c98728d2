"""The lines of a host over stdio: none crashes the server, and each request has one reply.

The first byte of an input chooses its form: lines as they are, or messages that are built of what
hosts send and of free texts. What is answered before the SDK is imported is compared with what
the SDK answers to the same lines.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from functools import cache
from typing import Any

import anyio
import mcp_types as types
from mcp.server.stdio import stdio_server

from skillagent.mcp_server import framing
from skillagent.mcp_server.capabilities import FRESH_MS, capabilities, server_info
from skillagent.mcp_server.early_handshake import (
    CAPABILITIES_KEY,
    CLIENT_KEY,
    HANDSHAKE_VERSIONS,
    MODERN,
    VERSION_KEY,
    EarlyHandshake,
    ServerDescription,
)
from skillagent.mcp_server.framing import RejectedMessage
from skillagent.mcp_server.server import GraphServer
from skillagent.mcp_server.server_config import instructions
from tests.fuzz.choices import Choices
from tests.mcp_server.conftest import TRADING, graph_server

MESSAGES = 4
"""Most messages that are built of one input."""
COMPARED = 300
"""Most conversations of a process that are compared with the SDK's, which takes milliseconds."""
_METHODS = (
    "initialize",
    "tools/list",
    "server/discover",
    "ping",
    "notifications/initialized",
    "resources/list",
    "tools/call",
)
_KEYS = ("jsonrpc", "id", "method", "params", "result", "error", "_meta", "code", "message", "more")
_VALUES = (
    "1",
    '"1"',
    '"2.0"',
    "null",
    "true",
    "1.5",
    "-1",
    "{}",
    "[]",
    '"\\ud83d"',
    "1" + 30 * "0",
)
"""JSON texts."""
_compared: set[tuple[str, ...]] = set()


def check(data: bytes) -> None:
    """Answer the lines of one input as the server does while the SDK is imported."""
    choices = Choices(data)
    raw = choices.rest().split(b"\n") if choices.number(2) else list(_built(choices))
    replies: list[str] = []
    handshake = EarlyHandshake(_description(), replies.append)
    answered: list[str] = []
    waits = False
    for line in raw:
        if framing.is_blank(line):
            continue
        message = framing.read(line)
        if isinstance(message, RejectedMessage):
            _check_rejection(message)
            continue
        parsed = types.jsonrpc_message_adapter.validate_json(message, by_name=False)
        before = len(replies)
        waits = waits or not handshake.handle(message)
        if waits:
            continue
        answered.append(message)
        assert len(replies) - before == isinstance(parsed, types.JSONRPCRequest)
    ids = [json.loads(reply)["id"] for reply in replies]
    assert len({repr(request_id) for request_id in ids}) == len(ids)
    key = tuple(answered)
    if replies and key not in _compared and len(_compared) < COMPARED:
        _compared.add(key)
        assert sorted(_of_sdk(answered, len(replies))) == sorted(replies)


def _check_rejection(message: RejectedMessage) -> None:
    answer = json.loads(message.answer())
    for error in answer if isinstance(answer, list) else [answer]:
        assert error["jsonrpc"] == "2.0"
        assert error["error"]["code"] == message.code
        assert error["id"] is None or framing.is_id(error["id"])
    assert message.answer().isascii() and "\n" not in message.answer()


@cache
def _server() -> GraphServer:
    return graph_server(TRADING, watch=False)


@cache
def _description() -> ServerDescription:
    config = _server().served.config
    return ServerDescription(
        info=server_info(),
        instructions=instructions(config),
        handshake_capabilities=capabilities(config, modern=False),
        modern_capabilities=capabilities(config, modern=True),
        fresh_ms=FRESH_MS,
    )


def _of_sdk(lines: Sequence[str], replies: int) -> list[str]:
    """The first replies that the SDK writes to some lines.

    Args:
        lines: the host's lines.
        replies: how many replies they should have; the input ends only then.
    """
    written = _Written(replies)

    async def given() -> AsyncIterator[str]:
        for line in lines:
            yield line
        await written.all.wait()

    async def run() -> None:
        server = _server()
        async with stdio_server(given(), written) as (read, write):  # type: ignore[arg-type]  # as `stdio` does
            await server.sdk_server.run(read, write, server.options())

    anyio.run(run)
    return written.lines


class _Written:
    """Keeps the lines that are written to it."""

    def __init__(self, expected: int) -> None:
        self.lines: list[str] = []
        self.all = anyio.Event()
        self._expected = expected

    async def write(self, line: str) -> None:
        # With the separators and escapes of the lines that are compared with it.
        self.lines.append(json.dumps(json.loads(line)))
        if len(self.lines) >= self._expected:
            self.all.set()

    async def flush(self) -> None:
        """Nothing to do."""


def _built(choices: Choices) -> Iterator[bytes]:
    for _ in range(MESSAGES):
        if not choices:
            return
        message = choices.of((_greeting, _modern, _plain, _free))(choices)
        for _ in range(choices.number(3)):
            _changed(message, choices)
        yield json.dumps(message).encode()


def _greeting(choices: Choices) -> dict[str, Any]:
    params = {
        "protocolVersion": choices.of(HANDSHAKE_VERSIONS),
        "capabilities": {},
        "clientInfo": {"name": "h", "version": "1"},
    }
    return {"jsonrpc": "2.0", "id": choices.number(4), "method": "initialize", "params": params}


def _modern(choices: Choices) -> dict[str, Any]:
    meta: dict[str, Any] = {VERSION_KEY: MODERN, CAPABILITIES_KEY: {}}
    if choices.number(2):
        meta[CLIENT_KEY] = {"name": "h", "version": "1"}
    method = choices.of(_METHODS)
    return {"jsonrpc": "2.0", "id": choices.number(4), "method": method, "params": {"_meta": meta}}


def _plain(choices: Choices) -> dict[str, Any]:
    message = {"jsonrpc": "2.0", "method": choices.of(_METHODS)}
    return message if choices.number(2) else {**message, "id": choices.number(4)}


def _free(choices: Choices) -> dict[str, Any]:
    return {choices.of(_KEYS): _value(choices) for _ in range(choices.number(5))}


def _changed(message: dict[str, Any], choices: Choices) -> None:
    """Change one value somewhere in a message, or add or remove one."""
    place = message
    while choices.number(2):
        inner = [value for value in place.values() if isinstance(value, dict)]
        if not inner:
            break
        place = choices.of(inner)
    keys = [*place, *_KEYS, CAPABILITIES_KEY, "roots", "sampling", "progressToken", choices.text()]
    key = choices.of(keys)
    if choices.number(4):
        place[key] = _value(choices)
    else:
        place.pop(key, None)


def _value(choices: Choices) -> Any:
    if choices.number(2):
        return json.loads(choices.of(_VALUES))
    return choices.of((choices.text(), {choices.of(_KEYS): {}}))
