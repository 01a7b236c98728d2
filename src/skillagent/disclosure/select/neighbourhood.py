"""`read_summary` with a depth: what links lead to in two or three steps, one line a node."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from skillagent.disclosure.draft import Draft
from skillagent.disclosure.results import NeighbourhoodResult, NeighbourLine
from skillagent.disclosure.select import links as node_links
from skillagent.disclosure.session_view import SessionView
from skillagent.store import LinkView, NodeHead

MOST_LINES = 40


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A node that is reached."""

    node: str
    steps: int
    """Links on a shortest way to it."""
    via: str
    """The node before it on that way; empty for a node asked for."""


def drafts(
    view: SessionView,
    nodes: Sequence[NodeHead],
    depth: int,
    query: str | None,
    unknown: Sequence[str],
) -> Iterator[Draft]:
    """The neighbourhood with as many lines as may fit, then with fewer and fewer.

    Args:
        view: the session's graph.
        nodes: where it begins, each once.
        depth: steps from there.
        query: what the model looks for; ranks the nodes that are equally near.
        unknown: sentences about names that led nowhere.
    """
    starts = tuple(node.id for node in nodes)
    reached = neighbours(view, starts, depth, query)
    lines = [_line(view, neighbour) for neighbour in reached[:MOST_LINES]]
    count = len(lines)
    while count:
        shown = lines[:count]
        yield Draft(
            NeighbourhoodResult(
                depth, tuple(line for line, _ in shown), len(reached), tuple(unknown), starts
            ),
            lines=tuple(line.id for line, _ in shown),
            described=tuple(line.id for line, is_whole in shown if is_whole),
        )
        count -= max(1, count // 8)


def neighbours(
    view: SessionView, starts: Sequence[str], depth: int, query: str | None = None
) -> list[Neighbour]:
    """The nodes asked for and those that links lead to from there, the nearest first.

    Equally near ones are sorted by how well they answer the query, then by the order of the
    nodes and links that lead to them.

    Args:
        view: the session's graph.
        starts: ids, each once.
        depth: steps at most.
        query: what the model looks for.
    """
    seen = set(starts)
    ring = [Neighbour(node, 0, "") for node in starts]
    found = list(ring)
    for steps in range(1, depth + 1):
        following: list[Neighbour] = []
        for one in ring:
            for target in view.graph.neighbors(one.node):
                if target not in seen:
                    seen.add(target)
                    following.append(Neighbour(target, steps, one.node))
        if query:
            scores = view.graph.scores(query, [one.node for one in following])
            following.sort(key=lambda one: -scores[one.node])
        ring = following
        found += ring
    return found


def _line(view: SessionView, neighbour: Neighbour) -> tuple[NeighbourLine, bool]:
    links: list[LinkView] = []
    if neighbour.via:
        every = view.graph.links_from(neighbour.via)
        links = [link for link in every if link.target == neighbour.node]
    phrases = [view.phrase(link) for link in links if not link.is_bare]
    line, whole = view.line(view.graph.head(neighbour.node), phrase=phrases[0] if phrases else "")
    types = node_links.types(view, links).get(neighbour.node, ())
    return NeighbourLine(
        **asdict(line), steps=neighbour.steps, via=neighbour.via, types=types
    ), whole
