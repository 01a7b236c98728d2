"""The nodes of a root by their paths. A root without links to paths needs no such table.

Above: `resolve`. Below: `namesakes`, nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

from skillagent.graph.file_name import without_suffix
from skillagent.graph.namesakes import NameTable
from skillagent.graph.node import Node


class NodePaths:
    """Finds nodes by their paths; each table is made when it is first needed.

    Args:
        nodes: all nodes of the root.
        key: returns what all spellings of a path have in common.
    """

    def __init__(self, nodes: Sequence[Node], key: Callable[[str], str]) -> None:
        self._nodes = nodes
        self._key = key

    @cached_property
    def whole(self) -> dict[str, Node]:
        """Path with suffix → node. Only here `a.md` and `a.markdown` differ."""
        return {node.path: node for node in self._nodes}

    @cached_property
    def files(self) -> NameTable:
        """File name with suffix → nodes."""
        table = NameTable()
        for node in self._nodes:
            table.add(node.path.rpartition("/")[2], node)
        return table

    @cached_property
    def bare(self) -> dict[str, Node]:
        """Path without suffix → the first node with it."""
        paths: dict[str, Node] = {}
        for node in self._nodes:
            paths.setdefault(without_suffix(node.path), node)
        return paths

    @cached_property
    def keys(self) -> NameTable:
        """Key of a path without suffix → nodes."""
        table = NameTable()
        for node in self._nodes:
            table.add(self._key(without_suffix(node.path)), node)
        return table
