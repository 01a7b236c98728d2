"""Reads blocks, whether dictionaries or an SDK's objects, and makes names that APIs accept."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from skillagent.messages import ToolCall, parse_arguments, well_formed

_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_-]")
MAX_NAME = 64


def field(block: object, name: str, default: Any = None) -> Any:
    """A field of a dictionary or an object; the default if it is missing or null."""
    value = block.get(name) if isinstance(block, Mapping) else getattr(block, name, None)
    return default if value is None else value


def tool_call(id: object, name: object, arguments: object) -> ToolCall:
    """A tool call from the fields of a model's block, however malformed they are.

    Args:
        id: id of the call; the agent later replaces characters that APIs refuse.
        name: name of the tool; characters that no API accepts in a name become `_`.
        arguments: an object, or JSON text; text that is not a JSON object is kept as text.
    """
    accepted = _NOT_IN_A_NAME.sub("_", str(name or ""))[:MAX_NAME] or "unnamed"
    raw = json.dumps(arguments) if isinstance(arguments, Mapping) else str(arguments)
    raw = well_formed(raw)
    return ToolCall(str(id or "call"), accepted, parse_arguments(raw), raw)


def dumped(block: Any) -> dict[str, Any]:
    """A block as plain data, without fields that were not set."""
    if isinstance(block, Mapping):
        return dict(block)
    return dict(block.model_dump(mode="json", exclude_unset=True, warnings=False))
