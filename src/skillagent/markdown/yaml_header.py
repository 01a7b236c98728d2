"""YAML of a header → values, key by key with its line, inside fixed bounds.

PyYAML's event parser (libyaml where it is there) reads; the values are built here, so that
depth, aliases and tags are bounded while reading, every key keeps its line, and plain
scalars follow the YAML 1.2 core schema (https://yaml.org/spec/1.2.2/#103-core-schema):
`yes`, `12:30` and dates stay text. A number that would not print as it was written, such
as `1.10`, stays text as well: nothing an author wrote is lost.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

import yaml

from skillagent.diagnostics import Diagnostic, finding

Value: TypeAlias = "str | int | float | bool | tuple[Value, ...] | Mapping[str, Value] | None"
"""What a frontmatter field can hold."""

MAX_DEPTH = 64
MAX_NODES = 10_000

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
KEY_LINE = re.compile(
    r"([^\s#:'\"\[{&*!|>%@`-][^:\n]*+|\"[^\"\n]++\"[ \t]*+|'[^'\n]++'[ \t]*+):(?:[ \t]++|$)"
)
# Quoted without escapes, or plain: no indicator at its start, no `: `, no ` #`, printable.
_QUOTED = r"\"[^\"\\\x00-\x1f\x7f-\U0010ffff]*+\"|'[^'\x00-\x1f\x7f-\U0010ffff]*+'"
_PLAIN = (
    r"[A-Za-z0-9(/.+~$](?:[^\x00-\x20#:\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]"
    r"|:(?=[^ ])| (?=[^ #\n]))*+"
)
_WORD = r"[A-Za-z0-9](?:[\w./+-]|[ ](?=[\w(/.+-]))*+"
_LIST = rf"\[(?:(?:{_QUOTED}|{_WORD})(?:, ?(?:{_QUOTED}|{_WORD}))*)?\]"
_SIMPLE_LINE = re.compile(rf"([A-Za-z_][\w-]*):(?: ({_QUOTED}|{_PLAIN}|{_LIST}))?", re.ASCII)
_SIMPLE_ITEM = re.compile(rf"( *- )({_QUOTED}|{_WORD})", re.ASCII)
_ITEM = re.compile(rf"{_QUOTED}|{_WORD}", re.ASCII)
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_CORE_TAGS = {
    f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "seq", "map")
}
_NULL = {"", "~", "null", "Null", "NULL"}
_TRUE, _FALSE = {"true", "True", "TRUE"}, {"false", "False", "FALSE"}


def scalar_text(value: object) -> str:
    """A field's value as one line of text; collections become compact JSON."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)):
        return str(value)
    return json.dumps(plain(value), ensure_ascii=False)


