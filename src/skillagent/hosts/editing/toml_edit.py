"""An entry put into TOML, changed there, or taken out; comments and order stay.

A new entry is a table at the end of the text; what is there is changed through `tomlkit`,
which keeps comments and order. As with JSON, what the result means is checked. Above: `install`.
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
from skillagent.hosts.editing.json_text import TextError, line_at

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_PLACE = re.compile(r"\(at line (\d+), column \d+\)")


@dataclass(frozen=True, slots=True)
class Toml:
    """How a host reads TOML: the counterpart of `Json`."""

    def load(self, text: str) -> dict[str, Any]:
        """What the text means.

        Raises:
            TextError: it is not TOML.
        """
        try:
            # Only reading normalises line ends; the text itself keeps them.
            return tomllib.loads(text.replace("\r\n", "\n"))
        except tomllib.TOMLDecodeError as error:
            place = _PLACE.search(str(error))
            line = int(place[1]) if place else text.count("\n") + 1
            raise TextError(str(error).split(" (at ")[0].lower(), line) from None

    def line(self, text: str, path: Sequence[str]) -> int:
        """The line of the header of a table; that of a dotted or inline one is not known: 0."""
        keys = (rf"""(?:{re.escape(key)}|"{re.escape(key)}"|'{re.escape(key)}')""" for key in path)
        dot = r"[ \t]*\.[ \t]*"
        found = re.search(rf"^[ \t]*\[[ \t]*{dot.join(keys)}[ \t]*\]", text, re.MULTILINE)
        return line_at(text, found.start()) if found else 0

    def put(self, text: str, path: Sequence[str], entry: dict[str, Any]) -> str:
        """See `Json.put`."""
        wanted = self.load(text)
        table: Any = wanted
        for key in path[:-1]:
            table = table.setdefault(key, {})
            if not isinstance(table, dict):
                raise CannotEditError(f"{key!r} is no table")
        if path[-1] not in table:
            table[path[-1]] = copy.deepcopy(entry)
            return checked(self.load, self._append(text, path, entry), wanted)
        if not isinstance(table[path[-1]], dict):
            raise CannotEditError(f"{path[-1]!r} is no table")
        changed = {k: v for k, v in entry.items() if table[path[-1]].get(k, ...) != v}
        table[path[-1]].update(copy.deepcopy(changed))
        document = _parsed(text)
        here: Any = document
        for key in path:
            here = here[key]
        for key, value in changed.items():
            here[key] = value
        return checked(self.load, _dumped(document), wanted)

    def take(self, text: str, path: Sequence[str], *, containers: int = 0) -> str:
        """See `Json.take`."""
        wanted = self.load(text)
        document = _parsed(text)
        for length in range(len(path), 0, -1):
            table: Any = wanted
            here: Any = document
            for key in path[: length - 1]:
                table, here = table[key], here[key]
            key = path[length - 1]
            # A table that only `[table.entry]` implied goes with its last entry.
            if length < len(path) and table[key]:
                break
            implied = length < len(path) and not self.line(text, path[:length])
            if length < len(path) and len(path) - length > containers and not implied:
                break
            del table[key]
            if key in here:
                del here[key]
        return checked(self.load, _dumped(document), wanted)

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
    # The escapes of JSON are escapes of TOML, which also wants one for DEL.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _parsed(text: str) -> Any:
    import tomlkit

    document = tomlkit.parse(text)
    if tomlkit.dumps(document) != text:
        raise CannotEditError("its layout would not survive")
    return document


def _dumped(document: Any) -> str:
    import tomlkit

    return tomlkit.dumps(document)
