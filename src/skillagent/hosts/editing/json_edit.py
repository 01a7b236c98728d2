"""An entry put into JSON, changed there, or taken out, with every other byte left alone.

Each function takes a text and gives a text; what the new one means is checked against what
was wanted, and where they differ nothing is given at all. Below: `json_text`.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from skillagent.hosts.editing.json_text import TextError, Value, line_at, scan

_REST_OF_LINE = re.compile(r"[ \t]*(?:/\*(?:(?!\*/)[^\r\n])*\*/[ \t]*)*(?://[^\r\n]*)?")
_INDENTED = re.compile(r'^([ \t]+)"', re.MULTILINE)


class CannotEditError(Exception):
    """The text is sound, and cannot be changed without a risk to the rest of it."""


def checked(load: Callable[[str], dict[str, Any]], text: str, wanted: dict[str, Any]) -> str:
    """The text, once it was read again and says what was wanted and nothing else.

    Raises:
        CannotEditError: it does not.
    """
    try:
        found = load(text)
    except TextError as error:
        raise CannotEditError(f"the result would be broken: {error}") from None
    if found != wanted:
        raise CannotEditError("the result would change more than the entry")
    return text


@dataclass(frozen=True, slots=True)
class Json:
    """How a host reads JSON."""

    comments: bool = False
    commas: bool = False
    """Whether a comma may stand after the last of a list."""

    def load(self, text: str) -> dict[str, Any]:
        """What the text means; an empty object where it is blank.

        Raises:
            TextError: it is not JSON of this kind, or no object.
        """
        top = self._scan(text)
        return dict(top.data) if top else {}

    def line(self, text: str, path: Sequence[str]) -> int:
        """The line of the key that a path leads to; 0 if there is none."""
        place = self._scan(text)
        line = 0
        for key in path:
            found = place.all_of(key) if place and place.members is not None else []
            if not found:
                return 0
            line = line_at(text, found[-1].start)
            place = found[-1].value
        return line

    def put(self, text: str, path: Sequence[str], entry: dict[str, Any]) -> str:
        """The text with an entry at a path; of one that is there, other keys are kept.

        Raises:
            TextError: the text cannot be read.
            CannotEditError: there is no safe place for it.
        """
        wanted = self.load(text)
        _put(wanted, path, entry)
        new = self._put(text, tuple(path), entry)
        return checked(self.load, new, wanted)

    def take(self, text: str, path: Sequence[str], *, containers: int = 0) -> str:
        """The text without the entry at a path.

        Args:
            text: of the file.
            path: of an entry that is there.
            containers: how many objects around it go too if they are then empty.

        Raises:
            TextError: the text cannot be read.
            CannotEditError: it cannot be taken out safely.
        """
        wanted = self.load(text)
        for length in range(len(path), 0, -1):
            table = wanted
            for key in path[: length - 1]:
                table = table[key]
            if length < len(path) and (table[path[length - 1]] or len(path) - length > containers):
                break
            del table[path[length - 1]]
            text = self._take(text, tuple(path[:length]))
        return checked(self.load, text, wanted)

    def _scan(self, text: str) -> Value | None:
        top = scan(text, comments=self.comments, commas=self.commas)
        if top is not None and top.members is None:
            raise TextError("the top is no object", line_at(text, top.start))
        return top

    def _put(self, text: str, path: tuple[str, ...], entry: dict[str, Any]) -> str:
        top = self._scan(text)
        if top is None:
            return _document(text, path, entry)
        table = top
        for depth, key in enumerate(path):
            found = table.all_of(key)
            if len(found) > 1:
                raise CannotEditError(f"{key!r} is there twice")
            if not found:
                value: Any = entry
                for inner in reversed(path[depth + 1 :]):
                    value = {inner: value}
                return _insert(text, table, key, value)
            table = found[0].value
            if table.members is None:
                raise CannotEditError(f"{key!r} is no object")
        for key, value in entry.items():
            found = table.all_of(key)
            if len(found) > 1:
                raise CannotEditError(f"{key!r} is there twice")
            if found and found[0].value.data != value:
                span = found[0].value
                shown = _render(value, *_style(text), _indent_of(text, found[0].start))
                return self._put(text[: span.start] + shown + text[span.end :], path, entry)
            if not found:
                return self._put(_insert(text, table, key, value), path, entry)
        return text

    def _take(self, text: str, path: tuple[str, ...]) -> str:
        table = self._scan(text)
        for key in path[:-1]:
            found = table.all_of(key) if table else []
            if len(found) != 1:
                raise CannotEditError(f"{key!r} is there twice")
            table = found[0].value
        if table is None or len(table.all_of(path[-1])) != 1:
            raise CannotEditError(f"{path[-1]!r} is there twice")
        return _remove(text, table, path[-1])


def _put(data: dict[str, Any], path: Sequence[str], entry: dict[str, Any]) -> None:
    table = data
    for key in path:
        table = table.setdefault(key, {})
        if not isinstance(table, dict):
            raise CannotEditError(f"{key!r} is no object")
    table.update(copy.deepcopy(entry))


def _document(text: str, path: Sequence[str], entry: dict[str, Any]) -> str:
    """A whole text, after what is there: nothing, blanks or comments."""
    value: Any = entry
    for key in reversed(path):
        value = {key: value}
    blank = not text.strip("\ufeff \t\r\n")
    kept = text[: text.startswith("\ufeff")] if blank else text.rstrip() + "\n"
    return kept + json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _style(text: str) -> tuple[str, str]:
    """One step of indentation, and the line end, that a text uses."""
    step = _INDENTED.search(text)
    return step[1] if step else "  ", "\r\n" if "\r\n" in text else "\n"


def _render(value: Any, step: str, line_end: str, indent: str) -> str:
    shown = json.dumps(value, indent=step, ensure_ascii=False)
    return shown.replace("\n", line_end + indent)


def _compact(value: Any, text: str) -> str:
    """On one line, with blanks after colons and commas if the text has them."""
    airy = re.search(r'":[ \t]', text) is not None or '":' not in text
    return json.dumps(value, ensure_ascii=False, separators=None if airy else (",", ":"))


def _indent_of(text: str, place: int) -> str:
    """Blanks in front of the line of a place."""
    line = text[text.rfind("\n", 0, place) + 1 : place].lstrip("\ufeff")
    return line[: len(line) - len(line.lstrip(" \t"))]


def _insert(text: str, table: Value, key: str, value: Any) -> str:
    """A member at the end of an object, in the object's own layout."""
    step, line_end = _style(text)
    name = json.dumps(key, ensure_ascii=False) + ": "
    if not table.members:
        outer = _indent_of(text, table.start)
        inside = text[table.start + 1 : table.end - 1].rstrip()
        shown = name + _render(value, step, line_end, outer + step)
        middle = f"{inside}{line_end}{outer + step}{shown}{line_end}{outer}"
        return text[: table.start + 1] + middle + text[table.end - 1 :]
    first, last = table.members[0], table.members[-1]
    after = last.end if table.comma < 0 else table.comma + 1
    if "\n" not in text[table.start : first.start] and "\n" not in text[last.end : table.end]:
        shown = _compact({key: value}, text)[1:-1]
        blank = " " if ": " in shown[len(name) - 2 : len(name)] else ""
        tail = "," if table.comma >= 0 else ""
        lead = blank if table.comma >= 0 else f",{blank}"
        return text[:after] + lead + shown + tail + text[after:]
    indent = _indent_of(text, last.start)
    # A comment behind the last member stays behind it.
    rest = _REST_OF_LINE.match(text, after)
    place = rest.end() if rest and rest[0].strip() else after
    shown = f"{line_end}{indent}{name}{_render(value, step, line_end, indent)}"
    if table.comma >= 0:
        return text[:place] + shown + "," + text[place:]
    return text[:after] + "," + text[after:place] + shown + text[place:]


