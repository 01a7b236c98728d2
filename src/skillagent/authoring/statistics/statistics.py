"""All figures of a graph, as one value."""

from __future__ import annotations

import math
import statistics as numbers
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from skillagent.authoring.clusters import center_of, clusters
from skillagent.authoring.statistics.growth import Growth, growth
from skillagent.authoring.statistics.reach import (
    BUDGETS,
    WithinLinks,
    WithinTokens,
    within_links,
    within_tokens,
)
from skillagent.graph import NodeKind, SkillGraph
from skillagent.index.analyzer import words
from skillagent.progress import Progress, no_progress, tracked
from skillagent.tokens import TokenCounter, default_counter

SHOWN = 10
"""Most hubs, clusters and isolated parts that are named."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large a graph is."""

    nodes: int
    maps: int
    tokens: int
    """Tokens of all bodies together."""
    median: int
    """Tokens of a node's body: half of the nodes have no more."""
    p95: int
    """Tokens of a node's body: 95 of 100 nodes have no more."""


@dataclass(frozen=True, slots=True)
class Density:
    """How well its nodes are linked."""

    links: int
    """Links that lead to a node."""
    links_per_node: float
    reciprocal: float
    """Share of the linked pairs of nodes, as source and target, that are linked back, 0 to 1."""
    with_words: float
    """Share of the links in texts that have words beside them, 0 to 1; `bare` links have none."""
    words_beside: int
    """Median of the words beside a link: within 80 characters on each side, on its line."""


@dataclass(frozen=True, slots=True)
class Hub:
    """A node with many links."""

    node: str
    count: int
    """Other nodes that link to it, or that it links to."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Nodes that link to each other more than to the rest."""

    nodes: int
    center: str
    """The node that most others of the cluster link to."""
    maps: tuple[str, ...]
    """Its maps."""


@dataclass(frozen=True, slots=True)
class Part:
    """Nodes that no link, in either direction, connects with an entry."""

    nodes: int
    first: str
    """The first of them by id."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a graph is like."""

    name: str
    size: Size
    density: Density
    reach: tuple[WithinLinks, ...]
    """Nodes within some links of an entry."""
    disclosed: tuple[WithinTokens, ...]
    """Nodes that an agent has seen within some tokens."""
    linked_most: tuple[Hub, ...]
    """The nodes that most others link to, at most ten."""
    linking_most: tuple[Hub, ...]
    """The nodes that link to most others, at most ten."""
    cluster_count: int
    clusters: tuple[Cluster, ...]
    """The largest clusters, at most ten."""
    isolated: int
    """Nodes that no link connects with an entry, in whatever direction."""
    part_count: int
    """Isolated parts: groups of such nodes that are connected with each other."""
    parts: tuple[Part, ...]
    """The largest isolated parts, at most ten."""
    growth: Growth | None
    """None for several roots, and for a folder outside of a git repository."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def statistics(
    graph: SkillGraph,
    budgets: Iterable[int] = BUDGETS,
    counter: TokenCounter | None = None,
    progress: Progress = no_progress,
) -> Statistics:
    """The figures of a graph.

    Args:
        graph: of one root or several.
        budgets: tokens within which the nodes are counted that an agent sees.
        counter: counts tokens; None for o200k_base.
        progress: called for each node that was examined.
    """
    counter = counter or default_counter()
    groups = clusters(graph)
    parts = _isolated_parts(graph)
    dialect = graph.dialect.with_link_fields(graph.link_fields)
    return Statistics(
        name=graph.name,
        size=_size(graph, counter, progress),
        density=_density(graph),
        reach=within_links(graph),
        disclosed=within_tokens(graph, budgets, counter, progress),
        linked_most=_hubs((node, graph.indegree(node)) for node in graph.nodes),
        linking_most=_hubs((node, len(graph.neighbors(node))) for node in graph.nodes),
        cluster_count=len(groups),
        clusters=tuple(_cluster(graph, group) for group in groups[:SHOWN]),
        isolated=sum(map(len, parts)),
        part_count=len(parts),
        parts=tuple(Part(len(part), part[0]) for part in parts[:SHOWN]),
        growth=growth(graph.roots[0].path, dialect, progress) if len(graph.roots) == 1 else None,
    )


def _size(graph: SkillGraph, counter: TokenCounter, progress: Progress) -> Size:
    nodes = list(graph.nodes.values())
    costs = sorted(node.cost(counter) for node in tracked(nodes, "counting tokens", progress))
    return Size(len(nodes), len(graph.maps), sum(costs), _rank(costs, 0.5), _rank(costs, 0.95))


def _rank(ordered: Sequence[int], share: float) -> int:
    """The smallest value that so great a share of the values does not exceed (nearest rank)."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else 0


def _density(graph: SkillGraph) -> Density:
    resolved = [link for link in graph.links if link.target]
    pairs = {(link.source, link.target) for link in resolved if link.source != link.target}
    back = sum((target, source) in pairs for source, target in pairs)
    in_texts = [link for link in resolved if not link.key]
    beside = [len(words(" ".join(link.around()))) for link in in_texts]
    with_words = sum(not link.is_bare for link in in_texts)
    return Density(
        len(resolved),
        round(len(resolved) / (len(graph.nodes) or 1), 2),
        round(back / (len(pairs) or 1), 4),
        round(with_words / (len(in_texts) or 1), 4),
        int(numbers.median_low(beside)) if beside else 0,
    )


def _hubs(counts: Iterable[tuple[str, int]]) -> tuple[Hub, ...]:
    ranked = sorted(counts, key=lambda pair: (-pair[1], pair[0]))
    return tuple(Hub(node, count) for node, count in ranked[:SHOWN] if count)


def _cluster(graph: SkillGraph, group: Sequence[str]) -> Cluster:
    maps = tuple(node for node in group if graph.nodes[node].kind is not NodeKind.NODE)
    return Cluster(len(group), center_of(graph, group), maps)


def _isolated_parts(graph: SkillGraph) -> list[tuple[str, ...]]:
    """Connected parts without an entry, the largest first, each sorted."""
    import networkx

    plain: networkx.Graph[str] = networkx.Graph()
    plain.add_nodes_from(graph.nodes)
    plain.add_edges_from(_edges(graph))
    parts = [tuple(sorted(part)) for part in networkx.connected_components(plain)]
    isolated = [part for part in parts if set(graph.entries).isdisjoint(part)]
    return sorted(isolated, key=lambda part: (-len(part), part))


def _edges(graph: SkillGraph) -> Iterator[tuple[str, str]]:
    for node in graph.nodes:
        for target in graph.neighbors(node):
            yield node, target
