"""Wikilinks that lack a bracket or run over a line end: text that was meant as a link.

Brackets are paired inside each block. Only what pairs with nothing is reported, so that
`[[Bug] title](address)`, a list in a list and the like are no findings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from skillagent.diagnostics import Diagnostic, finding
from skillagent.markdown.excluded_ranges import BLOCK_BREAK, Ranges

SHOWN = 60
"""Characters of a malformed link that its finding quotes."""
_TOKEN = re.compile(rf"\\[^\n]|[\[\]]|{BLOCK_BREAK.pattern}")
_CLOSED_ONCE = re.compile(r"\[\[([^\[\]\s][^\[\]\n]*+)\](?![\](\[])")
_OPENED_ONCE = re.compile(r"(?<![\w\[])\[(?![xX]\])\w[^\[\]\n]*+\]\](?![\](\[])")
_NEVER_CLOSED = re.compile(
    r"\[\[(?:[^\s\[\]|]++|[^\s\[\]|][^\[\]\n|]*+\|[^\[\]\n]++)(?=[ \t]*(?:\n|\Z))"
)
_OVER_LINES = re.compile(r"\[\[[^\[\]\s][^\[\]\n]*+\n[^\[\]]*+\]\](?![(\[])")

_SHAPES = (_CLOSED_ONCE, _OPENED_ONCE, _NEVER_CLOSED, _OVER_LINES)


class _Odd(NamedTuple):
    """A malformed link: where it stands, what is wrong with it and what to do."""

    start: int
    end: int
    what: str
    remedy: str


def check(text: str, start: int, links: Ranges, code: Ranges, path: str) -> Iterator[Diagnostic]:
    """The malformed wikilinks of a body.

    Args:
        text: the whole document.
        start: offset where the body begins.
        links: its wikilinks.
        code: where no link counts.
        path: for the findings.
    """
    # Most texts have none of these: to look for them costs less than to pair all brackets.
    if not any(shape.search(text, start) for shape in _SHAPES):
        return
    line, counted = text.count("\n", 0, start) + 1, start
    for odd in sorted(_malformed(text, start, links, code)):
        line += text.count("\n", counted, odd.start)
        counted = odd.start
        written = " ".join(text[odd.start : odd.end].split())
        shown = written if len(written) <= SHOWN else f"{written[:SHOWN]}…"
        remedy = odd.remedy.format(written) if shown == written else "close it with two brackets"
        yield finding("SG030", path, line, f"{shown} {odd.what}, so it is no link", remedy)


def _malformed(text: str, start: int, links: Ranges, code: Ranges) -> Iterator[_Odd]:
    opened: list[int] = []
    position, last = start, (-1, -1)
    while token := _TOKEN.search(text, position):
        at = token.start()
        hidden = code.covering(at) or links.covering(at)
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
            if before == (last[0] + 1, at - 1) and (odd := _OVER_LINES.match(text, last[0])):
                yield _Odd(*odd.span(), "runs over a line end", "write {} in one line")
        elif last[1] == at - 1 and (odd := _OPENED_ONCE.match(text, last[0])):
            yield _Odd(*odd.span(), "opens with one bracket", "write [{}")
    yield from _left_open(text, opened)


def _left_open(text: str, opened: list[int]) -> Iterator[_Odd]:
    """Of the brackets that a block leaves open, those that begin a link."""
    for at in opened:
        if odd := _CLOSED_ONCE.match(text, at):
            yield _Odd(*odd.span(), "closes with one bracket", "write {}]")
        elif odd := _NEVER_CLOSED.match(text, at):
            yield _Odd(*odd.span(), "is never closed", "write {}]]")
