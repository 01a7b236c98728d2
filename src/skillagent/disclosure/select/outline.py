"""The outline of a node: its sections with their tokens, and which of them answer a query."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from skillagent.disclosure.render import OUTLINE
from skillagent.disclosure.results import SectionLine
from skillagent.disclosure.session_view import SessionView
from skillagent.markdown import Heading
from skillagent.store import NodeHead

RANKED_SECTIONS = 3
"""With a query, the places of so many sections are named in the outline."""
TITLE = 2.0
"""What a word in a section's title counts, beside one in its text."""
SECTION_CHARS = 2_000
"""The length of a section up to which it hardly matters how long it is."""


def sections(
    view: SessionView, node: NodeHead, query: str | None = None
) -> tuple[SectionLine, ...]:
    """The sections of a node with their tokens; a top heading that is the title is left out.

    Args:
        view: the session's graph.
        node: whose sections.
        query: what the model looks for; ranks the sections that answer it.
    """
    document = view.graph.document(node.id)
    headings = document.headings
    if headings and headings[0].level == 1 and all(other.level > 1 for other in headings[1:]):
        headings = headings[1:]
    headings = tuple(at for at in headings if not view.is_hidden(document, at.start))
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
    """Titles as `read_node` takes them: `Outer#Inner` for one that stands twice in the node."""
    times = Counter(heading.title.casefold() for heading in headings)
    names: list[str] = []
    path: list[Heading] = []
    for heading in headings:
        path = [outer for outer in path if outer.level < heading.level]
        twice = times[heading.title.casefold()] > 1 and path
        names.append(f"{path[-1].title}#{heading.title}" if twice else heading.title)
        path.append(heading)
    return names


def _ranks(
    view: SessionView, node: NodeHead, query: str, titles: Sequence[str], texts: Sequence[str]
) -> dict[int, int]:
    """Section → its place among those that answer a query, of the best few.

    A section counts by the query's words in its text, the less the longer it is, and by those in
    its title.
    """
    weights = []
    for number, (title, text) in enumerate(zip(titles, texts, strict=True)):
        weight = view.graph.weight(query, node.id, text)
        weight /= 1 + math.log1p(len(text) / SECTION_CHARS)
        if weight:
            weight += TITLE * view.graph.weight(query, node.id, title)
            weights.append((-weight, number))
    best = sorted(weights)[:RANKED_SECTIONS]
    return {number: place for place, (_, number) in enumerate(best, 1)}
