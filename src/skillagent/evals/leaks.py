"""Finds questions that quote the title of a node that answers them.

Such a question is answered by looking its words up in the list of titles, so it measures nothing.

Above: `cli`. Below: `suite`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from skillagent.evals.suite import Case, Suite
from skillagent.graph import SkillGraph
from skillagent.index.analyzer import query_terms, terms

LONG = 4
"""From as many telling words on, a title is also quoted by a question that has nearly all."""
SHARE = 0.8


@dataclass(frozen=True, slots=True)
class Leak:
    """A question that quotes a title."""

    case: Case
    node: str
    quoted: str
    """The title, or the last part of the id."""

    def __str__(self) -> str:
        return f"the question quotes {self.quoted!r}, a name of {self.node}, which answers it"


def leaks(suite: Suite, graph: SkillGraph) -> Iterator[Leak]:
    """The leaks of a suite, at most one for each node of a case.

    Args:
        suite: a suite with ids; see `Suite.on`.
        graph: its graph.
    """
    for case in suite.cases:
        for node in case.gold:
            names = (graph.nodes[node].title, node.rpartition("/")[2].replace("-", " "))
            quoted = next((name for name in names if _quotes(case.question, name)), None)
            if quoted is not None:
                yield Leak(case, node, quoted)


def refuse_leaks(suite: Suite, graph: SkillGraph) -> None:
    """Refuse a suite with leaks, unless it says that they are meant.

    Raises:
        UsageError: a question quotes a title.
    """
    if suite.allows_leaks:
        return
    for leak in leaks(suite, graph):
        raise suite.error(leak.case, f"{leak}; reword it, or write `leaks: allow` into the suite")


def _quotes(question: str, name: str) -> bool:
    """Whether a question has a name of two telling words or more as it is, or nearly all of it."""
    telling = query_terms(name)
    if len(telling) < 2:
        return False
    asked, named = terms(question), terms(name)
    size = len(named)
    if any(asked[at : at + size] == named for at in range(len(asked) - size + 1)):
        return True
    shared = len(telling.keys() & set(asked))
    return len(telling) >= LONG and shared >= SHARE * len(telling)
