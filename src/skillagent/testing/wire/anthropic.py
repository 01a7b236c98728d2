"""Turns as Anthropic Messages. Source: the types and accumulators of the package `anthropic`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from skillagent.messages import Stop, parse_arguments
from skillagent.testing.wire.events import Frame, WireTurn, event

_STOPS = {
    Stop.END: "end_turn",
    Stop.TOOL_USE: "tool_use",
    Stop.MAX_TOKENS: "max_tokens",
    Stop.CONTEXT_FULL: "model_context_window_exceeded",
    Stop.PAUSE: "pause_turn",
    Stop.REFUSAL: "refusal",
}
ERRORS = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    408: "timeout_error",
    409: "conflict_error",
    413: "request_too_large",
    422: "invalid_request_error",
    429: "rate_limit_error",
    500: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}
REQUEST_ID = "request-id"


def error(code: int, kind: str, message: str, request_id: str) -> dict[str, Any]:
    """The body of an error."""
    details = {"type": kind or ERRORS.get(code, "api_error"), "message": message}
    return {"type": "error", "error": details, "request_id": request_id}


def error_frame(kind: str, message: str, request_id: str) -> Frame:
    """An error in the middle of a stream."""
    return event(error(0, kind or "overloaded_error", message, request_id), "error")


def whole(reply: WireTurn) -> dict[str, Any]:
    """The answer to a request without `stream`."""
    return {
        **_head(reply),
        "content": [_block(reply, at) for at in range(len(_blocks(reply)))],
        **_ended(reply),
        "usage": _usage(reply, reply.usage.output),
    }


def stream(reply: WireTurn) -> Iterator[Frame]:
    """The events of a streamed answer."""
    head = {
        **_head(reply),
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": _usage(reply, 1),
    }
    yield event({"type": "message_start", "message": head}, "message_start")
    yield event({"type": "ping"}, "ping")
    for at, (kind, text) in enumerate(_blocks(reply)):
        start = _block(reply, at)
        empty: dict[str, dict[str, Any]] = {
            "text": {"text": ""},
            "thinking": {"thinking": "", "signature": ""},
            "tool_use": {"input": {}},
        }
        start |= empty[kind]
        opened = {"type": "content_block_start", "index": at, "content_block": start}
        yield event(opened, "content_block_start")
        name, field = {
            "text": ("text_delta", "text"),
            "thinking": ("thinking_delta", "thinking"),
            "tool_use": ("input_json_delta", "partial_json"),
        }[kind]
        if kind == "tool_use":
            yield _delta(at, name, field, "")
        for piece in reply.pieces(text):
            yield _delta(at, name, field, piece, piece=True)
        if kind == "thinking":
            yield _delta(at, "signature_delta", "signature", _signature(reply))
        yield event({"type": "content_block_stop", "index": at}, "content_block_stop")
    usage = _usage(reply, reply.usage.output)
    yield event({"type": "message_delta", "delta": _ended(reply), "usage": usage}, "message_delta")
    yield event({"type": "message_stop"}, "message_stop")


def _delta(at: int, name: str, field: str, text: str, *, piece: bool = False) -> Frame:
    delta = {"type": name, field: text}
    data = {"type": "content_block_delta", "index": at, "delta": delta}
    return event(data, "content_block_delta", piece=piece)


def _head(reply: WireTurn) -> dict[str, Any]:
    return {"id": reply.id("msg_"), "type": "message", "role": "assistant", "model": reply.model}


def _blocks(reply: WireTurn) -> list[tuple[str, str]]:
    turn = reply.turn
    blocks = [("thinking", turn.thinking)] if turn.thinking else []
    blocks += [("text", turn.text)] if turn.text else []
    return blocks + [("tool_use", call.text) for call in turn.calls]


def _block(reply: WireTurn, at: int) -> dict[str, Any]:
    kind, text = _blocks(reply)[at]
    if kind == "text":
        return {"type": "text", "text": text}
    if kind == "thinking":
        return {"type": "thinking", "thinking": text, "signature": _signature(reply)}
    number = at - (len(_blocks(reply)) - len(reply.turn.calls))
    arguments = parse_arguments(text)
    return {
        "type": "tool_use",
        "id": reply.call_id("toolu_", number),
        "name": reply.turn.calls[number].name,
        # Without a stream the API can only send an object.
        "input": arguments if not isinstance(arguments, str) else {},
    }


def _signature(reply: WireTurn) -> str:
    return reply.id("sig_")


def _ended(reply: WireTurn) -> dict[str, Any]:
    ends = reply.turn.ends
    reason = _STOPS.get(ends, ends.value) if isinstance(ends, Stop) else ends
    refused = {"type": "refusal", "category": None, "explanation": None}
    return {
        "stop_reason": reason,
        "stop_details": refused if reason == "refusal" else None,
        "stop_sequence": None,
    }


def _usage(reply: WireTurn, output: int) -> dict[str, int]:
    usage = reply.usage
    return {
        "input_tokens": usage.input - usage.cache_read - usage.cache_write,
        "cache_creation_input_tokens": usage.cache_write,
        "cache_read_input_tokens": usage.cache_read,
        "output_tokens": output,
    }
