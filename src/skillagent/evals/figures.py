"""Figures of a suite: means, medians and intervals over cases, for each policy and budget.

Above: `report`. Below: `scores`, `resampling`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean
from typing import Any

from skillagent.evals.resampling import PLACES, Estimate, estimate
from skillagent.evals.scores import Score
from skillagent.repro.intervals import Interval, wilson


@dataclass(frozen=True, slots=True)
class Quantiles:
    """Median and 90th percentile over cases; a case in which it never happened counts as more
    than any other. None if the quantile is such a case."""

    median: float | None
    p90: float | None

    def to_json(self) -> list[float | None]:
        return [self.median, self.p90]


@dataclass(frozen=True, slots=True)
class Passes:
    """How often answers fulfil all checks, over the cases with checks."""

    cases: int
    repeats: int
    once: float
    """pass@1: share of all answers."""
    any: float
    """pass@k: share of cases of which at least one of k answers passes."""
    every: float
    """pass^k: share of cases of which all k answers pass."""

    def to_json(self) -> dict[str, Any]:
        return {
            "cases": self.cases,
            "k": self.repeats,
            "pass@1": round(self.once, PLACES),
            "pass@k": round(self.any, PLACES),
            "pass^k": round(self.every, PLACES),
        }


@dataclass(frozen=True, slots=True)
class Row:
    """One policy in one budget, over the answerable cases of a group."""

    policy: str
    budget: int
    group: str
    """A tag, or empty for all answerable cases."""
    cases: int
    recall: Estimate
    all_gold: Estimate
    precision: float
    overhead: float
    tokens: float
    """Mean of the tokens shown."""
    calls: float
    """Median of the calls."""
    first_tokens: Quantiles
    all_tokens: Quantiles
    first_calls: Quantiles
    all_calls: Quantiles
    wasted: float
    """Mean of the nodes that were read and are not gold."""
    misled: float | None
    """Share of the cases with a distractor in which it was read first; None without such cases."""
    passes: Passes | None
    """None if no answer was checked."""

    def to_json(self) -> dict[str, Any]:
        return {
            "policy": self.policy,
            "budget": self.budget,
            "group": self.group,
            "cases": self.cases,
            "recall": self.recall.to_json(),
            "all_gold": self.all_gold.to_json(),
            "precision": round(self.precision, PLACES),
            "overhead": round(self.overhead, PLACES),
            "tokens": round(self.tokens, 1),
            "calls": self.calls,
            "tokens_to_first_gold": self.first_tokens.to_json(),
            "tokens_to_all_gold": self.all_tokens.to_json(),
            "calls_to_first_gold": self.first_calls.to_json(),
            "calls_to_all_gold": self.all_calls.to_json(),
            "wasted_reads": round(self.wasted, PLACES),
            "misled": None if self.misled is None else round(self.misled, PLACES),
            "answers": self.passes and self.passes.to_json(),
        }


@dataclass(frozen=True, slots=True)
class Refusals:
    """One policy in one budget, over the cases that nothing should answer."""

    policy: str
    budget: int
    cases: int
    disclosed: float
    """Share of the cases in which any text was read all the same."""
    interval: Interval
    tokens: float
    """Mean of the tokens shown."""

    def to_json(self) -> dict[str, Any]:
        return {
            "policy": self.policy,
            "budget": self.budget,
            "cases": self.cases,
            "false_disclosure": [round(self.disclosed, PLACES), *self.interval.to_json()],
            "tokens": round(self.tokens, 1),
        }


CaseScores = Sequence[Sequence[Score]]
"""For each case, the scores of its repeats."""


def row(
    policy: str,
    budget: int,
    group: str,
    scores: CaseScores,
    seed: int,
    with_distractor: Sequence[bool],
) -> Row:
    """The row of some cases.

    Args:
        policy, budget, group: see `Row`.
        scores: the scores of each case, at least one case.
        seed: seed of the intervals.
        with_distractor: whether each case has a distractor.
    """
    flat = [score for repeats in scores for score in repeats]
    tempted = [
        fmean(score.misled for score in repeats)
        for repeats, is_tempting in zip(scores, with_distractor, strict=True)
        if is_tempting
    ]
    return Row(
        policy,
        budget,
        group,
        len(scores),
        estimate(per_case(scores, lambda score: score.recall), seed),
        estimate(per_case(scores, lambda score: score.all_gold), seed),
        fmean(score.precision for score in flat),
        fmean(score.overhead for score in flat),
        fmean(score.tokens for score in flat),
        quantile((score.calls for score in flat), 0.5) or 0.0,
        quantiles(score.first_tokens for score in flat),
        quantiles(score.all_tokens for score in flat),
        quantiles(score.first_calls for score in flat),
        quantiles(score.all_calls for score in flat),
        fmean(score.wasted for score in flat),
        fmean(tempted) if tempted else None,
        passes(scores),
    )


def refusals(policy: str, budget: int, scores: CaseScores) -> Refusals:
    """The row of the cases that nothing should answer, at least one."""
    shares = per_case(scores, lambda score: score.disclosed)
    tokens = fmean(per_case(scores, lambda score: score.tokens))
    # Repeats of one question are no further questions.
    interval = wilson(round(sum(shares)), len(shares))
    return Refusals(policy, budget, len(scores), fmean(shares), interval, tokens)


def per_case(scores: CaseScores, value: Callable[[Score], float]) -> list[float]:
    """The mean of a value over the repeats of each case."""
    return [fmean(map(value, repeats)) for repeats in scores]


def passes(scores: CaseScores) -> Passes | None:
    """How often answers pass; None if no answer was checked.

    With n answers of a case, c of which pass, the unbiased estimate of pass@k is
    1 - C(n-c, k) / C(n, k), and that of pass^k is C(c, k) / C(n, k); here k is n. Sources: M. Chen
    et al., arXiv:2107.03374; S. Yao et al., arXiv:2406.12045.
    """
    checked = [
        [score.passed for score in repeats if score.passed is not None] for repeats in scores
    ]
    checked = [answers for answers in checked if answers]
    if not checked:
        return None
    return Passes(
        len(checked),
        max(map(len, checked)),
        fmean(fmean(map(bool, answers)) for answers in checked),
        fmean(map(any, checked)),
        fmean(map(all, checked)),
    )


def quantiles(values: Iterable[float]) -> Quantiles:
    """Median and 90th percentile of some values."""
    ordered = sorted(values)
    return Quantiles(quantile(ordered, 0.5), quantile(ordered, 0.9))


def quantile(values: Iterable[float], share: float) -> float | None:
    """The least value that at least a share of all values does not exceed; None if infinite.

    It is a value that occurs, so counts stay whole (R. Hyndman and Y. Fan, The American
    Statistician 50 (1996), 361-365, definition 1).
    """
    ordered = sorted(values)
    value = ordered[max(0, math.ceil(share * len(ordered)) - 1)]
    return None if math.isinf(value) else value


def area(points: Mapping[int, float]) -> float:
    """The area under a curve over the logarithm of the budget, from 0 to 1.

    It is the mean of the curve if every doubling of the budget counts the same.

    Args:
        points: budget → value; one point gives its value.
    """
    budgets = sorted(points)
    if len(budgets) == 1:
        return points[budgets[0]]
    total = sum(
        (points[low] + points[high]) / 2 * math.log(high / low) for low, high in pairwise(budgets)
    )
    return total / math.log(budgets[-1] / budgets[0])
