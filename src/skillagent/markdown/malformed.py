"""Find malformed wikilinks: a bracket is missing, or a line end is inside.

Brackets are paired within each block. Only brackets without a partner are reported, so that
`[[Bug] title](address)`, a list in a list and similar text are not findings.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from skillagent.diagnostics import Diagnostic, finding
from skillagent.markdown.excluded_ranges import BLOCK_BREAK, Ranges
from skillagent.markdown.lazy_pattern import lazy_pattern
from skillagent.markdown.math_ranges import math_ranges

SHOWN = 60
"""How many characters of a malformed link its finding quotes."""
_TOKEN = lazy_pattern(rf"\\[^\n]|[\[\]]|{BLOCK_BREAK.pattern}")
_CLOSED_ONCE = lazy_pattern(r"\[\[([^\[\]\s][^\[\]\n]*+)\](?![\](\[])")
_OPENED_ONCE = lazy_pattern(r"(?<![\w\[])\[(?![xX]\])\w[^\[\]\n]*+\]\](?![\](\[])")
_NEVER_CLOSED = lazy_pattern(
    r"\[\[(?:[^\s\[\]|]++|[^\s\[\]|][^\[\]\n|]*+\|[^\[\]\n]++)(?=[ \t]*(?:\n|\Z))"
)
_OVER_LINES = lazy_pattern(r"\[\[[^\[\]\s][^\[\]\n]*+\n[^\[\]]*+\]\](?![(\[])")

_SHAPES = (_CLOSED_ONCE, _OPENED_ONCE, _NEVER_CLOSED, _OVER_LINES)


class MalformedLink(NamedTuple):
    """One malformed link."""

    start: int
    """Offset in the text."""
    end: int
    problem: str
    corrected: str
    """What to write; `{}` is the link, in one line."""
    explained: str = ""
    """What is said behind the corrected link."""


def check(text: str, start: int, links: Ranges, code: Ranges, path: str) -> Iterator[Diagnostic]:
    """Findings about the malformed wikilinks of a body.

    Args:
        text: the whole document.
        start: offset where the body begins.
        links: the ranges of its wikilinks.
        code: ranges in which links do not count.
        path: the path that findings name.
    """
    # Searching for these forms takes less time than pairing all brackets, and most texts have none.
    if not any(shape.search(text, start) for shape in _SHAPES):
        return
    line, counted = text.count("\n", 0, start) + 1, start
    for link in sorted(malformed_links(text, start, links, code)):
        line += text.count("\n", counted, link.start)
        counted = link.start
        written = " ".join(text[link.start : link.end].split())
        shown = written if len(written) <= SHOWN else f"{written[:SHOWN]}…"
        remedy = f"write {link.corrected.format(written)}{link.explained}"
        if shown != written:
            remedy = "close it with two brackets"
        yield finding("SG030", path, line, f"{shown} {link.problem}, so it is no link", remedy)


def malformed_links(text: str, start: int, links: Ranges, code: Ranges) -> Iterator[MalformedLink]:
    """The malformed wikilinks of a body, in no certain order; arguments as for `check`."""
    opened: list[int] = []
    math = math_ranges(text, start, code)
    position, last = start, (-1, -1)
    while token := _TOKEN.search(text, position):
        at = token.start()
        hidden = code.covering(at) or links.covering(at) or math.covering(at)
        position = hidden or token.end()
        if hidden or token[0][0] == "\\":
            continue
        if token[0] == "[":
            opened.append(at)
        elif token[0] != "]":
            yield from _left_open(text, opened)
            opened.clear()
        elif opened:
            before, last = last, (opened.pop(), at)
            if before == (last[0] + 1, at - 1) and (link := _OVER_LINES.match(text, last[0])):
                yield MalformedLink(*link.span(), "runs over a line end", "{}", " in one line")
        elif last[1] == at - 1 and (link := _OPENED_ONCE.match(text, last[0])):
            yield MalformedLink(*link.span(), "opens with one bracket", "[{}")
    yield from _left_open(text, opened)


def _left_open(text: str, opened: list[int]) -> Iterator[MalformedLink]:
    """Malformed links that begin with a bracket which the block does not close."""
    for at in opened:
        if link := _CLOSED_ONCE.match(text, at):
            yield MalformedLink(*link.span(), "closes with one bracket", "{}]")
        elif link := _NEVER_CLOSED.match(text, at):
            yield MalformedLink(*link.span(), "is never closed", "{}]]")
