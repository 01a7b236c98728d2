"""Turns as OpenAI Chat Completions. Source: the types of the package `openai`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from skillagent.messages import Stop
from skillagent.testing.wire.events import Frame, WireTurn, event

_STOPS = {
    Stop.END: "stop",
    Stop.TOOL_USE: "tool_calls",
    Stop.MAX_TOKENS: "length",
    Stop.CONTEXT_FULL: "length",
    Stop.REFUSAL: "stop",
}
ERRORS = {
    400: ("invalid_request_error", None),
    401: ("invalid_request_error", "invalid_api_key"),
    403: ("invalid_request_error", "unsupported_country_region_territory"),
    404: ("invalid_request_error", "model_not_found"),
    408: ("invalid_request_error", None),
    409: ("invalid_request_error", None),
    413: ("invalid_request_error", None),
    422: ("invalid_request_error", None),
    429: ("requests", "rate_limit_exceeded"),
}
REQUEST_ID = "x-request-id"


def error(code: int, kind: str, message: str) -> dict[str, Any]:
    """The body of an error, of both OpenAI APIs."""
    usual, name = ERRORS.get(code, ("server_error", None))
    return {"error": {"message": message, "type": kind or usual, "param": None, "code": name}}


def error_frame(kind: str, message: str) -> Frame:
    """An error in the middle of a stream."""
    return event(error(500, kind, message))


def whole(reply: WireTurn) -> dict[str, Any]:
    """The answer to a request without `stream`."""
    turn = reply.turn
    message: dict[str, Any] = {"role": "assistant", "content": None, "refusal": None}
    if turn.text:
        message[_field(reply)] = turn.text
    if turn.calls:
        message["tool_calls"] = [
            {
                "id": reply.call_id("call_", at),
                "type": "function",
                "function": {"name": call.name, "arguments": call.text},
            }
            for at, call in enumerate(turn.calls)
        ]
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _stop(reply)}
    return {**_head(reply, "chat.completion"), "choices": [choice], "usage": _usage(reply)}


def stream(reply: WireTurn, include_usage: bool) -> Iterator[Frame]:
    """The chunks of a streamed answer.

    Args:
        reply: the turn to write.
        include_usage: whether the request wants a last chunk with the usage.
    """
    # If the usage comes last, every chunk before it has the field too, with null.
    more: dict[str, Any] = {"usage": None} if include_usage else {}
    yield _chunk(reply, {"role": "assistant", "content": "", "refusal": None}, more)
    for piece in reply.pieces(reply.turn.text):
        yield _chunk(reply, {_field(reply): piece}, more, piece=True)
    for at, call in enumerate(reply.turn.calls):
        first = {
            "index": at,
            "id": reply.call_id("call_", at),
            "type": "function",
            "function": {"name": call.name, "arguments": ""},
        }
        yield _chunk(reply, {"tool_calls": [first]}, more)
        for piece in reply.pieces(call.text):
            rest = {"index": at, "function": {"arguments": piece}}
            yield _chunk(reply, {"tool_calls": [rest]}, more, piece=True)
    yield _chunk(reply, {}, more, finish=_stop(reply))
    if include_usage:
        last = {**_head(reply, "chat.completion.chunk"), "choices": [], "usage": _usage(reply)}
        yield event(last)
    yield Frame(b"data: [DONE]\n\n")


def _chunk(
    reply: WireTurn,
    delta: dict[str, Any],
    more: dict[str, Any],
    *,
    finish: str | None = None,
    piece: bool = False,
) -> Frame:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    return event(
        {**_head(reply, "chat.completion.chunk"), "choices": [choice], **more}, piece=piece
    )


def _head(reply: WireTurn, kind: str) -> dict[str, Any]:
    return {
        "id": reply.id("chatcmpl-"),
        "object": kind,
        "created": reply.created,
        "model": reply.model,
    }


def _field(reply: WireTurn) -> str:
    return "refusal" if reply.turn.ends is Stop.REFUSAL else "content"


def _stop(reply: WireTurn) -> str:
    ends = reply.turn.ends
    return _STOPS.get(ends, ends.value) if isinstance(ends, Stop) else ends


def _usage(reply: WireTurn) -> dict[str, Any]:
    usage = reply.usage
    return {
        "prompt_tokens": usage.input,
        "completion_tokens": usage.output,
        "total_tokens": usage.input + usage.output,
        "prompt_tokens_details": {
            "cached_tokens": usage.cache_read,
            "cache_write_tokens": usage.cache_write,
        },
        "completion_tokens_details": {"reasoning_tokens": 0},
    }
