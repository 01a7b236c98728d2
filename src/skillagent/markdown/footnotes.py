"""Find footnotes: where a document defines `[^name]`, and where it uses it.

The case of a name does not matter, as on GitHub
(https://docs.github.com/en/get-started/writing-on-github).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from skillagent.diagnostics import Diagnostic, finding
from skillagent.markdown.destination import OPENING
from skillagent.markdown.excluded_ranges import Ranges
from skillagent.markdown.lazy_pattern import lazy_pattern
from skillagent.markdown.math_ranges import math_ranges

_NAME = r"\^([^\[\]\s]+)\]"
_DEFINED = lazy_pattern(rf"^[ \t>]*+(?:(?:[-*+]|\d{{1,9}}[.)])[ \t]++)*+\[{_NAME}:", re.MULTILINE)
_USED = lazy_pattern(rf"{OPENING}(?<!\[\[){_NAME}(?!\()")


class Footnote(NamedTuple):
    """One `[^name]`, in a definition or in the text."""

    name: str
    """Case folded."""
    start: int
    """Offset of its `[`."""
    end: int


def defined(text: str, start: int, code: Ranges) -> Iterator[Footnote]:
    """The definitions of footnotes in a body, outside code."""
    for match in _DEFINED.finditer(text, start):
        if not code.covering(match.start(1)):
            yield Footnote(match[1].casefold(), match.start(1) - 2, match.end(1) + 1)


def used(text: str, start: int, code: Ranges) -> Iterator[Footnote]:
    """Every `[^name]` of a body outside code, also those that begin a definition."""
    for match in _USED.finditer(text, start):
        if not code.covering(match.start()):
            yield Footnote(match[1].casefold(), *match.span())


def check(text: str, start: int, code: Ranges, path: str) -> Iterator[Diagnostic]:
    """Footnotes that are used and never defined, or defined and never used.

    Args:
        text: the whole document.
        start: offset where the body begins.
        code: ranges in which footnotes do not count.
        path: the path that findings name.
    """
    if text.find("[^", start) < 0:
        return
    definitions: dict[str, Footnote] = {}
    defined_at: set[int] = set()
    for footnote in defined(text, start, code):
        definitions.setdefault(footnote.name, footnote)
        defined_at.add(footnote.start)
    uses: dict[str, Footnote] = {}
    for footnote in used(text, start, code):
        if footnote.start not in defined_at:
            uses.setdefault(footnote.name, footnote)
    unpaired = [(use, "SG031", "is used and never defined") for use in uses.values()
           if use.name not in definitions]  # fmt: skip
    if unpaired:
        math = math_ranges(text, start, code)
        unpaired = [item for item in unpaired if not math.covering(item[0].start)]
    unpaired += [(definition, "SG032", "is defined and never used")
                 for definition in definitions.values() if definition.name not in uses]  # fmt: skip
    line, counted = text.count("\n", 0, start) + 1, start
    for footnote, rule, problem in sorted(unpaired, key=lambda item: item[0].start):
        line += text.count("\n", counted, footnote.start)
        counted = footnote.start
        message = f"the footnote {text[footnote.start : footnote.end]} {problem}"
        yield finding(rule, path, line, message)
