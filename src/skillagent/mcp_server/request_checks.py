"""What every HTTP request passes before the SDK: the bearer token, then the form of its body.

A body is held to what a line over stdio is held to, and its fault is told in the same words.

Above: `http`. Below: `framing`.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from skillagent.mcp_server import framing
from skillagent.mcp_server.framing import LONGEST, PARSE_ERROR, Refusal

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


def guarded(inner: App, token: str) -> App:
    """An application that asks everyone for a token.

    Args:
        inner: the application behind it.
        token: what `Authorization: Bearer` must carry; empty for no check.
    """
    wanted = token.encode()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            # The names of hosts and of schemes ignore case.
            headers = [
                (name, value.lower() if name == b"host" else value)
                for name, value in scope["headers"]
            ]
            scope = {**scope, "headers": headers}
            scheme, _, given = dict(headers).get(b"authorization", b"").partition(b" ")
            known = scheme.lower() == b"bearer" and hmac.compare_digest(given.strip(), wanted)
            if token and not known:
                told = [(b"www-authenticate", b"Bearer"), (b"content-type", b"text/plain")]
                await _answer(send, 401, told, b"a bearer token is needed\n")
                return
        await inner(scope, receive, send)

    return app


def read(inner: App) -> App:
    """An application whose requests are JSON-RPC messages, or are refused with an error of it.

    Args:
        inner: the application behind it; it gets bodies whole.
    """

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST":
            await inner(scope, receive, send)
            return
        body = await _body(receive)
        if body is None:
            return
        message = _message(body)
        if isinstance(message, Refusal):
            status = 413 if message is framing.TOO_LONG else 400
            told = [(b"content-type", b"application/json")]
            await _answer(send, status, told, message.answer().encode())
            return
        whole: MutableMapping[str, Any] = {
            "type": "http.request",
            "body": message.encode(),
            "more_body": False,
        }
        left = [whole]

        async def again() -> MutableMapping[str, Any]:
            return left.pop() if left else await receive()

        headers = [(name, value) for name, value in scope["headers"] if name != b"content-length"]
        headers.append((b"content-length", str(len(whole["body"])).encode()))
        await inner({**scope, "headers": headers}, again, send)

    return app


def _message(body: bytes) -> str | Refusal:
    if framing.is_blank(body):
        return Refusal(PARSE_ERROR, "the body is empty")
    return framing.read(body)


async def _body(receive: Receive) -> bytes | None:
    """A whole body, or as much of it as shows that it is too long; None if the client went."""
    parts: list[bytes] = []
    size = 0
    while size <= LONGEST:
        event = await receive()
        if event["type"] != "http.request":
            return None
        parts.append(event.get("body", b""))
        size += len(parts[-1])
        if not event.get("more_body", False):
            break
    return b"".join(parts)


async def _answer(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})
