"""Read the YAML of a header: its values, and the line of each key, within fixed limits.

PyYAML's event parser (libyaml if it is installed) reads the text. The values are built here, so
that depth, aliases and tags are limited while reading, the line of every key is known, and
plain scalars follow the YAML 1.2 core schema (https://yaml.org/spec/1.2.2/#103-core-schema):
`yes`, `12:30` and dates stay text. A number that would not be printed as it was written, such
as `1.10`, stays text as well, so that nothing an author wrote is lost.

Above: `frontmatter`. Below: `simple_header`, diagnostics.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import yaml

from skillagent.diagnostics import Diagnostic, finding
from skillagent.markdown.simple_header import resolved
from skillagent.markdown.values import (
    MAX_DEPTH,
    RefusedHeaderError,
    Value,
    scalar_text,
    too_deep,
)

MAX_NODES = 10_000
"""How many values a header may have, if each alias counts as a copy."""
NODES_OF_A_KEY = 3
"""A mapping, its key and the value of that."""

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CORE_TAGS = {
    f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "seq", "map")
}
_STARTS = (yaml.SequenceStartEvent, yaml.MappingStartEvent)
_ENDS = (yaml.SequenceEndEvent, yaml.MappingEndEvent)
_LEAVES = (yaml.ScalarEvent, yaml.AliasEvent)
_ENDS_OF_TEXT = (yaml.DocumentEndEvent, yaml.StreamEndEvent)


class _Collection:
    """A list or mapping of which not all events were read yet."""

    __slots__ = ("anchor", "items", "keys", "nodes_before")

    def __init__(self, event: Any, nodes_before: int) -> None:
        self.items: list[Value] = []
        """The items of a list, or the values of a mapping."""
        is_mapping = type(event) is yaml.MappingStartEvent
        self.keys: list[tuple[str, int]] | None = [] if is_mapping else None
        """The keys of a mapping, each with its line; None for a list."""
        self.anchor: str | None = event.anchor
        self.nodes_before = nodes_before

    def add(self, event: Any, value: Value) -> None:
        """Add the next item, or the next key or value."""
        if self.keys is None or len(self.keys) > len(self.items):
            self.items.append(value)
        else:
            # A key that reads as a value, such as `null`, is kept as written.
            name = event.value if type(event) is yaml.ScalarEvent else scalar_text(value)
            self.keys.append((name, event.start_mark.line))


class YamlReader:
    """Builds values from YAML events, without recursion and within fixed limits.

    Args:
        path: the path that findings name.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.findings: list[Diagnostic] = []
        self.lines: dict[str, int] = {}
        """Top-level key → its line in the file."""
        self._nodes = 0
        """How many values there are if each alias counts as a copy."""
        self._anchors: dict[str, tuple[Value, int]] = {}
        """Anchor → its value, and the number of values in it."""

    def reset(self) -> None:
        """Forget everything that was read."""
        self.findings.clear()
        self.lines.clear()
        self._nodes = 0
        self._anchors.clear()

    @property
    def is_full(self) -> bool:
        """True if not even one more key with a value may be read."""
        return MAX_NODES - self._nodes < NODES_OF_A_KEY

    def value(self, text: str, first_line: int) -> Value:
        """The value of the first YAML document in a text.

        Anchors of texts that were read before are known.

        Args:
            text: the YAML.
            first_line: number of its first line in the file.

        Raises:
            yaml.YAMLError: the text is not YAML.
            RefusedHeaderError: a tag that builds an object, an alias of itself, or a value that
                is nested too deep or too large.
        """
        # libyaml rejects control characters that other tools accept in a header.
        events = Loader(text)
        before = self._nodes
        try:
            return self._build(events, first_line)
        except (RefusedHeaderError, yaml.YAMLError):
            self._nodes = before  # nothing of this text is used
            raise
        finally:
            events.dispose()

    def _build(self, events: Any, first_line: int) -> Value:
        stack: list[_Collection] = []
        while True:
            event = events.get_event()
            kind = type(event)
            if kind in _ENDS_OF_TEXT:
                return None
            if kind in _STARTS:
                self._check_tag(event)
                if len(stack) >= MAX_DEPTH:
                    raise too_deep(event.start_mark.line)
                stack.append(_Collection(event, self._nodes))
                continue
            if kind in _ENDS:
                collection = stack.pop()
                value = self._finished(collection, first_line, top=not stack)
                self._count(1, event)
                anchor, size = collection.anchor, self._nodes - collection.nodes_before
            elif kind in _LEAVES:
                value, size = self._leaf(event)
                self._count(size, event)
                anchor = event.anchor if kind is yaml.ScalarEvent else None
            else:
                continue
            if anchor:
                self._anchors[anchor] = (value, size)
            if not stack:
                self._to_end(events)
                return value
            stack[-1].add(event, value)

    def _leaf(self, event: Any) -> tuple[Value, int]:
        """The value of a scalar or an alias, and how many values that are."""
        if type(event) is yaml.ScalarEvent:
            self._check_tag(event)
            return _scalar(event), 1
        if event.anchor not in self._anchors:
            message = f"alias *{event.anchor} has no value yet"
            raise RefusedHeaderError(message, event.start_mark.line, is_text=True)
        return self._anchors[event.anchor]

    def _count(self, size: int, event: Any) -> None:
        self._nodes += size
        if self._nodes > MAX_NODES:
            message = f"more than {MAX_NODES} values once aliases are followed"
            raise RefusedHeaderError(message, event.start_mark.line)

    def _finished(self, collection: _Collection, first_line: int, *, top: bool) -> Value:
        if collection.keys is None:
            return _unnested(collection.items)
        return self._mapping(collection.keys, collection.items, first_line, top=top)

    def _to_end(self, events: Any) -> None:
        """Read to the end of the document: the text after the value must be YAML too."""
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
            raise RefusedHeaderError(message, event.start_mark.line, is_text=True)


def _scalar(event: Any) -> Value:
    text: str = event.value
    if not text and event.anchor and event.implicit[0]:
        return f"&{event.anchor}"  # an anchor without a value was meant as text
    return resolved(text) if event.implicit[0] else text


def _unnested(items: list[Value]) -> Value:
    """A list; but `[[x]]` without quotes, a list in a list to YAML, becomes the link again."""
    if len(items) == 1 and isinstance(items[0], tuple) and items[0]:
        inner = items[0]
        if all(isinstance(item, str) for item in inner):
            return f"[[{', '.join(str(item) for item in inner)}]]"
    return tuple(items)
