"""Find indented code: lines of a body that are code because of the blanks before them.

Four columns of blanks make a line code, unless it continues a paragraph. The columns count from
the text of the quotes and items around the line
(https://spec.commonmark.org/0.31.2/#indented-code-blocks, and the appendix on parsing). Two
rules differ, because real folders need it: the text after the mark of an item is never code,
however wide the gap; and footnotes, definitions after a colon and the admonitions of MkDocs
count as items, since their text is indented in the same way.

Above: `excluded_ranges`.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

from skillagent.markdown.lazy_pattern import lazy_pattern

_MARKS = r"(?:[ \t>]|(?:[-*+:]|\d{1,9}[.)])(?=[ \t]))"
_ENDS_PARAGRAPH = (
    rf"{_MARKS}*+(?:#{{1,6}}(?:[ \t][^\n]*+)?+|[-*_=`~+:][-*_=`~ \t]*+|\d{{1,9}}[.)][ \t]*+"
    r"|(?:<(?:[!?]|/?(?i:script|pre|style|textarea))|-->)[^\n]*+)?+\n"
)
_INDENTED = rf"(?:{_ENDS_PARAGRAPH}| {{0,3}}(?=>))()(?=[ \t>]*+[^\s>])[ >]*?(?: {{4}}|\t)"
"""A line that may begin code: in a new quote, or after a line that ends a paragraph."""
_FIRST = lazy_pattern(r"[ >]*?(?: {4}|\t)")
_BELOW_FIRST = lazy_pattern(_INDENTED)
_BELOW = lazy_pattern(rf"\n(?={_INDENTED})")
_RAW_HTML = lazy_pattern(r"<(?:!(?!--)|\?|(?i:script|pre|style|textarea))")
"""The beginning of an HTML block that may contain blank lines."""

_BLANKS = lazy_pattern(r"[ \t]*+")
_ITEM = lazy_pattern(r"(?:[-*+:]|(\d{1,9})[.)])(?=[ \t\n]|\Z)")
_NAME = lazy_pattern(r"\[\^[^\[\]\s]+\]:|(?:!!!|\?\?\?\+?)[ \t]+\S|===[+!]?[ \t]+[\"']")
_HEADING = lazy_pattern(r"#{1,6}(?=[ \t\n]|\Z)")
_RULE = lazy_pattern(r"(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})(?=\n|\Z)")
_UNDERLINE = lazy_pattern(r"(?:=+|-+)[ \t]*(?=\n|\Z)")
_FENCE = lazy_pattern(r"`{3,}[^`\n]*(?=\n|\Z)|~{3,}")
_BLOCK_TAGS = (
    "address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|"
    "dialog|dir|div|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|"
    "header|hr|html|iframe|legend|li|link|main|menu|menuitem|nav|noframes|ol|optgroup|option|p|"
    "param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul"
)
_COMMENT_END = lazy_pattern(r"-->")
_HTML_BLOCKS = (
    (lazy_pattern(r"<(?:script|pre|style|textarea)(?=[\s>]|\Z)", re.IGNORECASE),
     lazy_pattern(r"</(?:script|pre|style|textarea)>", re.IGNORECASE)),
    (lazy_pattern(r"<!--"), _COMMENT_END),
    (lazy_pattern(r"<\?"), lazy_pattern(r"\?>")),
    (lazy_pattern(r"<![A-Za-z]"), lazy_pattern(r">")),
    (lazy_pattern(r"<!\[CDATA\["), lazy_pattern(r"\]\]>")),
)  # fmt: skip
"""The beginning of each HTML block that only a mark of its own ends, and that mark."""
_HTML_TO_BLANK = lazy_pattern(rf"</?(?:{_BLOCK_TAGS})(?=\s|/?>|\Z)", re.IGNORECASE)
_ATTRIBUTE = (
    r"[ \t]++[A-Za-z_:][\w.:-]*+"
    r"(?:[ \t]*+=[ \t]*+(?:[^\s\"'=<>`]++|'[^'\n]*+'|\"[^\"\n]*+\"))?+"
)
_HTML_ALONE = lazy_pattern(
    rf"<(?:/[A-Za-z][A-Za-z0-9-]*+[ \t]*+|[A-Za-z][A-Za-z0-9-]*+(?:{_ATTRIBUTE})*+[ \t]*+/?)>"
    r"[ \t]*(?=\n|\Z)"
)
_BLANK_LINE = lazy_pattern(r"(?!)")
"""A pattern that never matches: the end of an HTML block that the next blank line ends."""
_QUOTE, _NAMED = -1, -4
"""How containers are stored: a quote, and a footnote or admonition, whose text is indented by
four. A list item is stored as the number of columns that its text is indented by. 0 means no
container."""


def places(text: str, start: int) -> list[int]:
    """Offsets of the lines of a body that may be the first line of indented code; mostly none.

    Args:
        text: the whole document.
        start: offset where the body begins.
    """
    if "    " not in text and "\t" not in text:
        return []
    lines = [start] if _FIRST.match(text, start) else []
    if first := _BELOW_FIRST.match(text, start):
        lines.append(first.start(1))
    lines += [match.start(1) for match in _BELOW.finditer(text, start)]
    return lines


class IndentedCode:
    """Finds the indented code of one body; reads only the lines around possible places.

    To know which containers are open at a place, reading begins at the last line before it that
    is in no container.

    Args:
        text: the whole document.
        start: offset where the body begins.
        places: the result of the function `places`.
    """

    def __init__(self, text: str, start: int, places: list[int]) -> None:
        self._text = text
        self._next = start
        """Offset of the first line that was not read yet."""
        self._places = places
        self._left_out: list[tuple[int, int]] = []
        """Fences and comments, sorted; their lines are not read."""
        self._may_jump = not _RAW_HTML.search(text, start)
        self._containers: list[int] = []
        self._paragraph = False
        self._item_is_empty = False
        """True if the innermost item has no text yet."""
        self._html: re.Pattern[str] | None = None
        """The pattern that ends the open HTML block; None if there is no such block."""
        self._read_code = False
        """True if the last line was code, so that the next line may be code too."""
        self.ranges: list[tuple[int, int]] = []
        """The indented code, sorted; each range begins with the blanks that make it code."""

    def read_to(self, position: int) -> int:
        """Read up to the line at a position. Returns where the line ends if it is code, else 0."""
        stop = self._text.find("\n", position)
        stop = len(self._text) if stop < 0 else stop
        while self._read_code and self._next <= stop:
            self._next_line()
        first = bisect_left(self._places, self._next)
        for place in self._places[first : bisect_right(self._places, stop, first)]:
            self._jump(place)
            while self._next <= place or (self._read_code and self._next <= stop):
                self._next_line()
        end = self.ranges[-1][1] if self.ranges else 0
        return end if position < end else 0

    def leave_out(self, start: int, end: int) -> None:
        """Skip a fence or a comment. Calls must be in the order of the text."""
        self._left_out.append((start, end))
        if start < self._next:
            self._go_on_behind(end)

    def _go_on_behind(self, end: int) -> None:
        line_end = self._text.find("\n", end)
        self._next = max(self._next, len(self._text) + 1 if line_end < 0 else line_end + 1)
        if self._html is _COMMENT_END:
            self._html = None

    def _jump(self, place: int) -> None:
        """Continue at the last line before a place that is certainly in no container."""
        end = place
        while self._may_jump and (end := self._text.rfind("\n\n", self._next, end)) >= 0:
            index = bisect_right(self._left_out, (end, len(self._text))) - 1
            if index >= 0 and end < self._left_out[index][1]:
                end = self._left_out[index][0]
            elif (first := self._text[end + 2 : end + 3]).isalpha() or first == "#":
                self._next = end + 2
                self._containers.clear()
                self._paragraph, self._html, self._read_code = False, None, False
                return

    def _next_line(self) -> None:
        line = _Line(self._text, self._next)
        self._read_code = False
        self._read(line)
        index = bisect_left(self._left_out, (self._next, 0))
        self._next = line.end + 1
        if index < len(self._left_out) and self._left_out[index][0] < line.end:
            self._go_on_behind(self._left_out[index][1])

    def _read(self, line: _Line) -> None:
        matched = self._go_on(line)
        everything = matched == len(self._containers)
        if line.is_blank():
            self._blank(matched, everything)
            return
        self._item_is_empty = False
        if self._html is not None and everything:
            if line.search(self._html):
                self._html = None
            return
        while line.indent < 4 and (opened := _opened(line, self._paragraph and everything)):
            del self._containers[matched:]
            matched, everything = matched + 1, True
            if self._begins(opened, line):
                return
        if self._ends_paragraph(line, everything):
            del self._containers[matched:]

    def _blank(self, matched: int, everything: bool) -> None:
        del self._containers[matched:]
        self._paragraph = self._item_is_empty = False
        if self._html is _BLANK_LINE or not everything:
            self._html = None

    def _begins(self, opened: int, line: _Line) -> bool:
        """Begin a container. True if nothing else can begin in its first line."""
        self._containers.append(opened)
        self._paragraph = opened == _NAMED or (opened != _QUOTE and line.indent >= 4)
        self._html = None
        if line.is_blank():
            self._item_is_empty = opened not in (_QUOTE, _NAMED)
        return line.is_blank() or self._paragraph

    def _ends_paragraph(self, line: _Line, everything: bool) -> bool:
        """Read the text of a line. True unless it continues a paragraph.

        A paragraph goes on even if the marks of its quote or item are left out, so its
        containers stay open.
        """
        if line.indent < 4 and self._leaf(line, everything):
            self._paragraph = False
        elif line.indent >= 4 and not self._paragraph:
            self._code(line)
        elif self._paragraph:
            return False
        else:
            self._paragraph = True
        return True

    def _go_on(self, line: _Line) -> int:
        """Read the marks and blanks of the open containers. Returns how many of them go on."""
        for index, container in enumerate(self._containers):
            if container == _QUOTE:
                goes_on = line.indent < 4 and line.quote()
            elif line.is_blank():
                innermost = index + 1 == len(self._containers)
                goes_on = not (innermost and self._item_is_empty)
            else:
                goes_on = line.indent >= abs(container)
                line.base += abs(container) if goes_on else 0
            if not goes_on:
                return index
        return len(self._containers)

    def _leaf(self, line: _Line, everything: bool) -> bool:
        """True if a block other than a paragraph begins here, or a heading is underlined."""
        if line.match(_HEADING) or line.match(_RULE) or line.match(_FENCE):
            return True
        if self._paragraph and everything and line.match(_UNDERLINE):
            return True
        if not line.text.startswith("<", line.place):
            return False
        for begin, end in _HTML_BLOCKS:
            if line.match(begin):
                self._html = None if line.search(end) else end
                return True
        if line.match(_HTML_TO_BLANK) or (not self._paragraph and line.match(_HTML_ALONE)):
            self._html = _BLANK_LINE
        return self._html is not None

    def _code(self, line: _Line) -> None:
        self._read_code = True
        if self.ranges and self.ranges[-1][1] + 1 == line.at:
            self.ranges[-1] = self.ranges[-1][0], line.end
        else:
            self.ranges.append((line.at, line.end))


class _Line:
    """One line, whose marks are read from left to right."""

    def __init__(self, text: str, start: int) -> None:
        end = text.find("\n", start)
        self.text = text
        self.end = len(text) if end < 0 else end
        self.base = 0
        """Column where the text of the innermost container begins."""
        self._column = 0
        self._to(start, 0)

    def _to(self, at: int, column: int) -> None:
        """Move to an offset, and read the blanks there."""
        self.at = at
        """Offset after the last mark."""
        gap = _BLANKS.match(self.text, at, self.end)
        assert gap
        self.place = gap.end()
        """Offset of the first character that is not a blank."""
        if "\t" in gap[0]:
            for char in gap[0]:
                column += 4 - column % 4 if char == "\t" else 1
        else:
            column += self.place - at
        self._column = column

    def is_blank(self) -> bool:
        return self.place == self.end

    @property
    def indent(self) -> int:
        """How many columns of blanks there are inside the innermost container."""
        return self._column - self.base

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        return pattern.match(self.text, self.place)

    def search(self, pattern: re.Pattern[str]) -> bool:
        return pattern.search(self.text, self.place, self.end) is not None

    def quote(self) -> bool:
        """Read the mark of a quote and the blank after it. False if there is none here."""
        if not self.text.startswith(">", self.place):
            return False
        column = self._column + 1
        self._to(self.place + 1, column)
        self.base = column + (self._column > column)
        return True

    def item(self, interrupts: bool) -> int:
        """Read the mark of an item. Returns the columns that its text is indented by, or 0.

        Args:
            interrupts: whether the line is inside a paragraph. An empty item, or a number other
                than 1, does not end a paragraph.
        """
        mark = self.match(_ITEM)
        if not mark or self.match(_RULE):
            return 0
        before = self.base, self._column, self.at, self.place
        after = self._column + mark.end() - self.place
        self._to(mark.end(), after)
        if interrupts and (self.is_blank() or (mark[1] or "1").lstrip("0") != "1"):
            self.base, self._column, self.at, self.place = before
            return 0
        outer = self.base
        self.base = after + 1 if self.is_blank() or self._column - after > 4 else self._column
        return self.base - outer


def _opened(line: _Line, interrupts: bool) -> int:
    """Read the mark of a container, and return the container as `IndentedCode` stores it."""
    if line.quote():
        return _QUOTE
    if line.match(_NAME):
        return _NAMED
    return line.item(interrupts)
