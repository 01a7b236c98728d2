"""Policies that do not search: everything, or a catalogue of all descriptions.

Above: `table`. Below: `policy`, `lexical`.
"""

from __future__ import annotations

from collections.abc import Mapping

from skillagent.evals.policies.lexical import Lexical
from skillagent.evals.policies.policy import Policy, Role, Setup, read_in_order
from skillagent.evals.session import Session
from skillagent.evals.suite import Case

CATALOGUE_SHARE = 0.5
"""Most of a budget that a catalogue may take, so that something can be read, too."""


def load_everything(setup: Setup) -> Policy:
    """Whole files in the author's order, until the budget is full: one giant document."""

    def walk(_: Case, session: Session) -> None:
        for node in setup.in_order:
            if not session.hand_over(node):
                return  # a document that is cut ends there

    return Policy("load-everything", Role.BASELINE, walk, is_plain=True)


def flat_catalogue(setup: Setup) -> Policy:
    """Every description up front, as hosts show Agent Skills; then whole files by best match.

    It matches the question with the lines that are shown, because a model sees no more of a file
    before it opens it. Where all descriptions take over half of the budget, as hosts do it cuts
    them: to names, and then to as many names as fit.
    """
    fitting = _Catalogue(setup)
    rankings: dict[int, Lexical] = {}

    def walk(case: Case, session: Session) -> None:
        lines = fitting.for_budget(session.budget)
        if session.show("catalogue", "\n".join(lines.values())):
            if lines and session.budget not in rankings:
                rankings[session.budget] = Lexical(lines)
            ranking = rankings.get(session.budget)
            read_in_order(ranking.rank(case.question) if ranking else (), session)

    return Policy("flat-catalogue", Role.BASELINE, walk, is_plain=True)


def flat_perfect(setup: Setup) -> Policy:
    """The same catalogue, read by somebody who always opens the right file."""
    fitting = _Catalogue(setup)

    def walk(case: Case, session: Session) -> None:
        lines = fitting.for_budget(session.budget)
        if session.show("catalogue", "\n".join(lines.values())):
            read_in_order((node for node in _cheapest(setup, case) if node in lines), session)

    return Policy("flat-perfect", Role.BOUND, walk, is_plain=True)


def oracle(setup: Setup) -> Policy:
    """Reads the gold nodes, and nothing else."""

    def walk(case: Case, session: Session) -> None:
        read_in_order(_cheapest(setup, case), session)

    return Policy("oracle", Role.BOUND, walk, is_plain=True)


def _cheapest(setup: Setup, case: Case) -> list[str]:
    """The gold nodes, the cheapest first, so that as many as possible fit."""
    return sorted(case.gold, key=lambda node: (setup.costs[node], node))


class _Catalogue:
    """The fullest catalogue for a budget: node → its line."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._made: dict[int, dict[str, str]] = {}

    def for_budget(self, budget: int) -> dict[str, str]:
        """The lines of the catalogue, in the author's order."""
        if budget not in self._made:
            self._made[budget] = self._fitting(int(budget * CATALOGUE_SHARE))
        return self._made[budget]

    def _fitting(self, most: int) -> dict[str, str]:
        nodes = self._setup.in_order
        described = {node: _line(self._setup, node) for node in nodes}
        if self._cost(described) <= most:
            return described
        names = [(node, f"- {node}") for node in nodes]
        low, high = 0, len(names)
        while low < high:  # the most names that fit
            middle = (low + high + 1) // 2
            if self._cost(dict(names[:middle])) <= most:
                low = middle
            else:
                high = middle - 1
        return dict(names[:low])

    def _cost(self, lines: Mapping[str, str]) -> int:
        return self._setup.counter.count("\n".join(lines.values()))


def _line(setup: Setup, node: str) -> str:
    description = " ".join(setup.graph.nodes[node].description.split())
    return f"- {node}: {description}" if description else f"- {node}"
