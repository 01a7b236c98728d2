"""Adds, updates or removes an entry in JSON text; every other byte stays.

Each method takes a text and returns a new one. The content of the new text is compared with the
expected content, and if they differ, an error is raised instead.

Above: `install`. Below: `json_text`, which gives positions in the text.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from skillagent.hosts.editing.json_text import HostSyntaxError, JsonMember, JsonValue, line_at, scan

_REST_OF_LINE = re.compile(r"[ \t]*(?:/\*(?:(?!\*/)[^\r\n])*\*/[ \t]*)*(?://[^\r\n]*)?")
_INDENTED = re.compile(r'^([ \t]+)"', re.MULTILINE)


class CannotEditError(Exception):
    """The text is valid, but changing it could damage the rest; `install` handles this error."""


def checked(load: Callable[[str], dict[str, Any]], text: str, expected: dict[str, Any]) -> str:
    """The text itself, if it has exactly the expected content.

    Args:
        load: reads the content of a text.
        text: the text after a change.
        expected: the content that it must have.

    Raises:
        CannotEditError: it has other content.
    """
    try:
        content = load(text)
    except HostSyntaxError as error:
        raise CannotEditError(f"the result would be invalid: {error}") from None
    if content != expected:
        raise CannotEditError("the result would change more than the entry")
    return text


@dataclass(frozen=True, slots=True)
class JsonEditor:
    """Edits JSON of the kind that a host reads."""

    comments: bool = False
    """Whether comments are allowed."""
    trailing_commas: bool = False
    """Whether a comma is allowed after the last member or item."""

    def load(self, text: str) -> dict[str, Any]:
        """The content of a text; an empty object if the text is blank.

        Raises:
            HostSyntaxError: the text is not JSON of this kind, or not an object.
        """
        top = self._scan(text)
        return dict(top.data) if top else {}

    def line(self, text: str, path: Sequence[str]) -> int:
        """The line of the key at the end of a path; 0 if it is not there.

        Args:
            text: text of the file.
            path: keys from the top of the file.
        """
        value = self._scan(text)
        line = 0
        for key in path:
            members = value.all_of(key) if value and value.members is not None else []
            if not members:
                return 0
            line = line_at(text, members[-1].start)
            value = members[-1].value
        return line

    def put(self, text: str, path: Sequence[str], entry: dict[str, Any]) -> str:
        """The text with an entry added, or updated; other keys of an existing entry stay.

        Args:
            text: text of the file.
            path: keys from the top of the file; the last one is the entry's name.
            entry: the values of the entry.

        Raises:
            HostSyntaxError: the text cannot be read.
            CannotEditError: the entry cannot be added safely.
        """
        expected = self.load(text)
        _put(expected, path, entry)
        return checked(self.load, self._put(text, tuple(path), entry), expected)

    def take(self, text: str, path: Sequence[str], *, containers: int = 0) -> str:
        """The text without an entry.

        Args:
            text: text of the file.
            path: path of an existing entry; see `put`.
            containers: number of objects around the entry to remove too if they are then empty.

        Raises:
            HostSyntaxError: the text cannot be read.
            CannotEditError: the entry cannot be removed safely.
        """
        expected = self.load(text)
        for length in range(len(path), 0, -1):
            table = expected
            for key in path[: length - 1]:
                table = table[key]
            is_container = length < len(path)
            if is_container and (table[path[length - 1]] or len(path) - length > containers):
                break
            del table[path[length - 1]]
            text = self._take(text, tuple(path[:length]))
        return checked(self.load, text, expected)

    def _scan(self, text: str) -> JsonValue | None:
        top = scan(text, comments=self.comments, trailing_commas=self.trailing_commas)
        if top is not None and top.members is None:
            raise HostSyntaxError("the top is not an object", line_at(text, top.start))
        return top

    def _put(self, text: str, path: tuple[str, ...], entry: dict[str, Any]) -> str:
        top = self._scan(text)
        if top is None:
            return _document(text, path, entry)
        table = top
        for depth, key in enumerate(path):
            member = _only_member(table, key)
            if member is None:
                return _insert(text, table, key, _nested(path[depth + 1 :], entry))
            table = member.value
            if table.members is None:
                raise CannotEditError(f"{key!r} is not an object")
        for key, value in entry.items():
            changed = _with_value(text, table, key, value)
            if changed is not None:
                # Positions after the change are wrong now, so the new text is scanned again.
                return self._put(changed, path, entry)
        return text

    def _take(self, text: str, path: tuple[str, ...]) -> str:
        table = self._scan(text)
        for key in path[:-1]:
            members = table.all_of(key) if table else []
            if len(members) != 1:
                raise CannotEditError(f"{key!r} is there twice")
            table = members[0].value
        if table is None or len(table.all_of(path[-1])) != 1:
            raise CannotEditError(f"{path[-1]!r} is there twice")
        return _remove(text, table, path[-1])


def _only_member(table: JsonValue, key: str) -> JsonMember | None:
    """The member with a key; None if there is none.

    Raises:
        CannotEditError: there are several, and it is not clear which one the host reads.
    """
    members = table.all_of(key)
    if len(members) > 1:
        raise CannotEditError(f"{key!r} is there twice")
    return members[0] if members else None


def _with_value(text: str, table: JsonValue, key: str, value: Any) -> str | None:
    """The text with a member set to a value; None if it has that value already."""
    member = _only_member(table, key)
    if member is None:
        return _insert(text, table, key, value)
    if member.value.data == value:
        return None
    rendered = _render(value, *_style(text), _indent_of(text, member.start))
    return text[: member.value.start] + rendered + text[member.value.end :]


def _nested(path: Sequence[str], entry: dict[str, Any]) -> dict[str, Any]:
    """An entry inside the objects that a path leads through."""
    for key in reversed(path):
        entry = {key: entry}
    return entry


def _put(data: dict[str, Any], path: Sequence[str], entry: dict[str, Any]) -> None:
    table = data
    for key in path:
        table = table.setdefault(key, {})
        if not isinstance(table, dict):
            raise CannotEditError(f"{key!r} is not an object")
    table.update(copy.deepcopy(entry))


def _document(text: str, path: Sequence[str], entry: dict[str, Any]) -> str:
    """A new document after a text that has none: a blank text, or only comments."""
    is_blank = not text.strip("\ufeff \t\r\n")
    start = text[: text.startswith("\ufeff")] if is_blank else text.rstrip() + "\n"
    return start + json.dumps(_nested(path, entry), indent=2, ensure_ascii=False) + "\n"


def _style(text: str) -> tuple[str, str]:
    """One step of indentation and the line end of a text."""
    step = _INDENTED.search(text)
    return step[1] if step else "  ", "\r\n" if "\r\n" in text else "\n"


def _render(value: Any, step: str, line_end: str, indent: str) -> str:
    rendered = json.dumps(value, indent=step, ensure_ascii=False)
    return rendered.replace("\n", line_end + indent)


def _compact(value: Any, text: str) -> str:
    """A value on one line, with blanks after colons and commas if the text has them."""
    has_blanks = re.search(r'":[ \t]', text) is not None or '":' not in text
    return json.dumps(value, ensure_ascii=False, separators=None if has_blanks else (",", ":"))


def _indent_of(text: str, place: int) -> str:
    """The indentation of the line of a position."""
    line = text[text.rfind("\n", 0, place) + 1 : place].lstrip("\ufeff")
    return line[: len(line) - len(line.lstrip(" \t"))]


def _insert(text: str, table: JsonValue, key: str, value: Any) -> str:
    """The text with a member added at the end of an object, in the object's own layout."""
    step, line_end = _style(text)
    name = json.dumps(key, ensure_ascii=False) + ": "
    if not table.members:
        outer = _indent_of(text, table.start)
        inside = text[table.start + 1 : table.end - 1].rstrip()
        rendered = name + _render(value, step, line_end, outer + step)
        middle = f"{inside}{line_end}{outer + step}{rendered}{line_end}{outer}"
        return text[: table.start + 1] + middle + text[table.end - 1 :]
    first, last = table.members[0], table.members[-1]
    after = last.end if table.comma < 0 else table.comma + 1
    if "\n" not in text[table.start : first.start] and "\n" not in text[last.end : table.end]:
        rendered = _compact({key: value}, text)[1:-1]
        blank = " " if ": " in rendered[len(name) - 2 : len(name)] else ""
        tail = "," if table.comma >= 0 else ""
        lead = blank if table.comma >= 0 else f",{blank}"
        return text[:after] + lead + rendered + tail + text[after:]
    indent = _indent_of(text, last.start)
    # A comment after the last member stays after it.
    rest = _REST_OF_LINE.match(text, after)
    place = rest.end() if rest and rest[0].strip() else after
    rendered = f"{line_end}{indent}{name}{_render(value, step, line_end, indent)}"
    if table.comma >= 0:
        return text[:place] + rendered + "," + text[place:]
    return text[:after] + "," + text[after:place] + rendered + text[place:]


def _remove(text: str, table: JsonValue, key: str) -> str:
    """The text without a member, its comma and its line."""
    members = table.members or ()
    at = next(number for number, member in enumerate(members) if member.key == key)
    member = members[at]
    is_last = at + 1 == len(members)
    end = member.end
    comma = table.comma if is_last else _comma(text, member.end, members[at + 1].start)
    if comma >= 0:
        # Blanks between the member and its comma are removed; a comment there stays.
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
    """The position of the comma between two members; commas in comments do not count."""
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
