"""Rules about maps that have too many links to choose from, or too few to be useful."""

from __future__ import annotations

from collections.abc import Iterator

from skillagent.lint.descriptions import is_listing
from skillagent.lint.inspection import HealthFinding, Inspection, health_finding

WIDE = 25
"""Links of a map above which it is better split."""
NARROW = 2
"""Links of a map up to which it is better merged."""


def wide(inspection: Inspection) -> Iterator[HealthFinding]:
    """Maps with more than `WIDE` links, the widest first."""
    for node, width in sorted(_widths(inspection), key=lambda pair: (-pair[1], pair[0])):
        if width > WIDE:
            yield _finding("SG308", inspection, node, width)


def narrow(inspection: Inspection) -> Iterator[HealthFinding]:
    """Maps with `NARROW` links or fewer, but not the listings of a bundle: each folder has one."""
    for node, width in _widths(inspection):
        if width <= NARROW and not is_listing(inspection.graph.nodes[node]):
            yield _finding("SG312", inspection, node, width)


def _widths(inspection: Inspection) -> list[tuple[str, int]]:
    """Id of each map and how many nodes it links to."""
    graph = inspection.graph
    return [(node, len(graph.neighbors(node))) for node in graph.maps]


def _finding(code: str, inspection: Inspection, node: str, width: int) -> HealthFinding:
    links = "1 link" if width == 1 else f"{width} links"
    return health_finding(code, inspection.graph.nodes[node], f"a map with {links}", detail=links)
