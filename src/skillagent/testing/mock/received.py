"""The requests that the mock received, as values and as text for a failing test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from skillagent.digest import canonical_json
from skillagent.messages import Part, Text, ToolCall, ToolResult
from skillagent.testing.conversation import Conversation
from skillagent.testing.script import Turn

SHOWN = 400
"""Maximum characters shown of one part."""


@dataclass(frozen=True, slots=True)
class Received:
    """One request."""

    api: str
    """`messages`, `chat`, `responses`, `count_tokens`, `input_tokens`, `models`, or empty."""
    path: str
    headers: Mapping[str, str]
    """Headers by lower-case names."""
    raw: bytes
    body: Mapping[str, Any]
    """The parsed body; empty if it is not a JSON object."""
    conversation: Conversation | None = None
    """None if the request was refused, or does not ask for a turn."""
    status: int = 0
    """HTTP status of its answer; 0 if the connection broke before the answer."""
    turn: Turn | None = None
    """The turn that answered it; None if it was refused."""


def transcript(received: Sequence[Received], complaints: Sequence[str]) -> str:
    """The status of each request, the last conversation, and all complaints, as text."""
    lines = []
    for number, request in enumerate(received, 1):
        outcome = str(request.status) if request.status else "cut off"
        lines.append(f"request {number}: {request.path} → {outcome}")
    last = next((request for request in reversed(received) if request.conversation), None)
    if last is not None and last.conversation is not None:
        lines += ["", *_conversation_lines(last.conversation)]
        if last.turn is not None:
            lines += _answer_lines(last.turn)
    lines += [f"! {complaint}" for complaint in complaints]
    return "\n".join(lines)


def _conversation_lines(conversation: Conversation) -> list[str]:
    tools = ", ".join(conversation.tool_names) or "none"
    lines = [f"model {conversation.model}, tools {tools}"]
    if conversation.system:
        lines.append(f"system: {_short(conversation.system)}")
    for message in conversation.messages:
        lines += [f"{message.role.value}: {_part(part)}" for part in message.parts]
    return lines


def _answer_lines(turn: Turn) -> list[str]:
    """The mock's answer, in the form in which the client will send it back."""
    words = [_short(turn.text)] if turn.text else []
    words += [f"→ {call.name}({_short(call.text)})" for call in turn.calls]
    if turn.fault is not None:
        words.append(f"[{turn.fault}]")
    return [f"assistant: {line}" for line in words or ["(an empty answer)"]]


def _part(part: Part) -> str:
    if isinstance(part, Text):
        return _short(part.text)
    if isinstance(part, ToolCall):
        arguments = part.arguments
        text = arguments if isinstance(arguments, str) else canonical_json(arguments)
        return f"→ {part.name}({_short(text)})  [{part.id}]"
    if isinstance(part, ToolResult):
        mark = " (error)" if part.error else ""
        return f"← [{part.id}]{mark} {_short(part.text)}"
    return f"({part.data.get('type')})"


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}… ({len(text)} characters)"
