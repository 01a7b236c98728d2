"""The outline of a node: its sections with their tokens, and which of them answer a query."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from skillagent.disclosure import writing
from skillagent.disclosure.results import SectionLine
from skillagent.disclosure.view import View
from skillagent.graph import Node
from skillagent.markdown import Heading

OUTLINE = 15
"""So many sections of a long outline are shown."""
RANKED_SECTIONS = 3
"""With a query, the places of so many sections are named in the outline."""
TITLE = 2.0
"""What a word in a section's title counts, beside one in its text."""
SECTION_CHARS = 2_000
"""The length of a section up to which it hardly matters how long it is."""


def outline_text(outline: Sequence[SectionLine]) -> str:
    """`One 120 | › Sub 40 *1 | Two 300`: title, tokens, and the place of what answers best.

    `›` stands for each level down. Of a long outline, the sections that answer a query are shown
    with the first ones.
    """
    top = min(line.level for line in outline)
    kept = _kept(outline)
    parts = [
        f"{'›' * (line.level - top)}{' ' if line.level > top else ''}"
        f"{writing.in_outline(line.title)} {line.cost}" + (f" *{line.rank}" if line.rank else "")
        for line in kept
    ]
    if len(outline) > len(kept):
        parts.append(f"{len(outline) - len(kept)} more")
    return " | ".join(parts)


def _kept(outline: Sequence[SectionLine]) -> list[SectionLine]:
    """Of a long outline, the lines that are shown: the ranked ones, then the first ones."""
    ranked = sum(line.rank > 0 for line in outline)
    free = OUTLINE - ranked
    kept = []
    for line in outline:
        free -= not line.rank
        if line.rank or free >= 0:
            kept.append(line)
    return kept


def outline(view: View, node: Node, query: str | None = None) -> tuple[SectionLine, ...]:
    """The sections of a node with their tokens; a top heading that is the title is left out.

    Args:
        view: the session's graph.
        node: whose sections.
        query: what the model looks for; ranks the sections that answer it.
    """
    document = node.document
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
    view: View, node: Node, query: str, titles: Sequence[str], texts: Sequence[str]
) -> dict[int, int]:
    """Section → its place among those that answer a query, of the best few.

    A section counts by the query's words in its text, the less the longer it is, and by those in
    its title.
    """
    found = []
    for number, (title, text) in enumerate(zip(titles, texts, strict=True)):
        held = view.search.weight(query, node.id, text) / (
            1 + math.log1p(len(text) / SECTION_CHARS)
        )
        if held:
            found.append((-(held + TITLE * view.search.weight(query, node.id, title)), number))
    return {number: place for place, (_, number) in enumerate(sorted(found)[:RANKED_SECTIONS], 1)}
