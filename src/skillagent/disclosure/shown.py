"""What a session has disclosed so far, so that nothing is sent twice."""

from __future__ import annotations

from typing import Any

from skillagent.disclosure.draft import Draft
from skillagent.disclosure.results import IndexResult


class Shown:
    """What the session has disclosed so far, and by which call."""

    def __init__(self) -> None:
        self.lines: dict[str, int] = {}
        self.described: dict[str, int] = {}
        self.summaries: dict[str, int] = {}
        self.links: dict[str, dict[str, int]] = {}
        self.pieces: dict[str, dict[int, int]] = {}
        self.listings: dict[tuple[str | None, ...], tuple[int, str | None]] = {}

    def record(self, draft: Draft, call: int) -> None:
        if draft.listing and isinstance(draft.result, IndexResult):
            self.listings.setdefault(draft.listing, (call, draft.result.cursor))
        for node in draft.lines:
            self.lines.setdefault(node, call)
        for node in draft.described:
            self.described.setdefault(node, call)
        for node, targets in draft.summaries.items():
            self.summaries.setdefault(node, call)
            known = self.links.setdefault(node, {})
            for target in targets:
                known.setdefault(target, call)
        for node, indexes in draft.pieces.items():
            pieces = self.pieces.setdefault(node, {})
            for index in indexes:
                pieces.setdefault(index, call)

    def forget(self, after: int) -> None:
        """Unlearn what the calls after one disclosed: their answers left the conversation."""
        for table in (self.lines, self.described, self.summaries):
            _drop(table, after)
        for tables in (self.links, self.pieces):
            for known in tables.values():
                _drop(known, after)
        self.pieces = {node: known for node, known in self.pieces.items() if known}
        gone = [key for key, (call, _) in self.listings.items() if call > after]
        for key in gone:
            del self.listings[key]

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
