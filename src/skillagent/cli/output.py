"""Output that no node, query or error message can turn against a terminal."""

from __future__ import annotations

import json
import re
from typing import Any

# Everything that could move a cursor, recolour or retitle a terminal, reverse text or end a line.
_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def printable(text: str) -> str:
    """The text without control sequences: what a node holds never reaches the terminal raw."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def to_json(value: Any) -> str:
    """One line of JSON, readable where it is not ASCII, control characters escaped."""
    text = json.dumps(value, ensure_ascii=False)
    return _CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
