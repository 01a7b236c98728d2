"""The append-only record of a session: each call, what it disclosed and what it cost."""

from __future__ import annotations

import math
from collections.abc import Container, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from skillagent.disclosure.turn_usage import TurnUsage
    from skillagent.messages import Usage

ARGUMENT_CHARACTERS = 500
"""Longer arguments are cut to this length in the ledger."""


class Level(StrEnum):
    """How much of a node was shown."""

    INDEX = "index"
    SUMMARY = "summary"
    SECTION = "section"
    NODE = "node"

    @property
    def depth(self) -> int:
        """How full it is, from 0."""
        return list(Level).index(self)


@dataclass(frozen=True, slots=True)
class Disclosed:
    """One node shown at one level by one call."""

    node: str
    level: Level
    digest: str
    """SHA-256 of the node's file."""
    section: str = ""
    """The heading, if only a section was shown."""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One call of the session."""

    call: int
    """The call's number, from 1; 0 for the instructions."""
    tool: str
    arguments: Mapping[str, Any]
    disclosed: tuple[Disclosed, ...]
    cost: int
    """Tokens of the text that was returned."""
    remaining: int
    """Tokens left after this call."""
    error: bool
    seconds: float
    """How long the call took, in seconds."""

    def to_json(self, *, seconds: bool = False) -> dict[str, Any]:
        """The entry as JSON values.

        Args:
            seconds: include how long the call took, which differs from run to run.
        """
        timing = {"seconds": round(self.seconds, 6)} if seconds else {}
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
            **timing,
        }


def _finite(value: Any) -> Any:
    """The value, with infinity as text: a model may send 1e400, and JSON has no infinity."""
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _shortened(value: Any) -> Any:
    """An argument as the ledger keeps it: long ones are cut, because a model may send a book."""
    if isinstance(value, str):
        return value[:ARGUMENT_CHARACTERS]
    try:
        text = str(value)
    except ValueError:
        # Python refuses to write integers of more than 4,300 digits.
        return "a number of too many digits"
    return value if len(text) <= ARGUMENT_CHARACTERS else text[:ARGUMENT_CHARACTERS]


class Ledger:
    """The entries of a session in the order of its calls; only a `Toolset` adds to them.

    Args:
        counter: name of the token counter.
        total: the session's budget in tokens.
    """

    def __init__(self, counter: str, total: int) -> None:
        self.counter = counter
        self.total = total
        self._entries: list[LedgerEntry] = []
        self._spent = 0
        self._turns: list[TurnUsage] = []
        self._withdrawn: set[int] = set()

    @property
    def entries(self) -> tuple[LedgerEntry, ...]:
        return tuple(self._entries)

    @property
    def turns(self) -> tuple[TurnUsage, ...]:
        """Every reply for which a provider reported its usage."""
        return tuple(self._turns)

    @property
    def usage(self) -> Usage:
        """The tokens that the provider reported, over all turns."""
        from skillagent.messages import Usage

        return sum((turn.usage for turn in self._turns), Usage())

    @property
    def dollars(self) -> float | None:
        """Price of all turns in US dollars; None if that of any turn is not known."""
        prices = [turn.dollars for turn in self._turns if turn.dollars is not None]
        return sum(prices) if prices and len(prices) == len(self._turns) else None

    @property
    def spent(self) -> int:
        """Tokens of all answers so far."""
        return self._spent

    @property
    def remaining(self) -> int:
        return self.total - self.spent

    @property
    def ratio(self) -> float | None:
        """Reported input tokens over counted ones, over all turns; None before the first."""
        counted = sum(turn.counted for turn in self._turns)
        return self.usage.input / counted if counted else None

    def append(self, entry: LedgerEntry) -> None:
        self._entries.append(entry)
        self._spent += entry.cost

    def record(
        self,
        tool: str,
        arguments: Mapping[str, Any],
        seconds: float,
        *,
        call: int,
        disclosed: tuple[Disclosed, ...],
        cost: int,
        error: bool,
    ) -> None:
        """Append the entry of a call; long arguments are cut, and None is left out."""
        sent = {key: _shortened(value) for key, value in arguments.items() if value is not None}
        remaining = self.remaining - cost
        self.append(LedgerEntry(call, tool, sent, disclosed, cost, remaining, error, seconds))

    def reconcile(self, turn: TurnUsage) -> None:
        """Add the usage that a provider reported for a turn."""
        self._turns.append(turn)

    @property
    def withdrawn(self) -> tuple[int, ...]:
        """Calls whose answers are no longer in the conversation."""
        return tuple(sorted(self._withdrawn))

    def withdraw(self, calls: Container[int]) -> None:
        """Mark calls whose answers are no longer in the conversation."""
        self._withdrawn.update(entry.call for entry in self._entries if entry.call in calls)

    def levels(self) -> dict[str, Level]:
        """Node → the fullest level at which the conversation shows it, oldest first."""
        levels: dict[str, Level] = {}
        for entry in self._entries:
            if entry.call in self._withdrawn:
                continue
            for item in entry.disclosed:
                before = levels.get(item.node)
                if before is None or item.level.depth > before.depth:
                    levels[item.node] = item.level
        return levels

    def to_json(self, *, seconds: bool = False) -> dict[str, Any]:
        """The ledger as JSON values; the same calls on the same graph give the same values.

        Args:
            seconds: include how long each call took, which differs from run to run.
        """
        return {
            "counter": self.counter,
            "total": self.total,
            "spent": self.spent,
            "remaining": self.remaining,
            "ratio": self.ratio,
            "withdrawn": list(self.withdrawn),
            "turns": [turn.to_json() for turn in self._turns],
            "entries": [entry.to_json(seconds=seconds) for entry in self._entries],
        }
