"""Limits that a figure must not fall under, for continuous integration.

Above: `cli`. Below: `report`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from skillagent.errors import UsageError
from skillagent.evals.policies.policy import Policy, Role
from skillagent.evals.report import Report

METRICS = ("recall", "all-gold", "precision", "refusal", "pass")
"""Figures that can have a limit. `refusal` is the share of unanswerable cases for which nothing
was read, `pass` is pass@1."""
_LIMIT = re.compile(
    r"(?:(?P<policy>.+):)?(?P<metric>[a-z-]+)(?:@(?P<budget>[\d.,]+k?))?=(?P<least>[\d.]+)"
)


@dataclass(frozen=True, slots=True)
class Limit:
    """The least value of a figure."""

    metric: str
    least: float
    policy: str = ""
    """Empty for the policy of the suite that is no baseline and no bound."""
    budget: int | None = None
    """None for the largest budget."""

    def require(self, policies: Sequence[Policy], budgets: Sequence[int]) -> None:
        """Refuse a policy or a budget that is not run.

        Raises:
            UsageError: it is not run.
        """
        policy = self.policy or _own_policy(policies)
        if policy not in {each.name for each in policies}:
            raise UsageError(f"--fail-under {self}: the policy {policy} is not run")
        if self.budget is not None and self.budget not in budgets:
            raise UsageError(f"--fail-under {self}: nothing is run in {self.budget:,} tokens")

    def value(self, report: Report) -> float:
        """The figure that has this limit.

        Raises:
            UsageError: the report has no such figure.
        """
        policy = self.policy or _own_policy(report.policies)
        budget = report.budgets[-1] if self.budget is None else self.budget
        value = _figure(report, policy, budget, self.metric)
        if value is None:
            raise UsageError(f"--fail-under {self}: the report has no such figure")
        return value

    def __str__(self) -> str:
        policy = f"{self.policy}:" * bool(self.policy)
        budget = "" if self.budget is None else f"@{self.budget}"
        return f"{policy}{self.metric}{budget}={self.least:g}"


def parsed_limit(text: str) -> Limit:
    """Read a limit: `[POLICY:]METRIC[@BUDGET]=X`, such as `graph:recall@4k=0.8`.

    Raises:
        UsageError: the text is no limit.
    """
    match = _LIMIT.fullmatch(text)
    if match is None or match["metric"] not in METRICS:
        raise UsageError(
            f"--fail-under {text}: write [POLICY:]METRIC[@BUDGET]=X with one of "
            f"{', '.join(METRICS)}, such as graph:recall@4k=0.8"
        )
    try:
        least = float(match["least"])
    except ValueError:
        raise UsageError(f"--fail-under {text}: {match['least']} is no number") from None
    if least > 1:
        raise UsageError(f"--fail-under {text}: these figures are shares, at most 1")
    budget = tokens_of(match["budget"]) if match["budget"] else None
    return Limit(match["metric"], least, match["policy"] or "", budget)


def tokens_of(text: str) -> int:
    """Read a budget, such as `4k`, `1.5k` or `4,000`.

    Raises:
        UsageError: the text is no number of tokens above zero.
    """
    digits = text.strip().casefold().replace(",", "").replace("_", "")
    factor = 1_000 if digits.endswith("k") else 1
    try:
        number = float(digits.removesuffix("k")) * factor
    except ValueError:
        number = math.nan
    if not 1 <= number <= 10_000_000 or number != int(number):
        raise UsageError(f"{text!r} is no number of tokens: write 4000 or 4k")
    return int(number)


def _own_policy(policies: Sequence[Policy]) -> str:
    own = [p.name for p in policies if p.role not in (Role.BASELINE, Role.BOUND)]
    if len(own) != 1:
        raise UsageError(
            "--fail-under: which policy? Write it as POLICY:METRIC=X; there are "
            + ", ".join(policy.name for policy in policies)
        )
    return own[0]


def _figure(report: Report, policy: str, budget: int, metric: str) -> float | None:
    if metric == "refusal":
        wanted = policy, budget
        row = next((r for r in report.refusals if (r.policy, r.budget) == wanted), None)
        return None if row is None else 1 - row.disclosed
    figures = report.row(policy, budget)
    if figures is None:
        return None
    if metric == "pass":
        return figures.passes.once if figures.passes else None
    values = {
        "recall": figures.recall.mean,
        "all-gold": figures.all_gold.mean,
        "precision": figures.precision,
    }
    return values[metric]
