"""`read_summary` with a depth: the nodes within two or three links, one line each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from skillagent.disclosure import writing
from skillagent.disclosure.draft import Draft
from skillagent.disclosure.results import NeighbourhoodResult, NeighbourLine
from skillagent.disclosure.select import links as node_links
from skillagent.disclosure.session_view import SessionView
from skillagent.store import LinkView, NodeHead

MOST_LINES = 40


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A node that links lead to."""

    node: str
    steps: int
    """Number of links on a shortest path to it."""
    via: str
    """The node before it on that path; empty for a start."""


def drafts(
    view: SessionView,
    nodes: Sequence[NodeHead],
    depth: int,
    query: str | None,
    unknown: Sequence[str],
) -> Iterator[Draft]:
    """The neighbourhood with as many lines as are allowed, then with fewer each time.

    Args:
        view: the session's graph.
        nodes: the starts, each once.
        depth: most links on a path from a start.
        query: what the model wants to know; ranks nodes that are equally near.
        unknown: sentences about names that led to no node.
    """
    starts = tuple(node.id for node in nodes)
    neighbourhood = neighbours(view, starts, depth, query)
    lines = [_line(view, neighbour) for neighbour in neighbourhood[:MOST_LINES]]
    count = len(lines)
    while count:
        shown = lines[:count]
        yield Draft(
            NeighbourhoodResult(
                depth, tuple(line for line, _ in shown), len(neighbourhood), tuple(unknown), starts
            ),
            lines=tuple(line.id for line, _ in shown),
            described=tuple(line.id for line, is_whole in shown if is_whole),
        )
        count -= max(1, count // 8)


def neighbours(
    view: SessionView, starts: Sequence[str], depth: int, query: str | None = None
) -> list[Neighbour]:
    """The starts and the nodes that links lead to from there, the nearest first.

    A breadth-first search. Equally near nodes are sorted by how well they answer the query, then
    by the order of the nodes and links that lead to them.

    Args:
        view: the session's graph.
        starts: ids of the starts, each once.
        depth: most links on a path from a start.
        query: what the model wants to know.
    """
    seen = set(starts)
    ring = [Neighbour(node, 0, "") for node in starts]
    reached = list(ring)
    for steps in range(1, depth + 1):
        following: list[Neighbour] = []
        for neighbour in ring:
            for target in view.graph.neighbors(neighbour.node):
                if target not in seen:
                    seen.add(target)
                    following.append(Neighbour(target, steps, neighbour.node))
        if query:
            scores = view.graph.scores(query, [neighbour.node for neighbour in following])
            following.sort(key=lambda neighbour: -scores[neighbour.node])
        ring = following
        reached += ring
    return reached


def _line(view: SessionView, neighbour: Neighbour) -> tuple[NeighbourLine, bool]:
    links: list[LinkView] = []
    if neighbour.via:
        candidates = view.graph.links_from(neighbour.via)
        links = [link for link in candidates if link.target == neighbour.node]
    phrases = [view.phrase(link) for link in links if not link.is_bare]
    line, is_whole = view.line(
        view.graph.head(neighbour.node),
        phrase=phrases[0] if phrases else "",
        author=neighbour.via,
    )
    types = node_links.types(view, links).get(neighbour.node, ())
    if tag := view.trust.tag_of(neighbour.via):
        types = tuple(writing.marked(name, tag) for name in types)
    return NeighbourLine(
        **asdict(line), steps=neighbour.steps, via=neighbour.via, types=types
    ), is_whole
