"""Finds the graph that a run read: in its folder, in the record, or in git.

Above: `cli`, `verify`. Below: `runs`, `graph`.
"""

from __future__ import annotations

import io
import re
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import SubprocessError

from skillagent.environment.git_state import git_output, repository_above
from skillagent.errors import SkillAgentError, UsageError
from skillagent.files.regular import read_regular
from skillagent.graph import Options, Root, SkillGraph
from skillagent.lock import FILE, read_lock, view_of
from skillagent.runs import RunRecord
from skillagent.runs.graph_identity import GraphIdentity
from skillagent.runs.node_copy import NODES, restore
from skillagent.store import GraphView

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_SECONDS = 60
"""How long git may take to pack a commit."""


@dataclass(frozen=True, slots=True)
class GraphAtHand:
    """A graph for a replay."""

    view: GraphView
    source: str
    """Where it comes from, in words."""
    is_recorded: bool
    """Whether its root is the recorded one."""
    now: SkillGraph | None
    """The graph in its folder; None if nobody knows the folder."""
    present: GraphView | None
    """The same, frozen as the run was; None likewise."""


@contextmanager
def graph_at_hand(
    record: RunRecord, roots: Sequence[str], options: Options, lock: Path | None = None
) -> Iterator[GraphAtHand]:
    """The recorded graph if it is at hand, otherwise its present state.

    Tried in this order: the folders as they are, the copy in the record (`--with-nodes`), the
    recorded commit of the repository that contains the folder. A copy lies in a temporary folder,
    which is removed when the block ends.

    Args:
        record: the record.
        roots: folders of the graph, as `SkillGraph.load` takes them; empty if nobody knows them.
        options: how it is loaded.
        lock: the lock by which the run was frozen; None looks in the usual places.

    Raises:
        GraphError: a folder cannot be loaded.
        UsageError: the graph is nowhere to be found, or the lock is another one.
    """
    wanted = record.manifest.inputs.graph_root
    now = load_recorded(record, roots, options) if roots else None
    present = frozen_as_recorded(record, now, lock) if now is not None else None
    if present is not None and GraphIdentity.of(present).root == wanted:
        yield GraphAtHand(present, "as it is now", is_recorded=True, now=now, present=present)
        return
    with tempfile.TemporaryDirectory(prefix="skillagent-") as folder:
        for source, graph in _earlier(record, roots, Path(folder), options):
            view = view_of(graph)
            if GraphIdentity.of(view).root == wanted:
                yield GraphAtHand(view, source, is_recorded=True, now=now, present=present)
                return
        if present is None:
            raise UsageError(
                f"{record.folder}: which graph did it read? Name its folder with --graph"
            )
        source = "as it is now, which is not as recorded"
        yield GraphAtHand(present, source, is_recorded=False, now=now, present=present)


def load_recorded(record: RunRecord, roots: Sequence[str], options: Options) -> SkillGraph:
    """Load the graph of a record from its folders, under the recorded names.

    The name of a graph is in the system prompt, and it would be that of the folder otherwise.

    Args:
        record: the record.
        roots: folders of the graph, as `SkillGraph.load` takes them.
        options: how it is loaded.

    Raises:
        GraphError: a folder cannot be loaded.
    """
    names = record.manifest.observed.get("names")
    if not isinstance(names, list) or len(names) != len(roots):
        return SkillGraph.load(*roots, options=options)
    paths = [Root.parse(root).path for root in roots]
    named = [Root(path, str(name)) for path, name in zip(paths, names, strict=True)]
    return SkillGraph.load(*named, options=options)


def frozen_as_recorded(
    record: RunRecord, graph: SkillGraph, lock_file: Path | None = None
) -> GraphView:
    """The view of a graph in its folder, frozen by the lock of a run if that is at hand.

    Args:
        record: the record of the run; if it was not frozen, the view shows everything.
        graph: the graph.
        lock_file: the lock by which it was frozen; None looks in the usual places.

    Raises:
        UsageError: that lock cannot be read, or the run was frozen by another one.
    """
    wanted = record.manifest.inputs.frozen
    if wanted and lock_file is not None:
        lock = read_lock(lock_file)
        if lock.root != wanted:
            raise UsageError(f"{lock_file}: the run was frozen by another lock, with root {wanted}")
        return view_of(graph, lock)
    for path in _usual_locks(graph) if wanted else ():
        with suppress(SkillAgentError):
            if (lock := read_lock(path)).root == wanted:
                return view_of(graph, lock)
    return view_of(graph)


def _usual_locks(graph: SkillGraph) -> Iterator[Path]:
    """Where the lock of a graph may be: in its folder, or in the one that declares its roots."""
    folder = graph.roots[0].path.resolve()
    yield folder / FILE
    yield from (above / FILE for above in folder.parents)


def _earlier(
    record: RunRecord, roots: Sequence[str], folder: Path, options: Options
) -> Iterator[tuple[str, SkillGraph]]:
    """Earlier states of the graph that can be loaded, each with its source in words."""
    with suppress(SkillAgentError, OSError):
        if copied := _copied(record, folder / "copy"):
            yield "the copy in the record", copied
    with suppress(SkillAgentError, OSError, ValueError, tarfile.TarError, SubprocessError):
        if committed := _committed(record, roots, folder / "commit", options):
            yield "the recorded commit", committed


def _copied(record: RunRecord, folder: Path) -> SkillGraph | None:
    path = record.folder / NODES
    if not path.is_file():
        return None
    folder.mkdir()
    return restore(read_regular(path), folder)


def _committed(
    record: RunRecord, roots: Sequence[str], folder: Path, options: Options
) -> SkillGraph | None:
    """The graph at the recorded commit; None if git does not have it."""
    git = record.manifest.environment.get("git")
    if not isinstance(git, dict) or len(roots) != 1:
        return None
    commit = str(git.get("commit"))
    if not _COMMIT.fullmatch(commit):
        return None  # git would take another text for an option, and a record may be a stranger's
    root = Path(roots[0]).resolve()
    top = repository_above(root)
    if top is None:
        return None
    path = root.relative_to(top).as_posix()
    packed = git_output(top, _SECONDS, "archive", "--format=tar", commit, "--", path)
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return load_recorded(record, (str(folder / path),), options)
