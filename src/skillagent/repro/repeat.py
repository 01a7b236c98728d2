"""Asks the same question several times, and says how far the runs agree.

Every run has a session of its own: a new toolset, a new provider, the same graph. What is compared
is in `sample`; two groups of runs are compared by `control`.

Above: `cli`, evals. Below: `agent`, `runs`, `divergence`, `intervals`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from statistics import fmean
from typing import Any, TypeAlias

from skillagent.agent import Agent
from skillagent.errors import ProviderError, UsageError
from skillagent.progress import Progress, no_progress, tracked
from skillagent.repro.divergence import Divergence, divergence, first_divergence
from skillagent.repro.intervals import Interval, wilson
from skillagent.repro.sample import Outcome, Sample, answered, jaccard
from skillagent.runs import RunRecord, RunRecorder

NewAgent: TypeAlias = Callable[[], Agent]
"""Makes an agent that nobody has asked yet, with a `RunRecorder` and a provider of its own."""


@dataclass(frozen=True, slots=True)
class Departure:
    """Where a run leaves the runs with the most frequent answer."""

    run: int
    """Number of the run that leaves."""
    leaves: int
    """Number of the run that it leaves: of those with the most frequent answer, the one that it
    follows longest."""
    turn: int
    """Number of the request after which they differ, from 1; 0 if it is before the first."""
    divergence: Divergence

    def to_json(self) -> dict[str, Any]:
        return {
            "run": self.run,
            "leaves": self.leaves,
            "turn": self.turn,
            **self.divergence.to_json(),
        }


@dataclass(frozen=True, slots=True)
class OutcomeCount:
    """An outcome, and the runs that had it."""

    outcome: Outcome
    runs: tuple[int, ...]
    """Numbers of the runs; the first one is the example."""
    record: str
    """Name of the example's record; empty if it was not kept."""
    errors: tuple[str, ...]
    """For failed runs: the different errors, sorted."""
    departure: Departure | None
    """Where the example leaves the most frequent answer; None for that answer itself."""

    def to_json(self) -> dict[str, Any]:
        return {
            **self.outcome.to_json(),
            "count": len(self.runs),
            "runs": list(self.runs),
            "record": self.record,
            "errors": list(self.errors),
            "departure": self.departure and self.departure.to_json(),
        }


@dataclass(frozen=True, slots=True)
class Share:
    """How many of some runs had a property."""

    count: int
    of: int

    @property
    def value(self) -> float:
        return self.count / self.of

    @property
    def interval(self) -> Interval:
        """See `wilson`."""
        return wilson(self.count, self.of)

    def to_json(self) -> dict[str, Any]:
        interval = self.interval.to_json()
        share = round(self.value, 6)
        return {"count": self.count, "of": self.of, "share": share, "interval": interval}


@dataclass(frozen=True, slots=True)
class Spread:
    """Mean, smallest and largest value of a number."""

    mean: float
    low: int
    high: int

    @classmethod
    def of(cls, values: Sequence[int]) -> Spread | None:
        """The spread of some values; None if there are none."""
        return cls(fmean(values), min(values), max(values)) if values else None

    def to_json(self) -> dict[str, Any]:
        return {"mean": round(self.mean, 6), "min": self.low, "max": self.high}


@dataclass(frozen=True, slots=True)
class Repeated:
    """What some runs with the same inputs have in common, and where they part.

    Failed runs are an outcome of their own. They count in `agreement`, as runs that do not agree;
    `nodes`, `tokens` and `calls` are of the answered runs, because a failure cuts a run short.
    """

    samples: tuple[Sample, ...]
    outcomes: tuple[OutcomeCount, ...]
    """The most frequent answer first, then the others, failed runs last. Of equally frequent ones
    the one that came first is first."""
    agreement: Share
    """How many runs had the most frequent answer; none if all failed."""
    nodes: float | None
    """Mean Jaccard similarity of the sets of nodes read, over all pairs of answered runs; None
    without a pair."""
    tokens: Spread | None
    """Tokens disclosed; None if no run was answered."""
    calls: Spread | None
    """Tool calls, likewise."""
    departures: Mapping[int, int]
    """Turn → how many runs leave the most frequent answer in it."""

    @property
    def failed(self) -> int:
        """How many runs failed."""
        return len(self.samples) - len(answered(self.samples))

    @property
    def inputs_id(self) -> str:
        """That of every run."""
        return self.samples[0].inputs_id

    @property
    def model(self) -> str:
        """The model of every run."""
        return self.samples[0].model

    @property
    def determinism(self) -> str:
        """Whether that model repeats itself; see `Determinism`."""
        return self.samples[0].determinism

    def to_json(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "determinism": self.determinism,
            "runs": len(self.samples),
            "failed": self.failed,
            "inputs_id": self.inputs_id,
            "outcomes": [outcome.to_json() for outcome in self.outcomes],
            "agreement": self.agreement.to_json(),
            "nodes": None if self.nodes is None else round(self.nodes, 6),
            "tokens": self.tokens and self.tokens.to_json(),
            "calls": self.calls and self.calls.to_json(),
            "departures": {str(turn): count for turn, count in self.departures.items()},
            "samples": [sample.to_json() for sample in self.samples],
        }


