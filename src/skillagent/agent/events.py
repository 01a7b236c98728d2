"""The events of one run, in the order in which they happen, and their JSON form.

`skillagent chat --json` prints one such JSON object a line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias, get_args

from skillagent.agent.end_reason import EndReason
from skillagent.disclosure import Answer
from skillagent.disclosure.results import Result
from skillagent.messages import ToolCall, Usage

if TYPE_CHECKING:
    from pydantic import TypeAdapter


@dataclass(frozen=True, slots=True)
class AnswerText:
    """A piece of the model's answer, as it arrives."""

    text: str


@dataclass(frozen=True, slots=True)
class CallStarted:
    """The model called a tool."""

    call: ToolCall


@dataclass(frozen=True, slots=True)
class CallFinished:
    """A tool answered."""

    call: ToolCall
    answer: Answer


@dataclass(frozen=True, slots=True)
class TurnFinished:
    """A reply ended. The usage is what the provider reports."""

    turn: int
    """From 1 for each question."""
    usage: Usage
    dollars: float | None = None
    """Cost of the reply; None if the model's price is not known."""


@dataclass(frozen=True, slots=True)
class Done:
    """The run ended."""

    reason: EndReason
    text: str
    """Text of the last reply; empty if the run ended with calls that were not run."""


Event: TypeAlias = AnswerText | CallStarted | CallFinished | TurnFinished | Done
_RESULTS: dict[str, type[Any]] = {form.kind: form for form in get_args(Result)}


def to_json(event: Event) -> dict[str, Any]:
    """An event as a JSON object; its field `event` names the kind."""
    match event:
        case AnswerText(text):
            return {"event": "text", "text": text}
        case CallStarted(call):
            arguments = call.arguments if isinstance(call.arguments, str) else dict(call.arguments)
            return {"event": "call", "id": call.id, "name": call.name, "arguments": arguments}
        case CallFinished(call, answer):
            return {"event": "result", "id": call.id, **answer.to_json()}
        case TurnFinished(turn, usage, dollars):
            return {"event": "turn", "turn": turn, "usage": asdict(usage), "dollars": dollars}
        case Done(reason, text):
            return {"event": "done", "reason": reason, "text": text}


def from_json(objects: Iterable[Mapping[str, Any]]) -> Iterator[Event]:
    """The events of a run from their JSON objects.

    A result names its call only by the id, so the objects must come in the order of the run.
    What the JSON form does not contain has its default value: the call's raw arguments, and the
    answer's number, room and list of disclosures.

    Args:
        objects: what `to_json` returned for each event; unknown fields are ignored.

    Raises:
        ValueError: an object is not an event, or a result without an earlier call.
    """
    calls: dict[str, ToolCall] = {}
    for number, data in enumerate(objects, 1):
        read = _READERS.get(str(data.get("event")))
        if read is None:
            raise ValueError(f"event {number}: unknown kind {data.get('event')!r}")
        try:
            event = read(data, calls)
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"event {number} ({data['event']}): {error}") from None
        if isinstance(event, CallStarted):
            calls[event.call.id] = event.call
        yield event


def _read_result(data: Mapping[str, Any], calls: Mapping[str, ToolCall]) -> CallFinished:
    call = calls.get(data["id"])
    if call is None:
        raise ValueError(f"no call {data['id']!r} before this result")
    form = _RESULTS.get(str(data["result"]["kind"]))
    if form is None:
        raise ValueError(f"unknown kind of result {data['result']['kind']!r}")
    result = _validated(form, data["result"])
    return CallFinished(call, _validated(Answer, {**data, "result": result}))


_READERS: dict[str, Callable[[Mapping[str, Any], Mapping[str, ToolCall]], Event]] = {
    "text": lambda data, calls: _validated(AnswerText, data),
    "call": lambda data, calls: CallStarted(_validated(ToolCall, data)),
    "result": _read_result,
    "turn": lambda data, calls: _validated(TurnFinished, data),
    "done": lambda data, calls: _validated(Done, data),
}


def _validated(form: Any, data: Mapping[str, Any]) -> Any:
    return _adapter(form).validate_python(dict(data))


@cache
def _adapter(form: Any) -> TypeAdapter[Any]:
    # Imported late: most programs only emit events, and pydantic is slow to import.
    from pydantic import TypeAdapter

    from skillagent.disclosure import answer, results

    # A command that answers one call does not import the types of all answers.
    vars(answer).setdefault("Result", results.Result)
    return TypeAdapter(form)
