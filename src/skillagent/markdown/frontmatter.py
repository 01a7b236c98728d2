"""Read the header of a document: YAML between `---` lines, TOML between `+++`, JSON in `{ }`.

The parts that cannot be read are reported, and as much of the rest as possible is kept.

Above: `document`. Below: `simple_header`, which reads most headers; `yaml_header`, which reads any
YAML; `salvage`, for broken YAML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from skillagent.diagnostics import Diagnostic, finding
from skillagent.markdown.lazy_pattern import lazy_pattern
from skillagent.markdown.simple_header import KEY_LINE, first_line_is_key, simple
from skillagent.markdown.values import (
    MAX_DEPTH,
    RefusedHeaderError,
    Value,
    scalar_text,
    too_deep,
)

MAX_HEADER_CHARS = 262_144
"""Longest header that is read."""

_CLOSE = lazy_pattern(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
_TOML_CLOSE = lazy_pattern(r"^\+\+\+[ \t]*$", re.MULTILINE)
_JSON_CLOSE = lazy_pattern(r"^\}[ \t]*$", re.MULTILINE)
_OPEN = lazy_pattern(r"---[ \t]*(?:\n|\Z)")
_SECOND = lazy_pattern(
    r"\s*+(?:---[ \t]*+\n)?(?:[\w-]++:(?:[ \t][^\n]*+)?+\n(?:[ \t][^\n]*+\n)*+)++"
    r"---[ \t]*+(?:\n|\Z)"
)
_ANY_KEY = lazy_pattern(r"\s*[\"']?([^\s\"'=:\[]+)[\"']?\s*[=:]")
_DOTS = lazy_pattern(r"^(?:[^.=\n]*+\.){64}", re.MULTILINE)
_EMPTY: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Frontmatter:
    """The header of a document, as far as it could be read."""

    fields: Mapping[str, Value]
    """Every key as written, in the author's order."""
    lines: Mapping[str, int]
    """Key → its line in the file, from 1."""
    text: str
    """The header as written, without its fences."""
    start: int
    """Offset in the document's text where the raw header begins."""
    body_start: int
    """Offset in the document's text where the body begins."""
    odd: Mapping[str, str] = field(default_factory=dict)
    """Lower-case form → key as written, for keys that are not in lower case."""

    def get(self, *names: str) -> Value:
        """The value of the first name that is a field; the case of the field does not matter.

        Args:
            names: in lower case, tried in order.
        """
        for name in names:
            if name in self.fields:
                return self.fields[name]
        if self.odd:
            for name in names:
                if name in self.odd:
                    return self.fields[self.odd[name]]
        return None

    def words(self, *names: str) -> tuple[str, ...]:
        """The words of a field: the items of a list, or of a text with commas."""
        return words(self.get(*names))


def words(value: Value) -> tuple[str, ...]:
    """The words of a value: the items of a list, or of a text with commas."""
    if isinstance(value, str):
        items: Iterator[object] = iter(value.split(","))
    elif isinstance(value, tuple):
        items = iter(value)
    else:
        items = iter(() if value is None else (value,))
    return tuple(text for item in items if (text := scalar_text(item).strip()))


NO_HEADER = Frontmatter(_EMPTY, _EMPTY, "", 0, 0)


def read(text: str, path: str) -> tuple[Frontmatter, list[Diagnostic]]:
    """The header of a document, and findings about it.

    Args:
        text: the whole file as `decode` returns it.
        path: the path that findings name.
    """
    if not text.startswith(("---", "+++", "{")):
        stripped = text.lstrip()
        if stripped is not text and (opening := _OPEN.match(stripped)):
            line = text[: len(text) - len(stripped)].count("\n") + 1
            if KEY_LINE.match(stripped, opening.end()):
                return NO_HEADER, [finding("SG017", path, line, "blank lines before the header")]
        return NO_HEADER, []
    if text.startswith("+++"):
        return _read_toml(text, path)
    if text.startswith("{"):
        return _read_json(text)
    return _read_yaml(text, path)


def _read_yaml(text: str, path: str) -> tuple[Frontmatter, list[Diagnostic]]:
    opening = _OPEN.match(text)
    if not opening:
        return NO_HEADER, []
    start = opening.end()
    closing = _CLOSE.search(text, start)
    if not closing:
        return NO_HEADER, [finding("SG011", path, 1, "the header is never closed")]
    header = text[start : closing.start()]
    body_start = min(len(text), closing.end() + 1)
    if read_at_once := simple(header):
        fields, lines = read_at_once
        frontmatter = Frontmatter(fields, lines, header, start, body_start, odd_keys(fields))
        return frontmatter, _second_block(text, body_start, path)
    return _read_by_parser(text, header, start, body_start, path)


