"""Sessions of a published graph in its database, so that every server can go on with each of them.

Above: `published_app`. Below: `session_rows`, `store`.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator

from skillagent.errors import StoreError
from skillagent.markdown.hidden import one_line
from skillagent.mcp_server.session_rows import SessionRowsError
from skillagent.store.postgres.database import Database, Transaction
from skillagent.store.postgres.tokens import hashed

_READ = (
    "SELECT revision, CASE WHEN revision IS DISTINCT FROM %(known)s THEN state END"
    " FROM skillagent.sessions WHERE graph = %(graph)s AND hash = %(hash)s"
)
_LOCK = "SELECT FROM skillagent.sessions WHERE graph = %(graph)s AND hash = %(hash)s FOR UPDATE"
_INSERT = (
    "INSERT INTO skillagent.sessions (graph, hash, revision, state, used)"
    " VALUES (%(graph)s, %(hash)s, 0, %(state)s, %(now)s)"
)
_UPDATE = (
    "UPDATE skillagent.sessions SET revision = revision + 1, state = %(state)s, used = %(now)s"
    " WHERE graph = %(graph)s AND hash = %(hash)s AND revision = %(revision)s"
)
_DELETE = "DELETE FROM skillagent.sessions WHERE graph = %(graph)s AND used < %(before)s"
_log = logging.getLogger(__name__)


class _Table:
    """See `SessionTable`."""

    def __init__(self, statements: Database | Transaction, graph: int) -> None:
        self._statements, self._graph = statements, graph

    def read(self, token: str, known: int | None = None) -> tuple[int, bytes | None] | None:
        with _told():
            rows = self._statements.read(_READ, self._values(token, known=known))
        return (rows[0][0], rows[0][1]) if rows else None

    def update(self, token: str, revision: int, state: bytes, now: float) -> bool:
        values = self._values(token, revision=revision, state=state, now=now)
        with _told():
            return bool(self._statements.write(_UPDATE, values))

    def _values(self, token: str, **others: object) -> dict[str, object]:
        return {"graph": self._graph, "hash": hashed(token), **others}


class PostgresSessionRows(_Table):
    """The sessions of one graph; see `SessionRows`.

    Args:
        database: the primary server's; whoever opened it closes it.
        graph: number of the graph.
    """

    def __init__(self, database: Database, graph: int) -> None:
        super().__init__(database, graph)
        self._database = database

    def insert(self, token: str, state: bytes, now: float) -> None:
        with _told():
            self._database.write(_INSERT, self._values(token, state=state, now=now))

    @contextlib.contextmanager
    def locked(self, token: str) -> Iterator[_Table]:
        with _told(), self._database.writing() as connection:
            statements = Transaction(connection)
            statements.read(_LOCK, self._values(token))
            yield _Table(statements, self._graph)

    def delete_unused(self, before: float) -> None:
        with _told():
            self._database.write(_DELETE, {"graph": self._graph, "before": before})

    def close(self) -> None:
        """Nothing to release: the sessions of other graphs are in the same database."""


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except StoreError as error:
        # The model cannot use the address of the database, which the error names.
        _log.warning("%s", one_line(str(error)))
        raise SessionRowsError("their database does not answer") from None
