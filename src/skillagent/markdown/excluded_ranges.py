"""Where in a text no link counts: code, comments, and math if a dialect has it.

One pass from left to right, in linear time; it follows CommonMark
(https://spec.commonmark.org/0.31.2/) for code and HTML comments, and Obsidian for `%% %%`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from typing import NamedTuple

from skillagent.markdown.dialect import OBSIDIAN, Dialect
from skillagent.markdown.indented import IndentedCode, places


class Ranges(NamedTuple):
    """Sorted, disjoint ranges of a text, as starts and ends."""

    starts: list[int]
    ends: list[int]

    def covering(self, position: int) -> int:
        """The end of the range that covers the position, or 0."""
        at = bisect_right(self.starts, position) - 1
        return self.ends[at] if at >= 0 and position < self.ends[at] else 0


class Masks(NamedTuple):
    """Where links do not count."""

    code: Ranges
    """Fences, indented code, code spans, HTML comments (and math, if the dialect has it)."""
    comments: Ranges
    """`%% %%`: links in them are kept, but not disclosed."""
    fences: Ranges
    """Only the fenced blocks: what must not be split when a body is cut into pieces."""


NO_MASKS = Masks(Ranges([], []), Ranges([], []), Ranges([], []))

# A search for one of a few characters, then a match there: five times faster than one pattern.
_SPOT = re.compile(r"[`~<%\\]")
_SPOT_MATH = re.compile(r"[`~<%\\$]")
_MARK = re.compile(r"\\.|<!--|%%|`+|~~~+|\$\$?|.", re.DOTALL)
_LEAD = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
BLOCK_BREAK = re.compile(r"\n[ \t>]*(?=\n|[-*+][ \t]|\d{1,9}[.)][ \t]|#{1,6}[ \t]|```|~~~)")
_LINE_START = re.compile(r"(?:\A|\n)[ \t>]*\Z")
_QUOTE_LINE = re.compile(r"(?:\n|\A) {0,3}>")
_HEADING_LINE = re.compile(r"^ {0,3}#{1,6}[ \t][^\n]*", re.MULTILINE)

LOOK_BACK = 1_000
"""The start of a line is looked for so far back: on longer lines nothing depends on it."""


def masks(
    text: str, start: int, dialect: Dialect = OBSIDIAN, *, indented_code: bool = True
) -> Masks:
    """The ranges of a body that hold no links.

    Args:
        text: the whole document.
        start: offset where the body begins.
        dialect: whether `$…$` counts.
        indented_code: whether text that is indented by four is code; in MDX it is not.
    """
    far = places(text, start) if indented_code else []
    indented = IndentedCode(text, start, far) if far else None
    marked = dialect.math or "`" in text or "~~~" in text or "<!--" in text or "%%" in text
    if not (marked or indented):
        return NO_MASKS
    found = _Found([], [], [])
    if marked:
        _mark(text, start, dialect, indented, found)
    if indented:
        indented.read_to(len(text))
        # A span may run on into code where the end of its block was not seen.
        found.code[:] = _joined(found.code + indented.ranges)
    return Masks(_ranges(found.code), _ranges(found.comments), _ranges(found.fences))


class _Found(NamedTuple):
    """The ranges of `Masks` while they are found."""

    code: list[tuple[int, int]]
    comments: list[tuple[int, int]]
    fences: list[tuple[int, int]]


def _mark(
    text: str, start: int, dialect: Dialect, indented: IndentedCode | None, found: _Found
) -> None:
    """Find all that a mark begins; indented code, which none begins, holds no marks."""
    code, comments, fences = found
    spot = _SPOT_MATH if dialect.math else _SPOT
    spans = _Spans(text)
    position = start
    while place := spot.search(text, position):
        if indented and (end := indented.read_to(place.start())):
            position = end
            continue
        match = _MARK.match(text, place.start())
        assert match
        position = match.end()
        mark = match[0]
        if len(mark) >= 3 and mark[0] in "`~" and _opens_fence(text, match):
            begin = text.rfind("\n", 0, match.start()) + 1
            lead = text[begin : match.start()]
            position = _fence_end(text, lead, match)
            if ">" in lead:
                spans.leave_quote(position)
            if indented:
                indented.leave_out(match.start(), position)
            code.append((match.start(), position))
            fences.append((begin, position))
        elif mark[0] == "`":
            if end := spans.close(match.start()):
                code.append((match.start(), end))
                position = end
        elif mark == "<!--":
            if end := spans.comment_end(match):
                code.append((match.start(), end))
                position = end
                if indented:
                    indented.leave_out(match.start(), end)
        elif mark == "%%":
            end = text.find("%%", position)
            if end >= 0:
                position = end + 2
                comments.append((match.start(), position))
                if indented:
                    indented.leave_out(match.start(), position)
        elif mark[0] == "$" and (end := _math_end(text, match)):
            code.append((match.start(), end))
            position = end


def _opens_fence(text: str, run: re.Match[str]) -> bool:
    """True if only quote and list marks stand before, and no backtick behind a backtick fence."""
    begin = text.rfind("\n", max(0, run.start() - LOOK_BACK), run.start()) + 1
    if (not begin and run.start() > LOOK_BACK) or not _LEAD.fullmatch(text, begin, run.start()):
        return False
    if run[0][0] == "~":
        return True
    end = text.find("\n", run.end())
    return text.find("`", run.end(), len(text) if end < 0 else end) < 0


def _fence_end(text: str, lead: str, opening: re.Match[str]) -> int:
    """Offset behind the fence that closes this one, or the end of its block or of the text."""
    columns = min(len(lead), 200)
    if ">" in lead:
        room, left = r"[ \t>]*+", r"(?![ \t]*+>)"
    else:
        room = rf"[ \t]{{0,{columns + 3}}}+"
        # In a list item: the end of a line whose next one stands left of the item's text.
        inside = rf"(?: {{4}}| {{0,3}}\t){{{columns // 4}}}(?: {{{columns % 4}}}| {{0,3}}\t)"
        left = rf"(?!{inside})(?=[ \t]*+\S)" if lead.strip() else ""
    found = _end_of_fence(left, room, opening[0][0], len(opening[0])).search(text, opening.end())
    if not found:
        return len(text)
    return found.start() if found["left"] is not None else found.end()


@lru_cache(maxsize=256)
def _end_of_fence(left: str, room: str, char: str, length: int) -> re.Pattern[str]:
    """What comes first: the end of the block that the fence stands in, or its closing line.

    One pattern for both, since a search for either alone could run far past the other.
    """
    closing = rf"{room}{re.escape(char)}{{{length},}}+[ \t]*+(?=\n|\Z)"
    return re.compile(rf"\n(?:(?P<left>{left or '(?!)'})|{closing})")


def _math_end(text: str, opening: re.Match[str]) -> int:
    mark, start = opening[0], opening.end()
    if mark == "$" and text[start : start + 1].isspace():
        return 0
    end = text.find(mark, start)
    blank = _BLANK_LINE.search(text, start, end) if end >= 0 else None
    return 0 if end < 0 or blank else end + len(mark)


class _Spans:
    """Finds what closes a code span or a comment, inside the same block.

    Runs of backticks and the ends of blocks are listed once, so that hostile text costs no
    more than its length.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._runs: dict[int, list[int]] = {}
        self._breaks: list[int] = []
        self._left: list[int] = []
        """Where a quote goes on behind a fence in it; sorted, as fences are met in order."""
        self._listed = False
        self._unclosed = False

    def close(self, start: int) -> int:
        """Offset behind the run of backticks that closes the one at `start`, or 0."""
        self._list()
        length = 1
        while self._text.startswith("`", start + length):
            length += 1
        same = self._runs.get(length, [])  # an escaped backtick begins its run one later
        at = bisect_right(same, start)
        if at == len(same) or self._block_end(start) < same[at]:
            return 0
        return same[at] + length

    def leave_quote(self, position: int) -> None:
        """A fence in a quote ended here: the next line of a quote goes on with nothing before."""
        if found := _QUOTE_LINE.search(self._text, position):
            self._left.append(found.start())

    def comment_end(self, opening: re.Match[str]) -> int:
        """Offset behind an HTML comment, or 0 where it is none.

        Unclosed, it runs to the end of the text if it begins a line; inside a line it is text.
        A closed one may run over blank lines: its author hid them.
        """
        text, start = self._text, opening.end()
        if text.startswith((">", "->"), start):
            return text.index(">", start) + 1
        end = -1 if self._unclosed else text.find("-->", start)
        if end >= 0:
            return end + 3
        self._unclosed = True  # so is every later one: none is looked for again
        begins_line = _LINE_START.search(text, max(0, opening.start() - 40), opening.start())
        return len(text) if begins_line else 0

    def _list(self) -> None:
        if self._listed:
            return
        self._listed = True
        for match in re.finditer("`+", self._text):
            self._runs.setdefault(len(match[0]), []).append(match.start())
        breaks = {match.start() for match in BLOCK_BREAK.finditer(self._text)}
        breaks.update(match.end() for match in _HEADING_LINE.finditer(self._text))
        quote = 0
        for match in _QUOTE_LINE.finditer(self._text):
            # A quote begins a block, unless it goes on over lines that left out the mark.
            if not quote or BLOCK_BREAK.search(self._text, quote, match.start()):
                breaks.add(match.start())
            quote = match.end()
        self._breaks = sorted(breaks)

    def _block_end(self, position: int) -> int:
        end = len(self._text)
        for breaks in (self._breaks, self._left):
            at = bisect_right(breaks, position)
            end = min(end, breaks[at]) if at < len(breaks) else end
        return end


def _joined(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges sorted, those that overlap made one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(pairs):
        if joined and start < joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def _ranges(pairs: list[tuple[int, int]]) -> Ranges:
    return Ranges([start for start, _ in pairs], [end for _, end in pairs])
