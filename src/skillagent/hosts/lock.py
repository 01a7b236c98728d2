"""One process at a time between reading a file and replacing it.

The system lets a lock go when the process that holds it ends, however it ends. The lock files
lie in the state folder, named by a digest of the locked file's real path, and stay there: a
lock file that is removed may be locked by one process while another makes it anew.
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
"""How long another process is waited for."""


@contextmanager
def locked(state: Path, file: Path, *, seconds: float = SECONDS) -> Iterator[str]:
    """Hold the lock of a file while the block runs.

    Args:
        state: the state folder.
        file: what is to be changed; it need not be there. Links to one file share its lock.
        seconds: the longest wait for another process.

    Yields:
        Empty; or, where no lock can be made in the state folder, the reason: the block then
        runs without one, for a state folder must not decide whether a host can be set up.

    Raises:
        UsageError: another process holds the lock for longer than that.
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
            "one, or run the command again"
        ) from None
    except OSError as error:
        yield f"{state}: cannot be written: {error.strerror or error}"
        return
    try:
        yield ""
    finally:
        lock.release()
