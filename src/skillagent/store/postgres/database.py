"""Reaches a PostgreSQL database, through a few connections that threads share.

Above: `rows`, `publishing`. Below: `address`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout

from skillagent.errors import StoreError
from skillagent.markdown.hidden import one_line
from skillagent.store.postgres.address import Address

MAX_CONNECTIONS = 8
"""Connections of one process, which its threads share."""
WAIT_SECONDS = 5.0
"""Seconds for which a statement waits for a connection: longer than a server takes to restart."""
LOST = (psycopg.OperationalError, psycopg.InterfaceError)
"""Errors after which the same statement may succeed on a new connection."""

Values = Sequence[object] | Mapping[str, object]
Connection = psycopg.Connection[tuple[Any, ...]]
RIGHTS = (
    "who publishes needs the right to create a schema in the database, and who serves the right to "
    "read the tables of the schema skillagent and to write its table of sessions"
)


class Database:
    """One database.

    Args:
        address: where it is.
        connections: most connections at once.
        wait: seconds for which a statement waits for a connection.

    Raises:
        StoreError: it cannot be reached.
    """

    def __init__(
        self, address: Address, connections: int = MAX_CONNECTIONS, wait: float = WAIT_SECONDS
    ) -> None:
        self.address = address
        # A pool does not tell why it has no connection, so the first one is made without it.
        with self._told():
            psycopg.connect(address.conninfo).close()
        self._pool = ConnectionPool(
            address.conninfo,
            kwargs={"autocommit": True},
            min_size=0,
            max_size=connections,
            timeout=wait,
            reconnect_timeout=wait,
            num_workers=1,
            open=True,
        )

    def read(self, statement: str, values: Values = ()) -> list[tuple[Any, ...]]:
        """The rows that a statement returns, which changes nothing.

        If the connection is lost, the statement is sent once more, on another one.

        Raises:
            StoreError: the database cannot be reached, or refuses the statement.
        """
        with self._told():
            try:
                return self._rows(statement, values)
            except PoolTimeout:
                raise
            except LOST:
                self._pool.check()
                return self._rows(statement, values)

    def _rows(self, statement: str, values: Values) -> list[tuple[Any, ...]]:
        with self._pool.connection() as connection:
            # Bytes come as they are, not as text with two digits for each.
            return connection.execute(statement.encode(), values, binary=True).fetchall()

    def write(self, statement: str, values: Values = ()) -> int:
        """Carry out one statement, and return how many rows it changed.

        It is never sent twice, because it may have been carried out before the connection was lost.

        Raises:
            StoreError: the database cannot be reached, or refuses the statement.
        """
        with self._told(), self._pool.connection() as connection:
            return connection.execute(statement.encode(), values).rowcount

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection with a transaction, which is carried out when the block ends.

        Raises:
            StoreError: the database cannot be reached, or refuses a statement. Nothing of the
                transaction remains, unless the connection was lost while it was being completed.
        """
        with self._told(), self._pool.connection() as connection, connection.transaction():
            yield connection

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except psycopg.errors.InsufficientPrivilege as error:
            raise StoreError(f"{self.address}: {_said(error)}: {RIGHTS}") from None
        except psycopg.Error as error:
            raise StoreError(f"{self.address}: {_said(error)}") from None

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()


def _said(error: psycopg.Error) -> str:
    """What a server says, on one line."""
    return " ".join(one_line(str(error)).split())


class Transaction:
    """The statements of one transaction; see `Database.writing`.

    Args:
        connection: what `Database.writing` gave.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def read(self, statement: str, values: Values = ()) -> list[tuple[Any, ...]]:
        """See `Database.read`; nothing is sent twice."""
        return self._connection.execute(statement.encode(), values, binary=True).fetchall()

    def write(self, statement: str, values: Values = ()) -> int:
        """See `Database.write`."""
        return self._connection.execute(statement.encode(), values).rowcount
