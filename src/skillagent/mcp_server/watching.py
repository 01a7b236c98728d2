"""Files that change on disk are loaded again, and hosts are told."""

from __future__ import annotations

import logging

import anyio
import anyio.to_thread

from skillagent.errors import SkillAgentError
from skillagent.mcp_server.surface import Surface

SETTLE_MS = 300
"""Changes that follow each other so closely, in milliseconds, are taken as one."""

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
    from watchfiles import awatch

    stop = anyio.Event()
    try:
        async for _ in awatch(
            *(root.path for root in served.roots),
            debounce=SETTLE_MS * 4,
            step=SETTLE_MS,
            stop_event=stop,
            ignore_permission_denied=True,
        ):
            try:
                changed = await anyio.to_thread.run_sync(served.reload)
            except SkillAgentError as error:
                # A root that is being replaced comes back; until then the graph before serves.
                _log.warning("not loaded again: %s", error)
                continue
            if changed:
                await surface.changed(*changed)
    finally:
        stop.set()
