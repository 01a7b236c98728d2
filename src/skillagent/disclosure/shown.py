"""Remembers what a session has disclosed, so that nothing is sent twice."""

from __future__ import annotations

from typing import Any

from skillagent.disclosure.draft import Draft
from skillagent.disclosure.results import IndexResult


class Shown:
    """What a session has disclosed, each with the number of the first call that showed it."""

    def __init__(self) -> None:
        self.lines: dict[str, int] = {}
        """Node → the call that listed it."""
        self.described: dict[str, int] = {}
        """Node → the call that showed its whole description."""
        self.summaries: dict[str, int] = {}
        """Node → the call that showed its summary."""
        self.links: dict[str, dict[str, int]] = {}
        """Node → target → the call that showed the link in the node's summary."""
        self.pieces: dict[str, dict[int, int]] = {}
        """Node → index of a piece of its body → the call that showed it."""
        self.listings: dict[tuple[str | None, ...], tuple[int, str | None]] = {}
        """Map, query and cursor of a page → the call that listed it, and the next cursor."""

    def record(self, draft: Draft, call: int) -> None:
        """Add what an answer disclosed."""
        if draft.listing and isinstance(draft.result, IndexResult):
            self.listings.setdefault(draft.listing, (call, draft.result.cursor))
        for node in draft.lines:
            self.lines.setdefault(node, call)
        for node in draft.described:
            self.described.setdefault(node, call)
        for node, targets in draft.summaries.items():
            self.summaries.setdefault(node, call)
            links = self.links.setdefault(node, {})
            for target in targets:
                links.setdefault(target, call)
        for node, indexes in draft.pieces.items():
            pieces = self.pieces.setdefault(node, {})
            for index in indexes:
                pieces.setdefault(index, call)

    def forget(self, after: int) -> None:
        """Remove what later calls disclosed, because the model no longer sees their answers.

        Args:
            after: number of the last call whose answer the model still sees.
        """
        for table in (self.lines, self.described, self.summaries):
            _drop(table, after)
        for tables in (self.links, self.pieces):
            for inner in tables.values():
                _drop(inner, after)
        self.pieces = {node: calls for node, calls in self.pieces.items() if calls}
        self.listings = {key: page for key, page in self.listings.items() if page[0] <= after}

    def line_call(self, node: str) -> int | None:
        """The first call that showed the node in any way."""
        calls = [
            table[node] for table in (self.lines, self.summaries, self.described) if node in table
        ]
        calls += self.pieces.get(node, {}).values()
        return min(calls, default=None)


def _drop(table: dict[Any, int], after: int) -> None:
    for key in [key for key, call in table.items() if call > after]:
        del table[key]
