"""Turns as OpenAI Responses. Source: the types and accumulators of the package `openai`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from skillagent.messages import Stop
from skillagent.testing.wire.events import Frame, WireTurn, event

_INCOMPLETE = {
    Stop.MAX_TOKENS: "max_output_tokens",
    Stop.CONTEXT_FULL: "max_output_tokens",
    "content_filter": "content_filter",
}


def error_frame(kind: str, message: str, number: int) -> Frame:
    """An error in the middle of a stream; `number` counts the events before it."""
    data = {"type": "error", "code": kind or "server_error", "message": message, "param": None}
    return event({**data, "sequence_number": number}, "error")


def whole(reply: WireTurn, request: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to a request without `stream`."""
    return _response(reply, request, _items(reply), _status(reply))


def stream(reply: WireTurn, request: Mapping[str, Any]) -> Iterator[Frame]:
    """The events of a streamed answer."""
    number = -1

    def send(kind: str, piece: bool = False, /, **fields: Any) -> Frame:
        nonlocal number
        number += 1
        return event({"type": kind, "sequence_number": number, **fields}, kind, piece=piece)

    begun = _response(reply, request, [], "in_progress")
    yield send("response.created", response=begun)
    yield send("response.in_progress", response=begun)
    for at, item in enumerate(_items(reply)):
        place = {"output_index": at, "item_id": item["id"]}
        yield send("response.output_item.added", output_index=at, item=_opened(item))
        if item["type"] == "reasoning":
            (part,) = item["summary"]
            inside = {**place, "summary_index": 0}
            name = "response.reasoning_summary"
            yield send(f"{name}_part.added", **inside, part={**part, "text": ""})
            for piece in reply.pieces(part["text"]):
                yield send(f"{name}_text.delta", **inside, delta=piece)
            yield send(f"{name}_text.done", **inside, text=part["text"])
            yield send(f"{name}_part.done", **inside, part=part)
        if item["type"] == "message":
            part = item["content"][0]
            field = "refusal" if part["type"] == "refusal" else "text"
            kind = "refusal" if field == "refusal" else "output_text"
            extra: dict[str, Any] = {} if field == "refusal" else {"logprobs": []}
            inside = {**place, "content_index": 0}
            yield send("response.content_part.added", **inside, part={**part, field: ""})
            for piece in reply.pieces(part[field]):
                yield send(f"response.{kind}.delta", True, **inside, delta=piece, **extra)
            yield send(f"response.{kind}.done", **inside, **{field: part[field]}, **extra)
            yield send("response.content_part.done", **inside, part=part)
        elif item["type"] == "function_call":
            name = "response.function_call_arguments"
            for piece in reply.pieces(item["arguments"]):
                yield send(f"{name}.delta", True, **place, delta=piece)
            yield send(f"{name}.done", **place, name=item["name"], arguments=item["arguments"])
        yield send("response.output_item.done", output_index=at, item=item)
    last = whole(reply, request)
    yield send(f"response.{last['status']}", response=last)


def _opened(item: dict[str, Any]) -> dict[str, Any]:
    empty: dict[str, Any] = {
        "message": {"content": []},
        "function_call": {"arguments": ""},
        "reasoning": {"summary": []},
    }
    opened = {**item, **empty.get(item["type"], {})}
    return {**opened, "status": "in_progress"} if "status" in item else opened


def _items(reply: WireTurn) -> list[dict[str, Any]]:
    turn = reply.turn
    items: list[dict[str, Any]] = []
    if turn.thinking:
        items.append(
            {
                "id": reply.id("rs_"),
                "type": "reasoning",
                "summary": [{"type": "summary_text", "text": turn.thinking}],
                "encrypted_content": reply.id("enc_"),
            }
        )
    done = "completed" if _status(reply) == "completed" else "incomplete"
    if turn.text:
        refused = turn.ends is Stop.REFUSAL
        part: dict[str, Any] = {"type": "output_text", "text": turn.text, "annotations": []}
        if refused:
            part = {"type": "refusal", "refusal": turn.text}
        items.append(
            {
                "id": reply.id("msg_"),
                "type": "message",
                "role": "assistant",
                "status": done,
                "content": [part],
            }
        )
    for at, call in enumerate(turn.calls):
        items.append(
            {
                "id": reply.id("fc_", at + 1),
                "type": "function_call",
                "status": done,
                "call_id": reply.call_id("call_", at),
                "name": call.name,
                "arguments": call.text,
            }
        )
    return items


def _status(reply: WireTurn) -> str:
    return "incomplete" if reply.turn.ends in _INCOMPLETE else "completed"


def _response(
    reply: WireTurn, request: Mapping[str, Any], items: list[dict[str, Any]], status: str
) -> dict[str, Any]:
    usage = reply.usage
    spent = {
        "input_tokens": usage.input,
        "input_tokens_details": {
            "cached_tokens": usage.cache_read,
            "cache_write_tokens": usage.cache_write,
        },
        "output_tokens": usage.output,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": usage.input + usage.output,
    }
    reason = _INCOMPLETE.get(reply.turn.ends) if status == "incomplete" else None
    return {
        "id": reply.id("resp_"),
        "object": "response",
        "created_at": reply.created,
        "status": status,
        "error": None,
        "incomplete_details": {"reason": reason} if reason else None,
        "instructions": request.get("instructions"),
        "metadata": {},
        "model": reply.model,
        "output": items,
        "parallel_tool_calls": True,
        "temperature": 1.0,
        "tool_choice": request.get("tool_choice", "auto"),
        "tools": request.get("tools", []),
        "top_p": 1.0,
        "usage": None if status == "in_progress" else spent,
    }
