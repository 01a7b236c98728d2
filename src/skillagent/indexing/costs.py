"""Counts what showing a node costs, for its row.

Above: `building`, `updating`, `published`. Below: `disclosure`, which decides how a node is shown.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from skillagent.disclosure.session_view import SessionView
from skillagent.graph import Node
from skillagent.markdown import Document
from skillagent.store import GraphView
from skillagent.store.stored_values import ShownText
from skillagent.tokens import default_counter


def shown_texts(characters: int = 0) -> Callable[[Node], ShownText]:
    """A function that tells what is known of the text of a node, with its o200k_base tokens.

    Args:
        characters: length of all texts that will be counted, if that is known.
    """
    one, counter = _OneNode(), default_counter()
    counter.prepare(characters)
    session = SessionView(cast("GraphView", one), counter)

    def shown(node: Node) -> ShownText:
        one.show(node)
        return ShownText(session.cost(node), session.is_plain(node))

    return shown


class _OneNode:
    """As much of a `GraphView` as a session needs to show the text of one node."""

    def show(self, node: Node) -> None:
        """Make another node the one that is shown."""
        self._document = node.document
        self._is_plain: bool | None = None

    def document(self, node: str) -> Document:  # noqa: ARG002 - it has one node only
        return self._document

    def cost(self, node: str, counter: str, count: Callable[[], int]) -> int:  # noqa: ARG002
        return count()

    def is_plain(self, node: str, compare: Callable[[], bool]) -> bool:  # noqa: ARG002
        if self._is_plain is None:
            self._is_plain = compare()
        return self._is_plain