def _read_by_parser(
    text: str, header: str, start: int, body_start: int, path: str
) -> tuple[Frontmatter, list[Diagnostic]]:
    """The result for a header of YAML that is not simple.

    Args:
        text: the whole file.
        header: the text between the fences.
        start: offset where it begins.
        body_start: offset where the body begins.
        path: the path that findings name.
    """
    # Few graphs need the YAML parser, and loading it takes as long as reading a hundred files.
    from yaml import YAMLError

    from skillagent.markdown.salvage import salvage
    from skillagent.markdown.yaml_header import YamlReader

    reader = YamlReader(path)
    try:
        if len(header) > MAX_HEADER_CHARS:
            raise RefusedHeaderError(f"a header of {len(header)} characters", 0)
        value = reader.value(header, 2)
    except (RefusedHeaderError, YAMLError) as error:
        if len(header) > MAX_HEADER_CHARS or not first_line_is_key(header):
            return _unread(start, body_start, path, error)
        value = salvage(header, reader, error)
    if value is None:
        value = _EMPTY
    if not isinstance(value, Mapping):
        return NO_HEADER, [finding("SG012", path, 1, "the header is not a mapping")]
    findings = reader.findings + _second_block(text, body_start, path)
    return Frontmatter(value, reader.lines, header, start, body_start, odd_keys(value)), findings


def _unread(
    start: int, body_start: int, path: str, error: Exception
) -> tuple[Frontmatter, list[Diagnostic]]:
    """The result for a header of which no key can be read."""
    if not isinstance(error, RefusedHeaderError):
        return NO_HEADER, [finding("SG012", path, 1, "the header is not a mapping")]
    message = f"frontmatter refused: {error}"
    unread = Frontmatter(_EMPTY, _EMPTY, "", start, body_start)
    return unread, [finding("SG014", path, error.line + 2, message)]


def odd_keys(fields: Mapping[str, Value]) -> Mapping[str, str]:
    """The value of `Frontmatter.odd` for some fields."""
    if all(map(str.islower, fields)):
        return _EMPTY
    return {key.casefold(): key for key in fields if not key.islower()}


def _second_block(text: str, body_start: int, path: str) -> list[Diagnostic]:
    if not _SECOND.match(text, body_start):
        return []
    begin = body_start + len(text[body_start:]) - len(text[body_start:].lstrip())
    line = text.count("\n", 0, begin) + 1
    return [finding("SG019", path, line, "a second YAML block")]


def _read_toml(text: str, path: str) -> tuple[Frontmatter, list[Diagnostic]]:
    opening = re.match(r"\+\+\+[ \t]*\n", text)
    if not opening:
        return NO_HEADER, []
    closing = _TOML_CLOSE.search(text, opening.end())
    if not closing:
        return NO_HEADER, [finding("SG011", path, 1, "the header is never closed")]
    import tomllib  # such headers are rare

    header = text[opening.end() : closing.start()]
    body_start = min(len(text), closing.end() + 1)
    try:
        if len(header) > MAX_HEADER_CHARS or _DOTS.search(header):
            raise RefusedHeaderError("it is too long, or a key has too many parts", 0)
        fields = _frozen(tomllib.loads(header))
    except RefusedHeaderError as error:
        message = f"frontmatter refused: {error}"
        return (
            Frontmatter(_EMPTY, _EMPTY, "", opening.end(), body_start),
            [finding("SG014", path, 2, message)],
        )
    except (ValueError, RecursionError) as error:
        message = f"broken TOML: {error}"
        place = re.search(r"at line (\d+)", str(error))
        line = int(place[1]) + 1 if place else 1
        return (
            Frontmatter(_EMPTY, _EMPTY, "", opening.end(), body_start),
            [finding("SG010", path, line, message, "correct the TOML")],
        )
    lines = _key_lines(fields, header, 2)
    return Frontmatter(fields, lines, header, opening.end(), body_start, odd_keys(fields)), []


def _read_json(text: str) -> tuple[Frontmatter, list[Diagnostic]]:
    # A JSON header begins with a brace alone on its line; any other text is a body.
    if not text.startswith("{\n"):
        return NO_HEADER, []
    closing = _JSON_CLOSE.search(text)
    if not closing or closing.end() > MAX_HEADER_CHARS:
        return NO_HEADER, []
    import json  # such headers are rare

    try:
        fields = _frozen(json.loads(text[: closing.start() + 1]))
    except (RefusedHeaderError, ValueError, RecursionError):
        return NO_HEADER, []
    body_start = min(len(text), closing.end() + 1)
    header = text[: closing.end()]
    lines = _key_lines(fields, header, 1)
    return Frontmatter(fields, lines, header, 0, body_start, odd_keys(fields)), []


def _key_lines(fields: Mapping[str, Value], header: str, first: int) -> Mapping[str, int]:
    """Key → the first line that begins with it, because these parsers do not return lines."""
    numbers: dict[str, int] = {}
    for number, line in enumerate(header.split("\n"), start=first):
        if match := _ANY_KEY.match(line):
            numbers.setdefault(match[1], number)
    return {key: numbers.get(key, first) for key in fields}


def _frozen(value: object, depth: int = 0) -> Any:
    """A value of TOML or JSON, made immutable, within the same limits as YAML."""
    if depth > MAX_DEPTH:
        raise too_deep(0)
    if isinstance(value, dict):
        return MappingProxyType({str(key): _frozen(item, depth + 1) for key, item in value.items()})
    if isinstance(value, list):
        return tuple(_frozen(item, depth + 1) for item in value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 1 << 64:
        return hex(value)  # Python refuses to print very long numbers in decimal
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
