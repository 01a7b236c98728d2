"""Names by which a `#link` finds a heading beside its title: explicit ids, and slugs of repeats.

GitHub numbers headings of one title in their order: `setup`, `setup-1`, `setup-2`
(https://github.com/Flet/github-slugger). Pandoc and kramdown take the id from `{#id}` behind a
title, and HTML from `id` or `name` of an element.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from skillagent.markdown.masks import Ranges

_NOT_IN_SLUG = re.compile(r"[^\w\- ]")
_ATTRIBUTES = re.compile(r"[ \t]*\{(?:[^{}\n]*[ \t])?#([^\s{}]+)[^{}\n]*\}[ \t]*$")
_ELEMENT = re.compile(r"<[A-Za-z][^<>]*?\s(?:id|name)[ \t]*=[ \t]*[\"']?([^\s\"'<>]+)")
_BETWEEN = re.compile(r"[^<>\n]{0,200}>(?:\s|<[^<>\n]{0,200}>){0,200}")


class _Heading(Protocol):
    @property
    def title(self) -> str: ...
    @property
    def start(self) -> int: ...


def slug(title: str) -> str:
    """A heading's anchor as GitHub makes it, before it is numbered."""
    return _NOT_IN_SLUG.sub("", title.lower()).strip().replace(" ", "-")


def without_attributes(title: str) -> str:
    """A heading's title without the `{#id}` behind it."""
    return _ATTRIBUTES.sub("", title)


def anchors(text: str, headings: Sequence[_Heading], code: Ranges) -> Mapping[str, int]:
    """Id, case folded → index of the heading that it leads to, -1 above all of them.

    An element on the line before a heading names that heading, any other the one that it stands
    under. Of an id that comes twice the first one counts.

    Args:
        text: the document.
        headings: in order of their place.
        code: where no element counts.
    """
    found: dict[str, int] = {}
    for name, index in (*_explicit(text, headings, code), *_numbered(headings)):
        found.setdefault(name.casefold(), index)
    return found


def _explicit(text: str, headings: Sequence[_Heading], code: Ranges) -> Iterator[tuple[str, int]]:
    for index, heading in enumerate(headings):
        if match := _ATTRIBUTES.search(heading.title):
            yield match[1], index
            yield heading.title[: match.start()].strip(), index
    starts = [heading.start for heading in headings]
    for match in _ELEMENT.finditer(text):
        if code.covering(match.start()):
            continue
        index = bisect_right(starts, match.start()) - 1
        line = text.rfind("\n", 0, match.start()) + 1
        alone = not text[line : match.start()].strip()
        if alone and (between := _BETWEEN.match(text, match.end())):
            # Compared by the end: the blanks of an indented heading were read as blanks between.
            index = bisect_right(starts, between.end()) - 1
        yield match[1], index


def _numbered(headings: Sequence[_Heading]) -> Iterator[tuple[str, int]]:
    counts: dict[str, int] = {}
    for index, heading in enumerate(headings):
        if _ATTRIBUTES.search(heading.title):
            continue
        name = first = slug(heading.title)
        while name in counts:
            counts[first] += 1
            name = f"{first}-{counts[first]}"
        counts[name] = 0
        yield name, index
