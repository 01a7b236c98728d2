"""Locks a host's file, so that only one process at a time reads it and then replaces it.

The operating system releases a lock when its process ends, however it ends. Lock files are in
the state folder, named by a digest of the locked file's real path. They are never removed:
after a removal, one process could hold the removed file and another one a new file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from skillagent import digest
from skillagent.errors import UsageError

FOLDER = "locks"
SECONDS = 60.0
"""Seconds to wait for another process."""


@contextmanager
def locked(state: Path, file: Path, *, seconds: float = SECONDS) -> Iterator[str]:
    """Hold the lock of a file while the block runs.

    Args:
        state: the state folder.
        file: the file to change; it need not exist. All links to a file share its lock.
        seconds: seconds to wait for another process.

    Yields:
        Empty; or the reason why no lock can be made in the state folder. Then the block runs
        without a lock, because a state folder must not decide whether a host can be set up.

    Raises:
        UsageError: another process still holds the lock after that time.
    """
    from filelock import FileLock, Timeout

    name = digest.sha256(os.path.realpath(file)).removeprefix("sha256:")
    lock = FileLock(state / FOLDER / f"{name}.lock", timeout=seconds)
    try:
        (state / FOLDER).mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise UsageError(
            f"{file}: another skillagent has been changing it for {seconds:g} seconds; end that "
            "process, or run the command again"
        ) from None
    except OSError as error:
        yield f"{state}: cannot be written: {error.strerror or error}"
        return
    try:
        yield ""
    finally:
        lock.release()
