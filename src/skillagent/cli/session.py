"""What several commands share: the graph and the session."""

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
from skillagent.progress import Progress, untold
from skillagent.tokens import counter_for

BUNDLED = "examples/ml-reproducibility"
"""A graph to try things on. Not below `skills`, which hosts list in every session."""
GUIDE = "skills/skillagent"


def load(
    arguments: argparse.Namespace, progress: Progress = untold, otherwise: str = ""
) -> SkillGraph:
    """The graph that the command line names, or that the project declares.

    Args:
        arguments: of the command line.
        progress: told how far the work has come.
        otherwise: the root where none is named and none is declared.

    Raises:
        SkillAgentError: there is no such graph, or it cannot be loaded.
    """
    dialect = DIALECTS[arguments.dialect] if arguments.dialect else None
    options = Options(dialect=dialect, strict=arguments.strict)
    roots = roots_of(arguments, otherwise)
    finish_interrupted(*roots, *arguments.also)
    graph = SkillGraph.load(*roots, *arguments.also, options=options, progress=progress)
    # This process is ours: the graph stays to its end, so no collection need walk it again.
    gc.freeze()
    return graph


def budget(arguments: argparse.Namespace, *, one_call: bool = False) -> Budget:
    """The command line's budget, else the declared one; by hand, one call may spend all of it."""
    total = arguments.budget
    if total is None and named_graph(arguments) is None and (known := declared()) is not None:
        total = known.budget
    if total is None:
        total = DEFAULT_BUDGET
    per_call = arguments.per_call
    if per_call is None and one_call:
        per_call = total
    return Budget(total, per_call)


def toolset(graph: SkillGraph, arguments: argparse.Namespace, *, one_call: bool = False) -> Toolset:
    """A session with the command line's budget."""
    limits = budget(arguments, one_call=one_call)
    counter = counter_for(arguments.count_for)
    return Toolset(graph, limits, counter=counter, hidden_text=arguments.hidden_text)


def bundled_graph(path: str = BUNDLED) -> Path:
    """The folder of a graph that comes with the package.

    Args:
        path: `BUNDLED` or `GUIDE`.

    Raises:
        GraphError: this installation does not hold it.
    """
    installed = importlib.resources.files("skillagent") / "_plugin" / path
    checkout = Path(__file__).parents[3] / path
    for folder in (Path(str(installed)), checkout):
        if folder.is_dir():
            return folder
    raise GraphError(f"the bundled graph {path!r} is not installed; name a folder")
