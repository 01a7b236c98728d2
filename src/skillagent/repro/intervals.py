"""Intervals that say how far a figure from few runs may be trusted.

Above: `repeat`, `control`, `live`. Below: nothing.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean

_TAIL = 0.025
"""What a 95 % interval leaves out at each end."""
_Z = NormalDist().inv_cdf(1 - _TAIL)
RESAMPLES = 2_000
"""Efron and Tibshirani ask for at least 1,000 where percentiles are read from the ends."""
_PLACES = 12


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % interval, both ends included."""

    low: float
    high: float

    def overlaps(self, other: Interval) -> bool:
        """Whether the two have a value in common."""
        return self.low <= other.high and other.low <= self.high

    def to_json(self) -> list[float]:
        return [round(self.low, 6), round(self.high, 6)]


def wilson(successes: int, trials: int) -> Interval:
    """The score interval of a share.

    It is never empty and never leaves 0 to 1, also if all trials went the same way: 5 of 5 gives
    0.57 to 1. Source: E. B. Wilson, JASA 22 (1927), 209-212; recommended for few trials by Brown,
    Cai and DasGupta, Statistical Science 16 (2001), 101-133.

    Args:
        successes: how many trials had the outcome.
        trials: how many there were, at least 1.

    Raises:
        ValueError: there were no trials, or more successes than trials.
    """
    if trials < 1 or not 0 <= successes <= trials:
        raise ValueError(f"{successes} of {trials} is no share")
    share, square = successes / trials, _Z * _Z
    middle = share + square / (2 * trials)
    half = _Z * (share * (1 - share) / trials + square / (4 * trials * trials)) ** 0.5
    scale = 1 + square / trials
    # At the ends the formula gives 0 and 1, up to rounding.
    low = 0.0 if successes == 0 else (middle - half) / scale
    high = 1.0 if successes == trials else (middle + half) / scale
    return Interval(low, high)


def difference_of_means(before: Sequence[float], after: Sequence[float]) -> float:
    """mean(after) - mean(before), at least one value each.

    It is rounded, so that equal values have a difference of exactly zero.
    """
    return round(fmean(after) - fmean(before), _PLACES)


def bootstrap_difference(
    before: Sequence[float],
    after: Sequence[float],
    draw: random.Random,
    resamples: int = RESAMPLES,
) -> Interval:
    """The percentile bootstrap interval of mean(after) - mean(before).

    Both groups are drawn from independently, because a run of one group is not paired with a run
    of the other. Source: B. Efron and R. Tibshirani, An Introduction to the Bootstrap (1993),
    chapters 8.3 and 13.3. Equal values have an interval without width: it says nothing of what
    one more run would give. With few runs the interval is rather too narrow.

    Args:
        before: the values of one group, at least one.
        after: those of the other one.
        draw: the source of randomness; the same state gives the same interval.
        resamples: how often both groups are drawn.

    Raises:
        ValueError: a group is empty.
    """
    if not before or not after:
        raise ValueError("a group without values has no mean")
    differences = sorted(
        difference_of_means(draw.choices(before, k=len(before)), draw.choices(after, k=len(after)))
        for _ in range(resamples)
    )
    return percentile_interval(differences)


def percentile_interval(ordered: Sequence[float]) -> Interval:
    """The 95 % interval that bootstrap values have between their percentiles.

    Args:
        ordered: the values in ascending order, one for each draw.
    """
    left_out = int(len(ordered) * _TAIL)
    return Interval(ordered[left_out], ordered[-1 - left_out])
