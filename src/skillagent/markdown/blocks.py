"""Cut a body into pieces, the smallest parts that are disclosed.

Cuts are at blank lines, not inside a short fence; a heading stays with the block below it. A
long block is cut before an item or a table row, after a sentence, or, if it is code, at a line
end, but not inside a sentence.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from skillagent.markdown import prose
from skillagent.markdown.excluded_ranges import Ranges
from skillagent.markdown.lazy_pattern import lazy_pattern

PIECE_CHARS = 600
"""Longest block, in characters, that is not cut."""

_ITEM_START = lazy_pattern(r"(?<=\n)[ \t>]*(?:[-*+][ \t]|\d{1,9}[.)][ \t]|\|)")


class Piece(NamedTuple):
    """A block of text, or a part of a long one."""

    start: int
    end: int
    section: int
    """Index of the nearest heading above, or -1."""


def cut(text: str, start: int, headings: Sequence[int], fences: Ranges) -> Iterator[Piece]:
    """The pieces of a body, in order; together they have every character but blank lines.

    Args:
        text: the whole document.
        start: offset where the body begins.
        headings: offsets of its headings, sorted.
        fences: the ranges of its fenced blocks.
    """
    heads = set(headings)
    position = first = start
    pending = False  # a block has begun
    only_headings = True
    section = -1
    while position < len(text):
        fence = fences.covering(position)
        # A script can end in the middle of a line; its block ends with that line.
        line_end = text.find("\n", fence or position)
        line_end = len(text) if line_end < 0 else line_end
        is_heading = position in heads
        if pending and (is_heading or (fence and not only_headings)):
            yield from _BlockCutter(text, position, fences).cut(first, section)
            pending = False
        if not pending:
            first, section = position, bisect_right(headings, position) - 1
            only_headings = True
        blank = not text[position:line_end].strip()
        if not blank:
            pending = True
            only_headings = only_headings and is_heading
        if pending and not only_headings and (blank or fence):
            yield from _BlockCutter(text, min(line_end + 1, len(text)), fences).cut(first, section)
            pending = False
        position = line_end + 1
    if pending:
        yield from _BlockCutter(text, len(text), fences).cut(first, section)


class _BlockCutter:
    """Cuts one block into pieces."""

    def __init__(self, text: str, end: int, fences: Ranges) -> None:
        self._text = text
        self._end = end
        self._fences = fences
        self._sentence = (-1, -1)

    def cut(self, start: int, section: int) -> Iterator[Piece]:
        last = start + len(self._text[start : self._end].rstrip())
        while self._end - start > PIECE_CHARS:
            at = self._place(start)
            if at >= last:
                break
            yield Piece(start, at, section)
            start = at
        yield Piece(start, self._end, section)

    def _place(self, start: int) -> int:
        """Offset of the next cut."""
        text, end = self._text, self._end
        limit = start + PIECE_CHARS
        if fence_end := self._fences.covering(limit):
            fence = self._fences.starts[bisect_right(self._fences.starts, limit) - 1]
            if fence > start:
                return fence
            if fence_end - fence <= PIECE_CHARS:
                return min(fence_end, end)
            return text.rfind("\n", start, limit) + 1 or text.find("\n", limit, end) + 1 or end
        items = [match.start() for match in _ITEM_START.finditer(text, start + 1, limit)]
        if items:
            return items[-1]
        if sentence := prose.last_sentence_end(text, start, limit):
            return sentence
        sentence = self._sentence_behind(limit)
        item = _ITEM_START.search(text, limit, sentence)
        return item.start() if item else sentence

    def _sentence_behind(self, place: int) -> int:
        """Offset after the first sentence that ends after a place.

        The result is stored, so that a block of a million items without a full stop is searched
        only once.
        """
        if self._sentence[0] < place:
            self._sentence = prose.sentence_end(self._text, place, self._end)
        return self._sentence[1]
