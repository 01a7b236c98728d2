"""Messages, requests and replies between an agent and a model, independent of any provider.

Providers translate these values into the form of their API and back. The loop, traces and tests
use only these.
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
    """Text of the user or of the model."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool call of the model."""

    id: str
    name: str
    arguments: JsonObject | str
    """Parsed arguments; the model's own text if that is not a JSON object."""
    raw: str = field(default="", compare=False)
    """The arguments' JSON as the model wrote it, sent back as it is so that prompt caches match."""


@dataclass(frozen=True, slots=True)
class ToolResult:
    """The result of one tool call."""

    id: str
    """Id of the call that it answers."""
    text: str
    """Text that the model receives."""
    error: bool = False
    data: JsonObject = field(default_factory=dict, compare=False)
    """The same content as JSON values, for programs; never sent to a model."""


@dataclass(frozen=True, slots=True)
class Opaque:
    """A block that only its own API understands, such as signed reasoning; sent back unchanged."""

    api: str
    """The API that created it; it is never sent to another one."""
    data: JsonObject


Part: TypeAlias = Text | ToolCall | ToolResult | Opaque


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the user's or the model's side."""

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
    """Tokens as the provider counted them; 0 if it reported none."""

    input: int = 0
    """All of the prompt, cached parts included."""
    output: int = 0
    cache_read: int = 0
    """Part of `input` that was read from the provider's prompt cache."""
    cache_write: int = 0
    """Part of `input` that was written to the cache."""

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
    """A model's answer to one request."""

    message: Message
    stop: Stop
    usage: Usage = Usage()
    model: str = ""
    """Name of the model that answered, as its API reports it; empty if it reports none."""
    response_id: str = ""
    """Id that the API gave the reply; empty if it gave none."""
    fingerprint: str = ""
    """Name of the configuration that the model ran on, where the API reports one."""


DEEPEST = 32
"""Arguments nested deeper than this are kept as text: no tool accepts them."""


def well_formed(text: str) -> str:
    """The text made encodable as UTF-8: halves of a surrogate pair are joined or replaced."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def parse_arguments(text: str) -> JsonObject | str:
    """A tool call's arguments: the JSON object, or the text itself if it is not one.

    Args:
        text: arguments as the model wrote them; empty text is an empty object.
    """
    try:
        parsed = _plain(
            json.loads(text, parse_constant=_no_number, parse_float=_number) if text.strip() else {}
        )
    except (ValueError, RecursionError):
        return text
    return parsed if isinstance(parsed, dict) else text


def _plain(value: Any, depth: int = 0) -> Any:
    """The value with well-formed strings; ValueError if it is nested too deeply."""
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
