"""Nodes that no question reaches: gold nodes that are never read, and nodes that nothing names.

Above: `description`. Below: `attracting`, `walks`, `wording`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from skillagent.evals.describe.attracting import Lacking, lacking
from skillagent.evals.describe.walks import Walk
from skillagent.evals.describe.wording import Wording, place
from skillagent.graph import SkillGraph
from skillagent.graph.kind import GATHERING


@dataclass(frozen=True, slots=True)
class OnMaps:
    """Where a node is listed, or should be."""

    maps: tuple[str, ...]
    """Ids of the maps and entries that link to it."""
    proposed: str = ""
    """The map that should list it, if none does; empty if there is no map."""

    def to_json(self) -> dict[str, Any]:
        return {"maps": list(self.maps), "proposed_map": self.proposed or None}


@dataclass(frozen=True, slots=True)
class Unread:
    """A gold node that is read in none of its cases."""

    words: Lacking
    ranks: tuple[int | None, ...]
    """Its place in the ranked search for each of its cases; None if it was no hit."""
    named: int
    """Number of its cases in which a listing, a map or a summary named it."""
    on: OnMaps

    def to_json(self) -> dict[str, Any]:
        where = {"ranks": list(self.ranks), "named_in": self.named}
        return {**self.words.to_json(), **where, **self.on.to_json()}


@dataclass(frozen=True, slots=True)
class Unnamed:
    """A node that no walk of any case has named."""

    node: str
    place: str
    to_add: tuple[str, ...]
    """Words that tell its text apart, and that its description lacks."""
    on: OnMaps

    def to_json(self) -> dict[str, Any]:
        words = {"words_to_add": list(self.to_add)}
        return {"node": self.node, "place": self.place, **words, **self.on.to_json()}


def unread_nodes(walks: Iterable[Walk], wording: Wording) -> list[Unread]:
    """The gold nodes that are never read, those of most cases first."""
    by_gold: dict[str, list[Walk]] = {}
    for walk in walks:
        for gold in walk.case.gold:
            by_gold.setdefault(gold, []).append(walk)
    unread = [
        Unread(
            lacking(node, cases, wording),
            tuple(walk.ranks.get(node) for walk in cases),
            sum(node in walk.named for walk in cases),
            _on_maps(wording.graph, node),
        )
        for node, cases in by_gold.items()
        if all(node in walk.missed for walk in cases)
    ]
    return sorted(unread, key=lambda one: (-len(one.words.cases), one.words.node))


def unnamed_nodes(walks: Sequence[Walk], wording: Wording) -> list[Unnamed]:
    """The nodes that no walk has named and that answer no case, those on no map first."""
    graph = wording.graph
    known = {node for walk in walks for node in (*walk.named, *walk.case.gold)}
    unnamed = [
        Unnamed(
            node,
            place(graph.nodes[node]),
            tuple(wording.own_words(node)),
            _on_maps(graph, node),
        )
        for node in graph.nodes
        if node not in known and node not in graph.entries
    ]
    return sorted(unnamed, key=lambda one: (bool(one.on.maps), one.node))


def _on_maps(graph: SkillGraph, node: str) -> OnMaps:
    sources = dict.fromkeys(link.source for link in graph.backlinks(node))
    gathering = [
        source
        for source in sources
        if graph.nodes[source].kind in GATHERING or source in graph.entries
    ]
    return OnMaps(tuple(gathering)) if gathering else OnMaps((), _nearest_map(graph, node))


def _nearest_map(graph: SkillGraph, node: str) -> str:
    """The map that lists most nodes of the same folder; of equal ones, that with the most links."""
    folder = node.rpartition("/")[0]
    choices = [one for one in dict.fromkeys((*graph.gathering, *graph.entries)) if one != node]

    def neighbours(one: str) -> int:
        return sum(other.rpartition("/")[0] == folder for other in graph.neighbors(one))

    return max(choices, key=neighbours, default="")
