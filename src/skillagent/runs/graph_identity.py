"""What a record says of the graph: its root, the day, and a proof for each node that was read.

Above: `recorder`, replays. Below: `lock`, `store`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from skillagent.graph import SkillGraph
from skillagent.lock import GraphLock, lock_of
from skillagent.store import GraphView, graph_behind


@dataclass(frozen=True, slots=True)
class GraphIdentity:
    """A graph as a record names it."""

    root: str
    """Root of its lock; for a view that no loaded graph is behind, the view's digest."""
    graph: SkillGraph | None
    """The loaded graph, if there is one."""
    lock: GraphLock | None
    """Its lock, without other files than nodes."""

    @classmethod
    def of(cls, view: GraphView) -> GraphIdentity:
        """The identity of the graph behind a view; computed once for each loaded graph.

        Raises:
            UsageError: a large file of the graph can no longer be read.
        """
        graph = graph_behind(view)
        if graph is None:
            return cls(view.digest, None, None)

        def made() -> GraphIdentity:
            lock = lock_of(graph, other_files=False)
            return cls(lock.root, graph, lock)

        return graph.keep(cls, made)

    @property
    def judged_on(self) -> date | None:
        """The day that dates in the graph are compared with; None if no node has one."""
        return self.graph.judged_on if self.graph else None

    def proof(self, node: str, digest: str) -> Mapping[str, Any] | None:
        """Proves that a node belongs to the root.

        Args:
            node: id of the node.
            digest: SHA-256 of its file as it was read.

        Returns:
            None without a lock, or if the graph has no such node with this file.
        """
        if self.lock is None or not self.lock.has(node, digest):
            return None
        return {**self.lock.nodes[node].to_json(), **self.lock.proof(node).to_json()}
