"""JSON as text with places: every value and key knows where in the file it stands.

An editor of someone else's file must change what it means to and no other byte, so the text
is scanned, not loaded and written again. Above: `json_edit`.
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


class TextError(SkillAgentError):
    """A text is not what its host can read.

    Attributes:
        line: where, from 1.
    """

    def __init__(self, message: str, line: int) -> None:
        self.line = line
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Value:
    """One value of the text: `text[start:end]`."""

    start: int
    end: int
    data: Any
    """As `json.loads` gives it; of equal keys the last one counts."""
    members: tuple[Member, ...] | None = None
    """Of an object, in the order of the text."""
    comma: int = -1
    """Place of the comma after an object's last member; -1 if there is none."""

    def all_of(self, key: str) -> list[Member]:
        """The members of that name: several only where a key is repeated."""
        return [member for member in self.members or () if member.key == key]


@dataclass(frozen=True, slots=True)
class Member:
    """One `"key": value` of an object."""

    key: str
    start: int
    """Place of the key's first quotation mark."""
    value: Value

    @property
    def end(self) -> int:
        return self.value.end


@dataclass(slots=True)
class _Scanner:
    text: str
    comments: bool
    commas: bool
    """Whether a comma may stand after the last of a list."""

    def fail(self, message: str, place: int) -> TextError:
        return TextError(message, line_at(self.text, place))

    def gap(self, place: int) -> int:
        found = (_GAP if self.comments else _BLANK).match(self.text, place)
        assert found is not None
        return found.end()

    def value(self, place: int) -> Value:
        first = self.text[place : place + 1]
        if first == "{":
            return self.object(place)
        if first == "[":
            return self.array(place)
        found = (_STRING if first == '"' else _SCALAR).match(self.text, place)
        if not found or not found.end() > place:
            what = repr(self.text[place : place + 12]) if first else "the end of the file"
            raise self.fail(f"a value is expected, not {what}", place)
        try:
            return Value(place, found.end(), json.loads(found[0]))
        except ValueError:
            raise self.fail("a text holds an unknown escape", place) from None

    def object(self, start: int) -> Value:
        members: list[Member] = []
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
            members.append(Member(json.loads(key[0]), place, value))
            place, comma = self.comma(value.end)
        if comma >= 0 and not self.commas:
            raise self.fail("a comma stands after the last member", comma)
        data = {member.key: member.value.data for member in members}
        return Value(start, place + 1, data, tuple(members), comma)

    def comma(self, end: int) -> tuple[int, int]:
        """Where it goes on behind a value, and where its comma stands; -1 where it has none."""
        place = self.gap(end)
        if self.text[place : place + 1] != ",":
            return place, -1
        return self.gap(place + 1), place

    def array(self, start: int) -> Value:
        items: list[Any] = []
        place = self.gap(start + 1)
        comma = -1
        while self.text[place : place + 1] != "]":
            if items and comma < 0:
                raise self.fail("a comma or ] is expected", place)
            value = self.value(place)
            items.append(value.data)
            place, comma = self.comma(value.end)
        if comma >= 0 and not self.commas:
            raise self.fail("a comma stands after the last item", comma)
        return Value(start, place + 1, items)


def scan(text: str, *, comments: bool = False, commas: bool = False) -> Value | None:
    """The one value of a text, with places; None where the text is blank.

    Args:
        text: of the file; a byte order mark in front is passed over.
        comments: whether `//` and `/* */` may stand between values.
        commas: whether a comma may stand after the last of a list.

    Raises:
        TextError: it is not JSON of that kind.
    """
    scanner = _Scanner(text, comments, commas)
    place = scanner.gap(1 if text.startswith(MARK) else 0)
    if place == len(text):
        return None
    try:
        value = scanner.value(place)
    except RecursionError:
        raise TextError("it is nested too deeply", 1) from None
    rest = scanner.gap(value.end)
    if rest != len(text):
        raise scanner.fail("text stands after the end of the value", rest)
    return value


def line_at(text: str, place: int) -> int:
    """The line of a place, from 1."""
    return text.count("\n", 0, place) + 1
