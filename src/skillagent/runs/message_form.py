"""Messages as JSON values, and back: one form for saved conversations, traces and cassettes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from typing import TYPE_CHECKING, Any

from skillagent.messages import Message, Opaque, Part, Role, Text, ToolCall, ToolResult

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_KINDS: dict[str, type[Part]] = {
    "text": Text,
    "tool_call": ToolCall,
    "tool_result": ToolResult,
    "opaque": Opaque,
}
_KIND_OF = {kind: name for name, kind in _KINDS.items()}


def part_to_json(part: Part) -> dict[str, Any]:
    """A part as a JSON object; its field `type` names the kind."""
    return {"type": _KIND_OF[type(part)], **asdict(part)}


def part_from_json(values: Mapping[str, Any]) -> Part:
    """A part from its JSON object.

    Raises:
        ValidationError: it is of an unknown kind, or a field is wrong.
    """
    kind: Any = _KINDS.get(str(values.get("type")), Text)
    fields = {name: value for name, value in values.items() if name != "type"}
    part: Part = _adapter(kind).validate_python(fields)
    return part


def message_from_json(values: Mapping[str, Any]) -> Message:
    """A message from `{"role": …, "parts": […]}`.

    Raises:
        ValueError: it is no message.
    """
    return Message(Role(values["role"]), tuple(map(part_from_json, values["parts"])))


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    # Imported late: a recorder only writes, and pydantic is slow to import.
    from pydantic import TypeAdapter

    return TypeAdapter(kind)
