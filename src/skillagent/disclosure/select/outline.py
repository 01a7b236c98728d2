"""The outline of a node: its sections with their tokens, and which of them answer a query."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from skillagent.disclosure.results import SectionLine
from skillagent.disclosure.session_view import SessionView
from skillagent.disclosure.summary_text import OUTLINE
from skillagent.store import NodeHead

if TYPE_CHECKING:
    from skillagent.markdown import Heading

RANKED_SECTIONS = 3
"""Most sections whose rank is shown in the outline."""
TITLE = 2.0
"""Weight of a word in a section's title; one in its text has 1."""
SECTION_CHARS = 2_000
"""Sections of up to about this length lose little of their weight for being long."""


def sections(
    view: SessionView, node: NodeHead, query: str | None = None
) -> tuple[SectionLine, ...]:
    """The sections of a node with their tokens.

    The first heading is left out if it is the only one of level 1: then it is the title.

    Args:
        view: the session's graph.
        node: the node.
        query: what the model wants to know; ranks the sections that answer it.
    """
    document = view.graph.document(node.id)
    headings = document.headings
    if headings and headings[0].level == 1 and all(heading.level > 1 for heading in headings[1:]):
        headings = headings[1:]
    headings = tuple(heading for heading in headings if not view.is_hidden(document, heading.start))
    texts = [view.text(node, heading.start, heading.end).strip() for heading in headings]
    titles = [heading.title for heading in headings]
    ranks = _ranks(view, node, query, titles, texts) if query else {}
    return tuple(
        SectionLine(
            view.words(title),
            heading.level,
            view.count(text) if number < OUTLINE or number in ranks else 0,
            ranks.get(number, 0),
        )
        for number, (title, heading, text) in enumerate(
            zip(_section_names(headings), headings, texts, strict=True)
        )
    )


def _section_names(headings: Sequence[Heading]) -> list[str]:
    """Titles as `read_node` accepts them: `Outer#Inner` if the node has the title twice."""
    counts = Counter(heading.title.casefold() for heading in headings)
    names: list[str] = []
    path: list[Heading] = []
    for heading in headings:
        path = [outer for outer in path if outer.level < heading.level]
        is_repeated = counts[heading.title.casefold()] > 1 and path
        names.append(f"{path[-1].title}#{heading.title}" if is_repeated else heading.title)
        path.append(heading)
    return names


def _ranks(
    view: SessionView, node: NodeHead, query: str, titles: Sequence[str], texts: Sequence[str]
) -> dict[int, int]:
    """Index of a section → its rank among those that answer a query, for the best few.

    A section's weight is that of the query's words in its text, divided by a factor that grows with
    its length, plus that of the words in its title.
    """
    weights = []
    for number, (title, text) in enumerate(zip(titles, texts, strict=True)):
        weight = view.graph.weight(query, node.id, text)
        weight /= 1 + math.log1p(len(text) / SECTION_CHARS)
        if weight:
            weight += TITLE * view.graph.weight(query, node.id, title)
            weights.append((-weight, number))
    best = sorted(weights)[:RANKED_SECTIONS]
    return {number: rank for rank, (_, number) in enumerate(best, 1)}
