"""Publishes a graph: its rows become the next revision of its namespace, in one transaction.

A row says from which revision on, and until which one, it is part of the graph. So rows that did
not change are not written again, readers and replicas receive only what is new, and a writer that
is killed leaves nothing: its transaction never happened.

Above: `indexing`. Below: `database`, `schema`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from skillagent.errors import UsageError
from skillagent.store.postgres.database import Connection, Database
from skillagent.store.postgres.schema import CODES, LOCK, NEVER, migrate, stored_key
from skillagent.store.rows import VERSION, Row

GRACE_SECONDS = 24 * 3600.0
"""Seconds for which a revision is kept after it was superseded: as long as a session may last."""
MEMORY = "64MB"
"""Memory that the server may use to compare two revisions, before it uses files."""
_NAMESPACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_STAGE = (
    "CREATE TEMPORARY TABLE staged (kind smallint, key bytea, value bytea) ON COMMIT DROP",
    "COPY staged (kind, key, value) FROM STDIN (FORMAT BINARY)",
)
_END = """
UPDATE skillagent.rows AS old SET until = %(next)s
WHERE graph = %(graph)s AND until = %(never)s AND NOT EXISTS (
    SELECT FROM staged AS new
    WHERE new.kind = old.kind AND new.key = old.key AND new.value = old.value)
"""
_BEGIN = """
INSERT INTO skillagent.rows (graph, kind, since, until, key, value)
SELECT %(graph)s, kind, %(next)s, %(never)s, key, value FROM staged AS new
WHERE NOT EXISTS (
    SELECT FROM skillagent.rows AS old
    WHERE old.graph = %(graph)s AND old.until = %(never)s
    AND old.kind = new.kind AND old.key = new.key)
"""


@dataclass(frozen=True, slots=True)
class Publication:
    """What came of publishing a graph."""

    namespace: str
    revision: int
    """The current revision now."""
    written: int
    """How many rows are new; 0 if the graph was already published as it is."""
    ended: int
    """How many rows of the revision before are not part of this one."""


def check_namespace(namespace: str) -> str:
    """A namespace that can be a part of an address.

    Raises:
        UsageError: it has other characters, or more of them.
    """
    if not _NAMESPACE.fullmatch(namespace):
        raise UsageError(
            f"{namespace!r} cannot be a namespace: use up to 64 letters, digits, dots, hyphens "
            "and underscores, beginning with a letter or digit"
        )
    return namespace


def publish(
    database: Database,
    namespace: str,
    rows: Iterable[Row],
    *,
    name: str = "",
    replace: bool = False,
    state: str = "",
    grace: float = GRACE_SECONDS,
) -> Publication:
    """Make rows the current revision of a namespace.

    Another writer of the same namespace waits. Readers see the revision before until this one is
    complete.

    Args:
        database: the primary server's.
        namespace: the name of the graph among all graphs of the database.
        rows: all rows of the graph.
        name: the name of the graph itself, which has to be that of the revision before.
        replace: whether to publish a graph with another name, too.
        state: what the rows were made of, for people who look into the database.
        grace: seconds for which a superseded revision is kept.

    Raises:
        StoreError: the database cannot be reached, or refuses to be written to.
        UsageError: the namespace has characters that it must not have, or holds another graph.
    """
    check_namespace(namespace)
    migrate(database)
    with database.writing() as connection:
        graph, revision = _locked(connection, namespace)
        before = _before(connection, graph, revision)
        if not replace and before.name and before.name != name:
            raise UsageError(
                f"{namespace} holds the graph {before.name!r}, and this is {name!r}: publish it "
                "under another --namespace, or give --replace"
            )
        _stage(connection, rows)
        values = {"graph": graph, "next": revision + 1, "never": NEVER}
        ended = connection.execute(_END, values).rowcount if revision else 0
        written = connection.execute(_BEGIN, values).rowcount
        if written or ended or before.version != VERSION:
            revision += 1
            _supersede(connection, graph, revision, name, state)
        _remove_old(connection, graph, grace)
    return Publication(namespace, revision, written, ended)


def _locked(connection: Connection, namespace: str) -> tuple[int, int]:
    """Number and current revision of a graph that nobody else writes until the transaction ends."""
    connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))", (namespace, LOCK))
    connection.execute(
        "INSERT INTO skillagent.graphs (namespace) VALUES (%s) ON CONFLICT DO NOTHING", (namespace,)
    )
    ((graph, revision),) = connection.execute(
        "SELECT id, revision FROM skillagent.graphs WHERE namespace = %s", (namespace,)
    )
    return graph, revision


class _Before(NamedTuple):
    """What the current revision of a graph says of itself."""

    name: str
    version: int
    """Version of its rows; 0 if there is no revision yet."""


def _before(connection: Connection, graph: int, revision: int) -> _Before:
    row = connection.execute(
        "SELECT name, version FROM skillagent.revisions WHERE graph = %s AND revision = %s",
        (graph, revision),
    ).fetchone()
    return _Before(*row) if row else _Before("", 0)


def _stage(connection: Connection, rows: Iterable[Row]) -> None:
    create, copy_in = _STAGE
    connection.execute(f"SET LOCAL work_mem = '{MEMORY}'".encode())
    connection.execute(create.encode())
    with connection.cursor() as cursor, cursor.copy(copy_in.encode()) as copy:
        copy.set_types(["int2", "bytea", "bytea"])
        for kind, key, value in rows:
            copy.write_row((CODES[kind], stored_key(key), value))
    connection.execute("ANALYZE staged")


def _supersede(connection: Connection, graph: int, revision: int, name: str, state: str) -> None:
    connection.execute(
        "UPDATE skillagent.revisions SET superseded_at = now()"
        " WHERE graph = %s AND superseded_at IS NULL",
        (graph,),
    )
    connection.execute(
        "INSERT INTO skillagent.revisions (graph, revision, version, name, state)"
        " VALUES (%s, %s, %s, %s, %s)",
        (graph, revision, VERSION, name, state),
    )
    connection.execute(
        "UPDATE skillagent.graphs SET revision = %s WHERE id = %s", (revision, graph)
    )


def _remove_old(connection: Connection, graph: int, grace: float) -> None:
    removed = connection.execute(
        "DELETE FROM skillagent.revisions"
        " WHERE graph = %s AND superseded_at <= now() - make_interval(secs => %s)",
        (graph, grace),
    ).rowcount
    if removed:
        connection.execute(
            "DELETE FROM skillagent.rows WHERE graph = %(graph)s AND until <="
            " (SELECT min(revision) FROM skillagent.revisions WHERE graph = %(graph)s)",
            {"graph": graph},
        )
