"""Makes the parts of a graph that has only some nodes of another graph.

Everything that is derived from nodes and links, such as names, maps and the search index, is
derived again, so that nothing of a node that is left out remains.

Above: `SkillGraph`. Below: `build`, `resolve`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from skillagent.graph.build import GraphParts
from skillagent.graph.link import Link
from skillagent.graph.node import Node
from skillagent.graph.resolve import Resolver


def restricted(
    parts: GraphParts,
    nodes: Collection[str],
    entries: Iterable[str],
    target_of: Callable[[Link], str | None],
) -> GraphParts:
    """The parts with some of the nodes; see `SkillGraph.restricted`. Findings are left out."""
    kept = {name: node for name, node in parts.nodes.items() if name in nodes}
    by_root: dict[str, list[Node]] = {key: [] for key in parts.resolvers}
    for node in kept.values():
        by_root[node.root].append(node)
    resolvers = {
        key: Resolver(by_root[key], resolver.others, dialect, root.folders)
        for (key, resolver), dialect, root in zip(
            parts.resolvers.items(), parts.dialects, parts.roots, strict=True
        )
    }
    return replace(
        parts,
        nodes=kept,
        links=tuple(
            _leading_to(target_of(link), link, kept) for link in parts.links if link.source in kept
        ),
        entries=tuple(entries),
        diagnostics=(),
        resolvers=resolvers,
        files=len(kept),
    )


def _leading_to(target: str | None, link: Link, kept: Collection[str]) -> Link:
    candidates = tuple(node for node in link.candidates if node in kept)
    if target == link.target and candidates == link.candidates:
        return link
    return Link(link.source, target, link.reference, link.rung, candidates, link._document)
