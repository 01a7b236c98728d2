"""Rules about size: files too large to be read whole, and texts that cost many tokens."""

from __future__ import annotations

from collections.abc import Iterator

from skillagent.lint.inspection import HealthFinding, Inspection, health_finding
from skillagent.progress import tracked

LONG_TOKENS = 1_500
"""Tokens above which a node is better split: a reader rarely needs that much at once."""


def large(inspection: Inspection) -> Iterator[HealthFinding]:
    """Files of which only the beginning was read."""
    for node in inspection.graph.nodes.values():
        if not node.whole:
            size = f"{node.size} bytes"
            yield health_finding("SG303", node, f"too large to be read whole: {size}", detail=size)


def long(inspection: Inspection) -> Iterator[HealthFinding]:
    """Nodes of more than `LONG_TOKENS` tokens, the longest first."""
    nodes = inspection.graph.nodes
    costs = {
        node.id: node.cost(inspection.counter)
        for node in tracked(nodes.values(), "counting tokens", inspection.progress)
    }
    for node, cost in sorted(costs.items(), key=lambda pair: (-pair[1], pair[0])):
        if cost > LONG_TOKENS:
            tokens = f"{cost} tokens"
            yield health_finding("SG307", nodes[node], f"a text of {tokens}", detail=tokens)
