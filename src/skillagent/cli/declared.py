"""Which graph a command works on: the one that is named, or what its project declares."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from pathlib import Path

from skillagent.errors import UsageError

GRAPHS_VARIABLE = "SKILLAGENT_GRAPHS"


@dataclass(frozen=True, slots=True)
class Declared:
    """Graphs that need not be named on the command line."""

    roots: tuple[str, ...]
    """Folders, or `name=folder`, as `SkillGraph.load` takes them."""
    budget: int | None
    """Tokens of one session; None for the default."""
    where: str
    """What declares them, as a message names it."""


def declared() -> Declared | None:
    """The graphs of `$SKILLAGENT_GRAPHS`, else those that the project's `skillagent.toml` declares.

    Raises:
        UsageError: the declaration cannot be read.
    """
    named = [path for path in os.environ.get(GRAPHS_VARIABLE, "").split(os.pathsep) if path]
    if named:
        return Declared(tuple(named), None, f"${GRAPHS_VARIABLE}")
    from skillagent import config

    # Some hosts start a plugin's server in the plugin's own folder.
    project = os.environ.get("CLAUDE_PROJECT_DIR") or os.getcwd()
    found = config.find(Path(project))
    return Declared(found.roots, found.budget, str(found.file)) if found else None


def named_graph(arguments: argparse.Namespace) -> str | None:
    """The graph that the command line names; None where it names none.

    Raises:
        UsageError: it names two.
    """
    first: str | None = arguments.graph
    option: str | None = arguments.named_graph
    if first is not None and option is not None:
        raise UsageError(f"two graphs are named, {first!r} and {option!r}; keep one")
    return first if option is None else option


def first_is_no_graph(arguments: argparse.Namespace) -> bool:
    """Whether the first argument, which may be GRAPH, is rather one of those that follow.

    It is where `--graph` names the graph, and where it is no folder but the project declares
    a graph.
    """
    first: str | None = arguments.graph
    if first is None:
        return False
    if arguments.named_graph is not None:
        return True
    return not _is_folder(first) and declared() is not None


def roots_of(arguments: argparse.Namespace, otherwise: str = "") -> tuple[str, ...]:
    """The roots that a command reads: the graph named, else all that are declared.

    Args:
        arguments: of the command line.
        otherwise: the root where none is named and none is declared; empty for an error.

    Raises:
        UsageError: none is named and none is declared.
    """
    if (named := named_graph(arguments)) is not None:
        return (named,)
    if (known := declared()) is not None:
        return known.roots
    if otherwise:
        return (otherwise,)
    raise UsageError(
        'which graph? Put its folder first, or declare it in skillagent.toml: graphs = ["notes"]'
    )


def one_root_of(arguments: argparse.Namespace) -> str:
    """The one root that a command changes.

    Raises:
        UsageError: none is named, and not just one is declared.
    """
    roots = roots_of(arguments)
    if len(roots) > 1:
        known = declared()
        raise UsageError(
            f"which graph? {known.where if known else 'This project'} declares {', '.join(roots)}; "
            "name one with --graph FOLDER"
        )
    return roots[0]


def _is_folder(path: str) -> bool:
    # `name=folder` names a root, too.
    _, equals, folder = path.partition("=")
    return os.path.isdir(path) or bool(equals and os.path.isdir(folder))
