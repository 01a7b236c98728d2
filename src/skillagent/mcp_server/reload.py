"""Watches the files of the graph, reloads it when they change, and notifies hosts.

A server that cannot watch its files must still serve, so every error here is only logged.

Above: `stdio` and `http`, which run `watch_and_reload` beside the server. Below: `server`.
"""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Sequence
from pathlib import Path

import anyio
import anyio.to_thread

from skillagent.graph.ignore_files import IGNORE_FILES
from skillagent.graph.walk import Root
from skillagent.markdown.hidden import one_line
from skillagent.mcp_server.server import GraphServer

STEP_MS = 100
"""Milliseconds between two checks for changes; the watch stops no later than that."""
SETTLE_MS = 1_000
"""Milliseconds for which changes in succession are collected into one reload."""
TICK_MS = 500
"""Milliseconds without a change after which the watch reports that it is running."""
LOOK_SECONDS = 1.0
"""Seconds between two checks whether each root is still the same folder."""

_log = logging.getLogger(__name__)


async def watch_and_reload(server: GraphServer) -> None:
    """Load the graph while the first answers are sent; reload it whenever its files change.

    Runs until it is cancelled.

    Args:
        server: the server whose graph is loaded.
    """
    loader = server.loader
    try:
        try:
            await anyio.to_thread.run_sync(loader.warm, abandon_on_cancel=True)
            if loader.config.watch:
                # The index that was opened may be older than the files.
                await _reload(server)
        except Exception as error:
            _log.warning("the graph cannot be loaded: %s", one_line(str(error)))
        if loader.config.watch:
            await _watch_until_cancelled(server)
    finally:
        # Ends what `warm` began.
        gc.unfreeze()


async def _watch_until_cancelled(server: GraphServer) -> None:
    stopped = anyio.Event()
    async with anyio.create_task_group() as group:
        group.start_soon(_watch, server, stopped)
        try:
            await anyio.sleep_forever()
        finally:
            # The watch runs in a thread. A cancellation alone would wait for it.
            stopped.set()


async def _watch(server: GraphServer, stopped: anyio.Event) -> None:
    roots = server.loader.roots
    polling, may_have_missed, folders, last_error = False, False, _folder_ids(roots), ""
    with anyio.CancelScope(shield=True):
        while not stopped.is_set():
            # Each round watches the folders of its start. Replacing a root begins a new round.
            try:
                await _round(server, stopped, polling, may_have_missed)
            except Exception as error:
                # Too many watches, or a missing root: from now on, look at the files in turn
                # instead of asking the operating system.
                why = str(error.exceptions[0] if isinstance(error, ExceptionGroup) else error)
                if why != last_error:
                    _log.warning("watching files is started again: %s", one_line(why))
                polling, last_error = True, why
                await _pause(stopped)
            may_have_missed = True
            if (now := _folder_ids(roots)) != folders:
                folders = now
                await _reload(server)


async def _round(
    server: GraphServer, stopped: anyio.Event, polling: bool, may_have_missed: bool
) -> None:
    """Watch until the server stops or a root is replaced.

    Args:
        server: see `watch_and_reload`.
        stopped: set when the server stops.
        polling: look at the files in turn instead of asking the operating system.
        may_have_missed: whether files may have changed between the last round and this one.
    """
    from watchfiles import awatch

    roots = server.loader.roots
    record = server.loader.config.record
    folders = _folder_ids(roots)
    over = anyio.Event()

    async def check_roots() -> None:
        while not (stopped.is_set() or over.is_set()) and _folder_ids(roots) == folders:
            await _pause(stopped)
        over.set()

    async with anyio.create_task_group() as group:
        group.start_soon(check_roots)
        paths = [os.fspath(root.path) for root in roots]
        try:
            async for changes in awatch(
                *paths,
                watch_filter=lambda change, path: is_graph_path(
                    path, paths, record.folder if record else ""
                ),
                debounce=SETTLE_MS,
                step=STEP_MS,
                stop_event=over,
                force_polling=polling or None,
                ignore_permission_denied=True,
                rust_timeout=TICK_MS,
                yield_on_timeout=True,
            ):
                # The watch does not report changes before its own start, so reload once.
                if changes or may_have_missed:
                    may_have_missed = False
                    await _reload(server)
        finally:
            over.set()


async def _reload(server: GraphServer) -> None:
    try:
        old, new = await anyio.to_thread.run_sync(server.loader.reload)
    except Exception as error:
        # A root that is being replaced comes back; until then, the old graph is served.
        _log.warning("the graph cannot be reloaded: %s", one_line(str(error)))
        return
    if old is not new:
        await server.notify_changes(old, new)


async def _pause(stopped: anyio.Event) -> None:
    with anyio.move_on_after(LOOK_SECONDS):
        await stopped.wait()


def _folder_ids(roots: Sequence[Root]) -> list[tuple[int, int] | None]:
    """Device and inode of each root's folder; None for a missing one."""
    ids: list[tuple[int, int] | None] = []
    for root in roots:
        try:
            status = os.stat(root.path)
            ids.append((status.st_dev, status.st_ino))
        except OSError:
            ids.append(None)
    return ids


def is_graph_path(path: str, roots: Sequence[str], records: str = "") -> bool:
    """Whether a changed path can belong to a graph: below its root, nothing is hidden.

    Args:
        path: as the watch reports it.
        roots: paths of the roots, as they were given to the watch.
        records: absolute path of the folder of run records, which is part of no graph; empty if
            there is none. Otherwise each recorded call would reload the graph.
    """
    if records and Path(os.path.realpath(path)).is_relative_to(os.path.realpath(records)):
        return False
    for root in roots:
        if path.startswith(root.rstrip(os.sep) + os.sep):
            *folders, name = path[len(root) :].strip(os.sep).split(os.sep)
            is_hidden = any(folder.startswith(".") for folder in folders)
            return not is_hidden and (not name.startswith(".") or name in IGNORE_FILES)
    return True
