"""Counts what showing each node of a graph costs, for its rows.

Above: `opening`, `published`. Below: `disclosure`, which decides how a node is shown.
"""

from __future__ import annotations

from skillagent.disclosure.session_view import SessionView
from skillagent.graph import Node, SkillGraph
from skillagent.store import MemoryView
from skillagent.store.graph_rows import Costs
from skillagent.store.stored_values import ShownText
from skillagent.tokens import default_counter


def costs_of(graph: SkillGraph) -> Costs:
    """What showing the nodes of a graph costs, by the default counter."""
    counter = default_counter()
    session = SessionView(MemoryView(graph), counter)

    def shown(node: Node) -> ShownText:
        return ShownText(session.cost(node), session.is_plain(node))

    return Costs(counter.name, shown)
