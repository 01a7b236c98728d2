"""What was asked of the mock, as values and as text for whoever reads a failing test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from skillagent.digest import canonical_json
from skillagent.messages import Part, Text, ToolCall, ToolResult
from skillagent.testing.conversation import Conversation
from skillagent.testing.script import Turn

SHOWN = 400
"""Characters of one part."""


@dataclass(frozen=True, slots=True)
class Received:
    """One request."""

    api: str
    """`messages`, `chat`, `responses`, `count_tokens`, `input_tokens`, `models`, or empty."""
    path: str
    headers: Mapping[str, str]
    """By their lower-case names."""
    raw: bytes
    body: Mapping[str, Any]
    """Empty where it was no JSON object."""
    conversation: Conversation | None = None
    """None where the request was refused, or asks for no turn."""
    status: int = 0
    """Of its answer; 0 where the connection was cut first."""
    turn: Turn | None = None
    """What answered it; None where it was refused."""


def transcript(received: Sequence[Received], complaints: Sequence[str]) -> str:
    """The last conversation, how each request was answered, and what was wrong."""
    lines = []
    for number, request in enumerate(received, 1):
        outcome = str(request.status) if request.status else "cut off"
        lines.append(f"request {number}: {request.path} → {outcome}")
    asked = next((found for found in reversed(received) if found.conversation), None)
    last = asked.conversation if asked else None
    if asked is not None and last is not None:
        lines += ["", f"model {last.model}, tools {', '.join(last.tool_names) or 'none'}"]
        if last.system:
            lines.append(f"system: {_short(last.system)}")
        for message in last.messages:
            lines += [f"{message.role.value}: {_part(part)}" for part in message.parts]
        if asked.turn is not None:
            lines += _said(asked.turn)
    lines += [f"! {complaint}" for complaint in complaints]
    return "\n".join(lines)


def _said(turn: Turn) -> list[str]:
    """What the mock answered, as the client will send it back."""
    words = [_short(turn.text)] if turn.text else []
    words += [f"→ {call.name}({_short(call.text)})" for call in turn.calls]
    if turn.fault is not None:
        words.append(f"[{turn.fault}]")
    return [f"assistant: {line}" for line in words or ["(an empty answer)"]]


def _part(part: Part) -> str:
    if isinstance(part, Text):
        return _short(part.text)
    if isinstance(part, ToolCall):
        given = part.arguments
        text = given if isinstance(given, str) else canonical_json(given)
        return f"→ {part.name}({_short(text)})  [{part.id}]"
    if isinstance(part, ToolResult):
        mark = " (error)" if part.error else ""
        return f"← [{part.id}]{mark} {_short(part.text)}"
    return f"({part.data.get('type')})"


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}… ({len(text)} characters)"
