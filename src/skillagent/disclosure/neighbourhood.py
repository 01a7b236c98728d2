"""`read_summary` with a depth: what links lead to in two or three steps, one line a node."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from skillagent.disclosure import linking, writing
from skillagent.disclosure.listing import counted
from skillagent.disclosure.results import NeighbourhoodResult, NeighbourLine
from skillagent.disclosure.view import Plan, View, write_line
from skillagent.graph import Node

MOST_LINES = 40
NAMED = 3
"""So many of the nodes asked for are named in the title."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A node that is reached."""

    node: str
    steps: int
    """Links on a shortest way to it."""
    via: str
    """The node before it on that way; empty for a node asked for."""


def plans(
    view: View, nodes: Sequence[Node], depth: int, query: str | None, unknown: Sequence[str]
) -> Iterator[Plan]:
    """The neighbourhood with as many lines as may fit, then with fewer and fewer.

    Args:
        view: the session's graph.
        nodes: where it begins, each once.
        depth: steps from there.
        query: what the model looks for; ranks the nodes that are equally near.
        unknown: sentences about names that led nowhere.
    """
    reached = neighbours(view, [node.id for node in nodes], depth, query)
    made = [_line(view, one) for one in reached[:MOST_LINES]]
    count = len(made)
    while count:
        lines, whole = zip(*made[:count], strict=True)
        result = NeighbourhoodResult(depth, lines, len(reached), tuple(unknown))
        yield Plan(
            write(result, [node.id for node in nodes]),
            result,
            lines=tuple(line.id for line in lines),
            described=tuple(
                line.id for line, all_of_it in zip(lines, whole, strict=True) if all_of_it
            ),
        )
        count -= max(1, count // 8)


def neighbours(
    view: View, starts: Sequence[str], depth: int, query: str | None = None
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
            scores = view.search.scores_of(query, [one.node for one in following])
            following.sort(key=lambda one: -scores[one.node])
        ring = following
        found += ring
    return found


def _line(view: View, one: Neighbour) -> tuple[NeighbourLine, bool]:
    links = [link for link in view.graph.links_from(one.via) if link.target == one.node]
    phrases = [view.phrase(link) for link in links if not link.is_bare]
    line, whole = view.line(view.graph.nodes[one.node], phrase=phrases[0] if phrases else "")
    types = linking.types(view, links).get(one.node, ())
    return NeighbourLine(**asdict(line), steps=one.steps, via=one.via, types=types), whole


def write(result: NeighbourhoodResult, starts: Sequence[str]) -> str:
    """The text of a neighbourhood.

    Args:
        result: what it says.
        starts: ids of the nodes asked for.
    """
    names = ", ".join(f"[[{writing.identifier(node)}]]" for node in starts[:NAMED])
    if len(starts) > NAMED:
        names += f" and {len(starts) - NAMED} more"
    around = counted(result.total - len(starts), "node")
    text = [f"# {around} within {result.depth} steps of {names}"]
    steps = 0
    for line in result.lines:
        if line.steps != steps:
            steps = line.steps
            text.append(f"## {counted(steps, 'step')}")
        text.append(write_line(line) + _via(line))
    if more := result.total - len(result.lines):
        text.append(f"{more} more: ask for one of these, or with a query")
    return "\n".join([*text, *result.unknown])


def _via(line: NeighbourLine) -> str:
    if not line.via:
        return ""
    typed = f" ({', '.join(line.types)})" if line.types else ""
    return f" | via [[{writing.identifier(line.via)}]]{typed}"
