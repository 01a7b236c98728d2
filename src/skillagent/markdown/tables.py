"""Find the tables of a text, in which an unescaped `|` ends a cell.

A table has a delimiter row (https://github.github.com/gfm/#tables-extension-) and ends at the
next blank line. A line that begins with `|` counts as a row of a table too.
"""

from __future__ import annotations

import re
from functools import cached_property

from skillagent.markdown.excluded_ranges import LOOK_BACK, Ranges
from skillagent.markdown.lazy_pattern import lazy_pattern

_DELIMITER_ROW = lazy_pattern(r"^[ \t>]*+\|?[ \t]*+:?-++:?[ \t]*+\|[-:| \t]*+$", re.MULTILINE)
_ROW = lazy_pattern(r"[ \t>]*+\|")
_BLANK_LINE = lazy_pattern(r"\n[ \t]*+\n")


class Tables:
    """The tables of one text, searched when they are first needed."""

    def __init__(self, text: str) -> None:
        self._text = text

    def holds(self, at: int) -> bool:
        """True if an offset is in a row of a table."""
        text = self._text
        first = text.rfind("\n", max(0, at - LOOK_BACK), at) + 1
        if not first and at > LOOK_BACK:
            return False
        return bool(_ROW.match(text, first)) or bool(self._rows.covering(first))

    @cached_property
    def _rows(self) -> Ranges:
        """The text below each delimiter row."""
        rows = Ranges([], [])
        end = 0
        for delimiter in _DELIMITER_ROW.finditer(self._text):
            if delimiter.start() < end:
                continue  # a row of the table before
            blank = _BLANK_LINE.search(self._text, delimiter.end())
            end = blank.start() + 1 if blank else len(self._text) + 1
            rows.starts.append(delimiter.end())
            rows.ends.append(end)
        return rows
