"""The nodes that one name fits, and which of them a link from a given folder means.

Above: `resolve`, whose tables of names hold them. Below: nodes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from skillagent.graph.node import Node


class Namesakes:
    """The nodes that one name fits, in the order in which they were added.

    What helps to choose between several nodes is computed when a link
    first asks for it.
    """

    __slots__ = ("_nearness", "nodes")

    def __init__(self, nodes: Iterable[Node] = ()) -> None:
        self.nodes = list(nodes)
        self._nearness: Nearness | None = None

    def add(self, node: Node) -> None:
        """Add a node; a node is added once even if it has the name twice."""
        if not self.nodes or self.nodes[-1] is not node:
            self.nodes.append(node)

    @property
    def nearness(self) -> Nearness:
        if self._nearness is None:
            self._nearness = Nearness(self.nodes)
        return self._nearness


class Nearness:
    """Several nodes, compared by how near they are to a folder.

    The best node below each folder is stored once, so that a choice takes as many steps as the
    folder is deep, however many nodes there are.
    """

    def __init__(self, nodes: Sequence[Node]) -> None:
        self.candidates = tuple(sorted(nodes, key=lambda node: node.id))
        self.ids = tuple(node.id for node in self.candidates)
        self._inside: dict[str, Node] = {}
        self._below: dict[str, Node] = {}
        for node in sorted(nodes, key=lambda node: (node.path.count("/"), node.path)):
            folder = node.path.rpartition("/")[0]
            self._inside.setdefault(folder, node)
            while folder:
                self._below.setdefault(folder, node)
                folder = folder.rpartition("/")[0]
            self._below.setdefault("", node)

    def nearest(self, folder: str) -> Node:
        """The node in the folder, else in the nearest folder above it; of several, the one with
        the shortest path, then the smallest path."""
        if node := self._inside.get(folder):
            return node
        while folder not in self._below:
            folder = folder.rpartition("/")[0]
        return self._below[folder]


class NameTable:
    """Name → the nodes that it fits.

    Most names fit one node, which is stored as it is: this takes a third of the memory.
    """

    def __init__(self) -> None:
        self._nodes: dict[str, Node | Namesakes] = {}

    def add(self, name: str, node: Node) -> None:
        """Add a node to those that a name fits."""
        there = self._nodes.setdefault(name, node)
        if isinstance(there, Namesakes):
            there.add(node)
        elif there is not node:
            self._nodes[name] = Namesakes((there, node))

    def get(self, name: str) -> Namesakes | None:
        """The nodes that a name fits; None if it fits none."""
        there = self._nodes.get(name)
        return there if there is None or isinstance(there, Namesakes) else Namesakes((there,))

    def shared(self) -> dict[str, Namesakes]:
        """The names that fit several nodes."""
        return {name: nodes for name, nodes in self._nodes.items() if isinstance(nodes, Namesakes)}
