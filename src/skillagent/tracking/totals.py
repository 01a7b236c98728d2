"""What a run came to, counted from the events of its record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from skillagent.disclosure import Level
from skillagent.messages import Usage
from skillagent.runs.run_events import (
    CallAnswer,
    Instructions,
    ModelFailure,
    ModelReply,
    Question,
    RunEvent,
    spent_by,
)

_LEVELS = [level.value for level in Level]


@dataclass(frozen=True, slots=True)
class RunTotals:
    """Counts of one record; what a resumed conversation did before is not among them."""

    questions: int
    turns: int
    """Complete replies."""
    failures: int
    """Requests without a complete reply."""
    calls: int
    """Tool calls that were answered."""
    tokens: int
    """Tokens of all answers and of the instructions, by our counter."""
    usage: Usage
    """As the provider counted."""
    dollars: float | None
    """None if the price of no turn is known."""
    nodes: Mapping[str, int]
    """Level → how many nodes were shown at that level, and at no fuller one."""

    @classmethod
    def of(cls, events: Iterable[RunEvent]) -> RunTotals:
        """Count the events of a record."""
        events = tuple(events)
        replies = [event for event in events if isinstance(event, ModelReply)]
        prices = [reply.observed.dollars for reply in replies]
        known = [price for price in prices if price is not None]
        return cls(
            questions=sum(isinstance(event, Question) for event in events),
            turns=len(replies),
            failures=sum(isinstance(event, ModelFailure) for event in events),
            calls=sum(isinstance(event, CallAnswer) for event in events),
            tokens=spent_by(events),
            usage=sum((reply.observed.usage for reply in replies), Usage()),
            dollars=sum(known) if known else None,
            nodes=_nodes_by_level(events),
        )


def _nodes_by_level(events: Iterable[RunEvent]) -> dict[str, int]:
    fullest: dict[str, int] = {}
    for event in events:
        for shown in event.disclosed if isinstance(event, Instructions | CallAnswer) else ():
            level = _LEVELS.index(shown.level) if shown.level in _LEVELS else 0
            fullest[shown.node] = max(level, fullest.get(shown.node, 0))
    reached = list(fullest.values())
    return {level: reached.count(number) for number, level in enumerate(_LEVELS)}
