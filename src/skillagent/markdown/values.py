"""The values of the fields in a header, and the refusal of values that are not built.

Above: `frontmatter` and its parsers. Below: nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

Value: TypeAlias = "str | int | float | bool | tuple[Value, ...] | Mapping[str, Value] | None"
"""The value of a frontmatter field."""

MAX_DEPTH = 64
"""How deep lists and mappings may be nested."""


def scalar_text(value: object) -> str:
    """The value of a field as text; lists and mappings become compact JSON."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)):
        return str(value)
    import json  # most fields are not lists or mappings

    return json.dumps(plain(value), ensure_ascii=False)


def plain(value: object) -> Any:
    """A value with lists and dicts in place of tuples and mappings, as `json` needs them."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return value


class RefusedHeaderError(Exception):
    """A header is well formed, but building its value is impossible or unsafe.

    It never leaves this package: the parsers of headers turn it into a finding.

    Args:
        reason: why the value is not built.
        line: line of the value, from 0, in the text that was read.
        is_text: whether the author may have meant text, as in `*star` or `!important`.
    """

    def __init__(self, reason: str, line: int, *, is_text: bool = False) -> None:
        super().__init__(reason)
        self.line = line
        self.is_text = is_text


def too_deep(line: int) -> RefusedHeaderError:
    return RefusedHeaderError(f"nested more than {MAX_DEPTH} deep", line)
