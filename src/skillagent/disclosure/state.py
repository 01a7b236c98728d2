"""A session as plain values that can be saved, to continue the session later.

`Toolset.state()` returns it and `Toolset.resume()` continues from it. Plain frozen values, because
a file with them can then be checked when it is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from skillagent.disclosure.budget import Budget
from skillagent.disclosure.ledger import Ledger, LedgerEntry
from skillagent.disclosure.shown import Shown
from skillagent.disclosure.turn_usage import TurnUsage
from skillagent.store import GraphView

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SavedShown:
    """The values of `Shown`."""

    lines: dict[str, int]
    described: dict[str, int]
    summaries: dict[str, int]
    links: dict[str, dict[str, int]]
    pieces: dict[str, dict[int, int]]
    listings: tuple[tuple[tuple[str | None, ...], int, str | None], ...]


@dataclass(frozen=True, slots=True)
class SessionState:
    """The session of a `Toolset`."""

    budget: Budget
    counter: str
    """Name of the token counter."""
    calls: int
    spent_in: int
    """Number of the call whose answer said that the budget is spent; 0 for none."""
    instructions: str | None
    entries: tuple[LedgerEntry, ...]
    turns: tuple[TurnUsage, ...]
    withdrawn: tuple[int, ...]
    memory: SavedShown
    hidden_text: bool = False
    """Whether comments and invisible characters are shown."""
    graph: str = ""
    """Digest of the graph that the session was about; empty if it was not saved."""
    untrusted: tuple[str, ...] = ()
    """Names of the roots that are not trusted."""
    tag: str = ""
    """The tag around their texts; empty if all roots are trusted."""

    def ledger(self) -> Ledger:
        """The ledger as it was."""
        ledger = Ledger(self.counter, self.budget.total)
        for entry in self.entries:
            ledger.append(entry)
        for turn in self.turns:
            ledger.reconcile(turn)
        ledger.withdraw(self.withdrawn)
        return ledger

    def shown(self, graph: GraphView) -> Shown:
        """What was shown, without nodes whose files have since changed or been removed.

        Args:
            graph: the graph now.
        """
        # In an equal graph no node has changed, and none has to be read.
        is_equal = self.graph == graph.digest
        changed = set() if is_equal else self._changed(graph)
        memory = self.memory
        shown = Shown()
        shown.lines = _without(memory.lines, changed)
        shown.described = _without(memory.described, changed)
        shown.summaries = _without(memory.summaries, changed)
        shown.links = _without(memory.links, changed)
        shown.pieces = _without(memory.pieces, changed)
        # A new node can belong to a listing although none of its nodes has changed.
        if is_equal or (not self.graph and not changed):
            shown.listings = {key: (call, cursor) for key, call, cursor in memory.listings}
        return shown

    def _changed(self, graph: GraphView) -> set[str]:
        """The nodes that are not in the graph, or not as they were when they were last shown."""
        last = {item.node: item.digest for entry in self.entries for item in entry.disclosed}
        return {
            node
            for node, digest in last.items()
            if node not in graph or graph.head(node).digest != digest
        }


def saved(shown: Shown) -> SavedShown:
    """What was shown, as values that can be saved."""
    return SavedShown(
        dict(shown.lines),
        dict(shown.described),
        dict(shown.summaries),
        {node: dict(calls) for node, calls in shown.links.items()},
        {node: dict(calls) for node, calls in shown.pieces.items()},
        tuple((key, call, cursor) for key, (call, cursor) in shown.listings.items()),
    )


def _without(table: dict[str, T], nodes: set[str]) -> dict[str, T]:
    return {node: value for node, value in table.items() if node not in nodes}
