"""The texts in some fields of a header, each with its place, which parsers of values do not tell.

Above: `link_fields`. Below: `yaml_header`, `salvage`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import yaml

from skillagent.markdown.frontmatter import Frontmatter
from skillagent.markdown.lazy_pattern import lazy_pattern
from skillagent.markdown.salvage import ITEM_LINE, TAB_INDENT, as_blanks
from skillagent.markdown.simple_header import NOT_TEXT
from skillagent.markdown.values import Value
from skillagent.markdown.yaml_header import Loader

_ITEM = lazy_pattern(rf"^{ITEM_LINE.pattern}$", re.MULTILINE)


class FieldText(NamedTuple):
    """One text value in a part of a header."""

    path: tuple[str, ...]
    """The keys that lead to it, without the lists between them."""
    value: str
    start: int
    """Offset in that part; of the opening quote if there is one."""
    end: int


def texts_in_fields(
    header: Frontmatter, tops: frozenset[str], *, is_toml: bool
) -> Iterator[tuple[str, FieldText]]:
    """The texts in the link fields of a header, each with its top-level key, sorted by place."""
    if header.text.startswith("{"):
        for scalar in _scalars(header.text) or ():
            yield scalar.path[0], scalar
        return
    lines = header.text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    # The lines of a key end before the next key; the first line of a header is line 2.
    firsts = sorted({number - 2 for number in header.lines.values()})
    keys = sorted((number, key) for key, number in header.lines.items())
    for number, key in keys:
        if key.casefold() not in tops:
            continue
        first = number - 2
        later = bisect_right(firsts, first)
        last = firsts[later] if later < len(firsts) else len(lines)
        if is_toml:
            yield from ((key, scalar) for scalar in _in_toml(header, key, starts[first]))
            continue
        part = "\n".join(lines[first:last])
        scalars = _scalars(part)
        if scalars is None:
            scalars = _salvaged(part, key, header.fields[key])
        for path, value, start, end in scalars:
            yield key, FieldText(path, value, starts[first] + start, starts[first] + end)


def _scalars(text: str) -> list[FieldText] | None:
    """The texts in a value of YAML; none if it has a key that is not a text.

    Returns:
        None if the YAML is broken.
    """
    events = Loader(text)
    scalars: list[FieldText] = []
    path: list[str | None] = []
    """For each open collection: the current key of a mapping, None before a key, "" in a list."""
    try:
        while not isinstance(event := events.get_event(), yaml.DocumentEndEvent | None):
            if isinstance(event, yaml.CollectionEndEvent):
                path.pop()
            elif not isinstance(event, yaml.NodeEvent):
                continue
            elif path and path[-1] is None:
                if not isinstance(event, yaml.ScalarEvent):
                    return []
                path[-1] = event.value or " "  # an empty key is not a link field
                continue
            elif isinstance(event, yaml.CollectionStartEvent):
                path.append(None if isinstance(event, yaml.MappingStartEvent) else "")
                continue
            elif isinstance(event, yaml.ScalarEvent) and (span := _span(text, event)):
                keys = tuple(key for key in path if key)
                scalars.append(FieldText(keys, event.value, *span))
            if path and path[-1]:
                path[-1] = None  # this was the value of the key
    except yaml.YAMLError:
        return None
    finally:
        events.dispose()
    return scalars


def _salvaged(text: str, key: str, value: Value) -> list[FieldText]:
    """The texts in the part of a header that `salvage` had to read.

    Args:
        text: the lines of the key.
        key: the top-level key.
        value: what was read there.
    """
    scalars = _scalars(TAB_INDENT.sub(as_blanks, text))
    if scalars is not None:
        shift = _shift_by_tabs(text)
        return [
            scalar._replace(
                start=scalar.start - shift(scalar.start), end=scalar.end - shift(scalar.end)
            )
            for scalar in scalars
        ]
    if not isinstance(value, tuple):
        return []
    return [
        FieldText((key, *path), word, item.start(1) + start, item.start(1) + end)
        for item in _ITEM.finditer(text)
        for path, word, start, end in _scalars(item[1]) or ()
    ]


def _shift_by_tabs(text: str) -> Callable[[int], int]:
    """Offset in a text with blanks for tabs → how far it is behind the same place in the text."""
    ends, shifts = [0], [0]
    for indent in TAB_INDENT.finditer(text):
        shifts.append(shifts[-1] + len(as_blanks(indent)) - len(indent[0]))
        ends.append(indent.end() + shifts[-1])
    return lambda offset: shifts[bisect_right(ends, offset) - 1]


def _span(text: str, event: Any) -> tuple[int, int] | None:
    """Where a text begins and ends, quotes included; None if it is not a text on one line."""
    start, end = event.start_mark.index, event.end_mark.index
    raw = text[start:end]
    if "\n" in raw or event.style in ("|", ">"):
        return None
    if event.style in ("'", '"'):
        return start + raw.index(event.style), end  # a tag or an anchor may come before it
    is_text = raw == event.value and raw.casefold() not in NOT_TEXT
    return (start, end) if is_text else None


def _in_toml(header: Frontmatter, key: str, start: int) -> Iterator[FieldText]:
    """The texts below a key of a TOML header, searched because the parser returns no places."""
    for path, value in _texts(header.fields[key], (key,)):
        literal = re.compile(rf"([\"']){re.escape(value)}\1")
        if match := literal.search(header.text, start):
            yield FieldText(path, value, *match.span())
            start = match.end()


def _texts(value: Value, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, tuple):
        for item in value:
            yield from _texts(item, path)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts(item, (*path, key))
