"""The text of a whole map as a new session lists it, to measure what scanning it costs.

Above: `lint`. Below: `select`, `render`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skillagent.disclosure.render import render
from skillagent.disclosure.select import listing

if TYPE_CHECKING:
    from skillagent.disclosure.session_view import SessionView


def map_pages(view: SessionView, node: str) -> list[str]:
    """The texts of all pages of `list_index(map=…)`, without their closing lines.

    Args:
        view: a view that has shown nothing yet; this shows nothing either.
        node: id of the map.
    """
    head = view.graph.head(node)
    pages: list[str] = []
    shown = 0
    while True:
        page = listing.one_map(view, head, shown)
        lines = [listing.as_line(view, row) for row in page.rows]
        pages.append(render(listing.as_draft(page, lines).result))
        shown += len(lines)
        if shown >= page.total:
            return pages
