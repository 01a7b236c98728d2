"""Footnotes: where a document defines `[^name]` and where it uses it.

A name is equal in any case, as GitHub has it
(https://docs.github.com/en/get-started/writing-on-github).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from skillagent.diagnostics import Diagnostic, finding
from skillagent.markdown.destination import OPENING
from skillagent.markdown.excluded_ranges import Ranges

_NAME = r"\^([^\[\]\s]+)\]"
_DEFINED = re.compile(rf"^[ \t>]*+(?:(?:[-*+]|\d{{1,9}}[.)])[ \t]++)*+\[{_NAME}:", re.MULTILINE)
_USED = re.compile(rf"{OPENING}(?<!\[\[){_NAME}(?!\()")


class Footnote(NamedTuple):
    """One `[^name]`, in a definition or used."""

    name: str
    """Case folded."""
    start: int
    """Offset of its `[`."""
    end: int


def defined(text: str, start: int, code: Ranges) -> Iterator[Footnote]:
    """The footnotes that a body defines, each by its name; none in code."""
    for match in _DEFINED.finditer(text, start):
        if not code.covering(match.start(1)):
            yield Footnote(match[1].casefold(), match.start(1) - 2, match.end(1) + 1)


def used(text: str, start: int, code: Ranges) -> Iterator[Footnote]:
    """Every `[^name]` of a body, those that begin a definition as well; none in code."""
    for match in _USED.finditer(text, start):
        if not code.covering(match.start()):
            yield Footnote(match[1].casefold(), *match.span())


def check(text: str, start: int, code: Ranges, path: str) -> Iterator[Diagnostic]:
    """Footnotes that are used and never defined, or defined and never used.

    Args:
        text: the whole document.
        start: offset where the body begins.
        code: where no footnote counts.
        path: for the findings.
    """
    if text.find("[^", start) < 0:
        return
    definitions: dict[str, Footnote] = {}
    places: set[int] = set()
    for footnote in defined(text, start, code):
        definitions.setdefault(footnote.name, footnote)
        places.add(footnote.start)
    uses: dict[str, Footnote] = {}
    for footnote in used(text, start, code):
        if footnote.start not in places:
            uses.setdefault(footnote.name, footnote)
    odd = [(use, "SG031", "is used and never defined") for use in uses.values()
           if use.name not in definitions]  # fmt: skip
    odd += [(made, "SG032", "is defined and never used") for made in definitions.values()
            if made.name not in uses]  # fmt: skip
    line, counted = text.count("\n", 0, start) + 1, start
    for footnote, code_of, what in sorted(odd, key=lambda one: one[0].start):
        line += text.count("\n", counted, footnote.start)
        counted = footnote.start
        message = f"the footnote {text[footnote.start : footnote.end]} {what}"
        yield finding(code_of, path, line, message)
