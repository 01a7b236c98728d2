"""Finds clusters: nodes that link to each other more than to the rest of their graph."""

from __future__ import annotations

from collections.abc import Collection

from skillagent.graph import SkillGraph

SEED = 0
"""Seed of the algorithm, which visits the nodes in an order of chance."""
SMALLEST = 3
"""Nodes from which a group counts as a cluster."""


def clusters(
    graph: SkillGraph, without: Collection[str] = (), within: Collection[str] | None = None
) -> list[tuple[str, ...]]:
    """The clusters of a graph, the largest first, each with its ids sorted.

    They are the communities of Louvain's method (Blondel et al., 2008, as networkx has it) in the
    graph of undirected links: two nodes that link to each other count twice. The entries are left
    out, because they gather everything. The same graph gives the same clusters: nodes and links
    are sorted, and the seed is fixed.

    Args:
        graph: of one root or several.
        without: ids of further nodes to leave out.
        within: ids of the only nodes to look at; None for all.
    """
    import networkx
    from networkx.algorithms.community import louvain_communities

    left_out = {*graph.entries, *without}
    if within is not None:
        left_out |= graph.nodes.keys() - set(within)
    plain: networkx.Graph[str] = networkx.Graph()
    plain.add_nodes_from(node for node in graph.nodes if node not in left_out)
    for node in graph.nodes:
        for target in graph.neighbors(node):
            if left_out.isdisjoint((node, target)):
                weight = plain.get_edge_data(node, target, {"weight": 0})["weight"]
                plain.add_edge(node, target, weight=weight + 1)
    found = louvain_communities(plain, seed=SEED) if plain.number_of_edges() else []
    groups = [tuple(sorted(group)) for group in found if len(group) >= SMALLEST]
    return sorted(groups, key=lambda group: (-len(group), group))


def center_of(graph: SkillGraph, cluster: Collection[str]) -> str:
    """The node of a cluster that most other nodes of it link to; of several, the first by id."""
    inside = set(cluster)
    linked = {
        node: len({link.source for link in graph.backlinks(node)} & inside) for node in inside
    }
    return min(linked, key=lambda node: (-linked[node], node))
