"""Who links to whom: the neighbours of a node, and what can be reached along links.

Above: `SkillGraph`, whose queries about links these are. Below: links.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TypeVar

from skillagent.graph.link import Link

T = TypeVar("T", str, int)


class Adjacency:
    """The links of a graph, grouped by the nodes at their ends; computed when first needed.

    Args:
        links: all links of the graph, sorted by source and place.
    """

    def __init__(self, links: tuple[Link, ...]) -> None:
        self._links = links

    @cached_property
    def _outgoing(self) -> dict[str, tuple[Link, ...]]:
        return _grouped((link.source, link) for link in self._links)

    @cached_property
    def _incoming(self) -> dict[str, tuple[Link, ...]]:
        return _grouped((link.target, link) for link in self._links if link.target)

    @cached_property
    def targets(self) -> Mapping[str, tuple[str, ...]]:
        """Id → ids of the nodes that it links to, in order of first mention."""
        return {
            source: tuple(dict.fromkeys(link.target for link in links if link.target))
            for source, links in self._outgoing.items()
        }

    @cached_property
    def indegrees(self) -> Mapping[str, int]:
        """Id → how many other nodes link to it; without the nodes that no link leads to."""
        return {
            target: len({link.source for link in links} - {target})
            for target, links in self._incoming.items()
        }

    def links_from(self, node: str) -> tuple[Link, ...]:
        """All links in a node, broken ones too, sorted by place."""
        return self._outgoing.get(node, ())

    def backlinks(self, node: str) -> tuple[Link, ...]:
        """All links to a node from other nodes, sorted by source and place."""
        return tuple(link for link in self._incoming.get(node, ()) if link.source != node)

    def neighbors(self, node: str) -> tuple[str, ...]:
        """Ids of the other nodes that a node links to, in order of first mention."""
        return tuple(target for target in self.targets.get(node, ()) if target != node)

    def reachable(self, start: Iterable[str]) -> frozenset[str]:
        """Ids of the nodes that links lead to from some nodes, these included."""
        return frozenset(reached(start, self.targets))

    def shortest_path(self, source: str, target: str) -> tuple[str, ...] | None:
        """Ids along a shortest path of links, ends included; None if there is none.

        Of several such paths, the one whose links come first in their nodes: a breadth-first
        search that takes neighbours in order of first mention.
        """
        previous: dict[str, str | None] = {source: None}
        queue = deque((source,))
        while queue and target not in previous:
            node = queue.popleft()
            for neighbor in self.targets.get(node, ()):
                if neighbor not in previous:
                    previous[neighbor] = node
                    queue.append(neighbor)
        if target not in previous:
            return None
        path: list[str] = []
        step: str | None = target
        while step is not None:
            path.append(step)
            step = previous[step]
        return tuple(reversed(path))


def reached(start: Iterable[T], targets: Mapping[T, Iterable[T]]) -> set[T]:
    """Everything that can be reached from some ids, these included.

    Args:
        start: the ids to begin with.
        targets: id → the ids that one step leads to.
    """
    seen = set(start)
    queue = list(seen)
    while queue:
        for target in targets.get(queue.pop(), ()):
            if target not in seen:
                seen.add(target)
                queue.append(target)
    return seen


def _grouped(pairs: Iterable[tuple[str, Link]]) -> dict[str, tuple[Link, ...]]:
    groups: dict[str, list[Link]] = {}
    for key, link in pairs:
        groups.setdefault(key, []).append(link)
    return {key: tuple(links) for key, links in groups.items()}
