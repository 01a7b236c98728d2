"""Adds, updates or removes an entry in TOML text; comments and order stay.

A new entry becomes a table at the end of the text. An existing one is changed with `tomlkit`,
which keeps comments and order. As with JSON, the content of the result is checked.
Above: `install`.
"""

from __future__ import annotations

import copy
import json
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from skillagent.hosts.editing.json_edit import CannotEditError, checked
from skillagent.hosts.editing.json_text import HostSyntaxError, line_at

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_PLACE = re.compile(r"\(at line (\d+), column \d+\)")


@dataclass(frozen=True, slots=True)
class TomlEditor:
    """Edits TOML, with the methods of `JsonEditor`."""

    def load(self, text: str) -> dict[str, Any]:
        """The content of a text.

        Raises:
            HostSyntaxError: the text is not TOML.
        """
        try:
            # TOML ignores the kind of line ends. Only this copy is normalised, not the file.
            return tomllib.loads(text.replace("\r\n", "\n"))
        except tomllib.TOMLDecodeError as error:
            place = _PLACE.search(str(error))
            line = int(place[1]) if place else text.count("\n") + 1
            raise HostSyntaxError(str(error).split(" (at ")[0].lower(), line) from None

    def line(self, text: str, path: Sequence[str]) -> int:
        """The line of a table's header; 0 if the table has none, because it is inline or dotted."""
        keys = (rf"""(?:{re.escape(key)}|"{re.escape(key)}"|'{re.escape(key)}')""" for key in path)
        dot = r"[ \t]*\.[ \t]*"
        match = re.search(rf"^[ \t]*\[[ \t]*{dot.join(keys)}[ \t]*\]", text, re.MULTILINE)
        return line_at(text, match.start()) if match else 0

    def put(self, text: str, path: Sequence[str], entry: dict[str, Any]) -> str:
        """See `JsonEditor.put`."""
        expected = self.load(text)
        table: Any = expected
        for key in path[:-1]:
            table = table.setdefault(key, {})
            if not isinstance(table, dict):
                raise CannotEditError(f"{key!r} is not a table")
        if path[-1] not in table:
            table[path[-1]] = copy.deepcopy(entry)
            return checked(self.load, self._append(text, path, entry), expected)
        if not isinstance(table[path[-1]], dict):
            raise CannotEditError(f"{path[-1]!r} is not a table")
        changed = {k: v for k, v in entry.items() if table[path[-1]].get(k, ...) != v}
        table[path[-1]].update(copy.deepcopy(changed))
        document = _parsed(text)
        here: Any = document
        for key in path:
            here = here[key]
        for key, value in changed.items():
            here[key] = value
        return checked(self.load, _dumped(document), expected)

    def take(self, text: str, path: Sequence[str], *, containers: int = 0) -> str:
        """See `JsonEditor.take`."""
        expected = self.load(text)
        document = _parsed(text)
        for length in range(len(path), 0, -1):
            table: Any = expected
            here: Any = document
            for key in path[: length - 1]:
                table, here = table[key], here[key]
            key = path[length - 1]
            is_container = length < len(path)
            if is_container and table[key]:
                break
            # A table that exists only through a header `[table.entry]` goes with its last entry.
            is_implied = not self.line(text, path[:length])
            if is_container and len(path) - length > containers and not is_implied:
                break
            del table[key]
            if key in here:
                del here[key]
        return checked(self.load, _dumped(document), expected)

    def _append(self, text: str, path: Sequence[str], entry: dict[str, Any]) -> str:
        line_end = "\r\n" if "\r\n" in text else "\n"
        header = ".".join(key if _BARE.fullmatch(key) else _text(key) for key in path)
        lines = [f"[{header}]", *(f"{key} = {_value(value)}" for key, value in entry.items())]
        block = "".join(line + line_end for line in lines)
        if not text:
            return block
        return text + line_end * (1 if text.endswith("\n") else 2) + block


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    return _text(str(value))


def _text(text: str) -> str:
    # TOML has the escapes of JSON, and requires one for DEL too.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _parsed(text: str) -> Any:
    import tomlkit

    document = tomlkit.parse(text)
    if tomlkit.dumps(document) != text:
        raise CannotEditError("its layout would change")
    return document


def _dumped(document: Any) -> str:
    import tomlkit

    return tomlkit.dumps(document)
