"""Reads the JSON, JSONL and TSV files of public sets; errors name the file and the line.

Above: the modules of the adapters. Below: `files`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from skillagent.errors import UsageError
from skillagent.files.regular import read_regular

LINES = (".jsonl", ".ndjson")


def read_values(path: Path) -> list[Any]:
    """The values of a JSONL file, or those in the list of a JSON file.

    A JSON object, such as a corpus with titles as keys, is one value. A file may also be JSONL
    under the name `.json`, as several sets are.

    Raises:
        UsageError: it cannot be read, or is no JSON.
    """
    text = read_text(path)
    if path.suffix.lower() in LINES:
        return list(_lines(path, text))
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        if getattr(error, "msg", "") == "Extra data":
            return list(_lines(path, text))
        raise _broken(path, getattr(error, "lineno", 1), error) from None
    return value if isinstance(value, list) else [value]


def read_text(path: Path) -> str:
    """The text of a file in UTF-8, with `\\n` as line ends.

    Raises:
        UsageError: it cannot be read, or is not UTF-8.
    """
    try:
        text = read_regular(path).decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path}: it cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: it is not UTF-8: {error.reason}") from None
    return text.replace("\r\n", "\n")


def text_of(value: Any) -> str:
    """A text or a number as a text; empty for everything else, such as null."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    # Half a surrogate pair, which JSON can contain, has no UTF-8.
    return str(value).encode("utf-8", "replace").decode().strip()


def entries(value: Any) -> list[Any]:
    """The value if it is a list, otherwise none."""
    return value if isinstance(value, list) else []


def objects(value: Any) -> list[Mapping[str, Any]]:
    """The objects in a list; none if it is no list."""
    return [item for item in entries(value) if isinstance(item, Mapping)]


def _lines(path: Path, text: str) -> Iterator[Any]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield json.loads(line)
            except (ValueError, RecursionError) as error:
                raise _broken(path, number, error) from None


def _broken(path: Path, line: int, error: Exception) -> UsageError:
    return UsageError(f"{path}:{line}: no JSON: {getattr(error, 'msg', None) or 'too deep'}")
