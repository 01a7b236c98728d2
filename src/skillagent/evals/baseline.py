"""Compares an eval with a baseline: the report of an earlier one, kept in a file.

For a policy that follows rules every difference is real. For a model, the mean over the cases of
both has to fall beyond its interval.

Above: `cli`. Below: `report`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from skillagent.errors import UsageError
from skillagent.evals.report import FORMAT, Report
from skillagent.evals.resampling import PLACES, Estimate, estimate
from skillagent.files.regular import read_regular

LIMIT = 256_000_000
"""Maximum size of a report in bytes."""
_Key = tuple[str, int]
_Share = Annotated[float, Field(ge=0, le=1)]
_Line = tuple[str, int, str, _Share, float, _Share | None, _Share]


class Baseline(BaseModel):
    """The part of a report that is compared."""

    model_config = ConfigDict(extra="ignore")
    format: Literal["skillagent-eval-1"]
    suite: str
    made_of: dict[str, Any]
    by_case: list[_Line]


@dataclass(frozen=True, slots=True)
class Change:
    """What changed for a policy in a budget."""

    policy: str
    budget: int
    metric: str
    """`recall`, `pass` or `refusal`: the share of unanswerable cases for which nothing was
    read."""
    before: float
    after: float
    value: Estimate
    """Of the paired differences, case by case."""
    worse: tuple[str, ...]
    """Ids of the cases that are worse now."""
    better: tuple[str, ...]
    is_regression: bool

    def to_json(self) -> dict[str, Any]:
        return {
            "policy": self.policy,
            "budget": self.budget,
            "metric": self.metric,
            "before": round(self.before, PLACES),
            "after": round(self.after, PLACES),
            "difference": self.value.to_json(),
            "worse": list(self.worse),
            "better": list(self.better),
            "is_regression": self.is_regression,
        }


@dataclass(frozen=True, slots=True)
class Compared:
    """An eval beside a baseline."""

    changes: tuple[Change, ...]
    """One for each policy, budget and metric in which any case changed."""
    made_of: Mapping[str, tuple[Any, Any]]
    """What the two are made of, as far as it differs: name → before and now."""
    missing: tuple[str, ...]
    """Policies and budgets of the baseline that were not run, or have no case in common."""

    @property
    def is_regression(self) -> bool:
        return any(change.is_regression for change in self.changes)

    def to_json(self) -> dict[str, Any]:
        return {
            "changes": [change.to_json() for change in self.changes],
            "made_of": {name: list(values) for name, values in self.made_of.items()},
            "missing": list(self.missing),
            "is_regression": self.is_regression,
        }


def compare(before: Baseline, report: Report, seed: int) -> Compared:
    """Compare a report with an earlier one.

    Args:
        before: the earlier one.
        report: the report of now.
        seed: seed of the intervals.

    Raises:
        UsageError: the two have no case of a policy and budget in common.
    """
    earlier: dict[_Key, dict[str, tuple[float, float | None, float]]] = {}
    for policy, budget, case, recall, _, passed, disclosed in before.by_case:
        earlier.setdefault((policy, budget), {})[case] = recall, passed, disclosed
    now: dict[_Key, dict[str, tuple[float, float | None, float]]] = {}
    for line in report.by_case:
        passed = None if line.passed is None else round(line.passed, PLACES)
        values = round(line.recall, PLACES), passed, round(line.disclosed, PLACES)
        now.setdefault((line.policy, line.budget), {})[line.case] = values
    sampled = {policy.name for policy in report.policies if policy.is_sampled}
    unanswerable = report.unanswerable_cases
    changes: list[Change] = []
    missing: list[str] = []
    for key, cases in earlier.items():
        common = [case for case in cases if case in now.get(key, {})]
        if not common:
            missing.append(f"{key[0]} at {key[1]:,}")
        pairs = {case: (cases[case], now[key][case]) for case in common}
        changes += _changes(key, pairs, unanswerable, key[0] in sampled, seed)
    if len(missing) == len(earlier):
        raise UsageError(
            "the baseline has no policy, budget and question of this eval: make it anew"
        )
    return Compared(tuple(changes), _differing(before.made_of, report.made_of), tuple(missing))


_Values = tuple[float, float | None, float]


def _changes(
    key: _Key,
    pairs: Mapping[str, tuple[_Values, _Values]],
    unanswerable: frozenset[str],
    is_sampled: bool,
    seed: int,
) -> Iterator[Change]:
    recall = {c: (b[0], a[0]) for c, (b, a) in pairs.items() if c not in unanswerable}
    passes = {
        c: (b[1], a[1]) for c, (b, a) in pairs.items() if b[1] is not None and a[1] is not None
    }
    refusal = {c: (1 - b[2], 1 - a[2]) for c, (b, a) in pairs.items() if c in unanswerable}
    for metric, values in (("recall", recall), ("pass", passes), ("refusal", refusal)):
        worse = tuple(case for case, (before, after) in values.items() if after < before)
        better = tuple(case for case, (before, after) in values.items() if after > before)
        if not worse and not better:
            continue
        value = estimate([after - before for before, after in values.values()], seed)
        limit = value.interval.high if is_sampled else value.mean
        yield Change(
            *key,
            metric,
            sum(before for before, _ in values.values()) / len(values),
            sum(after for _, after in values.values()) / len(values),
            value,
            worse,
            better,
            limit < 0,
        )


def read_baseline(path: Path) -> Baseline:
    """Read a report as `skillagent eval --json` prints it.

    Raises:
        UsageError: the file cannot be read, or is no such report.
    """
    try:
        return Baseline.model_validate_json(read_regular(path, LIMIT))
    except OSError as error:
        raise UsageError(f"{path}: the baseline cannot be read: {error.strerror}") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise UsageError(
            f"{path}: no report of `skillagent eval --json` ({FORMAT}): {place}: {first['msg']}"
        ) from None


def _differing(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    names = sorted(before.keys() | now.keys())
    return {
        name: (before.get(name), now.get(name))
        for name in names
        if before.get(name) != now.get(name)
    }
