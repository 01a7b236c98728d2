"""Compares an export that was loaded again with its graph: every link must lead where it led.

Above: the exports that write folders of nodes. Below: `graph`.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest

from skillagent.graph import Node, SkillGraph


class LinkComparison:
    """The links of a graph beside those of its export.

    Args:
        graph: the original graph.
        loaded: the export, loaded.
        ids: id in the graph → id in the export.
    """

    def __init__(self, graph: SkillGraph, loaded: SkillGraph, ids: Mapping[str, str]) -> None:
        self._graph, self._loaded, self._ids = graph, loaded, ids

    def is_same(self, node: Node) -> bool:
        """True if a node's links in the export have the same targets."""
        links = self._graph.links_from(node.id)
        packed_links = self._loaded.links_from(self._ids[node.id])
        wanted = [self._ids[link.target] for link in links if link.target]
        if wanted == [link.target for link in packed_links if link.target]:
            return True
        if not node.document.dialect.outline:
            return False
        # A property of Logseq that names a node without brackets is a link in a YAML header, and
        # the links of repeated properties come last there.
        written = [link for link in packed_links if not link.reference.is_name]
        return sorted(wanted) == sorted(link.target for link in written if link.target)

    def place(self, node: Node) -> str:
        """File and line of the first link that would lead elsewhere in the export."""
        packed_links = [link for link in self._loaded.links_from(self._ids[node.id]) if link.target]
        links = [link for link in self._graph.links_from(node.id) if link.target]
        for link, packed in zip_longest(links, packed_links):
            if link and (packed is None or self._ids[str(link.target)] != packed.target):
                return f"{node.document.path}:{link.line}"
        return f"{node.document.path}:{links[-1].line if links else 1}"


def status_of(graph: SkillGraph, node: Node) -> str:
    """Why a node should not be relied on, in one word; empty for a current node."""
    outdated = graph.outdated.get(node.id)
    return outdated.word if outdated else ""
