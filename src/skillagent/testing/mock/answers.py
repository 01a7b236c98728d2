"""A turn, an error or a list of models as an HTTP answer, with the turn's fault built in.

Above: `mock`. Below: one module of `wire` for each API.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from skillagent.recording.strict_json import dumped
from skillagent.testing.conversation import CHAT, MESSAGES
from skillagent.testing.mock.stored import NOT_FOUND
from skillagent.testing.script import Fault, Turn
from skillagent.testing.wire import anthropic, chat, responses
from skillagent.testing.wire.events import (
    Drop,
    Frame,
    Pause,
    Stall,
    WireAnswer,
    WireStep,
    WireTurn,
)

ANTHROPIC_APIS = ("count_tokens", MESSAGES)
MODELS = ("claude-mock", "gpt-mock")
"""Names in the list of models."""
_JSON = ("content-type", "application/json")
_SSE = ("content-type", "text/event-stream; charset=utf-8")
_HTML = b"<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"


def json_answer(status: int, body: Any) -> WireAnswer:
    """An answer of JSON."""
    return WireAnswer(status, (_JSON,), (dumped(body),))


def error_answer(api: str, fault: Fault, request_id: str) -> WireAnswer:
    """An HTTP error in the form of the API.

    Args:
        api: API of the request.
        fault: status, type and message.
        request_id: id for the header and body.
    """
    if fault.code == 502 and not fault.message:
        return WireAnswer(502, (("content-type", "text/html"),), (_HTML,))
    message = fault.message or f"mock: {fault}"
    if api in ANTHROPIC_APIS:
        body = anthropic.error(fault.code, fault.type, message, request_id)
        if message == NOT_FOUND:
            body["error"]["details"] = {"error_code": NOT_FOUND}
        headers = [_JSON, (anthropic.REQUEST_ID, request_id)]
    else:
        body = chat.error(fault.code, fault.type, message)
        headers = [_JSON, (chat.REQUEST_ID, request_id)]
    if fault.retry_after is not None:
        headers.append(("retry-after", f"{fault.retry_after:g}"))
    return WireAnswer(fault.code, tuple(headers), (dumped(body),))


def fault_answer(api: str, fault: Fault | None, request_id: str) -> WireAnswer | None:
    """The answer of a fault that replaces the whole turn; None for any other fault.

    Args:
        api: API of the request.
        fault: fault of the turn.
        request_id: id for the header and body of an error.
    """
    if fault is None:
        return None
    if fault.kind == "reset":
        return WireAnswer(0, (), (Drop(),))
    if fault.kind == "timeout":
        return WireAnswer(0, (), (Stall(),))
    if fault.kind == "status":
        return error_answer(api, fault, request_id)
    if fault.kind == "garbage":
        return WireAnswer(200, (("content-type", "text/html"),), (_HTML,))
    return None


def turn_answer(
    api: str, turn: WireTurn, body: Mapping[str, Any], request_id: str, *, stream: bool
) -> WireAnswer:
    """A turn as the answer of an API.

    Args:
        api: `messages`, `chat` or `responses`.
        turn: what the model says; its fault strikes inside the answer.
        body: body of the request.
        request_id: id for the header.
        stream: whether the client wants server-sent events.
    """
    script = turn.turn
    request_header = anthropic.REQUEST_ID if api == MESSAGES else chat.REQUEST_ID
    delay: tuple[WireStep, ...] = (Pause(script.delay),) if script.delay else ()
    if stream:
        error_frame = partial(_error_frame, api, script, request_id)
        steps = _streamed(_frames(api, turn, body), script, error_frame)
        return WireAnswer(200, (_SSE, (request_header, request_id)), (*delay, *steps))
    data = dumped(whole(api, turn, body))
    steps = _at_once(data, script.fault)
    return WireAnswer(200, (_JSON, (request_header, request_id)), (*delay, *steps))


def whole(api: str, turn: WireTurn, body: Mapping[str, Any]) -> dict[str, Any]:
    """A turn as the JSON of an answer that is not streamed; arguments as in `turn_answer`."""
    if api == MESSAGES:
        return anthropic.whole(turn)
    if api == CHAT:
        return chat.whole(turn)
    return responses.whole(turn, body)


def models_answer(name: str | None, *, anthropic: bool) -> WireAnswer:
    """The list of models, or one model: every model that is requested exists.

    Args:
        name: name of one model; None for the list.
        anthropic: True for the form of Anthropic's API, False for OpenAI's.
    """
    if name is not None:
        return json_answer(200, _model(name, anthropic))
    models = [_model(listed, anthropic) for listed in MODELS]
    if not anthropic:
        return json_answer(200, {"object": "list", "data": models})
    page = {"data": models, "has_more": False, "first_id": MODELS[0], "last_id": MODELS[-1]}
    return json_answer(200, page)


def _model(name: str, anthropic: bool) -> dict[str, Any]:
    if anthropic:
        created = "2026-01-01T00:00:00Z"
        return {"type": "model", "id": name, "display_name": name, "created_at": created}
    return {"id": name, "object": "model", "created": 1_700_000_000, "owned_by": "mock"}


def _error_frame(api: str, turn: Turn, request_id: str, number: int) -> Frame:
    assert turn.fault
    kind, message = turn.fault.type, turn.fault.message or "Overloaded"
    if api == MESSAGES:
        return anthropic.error_frame(kind, message, request_id)
    if api == CHAT:
        return chat.error_frame(kind, message)
    return responses.error_frame(kind, message, number)


def _frames(api: str, turn: WireTurn, body: Mapping[str, Any]) -> Iterator[Frame]:
    if api == MESSAGES:
        return anthropic.stream(turn)
    if api == CHAT:
        options = body.get("stream_options") or {}
        return chat.stream(turn, bool(options.get("include_usage")))
    return responses.stream(turn, body)


def _streamed(
    frames: Iterable[Frame], turn: Turn, error_frame: Callable[[int], Frame]
) -> Iterator[WireStep]:
    fault, pieces = turn.fault, 0
    frames = tuple(frames)
    # A fault due after more pieces than there are strikes right after the last one.
    strikes = min(fault.after, sum(frame.piece for frame in frames)) if fault else 0
    for number, frame in enumerate(frames):
        if fault is not None and pieces == strikes and (strikes or frame.piece):
            yield from _struck(fault, frame, partial(error_frame, number))
            return
        if frame.piece:
            if pieces and turn.pause:
                yield Pause(turn.pause)
            pieces += 1
        yield frame.data


def _struck(fault: Fault, frame: Frame, error_frame: Callable[[], Frame]) -> Iterator[WireStep]:
    """The end of a stream that a fault breaks, instead of a frame."""
    if fault.kind in ("drop", "stall"):
        yield Drop() if fault.kind == "drop" else Stall()
    elif fault.kind == "corrupt":
        yield frame.data.replace(b'"', b"'", 3)
    elif fault.kind == "error_event":
        yield error_frame().data


def _at_once(data: bytes, fault: Fault | None) -> Iterator[WireStep]:
    """A body that is not streamed, with the fault in its middle."""
    if fault is None:
        yield data
        return
    yield data[: len(data) // 2]
    if fault.kind in ("drop", "stall"):
        yield Drop() if fault.kind == "drop" else Stall()
