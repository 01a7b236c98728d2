"""Counts what showing each node of a graph costs, for its rows.

Above: `opening`, `published`. Below: `disclosure`, which decides how a node is shown.
"""

from __future__ import annotations

from collections.abc import Callable

from skillagent.disclosure.session_view import SessionView
from skillagent.graph import Node, SkillGraph
from skillagent.store import MemoryView
from skillagent.store.stored_values import ShownText
from skillagent.tokens import default_counter


def texts_of(graph: SkillGraph) -> Callable[[Node], ShownText]:
    """A function that tells what is known of the text of a node, with its o200k_base tokens."""
    session = SessionView(MemoryView(graph), default_counter())

    def shown(node: Node) -> ShownText:
        return ShownText(session.cost(node), session.is_plain(node))

    return shown
