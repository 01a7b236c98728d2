"""The report of an eval: rows for each policy and budget, and every comparison with the strongest
baseline.

Above: `cli`. Below: `figures`, `scores`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from skillagent.evals.attempt import Attempt
from skillagent.evals.figures import CaseScores, Refusals, Row, area, per_case, refusals, row
from skillagent.evals.policies.policy import Policy, Role
from skillagent.evals.resampling import PLACES, Estimate, estimate
from skillagent.evals.running import Eval
from skillagent.evals.scores import Score, score
from skillagent.evals.suite import Case
from skillagent.repro.control import Verdict

FORMAT = "skillagent-eval-1"
FEWEST_UNEQUAL = 6
"""Fewest cases in which two policies must differ before a difference can be claimed: by the sign
test, five that all differ in one direction still have a probability of 6 %."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How far a policy is from the strongest baseline, paired case by case."""

    policy: str
    against: str
    budget: int
    group: str
    metric: str
    """`recall` or `all_gold`."""
    value: Estimate
    unequal: int
    """Number of cases in which the two differ."""
    control: Estimate | None
    """The policy against itself: half of its repeats against the other half; None for a policy
    that follows rules, for which it is exactly zero."""
    verdict: Verdict

    def to_json(self) -> dict[str, Any]:
        return {
            "policy": self.policy,
            "against": self.against,
            "budget": self.budget,
            "group": self.group,
            "metric": self.metric,
            "difference": self.value.to_json(),
            "unequal": self.unequal,
            "control": self.control and self.control.to_json(),
            "verdict": self.verdict.value,
        }


@dataclass(frozen=True, slots=True)
class CaseFigures:
    """What a policy achieved on one case in one budget, for comparisons with a later eval."""

    policy: str
    budget: int
    case: str
    recall: float
    tokens: float
    """Mean of the tokens shown."""
    passed: float | None
    """Share of the answers that fulfil all checks; None if none was checked."""
    disclosed: float
    """Share of the repeats in which any text was read."""

    def to_json(self) -> list[Any]:
        passed = None if self.passed is None else round(self.passed, PLACES)
        recall, disclosed = round(self.recall, PLACES), round(self.disclosed, PLACES)
        tokens = round(self.tokens, 1)
        return [self.policy, self.budget, self.case, recall, tokens, passed, disclosed]


@dataclass(frozen=True)
class Report:
    """All figures of an eval."""

    suite: str
    made_of: Mapping[str, Any]
    nodes: int
    tokens: int
    """Tokens of all nodes of the graph."""
    cases: int
    budgets: tuple[int, ...]
    policies: tuple[Policy, ...]
    rows: tuple[Row, ...]
    refusals: tuple[Refusals, ...]
    areas: Mapping[str, float]
    """Policy → area under its recall over the logarithm of the budget."""
    strongest: str
    """The baseline with the largest area; empty if no baseline was run."""
    differences: tuple[Difference, ...]
    by_case: tuple[CaseFigures, ...]
    unanswerable_cases: frozenset[str]
    """Ids of the cases that nothing should answer."""
    failed: int
    """Attempts in which the model failed; they count as having read nothing more."""

    def row(self, policy: str, budget: int, group: str = "") -> Row | None:
        """The row of a policy, a budget and a group; None if the report lacks it."""
        wanted = policy, budget, group
        return next((r for r in self.rows if (r.policy, r.budget, r.group) == wanted), None)

    def difference(
        self, policy: str, budget: int, metric: str = "recall", group: str = ""
    ) -> Difference | None:
        """The difference of a policy in a budget; None if the report lacks it."""
        wanted = policy, budget, metric, group
        return next(
            (d for d in self.differences if (d.policy, d.budget, d.metric, d.group) == wanted),
            None,
        )

    @property
    def unanswerable(self) -> int:
        """Number of cases that nothing should answer."""
        return len(self.unanswerable_cases)

    @property
    def groups(self) -> tuple[str, ...]:
        """The tags that have rows."""
        return tuple(dict.fromkeys(row.group for row in self.rows if row.group))

    def to_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "suite": self.suite,
            "made_of": dict(self.made_of),
            "nodes": self.nodes,
            "tokens": self.tokens,
            "cases": self.cases,
            "unanswerable": self.unanswerable,
            "budgets": list(self.budgets),
            "policies": [
                {"name": policy.name, "role": policy.role.value, "about": policy.about}
                for policy in self.policies
            ],
            "strongest_baseline": self.strongest,
            "area_under_recall": {name: round(value, PLACES) for name, value in self.areas.items()},
            "rows": [row.to_json() for row in self.rows],
            "unanswerable_rows": [row.to_json() for row in self.refusals],
            "differences": [difference.to_json() for difference in self.differences],
            "by_case": [figures.to_json() for figures in self.by_case],
            "failed": self.failed,
        }


def report(plan: Eval, attempts: Iterable[Attempt]) -> Report:
    """The report of attempts.

    Args:
        plan: the eval.
        attempts: its attempts. Cases that not every policy has run in every budget are left out,
            as after an interruption.
    """
    return _Reporter(plan, attempts).report()


