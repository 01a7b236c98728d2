"""What passes between an agent and a model, in no provider's own form.

Providers translate these values into their API's and back; the loop, traces and tests
know only these.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

JsonObject: TypeAlias = Mapping[str, Any]


class Role(StrEnum):
    USER = "user"
    ASSISTANT = "assistant"


class Stop(StrEnum):
    """Why a reply ended. Only `TOOL_USE` lets its tool calls run."""

    END = "end"
    TOOL_USE = "tool_use"
    MAX_TOKENS = "max_tokens"
    CONTEXT_FULL = "context_full"
    """The conversation no longer fits the model's context window."""
    REFUSAL = "refusal"
    PAUSE = "pause"
    """The model wants the same conversation sent again, so that it can go on."""
    INCOMPLETE = "incomplete"
    """The stream stopped before the model did."""


@dataclass(frozen=True, slots=True)
class Text:
    """Words of the user or of the model."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that the model asks for."""

    id: str
    name: str
    arguments: JsonObject | str
    """Parsed arguments, or the model's own text where that is not a JSON object."""
    raw: str = field(default="", compare=False)
    """The arguments' JSON as the model wrote it, sent back so that prompt caches hold."""


@dataclass(frozen=True, slots=True)
class ToolResult:
    """The answer to one call."""

    id: str
    """Id of the call that it answers."""
    text: str
    """What the model is shown."""
    error: bool = False
    data: JsonObject = field(default_factory=dict, compare=False)
    """The same as typed values, for programs; never sent to a model."""


@dataclass(frozen=True, slots=True)
class Opaque:
    """A block that only its own API understands, such as signed reasoning: sent back as it came."""

    api: str
    """The API that made it; others are never shown it."""
    data: JsonObject


Part: TypeAlias = Text | ToolCall | ToolResult | Opaque


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of one side."""

    role: Role
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        return "".join(part.text for part in self.parts if isinstance(part, Text))

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        return tuple(part for part in self.parts if isinstance(part, ToolCall))


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A function that the model can call."""

    name: str
    description: str
    parameters: JsonObject
    """JSON Schema of its arguments, closed, every property required (OpenAI's strict subset)."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the provider counted them; 0 where it did not say."""

    input: int = 0
    """All of the prompt, cached parts included."""
    output: int = 0
    cache_read: int = 0
    """Of `input`, what was read from the provider's prompt cache."""
    cache_write: int = 0
    """Of `input`, what was written to it."""

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input + other.input,
            self.output + other.output,
            self.cache_read + other.cache_read,
            self.cache_write + other.cache_write,
        )


@dataclass(frozen=True, slots=True)
class Request:
    """Everything a model is given for one reply."""

    system: str
    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model answered."""

    message: Message
    stop: Stop
    usage: Usage = Usage()
    model: str = ""
    """The model that answered, as its API names it; empty where there is none."""


DEEPEST = 32
"""Arguments nested deeper than this are kept as text: no tool takes them."""


def well_formed(text: str) -> str:
    """The text with a UTF-8 form: halves of a surrogate pair are joined, or replaced."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def parse_arguments(text: str) -> JsonObject | str:
    """A tool call's arguments: the JSON object, or the text itself where it is none.

    Args:
        text: as the model wrote it; empty text is an empty object.
    """
    try:
        parsed = _plain(
            json.loads(text, parse_constant=_no_number, parse_float=_number) if text.strip() else {}
        )
    except (ValueError, RecursionError):
        return text
    return parsed if isinstance(parsed, dict) else text


def _plain(value: Any, depth: int = 0) -> Any:
    """The value with well-formed strings."""
    if depth > DEEPEST:
        raise ValueError("nested too deep")
    if isinstance(value, str):
        return well_formed(value)
    if isinstance(value, dict):
        return {well_formed(key): _plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, depth + 1) for item in value]
    return value


def _number(text: str) -> float:
    value = float(text)
    return value if math.isfinite(value) else _no_number(text)


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is not a JSON number")