def ask_once(new_agent: NewAgent, question: str, number: int) -> Sample:
    """Ask a question in a new session.

    Args:
        new_agent: makes the agent.
        question: the question.
        number: number of the run in its group.

    Returns:
        The run, also if the model failed.

    Raises:
        UsageError: the agent is not recorded, or the record cannot be written.
        MissingKeyError: the model has no key.
        MissingPackageError: its package is not installed.
    """
    agent = new_agent()
    recorder = agent.record
    if not isinstance(recorder, RunRecorder):
        raise UsageError("a repeated run is compared by its record: give the agent a RunRecorder")
    try:
        for _ in agent.ask(question):
            pass
    except ProviderError:
        pass  # the record has it
    assert recorder.path is not None
    record = RunRecord.read(recorder.path)
    manifest = record.manifest
    return replace(
        Sample.of(number, record.events),
        inputs_id=manifest.inputs_id,
        model=manifest.inputs.model.name if manifest.inputs.model else "",
        determinism=manifest.determinism.value,
        record=recorder.path.name,
    )


def ask_in_turns(
    groups: Mapping[str, NewAgent], question: str, times: int, progress: Progress = no_progress
) -> Iterator[tuple[str, Sample]]:
    """Ask a question several times in each of some groups, each time in a new session.

    A run of each group comes before the next one of the first group, so that what changes
    meanwhile, such as the load of a server, changes for all groups.

    Args:
        groups: name of a group → what makes the agent of each of its runs.
        question: the question.
        times: how many runs of each group.
        progress: receives how many runs are done.

    Yields:
        The name of a group, and a run of it.

    Raises:
        SkillAgentError: see `ask_once`.
    """
    order = [(number, name) for number in range(1, times + 1) for name in groups]
    for number, name in tracked(order, "asking the model", progress):
        yield name, ask_once(groups[name], question, number)


def ask_again(new_agent: NewAgent, question: str, times: int) -> tuple[Sample, ...]:
    """Ask a question several times, each in a new session; see `ask_in_turns`."""
    return tuple(sample for _, sample in ask_in_turns({"": new_agent}, question, times))


def repeated(samples: Sequence[Sample]) -> Repeated:
    """Compare runs with the same inputs.

    Args:
        samples: the runs, at least one.

    Raises:
        UsageError: they do not have the same inputs.
        ValueError: there are none.
    """
    if not samples:
        raise ValueError("no runs, so nothing agrees or differs")
    require_same_inputs(samples)
    groups: dict[Outcome, list[Sample]] = {}
    for sample in samples:
        groups.setdefault(sample.outcome, []).append(sample)
    # Sorting is stable, so that which came first decides between equals.
    ordered = sorted(groups.values(), key=lambda group: (group[0].outcome.is_failed, -len(group)))
    usual = () if ordered[0][0].outcome.is_failed else tuple(ordered[0])
    departures = {
        sample.number: left
        for group in ordered
        for sample in group
        if usual and sample.outcome != usual[0].outcome and (left := departure(sample, usual))
    }
    turns = Counter(left.turn for left in departures.values())
    whole = answered(samples)
    return Repeated(
        tuple(samples),
        tuple(_count(group, departures.get(group[0].number)) for group in ordered),
        Share(len(usual), len(samples)),
        node_agreement(whole),
        Spread.of([sample.tokens for sample in whole]),
        Spread.of([sample.calls for sample in whole]),
        dict(sorted(turns.items())),
    )


def require_same_inputs(samples: Sequence[Sample]) -> None:
    """Refuse runs that were not made of the same.

    Raises:
        UsageError: the `inputs_id` of two runs differs.
    """
    ids = sorted({sample.inputs_id for sample in samples})
    if len(ids) > 1:
        raise UsageError(f"the runs do not have the same inputs: {', '.join(ids)}")


def node_agreement(samples: Sequence[Sample]) -> float | None:
    """Mean Jaccard similarity of the nodes read, over all pairs; None without a pair."""
    pairs = list(combinations(samples, 2))
    return fmean(jaccard(one.nodes, other.nodes) for one, other in pairs) if pairs else None


def departure(sample: Sample, usual: Sequence[Sample]) -> Departure | None:
    """Where a run leaves the run that it follows longest; None if it follows one to its end.

    Args:
        sample: the run.
        usual: the runs with the most frequent answer, at least one.
    """
    events = sample.comparable
    longest: tuple[int, Sample] | None = None
    for run in usual:
        place = first_divergence(run.comparable, events)
        if place is None:
            return None
        if longest is None or place > longest[0]:
            longest = place, run
    if longest is None:
        return None
    followed = longest[1]
    before = followed.comparable
    difference = divergence(before, events)
    if difference is None:
        return None
    turn = sum(event.kind == "request" for event in before[: difference.event])
    return Departure(sample.number, followed.number, turn, difference)


def _count(group: Sequence[Sample], left: Departure | None) -> OutcomeCount:
    example = group[0]
    return OutcomeCount(
        example.outcome,
        tuple(sample.number for sample in group),
        example.record,
        tuple(sorted({sample.error for sample in group if sample.error})),
        left,
    )
