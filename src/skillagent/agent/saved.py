"""Saved conversations: JSON files that are validated when they are loaded.

A file has the digest of the graph, not the graph itself, so that nodes that have changed since
may be shown again.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from skillagent.agent.agent import Agent, Mark
from skillagent.disclosure import SessionState
from skillagent.errors import UsageError
from skillagent.files.atomic import write_atomic
from skillagent.files.regular import read_regular
from skillagent.messages import Message, Role
from skillagent.runs.message_form import part_from_json, part_to_json

LIMIT = 64_000_000
"""Maximum size of a saved conversation in bytes."""


@dataclass(frozen=True, slots=True)
class _Message:
    role: Role
    parts: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class SavedConversation:
    """The content of a file."""

    version: Literal[1]
    model: str
    """Name as `provider_for` takes it."""
    counted_for: str | None
    """Model whose tokens the budget counts; None for o200k_base."""
    graph: str
    """Name of the graph."""
    digest: str
    """Digest of the graph when the file was written."""
    state: SessionState
    marks: tuple[Mark, ...]
    conversation: tuple[_Message, ...]

    @property
    def messages(self) -> tuple[Message, ...]:
        """The conversation.

        Raises:
            ValidationError: a part of a message is of an unknown kind.
        """
        return tuple(
            Message(message.role, tuple(map(part_from_json, message.parts)))
            for message in self.conversation
        )


_FILE = TypeAdapter(SavedConversation)


def save(agent: Agent, path: Path, model: str, counted_for: str | None) -> None:
    """Write a conversation to a file that only its owner can read.

    The write is atomic: the file is complete or unchanged.

    Args:
        agent: agent with the conversation and its toolset.
        path: path of the file.
        model: name as `provider_for` takes it.
        counted_for: model whose tokens the budget counts; None for o200k_base.

    Raises:
        UsageError: the file cannot be written.
    """
    graph = agent.toolset.graph
    conversation = tuple(
        _Message(message.role, tuple(map(part_to_json, message.parts)))
        for message in agent.messages
    )
    saved = SavedConversation(
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
        write_atomic(path, _FILE.dump_json(saved))
    except (OSError, ValueError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"{path}: the conversation cannot be written: {reason}") from None


def load(path: Path) -> SavedConversation:
    """Read a conversation.

    Args:
        path: path of the file.

    Raises:
        UsageError: the file cannot be read, or is not a saved conversation.
    """
    try:
        data = read_regular(path, LIMIT)
    except OSError as error:
        raise UsageError(f"{path}: the conversation cannot be read: {error.strerror}") from None
    return parse(data, str(path))


def parse(data: bytes, name: str) -> SavedConversation:
    """A conversation from the content of its file.

    Args:
        data: content of the file.
        name: name of the file, for the error.

    Raises:
        UsageError: it is not a saved conversation.
    """
    try:
        saved = _FILE.validate_json(data)
        _ = saved.messages  # raises where a part is of an unknown kind
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise UsageError(f"{name}: not a saved conversation ({place}: {first['msg']})") from None
    return saved
