"""L4 of `verify`: asks the recorded model the recorded questions again, and counts.

A sampled run cannot be repeated exactly. What can be said is whether its outcome is among those
that the same model has now, and how often.

Above: `cli`. Below: `answers`, `repeat`, `verify`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from skillagent.agent import EndReason
from skillagent.errors import UsageError
from skillagent.progress import Progress, no_progress, tracked
from skillagent.providers import Provider, provider_for
from skillagent.repro.answers import Replay
from skillagent.repro.graph_at_hand import GraphAtHand
from skillagent.repro.repeat import Share
from skillagent.repro.sample import Sample, answered, jaccard
from skillagent.repro.verify import Check
from skillagent.runs import Determinism, RunRecord, TraceEvent
from skillagent.runs.inputs import ModelInputs
from skillagent.runs.model_exchange import ModelExchange, ModelRequest
from skillagent.secrets import Scrubber

LEVEL = 4
_NO_ANSWER = (EndReason.FAILED, EndReason.INTERRUPTED)


@dataclass(frozen=True, slots=True)
class LiveSamples:
    """What the recorded model does now, beside what it did."""

    answer: Share
    """Runs with the recorded answer."""
    nodes: Share
    """Runs that read exactly the recorded nodes."""
    likeness: float | None
    """Mean Jaccard similarity of their nodes to the recorded ones; None if all failed."""
    errors: tuple[str, ...]
    """Why runs failed, one entry a failed run."""

    @property
    def lines(self) -> tuple[str, ...]:
        """The figures for a person."""
        lines = [
            f"the recorded answer: {_of(self.answer)}",
            f"exactly the recorded nodes: {_of(self.nodes)}",
        ]
        if self.likeness is not None:
            lines.append(f"mean Jaccard similarity of the nodes read: {self.likeness:.2f}")
        counts = {error: self.errors.count(error) for error in sorted(set(self.errors))}
        return (*lines, *(f"{count} failed: {error}" for error, count in counts.items()))

    def to_json(self) -> dict[str, Any]:
        return {
            "answer": self.answer.to_json(),
            "nodes": self.nodes.to_json(),
            "likeness": None if self.likeness is None else round(self.likeness, 6),
            "errors": list(self.errors),
        }


def recorded_provider(record: RunRecord, base_url: str | None = None) -> Provider:
    """A new provider of the model that a record names, with the recorded parameters.

    Args:
        record: record of a session with a model.
        base_url: address of its server; a record does not have it.

    Raises:
        UsageError: the name does not identify a provider.
    """
    inputs = record.manifest.inputs
    model = inputs.model
    assert model is not None
    temperature = model.parameters.get("temperature")
    return provider_for(
        model.name,
        base_url=base_url,
        temperature=None if temperature is None else float(temperature),
        seed=inputs.seed,
    )


def why_not_live(record: RunRecord, graph: GraphAtHand) -> str:
    """Why a record cannot be compared with live runs; empty if it can."""
    manifest = record.manifest
    if manifest.inputs.model is None:
        return "its calls came from elsewhere, and no model is recorded"
    if manifest.determinism is Determinism.SCRIPTED:
        return "the run is scripted, so that one run again, L3, tells all"
    if not record.is_complete:
        return "the record is not complete"
    if Sample.of(0, record.events).outcome.reason in _NO_ANSWER:
        return "the recorded run has no answer"
    if any(event.kind == "model" for event in record.events):
        return "the recorded session has more than one model"
    if not graph.is_recorded:
        return "the recorded graph is not at hand"
    return _other_parameters(record)


def sample_live(
    record: RunRecord,
    graph: GraphAtHand,
    times: int,
    new_provider: Callable[[], Provider],
    progress: Progress = no_progress,
) -> LiveSamples:
    """Ask the recorded questions again, each time in a new session.

    Args:
        record: a record for which `why_not_live` is empty.
        graph: the recorded graph.
        times: how many runs, at least one.
        new_provider: makes the provider of each run.
        progress: receives how many runs are done.

    Raises:
        UsageError: see `replay_answers`.
        MissingKeyError: the model has no key.
        MissingPackageError: its package is not installed.
    """
    recorded = Sample.of(0, record.events)
    samples = []
    for number in tracked(range(1, times + 1), "asking the model", progress):
        events = _Events()
        Replay(record, graph.view, events, new_provider()).run()
        samples.append(Sample.of(number, events.events))
    whole = answered(samples)
    return LiveSamples(
        Share(sum(sample.outcome == recorded.outcome for sample in samples), times),
        Share(sum(sample.nodes == recorded.nodes for sample in whole), times),
        fmean(jaccard(sample.nodes, recorded.nodes) for sample in whole) if whole else None,
        tuple(sample.error for sample in samples if sample.outcome.is_failed),
    )


@dataclass(frozen=True, slots=True)
class LiveCheck(Check):
    """The outcome of L4."""

    samples: LiveSamples | None = None
    """None if the level was not checked."""

    @property
    def remarks(self) -> tuple[str, ...]:
        return self.samples.lines if self.samples else ()

    def to_json(self) -> dict[str, Any]:
        return {**Check.to_json(self), "live": self.samples and self.samples.to_json()}


def check_live(
    record: RunRecord,
    graph: GraphAtHand,
    times: int,
    new_provider: Callable[[], Provider],
    progress: Progress = no_progress,
) -> LiveCheck:
    """L4: the recorded outcome is among those of live runs; see `sample_live`."""
    if why_not := why_not_live(record, graph):
        return LiveCheck(LEVEL, (), why_not)
    samples = sample_live(record, graph, times, new_provider, progress)
    if samples.answer.count:
        return LiveCheck(LEVEL, (), samples=samples)
    high = samples.answer.interval.high
    what = f"the recorded answer did not come again in {times} run{'' if times == 1 else 's'}"
    return LiveCheck(LEVEL, (f"{what}; its share is at most {high:.0%}",), samples=samples)


class _Events:
    """A sink that keeps the events."""

    def __init__(self) -> None:
        self.events: list[TraceEvent] = []

    def request(self, request: ModelRequest) -> None:
        """The events are enough."""

    def exchange(self, exchange: ModelExchange) -> None:
        """The events are enough."""

    def event(self, event: TraceEvent) -> None:
        self.events.append(event)


def _other_parameters(record: RunRecord) -> str:
    """Why the model cannot be asked as it was recorded; empty if it can."""
    model = record.manifest.inputs.model
    recorded = dict(model.parameters) if model else {}
    try:
        now = dict(ModelInputs.of(recorded_provider(record), Scrubber()).parameters)
    except UsageError as error:
        return str(error)
    for parameters in (recorded, now):
        parameters.pop("omitted", None)  # what was never sent needs not be sent again
    names = sorted(
        name for name in recorded.keys() | now.keys() if recorded.get(name) != now.get(name)
    )
    return f"it was recorded with other parameters: {', '.join(names)}" if names else ""


def _of(share: Share) -> str:
    interval = share.interval
    return (
        f"{share.count} of {share.of} runs, 95 % interval {interval.low:.0%} to {interval.high:.0%}"
    )
