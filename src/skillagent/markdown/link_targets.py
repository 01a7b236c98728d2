"""Find the place of a link's target in a text, so that the target can be replaced.

`wikilink` finds the links that may lead to a node. This module finds the characters to replace,
and all other destinations of Markdown links as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from skillagent.markdown.destination import DEFINITION, INLINE, OPENING, REFERENCE, path_end
from skillagent.markdown.dialect import OBSIDIAN, Dialect
from skillagent.markdown.excluded_ranges import Ranges
from skillagent.markdown.lazy_pattern import lazy_pattern
from skillagent.markdown.reference import Reference
from skillagent.markdown.template import template_address
from skillagent.markdown.wikilink import bare_name_end, label_key

_HASH = lazy_pattern(r"(?<!\\)#")
_USE = lazy_pattern(rf"{OPENING}(?<!\]\[){REFERENCE}")


class TargetSpan(NamedTuple):
    """The place of a link's target in a text."""

    start: int
    end: int
    """Offset after the name or path, before a `#heading` or a `?query`."""
    stop: int
    """Offset after the query and the fragment."""


class Destination(NamedTuple):
    """One destination of a Markdown link, image or definition, also of a web address."""

    link: int
    """Offset of the `[` that opens the link; of the `!` of an image; of a definition's line."""
    start: int
    stop: int
    inline: bool
    """False in a definition."""


class Use(NamedTuple):
    """One `[text][name]` or `[name]` that uses a definition of the same document."""

    start: int
    name: int
    """Offset after `[text]`, where `[name]` begins if there is one."""
    end: int
    definition: Destination
    rest: str
    """Destination and title of the definition, as written."""


def target_span(
    text: str, reference: Reference, uses: Mapping[int, Use], dialect: Dialect = OBSIDIAN
) -> TargetSpan:
    """The place of a link's target.

    Args:
        text: the document that contains the link.
        reference: the link.
        uses: start → use, for the document: the target of such a link is in a definition.
        dialect: how links are written.
    """
    if reference.is_tag:
        start = reference.start + (text[reference.start] == "#")
        return TargetSpan(start, reference.end, reference.end)
    if reference.is_name:
        return _name_span(text, reference.start, reference.end)
    opening = reference.start + (text[reference.start] == "!")
    if text.startswith("[[", opening):
        return _wikilink_span(text, opening + 2, reference.end - 2, dialect)
    if dialect.outline and reference.target.startswith("(("):
        return TargetSpan(
            reference.start, reference.end, reference.end
        )  # a block id is never replaced
    if dialect.outline and text.endswith("]])", reference.start, reference.end):
        inner = text.rfind("[[", reference.start, reference.end)
        return _wikilink_span(text, inner + 2, reference.end - 3, dialect)
    if inline := INLINE.match(text, reference.start):
        start, stop = _bare(text, *inline.span(2))
    else:
        definition = uses[reference.start].definition
        start, stop = definition.start, definition.stop
    if reference.template and (address := template_address(text[start:stop])):
        return TargetSpan(start + address.start, start + address.end, start + address.stop)
    return TargetSpan(start, start + path_end(text[start:stop]), stop)


def _name_span(text: str, start: int, stop: int) -> TargetSpan:
    if text[start] in "\"'":
        start, stop = start + 1, stop - 1
    return TargetSpan(start, start + bare_name_end(text[start:stop]), stop)


def _wikilink_span(text: str, start: int, stop: int, dialect: Dialect) -> TargetSpan:
    pipe = text.find("|", start, stop)
    if pipe >= 0:
        if dialect.label_first:
            start = pipe + 1
        else:
            stop = pipe - (text[pipe - 1] == "\\")
    start += len(text[start:stop]) - len(text[start:stop].lstrip())
    stop = start + len(text[start:stop].rstrip())
    mark = _HASH.search(text, start, stop)
    end = mark.start() if mark else stop
    return TargetSpan(start, start + len(text[start:end].rstrip()), stop)


def destinations(text: str, start: int, end: int, code: Ranges) -> Iterator[Destination]:
    """Every destination between two offsets, outside code, in any order."""
    ranges = [(start, end)]
    while ranges:
        first, last = ranges.pop()
        for match in INLINE.finditer(text, first, last):
            if code.covering(match.start()):
                continue
            opening = match.start() - (text[match.start() - 1 : match.start()] == "!")
            yield Destination(opening, *_bare(text, *match.span(2)), True)
            ranges.append(match.span(1))  # the label of a link may contain an image
    for destination, _, _ in _definitions(text, start, end, code):
        yield destination


def uses(text: str, start: int, code: Ranges) -> Iterator[Use]:
    """Links and images that use a definition, outside code."""
    definitions = {
        key: (destination, rest)
        for destination, key, rest in _definitions(text, start, len(text), code)
    }
    if not definitions:
        return
    for match in _USE.finditer(text, start):
        key = label_key(match[2] or match[1])
        if key in definitions and not code.covering(match.start()):
            yield Use(match.start(), match.end(1) + 1, match.end(), *definitions[key])


def _definitions(
    text: str, start: int, end: int, code: Ranges
) -> Iterator[tuple[Destination, str, str]]:
    if text.find("]:", start, end) < 0:
        return
    for match in DEFINITION.finditer(text, start):
        if match.start() >= end:
            return
        if not code.covering(match.start()):
            span = match.span(2) if match[2] is not None else match.span(3)
            rest = text[match.end(1) + 2 : match.end()].strip()
            yield Destination(match.start(), *span, False), label_key(match[1]), rest


def _bare(text: str, start: int, stop: int) -> tuple[int, int]:
    """The place of a destination without the `< >` around it."""
    return (start + 1, stop - 1) if text[start : start + 1] == "<" else (start, stop)
