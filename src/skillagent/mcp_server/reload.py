"""Files that change on disk are loaded again, and hosts are told.

A server without its watch is still a server: whatever goes wrong here is a line in the log.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence

import anyio
import anyio.to_thread

from skillagent.graph.ignore_files import IGNORE_FILES
from skillagent.graph.walk import Root
from skillagent.markdown.hidden import one_line
from skillagent.mcp_server.server import Surface

STEP_MS = 100
"""How often, in milliseconds, the watch looks up; it ends so soon after it was told to."""
SETTLE_MS = 1_000
"""Changes that follow each other are taken as one for at most so many milliseconds."""
TICK_MS = 500
"""How long, in milliseconds, a watch is silent before it says that it stands."""
LOOK_SECONDS = 1.0
"""How often it is asked whether a root is still the same folder."""

_log = logging.getLogger(__name__)


async def keep_fresh(surface: Surface) -> None:
    """Load the graph while the first answers leave, then again whenever its files change.

    Args:
        surface: of the server; runs until it is cancelled.
    """
    served = surface.served
    try:
        await anyio.to_thread.run_sync(served.warm, abandon_on_cancel=True)
    except Exception as error:
        _log.warning("not loaded: %s", one_line(str(error)))
    if not served.offer.watch:
        return
    ended = anyio.Event()
    async with anyio.create_task_group() as group:
        group.start_soon(_watch, surface, ended)
        try:
            await anyio.sleep_forever()
        finally:
            # The watch sits in a thread, which a cancellation alone would wait for.
            ended.set()


async def _watch(surface: Surface, ended: anyio.Event) -> None:
    roots = surface.served.roots
    polling, missed, seen, said = False, False, _folders(roots), ""
    with anyio.CancelScope(shield=True):
        while not ended.is_set():
            # Each round watches the folders as they are; a root that was replaced begins one.
            try:
                await _round(surface, ended, polling, missed)
            except Exception as error:
                # Too many watches, a root that is gone: looked at less cleverly from now on.
                why = str(error.exceptions[0] if isinstance(error, ExceptionGroup) else error)
                if why != said:
                    _log.warning("the watch begins again: %s", one_line(why))
                polling, said = True, why
                await _pause(ended)
            missed = True
            if (now := _folders(roots)) != seen:
                seen = now
                await _load(surface)


async def _round(surface: Surface, ended: anyio.Event, polling: bool, missed: bool) -> None:
    from watchfiles import awatch

    roots = surface.served.roots
    before = _folders(roots)
    over = anyio.Event()

    async def look() -> None:
        while not (ended.is_set() or over.is_set()) and _folders(roots) == before:
            await _pause(ended)
        over.set()

    async with anyio.create_task_group() as group:
        group.start_soon(look)
        tops = [os.fspath(root.path) for root in roots]
        try:
            async for changes in awatch(
                *tops,
                watch_filter=lambda change, path: matters(path, tops),
                debounce=SETTLE_MS,
                step=STEP_MS,
                stop_event=over,
                force_polling=polling or None,
                ignore_permission_denied=True,
                rust_timeout=TICK_MS,
                yield_on_timeout=True,
            ):
                # What changed before this watch stood, it cannot tell: that is looked for once.
                if changes or missed:
                    missed = False
                    await _load(surface)
        finally:
            over.set()


async def _load(surface: Surface) -> None:
    try:
        changed = await anyio.to_thread.run_sync(surface.served.reload)
    except Exception as error:
        # A root that is being replaced comes back; until then the graph before serves.
        _log.warning("not loaded again: %s", one_line(str(error)))
        return
    await surface.changed(*changed)


async def _pause(ended: anyio.Event) -> None:
    with anyio.move_on_after(LOOK_SECONDS):
        await ended.wait()


def _folders(roots: Sequence[Root]) -> list[tuple[int, int] | None]:
    """What tells each root's folder from another one in its place; None where there is none."""
    found: list[tuple[int, int] | None] = []
    for root in roots:
        try:
            status = os.stat(root.path)
            found.append((status.st_dev, status.st_ino))
        except OSError:
            found.append(None)
    return found


def matters(path: str, tops: Sequence[str]) -> bool:
    """Whether a changed path can be of a graph: nothing hidden, below the root that holds it.

    Args:
        path: as the watch names it.
        tops: the roots, as they were given to the watch.
    """
    for top in tops:
        if path.startswith(top.rstrip(os.sep) + os.sep):
            *folders, name = path[len(top) :].strip(os.sep).split(os.sep)
            hidden = any(folder.startswith(".") for folder in folders)
            return not hidden and (not name.startswith(".") or name in IGNORE_FILES)
    return True
