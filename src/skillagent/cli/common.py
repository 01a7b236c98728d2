"""What several commands share: the graph and the session."""

from __future__ import annotations

import argparse
import gc
import importlib.resources
from pathlib import Path

from skillagent.cli.interrupted import finish_interrupted
from skillagent.disclosure import DEFAULT_BUDGET, Budget, Toolset
from skillagent.errors import GraphError
from skillagent.graph import Options, SkillGraph
from skillagent.markdown import DIALECTS
from skillagent.tokens import counter_for

BUNDLED = "ml-reproducibility"


def load(arguments: argparse.Namespace) -> SkillGraph:
    """The graph that the command line names."""
    options = Options(dialect=DIALECTS[arguments.dialect], strict=arguments.strict)
    first = arguments.graph or bundled_graph()
    finish_interrupted(first, *arguments.also)
    graph = SkillGraph.load(first, *arguments.also, options=options)
    # This process is ours: the graph stays to its end, so no collection need walk it again.
    gc.freeze()
    return graph


def budget(arguments: argparse.Namespace, *, one_call: bool = False) -> Budget:
    """The command line's budget; by hand, one call may spend all of it."""
    total = DEFAULT_BUDGET if arguments.budget is None else arguments.budget
    per_call = arguments.per_call
    if per_call is None and one_call:
        per_call = total
    return Budget(total, per_call)


def toolset(graph: SkillGraph, arguments: argparse.Namespace, *, one_call: bool = False) -> Toolset:
    """A session with the command line's budget."""
    limits = budget(arguments, one_call=one_call)
    counter = counter_for(arguments.count_for)
    return Toolset(graph, limits, counter=counter, hidden_text=arguments.hidden_text)


def bundled_graph(name: str = BUNDLED) -> Path:
    """The folder of a graph that comes with the package.

    Args:
        name: of the graph.

    Raises:
        GraphError: this installation does not hold it.
    """
    installed = importlib.resources.files("skillagent") / "_plugin" / "skills" / name
    checkout = Path(__file__).parents[3] / "skills" / name
    for folder in (Path(str(installed)), checkout):
        if folder.is_dir():
            return folder
    raise GraphError(f"the bundled graph {name!r} is not installed; name a folder")
