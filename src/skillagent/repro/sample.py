"""A sample: one run of a question that is asked several times, reduced to what is compared.

Above: `repeat`, `control`, `live`. Below: `runs`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from skillagent.agent import EndReason
from skillagent.disclosure import Level
from skillagent.runs import TraceEvent
from skillagent.runs.run_events import (
    CallAnswer,
    ModelFailure,
    QuestionEnd,
    RunEvent,
    spent_by,
    typed_event,
)

_READ = (Level.SECTION, Level.NODE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to. All failed runs have the same outcome."""

    reason: EndReason
    text: str
    """The answer, with every run of whitespace as one space; empty for a failed run."""

    @property
    def is_failed(self) -> bool:
        """Whether the model gave no answer, for example because it could not be reached."""
        return self.reason is EndReason.FAILED

    def to_json(self) -> dict[str, Any]:
        return {"reason": self.reason.value, "text": self.text}


@dataclass(frozen=True, slots=True)
class Sample:
    """One run."""

    number: int
    """Its number in its group, from 1."""
    outcome: Outcome
    error: str
    """Why the model gave no answer; empty if it gave one."""
    nodes: frozenset[str]
    """The nodes that were read, whole or a section. Being listed is not being read."""
    tokens: int
    """Tokens disclosed: the cost of all answers, and of the system prompt."""
    calls: int
    """Tool calls that were answered."""
    events: tuple[TraceEvent, ...]
    inputs_id: str = ""
    """See `RunInputs.inputs_id`; empty, as what follows, for a run without a record."""
    model: str = ""
    """Name of the provider and the model, as asked for."""
    determinism: str = ""
    """Whether the model repeats itself; see `Determinism`."""
    record: str = ""
    """Name of the folder of its record; empty if the record was not kept."""

    @classmethod
    def of(cls, number: int, events: Sequence[TraceEvent]) -> Sample:
        """The sample that the events of a run give.

        Args:
            number: see `number`.
            events: all events of the run, of which the last one says how it ended.

        Raises:
            ValueError: an event is none that `runs` writes.
        """
        typed = tuple(map(typed_event, events))
        outcome, error = _outcome(typed)
        answers = [event for event in typed if isinstance(event, CallAnswer)]
        shown = [item for answer in answers for item in answer.disclosed]
        return cls(
            number,
            outcome,
            error,
            frozenset(item.node for item in shown if item.level in _READ),
            spent_by(typed),
            len(answers),
            tuple(events),
        )

    @property
    def comparable(self) -> tuple[TraceEvent, ...]:
        """The events, without what differs in any two live runs.

        Reasoning that only the provider can read has another signature each time, and the digest
        of a request covers it.
        """
        return tuple(map(_comparable, self.events))

    def to_json(self) -> dict[str, Any]:
        return {
            "run": self.number,
            **self.outcome.to_json(),
            "error": self.error,
            "nodes": sorted(self.nodes),
            "tokens": self.tokens,
            "calls": self.calls,
            "record": self.record,
        }


def _outcome(events: Sequence[RunEvent]) -> tuple[Outcome, str]:
    """The outcome of a run, and the error if it failed."""
    failures = [event for event in events if isinstance(event, ModelFailure)]
    ends = [event for event in events if isinstance(event, QuestionEnd)]
    if not ends:
        return Outcome(EndReason.INTERRUPTED, ""), ""
    reason = EndReason(ends[-1].reason)
    if reason is EndReason.FAILED:
        return Outcome(reason, ""), failures[-1].error if failures else ""
    return Outcome(reason, " ".join(ends[-1].text.split())), ""


def _comparable(event: TraceEvent) -> TraceEvent:
    if event.kind == "request":
        return replace(event, fields={"turn": event.fields["turn"]})
    if event.kind == "reply":
        parts = [part for part in event.fields["parts"] if part["type"] != "opaque"]
        return replace(event, fields={**event.fields, "parts": parts})
    return event


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """How far two sets agree: common members over all members; 1.0 if both are empty.

    Source: P. Jaccard, Bulletin de la Société Vaudoise des Sciences Naturelles 37 (1901).
    """
    union = one | other
    return len(one & other) / len(union) if union else 1.0


def answered(samples: Iterable[Sample]) -> tuple[Sample, ...]:
    """The samples that did not fail."""
    return tuple(sample for sample in samples if not sample.outcome.is_failed)
