"""Open files of a root, so that nothing outside the root is ever read.

Between the check of a path and its use, another process can replace a folder on the path by a
link that leads elsewhere. Therefore a root is opened once, and each folder and file below it is
opened from its parent folder, by name, and never through a link. A link is resolved first, and
its target is opened in the same way. If the system cannot open a file from an open folder
(Windows), the whole path is opened, and refused unless it then leads to the same file without
any link.

Above: `walk`. Below: nothing.
"""

from __future__ import annotations

import errno
import os
import stat
from io import FileIO
from typing import Protocol

BY_DESCRIPTOR = os.open in os.supports_dir_fd and os.scandir in os.supports_fd
"""True if the system can open a file from an open folder."""
# Opening a pipe or a device could block for ever: it is opened without waiting, then refused.
_FILE = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_FOLDER = _FILE | getattr(os, "O_DIRECTORY", 0)
_IS_LINK = {errno.ELOOP, errno.EMLINK, errno.ENOTDIR}
"""The errors with which systems refuse to follow a link."""
OUTSIDE = "it lies outside the root"


class Folder(Protocol):
    """One open folder."""

    def entries(self) -> list[os.DirEntry[str]]:
        """Its entries. Raises OSError."""

    def folder(self, name: str) -> Folder:
        """Open a folder in it. Raises OSError: there is none, or it is a link."""

    def file(self, name: str) -> FileIO:
        """Open a regular file in it. Raises OSError: there is none, or it is a link."""

    def status(self, name: str) -> os.stat_result:
        """Size and times of a regular file in it, without opening it. Raises OSError as `file`."""

    def close(self) -> None:
        """Close it."""


class OpenRoot:
    """One open root; a context manager.

    Args:
        path: the folder; links on the path to it are followed.

    Raises:
        OSError: the folder cannot be opened.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.top = _real(path)
        """Absolute path of the root, without links."""
        self._root: Folder = (
            _DescriptorFolder(os.open(self.top, _FOLDER))
            if BY_DESCRIPTOR
            else _PathFolder(self.top)
        )
        self._last: tuple[str, Folder] = ("", self._root)
        """The last folder stays open, because the next file is usually in it too."""

    def __enter__(self) -> OpenRoot:
        return self

    def __exit__(self, *error: object) -> None:
        self._keep("", self._root)
        self._root.close()

    def folder(self, path: str) -> Folder:
        """Open a folder of the root; the caller closes it.

        Args:
            path: relative, `/`-separated, without `..`; empty for the root itself.

        Raises:
            OSError: there is none, or a link is on the way.
        """
        above, _, name = path.rpartition("/")
        return self._down_to(above).folder(name or ".")

    def file(self, path: str) -> FileIO:
        """Open a regular file of the root for reading.

        Args:
            path: relative, `/`-separated, without `..`, as `resolve` returns it.

        Raises:
            OSError: there is none, or a link is on the way.
        """
        above, _, name = path.rpartition("/")
        return self._down_to(above).file(name)

    def status(self, path: str) -> os.stat_result:
        """Size and times of a regular file of the root, without opening it; see `file`."""
        above, _, name = path.rpartition("/")
        return self._down_to(above).status(name)

    def _down_to(self, path: str) -> Folder:
        if path != self._last[0]:
            self._keep("", self._root)
            for name in path.split("/") if path else ():
                above, folder = self._last
                self._keep(f"{above}/{name}" if above else name, folder.folder(name))
        return self._last[1]

    def _keep(self, path: str, folder: Folder) -> None:
        if self._last[1] is not self._root:
            self._last[1].close()
        self._last = (path, folder)

    def resolve(self, path: str) -> str | None:
        """Follow the links of a path.

        Args:
            path: relative; links and `..` are allowed.

        Returns:
            The path relative to the root, empty for the root itself; None outside the root.

        Raises:
            OSError: the path cannot be resolved.
        """
        full = _real(os.path.join(self.top, path))
        if os.path.commonpath((full, self.top)) != self.top:
            return None
        relative = os.path.relpath(full, self.top).replace(os.sep, "/")
        return "" if relative == "." else relative


class _DescriptorFolder:
    """A folder, open by its descriptor."""

    def __init__(self, number: int) -> None:
        self._number = number

    def entries(self) -> list[os.DirEntry[str]]:
        with os.scandir(self._number) as scan:
            return list(scan)

    def folder(self, name: str) -> Folder:
        return _DescriptorFolder(_opened(name, _FOLDER, self._number))

    def file(self, name: str) -> FileIO:
        return _regular(_opened(name, _FILE, self._number))

    def status(self, name: str) -> os.stat_result:
        return _of_regular(os.stat(name, dir_fd=self._number, follow_symlinks=False))

    def close(self) -> None:
        os.close(self._number)


class _PathFolder:
    """A folder by its path, which is checked again after each use."""

    def __init__(self, path: str) -> None:
        self._path = path

    def entries(self) -> list[os.DirEntry[str]]:
        with os.scandir(self._path) as scan:
            entries = list(scan)
        _state(self._path)
        return entries

    def folder(self, name: str) -> Folder:
        path = os.path.normpath(os.path.join(self._path, name))
        if not stat.S_ISDIR(_state(path).st_mode):
            raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        return _PathFolder(path)

    def file(self, name: str) -> FileIO:
        path = os.path.join(self._path, name)
        stream = _regular(_opened(path, _FILE))
        try:
            if not os.path.samestat(_state(path), os.fstat(stream.fileno())):
                raise OSError(0, OUTSIDE)
        except BaseException:
            stream.close()
            raise
        return stream

    def status(self, name: str) -> os.stat_result:
        return _of_regular(os.lstat(os.path.join(self._path, name)))

    def close(self) -> None:
        pass


def _opened(name: str, flags: int, folder: int | None = None) -> int:
    try:
        return os.open(name, flags, dir_fd=folder)
    except OSError as error:
        if error.errno in _IS_LINK:
            raise OSError(error.errno, "it was replaced, or is a link to itself") from None
        raise


def _regular(number: int) -> FileIO:
    try:
        _of_regular(os.fstat(number))
    except OSError:
        os.close(number)
        raise
    return FileIO(number, "rb")


def _of_regular(status: os.stat_result) -> os.stat_result:
    """The status of a regular file. Raises OSError: it is that of something else."""
    if stat.S_ISREG(status.st_mode):
        return status
    raise OSError(0, "not a regular file")


def _state(path: str) -> os.stat_result:
    """The state of a file or folder. Raises OSError: there is a link on the path."""
    if os.path.normcase(_real(path)) != os.path.normcase(path):
        raise OSError(0, OUTSIDE)
    return os.lstat(path)


def _real(path: str | os.PathLike[str]) -> str:
    """Like `os.path.realpath`. Raises OSError, also for a path that no system accepts."""
    try:
        return os.path.realpath(path)
    except ValueError as error:
        raise OSError(0, str(error)) from None
