"""The state of a root's files as far as it can be told without reading them.

The rules of `walk` decide which files belong to the root, so that both always agree. A file counts
as unchanged if its size, its times of change, its inode and its mode are the same, as for git. A
file that changed within two seconds of the moment when it was last read may have changed once more
at the same time: git calls it racily clean (Documentation/technical/racy-git.txt), and its digest
has to be compared.

Above: `indexing`. Below: `walk`.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property

from skillagent.errors import GraphError
from skillagent.graph.logseq import dialect_of
from skillagent.graph.open_root import Folder, OpenRoot
from skillagent.graph.walk import Options, Root, RootFiles, Walker
from skillagent.progress import no_progress

RACY_NS = 2_000_000_000
"""Nanoseconds within which two changes may have the same time; some file systems count in steps of
two seconds."""


@dataclass(slots=True)
class FileState:
    """One Markdown file, without its content."""

    path: str
    """Relative to the root, as the system spells it."""
    changed_ns: int
    """The last change of its content or its status, in nanoseconds since 1970; a program can set
    the first of these times, but not the second one."""
    identity: tuple[int, int, int, int]
    """Mode, size in bytes, inode, and the time of the last change of its content."""


@dataclass(slots=True)
class FolderState:
    """The state of one root."""

    files: list[FileState] = field(default_factory=list)
    """Sorted by path."""
    rest: list[str] = field(default_factory=list)
    """Sorted: everything else that decides how the root is loaded."""
    unread: list[FileState] = field(default_factory=list)
    """Files that are no nodes, but from which names of pages are read."""

    @property
    def youngest_ns(self) -> int:
        """The latest change of a file, in nanoseconds since 1970; 0 without files."""
        return max((file.changed_ns for file in (*self.files, *self.unread)), default=0)


def state_of(root: Root, options: Options) -> FolderState:
    """Look at the files of a root.

    Args:
        root: the folder.
        options: how it is loaded.

    Raises:
        GraphError: the root cannot be listed.
    """
    dialect = dialect_of(root, options.dialect)
    contents = RootFiles(root)
    try:
        opened = OpenRoot(root.path)
    except OSError as error:
        raise GraphError(f"{root.path}: {error.strerror}") from error
    hidden = dialect.pages.hidden if dialect.pages else ()
    with opened:
        looker = _Looker(opened, contents, options, "", no_progress, hidden)
        looker.walk()
        # Names of pages in Org mode are read from these files.
        org = list(_org_files(opened, contents.others))
    rest = [dialect.settings, *root.folders, *contents.others, *map(str, org)]
    rest += [f"{finding.code} {finding.path}" for finding in contents.diagnostics]
    looker.files.sort(key=lambda file: file.path)
    return FolderState(looker.files, sorted(rest), org)


def digest_of(states: Sequence[FolderState]) -> str:
    """SHA-256 of the states of all roots, in hexadecimal digits: equal if nothing has changed."""
    whole = hashlib.sha256()
    for state in states:
        lines = [f"{file.path}\0{file.changed_ns}\0{file.identity}" for file in state.files]
        whole.update("\n".join((*lines, "", *state.rest, "\n")).encode("utf-8", "surrogatepass"))
    return whole.hexdigest()


class _Looker(Walker):
    """Looks at the files of one root, and reads none."""

    @cached_property
    def files(self) -> list[FileState]:
        """The files that were looked at so far."""
        return []

    def _read(self, parent: Folder | OpenRoot, name: str, relative: str) -> None:
        self.files.append(_file_state(parent.status(name), relative))


def _file_state(status: os.stat_result, path: str) -> FileState:
    written, changed = status.st_mtime_ns, status.st_ctime_ns
    identity = (status.st_mode, status.st_size, status.st_ino, written)
    return FileState(path, max(written, changed), identity)


def _org_files(opened: OpenRoot, paths: Iterable[str]) -> Iterator[FileState]:
    for path in paths:
        if path.endswith(".org"):
            with suppress(OSError):
                yield _file_state(opened.status(path), path)
