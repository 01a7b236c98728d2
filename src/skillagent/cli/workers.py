"""Processes, here or on other machines, that read the files of a new index.

Above: the commands. Below: `indexing`, which asks them.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from skillagent.errors import MissingPackageError, UsageError

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from skillagent.indexing.partition import Workers

WORTHWHILE = 2_000
"""From how many files on local processes save more time than they need to start."""
MOST = 8
"""Most local processes: what only one process can do takes longer than the work of so many."""
SECONDS = 10
"""How long a Dask scheduler may take to answer."""


def workers_of(arguments: argparse.Namespace) -> Workers:
    """The workers that the command line names: processes of this machine, or a Dask cluster.

    Raises:
        MissingPackageError: Dask is not installed.
    """
    return dask_workers(arguments.dask) if arguments.dask else local_workers


@contextlib.contextmanager
def local_workers(files: int) -> Iterator[Executor | None]:
    """Processes on this machine; None if they would not save time.

    Args:
        files: how many files are to be read.
    """
    count = min(os.cpu_count() or 1, MOST)
    if files < WORTHWHILE or count < 2:
        yield None
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # Ctrl-C reaches all processes of a terminal; this one then stops the others.
    executor = ProcessPoolExecutor(
        count,
        mp_context=get_context("spawn"),
        initializer=signal.signal,
        initargs=(signal.SIGINT, signal.SIG_IGN),
    )
    try:
        yield executor
    finally:
        executor.shutdown(cancel_futures=True)


def dask_workers(address: str) -> Callable[[int], AbstractContextManager[Executor]]:
    """The workers of a Dask cluster, which must have the files at the same paths.

    Args:
        address: of its scheduler, such as `tcp://host:8786`.

    Raises:
        MissingPackageError: Dask is not installed.
    """
    try:
        from distributed import Client
    except ImportError:
        raise MissingPackageError("distributed", "dask", "skillagent index --dask") from None

    @contextlib.contextmanager
    def workers(_files: int) -> Iterator[Executor]:
        try:
            client: Any = Client(address, timeout=SECONDS)  # type: ignore[no-untyped-call]
        except (OSError, ValueError) as error:
            reason = " ".join(str(error).split())
            raise UsageError(f"--dask: no scheduler answers at {address}: {reason}") from None
        with client:
            try:
                client.wait_for_workers(1, timeout=SECONDS)
            except TimeoutError:
                raise UsageError(f"--dask: the scheduler at {address} has no workers") from None
            yield client.get_executor()

    return workers
