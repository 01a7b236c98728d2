"""Rules about nodes that links from an entry do not reach, or only after many steps."""

from __future__ import annotations

from collections.abc import Iterator

from skillagent.graph import NodeKind
from skillagent.lint.inspection import HealthFinding, Inspection, health_finding

FAR = 4
"""Links from an entry within which a node should be reached."""


def unreachable(inspection: Inspection) -> Iterator[HealthFinding]:
    """Nodes that no path of links leads to from an entry."""
    orphans = set(inspection.graph.orphans())
    for node in inspection.graph.nodes.values():
        if node.id not in inspection.steps and node.kind is not NodeKind.LOG:
            detail = "orphan" if node.id in orphans else ""
            yield health_finding("SG304", node, "no link leads here from an entry", detail=detail)


def far(inspection: Inspection) -> Iterator[HealthFinding]:
    """Nodes more than `FAR` links away from an entry, the farthest first."""
    nodes = inspection.graph.nodes
    for node, steps in sorted(inspection.steps.items(), key=lambda pair: (-pair[1], pair[0])):
        if steps > FAR:
            message = f"{steps} links away from an entry"
            yield health_finding("SG310", nodes[node], message, detail=f"{steps} steps")
