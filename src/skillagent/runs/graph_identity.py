"""What a record says of the graph: its root, the files of nodes, and proofs for single nodes.

Above: `recorder`. Below: `lock`, `store`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from skillagent.graph import SkillGraph
from skillagent.store import GraphView, graph_behind


@dataclass(frozen=True, slots=True)
class GraphIdentity:
    """A graph as a record names it."""

    root: str
    """Root of its lock; for a view that no loaded graph is behind, the view's digest."""
    graph: SkillGraph | None
    """The loaded graph, if there is one."""

    @classmethod
    def of(cls, view: GraphView) -> GraphIdentity:
        """The identity of the graph behind a view; computed once for each loaded graph."""
        graph = graph_behind(view)
        if graph is None:
            return cls(view.digest, None)
        return graph.keep(cls, lambda: cls(graph.digest, graph))

    @property
    def judged_on(self) -> date | None:
        """The day that dates in the graph are compared with; None if no node has one."""
        return self.graph.judged_on if self.graph else None

    def proof(self, node: str) -> Mapping[str, Any] | None:
        """Proves that a node belongs to the root; None without a lock."""
        return None
