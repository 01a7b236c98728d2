"""The header of a SKILL.md as the reference validator of Agent Skills reads it.

That validator (the package `skills-ref`) cuts the text at the first two `---`, wherever they
are, and reads what is between them with strictyaml: every value is text, and flow lists, tags,
anchors and repeated keys are refused. Our own loader is more lenient; this one repairs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml

Field: TypeAlias = "str | list[Field] | dict[str, Field]"
"""A value as strictyaml reads it: no numbers, no booleans, no null."""

FLOW = (
    "Found ugly disallowed JSONesque flow mapping "
    "(surround with ' and ' to make text appear literally)"
)
ANCHOR = (
    "Found confusing disallowed anchor token (surround with ' and ' to make text appear literally)"
)
TAG = "Found disallowed tag tokens (do not specify types in markup)"
INDENTATION = "Found mapping with indentation inconsistent with previous mapping"


class HeaderError(Exception):
    """The header cannot be read; the text is that of the reference validator.

    Attributes:
        code: key of `diagnostics.CODES`.
        line: in the file, from 1.
    """

    def __init__(self, code: str, line: int, text: str) -> None:
        self.code = code
        self.line = line
        super().__init__(text)


@dataclass(frozen=True, slots=True)
class SkillHeader:
    """The fields of one SKILL.md."""

    fields: Mapping[str, Field]
    """Top-level keys and their values, in the author's order."""
    lines: Mapping[str, int]
    """Key → its line in the file, from 1."""
    body: str
    """The text after the header, without blank lines around it."""


def read_skill_header(text: str) -> SkillHeader:
    """The fields of a SKILL.md.

    Args:
        text: the whole file, line ends as `\\n`.

    Raises:
        HeaderError: the file has no header, or it cannot be read.
    """
    if not text.startswith("---"):
        raise HeaderError("SG101", 1, "SKILL.md must start with YAML frontmatter (---)")
    parts = text.split("---", 2)
    if len(parts) < 3:
        raise HeaderError("SG102", 1, "SKILL.md frontmatter not properly closed with ---")
    try:
        value, lines = _Strict(parts[1]).read()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        line = mark.line + 1 if mark else 1
        raise HeaderError("SG103", line, f"Invalid YAML in frontmatter: {problem}") from None
    if not isinstance(value, dict):
        raise HeaderError("SG105", 1, "SKILL.md frontmatter must be a YAML mapping")
    return SkillHeader(value, lines, parts[2].strip())


class _OpenValue:
    """An open list or mapping while it is read."""

    def __init__(self, keys: bool) -> None:
        self.items: list[Field] = []
        self.fields: dict[str, Field] = {}
        self.is_mapping = keys
        self.key: str | None = None
        self.column: int | None = None
        """Column of the first mapping inside it: strictyaml wants all of them in this column."""

    def value(self) -> Field:
        return self.fields if self.is_mapping else self.items


class _Strict:
    """YAML events → texts, lists and mappings; refuses what strictyaml refuses."""

    def __init__(self, text: str) -> None:
        # The pure loader: strictyaml's own parser descends from it, libyaml's differs in detail.
        self._events: Any = yaml.SafeLoader(text)
        self._documents = 0
        self._lines: dict[str, int] = {}
        self._late: Exception | None = None
        """An error that the reference validator reports only once it has read everything."""

    def read(self) -> tuple[Field, dict[str, int]]:
        """The one document, and the lines of its top-level keys."""
        stack: list[_OpenValue] = []
        result: Field = ""
        while not isinstance(event := self._events.get_event(), yaml.StreamEndEvent):
            self._check(event)
            if isinstance(event, (yaml.SequenceStartEvent, yaml.MappingStartEvent)):
                self._open(stack, event)
                continue
            if isinstance(event, yaml.ScalarEvent):
                value: Field = event.value
            elif isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
                value = stack.pop().value()
            else:
                continue
            if stack:
                self._put(stack, value, event)
            else:
                result = value
        if self._late:
            raise self._late
        return result, self._lines

    def _open(self, stack: list[_OpenValue], event: Any) -> None:
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        if is_mapping and stack:
            self._check_column(stack[-1], event.start_mark)
        stack.append(_OpenValue(is_mapping))

    def _put(self, stack: list[_OpenValue], value: Field, event: Any) -> None:
        frame, mark = stack[-1], event.start_mark
        if not frame.is_mapping:
            frame.items.append(value)
        elif frame.key is not None:
            frame.fields[frame.key] = value
            frame.key = None
        else:
            if not isinstance(value, str):
                self._later(_refused("found unhashable key", mark))
                value = ""
            elif value == "<<" and event.implicit[0]:
                problem = "expected a mapping or list of mappings for merging"
                self._later(_refused(problem, mark))
            elif value in frame.fields:
                self._later(_refused(f"Duplicate key '{value}' found", mark, strict=True))
            frame.key = value
            if len(stack) == 1:
                self._lines[value] = mark.line + 1

    def _check(self, event: Any) -> None:
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise _refused("expected a single document in the stream", event.start_mark)
        if isinstance(event, yaml.AliasEvent):
            raise _refused(f"found undefined alias {event.anchor!r}", event.start_mark)
        if getattr(event, "tag", None):
            raise _refused(TAG, event.start_mark, strict=True)
        if getattr(event, "anchor", None):
            raise _refused(ANCHOR, event.start_mark, strict=True)
        if getattr(event, "flow_style", None):
            raise _refused(FLOW, event.start_mark, strict=True)

    def _check_column(self, frame: _OpenValue, mark: Any) -> None:
        if not frame.is_mapping or frame.key is None:
            return
        if frame.column is None:
            frame.column = mark.column
        elif frame.column != mark.column:
            self._later(_refused(INDENTATION, mark, strict=True))

    def _later(self, error: Exception) -> None:
        self._late = self._late or error


def _refused(problem: str, mark: Any, *, strict: bool = False) -> Exception:
    """The error to raise; `strict` for valid YAML that only strictyaml refuses."""
    text = f"Invalid YAML in frontmatter: {problem}"
    return HeaderError("SG104" if strict else "SG103", mark.line + 1, text)