def _remove(text: str, table: Value, key: str) -> str:
    """The text without a member; its comma and its line go with it."""
    members = table.members or ()
    at = next(number for number, member in enumerate(members) if member.key == key)
    member = members[at]
    is_last = at + 1 == len(members)
    end = member.end
    comma = table.comma if is_last else _comma(text, member.end, members[at + 1].start)
    if comma >= 0:
        # Only blanks between the member and its comma go too; a comment there stays.
        between = text[member.end : comma]
        end = comma + 1 if not between.strip() else end
    before = text[: member.start].rstrip(" \t")
    start = len(before)
    if before.endswith("\n"):
        start -= 2 if before.endswith("\r\n") else 1
    elif not is_last and comma >= 0:
        start = member.start
        end += len(text[end:]) - len(text[end:].lstrip(" \t"))
    result = text[:start] + text[end:]
    if comma >= 0 and end <= comma:
        shift = comma - (end - start)
        result = result[:shift] + result[shift + 1 :]
    if is_last and table.comma < 0 and at:
        previous = _comma(text, members[at - 1].end, member.start)
        result = result[:previous] + result[previous + 1 :]
    if len(members) == 1:
        closing = table.end - 1 - (len(text) - len(result))
        if not result[table.start + 1 : closing].strip():
            result = result[: table.start + 1] + result[closing:]
    return result


def _comma(text: str, start: int, end: int) -> int:
    """The comma between two members, past any comment."""
    place = start
    while place < end:
        if text.startswith("//", place):
            place = text.index("\n", place)
        elif text.startswith("/*", place):
            place = text.index("*/", place) + 2
        elif text[place] == ",":
            return place
        else:
            place += 1
    raise CannotEditError("a comma is not where it should be")
