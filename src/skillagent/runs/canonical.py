"""The form in which requests and events are hashed: no floats, and ids of calls by their order.

Floats are written as text, because two languages may print the same float in two ways (RFC 8785
needs a page to define it). Providers give calls random ids, so calls are numbered instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from skillagent.digest import canonical_json
from skillagent.messages import Message, Opaque, Part, Text, ToolCall, ToolSpec
from skillagent.secrets import Scrubber


def without_floats(value: Any) -> Any:
    """A JSON value in which every float is text, as Python writes it."""
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, Mapping):
        return {str(key): without_floats(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [without_floats(inner) for inner in value]
    return value


def has_float(value: Any) -> bool:
    """Whether a JSON value contains a float."""
    if isinstance(value, Mapping):
        return any(map(has_float, value.values()))
    if isinstance(value, list | tuple):
        return any(map(has_float, value))
    return isinstance(value, float)


def arguments_form(arguments: Any) -> Any:
    """A call's arguments; as one JSON text if they contain a float, so that none is lost."""
    if isinstance(arguments, str):
        return arguments
    plain = dict(arguments)
    if not has_float(plain):
        return plain
    try:
        return canonical_json(plain)
    except ValueError:
        return without_floats(plain)  # JSON has no NaN and no infinity


class CanonicalMessages:
    """Messages in canonical form, without secrets.

    A conversation only grows, so each message is converted once.

    Args:
        scrubber: removes secrets.
    """

    def __init__(self, scrubber: Scrubber) -> None:
        self._scrubber = scrubber
        self._ids: dict[str, str] = {}
        self._forms: dict[int, tuple[Message, dict[str, Any]]] = {}
        """`id` of a message → the message, which keeps that `id` in use, and its form."""

    def call_id(self, given: str) -> str:
        """The canonical id of a call: `call_0` for the first one of the run."""
        return self._ids.setdefault(given, f"call_{len(self._ids)}")

    def of(self, message: Message) -> dict[str, Any]:
        """The form of a message."""
        known = self._forms.get(id(message))
        if known is None:
            form = {"role": message.role.value, "parts": [self.part(p) for p in message.parts]}
            known = self._forms[id(message)] = message, form
        return known[1]

    def part(self, part: Part) -> dict[str, Any]:
        """The form of a part of a message."""
        clean = self._scrubber.value
        if isinstance(part, Text):
            return {"type": "text", "text": clean(part.text)}
        if isinstance(part, ToolCall):
            # Secrets first, as in a cassette: the same reply then has the same form from there.
            arguments = arguments_form(clean(part.arguments, "arguments"))
            call = {"id": self.call_id(part.id), "name": clean(part.name), "arguments": arguments}
            return {"type": "tool_call", **call}
        if isinstance(part, Opaque):
            data = without_floats(clean(part.data, "data"))
            return {"type": "opaque", "api": part.api, "data": data}
        text = clean(part.text)
        return {
            "type": "tool_result",
            "id": self.call_id(part.id),
            "text": text,
            "error": part.error,
        }


def tool_form(spec: ToolSpec) -> dict[str, Any]:
    """A tool definition as a JSON object."""
    return {
        "name": spec.name,
        "description": spec.description,
        "parameters": without_floats(spec.parameters),
    }
