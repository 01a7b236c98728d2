"""A run as a walk through the graph: step by step what it listed, summarised and read, and paid.

A step is an answer: the system prompt, or that to one call.

Above: `walking`, which makes walks, and the page, which draws them. Below: `arrivals`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from skillagent.viewer.arrivals import Arrival


@dataclass(frozen=True, slots=True)
class Step:
    """One answer that an agent got."""

    number: int
    """From 1."""
    operation: str
    """Name of the tool, or `system prompt`."""
    arguments: str
    """In short words."""
    listed: tuple[str, ...]
    """Ids of the nodes of which it got a line of an index."""
    summarised: tuple[str, ...]
    read: tuple[str, ...]
    """Ids of the nodes of which it got a section or the whole text."""
    arrivals: tuple[Arrival, ...]
    """How it came to the nodes that it opened for the first time."""
    cost: int
    """In tokens."""
    left: int
    """Tokens that it left of the budget."""
    refused: bool
    remark: str
    """Why the call was refused, or that no answer is recorded; empty otherwise."""
    before: tuple[str, ...] = ()
    """What happened since the step before, in sentences, such as another question."""
    place: int = 0
    """Place of its answer among the events of the run."""

    def to_json(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "operation": self.operation,
            "arguments": self.arguments,
            "listed": list(self.listed),
            "summarised": list(self.summarised),
            "read": list(self.read),
            "arrivals": [arrival.to_json() for arrival in self.arrivals],
            "cost": self.cost,
            "left": self.left,
            "refused": self.refused,
            "remark": self.remark,
            "before": list(self.before),
        }


@dataclass(frozen=True, slots=True)
class Parting:
    """Where a walk parts from another one."""

    step: int | None
    """Number of its first step that is not before the difference; None if it has no such step."""
    words: str
    """Names the difference, in one or two sentences that are the same for both walks."""

    def to_json(self) -> dict[str, Any]:
        return {"step": self.step, "words": self.words}


@dataclass(frozen=True, slots=True)
class Walk:
    """A run, step by step."""

    name: str
    question: str
    """The first question; empty for a session of calls only."""
    answer: str
    """The last answer; empty if there is none."""
    outcome: str
    """How it ended, in words."""
    budget: int
    """In tokens, when the run began."""
    steps: tuple[Step, ...]
    remarks: Mapping[str, str]
    """Id of a node that is no longer as the run saw it → what is different, in words."""
    omitted: str = ""
    """What of the run is not shown, in words; empty if all is."""
    parting: Parting | None = None
    """Where it parts from the walk that it is compared with."""

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "question": self.question,
            "answer": self.answer,
            "outcome": self.outcome,
            "budget": self.budget,
            "steps": [step.to_json() for step in self.steps],
            "remarks": dict(self.remarks),
            "omitted": self.omitted,
            "parting": self.parting and self.parting.to_json(),
        }
