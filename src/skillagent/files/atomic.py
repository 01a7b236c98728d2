"""One file, written as a whole or not at all."""

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
    """Write a file, so that any reader sees the old bytes or the new ones.

    Args:
        path: of the file; its folder must be there.
        data: the whole content.
        mode: permission bits; None for those that only its owner can use.
        replace: whether a file that is there may be replaced.
        before_replace: called when the new bytes are on disk, just before they take their
            place; an error that it raises leaves the file as it was.

    Raises:
        FileExistsError: it is there, and `replace` is off.
        OSError: it cannot be written; nothing is left behind.
    """
    number, name = tempfile.mkstemp(prefix=STAGED, dir=path.parent)
    try:
        with os.fdopen(number, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(number)
        if mode is not None:
            os.chmod(name, mode)
        if before_replace is not None:
            before_replace()
        if replace:
            os.replace(name, path)
            return
        os.link(name, path)  # unlike a rename, this never replaces
        os.unlink(name)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
