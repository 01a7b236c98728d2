"""Find the headings of a document, and the one that the fragment of a link names."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from skillagent.markdown import inline
from skillagent.markdown.excluded_ranges import Ranges
from skillagent.markdown.lazy_pattern import lazy_pattern

_HEADING = lazy_pattern(r"\n {0,3}(#{1,6})(?![^ \t\n])([^\n]*)")
_UNDERLINE = lazy_pattern(r"\n {0,3}(={1,}|-{2,})[ \t]*(?=\n|\Z)")
_NOT_SETEXT = lazy_pattern(r"[ \t]*(?:$|[#>|`~<]|[-*+][ \t]|\d{1,9}[.)][ \t]|[-=*_ ]+$)")
_ALNUM = lazy_pattern(r"[\W_]+")


class Heading(NamedTuple):
    """One heading of a body."""

    title: str
    """Plain text, without marks, tags and explicit id."""
    level: int
    """1 to 6."""
    line: int
    start: int
    """Offset where its line begins."""
    end: int
    """Offset where its section ends, subsections included."""
    anchor: str = ""
    """The explicit id after the title, as in `{#id}`; empty if there is none."""

    @property
    def key(self) -> str:
        return heading_key(self.title)


def heading_key(title: str) -> str:
    """A common form of all spellings of a heading: its letters and digits, case folded.

    The slugs of GitHub and the links of Obsidian both have the key of their heading.
    """
    return _ALNUM.sub("", unicodedata.normalize("NFC", title).casefold())


def headings_in(text: str, start: int, code: Ranges) -> Iterator[Heading]:
    """The headings of a body, ATX and setext, in order.

    Args:
        text: the whole document.
        start: offset where the body begins.
        code: ranges in which headings do not count.
    """
    # The patterns begin with the line end above: `re` finds a literal first character faster.
    lines = text if start else "\n" + text
    shift = 0 if start else 1
    places = [
        (match.start() + 1 - shift, len(match[1]), _without_closing(match[2]))
        for match in _HEADING.finditer(lines, start - 1 + shift)
    ]
    if text.find("\n==", start) >= 0 or text.find("\n--", start) >= 0:
        for match in _UNDERLINE.finditer(text, start):
            above = text.rfind("\n", start, match.start()) + 1 or start
            if not _NOT_SETEXT.match(text, above, match.start()):
                level = 1 if match[1][0] == "=" else 2
                places.append((above, level, text[above : match.start()].strip()))
        places.sort()
    if code.starts:
        places = [item for item in places if not code.covering(item[0])]
    ends = [len(text)] * len(places)
    open_sections: list[int] = []
    for at, (position, level, _) in enumerate(places):
        while open_sections and places[open_sections[-1]][1] >= level:
            ends[open_sections.pop()] = position
        open_sections.append(at)
    line, counted = text.count("\n", 0, start) + 1, start
    for (position, level, title), end in zip(places, ends, strict=True):
        line += text.count("\n", counted, position)
        counted = position
        words, anchor = inline.heading(title)
        yield Heading(words, level, line, position, end, anchor)


def _without_closing(title: str) -> str:
    """A heading's text without the `#` that may close it."""
    title = title.strip()
    rest = title.rstrip("#")
    return rest.rstrip() if not rest or rest[-1] in " \t" else title


class HeadingLookup:
    """Finds the heading that the fragment of a link names."""

    def __init__(self, headings: Sequence[Heading]) -> None:
        self._headings = headings
        self.starts = [heading.start for heading in headings]
        self._answers: dict[str, int] = {}
        self._ids: dict[str, int] = {}
        """Explicit id → index."""
        for index, heading in enumerate(headings):
            if heading.anchor:
                self._ids.setdefault(heading.anchor, index)
        self._titles = {heading.title for heading in headings} if self._ids else set()

    def find(self, fragment: str) -> int:
        """Index of the heading that a fragment names, or -1; see `Document.find_heading`."""
        by_name = self._by_name
        wanted = fragment.strip()
        if wanted in self._ids and wanted not in self._titles:
            return self._ids[wanted]
        for key in (wanted, wanted.casefold(), heading_key(wanted)):
            if key and key in by_name:
                return self._first[key] if self._ids else by_name[key][0]
        index = self._answers.get(wanted)
        if index is None:
            index = self._answers[wanted] = self._follow(wanted.split("#"))
        return index

    def _follow(self, path: Sequence[str]) -> int:
        """Index of the last heading of a path, or -1."""
        inside: Sequence[int] | None = None  # None for the whole document
        for part in filter(None, (part.strip() for part in path)):
            named = self._by_name.get(part.casefold()) or self._by_name.get(heading_key(part)) or []
            inside = named if inside is None else self._below(inside, named)
        return inside[0] if inside else -1

    def _below(self, outer: Sequence[int], named: Sequence[int]) -> list[int]:
        """Those headings of `named` that are in a section of `outer`; all are sorted indexes.

        The time depends on the shorter list, because a path may name a very frequent title.
        """
        if len(named) < len(outer):
            return [index for index in named if self._is_below(index, outer)]
        below: list[int] = []
        done = 0
        for index in outer:
            stop = bisect_left(self.starts, self._headings[index].end)
            first = bisect_left(named, max(index + 1, done))
            below += named[first : bisect_left(named, stop)]
            done = max(done, stop)
        return below

    def _is_below(self, index: int, outer: Sequence[int]) -> bool:
        while (index := self._parents[index]) >= 0:
            at = bisect_left(outer, index)
            if at < len(outer) and outer[at] == index:
                return True
        return False

    @cached_property
    def _parents(self) -> list[int]:
        """For each heading, the index of the heading whose section contains it, or -1."""
        parents: list[int] = []
        for index, heading in enumerate(self._headings):
            above = index - 1
            while above >= 0 and self._headings[above].end <= heading.start:
                above = parents[above]
            parents.append(above)
        return parents

    @cached_property
    def _first(self) -> dict[str, int]:
        """Key of `_by_name` → the heading that a fragment of one part names.

        A heading with an explicit id has no slug, so others with the same title are preferred.
        """
        first: dict[str, int] = {}
        for name, indexes in self._by_name.items():
            plain = (index for index in indexes if not self._headings[index].anchor)
            first[name] = next(plain, indexes[0])
        return first

    @cached_property
    def _by_name(self) -> dict[str, list[int]]:
        """Title as written, title case folded, and key → indexes of the headings, sorted."""
        indexes: dict[str, list[int]] = {}
        for index, heading in enumerate(self._headings):
            for key in {heading.title, heading.title.casefold(), heading.key} - {""}:
                indexes.setdefault(key, []).append(index)
        return indexes
