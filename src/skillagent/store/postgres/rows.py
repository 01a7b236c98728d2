"""Reads the rows of one revision of a graph.

Each statement also asks whether the revision is there. It may be missing after it was removed, and
on a replica that has not received it yet; what such a server has of it would be a mixture.

Above: `stored_view`. Below: `database`, `store.rows`.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
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
    SELECT kind, key, value FROM skillagent.rows
    WHERE graph = %(graph)s AND since <= %(revision)s AND until > %(revision)s
"""
_THERE = """
) AS r ON true WHERE at.graph = %(graph)s AND at.revision = %(revision)s
"""
MOST_NAMED = 10
"""How many namespaces a message names."""
_START = f"substr(key, 1, {INDEXED})"
_ONE = f"""
SELECT value {_REVISION}
AND kind = %(kind)s AND {_START} = substr(%(key)s, 1, {INDEXED}) AND key = %(key)s
{_THERE}"""
_MANY = f"""
SELECT kind, key, value {_REVISION}
AND kind = ANY(%(kinds)s) AND {_START} = ANY(%(starts)s) AND key = ANY(%(keys)s)
{_THERE}"""
_NEXT = f"""
SELECT key, value {_REVISION}
AND kind = %(kind)s AND {_START} >= substr(%(key)s, 1, {INDEXED}) AND key > %(key)s
ORDER BY {_START}, key LIMIT %(limit)s
{_THERE}ORDER BY key"""
_CURRENT = """
SELECT id, revision, version
FROM skillagent.graphs JOIN skillagent.revisions USING (revision)
WHERE namespace = %s AND graph = id
"""
# Each statement is a round trip. What follows a row nearly always comes with it.
_WITH_ONE = {Kind.HEAD: (Kind.LINKS, Kind.INCOMING, Kind.EDGES)}
"""Kind of one row → kinds of the rows that come with it: a node is about to be shown."""
_WITH_SEVERAL = {Kind.HEAD: (Kind.EDGES,), Kind.LINKS: (Kind.HEAD, Kind.EDGES)}
"""Kind of several rows → kinds of the rows that come with them: links to nodes are shown."""
AHEAD = 4_096
"""Most rows that wait until they are asked for."""


class _Ahead:
    """Rows that came with others, until they are asked for."""

    def __init__(self) -> None:
        self._values: OrderedDict[tuple[Kind, Key], bytes | None] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, kind: Kind, values: Mapping[Key, bytes | None]) -> None:
        with self._lock:
            self._values.update({(kind, key): value for key, value in values.items()})
            while len(self._values) > AHEAD:
                self._values.popitem(last=False)

    def take(self, kind: Kind, keys: Sequence[Key]) -> dict[Key, bytes | None]:
        with self._lock:
            return {
                key: self._values.pop((kind, key))
                for key in dict.fromkeys(keys)
                if (kind, key) in self._values
            }


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
        self._ahead = _Ahead()

    def get(self, kind: Kind, key: Key) -> bytes | None:
        return self._values(kind, (key,), _WITH_ONE.get(kind, ())).get(key)

    def many(self, kind: Kind, keys: Sequence[Key]) -> Mapping[Key, bytes]:
        values = self._values(kind, keys, _WITH_SEVERAL.get(kind, ()))
        return {key: value for key in keys if (value := values[key]) is not None}

    def _values(
        self, kind: Kind, keys: Sequence[Key], others: Sequence[Kind]
    ) -> dict[Key, bytes | None]:
        """Key → value; None if there is no such row.

        Args:
            kind: the kind of the rows.
            keys: their keys.
            others: kinds of which the rows with these keys will be asked for next.
        """
        values = self._ahead.take(kind, keys)
        missing = [key for key in dict.fromkeys(keys) if key not in values]
        if not missing:
            return values
        if len(missing) == 1 and not others:
            ((value,),) = self._read(_ONE, kind=CODES[kind], key=stored_key(missing[0]))
            return {**values, missing[0]: value}
        stored = [stored_key(key) for key in missing]
        kinds = [CODES[one] for one in (kind, *others)]
        starts = [key[:INDEXED] for key in stored]
        rows = self._read(_MANY, kinds=kinds, keys=stored, starts=starts)
        read = {(code, key): value for code, key, value in rows}
        for other in others:
            self._ahead.put(
                other,
                {
                    key: read.get((CODES[other], one))
                    for key, one in zip(missing, stored, strict=True)
                },
            )
        for key, one in zip(missing, stored, strict=True):
            values[key] = read.get((CODES[kind], one))
        return values

    def every(self, kind: Kind) -> Iterator[tuple[Key, bytes]]:
        last = b""
        while rows := self._read(_NEXT, kind=CODES[kind], key=last, limit=AT_ONCE):
            for last, value in rows:
                if last is None:
                    return
                yield int.from_bytes(last, "big") if kind.has_numbers else last, value

    def _read(self, statement: str, **values: object) -> list[tuple[Any, ...]]:
        values |= {"graph": self.graph, "revision": self.revision}
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
