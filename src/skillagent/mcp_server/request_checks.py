"""Checks every HTTP request before the SDK gets it: the bearer token, then the JSON-RPC body.

A body must satisfy the same rules as a line over stdio, and its errors have the same text.

Above: `http`. Below: `framing`.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from skillagent.mcp_server import framing
from skillagent.mcp_server.framing import MAX_BYTES, PARSE_ERROR, RejectedMessage

AsgiScope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp = Callable[[AsgiScope, Receive, Send], Awaitable[None]]


def require_token(inner: AsgiApp, token: str) -> AsgiApp:
    """Wrap an application so that every request needs a token.

    Args:
        inner: the application.
        token: the token that `Authorization: Bearer` must contain; empty to require none.
    """
    expected = token.encode()

    async def is_valid(sent: bytes) -> bool:
        return not token or hmac.compare_digest(sent, expected)

    return require_bearer(inner, is_valid)


def require_bearer(inner: AsgiApp, is_valid: Callable[[bytes], Awaitable[bool]]) -> AsgiApp:
    """Wrap an application so that it gets only requests with a valid token.

    Args:
        inner: the application.
        is_valid: whether a token may be used; it is given an empty one if a request has none.
    """

    async def app(scope: AsgiScope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            # Names of hosts and of authentication schemes are case-insensitive.
            headers = [
                (name, value.lower() if name == b"host" else value)
                for name, value in scope["headers"]
            ]
            scope = {**scope, "headers": headers}
            scheme, _, sent = dict(headers).get(b"authorization", b"").partition(b" ")
            if not await is_valid(sent.strip() if scheme.lower() == b"bearer" else b""):
                reply = [(b"www-authenticate", b"Bearer"), (b"content-type", b"text/plain")]
                await _answer(send, 401, reply, b"a bearer token is needed\n")
                return
        await inner(scope, receive, send)

    return app


async def answer_not_found(send: Send) -> None:
    """Answer that there is nothing at this address."""
    await _answer(send, 404, [(b"content-type", b"text/plain")], b"there is no such graph\n")


async def answer_unavailable(send: Send) -> None:
    """Answer that the client should try again later."""
    await _answer(send, 503, [(b"content-type", b"text/plain")], b"try again later\n")


def check_messages(inner: AsgiApp) -> AsgiApp:
    """Wrap an application so that it gets only valid JSON-RPC messages.

    An invalid message is answered with a JSON-RPC error.

    Args:
        inner: the application; it gets each body in one piece.
    """

    async def app(scope: AsgiScope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST":
            await inner(scope, receive, send)
            return
        body = await _body(receive)
        if body is None:
            return
        message = _message(body)
        if isinstance(message, RejectedMessage):
            status = 413 if message is framing.TOO_LONG else 400
            reply = [(b"content-type", b"application/json")]
            await _answer(send, status, reply, message.answer().encode())
            return
        event: MutableMapping[str, Any] = {
            "type": "http.request",
            "body": message.encode(),
            "more_body": False,
        }
        unread = [event]

        async def receive_again() -> MutableMapping[str, Any]:
            return unread.pop() if unread else await receive()

        headers = [(name, value) for name, value in scope["headers"] if name != b"content-length"]
        headers.append((b"content-length", str(len(event["body"])).encode()))
        await inner({**scope, "headers": headers}, receive_again, send)

    return app


def _message(body: bytes) -> str | RejectedMessage:
    if framing.is_blank(body):
        return RejectedMessage(PARSE_ERROR, "the body is empty")
    return framing.read(body)


async def _body(receive: Receive) -> bytes | None:
    """A whole body, or enough of it to see that it is too long; None if the client left."""
    parts: list[bytes] = []
    size = 0
    while size <= MAX_BYTES:
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
