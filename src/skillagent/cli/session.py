"""The graph and the toolset that the command line asks for, for several commands."""

from __future__ import annotations

import argparse
import gc
import importlib.resources
from pathlib import Path

from skillagent.cli.declared import declared, named_graph, roots_of
from skillagent.cli.interrupted import finish_interrupted
from skillagent.disclosure import DEFAULT_BUDGET, Budget, Toolset
from skillagent.errors import GraphError
from skillagent.graph import Options, SkillGraph
from skillagent.markdown import DIALECTS
from skillagent.progress import Progress, no_progress
from skillagent.tokens import counter_for

BUNDLED = "examples/ml-reproducibility"
"""The example graph. It is not below `skills`, because hosts list that folder in every session."""
GUIDE = "skills/skillagent"
"""The user guide, which is a graph, too."""


def load(
    arguments: argparse.Namespace, progress: Progress = no_progress, otherwise: str = ""
) -> SkillGraph:
    """Load the graph that the command line names, or those that the project declares.

    Args:
        arguments: the command line.
        progress: receives the progress of loading.
        otherwise: the root if no graph is named or declared; empty raises an error instead.

    Raises:
        UsageError: no graph is named or declared, or the declaration is wrong.
        GraphError: the folder cannot be loaded.
    """
    dialect = DIALECTS[arguments.dialect] if arguments.dialect else None
    options = Options(dialect=dialect, strict=arguments.strict)
    roots = roots_of(arguments, otherwise)
    finish_interrupted(*roots, *arguments.also)
    graph = SkillGraph.load(*roots, *arguments.also, options=options, progress=progress)
    # The graph is kept until this process ends, so the garbage collector need not visit it again.
    gc.freeze()
    return graph


def budget(arguments: argparse.Namespace, *, one_call: bool = False) -> Budget:
    """The budget of the command line, or else the declared one.

    Args:
        arguments: the command line.
        one_call: whether the session is a single call, which may then use the whole budget.
    """
    total = arguments.budget
    if total is None and named_graph(arguments) is None and (declaration := declared()) is not None:
        total = declaration.budget
    if total is None:
        total = DEFAULT_BUDGET
    per_call = arguments.per_call
    if per_call is None and one_call:
        per_call = total
    return Budget(total, per_call)


def toolset(graph: SkillGraph, arguments: argparse.Namespace, *, one_call: bool = False) -> Toolset:
    """A toolset on a graph, with the budget and the counter of the command line."""
    limits = budget(arguments, one_call=one_call)
    counter = counter_for(arguments.count_for)
    return Toolset(graph, limits, counter=counter, hidden_text=arguments.hidden_text)


def bundled_graph(path: str = BUNDLED) -> Path:
    """The folder of a graph that comes with the package.

    Args:
        path: `BUNDLED` or `GUIDE`.

    Raises:
        GraphError: this installation does not contain it.
    """
    installed = importlib.resources.files("skillagent") / "_plugin" / path
    checkout = Path(__file__).parents[3] / path
    for folder in (Path(str(installed)), checkout):
        if folder.is_dir():
            return folder
    raise GraphError(f"the bundled graph {path!r} is not installed; name a folder")
