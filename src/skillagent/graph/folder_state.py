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
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from skillagent.errors import GraphError
from skillagent.graph.ignore_files import Specs
from skillagent.graph.logseq import dialect_of
from skillagent.graph.open_root import BY_DESCRIPTOR, Folder, OpenRoot
from skillagent.graph.walk import Options, Root, RootFiles, Walker
from skillagent.progress import no_progress

RACY_NS = 2_000_000_000
"""Nanoseconds within which two changes may have the same time; some file systems count in steps of
two seconds."""


class FileState(NamedTuple):
    """One Markdown file, without its content."""

    path: str
    """Relative to the root, as the system spells it."""
    written_ns: int
    """The last change of its content, in nanoseconds since 1970."""
    status_ns: int
    """The last change of its content or its status; a program can set the time before, but not this
    one."""
    size: int
    """Bytes on disk."""
    inode: int
    mode: int

    @property
    def changed_ns(self) -> int:
        """The later one of the times."""
        return max(self.written_ns, self.status_ns)


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
        files = (*self.files, *self.unread)
        return max(
            max((file.written_ns for file in files), default=0),
            max((file.status_ns for file in files), default=0),
        )


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
    looker.files.sort()
    return FolderState(looker.files, sorted(rest), org)


def digest_of(states: Sequence[FolderState]) -> str:
    """SHA-256 of the states of all roots, in hexadecimal digits: equal if nothing has changed."""
    whole = hashlib.sha256()
    for state in states:
        # A hundred thousand files are looked at: what is done for each has to be little.
        numbers = chain.from_iterable(file[1:] for file in state.files)
        lines = (*(file.path for file in state.files), "", *state.rest, "\n")
        whole.update("\n".join(lines).encode("utf-8", "surrogatepass"))
        whole.update(array("q", numbers).tobytes())
    return whole.hexdigest()


class _Looker(Walker):
    """Looks at the files of one root, and reads none."""

    @cached_property
    def files(self) -> list[FileState]:
        """The files that were looked at so far."""
        return []

    def _entry(self, folder: Folder, entry: os.DirEntry[str], relative: str, specs: Specs) -> None:
        name = entry.name
        is_usual = name.endswith(".md") and name.isascii() and name.isprintable()
        if not (is_usual and BY_DESCRIPTOR) or specs or self._hidden_paths or entry.is_symlink():
            super()._entry(folder, entry, relative, specs)
            return
        try:
            self.files.append(_file_state(entry.stat(follow_symlinks=False), relative))
        except OSError as error:
            self._unread(relative, error)

    def _read(self, parent: Folder | OpenRoot, name: str, relative: str) -> None:
        self.files.append(_file_state(parent.status(name), relative))


def _file_state(status: os.stat_result, path: str) -> FileState:
    return FileState(
        path,
        status.st_mtime_ns,
        status.st_ctime_ns,
        status.st_size,
        status.st_ino,
        status.st_mode,
    )


def _org_files(opened: OpenRoot, paths: Iterable[str]) -> Iterator[FileState]:
    for path in paths:
        if path.endswith(".org"):
            with suppress(OSError):
                yield _file_state(opened.status(path), path)
