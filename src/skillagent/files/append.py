"""Appends one line to a file that several processes may write."""

from __future__ import annotations

import os


def append_line(path: str | os.PathLike[str], data: bytes, *, sync: bool = False) -> None:
    """Add a line, whole or not at all; a new file can be read only by its owner.

    It is in the file when this returns, even if the process is then killed.

    Args:
        path: path of the file.
        data: the line, with its line end.
        sync: whether it must also survive a power cut.

    Raises:
        OSError: it cannot be written.
    """
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        end = os.fstat(handle).st_size
        # One call, so that two processes that append never mix their lines.
        if os.write(handle, data) != len(data):
            os.ftruncate(handle, end)
            raise OSError("the disk is full")
        if sync:
            os.fsync(handle)
    finally:
        os.close(handle)
