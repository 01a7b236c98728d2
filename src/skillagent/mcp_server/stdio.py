"""The server as a child of its host: JSON-RPC lines on standard input and output."""

from __future__ import annotations

import gc

from skillagent.mcp_server.served import Offer, Served


def serve(offer: Offer) -> None:
    """Serve until the host closes standard input.

    Args:
        offer: what to serve.

    Raises:
        GraphError: a root is no folder.
    """
    served = Served(offer)
    # The SDK is most of the time to the first answer, and makes no garbage while it loads.
    gc.disable()
    import anyio
    from mcp.server.stdio import stdio_server

    from skillagent.mcp_server.sessions import OneSession
    from skillagent.mcp_server.surface import Surface
    from skillagent.mcp_server.watching import keep_fresh

    surface = Surface(served, lambda: OneSession(served), background=keep_fresh)
    gc.enable()
    gc.freeze()

    async def run() -> None:
        async with stdio_server() as (read, write):
            await surface.server.run(read, write, surface.options())

    anyio.run(run)
