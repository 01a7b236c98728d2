"""A graph as `networkx` has it, for algorithms that this project does not bring."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from skillagent.graph.link import Link
from skillagent.graph.node import Node
from skillagent.graph.outdated import Outdated

if TYPE_CHECKING:
    import networkx


def to_networkx(
    name: str,
    nodes: Iterable[Node],
    links: Iterable[Link],
    outdated: Mapping[str, Outdated],
) -> networkx.MultiDiGraph[str]:
    """Nodes and resolved links as a new `networkx.MultiDiGraph`; see `SkillGraph.to_networkx`."""
    import networkx

    graph: networkx.MultiDiGraph[str] = networkx.MultiDiGraph(name=name)
    for node in nodes:
        status = outdated.get(node.id)
        graph.add_node(
            node.id,
            title=node.title,
            description=node.description,
            kind=node.kind.value,
            root=node.root,
            path=node.path,
            tags=node.tags,
            digest=node.digest,
            status=status.word if status else "",
            successors=status.successors if status else (),
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
