"""Finds the graph of a command: the one that is named, or those that the project declares."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from pathlib import Path

from skillagent.errors import UsageError

GRAPHS_VARIABLE = "SKILLAGENT_GRAPHS"


@dataclass(frozen=True, slots=True)
class Declared:
    """The graphs that a command uses if the command line names none."""

    roots: tuple[str, ...]
    """Folders, or `name=folder`, as for `SkillGraph.load`."""
    budget: int | None
    """Tokens of one session; None means the default."""
    where: str
    """Name of the file or variable that declares them, for messages."""
    record: Path | None = None
    """Folder in which every session is recorded; None for no records."""
    folder: Path | None = None
    """The folder of the file that declares them; None if a variable does."""
    semantic: bool = False
    """Whether they are searched by meaning, too."""
    untrusted: tuple[str, ...] = ()
    """Names of the roots whose texts are marked as data."""


def declared() -> Declared | None:
    """The graphs in `$SKILLAGENT_GRAPHS`, or else those that the project's file declares.

    Returns:
        None if no graph is declared.

    Raises:
        UsageError: the file of the project cannot be read, or is wrong.
    """
    named = [path for path in os.environ.get(GRAPHS_VARIABLE, "").split(os.pathsep) if path]
    if named:
        return Declared(tuple(named), None, f"${GRAPHS_VARIABLE}")
    from skillagent import config

    # Some hosts start the server of a plugin in the plugin's folder, not in the project's.
    project = os.environ.get("CLAUDE_PROJECT_DIR") or os.getcwd()
    declaration = config.find(Path(project))
    if declaration is None or not declaration.graphs:
        return None
    file = declaration.file
    return Declared(
        declaration.roots,
        declaration.budget,
        str(file),
        declaration.record,
        file.parent,
        declaration.semantic,
        declaration.untrusted,
    )


def named_graph(arguments: argparse.Namespace) -> str | None:
    """The graph that the command line names; None if it names no graph.

    Raises:
        UsageError: it names a graph both as an argument and as an option.
    """
    first: str | None = arguments.graph
    option: str | None = arguments.named_graph
    if first is not None and option is not None:
        raise UsageError(f"two graphs are named, {first!r} and {option!r}; keep one")
    return first if option is None else option


def first_is_no_graph(arguments: argparse.Namespace) -> bool:
    """Whether the first argument, which is declared as GRAPH, belongs to the next argument.

    That is the case if `--graph` names the graph, or if the first argument is not a folder and
    the project declares a graph.
    """
    first: str | None = arguments.graph
    if first is None:
        return False
    if arguments.named_graph is not None:
        return True
    return not _is_folder(first) and declared() is not None


def roots_of(arguments: argparse.Namespace, otherwise: str = "") -> tuple[str, ...]:
    """The roots that a command reads: the graph that is named, or all that are declared.

    Args:
        arguments: the command line.
        otherwise: the root if no graph is named or declared; empty raises an error instead.

    Raises:
        UsageError: no graph is named or declared.
    """
    if (named := named_graph(arguments)) is not None:
        return (named,)
    if (declaration := declared()) is not None:
        return declaration.roots
    if otherwise:
        return (otherwise,)
    raise UsageError(
        'which graph? Put its folder first, or declare it in skillagent.toml: graphs = ["notes"]'
    )


def one_root_of(arguments: argparse.Namespace) -> str:
    """The one root that a command changes.

    Raises:
        UsageError: no graph is named, and none or several are declared.
    """
    roots = roots_of(arguments)
    if len(roots) > 1:
        declaration = declared()
        where = declaration.where if declaration else "This project"
        raise UsageError(
            f"which graph? {where} declares {', '.join(roots)}; name one with --graph FOLDER"
        )
    return roots[0]


def _is_folder(path: str) -> bool:
    # A root can also be written as `name=folder`.
    _, equals, folder = path.partition("=")
    return os.path.isdir(path) or bool(equals and os.path.isdir(folder))
