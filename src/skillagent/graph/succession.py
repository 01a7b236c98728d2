"""Find nodes that supersede each other in a circle, so that none of them is the current one.

Above: `build`. Below: `status`, which lists the fields; links.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from skillagent.diagnostics import Diagnostic, finding
from skillagent.graph.link import Link
from skillagent.graph.link_report import some_ids
from skillagent.graph.node import Node
from skillagent.graph.outdated import WORDS
from skillagent.graph.status import (
    STATUS_FIELDS,
    declared_status,
    field_key,
    replacement,
)

_Successors = Mapping[str, Mapping[str, Link]]
"""Id of a node → id of a successor → the link that says so."""


def circles(nodes: Mapping[str, Node], links: Iterable[Link]) -> Iterator[Diagnostic]:
    """One finding for each circle of successors, where a link closes it.

    The search is depth-first, by id, in linear time.

    Args:
        nodes: id → node, for all nodes of a graph.
        links: all links of the graph, sorted by source and place.
    """
    successors = _successors(nodes, links)
    done: set[str] = set()
    for start in sorted(successors):
        if start in done:
            continue
        path, places = [start], {start: 0}
        branches = [iter(successors[start].items())]
        while path:
            step = next(branches[-1], None)
            if step is None:
                branches.pop()
                node = path.pop()
                del places[node]
                done.add(node)
                continue
            node, link = step
            if node in places:
                yield _finding(path[places[node] :], nodes[link.source], link)
            elif node not in done:
                places[node] = len(path)
                path.append(node)
                branches.append(iter(successors.get(node, {}).items()))


def _successors(nodes: Mapping[str, Node], links: Iterable[Link]) -> _Successors:
    successors: dict[str, dict[str, Link]] = {}
    for link in links:
        if not link.key:
            continue  # only fields of a header say so
        replaced = replacement(link)
        if replaced:
            successors.setdefault(replaced.old, {}).setdefault(replaced.new, link)
        elif (
            link.target is not None
            and field_key(link.key) in STATUS_FIELDS
            and declared_status(nodes[link.source]) in WORDS
        ):
            successors.setdefault(link.source, {}).setdefault(link.target, link)
    return successors


def _finding(circle: list[str], source: Node, link: Link) -> Diagnostic:
    message = f"this node supersedes itself: {circle[0]}"
    if len(circle) > 1:
        message = f"these nodes supersede each other in a circle: {some_ids(circle)}"
    return finding("SG034", source.document.path, link.line, message)
