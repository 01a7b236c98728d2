"""The append-only account of a session: each call, what it disclosed and what it cost."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Level(StrEnum):
    """How much of a node was shown."""

    INDEX = "index"
    SUMMARY = "summary"
    SECTION = "section"
    NODE = "node"


@dataclass(frozen=True, slots=True)
class Disclosed:
    """One node shown at one level by one call."""

    node: str
    level: Level
    digest: str
    """SHA-256 of the file that was read."""
    section: str = ""
    """The heading, where only a section was shown."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One call of the session."""

    call: int
    """From 1; 0 for the instructions."""
    tool: str
    arguments: Mapping[str, Any]
    disclosed: tuple[Disclosed, ...]
    cost: int
    """Tokens of the very text that was returned."""
    remaining: int
    """Tokens left behind this call."""
    error: bool
    seconds: float
    """How long the call took."""

    def to_json(self) -> dict[str, Any]:
        return {
            "call": self.call,
            "tool": self.tool,
            "arguments": {key: _finite(value) for key, value in self.arguments.items()},
            "disclosed": [
                {
                    "node": item.node,
                    "level": item.level.value,
                    "digest": item.digest,
                    "section": item.section,
                }
                for item in self.disclosed
            ],
            "cost": self.cost,
            "remaining": self.remaining,
            "error": self.error,
            "seconds": round(self.seconds, 6),
        }


def _finite(value: Any) -> Any:
    """A model may send 1e400; JSON has no infinity."""
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a provider says a turn took, beside what was counted here."""

    counted: int
    observed: int

    @property
    def ratio(self) -> float:
        """Observed over counted; above 1.0 the counter is too low for this model."""
        return self.observed / self.counted if self.counted else 0.0


class Ledger:
    """Entries in order of their calls; only a `Toolset` appends to it.

    Args:
        counter: name of the token counter.
        total: the session's budget in tokens.
    """

    def __init__(self, counter: str, total: int) -> None:
        self.counter = counter
        self.total = total
        self._entries: list[Entry] = []
        self._spent = 0
        self._reconciled: list[Reconciled] = []

    @property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(self._entries)

    @property
    def reconciled(self) -> tuple[Reconciled, ...]:
        return tuple(self._reconciled)

    @property
    def spent(self) -> int:
        """Tokens of all answers so far."""
        return self._spent

    @property
    def remaining(self) -> int:
        return self.total - self.spent

    @property
    def ratio(self) -> float | None:
        """A provider's own tokens over ours, over all turns; None before the first."""
        counted = sum(turn.counted for turn in self._reconciled)
        return sum(turn.observed for turn in self._reconciled) / counted if counted else None

    def append(self, entry: Entry) -> None:
        self._entries.append(entry)
        self._spent += entry.cost

    def reconcile(self, counted: int, observed: int) -> Reconciled:
        """Note a provider's usage for a turn.

        Args:
            counted: tokens of the prompt by our counter.
            observed: the same prompt's tokens in the provider's `usage`.
        """
        turn = Reconciled(counted, observed)
        self._reconciled.append(turn)
        return turn

    def levels(self) -> dict[str, Level]:
        """Node → the fullest level at which it was shown, in order of first disclosure."""
        order = list(Level)
        found: dict[str, Level] = {}
        for entry in self._entries:
            for item in entry.disclosed:
                before = found.get(item.node)
                if before is None or order.index(item.level) > order.index(before):
                    found[item.node] = item.level
        return found

    def to_json(self) -> dict[str, Any]:
        return {
            "counter": self.counter,
            "total": self.total,
            "spent": self.spent,
            "remaining": self.remaining,
            "ratio": self.ratio,
            "entries": [entry.to_json() for entry in self._entries],
        }
