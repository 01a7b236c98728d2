"""Reads the rows of one revision of a graph.

Each statement also asks whether the revision is there. It may be missing after it was removed, and
on a replica that has not received it yet; what such a server has of it would be a mixture.

Above: `stored_view`. Below: `database`, `store.rows`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from skillagent.errors import StoredIndexError, StoreError
from skillagent.store.postgres.database import Database
from skillagent.store.postgres.schema import CODES, INDEXED, check, stored_key
from skillagent.store.rows import VERSION, Key, Kind

AT_ONCE = 1_000
"""Rows of a long list that are read at once."""
# Only text of this module and numbers are put into these statements.
_REVISION = """
FROM skillagent.revisions AS at LEFT JOIN LATERAL (
    SELECT key, value FROM skillagent.rows
    WHERE graph = %(graph)s AND kind = %(kind)s AND since <= %(revision)s AND until > %(revision)s
"""
_THERE = """
) AS r ON true WHERE at.graph = %(graph)s AND at.revision = %(revision)s
"""
MOST_NAMED = 10
"""How many namespaces a message names."""
_START = f"substr(key, 1, {INDEXED})"
_ONE = f"""
SELECT value {_REVISION}
AND {_START} = substr(%(key)s, 1, {INDEXED}) AND key = %(key)s
{_THERE}"""
_MANY = f"""
SELECT key, value {_REVISION}
AND {_START} = ANY(%(starts)s) AND key = ANY(%(keys)s)
{_THERE}"""
_NEXT = f"""
SELECT key, value {_REVISION}
AND {_START} >= substr(%(key)s, 1, {INDEXED}) AND key > %(key)s
ORDER BY {_START}, key LIMIT %(limit)s
{_THERE}ORDER BY key"""
_CURRENT = """
SELECT id, revision, version
FROM skillagent.graphs JOIN skillagent.revisions USING (revision)
WHERE namespace = %s AND graph = id
"""


class PostgresRows:
    """The rows of one revision.

    Args:
        database: the primary server's, or a replica's.
        graph: number of the graph.
        revision: the revision.

    Every method raises StoreError if the database cannot be read, and StoredIndexError if the
    revision is not there any more.
    """

    reads_ahead = False

    def __init__(self, database: Database, graph: int, revision: int) -> None:
        self._database, self.graph, self.revision = database, graph, revision
        self.identity = (graph, revision)

    def get(self, kind: Kind, key: Key) -> bytes | None:
        ((value,),) = self._read(_ONE, kind, key=stored_key(key))
        return None if value is None else bytes(value)

    def many(self, kind: Kind, keys: Sequence[Key]) -> Mapping[Key, bytes]:
        if not keys:
            return {}
        wanted = {stored_key(key): key for key in keys}
        starts = [key[:INDEXED] for key in wanted]
        rows = self._read(_MANY, kind, keys=list(wanted), starts=starts)
        return {wanted[key]: value for key, value in rows if key is not None}

    def every(self, kind: Kind) -> Iterator[tuple[Key, bytes]]:
        last = b""
        while rows := self._read(_NEXT, kind, key=last, limit=AT_ONCE):
            for last, value in rows:
                if last is None:
                    return
                yield int.from_bytes(last, "big") if kind.has_numbers else last, value

    def _read(self, statement: str, kind: Kind, **values: object) -> list[tuple[Any, ...]]:
        values |= {"kind": CODES[kind], "graph": self.graph, "revision": self.revision}
        rows = self._database.read(statement, values)
        if not rows:
            raise StoredIndexError(
                f"{self._database.address}: revision {self.revision} of the graph is not there "
                "(any more, or not yet); open the graph again"
            )
        return rows


def current_revision(database: Database, namespace: str) -> PostgresRows:
    """The rows of the newest revision of a graph that the server has.

    Args:
        database: the primary server's, or a replica's.
        namespace: the name of the graph among all graphs of the database.

    Raises:
        StoreError: the database cannot be read, has no such graph, or was written by another
            version of this package.
    """
    check(database)
    rows = database.read(_CURRENT, (namespace,))
    if not rows:
        known = ", ".join(namespaces(database)[:MOST_NAMED]) or "none"
        raise StoreError(
            f"{database.address}: there is no graph {namespace!r} (published: {known}); "
            "`skillagent index GRAPH --store ADDRESS` publishes one"
        )
    ((graph, revision, version),) = rows
    if version != VERSION:
        raise StoreError(
            f"{database.address}: the graph {namespace!r} was published by another version of "
            "skillagent: publish it again"
        )
    return PostgresRows(database, graph, revision)


def namespaces(database: Database) -> list[str]:
    """The namespaces of all published graphs, in order. Raises StoreError."""
    check(database)
    rows = database.read("SELECT namespace FROM skillagent.graphs WHERE revision > 0")
    return sorted(namespace for (namespace,) in rows)
