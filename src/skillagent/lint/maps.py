"""Rules about maps: too many links to choose from, too costly to list, or too few to be useful."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from skillagent.diagnostics import Diagnostic, finding
from skillagent.lint.descriptions import is_listing
from skillagent.lint.inspection import HealthFinding, Inspection, health_finding

if TYPE_CHECKING:
    from skillagent.store import NodeHead

WIDE = 25
"""Links of a map above which it is better split."""
NARROW = 2
"""Links of a map up to which it is better merged."""
SCAN_TOKENS = 2_000
"""Tokens of a map's whole listing above which it is better split: a quarter of the default
budget."""
FEWEST_COSTLY = 10
"""A map with fewer links costs less: a description is cut in a listing."""
CHARS_PER_TOKEN = 4
"""Characters of an average token."""


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


def costly(inspection: Inspection) -> Iterator[Diagnostic]:
    """Maps whose whole listing, over all its pages, costs more than `SCAN_TOKENS`."""
    # Imported here: `check` and hooks load this module, and must not wait for `disclosure`.
    from skillagent.disclosure.map_pages import map_pages
    from skillagent.disclosure.session_view import SessionView
    from skillagent.store.memory import MemoryView

    class Estimated(SessionView):
        """A view that does not count the nodes on a map: a listing shows only these numbers."""

        def cost(self, node: NodeHead) -> int:
            return len(inspection.graph.nodes[node.id].document.body) // CHARS_PER_TOKEN

    graph, counter = inspection.graph, inspection.counter
    view = Estimated(MemoryView(graph), counter)
    for node in sorted({*graph.entries, *graph.gathering}):
        if len(graph.neighbors(node)) < FEWEST_COSTLY:
            continue
        pages = map_pages(view, node)
        # A token has at least one byte, so most maps need not be counted.
        if sum(len(page.encode("utf-8", "replace")) for page in pages) <= SCAN_TOKENS:
            continue
        cost = sum(map(counter.count, pages))
        if cost > SCAN_TOKENS:
            message = f"to list this map costs {cost} tokens, in {len(pages)} pages"
            yield finding("SG323", graph.nodes[node].document.path, 0, message)


def _widths(inspection: Inspection) -> list[tuple[str, int]]:
    """Id of each map and how many nodes it links to."""
    graph = inspection.graph
    return [(node, len(graph.neighbors(node))) for node in graph.maps]


def _finding(code: str, inspection: Inspection, node: str, width: int) -> HealthFinding:
    links = "1 link" if width == 1 else f"{width} links"
    return health_finding(code, inspection.graph.nodes[node], f"a map with {links}", detail=links)