class _Reporter:
    def __init__(self, plan: Eval, attempts: Iterable[Attempt]) -> None:
        self._plan = plan
        self._suite = plan.suite
        cases = {case.id: case for case in plan.suite.cases}
        self._scores: dict[tuple[str, int, str], list[Score]] = {}
        self._failed = 0
        for attempt in attempts:
            task = attempt.task
            key = task.policy, task.budget, task.case
            value = score(cases[task.case], attempt, plan.setup.costs)
            self._scores.setdefault(key, []).append(value)
            self._failed += bool(attempt.error)
        self._cases = tuple(case for case in plan.suite.cases if self._is_whole(case))

    def report(self) -> Report:
        plan, suite = self._plan, self._suite
        answerable = [case for case in self._cases if case.is_answerable]
        unanswerable = [case for case in self._cases if not case.is_answerable]
        groups = {"": answerable}
        for tag in suite.tags:
            if tagged := [case for case in answerable if tag in case.tags]:
                groups[tag] = tagged
        rows = tuple(
            row(
                policy.name, budget, group, scores, suite.seed, [bool(c.distractors) for c in cases]
            )
            for group, cases in groups.items()
            if cases
            for policy, budget, scores in self._each(cases)
        )
        areas = {
            policy.name: area(
                {r.budget: r.recall.mean for r in rows if r.policy == policy.name and not r.group}
            )
            for policy in plan.policies
            if answerable
        }
        strongest = _strongest(plan.policies, areas)
        return Report(
            suite=suite.name,
            made_of=plan.made_of,
            nodes=len(plan.setup.graph.nodes),
            tokens=sum(plan.setup.costs.values()),
            cases=len(self._cases),
            budgets=suite.budgets,
            policies=tuple(plan.policies),
            rows=rows,
            refusals=tuple(
                refusals(policy.name, budget, scores)
                for policy, budget, scores in self._each(unanswerable)
                if unanswerable
            ),
            areas=areas,
            strongest=strongest,
            differences=tuple(self._differences(groups, strongest)),
            by_case=tuple(self._by_case()),
            unanswerable_cases=frozenset(case.id for case in unanswerable),
            failed=self._failed,
        )

    def _is_whole(self, case: Case) -> bool:
        return all(
            len(self._scores.get((policy.name, budget, case.id), ())) == self._plan.repeats(policy)
            for policy in self._plan.policies
            for budget in self._suite.budgets
        )

    def _each(self, cases: Sequence[Case]) -> Iterator[tuple[Policy, int, CaseScores]]:
        for policy in self._plan.policies:
            for budget in self._suite.budgets:
                yield policy, budget, self._of(policy.name, budget, cases)

    def _of(self, policy: str, budget: int, cases: Sequence[Case]) -> CaseScores:
        return [self._scores[policy, budget, case.id] for case in cases]

    def _differences(
        self, groups: Mapping[str, Sequence[Case]], strongest: str
    ) -> Iterator[Difference]:
        if not strongest:
            return
        for group, cases in groups.items():
            for policy, budget, scores in self._each(cases) if cases else ():
                if policy.name == strongest:
                    continue
                rival = self._of(strongest, budget, cases)
                for metric in ("recall", "all_gold"):
                    yield self._difference(policy, strongest, budget, group, metric, scores, rival)

    def _difference(
        self,
        policy: Policy,
        against: str,
        budget: int,
        group: str,
        metric: str,
        scores: CaseScores,
        rival: CaseScores,
    ) -> Difference:
        ours, theirs = _values(scores, metric), _values(rival, metric)
        paired = [a - b for a, b in zip(ours, theirs, strict=True)]
        value = estimate(paired, self._suite.seed)
        control = self._control(scores, metric) if policy.is_sampled else None
        unequal = sum(difference != 0 for difference in paired)
        verdict = _verdict(value, control, unequal)
        return Difference(
            policy.name, against, budget, group, metric, value, unequal, control, verdict
        )

    def _control(self, scores: CaseScores, metric: str) -> Estimate:
        """One half of the repeats against the other one."""
        halves = [_values([repeats[start::2] for repeats in scores], metric) for start in (0, 1)]
        return estimate([a - b for a, b in zip(*halves, strict=True)], self._suite.seed)

    def _by_case(self) -> Iterator[CaseFigures]:
        for policy, budget, scores in self._each(self._cases):
            for case, repeats in zip(self._cases, scores, strict=True):
                count = len(repeats)
                checked = [score.passed for score in repeats if score.passed is not None]
                yield CaseFigures(
                    policy.name,
                    budget,
                    case.id,
                    sum(score.recall for score in repeats) / count,
                    sum(score.tokens for score in repeats) / count,
                    sum(checked) / len(checked) if checked else None,
                    sum(score.disclosed for score in repeats) / count,
                )


def _values(scores: CaseScores, metric: str) -> list[float]:
    return per_case(scores, lambda score: float(getattr(score, metric)))


def _strongest(policies: Iterable[Policy], areas: Mapping[str, float]) -> str:
    names = [policy.name for policy in policies if policy.role is Role.BASELINE]
    known = [name for name in names if name in areas]
    return max(known, key=lambda name: areas[name]) if known else ""


def _verdict(value: Estimate, control: Estimate | None, unequal: int) -> Verdict:
    """Whether a difference is beyond what other questions, or the model's own noise, would give."""
    if not unequal:
        return Verdict.NONE
    low, high = value.interval.low, value.interval.high
    reach = max(abs(control.interval.low), abs(control.interval.high)) if control else 0.0
    if unequal < FEWEST_UNEQUAL or (low <= reach and high >= -reach):
        return Verdict.UNDERPOWERED
    return Verdict.BEYOND_NOISE
