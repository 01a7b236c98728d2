"""From steps to scores, and from scores to figures."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillagent.evals import Attempt, Case, Score, Step, Task, score
from skillagent.evals.checks import Contains
from skillagent.evals.figures import area, passes, quantile, refusals, row
from skillagent.evals.resampling import estimate
from skillagent.evals.scores import NEVER

COSTS = {"a": 100, "b": 200, "c": 50, "near": 80}
CASE = Case("case", "q", ("a", "b"), distractors=("near",))


def _attempt(*steps: Step, passed: tuple[bool, ...] = ()) -> Attempt:
    return Attempt(Task("p", 1_000, "case"), steps, passed=passed)


def _read(*nodes: str, cost: int | None = None) -> Step:
    cost = sum(COSTS[node] for node in nodes) if cost is None else cost
    return Step("read_node", cost, read=nodes)


LISTING = Step("list_index", 60, listed=("a", "b", "c"))


def test_a_score_says_what_was_read_and_when() -> None:
    result = score(CASE, _attempt(LISTING, _read("c"), _read("a", cost=110), _read("b")), COSTS)
    assert result.recall == 1.0
    assert (result.first_tokens, result.first_calls) == (60 + 50 + 110, 3)
    assert (result.all_tokens, result.all_calls) == (60 + 50 + 110 + 200, 4)
    assert result.tokens == 420
    assert result.wasted == 1
    assert result.precision == 300 / 350
    assert result.overhead == pytest.approx(1 - 350 / 420)
    assert not result.misled


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ((LISTING,), {"recall": 0.0, "first_tokens": NEVER, "precision": 0.0, "disclosed": False}),
        ((_read("a"),), {"recall": 0.5, "all_tokens": NEVER, "all_gold": False, "precision": 1.0}),
        ((_read("a", "b"),), {"recall": 1.0, "all_calls": 1, "precision": 1.0, "wasted": 0}),
        ((Step("read_node", 90, parts=("a",)),), {"recall": 0.0, "precision": 1.0, "wasted": 0}),
        ((_read("near"), _read("a", "b")), {"misled": True, "wasted": 1}),
        ((_read("a", "b"), _read("near")), {"misled": False}),
        ((Step("instructions", 70), _read("a")), {"calls": 1, "first_tokens": 170}),
        ((), {"tokens": 0, "overhead": 0.0}),
    ],
)
def test_a_score_of_some_steps(steps: tuple[Step, ...], expected: dict[str, object]) -> None:
    result = score(CASE, _attempt(*steps), COSTS)
    assert {name: getattr(result, name) for name in expected} == expected


def test_a_case_without_gold_is_judged_by_what_was_read_all_the_same() -> None:
    unanswerable = Case("case", "q")
    assert not score(unanswerable, _attempt(LISTING), COSTS).disclosed
    assert score(unanswerable, _attempt(LISTING, _read("c")), COSTS).disclosed
    row_of_both = refusals(
        "p",
        1_000,
        [[score(unanswerable, _attempt(*steps), COSTS)] for steps in ((LISTING,), (_read("c"),))],
    )
    assert (row_of_both.disclosed, row_of_both.tokens) == (0.5, 55)


steps = st.lists(
    st.builds(
        lambda nodes, extra: _read(*nodes, cost=sum(COSTS[n] for n in nodes) + extra),
        st.lists(st.sampled_from(sorted(COSTS)), min_size=1, max_size=3, unique=True),
        st.integers(0, 30),
    ),
    max_size=6,
)


@given(steps)
def test_every_share_is_one_and_gold_comes_before_the_end(some: list[Step]) -> None:
    result = score(CASE, _attempt(*some), COSTS)
    for share in (result.recall, result.precision, result.overhead):
        assert 0 <= share <= 1
    assert result.all_gold is (result.all_tokens < NEVER)
    assert result.first_tokens <= result.all_tokens
    if result.recall:
        assert result.first_tokens <= result.tokens


def _score(recall: float, tokens: int, passed: bool | None = None) -> Score:
    base = score(CASE, _attempt(), COSTS)
    all_tokens = tokens if recall == 1 else NEVER
    return replace(base, recall=recall, tokens=tokens, all_tokens=all_tokens, passed=passed)


def test_a_row_counts_what_never_happened_as_more_than_anything() -> None:
    scores = [[_score(1.0, tokens)] for tokens in (10, 20, 30, 40, 50, 60)]
    scores += [[_score(0.5, 5)]] * 4
    figures = row("p", 1_000, "", scores, 0, [False] * 10)
    assert (figures.all_tokens.median, figures.all_tokens.p90) == (50, None)
    assert figures.recall.mean == pytest.approx(0.8)
    assert figures.all_gold.mean == pytest.approx(0.6)
    assert figures.misled is None


@given(st.lists(st.one_of(st.integers(0, 50), st.just(NEVER)), min_size=1, max_size=30))
def test_a_quantile_is_the_least_value_that_enough_do_not_exceed(values: list[float]) -> None:
    for share in (Fraction(1, 2), Fraction(9, 10)):
        value = quantile(values, float(share))
        limit = math.inf if value is None else value
        assert sum(other <= limit for other in values) >= share * len(values)
        assert sum(other < limit for other in values) < share * len(values)


def test_answers_pass_once_in_any_or_in_every_repeat() -> None:
    scores = [
        [_score(1, 1, passed) for passed in answers]
        for answers in ((True, True), (True, False), (False, False), (None, None))
    ]
    figures = passes(scores)
    assert figures is not None
    assert (figures.cases, figures.repeats) == (3, 2)
    assert (figures.once, figures.any, figures.every) == (0.5, 2 / 3, 1 / 3)
    assert passes([[_score(1, 1)]]) is None


def test_an_answer_that_failed_does_not_pass() -> None:
    case = replace(CASE, checks=(Contains("x"),))
    failed = replace(_attempt(), error="the model cannot be reached")
    assert score(case, failed, COSTS).passed is False
    assert score(CASE, failed, COSTS).passed is None


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ({1_000: 0.4}, 0.4),
        ({1_000: 0.0, 2_000: 1.0}, 0.5),
        ({1_000: 0.0, 2_000: 0.0, 4_000: 1.0}, 0.25),
        ({500: 0.7, 4_000: 0.7}, 0.7),
    ],
)
def test_an_area_counts_every_doubling_the_same(points: dict[int, float], expected: float) -> None:
    assert area(points) == pytest.approx(expected)


@given(st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=1, max_size=40), st.integers(0, 3))
def test_an_interval_holds_the_mean_and_is_the_same_each_time(
    values: list[float], seed: int
) -> None:
    result = estimate(values, seed)
    assert min(values) <= result.interval.low <= result.mean <= result.interval.high <= max(values)
    assert estimate(values, seed) == result


def test_an_interval_is_as_wide_as_theory_says() -> None:
    values = [0.0, 1.0] * 200
    result = estimate(values, 0)
    expected = 1.96 * 0.5 / 400**0.5
    assert result.interval.high - result.mean == pytest.approx(expected, rel=0.1)
