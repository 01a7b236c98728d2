"""What the walk of each case ranked, listed and read.

Above: the kinds of findings. Below: `running`, the search index.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from skillagent.evals.attempt import Attempt
from skillagent.evals.running import Eval
from skillagent.evals.suite import Case
from skillagent.index import SearchIndex


@dataclass(frozen=True)
class Walk:
    """One case, as the policy went through the graph for it."""

    case: Case
    ranks: Mapping[str, int]
    """Node → its place in the ranked search for the question, from 1, if it is a hit."""
    read: tuple[str, ...]
    """Ids of the nodes of which the whole text or a section was read, in order."""
    named: frozenset[str]
    """Ids of the nodes that a listing or a summary named, or that were read."""

    @property
    def missed(self) -> tuple[str, ...]:
        """The gold nodes that were not read."""
        return tuple(node for node in self.case.gold if node not in self.read)


def walks_of(plan: Eval, attempts: Iterable[Attempt]) -> tuple[Walk, ...]:
    """The walk of each case, in the order of the suite.

    Args:
        plan: the eval, with one policy and one budget.
        attempts: its attempts; of several for one case, the first counts.
    """
    index = SearchIndex.of(plan.setup.graph)
    by_case: dict[str, Attempt] = {}
    for attempt in attempts:
        by_case.setdefault(attempt.task.case, attempt)
    walks = []
    for case in plan.suite.cases:
        if case.id not in by_case:
            continue
        hits, _ = index.search(case.question, len(plan.setup.graph.nodes))
        steps = by_case[case.id].steps
        read = dict.fromkeys(node for step in steps for node in (*step.read, *step.parts))
        listed = (node for step in steps for node in step.listed)
        ranks = {hit.node: rank for rank, hit in enumerate(hits, 1)}
        walks.append(Walk(case, ranks, tuple(read), frozenset((*listed, *read))))
    return tuple(walks)
