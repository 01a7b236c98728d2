"""The append-only account of a session: each call, what it disclosed and what it cost."""

from __future__ import annotations

import math
from collections.abc import Container, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from skillagent.messages import Usage

ARGUMENT_CHARACTERS = 500
"""The ledger keeps so many of an argument."""


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

    def to_json(self, *, seconds: bool = False) -> dict[str, Any]:
        """The entry for a file.

        Args:
            seconds: say also how long the call took, which is never the same twice.
        """
        timed = {"seconds": round(self.seconds, 6)} if seconds else {}
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
            **timed,
        }


def _finite(value: Any) -> Any:
    """A model may send 1e400; JSON has no infinity."""
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


@dataclass(frozen=True, slots=True)
class Turn:
    """What a provider says that one reply took, beside what was counted here."""

    counted: int
    """Tokens of the prompt by our counter, without the provider's own framing."""
    usage: Usage
    model: str = ""
    """Who says so."""
    dollars: float | None = None
    """What it cost, where the price is known."""
    disclosed: int = 0
    """Tokens that the session had disclosed by then, by our counter."""

    @property
    def ratio(self) -> float:
        """Observed over counted; above 1.0 the counter is too low for this model."""
        return self.usage.input / self.counted if self.counted else 0.0

    def to_json(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "counted": self.counted,
            **asdict(self.usage),
            "dollars": self.dollars,
            "disclosed": self.disclosed,
        }


def brief(value: Any) -> Any:
    """An argument as the ledger keeps it: a model may send a book."""
    if isinstance(value, str):
        return value[:ARGUMENT_CHARACTERS]
    try:
        text = str(value)
    except ValueError:
        return "a number of too many digits"
    return value if len(text) <= ARGUMENT_CHARACTERS else text[:ARGUMENT_CHARACTERS]


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
        self._turns: list[Turn] = []
        self._withdrawn: set[int] = set()

    @property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(self._entries)

    @property
    def turns(self) -> tuple[Turn, ...]:
        """Every reply for which a provider reported its usage."""
        return tuple(self._turns)

    @property
    def usage(self) -> Usage:
        """A provider's own tokens, over all turns."""
        return sum((turn.usage for turn in self._turns), Usage())

    @property
    def dollars(self) -> float | None:
        """What all turns cost; None where the price of any is not known."""
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
        """A provider's own tokens over ours, over all turns; None before the first."""
        counted = sum(turn.counted for turn in self._turns)
        return self.usage.input / counted if counted else None

    def append(self, entry: Entry) -> None:
        self._entries.append(entry)
        self._spent += entry.cost

    def reconcile(self, turn: Turn) -> None:
        """Note what a provider says that a reply took."""
        self._turns.append(turn)

    @property
    def withdrawn(self) -> tuple[int, ...]:
        """Calls whose answers have left the conversation since."""
        return tuple(sorted(self._withdrawn))

    def withdraw(self, calls: Container[int]) -> None:
        """Note that the answers of these calls have left the conversation."""
        self._withdrawn.update(entry.call for entry in self._entries if entry.call in calls)

    def levels(self) -> dict[str, Level]:
        """Node → the fullest level at which it stands in the conversation, in that order."""
        order = list(Level)
        found: dict[str, Level] = {}
        for entry in self._entries:
            if entry.call in self._withdrawn:
                continue
            for item in entry.disclosed:
                before = found.get(item.node)
                if before is None or order.index(item.level) > order.index(before):
                    found[item.node] = item.level
        return found

    def to_json(self, *, seconds: bool = False) -> dict[str, Any]:
        """The account for a file: the same calls on the same graph give the same one.

        Args:
            seconds: say also how long each call took, which is never the same twice.
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
