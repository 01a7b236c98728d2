"""All findings about the routing of a graph.

Above: `cli`, `text`. Below: the kinds of findings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from skillagent.evals.attempt import Attempt
from skillagent.evals.describe.attracting import Attraction, attractions
from skillagent.evals.describe.misleading import Misleading, misleading_links
from skillagent.evals.describe.unreached import Unnamed, Unread, unnamed_nodes, unread_nodes
from skillagent.evals.describe.walks import walks_of
from skillagent.evals.describe.wording import Wording
from skillagent.evals.running import Eval

FORMAT = "skillagent-eval-describe-1"


@dataclass(frozen=True)
class Description:
    """What the words of a graph do to the questions of a suite."""

    suite: str
    made_of: Mapping[str, Any]
    policy: str
    budget: int
    questions: int
    """Number of cases with an answer."""
    missed: tuple[str, ...]
    """Ids of those of which a gold node was not read."""
    attracting: tuple[Attraction, ...]
    unread: tuple[Unread, ...]
    unnamed: tuple[Unnamed, ...]
    misleading: tuple[Misleading, ...]

    @property
    def has_findings(self) -> bool:
        return bool(self.attracting or self.unread or self.unnamed or self.misleading)

    def to_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "suite": self.suite,
            "made_of": dict(self.made_of),
            "policy": self.policy,
            "budget": self.budget,
            "questions": self.questions,
            "missed": list(self.missed),
            "attracting_descriptions": [one.to_json() for one in self.attracting],
            "unread_nodes": [one.to_json() for one in self.unread],
            "unnamed_nodes": [one.to_json() for one in self.unnamed],
            "misleading_links": [one.to_json() for one in self.misleading],
        }


def describe(plan: Eval, attempts: Iterable[Attempt]) -> Description:
    """Find what leads questions to the wrong nodes.

    Args:
        plan: an eval with one policy and one budget.
        attempts: its attempts.
    """
    walks, wording = walks_of(plan, attempts), Wording(plan.setup.graph)
    answerable = [walk for walk in walks if walk.case.is_answerable]
    return Description(
        plan.suite.name,
        plan.made_of,
        plan.policies[0].name,
        plan.suite.budgets[-1],
        len(answerable),
        tuple(walk.case.id for walk in answerable if walk.missed),
        tuple(attractions(answerable, wording)),
        tuple(unread_nodes(answerable, wording)),
        tuple(unnamed_nodes(walks, wording)),
        tuple(misleading_links(answerable, wording)),
    )
