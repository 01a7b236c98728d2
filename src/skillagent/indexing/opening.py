"""Opens the stored index of a graph; where the files have changed since, builds it again.

One process builds at a time; the others wait for it, and then open what it wrote. Whatever goes
wrong with the file of the index, the graph is still opened: the file can be made again at any time.

Above: `cli`, `mcp_server`. Below: `place`, `store`, `disclosure`.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from skillagent.errors import DamagedIndexError, StoredIndexError
from skillagent.graph.folder_state import RACY_NS
from skillagent.graph.walk import Options, Root, read_file, roots_of
from skillagent.indexing.looking import Looked, is_judged_today, is_of_this_version, look
from skillagent.indexing.place import IndexPlace
from skillagent.progress import Progress, no_progress
from skillagent.store.graph_files import GraphFiles
from skillagent.store.overlaid_rows import OverlaidRows, opened_rows
from skillagent.store.protocol import GraphView
from skillagent.store.rows import Kind
from skillagent.store.sqlite_rows import SqliteRows
from skillagent.store.stored_values import About, unpack_head
from skillagent.store.stored_view import StoredView

if TYPE_CHECKING:
    from skillagent.indexing.partition import Workers

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
    faulty: int = 0
    """How many files could not be read as they were meant; see `SkillGraph.faulty`."""
    is_new: bool = False
    """Whether the index was built, or brought up to date, just now."""


def open_graph(
    roots: Sequence[str | os.PathLike[str] | Root],
    options: Options | None = None,
    *,
    folder: Path | None = None,
    after: StoredIndexError | None = None,
    progress: Progress = no_progress,
    workers: Workers | None = None,
) -> Opened:
    """Open a graph by its index, which is built first if the files have changed.

    Args:
        roots: the folders, as for `SkillGraph.load`.
        options: how the graph is loaded.
        folder: where indexes are kept; None for the user's cache folder.
        after: the error of a view of this index, which is opened again because of it; None for
            none.
        progress: receives how far building is.
        workers: start workers that read the files of a new index, too; they must have the files at
            the same paths. None for this process alone.

    Raises:
        GraphError: a root does not exist, is not a folder or cannot be listed.
        UsageError: no root was given, or two have the same name.
    """
    # The process may change its folder while the view is used.
    places = [replace(root, path=root.path.absolute()) for root in roots_of(roots)]
    opening = _Opening(places, options or Options(), folder, progress, workers)
    return opening.open(after)


def kept_graph(
    roots: Sequence[Root], options: Options, *, folder: Path | None = None
) -> StoredView | None:
    """Open the index of a graph as it was left, whether files have changed since or not.

    Args:
        roots: the folders, each with its name.
        options: how the graph is loaded.
        folder: where indexes are kept; None for the user's cache folder.

    Returns:
        None if there is no index of this version that can be read.
    """
    try:
        place = IndexPlace.of(roots, options, folder)
        view = StoredView(opened_rows(place.path, place.changes), GraphFiles(roots, options))
        return view if is_of_this_version(view.about.state) else None
    except (OSError, DamagedIndexError):
        return None


class _Opening:
    """Opens one graph."""

    def __init__(
        self,
        roots: Sequence[Root],
        options: Options,
        folder: Path | None,
        progress: Progress,
        workers: Workers | None,
    ) -> None:
        self._roots, self._options, self._progress = roots, options, progress
        self._workers = workers
        self._files = GraphFiles(roots, options)
        self._place = IndexPlace.of(roots, options, folder)
        self._remark = ""

    def open(self, after: StoredIndexError | None) -> Opened:
        if isinstance(after, DamagedIndexError):
            self._put_aside(after)
        stamp = self._place.stamp()
        looked = look(self._roots, self._options)
        if view := self._stored(looked):
            return self._opened(view)
        try:
            self._place.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _locked(self._place.lock):
                if self._place.stamp() != stamp:
                    # Another process has built it while this one waited.
                    looked = look(self._roots, self._options)
                    if view := self._stored(looked):
                        return self._opened(view)
                return self._built(looked)
        except OSError as error:
            reason = error.strerror or str(error)
            remark = (
                f"{self._place.path}: {reason}: no index is kept, the graph is loaded each time"
            )
            return self._loaded(remark)

    def _loaded(self, remark: str) -> Opened:
        from skillagent.graph import SkillGraph
        from skillagent.store.memory import MemoryView

        graph = SkillGraph.load(*self._roots, options=self._options, progress=self._progress)
        return Opened(MemoryView(graph), remark, faulty=graph.faulty, is_new=True)

    def _opened(self, view: StoredView, *, is_new: bool = False) -> Opened:
        return Opened(view, self._remark, self._place.path, view.about.faulty, is_new)

    def _stored(self, looked: Looked) -> StoredView | None:
        """The stored index, if it is up to date."""
        try:
            rows = opened_rows(self._place.path, self._place.changes)
        except OSError:  # no index yet, or its folder cannot be read
            return None
        except DamagedIndexError as error:
            self._put_aside(error)
            return None
        try:
            view = StoredView(rows, self._files)
            if self._is_of_today(view.about, looked) and self._is_certain(rows, looked):
                return view
        except DamagedIndexError as error:
            self._put_aside(error)
        rows.close()
        return None

    def _is_of_today(self, about: About, looked: Looked) -> bool:
        """Whether it was made of these files, and its dates were compared with this day."""
        return about.state == looked.state and is_judged_today(about.judged_on, self._options)

    def _is_certain(self, rows: SqliteRows | OverlaidRows, looked: Looked) -> bool:
        """Compare the digests of files that changed about when the index looked at them."""
        # The time of the file of the index is the time at which the files were looked at.
        certain_ns = rows.path.stat().st_mtime_ns - RACY_NS
        if all(state.youngest_ns < certain_ns for state in looked.states):
            return True
        from skillagent.indexing.folder_rows import changes_of

        changes = changes_of(rows, looked, certain_ns)
        if changes is None:
            return False
        for file in changes.files:
            source = read_file(self._roots[file.root], file.path, self._options)
            value = rows.get(Kind.HEAD, file.number)
            if not source or not value or unpack_head(value).digest != source.digest:
                return False
        with contextlib.suppress(OSError):
            os.utime(rows.path, ns=(looked.at_ns, looked.at_ns))
        return True

    def _built(self, looked: Looked) -> Opened:
        # Imported late: most processes find an index that is up to date.
        from skillagent.indexing.building import update

        try:
            if not update(self._place, self._roots, self._options, looked):
                self._build(looked)
        except DamagedIndexError as error:  # in the index that is replaced
            self._put_aside(error)
            self._build(looked)
        rows = opened_rows(self._place.path, self._place.changes)
        return self._opened(StoredView(rows, self._files), is_new=True)

    def _build(self, looked: Looked) -> None:
        from skillagent.indexing.building import build
        from skillagent.indexing.partition import no_workers

        workers = self._workers or no_workers
        build(self._place, self._roots, self._options, looked, self._progress, workers)

    def _put_aside(self, error: DamagedIndexError) -> None:
        with contextlib.suppress(OSError):
            os.replace(self._place.path, self._place.damaged)
            self._place.changes.unlink(missing_ok=True)
        self._remark = f"{error}; it was put aside, and the index is built again"


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
