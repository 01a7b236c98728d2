"""Graphs in a PostgreSQL database: publishes one from its files, and opens one.

Above: `cli`, `mcp_server`. Below: `costs`, `store`.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass

from skillagent import __version__
from skillagent.errors import UsageError
from skillagent.graph import SkillGraph
from skillagent.indexing.costs import shown_texts
from skillagent.progress import Progress, no_progress
from skillagent.store import StoredView
from skillagent.store.earlier_rows import KnownFiles
from skillagent.store.graph_rows import graph_rows
from skillagent.store.kept_rows import KeptRows
from skillagent.store.postgres.address import Address
from skillagent.store.postgres.database import Database
from skillagent.store.postgres.publishing import (
    GRACE_SECONDS,
    Publication,
    check_namespace,
    publish,
)
from skillagent.store.postgres.rows import current_revision


def publish_graph(
    graph: SkillGraph,
    address: Address,
    *,
    namespace: str = "",
    replace: bool = False,
    known: KnownFiles | None = None,
    grace: float = GRACE_SECONDS,
    progress: Progress = no_progress,
) -> Publication:
    """Make a loaded graph, with its texts, the current revision of a namespace.

    Args:
        graph: the graph.
        address: the database of the primary server.
        namespace: the name of the graph among all graphs of the database; empty for the graph's
            own name.
        replace: whether it may take the place of a graph with another name.
        known: what workers know of its files; None for nothing.
        grace: seconds for which a superseded revision is kept for those who still read it.
        progress: receives how far it is.

    Raises:
        StoreError: the database cannot be written to.
        UsageError: the namespace has characters that it must not have, or holds another graph; or
            this graph has no nodes.
    """
    namespace = check_namespace(namespace or graph.name)
    if not graph.nodes:
        raise UsageError(f"{graph.name}: no Markdown file was found, so nothing is published")
    with closing(Database(address)) as database:
        state = f"{__version__} {graph.digest}"
        rows = graph_rows(graph, shown_texts(), state, texts=True, known=known, progress=progress)
        return publish(
            database, namespace, rows, name=graph.name, replace=replace, state=state, grace=grace
        )


@dataclass(frozen=True, eq=False)
class OpenedRevision:
    """One revision of a published graph."""

    graph: int
    """Number of the graph in its database."""
    revision: int
    view: StoredView


def open_published(
    database: Database, namespace: str, before: OpenedRevision | None = None
) -> OpenedRevision:
    """The newest revision of a published graph.

    Args:
        database: the primary server's, or a replica's.
        namespace: the name of the graph among all graphs of the database.
        before: the revision that was opened before; returned if it is still the newest.

    Raises:
        StoreError: the database cannot be read, or has no such graph.
    """
    rows = current_revision(database, namespace)
    if before and (before.graph, before.revision) == (rows.graph, rows.revision):
        return before
    return OpenedRevision(rows.graph, rows.revision, StoredView(KeptRows(rows)))
