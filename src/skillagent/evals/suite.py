"""A suite: questions about a graph, with the nodes that answer them.

Above: everything in `evals`. Below: `checks`. `suite_file` reads a suite from YAML.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from skillagent.errors import ResolveError, UsageError
from skillagent.evals.checks import Check, Judged
from skillagent.graph import SkillGraph

BUDGETS = (1_000, 2_000, 4_000, 8_000)
"""The budgets of a suite that names none, in tokens."""
POLICIES = ("load-everything", "flat-catalogue", "bm25-top-k", "bm25-fused", "graph")
"""The policies of a suite that names none."""


@dataclass(frozen=True, slots=True)
class Case:
    """One question, and what a good run of it reads and answers."""

    id: str
    question: str
    gold: tuple[str, ...] = ()
    """Ids of the nodes that are all needed for an answer; none if nothing should answer it."""
    distractors: tuple[str, ...] = ()
    """Ids of nodes that are close to the question, and do not answer it."""
    tags: tuple[str, ...] = ()
    """Groups for which figures are given, too, such as `two-hop`."""
    checks: tuple[Check, ...] = ()
    """What the text of an answer must fulfil."""
    line: int = 0
    """Line in the file of the suite; 0 if it has none."""

    @property
    def is_answerable(self) -> bool:
        return bool(self.gold)

    @property
    def half(self) -> int:
        """0 or 1: the half of the suite that the case is in, by the SHA-256 of its question.

        What is tuned on one half is reported on the other one.
        """
        return hashlib.sha256(self.question.encode()).digest()[-1] % 2


@dataclass(frozen=True, slots=True)
class Suite:
    """Cases about one graph, and how they are run."""

    name: str
    roots: tuple[str, ...]
    """Folders of the graph, as for `SkillGraph.load`."""
    cases: tuple[Case, ...]
    budgets: tuple[int, ...] = BUDGETS
    """Budgets in tokens, ascending. Each case is run in each of them."""
    policies: tuple[str, ...] = POLICIES
    models: tuple[str, ...] = ()
    """Models for the policy `llm`."""
    judge: str = ""
    """The model that judges answers; empty if no case needs one."""
    repeats: int = 1
    """How often a model is asked each question in each budget."""
    seed: int = 0
    """Seed of everything random: intervals, and models that take one, which get this seed plus the
    number of the repeat, less 1."""
    allows_leaks: bool = False
    """Whether questions may quote the titles of the nodes that answer them."""
    file: Path | None = None

    @property
    def answerable(self) -> tuple[Case, ...]:
        return tuple(case for case in self.cases if case.is_answerable)

    @property
    def unanswerable(self) -> tuple[Case, ...]:
        return tuple(case for case in self.cases if not case.is_answerable)

    @property
    def tags(self) -> tuple[str, ...]:
        """All tags, in the order of the cases."""
        return tuple(dict.fromkeys(tag for case in self.cases for tag in case.tags))

    def on(self, graph: SkillGraph) -> Suite:
        """The suite with ids in place of titles and aliases.

        Args:
            graph: the graph of the suite.

        Raises:
            UsageError: a case names no node of the graph, or several.
        """
        cases = tuple(
            replace(
                case,
                gold=self._ids(graph, case, case.gold),
                distractors=self._ids(graph, case, case.distractors),
            )
            for case in self.cases
        )
        return replace(self, cases=cases)

    def about(self, roots: Sequence[str]) -> Suite:
        """The suite about another graph.

        Args:
            roots: its folders, as for `SkillGraph.load`; the suite's own if there are none.
        """
        return replace(self, roots=tuple(map(os.path.normpath, roots))) if roots else self

    @property
    def rubrics(self) -> int:
        """Number of checks that need a judge."""
        return sum(isinstance(check, Judged) for case in self.cases for check in case.checks)

    def without_rubrics(self) -> Suite:
        """The suite without the checks that need a judge."""
        cases = (
            replace(case, checks=tuple(c for c in case.checks if not isinstance(c, Judged)))
            for case in self.cases
        )
        return replace(self, cases=tuple(cases))

    def error(self, case: Case, text: str) -> UsageError:
        """An error about a case, which names its line."""
        place = f"{self.file}:{case.line}: " if self.file and case.line else ""
        return UsageError(f"{place}case {case.id!r}: {text}")

    def _ids(self, graph: SkillGraph, case: Case, names: Iterable[str]) -> tuple[str, ...]:
        try:
            return tuple(dict.fromkeys(graph.find(name).id for name in names))
        except ResolveError as error:
            raise self.error(case, str(error)) from None
