"""Writes JSON for files: UTF-8, one list entry on a line, the same bytes for equal values."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

UNSEEN = re.compile(r"[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Controls, characters that change a text's direction, and surrogates, which UTF-8 lacks."""


def json_lines(record: Mapping[str, Any]) -> str:
    """An object with every entry of its lists on its own line, for short diffs."""
    parts = []
    for key, value in record.items():
        text = _dumped(value)
        if isinstance(value, list) and value:
            text = "[\n" + ",\n".join(_dumped(item) for item in value) + "\n]"
        parts.append(f"{_dumped(key)}: {text}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _dumped(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return UNSEEN.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def finite(value: Any) -> Any:
    """A value in which `inf` and `nan`, which JSON does not have, are texts."""
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [finite(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value
