"""Reads a file whose kind and size cannot be trusted.

Opening a named pipe blocks until its other end is opened, and a device may give bytes for ever.
So anything but a regular file is refused before a byte of it is read.
"""

from __future__ import annotations

import errno
import os
import stat

_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_BINARY", 0)
)


def read_regular(
    path: str | os.PathLike[str], limit: int | None = None, *, follow: bool = True
) -> bytes:
    """The content of a regular file.

    Args:
        path: path of the file.
        limit: maximum size in bytes; None allows any size.
        follow: whether `path` may be a symbolic link to the file.

    Raises:
        OSError: the file does not exist, cannot be read, is no regular file or is larger than
            `limit`; `strerror` completes the sentence "the file cannot be read: …".
    """
    # Checked before it is opened too, because opening a device can already start an action.
    _refuse_irregular(os.stat(path, follow_symlinks=follow), path)
    flags = _FLAGS if follow else _FLAGS | getattr(os, "O_NOFOLLOW", 0)
    with open(os.open(path, flags), "rb") as stream:
        # Another process may have replaced the file since the first check.
        _refuse_irregular(os.fstat(stream.fileno()), path)
        data = stream.read(-1 if limit is None else limit + 1)
    if limit is not None and len(data) > limit:
        raise OSError(errno.EFBIG, f"it has more than {limit:,} bytes", os.fspath(path))
    return data


def _refuse_irregular(status: os.stat_result, path: str | os.PathLike[str]) -> None:
    if stat.S_ISREG(status.st_mode):
        return
    kinds = {
        stat.S_IFDIR: "a folder",
        stat.S_IFLNK: "a symbolic link",
        stat.S_IFIFO: "a named pipe",
        stat.S_IFSOCK: "a socket",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
    }
    kind = kinds.get(stat.S_IFMT(status.st_mode), "something else")
    raise OSError(errno.EINVAL, f"it is no regular file but {kind}", os.fspath(path))
