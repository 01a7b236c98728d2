"""The graph and the toolset that the command line asks for, for several commands."""

from __future__ import annotations

import argparse
import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from skillagent.cli.declared import declared, named_graph, roots_of
from skillagent.cli.interrupted import finish_interrupted
from skillagent.cli.output import printable
from skillagent.disclosure import DEFAULT_BUDGET, Budget, Toolset
from skillagent.errors import GraphError, StoredIndexError
from skillagent.graph.walk import Options
from skillagent.graph.walk import roots_of as roots_in_order
from skillagent.progress import Progress, no_progress
from skillagent.tokens import counter_for

if TYPE_CHECKING:
    from concurrent.futures import Executor
    from contextlib import AbstractContextManager

    from skillagent.graph import SkillGraph
    from skillagent.indexing import Opened
    from skillagent.indexing.partition import Workers
    from skillagent.store import GraphView

BUNDLED = "examples/ml-reproducibility"
"""The example graph. It is not below `skills`, because hosts list that folder in every session."""
GUIDE = "skills/skillagent"
"""The user guide, which is a graph, too."""


def opened(
    arguments: argparse.Namespace,
    progress: Progress = no_progress,
    after: StoredIndexError | None = None,
    workers: Workers | None = None,
) -> Opened:
    """Open the graph that the command line names, or that the project declares, by its index.

    Args:
        arguments: the command line.
        progress: receives how far building the index is.
        after: the error of a view of this index; see `open_graph`.
        workers: read the files of a new index; None for processes of this machine.

    Raises:
        UsageError: no graph is named or declared, or the declaration is wrong.
        GraphError: the folder cannot be loaded.
    """
    from skillagent.indexing import open_graph

    roots = roots_of(arguments)
    finish_interrupted(*roots, *arguments.also)
    options = options_of(arguments)
    graph = open_graph(
        (*roots, *arguments.also),
        options,
        after=after,
        progress=progress,
        workers=workers or _local_workers,
    )
    if graph.remark:
        print(printable(graph.remark), file=sys.stderr)
    tell_faults(graph.faulty)
    if not len(graph.view.ids):
        print(f"{graph.view.name}: no Markdown file was found", file=sys.stderr)
    return graph


def tell_faults(files: int) -> None:
    """Say how many files of a graph could not be read as they were meant, if any."""
    if files:
        which = "a file" if files == 1 else f"{files} files"
        remedy = "`skillagent check` with the same folder says what is wrong"
        print(f"{which} could not be read as meant: {remedy}", file=sys.stderr)


def _local_workers(files: int) -> AbstractContextManager[Executor | None]:
    # Imported late: most commands find an index that is up to date.
    from skillagent.cli.workers import local_workers

    return local_workers(files)


def needs_loading(arguments: argparse.Namespace) -> bool:
    """Whether the command line asks for what a stored index does not answer."""
    return arguments.frozen or arguments.lock is not None or is_semantic(arguments)


def options_of(arguments: argparse.Namespace) -> Options:
    """How the command line says to load a graph."""
    if not arguments.dialect:
        return Options(strict=arguments.strict)
    from skillagent.markdown import DIALECTS

    return Options(dialect=DIALECTS[arguments.dialect], strict=arguments.strict)


def graph_folders(arguments: argparse.Namespace) -> list[Path]:
    """The folders of the graph that the command line names, or that the project declares.

    Raises:
        UsageError: no graph is named or declared, or the declaration is wrong.
        GraphError: a root is not a folder.
    """
    roots = roots_in_order((*roots_of(arguments), *arguments.also))
    return [root.path for root in roots]


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
    from skillagent.graph import SkillGraph

    roots = roots_of(arguments, otherwise)
    finish_interrupted(*roots, *arguments.also)
    options = options_of(arguments)
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


def toolset(
    graph: SkillGraph | GraphView, arguments: argparse.Namespace, *, one_call: bool = False
) -> Toolset:
    """A toolset on a graph, with the budget and the counter of the command line.

    Args:
        graph: a loaded graph if the command line asks for what `needs_loading`.
        arguments: the command line.
        one_call: whether the session is a single call, which may then use the whole budget.
    """
    limits = budget(arguments, one_call=one_call)
    counter = counter_for(arguments.count_for)
    lock = None
    if arguments.frozen or arguments.lock is not None:
        from skillagent.cli.lock_option import frozen_lock
        from skillagent.graph import SkillGraph

        lock = frozen_lock(arguments, graph) if isinstance(graph, SkillGraph) else None
    return Toolset(
        graph,
        limits,
        counter=counter,
        hidden_text=arguments.hidden_text,
        lock=lock,
        semantic=is_semantic(arguments),
        untrusted=untrusted_roots(arguments),
    )


def is_semantic(arguments: argparse.Namespace) -> bool:
    """Whether the graph is searched by meaning, too: by the command line, or as declared."""
    if arguments.semantic is not None:
        return bool(arguments.semantic)
    declaration = declared() if named_graph(arguments) is None else None
    return declaration is not None and declaration.semantic


def untrusted_roots(arguments: argparse.Namespace) -> tuple[str, ...]:
    """Names of the roots that are not trusted: by the command line, and as declared."""
    declaration = declared() if named_graph(arguments) is None else None
    return (*arguments.untrusted, *(declaration.untrusted if declaration else ()))


def build_index(toolset: Toolset, progress: Progress) -> None:
    """Build the search index of a session's graph, which its first query would build otherwise.

    Args:
        toolset: the session.
        progress: receives how far it is.
    """
    from skillagent.store import MemoryView

    if isinstance(toolset.graph, MemoryView):
        toolset.graph.build_index(progress)


def bundled_graph(path: str = BUNDLED) -> Path:
    """The folder of a graph that comes with the package.

    Args:
        path: `BUNDLED` or `GUIDE`.

    Raises:
        GraphError: this installation does not contain it.
    """
    import importlib.resources

    installed = importlib.resources.files("skillagent") / "_plugin" / path
    checkout = Path(__file__).parents[3] / path
    for folder in (Path(str(installed)), checkout):
        if folder.is_dir():
            return folder
    raise GraphError(f"the bundled graph {path!r} is not installed; name a folder")
