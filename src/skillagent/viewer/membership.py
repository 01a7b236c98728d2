"""Which map each node belongs to: of the maps that link it, the one nearest to an entry.

Above: `layout`. Below: nothing but values.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

NO_MAP = ""
"""Stands for the map of a node to which no path leads from an entry or a map."""


@dataclass(frozen=True, slots=True)
class Membership:
    """A forest of maps, with the other nodes as its leaves."""

    owner: dict[str, str]
    """Id → the map that it belongs to, or `NO_MAP`; the nearest to an entry come first."""
    members: dict[str, tuple[str, ...]]
    """Id of a map, or `NO_MAP` → what belongs to it, in the order in which the map links it.

    What belongs to `NO_MAP` is in the order of the search: entries, other maps, other nodes.
    """

    def tops(self, entry: str | None) -> dict[str, str]:
        """Id → the outermost map around it that does not belong to `NO_MAP` or to the entry.

        An outermost map, an entry, and a node that belongs to one of these directly, is its own
        top, or that of its map.
        """
        tops: dict[str, str] = {}
        for node, owner in self.owner.items():
            if owner in (NO_MAP, entry):
                tops[node] = node if node in self.members else owner
            else:
                tops[node] = tops.get(owner, owner)
        return tops


def membership(
    links: Mapping[str, Sequence[str]], maps: Collection[str], entries: Iterable[str]
) -> Membership:
    """Find the map of each node by breadth-first search from the entries.

    A node that no map links belongs to the last map on the path to it. A map belongs only to a
    map that is reached before it, so that maps never belong to each other in a circle.

    Args:
        links: id → ids that it links, in order of mention; for all nodes.
        maps: ids of the nodes that gather others.
        entries: ids of the nodes where the search begins; they gather others, too.
    """
    entries = tuple(entries)
    anchors = {*maps, *entries}
    search = _Search(links, anchors)
    for start in (*entries, *_by_links(links, anchors), *sorted(links)):
        search.run(start)
    rank = {node: at for at, node in enumerate(search.path_map)}
    linked_by: dict[str, list[str]] = {}
    for source in anchors:
        for target in links[source]:
            linked_by.setdefault(target, []).append(source)
    owner: dict[str, str] = {}
    for node, from_path in search.path_map.items():
        sources = [one for one in linked_by.get(node, ()) if one != node]
        if node in anchors:
            sources = [one for one in sources if rank[one] < rank[node]]
        owner[node] = min(sources, key=rank.__getitem__, default=from_path)
        if node in entries:
            owner[node] = NO_MAP
    return Membership(owner, _members(owner, links))


class _Search:
    """Breadth-first searches, one after another, none of which visits a node again."""

    def __init__(self, links: Mapping[str, Sequence[str]], anchors: Collection[str]) -> None:
        self._links = links
        self._anchors = anchors
        self.path_map: dict[str, str] = {}
        """Visited id → the last map on the path to it, or `NO_MAP`; in order of the visits."""

    def run(self, start: str) -> None:
        """Visit what is reached from a node."""
        if start in self.path_map:
            return
        self.path_map[start] = NO_MAP
        queue = [start]
        for node in queue:
            nearest = node if node in self._anchors else self.path_map[node]
            for target in self._links[node]:
                if target not in self.path_map:
                    self.path_map[target] = nearest
                    queue.append(target)


def _by_links(links: Mapping[str, Sequence[str]], anchors: Iterable[str]) -> list[str]:
    return sorted(anchors, key=lambda node: (-len(links[node]), node))


def _members(
    owner: Mapping[str, str], links: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    members: dict[str, list[str]] = {}
    for node, map_id in owner.items():
        members.setdefault(map_id, []).append(node)
    ordered = {}
    for map_id, nodes in sorted(members.items()):
        place = {node: at for at, node in enumerate(links.get(map_id, owner))}
        last = len(place)
        ordered[map_id] = tuple(sorted(nodes, key=lambda node: (place.get(node, last), node)))
    return ordered