def plain(value: object) -> Any:
    """A value made of lists and dicts, as `json` takes it."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return value


def simple(header: str) -> tuple[Mapping[str, Value], Mapping[str, int]] | None:
    """A header of plain `key: value` lines and lists of them, read without the YAML parser.

    Nine headers of ten are so simple; this reads them four times faster. Whatever is not
    plainly one of these forms gives None and is left to YAML: a test holds both equal.
    """
    fields: dict[str, Value] = {}
    lines: dict[str, int] = {}
    lists: dict[str, list[Value]] = {}
    open_list: list[Value] | None = None
    key = indent = ""
    for number, line in enumerate(header.split("\n"), start=2):
        if match := _SIMPLE_LINE.fullmatch(line):
            key, raw = match[1], match[2]
            if key in fields:
                return None
            lines[key] = number
            if raw is None:
                # Nothing, or a list on the next lines.
                fields[key] = None
                open_list = lists[key] = []
                continue
            open_list = None
            if raw[0] == "[":
                fields[key] = tuple(_simple_scalar(item[0]) for item in _ITEM.finditer(raw))
            else:
                fields[key] = _simple_scalar(raw)
        elif open_list is not None and (match := _SIMPLE_ITEM.fullmatch(line)):
            if open_list and match[1] != indent:
                return None
            indent = match[1]
            open_list.append(_simple_scalar(match[2]))
        elif line:
            return None
    fields.update((key, tuple(items)) for key, items in lists.items() if items)
    return MappingProxyType(fields), MappingProxyType(lines)


def _simple_scalar(raw: str) -> Value:
    return raw[1:-1] if raw[0] in "\"'" else _resolved(raw)


def first_line_is_key(header: str) -> bool:
    for line in header.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            return bool(KEY_LINE.match(line.lstrip()))
    return False


class RefusedError(Exception):
    """The YAML is well formed, but its value cannot be built, or doing so would be unsafe.

    Args:
        text: why.
        line: where, counted from 0 in what was read.
        is_text: True if it may have been meant as text: `*star`, `!important`.
    """

    def __init__(self, text: str, line: int, *, is_text: bool = False) -> None:
        super().__init__(text)
        self.line = line
        self.is_text = is_text


class Reader:
    """Builds values from YAML events without recursion, inside fixed bounds."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.findings: list[Diagnostic] = []
        self.lines: dict[str, int] = {}
        self.nodes = 0
        self._anchors: dict[str, tuple[Value, int]] = {}

    def begin_anew(self) -> None:
        """Forget what was read so far."""
        self.findings.clear()
        self.lines.clear()
        self.nodes = 0
        self._anchors.clear()

    def value(self, text: str, first_line: int) -> Value:
        """The first document in `text`; anchors of texts read before are known in it.

        Raises:
            yaml.YAMLError: the text is not YAML.
            RefusedError: a tag that builds an object, a recursive alias, too deep or too much.
        """
        # libyaml refuses control characters that other tools let pass in a header.
        events = Loader(text)
        before = self.nodes
        try:
            return self._build(events, first_line)
        except (RefusedError, yaml.YAMLError):
            self.nodes = before  # nothing of it is kept
            raise
        finally:
            events.dispose()

    def _build(self, events: Any, first_line: int) -> Value:
        # One frame for each open collection: [items, keys or None, anchor, size].
        stack: list[tuple[list[Value], list[tuple[str, int]] | None, str | None, int]] = []
        anchors = self._anchors
        while True:
            event = events.get_event()
            kind = type(event)
            if kind is yaml.ScalarEvent:
                self._check_tag(event)
                value: Value = _scalar(event)
                size = 1
                anchor = event.anchor
            elif kind is yaml.SequenceStartEvent or kind is yaml.MappingStartEvent:
                self._check_tag(event)
                if len(stack) >= MAX_DEPTH:
                    raise RefusedError(f"nested more than {MAX_DEPTH} deep", event.start_mark.line)
                keys: list[tuple[str, int]] | None = [] if kind is yaml.MappingStartEvent else None
                stack.append(([], keys, event.anchor, self.nodes))
                continue
            elif kind is yaml.SequenceEndEvent or kind is yaml.MappingEndEvent:
                items, keys, anchor, before = stack.pop()
                value = (
                    _unnested(items)
                    if keys is None
                    else self._mapping(keys, items, first_line, top=not stack)
                )
                size = self.nodes - before + 1
            elif kind is yaml.AliasEvent:
                if event.anchor not in anchors:
                    message = f"alias *{event.anchor} has no value yet"
                    raise RefusedError(message, event.start_mark.line, is_text=True)
                value, size = anchors[event.anchor]
                anchor = None
            elif kind is yaml.DocumentEndEvent or kind is yaml.StreamEndEvent:
                return None
            else:
                continue
            self.nodes += size if kind is yaml.AliasEvent else 1
            if self.nodes > MAX_NODES:
                raise RefusedError(
                    f"more than {MAX_NODES} values once aliases are followed",
                    event.start_mark.line,
                )
            if anchor:
                anchors[anchor] = (value, size)
            if not stack:
                self._to_end(events)
                return value
            items, keys, _, _ = stack[-1]
            if keys is not None and len(keys) == len(items):
                # A key that reads as a value, such as `null`, is kept as written.
                name = event.value if kind is yaml.ScalarEvent else scalar_text(value)
                keys.append((name, event.start_mark.line))
            else:
                items.append(value)

    def _to_end(self, events: Any) -> None:
        """Read on to the end of the document: trailing text must still be YAML."""
        while not isinstance(events.get_event(), (yaml.DocumentEndEvent, yaml.StreamEndEvent)):
            pass

    def _mapping(
        self, keys: list[tuple[str, int]], items: list[Value], first_line: int, *, top: bool
    ) -> Value:
        fields: dict[str, Value] = {}
        for (key, line), item in zip(keys, items, strict=True):
            if key in fields:
                self.findings.append(
                    finding("SG013", self.path, first_line + line, f"key {key!r} is given twice")
                )
            fields[key] = item
            if top:
                self.lines[key] = first_line + line
        return MappingProxyType(fields)

    def _check_tag(self, event: Any) -> None:
        if event.tag and event.tag != "!" and event.tag not in _CORE_TAGS:
            message = f"the tag {event.tag!r} is not allowed"
            raise RefusedError(message, event.start_mark.line, is_text=True)


def _scalar(event: Any) -> Value:
    text: str = event.value
    if not text and event.anchor and event.implicit[0]:
        return f"&{event.anchor}"  # an anchor of nothing was meant as text
    return _resolved(text) if event.implicit[0] else text


def _resolved(text: str) -> Value:
    """A plain scalar by the core schema."""
    if text in _NULL:
        return None
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    if text[0] in "+-.0123456789":
        if len(text) < 20 and _INT.fullmatch(text):
            number = int(text, 0) if text[:2] in ("0x", "0o") else int(text)
            return number if str(number) == text else text
        if len(text) < 30 and _FLOAT.fullmatch(text):
            decimal = float(text)
            return decimal if repr(decimal) == text else text
    return text


def _unnested(items: list[Value]) -> Value:
    """A sequence; but `[[x]]` without quotes, which YAML nests, is the link it was meant as."""
    if len(items) == 1 and isinstance(items[0], tuple) and items[0]:
        inner = items[0]
        if all(isinstance(item, str) for item in inner):
            return f"[[{', '.join(str(item) for item in inner)}]]"
    return tuple(items)
