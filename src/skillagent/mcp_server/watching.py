"""Files that change on disk are loaded again, and hosts are told."""

from __future__ import annotations

import logging

import anyio
import anyio.to_thread

from skillagent.errors import SkillAgentError
from skillagent.mcp_server.surface import Surface

STEP_MS = 100
"""How often, in milliseconds, the watch looks up; it ends so soon after it was told to."""
SETTLE_MS = 1_000
"""Changes that follow each other are taken as one for at most so many milliseconds."""

_log = logging.getLogger(__name__)


async def keep_fresh(surface: Surface) -> None:
    """Load the graph while the first answers leave, then again whenever its files change.

    Args:
        surface: of the server; runs until it is cancelled.
    """
    served = surface.served
    await anyio.to_thread.run_sync(served.warm, abandon_on_cancel=True)
    if not served.offer.watch:
        return
    stop = anyio.Event()
    async with anyio.create_task_group() as group:
        group.start_soon(_watch, surface, stop)
        try:
            await anyio.sleep_forever()
        finally:
            # The watch sits in a thread, which a cancellation alone would wait for.
            stop.set()


async def _watch(surface: Surface, stop: anyio.Event) -> None:
    from watchfiles import awatch

    served = surface.served
    with anyio.CancelScope(shield=True):
        async for _ in awatch(
            *(root.path for root in served.roots),
            debounce=SETTLE_MS,
            step=STEP_MS,
            stop_event=stop,
            ignore_permission_denied=True,
        ):
            try:
                changed = await anyio.to_thread.run_sync(served.reload)
            except SkillAgentError as error:
                # A root that is being replaced comes back; until then the graph before serves.
                _log.warning("not loaded again: %s", error)
                continue
            await surface.changed(*changed)
