"""The score of an attempt: what it read of what it should have read, and at what cost.

Above: `figures`. Below: `attempt`, `suite`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from skillagent.evals.attempt import Attempt
from skillagent.evals.suite import Case

NEVER = math.inf
"""Stands for tokens and calls until something that did not happen."""


@dataclass(frozen=True, slots=True)
class Score:
    """The score of one attempt."""

    recall: float
    """Share of the gold nodes whose whole text was shown; 0.0 for a case without gold."""
    precision: float
    """Tokens of gold nodes, of all tokens of texts that were shown; 0.0 if none was."""
    overhead: float
    """Share of the tokens shown that are no text of a node: listings, summaries, closing lines."""
    tokens: int
    calls: int
    first_tokens: float
    """Tokens until the first gold node was read, itself included; `NEVER` if none was."""
    all_tokens: float
    """Tokens until all gold nodes were read; `NEVER` if they were not."""
    first_calls: float
    all_calls: float
    wasted: int
    """Number of nodes that were read, whole or a section, and are not gold."""
    misled: bool
    """Whether a distractor was read before all gold nodes were."""
    passed: bool | None
    """Whether the answer fulfils every check; None without checks or answer."""

    @property
    def all_gold(self) -> bool:
        """Whether all gold nodes were read."""
        return self.recall == 1.0

    @property
    def disclosed(self) -> bool:
        """Whether any node was read: for a case that nothing should answer, that is false."""
        return self.precision > 0 or self.wasted > 0


def score(case: Case, attempt: Attempt, costs: Mapping[str, int]) -> Score:
    """The score of an attempt.

    Args:
        case: its case.
        attempt: the attempt.
        costs: id of each node → tokens of its text.
    """
    gold = set(case.gold)
    read: set[str] = set()
    touched: dict[str, None] = {}
    tokens = calls = texts = gold_texts = 0
    first, everything = (NEVER, NEVER), (NEVER, NEVER)
    misled = False
    for step in attempt.steps:
        tokens += step.cost
        calls += step.tool != "instructions"
        for node in (*step.read, *step.parts):
            misled |= node in case.distractors and not (gold and gold <= read)
            touched[node] = None
        if step.is_reading:
            # The text of a section costs the step; of a whole node, at most what the node has.
            whole = sum(costs.get(node, 0) for node in step.read)
            shown = min(step.cost, whole) if step.read else step.cost
            texts += shown
            shown_gold = sum(costs.get(node, 0) for node in step.read if node in gold)
            if gold & set(step.parts):
                shown_gold += step.cost
            gold_texts += min(shown, shown_gold)
        before = len(read)
        read.update(gold.intersection(step.read))
        if read and not before:
            first = tokens, calls
        if read == gold and len(read) > before:
            everything = tokens, calls
    return Score(
        recall=len(read) / len(gold) if gold else 0.0,
        precision=gold_texts / texts if texts else 0.0,
        overhead=1 - texts / tokens if tokens else 0.0,
        tokens=tokens,
        calls=calls,
        first_tokens=first[0],
        all_tokens=everything[0],
        first_calls=first[1],
        all_calls=everything[1],
        wasted=sum(node not in gold for node in touched),
        misled=misled,
        passed=_passed(case, attempt),
    )


def _passed(case: Case, attempt: Attempt) -> bool | None:
    if attempt.passed:
        return all(attempt.passed)
    # A model that failed has not answered, which is no right answer.
    return False if attempt.error and case.checks else None
