"""The application of a worker that serves published graphs: one endpoint for each namespace.

Each graph is an MCP server of its own, at a path of its own: hosts and the authorization of the
protocol know a server by its URL (RFC 8707, RFC 9728), and every host can be given one. A header
would have to be set in each host, and few of them can set one for each graph.

The worker has no state of its own. Sessions and tokens are in the database of the primary server;
graphs may be read from a replica, which may be a revision behind.

Above: `http`. Below: `published_graph`, `postgres_sessions`, `server`, `request_checks`.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

import anyio
import anyio.to_thread
from starlette.applications import Starlette

from skillagent.disclosure.trust import NAMES_JOINT, check_names
from skillagent.errors import StoreError, UsageError
from skillagent.markdown.hidden import one_line
from skillagent.mcp_server.postgres_sessions import PostgresSessionRows
from skillagent.mcp_server.published_graph import PublishedGraph
from skillagent.mcp_server.request_checks import (
    AsgiApp,
    AsgiScope,
    Receive,
    Send,
    answer_not_found,
    answer_unavailable,
    check_messages,
    require_bearer,
)
from skillagent.mcp_server.server import GraphServer
from skillagent.mcp_server.server_config import ServerConfig, StoreConfig
from skillagent.mcp_server.sessions import StoredSessions
from skillagent.store.postgres.address import Address
from skillagent.store.postgres.database import Database
from skillagent.store.postgres.rows import namespaces
from skillagent.store.postgres.schema import migrate
from skillagent.store.postgres.tokens import may_read

REFRESH_SECONDS = 2.0
"""Seconds between two looks whether a newer revision is there."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PublishedGraphs:
    """The graphs of one worker, and the databases that they are in."""

    primary: Database
    reads: Database
    """That of a replica; without a replica, that of the primary server."""
    graphs: Sequence[PublishedGraph]

    @classmethod
    def open(cls, config: ServerConfig, store: StoreConfig) -> PublishedGraphs:
        """Open the graphs that a server offers.

        Raises:
            StoreError: a database cannot be reached, or has no such graph.
            UsageError: it has no graph at all, or none of a name that is said to be untrusted.
        """
        primary = Database(Address.parse(store.address))
        migrate(primary)
        reads = Database(Address.parse(store.reads)) if store.reads else primary
        names = store.namespaces or namespaces(reads)
        if not names:
            raise UsageError(f"{reads.address}: no graph has been published here")
        check_names(config.untrusted, NAMES_JOINT.join(names))
        return cls(primary, reads, [PublishedGraph(config, reads, name) for name in names])

    def close(self) -> None:
        """Close the databases."""
        self.primary.close()
        self.reads.close()


def published_app(
    opened: PublishedGraphs, is_local: bool, endpoint: Callable[[GraphServer, str], Starlette]
) -> AsgiApp:
    """The application for all graphs.

    Args:
        opened: the graphs; closed when the application ends.
        is_local: whether only this machine reaches the server: then a graph that has no tokens may
            be read without one.
        endpoint: makes the application for a server, below the path of all graphs.
    """
    inner = {
        graph.namespace: endpoint(_server(opened, graph), graph.namespace)
        for graph in opened.graphs
    }
    checked = {
        graph.namespace: require_bearer(
            check_messages(inner[graph.namespace]),
            partial(_may_read, opened.primary, graph.number, is_local),
        )
        for graph in opened.graphs
    }

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.callback(opened.close)
            for app in inner.values():
                await stack.enter_async_context(app.router.lifespan_context(app))
            yield

    outer = Starlette(lifespan=lifespan)

    async def app(scope: AsgiScope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await outer(scope, receive, send)
            return
        served = checked.get(scope["path"].rstrip("/").rpartition("/")[2])
        if served is None:
            await answer_not_found(send)
            return
        try:
            await served(scope, receive, send)
        except StoreError as error:
            # Its token could not be checked, so nothing was answered yet.
            _log.warning("%s", one_line(str(error)))
            await answer_unavailable(send)

    return app


def _server(opened: PublishedGraphs, graph: PublishedGraph) -> GraphServer:
    rows = PostgresSessionRows(opened.primary, graph.number)
    sessions = StoredSessions(rows, graph)

    async def refresh_until_cancelled(_: GraphServer) -> None:
        while True:
            await anyio.sleep(REFRESH_SECONDS)
            try:
                await anyio.to_thread.run_sync(graph.refresh)
            except StoreError as error:
                _log.warning("%s", one_line(str(error)))

    return GraphServer(
        graph, lambda: sessions, background=refresh_until_cancelled, prompt=graph.instructions
    )


async def _may_read(database: Database, graph: int, without: bool, token: bytes) -> bool:
    sent = token.decode("utf-8", "replace")
    return await anyio.to_thread.run_sync(lambda: may_read(database, graph, sent, without=without))
