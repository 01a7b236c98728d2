"""Small evals: a graph in a folder, some cases, and what the policies make of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import count
from pathlib import Path

from skillagent.evals.policies.policy import Policy, Role, Setup
from skillagent.evals.policies.table import policies
from skillagent.evals.report import Report, report
from skillagent.evals.running import Eval
from skillagent.evals.session import Session
from skillagent.evals.suite import Case, Suite
from skillagent.graph import SkillGraph
from skillagent.providers import OfflineProvider, Provider
from skillagent.tokens import counter_for


def written(folder: Path, files: Mapping[str, str]) -> Path:
    """The folder, with these files in it: path → text."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def planned(
    folder: Path,
    files: Mapping[str, str],
    cases: Iterable[Case],
    names: Iterable[str] = ("graph",),
    budgets: tuple[int, ...] = (1_000,),
    more: Iterable[Policy] = (),
) -> Eval:
    """An eval of a graph that is written into `folder/graph`."""
    root = written(folder / "graph", files)
    graph = SkillGraph.load(root)
    suite = Suite("small", (str(root),), tuple(cases), budgets, repeats=2).on(graph)
    setup = Setup(graph, suite.cases, counter_for(None), _offline)
    chosen = (*policies(names, (), setup), *more)
    return Eval(suite, setup, chosen, folder / "results", records=False)


def evaluated(plan: Eval) -> Report:
    """What an eval gives."""
    return report(plan, plan.run())


def moody(name: str, node: str) -> Policy:
    """A policy that is sampled: it reads a node every other time."""
    turns = count()

    def walk(case: Case, session: Session) -> None:
        if next(turns) % 2:
            session.read_node(node)

    return Policy(name, Role.OTHER, walk, is_sampled=True)


def _offline(name: str, repeat: int) -> Provider:
    return OfflineProvider()
