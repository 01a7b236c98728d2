"""Scans JSON text and keeps the position of every value and key.

An editor of someone else's file must not change any other byte. So the text is scanned and edited
in place, not loaded and written again. Above: `json_edit`.

Source: RFC 8259; comments and trailing commas as in JSON5.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from skillagent.errors import SkillAgentError

_BLANK = re.compile(r"[ \t\r\n]*")
_GAP = re.compile(r"(?:[ \t\r\n]|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"')
_SCALAR = re.compile(r"true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
MARK = "\ufeff"


class HostSyntaxError(SkillAgentError):
    """A host's file has a syntax that the host cannot read; `install` turns it into `UsageError`.

    Attributes:
        line: line of the error, from 1.
    """

    def __init__(self, message: str, line: int) -> None:
        self.line = line
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class JsonValue:
    """One value in the text, at `text[start:end]`."""

    start: int
    end: int
    data: Any
    """The value as `json.loads` gives it; of equal keys the last one counts."""
    members: tuple[JsonMember, ...] | None = None
    """Members of an object, in the order of the text; None for another value."""
    comma: int = -1
    """Position of the comma after an object's last member; -1 if there is none."""

    def all_of(self, key: str) -> list[JsonMember]:
        """The members with a key; several if the key is repeated."""
        return [member for member in self.members or () if member.key == key]


@dataclass(frozen=True, slots=True)
class JsonMember:
    """One `"key": value` of an object."""

    key: str
    start: int
    """Position of the key's first quotation mark."""
    value: JsonValue

    @property
    def end(self) -> int:
        return self.value.end


@dataclass(slots=True)
class _Scanner:
    """Scans one text. Positions are indexes into the text."""

    text: str
    comments: bool
    trailing_commas: bool
    """Whether a comma is allowed after the last member or item."""

    def fail(self, message: str, place: int) -> HostSyntaxError:
        return HostSyntaxError(message, line_at(self.text, place))

    def gap(self, place: int) -> int:
        """The position after blanks and comments."""
        match = (_GAP if self.comments else _BLANK).match(self.text, place)
        assert match is not None
        return match.end()

    def value(self, place: int) -> JsonValue:
        first = self.text[place : place + 1]
        if first == "{":
            return self.object(place)
        if first == "[":
            return self.array(place)
        match = (_STRING if first == '"' else _SCALAR).match(self.text, place)
        if not match or not match.end() > place:
            what = repr(self.text[place : place + 12]) if first else "the end of the file"
            raise self.fail(f"a value is expected, not {what}", place)
        try:
            return JsonValue(place, match.end(), json.loads(match[0]))
        except ValueError:
            raise self.fail("a string contains an unknown escape", place) from None

    def object(self, start: int) -> JsonValue:
        members: list[JsonMember] = []
        place = self.gap(start + 1)
        comma = -1
        while self.text[place : place + 1] != "}":
            if members and comma < 0:
                raise self.fail("a comma or } is expected", place)
            key = _STRING.match(self.text, place)
            if key is None:
                raise self.fail("a key in quotation marks is expected", place)
            colon = self.gap(key.end())
            if self.text[colon : colon + 1] != ":":
                raise self.fail("a colon is expected after a key", colon)
            value = self.value(self.gap(colon + 1))
            members.append(JsonMember(json.loads(key[0]), place, value))
            place, comma = self.comma(value.end)
        if comma >= 0 and not self.trailing_commas:
            raise self.fail("there is a comma after the last member", comma)
        data = {member.key: member.value.data for member in members}
        return JsonValue(start, place + 1, data, tuple(members), comma)

    def comma(self, end: int) -> tuple[int, int]:
        """The next position after a value and its comma, and that of the comma; -1 without one."""
        place = self.gap(end)
        if self.text[place : place + 1] != ",":
            return place, -1
        return self.gap(place + 1), place

    def array(self, start: int) -> JsonValue:
        items: list[Any] = []
        place = self.gap(start + 1)
        comma = -1
        while self.text[place : place + 1] != "]":
            if items and comma < 0:
                raise self.fail("a comma or ] is expected", place)
            value = self.value(place)
            items.append(value.data)
            place, comma = self.comma(value.end)
        if comma >= 0 and not self.trailing_commas:
            raise self.fail("there is a comma after the last item", comma)
        return JsonValue(start, place + 1, items)


def scan(text: str, *, comments: bool = False, trailing_commas: bool = False) -> JsonValue | None:
    """Scan a text.

    Args:
        text: text of the file; a byte order mark at its beginning is skipped.
        comments: whether `//` and `/* */` are allowed between values.
        trailing_commas: whether a comma is allowed after the last member or item.

    Returns:
        The one value of the text; None if the text is blank.

    Raises:
        HostSyntaxError: the text is not JSON of this kind.
    """
    scanner = _Scanner(text, comments, trailing_commas)
    place = scanner.gap(1 if text.startswith(MARK) else 0)
    if place == len(text):
        return None
    try:
        value = scanner.value(place)
    except RecursionError:
        raise HostSyntaxError("it is nested too deeply", 1) from None
    rest = scanner.gap(value.end)
    if rest != len(text):
        raise scanner.fail("there is text after the end of the value", rest)
    return value


def line_at(text: str, place: int) -> int:
    """The line of a position, from 1."""
    return text.count("\n", 0, place) + 1
