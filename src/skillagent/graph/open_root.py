"""A root held open, so that nothing outside of it is ever read.

Between the check of a path and its use, a folder or a link on it can be exchanged for one that
leads elsewhere. So a root is opened once, and each folder and file below it from the folder that
holds it: by name, and never through a link. A link is resolved first, and what it leads to is
opened in the same way. Where the system opens nothing from an open folder (Windows), a path is
opened as a whole and refused unless it then leads, without a link, to the very file that was
opened.

Above: `walk`. Below: nothing.
"""

from __future__ import annotations

import errno
import os
import stat
from io import FileIO
from typing import Protocol

BY_DESCRIPTOR = os.open in os.supports_dir_fd and os.scandir in os.supports_fd
"""Whether a file can be opened from a folder that is open."""
# A pipe or a device could block for ever: it is opened without waiting, and then refused.
_FILE = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_FOLDER = _FILE | getattr(os, "O_DIRECTORY", 0)
_IS_LINK = {errno.ELOOP, errno.EMLINK, errno.ENOTDIR}
"""What systems say of a link that they were told not to follow."""
OUTSIDE = "it lies outside the root"


class Folder(Protocol):
    """One open folder."""

    def entries(self) -> list[os.DirEntry[str]]:
        """What lies in it. Raises OSError."""

    def folder(self, name: str) -> Folder:
        """A folder in it, open. Raises OSError: there is none; it is a link."""

    def file(self, name: str) -> FileIO:
        """A regular file in it, open for reading. Raises OSError: there is none; it is a link."""

    def close(self) -> None:
        """Let go of it."""


class OpenRoot:
    """One root, open. Use it in a `with`.

    Args:
        path: the folder; links on the way to it are followed.

    Raises:
        OSError: it cannot be opened.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.top = _real(path)
        """Absolute, without links."""
        self._root: Folder = (
            _Held(os.open(self.top, _FOLDER)) if BY_DESCRIPTOR else _Named(self.top)
        )
        self._last: tuple[str, Folder] = ("", self._root)
        """The folder that was needed last stays open: what is asked for next mostly lies in it."""

    def __enter__(self) -> OpenRoot:
        return self

    def __exit__(self, *error: object) -> None:
        self._keep("", self._root)
        self._root.close()

    def folder(self, path: str) -> Folder:
        """A folder of the root, open; whoever asked closes it.

        Args:
            path: relative, `/`-separated, without `..`; empty for the root itself.

        Raises:
            OSError: there is none, or a link is on the way.
        """
        above, _, name = path.rpartition("/")
        return self._down_to(above).folder(name or ".")

    def file(self, path: str) -> FileIO:
        """A regular file of the root, open for reading.

        Args:
            path: relative, `/`-separated, without `..`; as `resolve` gives it.

        Raises:
            OSError: there is none, or a link is on the way.
        """
        above, _, name = path.rpartition("/")
        return self._down_to(above).file(name)

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
        """Where a path leads, links followed: relative to the root, empty for the root itself.

        Args:
            path: relative; may hold links and `..`.

        Returns:
            None where it leads out of the root.

        Raises:
            OSError: it cannot be told.
        """
        full = _real(os.path.join(self.top, path))
        if os.path.commonpath((full, self.top)) != self.top:
            return None
        found = os.path.relpath(full, self.top).replace(os.sep, "/")
        return "" if found == "." else found


class _Held:
    """A folder by its descriptor."""

    def __init__(self, number: int) -> None:
        self._number = number

    def entries(self) -> list[os.DirEntry[str]]:
        with os.scandir(self._number) as scan:
            return list(scan)

    def folder(self, name: str) -> Folder:
        return _Held(_opened(name, _FOLDER, self._number))

    def file(self, name: str) -> FileIO:
        return _regular(_opened(name, _FILE, self._number))

    def close(self) -> None:
        os.close(self._number)


class _Named:
    """A folder by its path, which is looked at again after everything that was opened."""

    def __init__(self, path: str) -> None:
        self._path = path

    def entries(self) -> list[os.DirEntry[str]]:
        with os.scandir(self._path) as scan:
            found = list(scan)
        _plain(self._path)
        return found

    def folder(self, name: str) -> Folder:
        path = os.path.normpath(os.path.join(self._path, name))
        if not stat.S_ISDIR(_plain(path).st_mode):
            raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        return _Named(path)

    def file(self, name: str) -> FileIO:
        path = os.path.join(self._path, name)
        stream = _regular(_opened(path, _FILE))
        try:
            if not os.path.samestat(_plain(path), os.fstat(stream.fileno())):
                raise OSError(0, OUTSIDE)
        except BaseException:
            stream.close()
            raise
        return stream

    def close(self) -> None:
        pass


def _opened(name: str, flags: int, folder: int | None = None) -> int:
    try:
        return os.open(name, flags, dir_fd=folder)
    except OSError as error:
        if error.errno in _IS_LINK:
            raise OSError(error.errno, "it is no longer what it was, or a link to itself") from None
        raise


def _regular(number: int) -> FileIO:
    if stat.S_ISREG(os.fstat(number).st_mode):
        return FileIO(number, "rb")
    os.close(number)
    raise OSError(0, "not a regular file")


def _plain(path: str) -> os.stat_result:
    """The state of a file or folder that no link leads to. Raises OSError: one does."""
    if os.path.normcase(_real(path)) != os.path.normcase(path):
        raise OSError(0, OUTSIDE)
    return os.lstat(path)


def _real(path: str | os.PathLike[str]) -> str:
    """As `os.path.realpath`. Raises OSError: a link was exchanged meanwhile, or it is no path."""
    try:
        return os.path.realpath(path)
    except ValueError as error:
        raise OSError(0, str(error)) from None
