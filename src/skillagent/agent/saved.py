"""A conversation as a file: JSON, checked when it is read again.

The graph itself is not in it, only its digest: nodes that changed since may be shown again.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from skillagent.agent.agent import Agent, Mark
from skillagent.disclosure import State
from skillagent.errors import UsageError
from skillagent.files.atomic import write_atomic
from skillagent.files.regular import read_regular
from skillagent.messages import Message, Opaque, Part, Role, Text, ToolCall, ToolResult

_KINDS: dict[str, type[Part]] = {
    "text": Text,
    "tool_call": ToolCall,
    "tool_result": ToolResult,
    "opaque": Opaque,
}
_KIND_OF = {kind: name for name, kind in _KINDS.items()}

LIMIT = 64_000_000
"""Bytes that a saved conversation may have."""


@dataclass(frozen=True, slots=True)
class _Message:
    role: Role
    parts: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Saved:
    """A conversation at rest."""

    version: Literal[1]
    model: str
    """As `provider_for` takes it."""
    counted_for: str | None
    """The model whose tokens the budget counts; None for o200k_base."""
    graph: str
    """Name of the graph."""
    digest: str
    """Of the graph when this was written."""
    state: State
    marks: tuple[Mark, ...]
    conversation: tuple[_Message, ...]

    @property
    def messages(self) -> tuple[Message, ...]:
        """The conversation.

        Raises:
            ValidationError: a part of it is of no known kind.
        """
        return tuple(
            Message(message.role, tuple(_part(part) for part in message.parts))
            for message in self.conversation
        )


_FILE = TypeAdapter(Saved)
_PARTS = {name: TypeAdapter(kind) for name, kind in _KINDS.items()}


def save(agent: Agent, path: Path, model: str, counted_for: str | None) -> None:
    """Write a conversation, for its owner's eyes only; the file is whole or not there.

    Args:
        agent: with its toolset.
        path: of the file.
        model: as `provider_for` takes it.
        counted_for: the model whose tokens the budget counts.

    Raises:
        UsageError: the file cannot be written.
    """
    graph = agent.toolset.graph
    conversation = tuple(
        _Message(
            message.role,
            tuple({"type": _KIND_OF[type(part)], **asdict(part)} for part in message.parts),
        )
        for message in agent.messages
    )
    found = Saved(
        1,
        model,
        counted_for,
        graph.name,
        graph.digest,
        agent.toolset.state(),
        agent.marks,
        conversation,
    )
    try:
        write_atomic(path, _FILE.dump_json(found))
    except (OSError, ValueError, RecursionError) as error:
        why = getattr(error, "strerror", None) or error
        raise UsageError(f"{path}: the conversation cannot be written: {why}") from None


def load(path: Path) -> Saved:
    """Read a conversation.

    Args:
        path: of the file.

    Raises:
        UsageError: there is none, or it is not a conversation.
    """
    try:
        found = _FILE.validate_json(read_regular(path, LIMIT))
        _ = found.messages
    except OSError as error:
        raise UsageError(f"{path}: the conversation cannot be read: {error.strerror}") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise UsageError(f"{path}: not a saved conversation ({place}: {first['msg']})") from None
    return found


def _part(part: dict[str, Any]) -> Part:
    adapter = _PARTS.get(str(part.get("type")), _PARTS["text"])
    values = {name: value for name, value in part.items() if name != "type"}
    return adapter.validate_python(values)
