"""What a host asks a server for in a session, as the session's record has it.

Above: `mcp_server`, which serves it, `evals`, `runs` and `repro`. Below: nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

HAND_OVER = "hand_over"
"""Names a whole file in ledgers and records, in place of a tool."""


class Asked(StrEnum):
    """What was asked for."""

    TOOL = ""
    """A tool call."""
    FILE = "file"
    """A whole file. Its arguments are `name`, `node` (None for another file) and `tokens`."""
    TEXT = "text"
    """The text of a node without its header. Its argument is `node`."""
    SESSION = "session"
    """Anything, in an unknown session. Its argument is the `message` that refused it."""


@dataclass(frozen=True, slots=True)
class ServedCall:
    """One request of a host."""

    tool: str
    """Name of the tool, or of what stands in its place."""
    arguments: Any
    """An object, or JSON text."""
    host: Mapping[str, str] = field(default_factory=dict)
    """What the host said of itself: its name and version; empty if it said nothing."""
    asked: Asked = Asked.TOOL
