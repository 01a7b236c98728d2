"""The lock that a command compares a graph with, or shows it by: `--lock` and `--frozen`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from skillagent.cli.declared import Declared, declared, named_graph
from skillagent.cli.output import printable
from skillagent.errors import UsageError
from skillagent.graph import Root, SkillGraph
from skillagent.lock import FILE, FrozenView, GraphLock, read_lock, view_of


def lock_file(arguments: argparse.Namespace, graph: SkillGraph) -> Path:
    """The lock file of a graph: the one that the command line names, or else the usual one.

    Raises:
        UsageError: see `lock_path`.
    """
    is_declared = named_graph(arguments) is None and not arguments.also
    return lock_path(arguments.lock, graph.roots, declared() if is_declared else None)


def lock_path(named: str | None, roots: Sequence[Root], declaration: Declared | None) -> Path:
    """The path of a lock file.

    Args:
        named: the path on the command line; None for the usual one.
        roots: the roots of the graph.
        declaration: where the roots are declared; None if the command line names them.

    Raises:
        UsageError: several roots have no usual place for a lock, or `named` lies in a root where
            the lock would be one of the files that it records.
    """
    if named is None:
        if len(roots) == 1:
            return roots[0].path / FILE
        if declaration is None or declaration.folder is None:
            raise UsageError(
                "several roots have no common folder: name their lock with --lock FILE"
            )
        return declaration.folder / FILE
    path = Path(named)
    folder = path.resolve().parent
    for root in roots:
        top = root.path.resolve()
        if folder.is_relative_to(top) and (folder != top or path.name != FILE):
            raise UsageError(
                f"{path}: would be one of the files that it records: call it {FILE} and put it "
                f"into {root.path}, or anywhere outside"
            )
    return path


def frozen_lock(arguments: argparse.Namespace, graph: SkillGraph) -> GraphLock | None:
    """The lock that a session is frozen by; says on standard error how many nodes differ from it.

    Returns:
        None if the command line has neither `--frozen` nor `--lock`.

    Raises:
        UsageError: there is no lock, it cannot be read, or it is of another graph.
    """
    if not arguments.frozen and arguments.lock is None:
        return None
    lock = read_lock(lock_file(arguments, graph))
    view = view_of(graph, lock)
    if isinstance(view, FrozenView) and view.remark:
        print(printable(view.remark), file=sys.stderr)
    return lock
