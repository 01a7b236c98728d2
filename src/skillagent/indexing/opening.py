"""Opens the stored index of a graph; where the files have changed since, builds it again.

One process builds at a time; the others wait for it, and then open what it wrote. Whatever goes
wrong with the file of the index, the graph is still opened: the file can be made again at any time.

Above: `cli`, `mcp_server`. Below: `place`, `store`, `disclosure`.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from skillagent import __version__
from skillagent.errors import DamagedIndexError
from skillagent.graph import Options, Root, SkillGraph
from skillagent.graph.folder_state import RACY_NS, FolderState, digest_of, state_of
from skillagent.graph.source_file import safe_path
from skillagent.graph.walk import read_file, roots_of
from skillagent.indexing.costs import costs_of
from skillagent.indexing.place import IndexPlace
from skillagent.progress import Progress, no_progress
from skillagent.store import GraphView, MemoryView, StoredView
from skillagent.store.earlier_rows import EarlierRows
from skillagent.store.graph_rows import graph_rows
from skillagent.store.rows import Kind
from skillagent.store.sqlite_rows import SqliteRows, write_rows
from skillagent.store.stored_values import unpack_head
from skillagent.store.stored_view import GraphFiles

LOCK_SECONDS = 600.0
"""Seconds for which a process waits for another one that builds the same index."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A graph that can be shown."""

    view: GraphView
    """A `StoredView`; a `MemoryView` if no index can be kept."""
    remark: str = ""
    """One line for a person, if something was wrong with the stored index; else empty."""
    path: Path | None = None
    """The file of the index; None if none can be kept."""
    is_new: bool = False
    """Whether the index was built just now."""


def open_graph(
    roots: Sequence[str | os.PathLike[str] | Root],
    options: Options | None = None,
    *,
    folder: Path | None = None,
    progress: Progress = no_progress,
) -> Opened:
    """Open a graph by its index, which is built first if the files have changed.

    Args:
        roots: the folders, as for `SkillGraph.load`.
        options: how the graph is loaded.
        folder: where indexes are kept; None for the user's cache folder.
        progress: receives how far building is.

    Raises:
        GraphError: a root does not exist, is not a folder or cannot be listed.
        UsageError: no root was given, or two have the same name.
    """
    return _Opening(roots_of(roots), options or Options(), folder, progress).open()


class _Opening:
    """Opens one graph."""

    def __init__(
        self, roots: Sequence[Root], options: Options, folder: Path | None, progress: Progress
    ) -> None:
        self._roots, self._options, self._progress = roots, options, progress
        self._files = GraphFiles(roots, options)
        self._place = IndexPlace.of(roots, options, folder)
        self._remark = ""

    def open(self) -> Opened:
        if view := self._stored():
            return Opened(view, self._remark, self._place.path)
        try:
            self._place.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _locked(self._place.lock):
                # Another process may have built it while this one waited.
                if view := self._stored():
                    return Opened(view, self._remark, self._place.path)
                return self._built()
        except OSError as error:
            # The graph is loaded anew, because only a complete index leaves out nothing.
            reason = error.strerror or str(error)
            remark = (
                f"{self._place.path}: the index cannot be kept: {reason}; it is made anew each time"
            )
            return Opened(MemoryView(self._load()), remark, is_new=True)

    def _load(self) -> SkillGraph:
        return SkillGraph.load(*self._roots, options=self._options, progress=self._progress)

    def _stored(self) -> StoredView | None:
        """The stored index, if it is up to date."""
        try:
            looked_ns = time.time_ns()
            states = [state_of(root, self._options) for root in self._roots]
            rows = SqliteRows(self._place.path)
        except FileNotFoundError:
            return None
        except DamagedIndexError as error:
            self._put_aside(error)
            return None
        try:
            if self._is_current(rows, states, looked_ns):
                return StoredView(rows, self._files)
        except DamagedIndexError as error:
            self._put_aside(error)
        rows.close()
        return None

    def _is_current(self, rows: SqliteRows, states: Sequence[FolderState], looked_ns: int) -> bool:
        about = StoredView(rows, self._files).about
        if about["state"] != made_of(states):
            return False
        day = about["judged_on"]
        if day and not self._options.today and day != datetime.now(UTC).date().isoformat():
            return False
        return self._is_certain(rows, states, looked_ns)

    def _is_certain(self, rows: SqliteRows, states: Sequence[FolderState], looked_ns: int) -> bool:
        """Compare the digests of files that changed about when the index looked at them."""
        # The time of the file of the index is the time at which the files were looked at.
        certain_ns = rows.path.stat().st_mtime_ns - RACY_NS
        if all(state.youngest_ns < certain_ns for state in states):
            return True
        digests: dict[tuple[str, str], str] = {}
        for _, value in rows.every(Kind.HEAD):
            head = unpack_head(value)
            digests[head.root, head.path] = head.digest
        for root, state in zip(self._roots, states, strict=True):
            name = root.name if len(self._roots) > 1 else ""
            for file in state.files:
                if file.changed_ns < certain_ns:
                    continue
                source = read_file(root, file.path, self._options)
                kept = digests.get((name, file.path)) or digests.get((name, safe_path(file.path)))
                if source is None or source.digest != kept:
                    return False
        with contextlib.suppress(OSError):
            os.utime(rows.path, ns=(looked_ns, looked_ns))
        return True

    def _built(self) -> Opened:
        looked_ns = time.time_ns()
        states = [state_of(root, self._options) for root in self._roots]
        graph = self._load()
        rows = graph_rows(
            graph,
            costs_of(graph),
            made_of(states),
            earlier=self._earlier(graph),
            progress=self._progress,
        )
        write_rows(self._place.path, rows)
        os.utime(self._place.path, ns=(looked_ns, looked_ns))
        view = StoredView(SqliteRows(self._place.path), self._files)
        return Opened(view, self._remark, self._place.path, is_new=True)

    def _earlier(self, graph: SkillGraph) -> EarlierRows | None:
        """What the index that is replaced knows of files that have not changed."""
        try:
            rows = SqliteRows(self._place.path)
            about = StoredView(rows).about
            is_same = str(about["state"]).startswith(f"{__version__} ")
            return EarlierRows(rows, about, graph) if is_same else None
        except FileNotFoundError:
            return None
        except DamagedIndexError as error:
            self._put_aside(error)
            return None

    def _put_aside(self, error: DamagedIndexError) -> None:
        with contextlib.suppress(OSError):
            os.replace(self._place.path, self._place.damaged)
        self._remark = f"{error}; it was put aside, and the index is built again"


def made_of(states: Sequence[FolderState]) -> str:
    """What an index is made of: the files, and the version of what reads them."""
    return f"{__version__} {digest_of(states)}"


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Lock a file while an index is built. Where files cannot be locked, two may be built."""
    from filelock import FileLock, Timeout

    lock = FileLock(path, timeout=LOCK_SECONDS)
    try:
        lock.acquire()
    except (Timeout, NotImplementedError):
        yield
        return
    try:
        yield
    finally:
        lock.release()
