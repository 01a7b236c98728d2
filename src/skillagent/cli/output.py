"""Output without control characters, so that no text of a graph can control the terminal; files."""

from __future__ import annotations

import json
from typing import Any

from skillagent.markdown.lazy_pattern import lazy_pattern

# Characters that move the cursor, change colours or the title, reverse text or end a line.
_CONTROL = lazy_pattern(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def printable(text: str) -> str:
    """The text with a replacement character for every control character."""
    # Most texts have none, and this is faster than to compile the pattern.
    if text.replace("\n", "").isprintable():
        return text
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def to_json(value: Any) -> str:
    """One line of JSON; control characters are escaped, other characters are kept as they are."""
    text = json.dumps(value, ensure_ascii=False)
    return _CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def write_output(out: str, text: str, *, replace: bool) -> None:
    """Write the file that `--out` names.

    Args:
        out: path of the file.
        text: its content.
        replace: whether `--force` was given.

    Raises:
        UsageError: the file exists, or it cannot be written.
    """
    from pathlib import Path

    from skillagent.errors import UsageError
    from skillagent.exports.folder import write_file

    try:
        write_file(Path(out), text, replace=replace)
    except OSError as error:
        raise UsageError(f"{out}: cannot be written: {error.strerror or error}") from None
