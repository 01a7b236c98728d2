"""Names and paths without brackets in a header's link fields, such as `depends_on: [auth/login]`.

`document` finds `[[links]]` in any field; this module finds values that may name a node because
of the field they stand in, and writes such a value anew. Whether one leads to a node is for the
graph to say: a link field may hold prose as well.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

import yaml

from skillagent.markdown.frontmatter import Frontmatter
from skillagent.markdown.wikilink import Kind, Reference, bare_name
from skillagent.markdown.yaml_header import Loader, Value

MAX_NAME = 255
"""A longer value is prose: no file system has such a name."""

_BARE = re.compile(r"(?:\.{0,2}/)?[^\W\d][\w./-]*(?:#[\w./-]+)?")
"""What needs no quotes in YAML, neither in a list of its own nor between brackets."""
_WORDS = frozenset("null true false yes no on off y n".split())


class _Scalar(NamedTuple):
    """One value in a stretch of YAML."""

    path: tuple[str, ...]
    """The keys that lead to it; lists on the way are left out."""
    value: str
    start: int
    """Offset in the stretch, of the opening quote if there is one."""
    end: int


def field_name(key: str) -> str:
    """What the spellings of a link field share: `See-Also` is `see_also`."""
    return key.strip().casefold().replace("-", "_")


def names_in_fields(
    text: str, header: Frontmatter, fields: frozenset[str], links: Iterable[Reference]
) -> list[Reference]:
    """The values of link fields that may name a node, in order of their place.

    Args:
        text: a whole document.
        header: of the document.
        fields: the link fields; `sources.resource` is the key `resource` below `sources`.
        links: the wikilinks in the header; a value that holds one is left out.
    """
    tops = _top_keys(fields)
    if tops.isdisjoint(header.fields) and tops.isdisjoint(header.odd):
        return []
    taken = [(link.start, link.end) for link in links]
    found: list[Reference] = []
    line, counted = 1 if not header.start else 2, 0
    for key, scalar in _values(header, tops, is_toml=text.startswith("+++")):
        path = ".".join(field_name(part) for part in scalar.path)
        if path not in fields or len(scalar.value) > MAX_NAME:
            continue
        start, end = header.start + scalar.start, header.start + scalar.end
        at = bisect_right(taken, (end, 0)) - 1
        named = bare_name(scalar.value)
        if named is None or (at >= 0 and taken[at][1] > start):
            continue
        line += header.text.count("\n", counted, scalar.start)
        counted = scalar.start
        found.append(Reference(Kind.FRONTMATTER, *named, "", start, end, line, key, is_name=True))
    return found


@cache
def _top_keys(fields: frozenset[str]) -> frozenset[str]:
    """The keys under which link fields stand, in both spellings, so that most headers, which
    have none, are told at once."""
    tops = {field.partition(".")[0] for field in fields}
    return frozenset(tops | {top.replace("_", "-") for top in tops})


def _values(
    header: Frontmatter, tops: frozenset[str], *, is_toml: bool
) -> Iterator[tuple[str, _Scalar]]:
    """The texts below the link fields of a header, each with its top key, in order of place."""
    if header.text.startswith("{"):
        for scalar in _scalars(header.text):
            yield scalar.path[0], scalar
        return
    lines = header.text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    # A key's block reaches to the next key; keys are numbered from the file's second line.
    firsts = sorted({number - 2 for number in header.lines.values()})
    keys = sorted((number, key) for key, number in header.lines.items())
    for number, key in keys:
        if key.casefold() not in tops:
            continue
        first = number - 2
        later = bisect_right(firsts, first)
        last = firsts[later] if later < len(firsts) else len(lines)
        if is_toml:
            yield from ((key, found) for found in _in_toml(header, key, starts[first]))
            continue
        for path, value, start, end in _scalars("\n".join(lines[first:last])):
            yield key, _Scalar(path, value, starts[first] + start, starts[first] + end)


def _scalars(text: str) -> list[_Scalar]:
    """The texts in a mapping of YAML; none where it is broken or has a key that is no text."""
    events = Loader(text)
    found: list[_Scalar] = []
    path: list[str | None] = []
    """For each open collection: the key of a mapping, None while one is awaited, "" of a list."""
    try:
        while not isinstance(event := events.get_event(), yaml.DocumentEndEvent | None):
            if isinstance(event, yaml.CollectionEndEvent):
                path.pop()
            elif not isinstance(event, yaml.NodeEvent):
                continue
            elif path and path[-1] is None:
                if not isinstance(event, yaml.ScalarEvent):
                    return []
                path[-1] = event.value or " "  # an empty key is none of ours
                continue
            elif isinstance(event, yaml.CollectionStartEvent):
                path.append(None if isinstance(event, yaml.MappingStartEvent) else "")
                continue
            elif isinstance(event, yaml.ScalarEvent) and (span := _span(text, event)):
                keys = tuple(key for key in path if key)
                found.append(_Scalar(keys, event.value, *span))
            if path and path[-1]:
                path[-1] = None  # the value of this key has ended
    except yaml.YAMLError:
        return []
    finally:
        events.dispose()
    return found


def _span(text: str, event: Any) -> tuple[int, int] | None:
    """Where a text stands with its quotes; None for what is no text on one line."""
    start, end = event.start_mark.index, event.end_mark.index
    raw = text[start:end]
    if "\n" in raw or event.style in ("|", ">"):
        return None
    if event.style in ("'", '"'):
        return start + raw.index(event.style), end  # a tag or an anchor may stand before it
    is_text = raw == event.value and raw.casefold() not in _WORDS
    return (start, end) if is_text else None


def _in_toml(header: Frontmatter, key: str, start: int) -> Iterator[_Scalar]:
    """The texts below a key of a TOML header: its parser does not say where they stand."""
    for path, value in _texts(header.fields[key], (key,)):
        literal = re.compile(rf"([\"']){re.escape(value)}\1")
        if match := literal.search(header.text, start):
            yield _Scalar(path, value, *match.span())
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


def rewritten(raw: str, value: str) -> str:
    """A header's value with another text, in the quotes that it has or needs.

    Args:
        raw: as it stands, with its quotes.
        value: the new text.
    """
    if raw.startswith("'") and "'" not in value:
        return f"'{value}'"
    if raw.startswith(("'", '"')) or not _BARE.fullmatch(value) or value.casefold() in _WORDS:
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return value
