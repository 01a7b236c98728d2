"""A graph as `networkx` has it, for algorithms that this project does not bring."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from skillagent.graph.link import Link
from skillagent.graph.node import Node

if TYPE_CHECKING:
    import networkx


def to_networkx(
    name: str, nodes: Iterable[Node], links: Iterable[Link]
) -> networkx.MultiDiGraph[str]:
    """Nodes and resolved links as a new `networkx.MultiDiGraph`; see `SkillGraph.to_networkx`."""
    import networkx

    graph: networkx.MultiDiGraph[str] = networkx.MultiDiGraph(name=name)
    for node in nodes:
        graph.add_node(
            node.id,
            title=node.title,
            description=node.description,
            kind=node.kind.value,
            root=node.root,
            path=node.path,
            tags=node.tags,
            digest=node.digest,
        )
    for link in links:
        if link.target:
            graph.add_edge(
                link.source,
                link.target,
                kind=link.kind.value,
                fragment=link.fragment,
                label=link.label,
                line=link.line,
                section=link.section,
                field=link.key,
                context=link.context,
                rung=link.rung,
            )
    return graph
