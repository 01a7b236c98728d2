"""The events of a run record as typed values, for whatever shows a run to people or viewers.

A trace can have been edited, so each event is validated when a record is read. The kinds are
described in `trace`; a kind that is not known here is kept as an `OtherEvent`.

Above: `record`, reports, exports. Below: `trace`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, TypeAlias

from pydantic import TypeAdapter, ValidationError

from skillagent.disclosure import Disclosed
from skillagent.disclosure.served_call import Asked
from skillagent.messages import Message, Opaque, Role, Text, ToolCall, Usage
from skillagent.recording import strict_json
from skillagent.runs.canonical import without_floats
from skillagent.runs.message_form import message_from_json
from skillagent.runs.trace import TraceEvent

BRIEF_CHARACTERS = 120
"""Characters of a call's arguments in few words."""


@dataclass(frozen=True, slots=True)
class Question:
    text: str


@dataclass(frozen=True, slots=True)
class Instructions:
    """The system prompt."""

    text: str
    cost: int
    disclosed: tuple[Disclosed, ...]


@dataclass(frozen=True, slots=True)
class RequestSent:
    turn: int
    digest: str


@dataclass(frozen=True, slots=True)
class ReplyFacts:
    """What a provider told with a reply."""

    at: str = ""
    """When the reply was complete, as ISO 8601."""
    model: str = ""
    usage: Usage = field(default_factory=Usage)
    dollars: float | None = None

    def __post_init__(self) -> None:
        if self.at:
            datetime.fromisoformat(self.at)


@dataclass(frozen=True, slots=True)
class ModelReply:
    """A complete reply of the model."""

    turn: int
    stop: str
    parts: tuple[Mapping[str, Any], ...]
    observed: ReplyFacts = field(default_factory=ReplyFacts)

    def __post_init__(self) -> None:
        _ = self.message  # raises if a part is none

    @property
    def message(self) -> Message:
        parts = without_floats(self.parts)
        return message_from_json({"role": Role.ASSISTANT, "parts": parts})

    @property
    def text(self) -> str:
        return "".join(part.text for part in self.message.parts if isinstance(part, Text))

    @property
    def calls(self) -> tuple[ToolCall, ...]:
        return self.message.tool_calls

    @property
    def opaque(self) -> tuple[str, ...]:
        """The API of each block that only that API understands, such as signed reasoning."""
        return tuple(part.api for part in self.message.parts if isinstance(part, Opaque))


@dataclass(frozen=True, slots=True)
class ModelFailure:
    """A request that got no complete reply."""

    turn: int
    error: str
    status: int | None
    interrupted: bool


@dataclass(frozen=True, slots=True)
class CallStart:
    """A tool call that is about to be carried out."""

    id: str
    tool: str
    arguments: Mapping[str, Any] | str
    asked: Asked = Asked.TOOL
    """What a host asked a server for."""

    @property
    def parsed(self) -> Mapping[str, Any] | None:
        """The arguments as a JSON object; None if the model wrote something else.

        A trace has no floats, so arguments with one are there as a JSON text.
        """
        if not isinstance(self.arguments, str):
            plain: Mapping[str, Any] = without_floats(self.arguments)
            return plain
        try:
            value = strict_json.parsed(self.arguments.encode("utf-8", "surrogatepass"))
        except (ValueError, RecursionError):
            return None
        return value if isinstance(value, dict) else None

    @property
    def brief(self) -> str:
        """The arguments in few words, on one line."""
        parsed = self.parsed
        if parsed is None:
            text = str(self.arguments)
        else:
            values = parsed.values()
            text = ", ".join(one if isinstance(one, str) else _compact(one) for one in values)
        text = " ".join(text.split())
        return text if len(text) <= BRIEF_CHARACTERS else text[:BRIEF_CHARACTERS] + "…"


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class CallAnswer:
    """The answer to a tool call."""

    id: str
    call: int
    text: str
    cost: int
    remaining: int
    error: bool
    disclosed: tuple[Disclosed, ...]


@dataclass(frozen=True, slots=True)
class QuestionEnd:
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class OtherEvent:
    """A change between two questions, such as `undo`."""

    kind: str
    fields: Mapping[str, Any]

    @property
    def words(self) -> str:
        """What happened, as a sentence."""
        get = self.fields.get
        sentences = {
            "resumed": f"The session had begun before this record, with {get('calls')} calls and "
            f"{get('messages')} messages.",
            "model": f"From here the model is {get('model')}.",
            "budget": f"From here the budget is {get('total')} tokens.",
            "graph": "The files of the graph changed, and the session goes on with them.",
            "undo": "The last question was taken back. Its tokens stay spent.",
        }
        return sentences.get(self.kind, f"An event of the kind {self.kind!r}.")


RunEvent: TypeAlias = (
    Question
    | Instructions
    | RequestSent
    | ModelReply
    | ModelFailure
    | CallStart
    | CallAnswer
    | QuestionEnd
    | OtherEvent
)

_KINDS: dict[str, type[Any]] = {
    "question": Question,
    "instructions": Instructions,
    "request": RequestSent,
    "reply": ModelReply,
    "failure": ModelFailure,
    "call": CallStart,
    "answer": CallAnswer,
    "end": QuestionEnd,
}


@dataclass(frozen=True, slots=True)
class _Resumed:
    calls: int
    messages: int


@dataclass(frozen=True, slots=True)
class _Model:
    model: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Budget:
    total: int


@dataclass(frozen=True, slots=True)
class _Graph:
    root: str


_CHANGES: dict[str, type[Any]] = {
    "resumed": _Resumed,
    "model": _Model,
    "budget": _Budget,
    "graph": _Graph,
}
"""Kinds of which only the fields are checked."""


def typed_event(event: TraceEvent) -> RunEvent:
    """The value of an event.

    Raises:
        ValueError: a field is wrong; the text names it.
    """
    try:
        return _parsed(event)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = ".".join([event.kind, *map(str, first["loc"])])
        raise ValueError(f"{name}: {first['msg']}") from None


def spent_by(events: Iterable[RunEvent]) -> int:
    """Tokens of all that was disclosed, by the record's counter."""
    return sum(event.cost for event in events if isinstance(event, Instructions | CallAnswer))


def _parsed(event: TraceEvent) -> RunEvent:
    if event.kind in _CHANGES:
        _form(event.kind).validate_python(dict(event.fields))
    if event.kind not in _KINDS:
        return OtherEvent(event.kind, without_floats(event.fields))
    values = dict(event.fields)
    if event.kind == "reply":
        values["observed"] = event.observed
    parsed: RunEvent = _form(event.kind).validate_python(values)
    return parsed


@cache
def _form(kind: str) -> TypeAdapter[Any]:
    return TypeAdapter((_KINDS | _CHANGES)[kind])
