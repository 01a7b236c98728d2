"""Indented code: which lines of a body are code because of the blanks before them.

Four columns make code where no paragraph goes on, counted inside the quotes and items that a
line stands in (https://spec.commonmark.org/0.31.2/#indented-code-blocks and its appendix on
parsing). Two choices are made from real folders: text behind the mark of its item is text,
however wide the gap; and footnotes, definitions behind a colon and the admonitions of MkDocs
count as items, since their text is indented the same way.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

_MARKS = r"(?:[ \t>]|(?:[-*+:]|\d{1,9}[.)])(?=[ \t]))"
_ENDS_PARAGRAPH = (
    rf"{_MARKS}*+(?:#{{1,6}}(?:[ \t][^\n]*+)?+|[-*_=`~+:][-*_=`~ \t]*+|\d{{1,9}}[.)][ \t]*+"
    r"|(?:<(?:[!?]|/?(?i:script|pre|style|textarea))|-->)[^\n]*+)?+\n"
)
_INDENTED = rf"(?:{_ENDS_PARAGRAPH}| {{0,3}}(?=>))()(?=[ \t>]*+[^\s>])[ >]*?(?: {{4}}|\t)"
"""A line that may begin code: in a new quote, or below a line that ends a paragraph."""
_FIRST = re.compile(r"[ >]*?(?: {4}|\t)")
_BELOW_FIRST = re.compile(_INDENTED)
_BELOW = re.compile(rf"\n(?={_INDENTED})")
_RAW_HTML = re.compile(r"<(?:!(?!--)|\?|(?i:script|pre|style|textarea))")
"""What begins an HTML block that may hold empty lines."""

_BLANKS = re.compile(r"[ \t]*+")
_ITEM = re.compile(r"(?:[-*+:]|(\d{1,9})[.)])(?=[ \t\n]|\Z)")
_NAME = re.compile(r"\[\^[^\[\]\s]+\]:|(?:!!!|\?\?\?\+?)[ \t]+\S|===[+!]?[ \t]+[\"']")
_HEADING = re.compile(r"#{1,6}(?=[ \t\n]|\Z)")
_RULE = re.compile(r"(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})(?=\n|\Z)")
_UNDERLINE = re.compile(r"(?:=+|-+)[ \t]*(?=\n|\Z)")
_FENCE = re.compile(r"`{3,}[^`\n]*(?=\n|\Z)|~{3,}")
_BLOCK_TAGS = (
    "address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|"
    "dialog|dir|div|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|"
    "header|hr|html|iframe|legend|li|link|main|menu|menuitem|nav|noframes|ol|optgroup|option|p|"
    "param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul"
)
_COMMENT_END = re.compile(r"-->")
_HTML_BLOCKS = (
    (re.compile(r"<(?:script|pre|style|textarea)(?=[\s>]|\Z)", re.IGNORECASE),
     re.compile(r"</(?:script|pre|style|textarea)>", re.IGNORECASE)),
    (re.compile(r"<!--"), _COMMENT_END),
    (re.compile(r"<\?"), re.compile(r"\?>")),
    (re.compile(r"<![A-Za-z]"), re.compile(r">")),
    (re.compile(r"<!\[CDATA\["), re.compile(r"\]\]>")),
)  # fmt: skip
"""What begins an HTML block that only a mark of its own ends, and that mark."""
_HTML_TO_BLANK = re.compile(rf"</?(?:{_BLOCK_TAGS})(?=\s|/?>|\Z)", re.IGNORECASE)
_ATTRIBUTE = (
    r"[ \t]++[A-Za-z_:][\w.:-]*+"
    r"(?:[ \t]*+=[ \t]*+(?:[^\s\"'=<>`]++|'[^'\n]*+'|\"[^\"\n]*+\"))?+"
)
_HTML_ALONE = re.compile(
    rf"<(?:/[A-Za-z][A-Za-z0-9-]*+[ \t]*+|[A-Za-z][A-Za-z0-9-]*+(?:{_ATTRIBUTE})*+[ \t]*+/?)>"
    r"[ \t]*(?=\n|\Z)"
)
_BLANK_LINE = re.compile(r"(?!)")
"""Stands for the end of an HTML block that goes on to the next blank line."""
_QUOTE, _NAMED = -1, -4
"""A quote among the containers; a footnote or an admonition, indented by four. An item is the
number of columns that its text is indented by; 0 is none of them."""


def places(text: str, start: int) -> list[int]:
    """Where lines of a body begin that may be the first one of indented code; rarely any.

    Args:
        text: the whole document.
        start: offset where the body begins.
    """
    if "    " not in text and "\t" not in text:
        return []
    found = [start] if _FIRST.match(text, start) else []
    if first := _BELOW_FIRST.match(text, start):
        found.append(first.start(1))
    found += [match.start(1) for match in _BELOW.finditer(text, start)]
    return found


class IndentedCode:
    """The indented code of one body, read line by line where there may be any.

    What comes before is read from the last line at which no container is open.

    Args:
        text: the whole document.
        start: offset where the body begins.
        places: as the function of this name found them.
    """

    def __init__(self, text: str, start: int, places: list[int]) -> None:
        self._text = text
        self._next = start
        """Where the first line begins that was not read yet."""
        self._places = places
        self._others: list[tuple[int, int]] = []
        """Fences and comments, sorted: their lines are not read."""
        self._may_jump = not _RAW_HTML.search(text, start)
        self._containers: list[int] = []
        self._paragraph = False
        self._item_is_empty = False
        """The innermost item has begun, and has no text yet."""
        self._html: re.Pattern[str] | None = None
        """What ends the HTML block that goes on."""
        self._read_code = False
        """The line read last was code, so that the next one may be."""
        self.ranges: list[tuple[int, int]] = []
        """Sorted; each begins with the blanks that make it code."""

    def read_to(self, position: int) -> int:
        """Read up to the line that holds a position: where it ends if it is code, else 0."""
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
        """A fence or a comment stands here, after all those that were left out before."""
        self._others.append((start, end))
        if start < self._next:
            self._go_on_behind(end)

    def _go_on_behind(self, end: int) -> None:
        line_end = self._text.find("\n", end)
        self._next = max(self._next, len(self._text) + 1 if line_end < 0 else line_end + 1)
        if self._html is _COMMENT_END:
            self._html = None

    def _jump(self, place: int) -> None:
        """Go on at the last line before a place that surely stands in no container."""
        end = place
        while self._may_jump and (end := self._text.rfind("\n\n", self._next, end)) >= 0:
            other = bisect_right(self._others, (end, len(self._text))) - 1
            if other >= 0 and end < self._others[other][1]:
                end = self._others[other][0]
            elif (first := self._text[end + 2 : end + 3]).isalpha() or first == "#":
                self._next = end + 2
                self._containers.clear()
                self._paragraph, self._html, self._read_code = False, None, False
                return

    def _next_line(self) -> None:
        line = _Line(self._text, self._next)
        self._read_code = False
        self._read(line)
        other = bisect_left(self._others, (self._next, 0))
        self._next = line.end + 1
        if other < len(self._others) and self._others[other][0] < line.end:
            self._go_on_behind(self._others[other][1])

    def _read(self, line: _Line) -> None:
        matched = self._go_on(line)
        everything = matched == len(self._containers)
        if line.is_blank():
            del self._containers[matched:]
            self._paragraph = self._item_is_empty = False
            if self._html is _BLANK_LINE or not everything:
                self._html = None
            return
        self._item_is_empty = False
        if self._html is not None and everything:
            if line.search(self._html):
                self._html = None
            return
        while line.indent < 4 and (opened := _opened(line, self._paragraph and everything)):
            del self._containers[matched:]
            self._containers.append(opened)
            matched, everything = matched + 1, True
            self._paragraph = opened == _NAMED or (opened != _QUOTE and line.indent >= 4)
            self._html = None
            if line.is_blank():
                self._item_is_empty = opened not in (_QUOTE, _NAMED)
            if line.is_blank() or self._paragraph:
                return
        if line.indent < 4 and self._leaf(line, everything):
            self._paragraph = False
        elif line.indent >= 4 and not self._paragraph:
            self._code(line)
        elif self._paragraph:
            return  # it goes on, even where the marks of its quote or item are left out
        else:
            self._paragraph = True
        del self._containers[matched:]

    def _go_on(self, line: _Line) -> int:
        """Read the marks and blanks of the open containers: how many of them go on."""
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
        """Whether a block begins in a line that is no paragraph, or a paragraph is underlined."""
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
    """One line while its marks are read from left to right."""

    def __init__(self, text: str, start: int) -> None:
        end = text.find("\n", start)
        self.text = text
        self.end = len(text) if end < 0 else end
        self.base = 0
        """The column where the text of the innermost container begins."""
        self._column = 0
        self._to(start, 0)

    def _to(self, at: int, column: int) -> None:
        """Go on at a place, and read the blanks there."""
        self.at = at
        """Behind the last mark."""
        gap = _BLANKS.match(self.text, at, self.end)
        assert gap
        self.place = gap.end()
        """Of the first character that is no blank."""
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
        """Columns of blanks inside the innermost container."""
        return self._column - self.base

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        return pattern.match(self.text, self.place)

    def search(self, pattern: re.Pattern[str]) -> bool:
        return pattern.search(self.text, self.place, self.end) is not None

    def quote(self) -> bool:
        """Read the mark of a quote, if it stands here, and the blank that belongs to it."""
        if not self.text.startswith(">", self.place):
            return False
        column = self._column + 1
        self._to(self.place + 1, column)
        self.base = column + (self._column > column)
        return True

    def item(self, interrupts: bool) -> int:
        """Read the mark of an item, if it stands here: the columns that its text is indented by.

        Args:
            interrupts: True inside a paragraph, which an empty item or a number other than 1
                does not end.
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
    """The container that begins in a line, as `IndentedCode` keeps it; its mark is read."""
    if line.quote():
        return _QUOTE
    if line.match(_NAME):
        return _NAMED
    return line.item(interrupts)
