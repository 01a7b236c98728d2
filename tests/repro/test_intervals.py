"""Intervals of shares and of differences, and what a difference means beside its control."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillagent.repro.control import FEWEST, Difference, Metric, Verdict, verdict
from skillagent.repro.intervals import Interval, bootstrap_difference, difference_of_means, wilson
from skillagent.repro.sample import jaccard

TRIALS = st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
VALUES = st.lists(st.floats(-1_000, 1_000), min_size=1, max_size=8)
SETS = st.frozensets(st.sampled_from("abcde"))


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        (0, 1, 0.0, 0.793),
        (5, 5, 0.566, 1.0),
        (70, 100, 0.604, 0.781),
        (81, 263, 0.255, 0.366),  # Newcombe, Statistics in Medicine 17 (1998), 857-872, table I
        (15, 148, 0.062, 0.160),
        (0, 20, 0.0, 0.161),
        (1, 29, 0.006, 0.172),
    ],
)
def test_the_interval_of_a_share_is_the_published_one(
    successes: int, trials: int, low: float, high: float
) -> None:
    interval = wilson(successes, trials)
    assert (round(interval.low, 3), round(interval.high, 3)) == (low, high)


@given(TRIALS)
def test_the_interval_of_a_share_contains_it_and_is_never_a_point(trials: tuple[int, int]) -> None:
    successes, count = trials
    interval, opposite = wilson(successes, count), wilson(count - successes, count)
    assert 0 <= interval.low <= successes / count <= interval.high <= 1
    assert interval.low < interval.high
    assert (interval.low, interval.high) == pytest.approx((1 - opposite.high, 1 - opposite.low))
    more = wilson(successes * 4, count * 4)
    assert more.high - more.low < interval.high - interval.low


@pytest.mark.parametrize(("successes", "trials"), [(0, 0), (-1, 3), (4, 3)])
def test_a_share_of_nothing_has_no_interval(successes: int, trials: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        wilson(successes, trials)


@given(VALUES, VALUES, st.integers(0, 9))
def test_a_bootstrap_depends_on_its_seed_alone_and_leaves_the_global_generator(
    before: list[float], after: list[float], seed: int
) -> None:
    state = random.getstate()
    interval = bootstrap_difference(before, after, random.Random(seed), 200)
    assert interval == bootstrap_difference(before, after, random.Random(seed), 200)
    assert random.getstate() == state
    least, most = min(after) - max(before), max(after) - min(before)
    assert least - 1e-9 <= interval.low <= interval.high <= most + 1e-9


@given(st.floats(-1_000, 1_000), st.integers(1, 9), st.integers(1, 9))
def test_equal_values_have_no_difference_at_all(value: float, one: int, other: int) -> None:
    before, after = [value] * one, [value] * other
    assert difference_of_means(before, after) == 0
    assert bootstrap_difference(before, after, random.Random(1), 50) == Interval(0, 0)


def test_a_clear_difference_has_an_interval_without_zero() -> None:
    interval = bootstrap_difference([1, 2, 3, 2, 1], [8, 9, 8, 7, 9], random.Random(1))
    assert 4 < interval.low < 6.4 < interval.high < 8


@pytest.mark.parametrize(("before", "after"), [([], [1.0]), ([1.0], [])])
def test_a_group_without_values_has_no_difference(before: list[float], after: list[float]) -> None:
    with pytest.raises(ValueError, match="without values"):
        bootstrap_difference(before, after, random.Random(1))


@given(SETS, SETS)
def test_similarity_is_1_for_equal_sets_and_0_for_disjoint_ones(
    one: frozenset[str], other: frozenset[str]
) -> None:
    likeness = jaccard(one, other)
    assert likeness == jaccard(other, one)
    assert 0 <= likeness <= 1
    assert (likeness == 1) == (one == other)
    assert (likeness == 0) == (not one & other and one != other)


def difference(low: float, high: float) -> Difference:
    return Difference(Metric.AGREEMENT, 0, 0, (low + high) / 2, Interval(low, high))


@pytest.mark.parametrize(
    ("claimed", "control", "runs", "meant"),
    [
        ((0.0, 0.0), (0.0, 0.0), 2, Verdict.NONE),
        ((0.0, 0.0), (-0.5, 0.5), 9, Verdict.NONE),
        ((0.2, 0.9), (-0.1, 0.3), 9, Verdict.UNDERPOWERED),
        ((0.4, 0.9), (-0.1, 0.3), 9, Verdict.BEYOND_NOISE),
        # The two groups of a control could as well be exchanged.
        ((0.2, 0.9), (-0.4, 0.1), 9, Verdict.UNDERPOWERED),
        ((-0.9, -0.2), (-0.1, 0.4), 9, Verdict.UNDERPOWERED),
        ((-0.9, -0.5), (-0.1, 0.4), 9, Verdict.BEYOND_NOISE),
        # An interval with zero in it is noise, however quiet the control is.
        ((-0.2, 0.4), (0.0, 0.0), 9, Verdict.UNDERPOWERED),
        # Three runs in each group cannot show anything.
        ((1.0, 1.0), (0.0, 0.0), FEWEST - 1, Verdict.UNDERPOWERED),
        ((1.0, 1.0), (0.0, 0.0), FEWEST, Verdict.BEYOND_NOISE),
    ],
)
def test_a_difference_is_claimed_only_beyond_what_the_control_shows(
    claimed: tuple[float, float], control: tuple[float, float], runs: int, meant: Verdict
) -> None:
    assert verdict(difference(*claimed), difference(*control), runs) is meant
