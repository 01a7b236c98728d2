"""The headings of a document, and which of them a link's `#` path means."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from skillagent.markdown import inline
from skillagent.markdown.excluded_ranges import Ranges

_HEADING = re.compile(r"\n {0,3}(#{1,6})(?![^ \t\n])([^\n]*)")
_UNDERLINE = re.compile(r"\n {0,3}(={1,}|-{2,})[ \t]*(?=\n|\Z)")
_NOT_SETEXT = re.compile(r"[ \t]*(?:$|[#>|`~<]|[-*+][ \t]|\d{1,9}[.)][ \t]|[-=*_ ]+$)")
_ALNUM = re.compile(r"[\W_]+")


class Heading(NamedTuple):
    """One heading of a body."""

    title: str
    """Plain text, without marks, tags and the id behind it."""
    level: int
    """1 to 6."""
    line: int
    start: int
    """Offset of its line."""
    end: int
    """Offset where its section ends, subsections included."""
    anchor: str = ""
    """The id that stands behind the title, such as `{#id}`; empty if none."""

    @property
    def key(self) -> str:
        return heading_key(self.title)


def heading_key(title: str) -> str:
    """What two spellings of a heading share: letters and digits, case folded.

    GitHub's slugs and Obsidian's own links are both equal to the heading under this key.
    """
    return _ALNUM.sub("", unicodedata.normalize("NFC", title).casefold())


def headings_in(text: str, start: int, code: Ranges) -> Iterator[Heading]:
    """The headings of a body, ATX and setext, in order.

    Args:
        text: the whole document.
        start: offset where the body begins.
        code: where none counts.
    """
    # The patterns begin at the line end above: a literal first character lets `re` skip ahead.
    lines = text if start else "\n" + text
    shift = 0 if start else 1
    found = [
        (match.start() + 1 - shift, len(match[1]), _without_closing(match[2]))
        for match in _HEADING.finditer(lines, start - 1 + shift)
    ]
    if text.find("\n==", start) >= 0 or text.find("\n--", start) >= 0:
        for match in _UNDERLINE.finditer(text, start):
            above = text.rfind("\n", start, match.start()) + 1 or start
            if not _NOT_SETEXT.match(text, above, match.start()):
                level = 1 if match[1][0] == "=" else 2
                found.append((above, level, text[above : match.start()].strip()))
        found.sort()
    if code.starts:
        found = [item for item in found if not code.covering(item[0])]
    ends = [len(text)] * len(found)
    open_sections: list[int] = []
    for at, (position, level, _) in enumerate(found):
        while open_sections and found[open_sections[-1]][1] >= level:
            ends[open_sections.pop()] = position
        open_sections.append(at)
    line, counted = text.count("\n", 0, start) + 1, start
    for (position, level, title), end in zip(found, ends, strict=True):
        line += text.count("\n", counted, position)
        counted = position
        words, anchor = inline.heading(title)
        yield Heading(words, level, line, position, end, anchor)


def _without_closing(title: str) -> str:
    """A heading's text without the `#` that may close it."""
    title = title.strip()
    rest = title.rstrip("#")
    return rest.rstrip() if not rest or rest[-1] in " \t" else title


class Outline:
    """The headings of one document, as links ask for them."""

    def __init__(self, headings: Sequence[Heading]) -> None:
        self._headings = headings
        self.starts = [heading.start for heading in headings]
        self._found: dict[str, int] = {}
        self._given: dict[str, int] = {}
        for index, heading in enumerate(headings):
            if heading.anchor:
                self._given.setdefault(heading.anchor, index)
        self._titles = {heading.title for heading in headings} if self._given else set()

    def find(self, fragment: str) -> int:
        """Index of the heading that a `#` path means, or -1; see `Document.find_heading`."""
        known = self._by_name
        wanted = fragment.strip()
        if wanted in self._given and wanted not in self._titles:
            return self._given[wanted]
        for key in (wanted, wanted.casefold(), heading_key(wanted)):
            if key and key in known:
                return self._first[key] if self._given else known[key][0]
        at = self._found.get(wanted)
        if at is None:
            at = self._found[wanted] = self._along(wanted.split("#"))
        return at

    def _along(self, path: Sequence[str]) -> int:
        inside: Sequence[int] | None = None  # None for the whole document
        for part in filter(None, (part.strip() for part in path)):
            named = self._by_name.get(part.casefold()) or self._by_name.get(heading_key(part)) or []
            inside = named if inside is None else self._below(inside, named)
        return inside[0] if inside else -1

    def _below(self, outer: Sequence[int], named: Sequence[int]) -> list[int]:
        """Those of some headings that stand in the sections of others; all sorted indexes.

        The work is that of the fewer ones: a path may name what a document is full of.
        """
        if len(named) < len(outer):
            return [index for index in named if self._is_below(index, outer)]
        found: list[int] = []
        done = 0
        for index in outer:
            stop = bisect_left(self.starts, self._headings[index].end)
            first = bisect_left(named, max(index + 1, done))
            found += named[first : bisect_left(named, stop)]
            done = max(done, stop)
        return found

    def _is_below(self, index: int, outer: Sequence[int]) -> bool:
        while (index := self._parents[index]) >= 0:
            at = bisect_left(outer, index)
            if at < len(outer) and outer[at] == index:
                return True
        return False

    @cached_property
    def _parents(self) -> list[int]:
        """Of each heading the one whose section it stands in, or -1."""
        found: list[int] = []
        for index, heading in enumerate(self._headings):
            above = index - 1
            while above >= 0 and self._headings[above].end <= heading.start:
                above = found[above]
            found.append(above)
        return found

    @cached_property
    def _first(self) -> dict[str, int]:
        """Key of `_by_name` → the heading that a link of one part means.

        A heading that was given an id has no slug, so another of its title comes first.
        """
        found: dict[str, int] = {}
        for name, indexes in self._by_name.items():
            plain = (index for index in indexes if not self._headings[index].anchor)
            found[name] = next(plain, indexes[0])
        return found

    @cached_property
    def _by_name(self) -> dict[str, list[int]]:
        """Heading as written, case folded, and its key → indexes, first one first."""
        found: dict[str, list[int]] = {}
        for index, heading in enumerate(self._headings):
            for key in {heading.title, heading.title.casefold(), heading.key} - {""}:
                found.setdefault(key, []).append(index)
        return found
