"""Bootstrap intervals of means over cases, and of paired differences.

The cases are drawn anew, not the runs: an interval says how far a figure would move with other
questions of the same kind. Every figure of a suite uses the same draws, so a difference of two
policies is paired case by case. Source: B. Efron and R. Tibshirani, An Introduction to the
Bootstrap (1993), chapter 13.3.

Above: `figures`. Below: nothing.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from statistics import fmean

from skillagent.repro.intervals import RESAMPLES, Interval, percentile_interval

PLACES = 4
"""Decimals of figures in reports; what is beyond them differs between machines."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over cases, with its 95 % interval."""

    mean: float
    interval: Interval

    def to_json(self) -> list[float]:
        low, high = self.interval.low, self.interval.high
        return [round(value, PLACES) for value in (self.mean, low, high)]


def estimate(values: Sequence[float], seed: int) -> Estimate:
    """The mean of some values and its interval.

    Args:
        values: one value a case, at least one.
        seed: seed of the draws; equal seeds and numbers of cases give equal draws.
    """
    mean = fmean(values)
    if min(values) == max(values):
        return Estimate(mean, Interval(mean, mean))
    count = len(values)
    means = sorted(sum(map(values.__getitem__, draw)) / count for draw in _draws(count, seed))
    return Estimate(mean, percentile_interval(means))


@cache
def _draws(count: int, seed: int) -> tuple[tuple[int, ...], ...]:
    """Indexes of cases, drawn with replacement: as many draws as `RESAMPLES`."""
    draw = random.Random(seed)  # noqa: S311  # statistics, no secret
    return tuple(tuple(draw.choices(range(count), k=count)) for _ in range(RESAMPLES))
