"""Find `$…$` and `$$…$$`, which may be math: what looks like a broken link there is no finding.

A link in them that leads to a node counts, since most dialects have no math. Rules by pandoc
(https://pandoc.org/MANUAL.html#math): no blank follows the opening `$` or comes before the
closing one, no digit follows the closing one, and no blank line is between them.
"""

from __future__ import annotations

import re

from skillagent.markdown.excluded_ranges import Ranges
from skillagent.markdown.lazy_pattern import lazy_pattern

_MARK = lazy_pattern(r"\\.|\$\$?", re.DOTALL)
_BLANK_LINE = lazy_pattern(r"\n[ \t]*\n")


def math_ranges(text: str, start: int, code: Ranges) -> Ranges:
    """The ranges between dollar signs, in one pass.

    Args:
        text: the whole document.
        start: offset where the body begins.
        code: ranges in which dollar signs do not count.
    """
    ranges = Ranges([], [])
    if text.count("$", start) < 2:
        return ranges
    inline = block = -1  # where `$` and `$$` were opened
    for match in _MARK.finditer(text, start):
        mark, at = match[0], match.start()
        if mark[0] == "\\" or code.covering(at):
            continue
        if inline >= 0 and _BLANK_LINE.search(text, inline, at):
            inline = -1
        if block >= 0 and mark == "$$" and not _is_line(text, block):
            block = -1 if _BLANK_LINE.search(text, block, at) else block
        if block >= 0:
            if mark == "$$":
                _add(ranges, block, match.end())
                block = -1
        elif inline >= 0 and _closes(text, at):
            _add(ranges, inline, at + 1)
            inline = at + 1 if mark == "$$" and _opens(text, at + 1) else -1
        elif mark == "$$":
            inline, block = -1, at
        else:
            inline = at if _opens(text, at) else -1
    return ranges


def _add(ranges: Ranges, start: int, end: int) -> None:
    ranges.starts.append(start)
    ranges.ends.append(end)


def _opens(text: str, at: int) -> bool:
    return not text[at + 1 : at + 2].isspace()


def _closes(text: str, at: int) -> bool:
    return not text[at - 1].isspace() and not text[at + 1 : at + 2].isdigit()


def _is_line(text: str, at: int) -> bool:
    """True for a line that is only `$$`: blank lines are allowed below it."""
    before = text[text.rfind("\n", 0, at) + 1 : at]
    return text.startswith("\n", at + 2) and not before.strip(" \t>")
