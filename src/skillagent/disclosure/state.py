"""A session as plain values that can be saved: enough to go on later from the same point.

`Toolset.state()` takes it and `Toolset.resume()` goes on from it. Plain frozen values, so
that whoever keeps it on disk can check it when it is read again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from skillagent.disclosure.budget import Budget
from skillagent.disclosure.ledger import Entry, Ledger, Turn
from skillagent.disclosure.shown import Shown

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Memory:
    """What was shown, by which call; see `Shown`."""

    lines: dict[str, int]
    described: dict[str, int]
    summaries: dict[str, int]
    links: dict[str, dict[str, int]]
    pieces: dict[str, dict[int, int]]
    listings: tuple[tuple[tuple[str | None, ...], int, str | None], ...]


@dataclass(frozen=True, slots=True)
class State:
    """A toolset's session."""

    budget: Budget
    counter: str
    """Name of the token counter."""
    calls: int
    spent_in: int
    """The call whose answer said that the budget is spent; 0 for none."""
    instructions: str | None
    entries: tuple[Entry, ...]
    turns: tuple[Turn, ...]
    withdrawn: tuple[int, ...]
    memory: Memory
    hidden_text: bool = False
    """Whether comments and characters that a reader does not see are shown."""

    def ledger(self) -> Ledger:
        """The account as it was."""
        found = Ledger(self.counter, self.budget.total)
        for entry in self.entries:
            found.append(entry)
        for turn in self.turns:
            found.reconcile(turn)
        found.withdraw(self.withdrawn)
        return found

    def shown(self, digest: Callable[[str], str]) -> Shown:
        """What was shown, without the nodes whose files have changed or gone since.

        Args:
            digest: of a node's file now; empty where there is no such node.
        """
        last = {item.node: item.digest for entry in self.entries for item in entry.disclosed}
        changed = {node for node, before in last.items() if digest(node) != before}
        memory = self.memory
        found = Shown()
        found.lines = _without(memory.lines, changed)
        found.described = _without(memory.described, changed)
        found.summaries = _without(memory.summaries, changed)
        found.links = _without(memory.links, changed)
        found.pieces = _without(memory.pieces, changed)
        if not changed:
            found.listings = {key: (call, cursor) for key, call, cursor in memory.listings}
        return found


def remembered(shown: Shown) -> Memory:
    """What was shown, as values."""
    return Memory(
        dict(shown.lines),
        dict(shown.described),
        dict(shown.summaries),
        {node: dict(known) for node, known in shown.links.items()},
        {node: dict(known) for node, known in shown.pieces.items()},
        tuple((key, call, cursor) for key, (call, cursor) in shown.listings.items()),
    )


def _without(table: dict[str, T], nodes: set[str]) -> dict[str, T]:
    return {node: value for node, value in table.items() if node not in nodes}
