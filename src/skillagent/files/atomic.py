"""Writes one file completely or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from skillagent.files import STAGED


def write_atomic(
    path: Path,
    data: bytes,
    *,
    mode: int | None = None,
    replace: bool = True,
    before_replace: Callable[[], None] | None = None,
) -> None:
    """Write a file, so that every reader sees either the old content or the new one.

    Args:
        path: path of the file; its folder must exist.
        data: the whole content.
        mode: permission bits; None lets only the owner read and write the file.
        replace: whether an existing file may be replaced.
        before_replace: called when the new bytes are on disk, just before they take their
            place; an error that it raises leaves the file as it was.

    Raises:
        FileExistsError: the file exists, and `replace` is False.
        OSError: the file cannot be written; no temporary file remains.
    """
    descriptor, temporary = tempfile.mkstemp(prefix=STAGED, dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(descriptor)
        if mode is not None:
            os.chmod(temporary, mode)
        if before_replace is not None:
            before_replace()
        if replace:
            os.replace(temporary, path)
            return
        os.link(temporary, path)  # Unlike a rename, a link never replaces an existing file.
        os.unlink(temporary)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
