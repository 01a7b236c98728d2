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
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from operator import attrgetter

from skillagent.errors import GraphError
from skillagent.graph.logseq import dialect_of
from skillagent.graph.open_root import Folder, OpenRoot
from skillagent.graph.walk import Options, Root, RootFiles, Walker, is_printable
from skillagent.progress import no_progress

RACY_NS = 2_000_000_000
"""Nanoseconds within which two changes may have the same time; some file systems count in steps of
two seconds."""
_NUMBERS = attrgetter("st_mode", "st_size", "st_ino", "st_mtime_ns", "st_ctime_ns")
"""What is kept of the status of a file; see `FileState`."""
_COUNT = 5
"""How many numbers these are."""


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
class FileGroup:
    """Markdown files of one folder. As a root can have 100,000 files, they have no objects."""

    start: str
    """What their paths begin with: the path of the folder with a `/` at its end, or nothing."""
    names: list[str] = field(default_factory=list)
    """The rest of each path, sorted."""
    numbers: list[int] = field(default_factory=list)
    """For each file the same numbers, one file after the other."""

    def files(self) -> Iterator[FileState]:
        """The files one by one."""
        for name, numbers in zip(self.names, by_file(self.numbers), strict=True):
            yield _file_state(self.start + name, *numbers)


def by_file(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    """The numbers of each file of a group."""
    return (numbers[at : at + _COUNT] for at in range(0, len(numbers), _COUNT))


def latest_change(numbers: Sequence[int]) -> int:
    """The latest change of the files of a group, in nanoseconds since 1970; 0 without files."""
    written, changed = numbers[3::_COUNT], numbers[4::_COUNT]
    return max(max(written, default=0), max(changed, default=0))


@dataclass(slots=True)
class FolderState:
    """The state of one root."""

    groups: list[FileGroup] = field(default_factory=list)
    """The Markdown files, in a fixed order."""
    rest: list[str] = field(default_factory=list)
    """Sorted: everything else that decides how the root is loaded."""
    unread: list[FileState] = field(default_factory=list)
    """Files that are no nodes, but from which names of pages are read."""

    @property
    def files(self) -> list[FileState]:
        """The Markdown files, sorted by path."""
        files = (file for group in self.groups for file in group.files())
        return sorted(files, key=lambda file: file.path)

    @property
    def youngest_ns(self) -> int:
        """The latest change of a file, in nanoseconds since 1970; 0 without files."""
        times = [file.changed_ns for file in self.unread]
        times += (latest_change(group.numbers) for group in self.groups)
        return max(times, default=0)


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
        looker = _Looker(opened, contents, hidden)
        looker.walk()
        # Names of pages in Org mode are read from these files.
        org = list(_org_files(opened, contents.others))
    rest = [dialect.settings, *root.folders, *contents.others, *map(str, org)]
    rest += [f"{finding.code} {finding.path}" for finding in contents.diagnostics]
    looker.groups.sort(key=lambda group: (group.start, group.names))
    return FolderState(looker.groups, sorted(rest), org)


def digest_of(states: Sequence[FolderState]) -> str:
    """SHA-256 of the states of all roots, in hexadecimal digits: equal if nothing has changed."""
    whole = hashlib.sha256()
    for state in states:
        for group in state.groups:
            paths = "\0".join((str(len(group.names)), group.start, *group.names, ""))
            whole.update(paths.encode("utf-8", "surrogatepass"))
            whole.update(_packed(group.numbers))
        # A name can have line ends.
        whole.update("\0".join(("", *state.rest, "\0")).encode("utf-8", "surrogatepass"))
    return whole.hexdigest()


class _Looker(Walker):
    """Looks at the files of one root, and reads none."""

    def __init__(self, opened: OpenRoot, contents: RootFiles, hidden: tuple[str, ...]) -> None:
        super().__init__(opened, contents, Options(), "", no_progress, hidden)
        self.groups: list[FileGroup] = []

    def _files(self, folder: Folder, below: str, names: Sequence[str]) -> None:
        if not is_printable(below + "".join(names)):
            for name in names:
                self._check_name(below + name)
        group = FileGroup(below)
        for name in sorted(names):
            try:
                group.numbers += _NUMBERS(folder.status(name))
            except OSError as error:
                self._unread(below + name, error)
            else:
                group.names.append(name)
        if group.names:
            self.groups.append(group)

    def _read(self, parent: Folder | OpenRoot, name: str, relative: str) -> None:
        # The target of a link, which can lie in another folder.
        self.groups.append(FileGroup("", [relative], [*_NUMBERS(parent.status(name))]))


def _file_state(
    path: str, mode: int, size: int, inode: int, written_ns: int, status_ns: int
) -> FileState:
    return FileState(path, max(written_ns, status_ns), (mode, size, inode, written_ns))


def _packed(numbers: list[int]) -> bytes:
    try:
        return array("q", numbers).tobytes()
    except OverflowError:  # some file systems have larger inodes, or later times
        return repr(numbers).encode()


def _org_files(opened: OpenRoot, paths: Iterable[str]) -> Iterator[FileState]:
    for path in paths:
        if path.endswith(".org"):
            with suppress(OSError):
                yield _file_state(path, *_NUMBERS(opened.status(path)))
