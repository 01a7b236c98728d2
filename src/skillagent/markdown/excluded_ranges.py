"""Find the ranges of a text in which links do not count: code, comments, and math.

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
from skillagent.markdown.lazy_pattern import lazy_pattern


class Ranges(NamedTuple):
    """Sorted, disjoint ranges of a text, as starts and ends."""

    starts: list[int]
    ends: list[int]

    def covering(self, position: int) -> int:
        """The end of the range that covers the position, or 0."""
        at = bisect_right(self.starts, position) - 1
        return self.ends[at] if at >= 0 and position < self.ends[at] else 0


class ExcludedRanges(NamedTuple):
    """The ranges of a document in which links do not count."""

    code: Ranges
    """Fences, indented code, code spans, HTML comments, and math if the dialect has it."""
    comments: Ranges
    """`%% %%` and hidden HTML elements: links in them are kept as comments, and are not
    disclosed."""
    fences: Ranges
    """The fenced blocks, which stay whole if a body is cut into pieces."""


NOTHING_EXCLUDED = ExcludedRanges(Ranges([], []), Ranges([], []), Ranges([], []))

# Searching for one of a few characters and matching there is five times faster than one pattern.
_SPOT = lazy_pattern(r"[`~<%\\]")
_SPOT_MATH = lazy_pattern(r"[`~<%\\$]")
_MARK = lazy_pattern(r"\\.|<!--|%%|`+|~~~+|\$\$?|.", re.DOTALL)
_LEAD = lazy_pattern(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*")
_BLANK_LINE = lazy_pattern(r"\n[ \t]*\n")
BLOCK_BREAK = lazy_pattern(r"\n[ \t>]*(?=\n|[-*+][ \t]|\d{1,9}[.)][ \t]|#{1,6}[ \t]|```|~~~)")
_LINE_START = lazy_pattern(r"(?:\A|\n)[ \t>]*\Z")
# They begin with a line end, because `re` finds a literal first character faster.
_QUOTE_LINE = lazy_pattern(r"\n {0,3}>")
_HEADING_LINE = lazy_pattern(r"\n {0,3}#{1,6}[ \t][^\n]*")
_FIRST_QUOTE = lazy_pattern(r" {0,3}>")
_FIRST_HEADING = lazy_pattern(r" {0,3}#{1,6}[ \t][^\n]*")

LOOK_BACK = 1_000
"""How far back the start of a line is searched; on longer lines nothing depends on it."""


def excluded_ranges(
    text: str, start: int, dialect: Dialect = OBSIDIAN, *, indented_code: bool = True
) -> ExcludedRanges:
    """The ranges of a body in which links do not count.

    Args:
        text: the whole document.
        start: offset where the body begins.
        dialect: tells whether `$…$` is math.
        indented_code: whether text that is indented by four columns is code; in MDX it is not.
    """
    far = places(text, start) if indented_code else []
    indented = IndentedCode(text, start, far) if far else None
    marked = dialect.math or _has_marks(text)
    if not (marked or indented):
        return NOTHING_EXCLUDED
    scan = _MarkScan(text, dialect, indented)
    if marked:
        scan.run(start)
    code = scan.code
    if indented:
        indented.read_to(len(text))
        # A code span may continue into indented code, if the end of its block was not seen.
        code = _joined(code + indented.ranges)
    return ExcludedRanges(_ranges(code), _ranges(scan.comments), _ranges(scan.fences))


def _has_marks(text: str) -> bool:
    # Searching for one character is twenty times faster than for two or more.
    return (
        "`" in text
        or ("~" in text and "~~~" in text)
        or ("<" in text and "<!--" in text)
        or ("%" in text and "%%" in text)
    )


class _MarkScan:
    """Finds every range that a mark such as a backtick begins.

    Indented code has no such mark, but marks inside it do not count.
    """

    def __init__(self, text: str, dialect: Dialect, indented: IndentedCode | None) -> None:
        self._text = text
        self._spot = _SPOT_MATH if dialect.math else _SPOT
        self._indented = indented
        self._spans = _Spans(text)
        self.code: list[tuple[int, int]] = []
        self.comments: list[tuple[int, int]] = []
        self.fences: list[tuple[int, int]] = []

    def run(self, start: int) -> None:
        """Read the text from an offset to its end."""
        position = start
        while place := self._spot.search(self._text, position):
            if self._indented and (end := self._indented.read_to(place.start())):
                position = end
                continue
            match = _MARK.match(self._text, place.start())
            assert match
            position = self._end(match) or match.end()

    def _end(self, match: re.Match[str]) -> int:
        """Offset after the range that a mark begins, or 0 if it begins none."""
        mark = match[0]
        if len(mark) >= 3 and mark[0] in "`~" and _opens_fence(self._text, match):
            return self._fence(match)
        if mark[0] == "`":
            return self._add_code(match, self._spans.close(match.start()))
        if mark == "<!--":
            end = self._spans.comment_end(match)
            self._leave_out(match.start(), end)
            return self._add_code(match, end)
        if mark == "%%":
            return self._comment(match)
        return self._add_code(match, _math_end(self._text, match)) if mark[0] == "$" else 0

    def _add_code(self, match: re.Match[str], end: int) -> int:
        if end:
            self.code.append((match.start(), end))
        return end

    def _fence(self, match: re.Match[str]) -> int:
        begin = self._text.rfind("\n", 0, match.start()) + 1
        lead = self._text[begin : match.start()]
        end = _fence_end(self._text, lead, match)
        if ">" in lead:
            self._spans.leave_quote(end)
        self._leave_out(match.start(), end)
        self.fences.append((begin, end))
        return self._add_code(match, end)

    def _comment(self, match: re.Match[str]) -> int:
        closing = self._text.find("%%", match.end())
        if closing < 0:
            return 0
        self.comments.append((match.start(), closing + 2))
        self._leave_out(match.start(), closing + 2)
        return closing + 2

    def _leave_out(self, start: int, end: int) -> None:
        if end and self._indented:
            self._indented.leave_out(start, end)


def _opens_fence(text: str, run: re.Match[str]) -> bool:
    """True if only marks of quotes and items come before, and no backtick follows backticks."""
    begin = text.rfind("\n", max(0, run.start() - LOOK_BACK), run.start()) + 1
    if (not begin and run.start() > LOOK_BACK) or not _LEAD.fullmatch(text, begin, run.start()):
        return False
    if run[0][0] == "~":
        return True
    end = text.find("\n", run.end())
    return text.find("`", run.end(), len(text) if end < 0 else end) < 0


def _fence_end(text: str, lead: str, opening: re.Match[str]) -> int:
    """Offset after the closing fence, or the end of the surrounding block or of the text."""
    columns = min(len(lead), 200)
    if ">" in lead:
        room, left = r"[ \t>]*+", r"(?![ \t]*+>)"
    else:
        room = rf"[ \t]{{0,{columns + 3}}}+"
        # In a list item: the end of a line before one that begins left of the item's text.
        inside = rf"(?: {{4}}| {{0,3}}\t){{{columns // 4}}}(?: {{{columns % 4}}}| {{0,3}}\t)"
        left = rf"(?!{inside})(?=[ \t]*+\S)" if lead.strip() else ""
    pattern = _end_of_fence(left, room, opening[0][0], len(opening[0]))
    match = pattern.search(text, opening.end())
    if not match:
        return len(text)
    return match.start() if match["left"] is not None else match.end()


@lru_cache(maxsize=256)
def _end_of_fence(left: str, room: str, char: str, length: int) -> re.Pattern[str]:
    """A pattern for the end of the block around a fence, or its closing line.

    One pattern finds whichever comes first; a search for one alone could run far past the other.
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
    """Finds the end of a code span or a comment, inside the same block.

    Runs of backticks and the ends of blocks are listed once, so that the time grows only with
    the length of the text, even if the text is hostile.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._runs: dict[int, list[int]] = {}
        self._breaks: list[int] = []
        self._left: list[int] = []
        """Where a quote continues after a fence in it; sorted, as fences come in order."""
        self._listed = False
        self._unclosed = False

    def close(self, start: int) -> int:
        """Offset after the run of backticks that closes the one at `start`, or 0."""
        self._list()
        length = 1
        while self._text.startswith("`", start + length):
            length += 1
        same = self._runs.get(length, [])  # after an escaped backtick a run begins one later
        at = bisect_right(same, start)
        if at == len(same) or self._block_end(start) < same[at]:
            return 0
        return same[at] + length

    def leave_quote(self, position: int) -> None:
        """After a fence in a quote, the next line of the quote begins a new block."""
        if match := _QUOTE_LINE.search(self._text, position):
            self._left.append(match.start())

    def comment_end(self, opening: re.Match[str]) -> int:
        """Offset after an HTML comment, or 0 if it is text.

        An unclosed comment extends to the end of the text if it begins a line; inside a line it
        is text. A closed one may contain blank lines: its author hid them.
        """
        text, start = self._text, opening.end()
        if text.startswith((">", "->"), start):
            return text.index(">", start) + 1
        end = -1 if self._unclosed else text.find("-->", start)
        if end >= 0:
            return end + 3
        self._unclosed = True  # no later comment is closed either, so none is searched again
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
        if heading := _FIRST_HEADING.match(self._text):
            breaks.add(heading.end())
        first = _FIRST_QUOTE.match(self._text)
        quote = first.end() if first else 0
        for match in _QUOTE_LINE.finditer(self._text):
            # A quote begins a block, unless it continues after lines without the mark.
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
    """Ranges, sorted; those that overlap become one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(pairs):
        if joined and start < joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def _ranges(pairs: list[tuple[int, int]]) -> Ranges:
    return Ranges([start for start, _ in pairs], [end for _, end in pairs])
