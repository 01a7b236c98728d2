"""Where a link's target stands in a text, so that it can be written anew.

`wikilink` finds the links that may lead to a node; this module finds the characters to
change, and all other destinations of Markdown links as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from skillagent.markdown.destination import DEFINITION, INLINE, OPENING, REFERENCE, path_end
from skillagent.markdown.dialect import OBSIDIAN, Dialect
from skillagent.markdown.excluded_ranges import Ranges
from skillagent.markdown.wikilink import Reference, bare_name_end, label_key

_HASH = re.compile(r"(?<!\\)#")
_USE = re.compile(rf"{OPENING}(?<!\]\[){REFERENCE}")


class Address(NamedTuple):
    """Where a link's target stands in a text."""

    start: int
    end: int
    """Behind the name or path, before what follows it: a `#heading` or a `?query`."""
    stop: int
    """Behind the fragment as well."""


class Destination(NamedTuple):
    """One destination of a Markdown link, image or definition, whatever it leads to."""

    link: int
    """Offset of the `[` that opens the link; of the `!` of an image; of a definition's line."""
    start: int
    stop: int
    inline: bool
    """False in a definition."""


class Use(NamedTuple):
    """One `[text][name]` or `[name]` whose definition stands elsewhere in the document."""

    start: int
    name: int
    """Offset behind `[text]`, where the `[name]` begins if there is one."""
    end: int
    definition: Destination
    rest: str
    """What the definition gives: destination and title, as written."""


def address(
    text: str, reference: Reference, uses: Mapping[int, Use], dialect: Dialect = OBSIDIAN
) -> Address:
    """Where the target of a link stands, so that it can be written anew.

    Args:
        text: the document that the reference was found in.
        reference: the link.
        uses: of the document, by their start: a link that is one has its target elsewhere.
        dialect: how links are written.
    """
    if reference.is_name:
        return _name_address(text, reference.start, reference.end)
    opening = reference.start + (text[reference.start] == "!")
    if text.startswith("[[", opening):
        return _wikilink_address(text, opening + 2, reference.end - 2, dialect)
    if dialect.outline and reference.target.startswith("(("):
        return Address(reference.start, reference.end, reference.end)  # never written anew
    if dialect.outline and text.endswith("]])", reference.start, reference.end):
        inner = text.rfind("[[", reference.start, reference.end)
        return _wikilink_address(text, inner + 2, reference.end - 3, dialect)
    if inline := INLINE.match(text, reference.start):
        start, stop = _bare(text, *inline.span(2))
    else:
        definition = uses[reference.start].definition
        start, stop = definition.start, definition.stop
    return Address(start, start + path_end(text[start:stop]), stop)


def _name_address(text: str, start: int, stop: int) -> Address:
    if text[start] in "\"'":
        start, stop = start + 1, stop - 1
    return Address(start, start + bare_name_end(text[start:stop]), stop)


def _wikilink_address(text: str, start: int, stop: int, dialect: Dialect) -> Address:
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
    return Address(start, start + len(text[start:end].rstrip()), stop)


def destinations(text: str, start: int, end: int, code: Ranges) -> Iterator[Destination]:
    """Every destination between two offsets, those in code left out, in no given order."""
    ranges = [(start, end)]
    while ranges:
        first, last = ranges.pop()
        for match in INLINE.finditer(text, first, last):
            if code.covering(match.start()):
                continue
            opening = match.start() - (text[match.start() - 1 : match.start()] == "!")
            yield Destination(opening, *_bare(text, *match.span(2)), True)
            ranges.append(match.span(1))  # an image may stand in the label of a link
    for found, _, _ in _definitions(text, start, end, code):
        yield found


def uses(text: str, start: int, code: Ranges) -> Iterator[Use]:
    """Links and images that name a definition, outside code."""
    known = {key: (found, rest) for found, key, rest in _definitions(text, start, len(text), code)}
    if not known:
        return
    for match in _USE.finditer(text, start):
        key = label_key(match[2] or match[1])
        if key in known and not code.covering(match.start()):
            yield Use(match.start(), match.end(1) + 1, match.end(), *known[key])


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
    """A destination without the `< >` around it."""
    return (start + 1, stop - 1) if text[start : start + 1] == "<" else (start, stop)
