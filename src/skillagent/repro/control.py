"""Compares two groups of runs, and the same configuration with itself: the A/A control.

What noise alone does is seen when a configuration is asked as often again. A difference between
two configurations means something only if it is beyond that.

Above: `cli`, evals. Below: `repeat`, `intervals`.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean
from typing import Any

from skillagent.repro.intervals import Interval, bootstrap_difference, difference_of_means
from skillagent.repro.repeat import Repeated, require_same_inputs
from skillagent.repro.sample import Sample, answered, jaccard

FEWEST = 4
"""Fewest runs in each group for which a difference can be claimed.

If nothing but chance decided which runs are in which group, two groups of n runs would be those
with the largest difference, in either direction, in 2 of C(2n, n) cases. That is over 5 % for 3
runs (2 of 20) and under it for 4 (2 of 70), whatever the runs gave. Source: the exact permutation
test, R. A. Fisher, The Design of Experiments (1935), section 21.
"""


class Metric(StrEnum):
    """What is compared. Each run has one value; a group has their mean."""

    AGREEMENT = "agreement"
    """1 for a run with the most frequent answer of group A, otherwise 0. That answer is chosen
    from A, so A has a slight advantage; the control has the same, and shows how large it is."""
    NODES = "nodes read"
    """Mean Jaccard similarity of a run's nodes to those of A's runs, itself left out."""
    TOKENS = "tokens"
    """Tokens disclosed."""
    CALLS = "calls"
    """Tool calls."""


class Verdict(StrEnum):
    """What a difference means beside the control."""

    NONE = "no difference"
    """Every run of both groups has the same value."""
    UNDERPOWERED = "underpowered"
    """Noise may be all there is: so few runs cannot tell."""
    BEYOND_NOISE = "beyond the noise"
    """The interval of the difference has no value that the control has, too."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How far group B is from group A in one metric."""

    metric: Metric
    before: float
    """Mean of group A."""
    after: float
    """Mean of group B."""
    value: float
    """The second less the first."""
    interval: Interval
    """Of `value`; see `bootstrap_difference`."""

    def to_json(self) -> dict[str, Any]:
        return {
            "metric": self.metric.value,
            "before": round(self.before, 6),
            "after": round(self.after, 6),
            "difference": round(self.value, 6),
            "interval": self.interval.to_json(),
        }


@dataclass(frozen=True, slots=True)
class Compared:
    """A group of runs beside group A."""

    repeated: Repeated
    """What the runs of the group have in common."""
    differences: tuple[Difference, ...]
    """See `differences`."""
    verdicts: Mapping[Metric, Verdict]
    """What each difference means beside the control; empty for the control itself."""

    def to_json(self) -> dict[str, Any]:
        values = [difference.to_json() for difference in self.differences]
        for value in values:
            if self.verdicts:
                value["verdict"] = self.verdicts[Metric(value["metric"])].value
        return {**self.repeated.to_json(), "differences": values}


def control(a: Repeated, again: Repeated, seed: int) -> Compared:
    """Group A beside itself.

    Args:
        a: group A.
        again: the same configuration, asked again.
        seed: seed of the bootstrap.

    Raises:
        UsageError: the inputs are not the same.
    """
    require_same_inputs((*a.samples, *again.samples))
    return Compared(again, differences(a, again, seed), {})


def against(a: Repeated, b: Repeated, noise: Compared, seed: int) -> Compared:
    """Group A beside another configuration.

    Args:
        a: group A.
        b: the other one.
        noise: the control of A.
        seed: seed of the bootstrap.

    Returns:
        The differences for which the control has one, too.
    """
    controls = {difference.metric: difference for difference in noise.differences}
    claimed = [item for item in differences(a, b, seed) if item.metric in controls]
    fewest = min(len(group.samples) for group in (a, b, noise.repeated))
    verdicts = {item.metric: verdict(item, controls[item.metric], fewest) for item in claimed}
    return Compared(b, tuple(claimed), verdicts)


def differences(a: Repeated, b: Repeated, seed: int) -> tuple[Difference, ...]:
    """The differences of two groups, as far as both have values.

    Args:
        a: group A, whose most frequent answer and nodes are the measure.
        b: group B.
        seed: seed of the bootstrap; the same seed gives the same intervals.

    Returns:
        One difference a metric. None of them if all runs of A failed. Failed runs count as not
        agreeing, and are left out of the other metrics.
    """
    if not a.agreement.count:
        return ()
    return tuple(_differences(a, b, random.Random(seed)))  # noqa: S311  # statistics, no secret


def verdict(difference: Difference, noise: Difference, fewest: int) -> Verdict:
    """Whether a difference is beyond what the control shows.

    The groups of a control could as well be exchanged, so the noise that it shows reaches as far
    below zero as above: to the end of its interval that is farther from zero. A difference whose
    interval overlaps that is `UNDERPOWERED`, and so is any between groups under `FEWEST` runs.
    Intervals that do not overlap are a stricter condition than a test at 5 %: N. Schenker and
    J. F. Gentleman, The American Statistician 55 (2001), 182-186.

    Args:
        difference: between two configurations.
        noise: in the same metric, between two groups of the first configuration.
        fewest: runs of the smallest group.
    """
    low, high = difference.interval.low, difference.interval.high
    if difference.value == low == high == 0:
        return Verdict.NONE
    reach = max(abs(noise.interval.low), abs(noise.interval.high))
    if fewest < FEWEST or difference.interval.overlaps(Interval(-reach, reach)):
        return Verdict.UNDERPOWERED
    return Verdict.BEYOND_NOISE


def _differences(a: Repeated, b: Repeated, draw: random.Random) -> Iterator[Difference]:
    for metric in Metric:
        before, after = _values(metric, a, a), _values(metric, a, b)
        if before and after:
            value = difference_of_means(before, after)
            interval = bootstrap_difference(before, after, draw)
            yield Difference(metric, fmean(before), fmean(after), value, interval)


def _values(metric: Metric, a: Repeated, group: Repeated) -> list[float]:
    """The value of each run of a group."""
    if metric is Metric.AGREEMENT:
        usual = a.outcomes[0].outcome
        return [float(sample.outcome == usual) for sample in group.samples]
    whole = answered(group.samples)
    if metric is Metric.NODES:
        return [
            value for run in whole if (value := _likeness(run, answered(a.samples))) is not None
        ]
    return [float(run.tokens if metric is Metric.TOKENS else run.calls) for run in whole]


def _likeness(sample: Sample, others: Sequence[Sample]) -> float | None:
    """Mean similarity of a run's nodes to those of other runs; None if there are none."""
    values = [jaccard(sample.nodes, other.nodes) for other in others if other is not sample]
    return fmean(values) if values else None
