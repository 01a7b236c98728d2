"""Tokens that let clients read one graph. Only their hashes are kept.

A token has 256 random bits, so a plain hash is enough: there is nothing to guess, and each request
is checked by one fast comparison.

Above: `cli`, `mcp_server`. Below: `database`.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable

from skillagent.errors import StoreError, UsageError
from skillagent.store.postgres.database import Database
from skillagent.store.postgres.schema import migrate

_INSERT = (
    "INSERT INTO skillagent.tokens (graph, name, hash)"
    " SELECT id, %(name)s, %(hash)s FROM skillagent.graphs WHERE namespace = %(namespace)s"
    " ON CONFLICT DO NOTHING"
)
_DELETE = (
    "DELETE FROM skillagent.tokens WHERE name = %(name)s"
    " AND graph = (SELECT id FROM skillagent.graphs WHERE namespace = %(namespace)s)"
)


def hashed(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def make_token(
    database: Database,
    namespace: str,
    name: str,
    random: Callable[[], str] = lambda: secrets.token_urlsafe(32),
) -> str:
    """Make a token, which cannot be read again later.

    Args:
        database: the primary server's.
        namespace: the graph that it lets a client read.
        name: by which it can be revoked.
        random: makes a text that nobody can guess.

    Raises:
        StoreError: the database cannot be written to, or has no such graph.
        UsageError: there is a token of this name already.
    """
    migrate(database)
    if not database.read("SELECT 1 FROM skillagent.graphs WHERE namespace = %s", (namespace,)):
        raise StoreError(f"{database.address}: there is no graph {namespace!r}")
    token = random()
    values = {"namespace": namespace, "name": name, "hash": hashed(token)}
    if not database.write(_INSERT, values):
        raise UsageError(f"{namespace} has a token {name!r} already: revoke it, or choose a name")
    return token


def revoke_token(database: Database, namespace: str, name: str) -> None:
    """Delete a token; from then on it is refused.

    Raises:
        StoreError: the database cannot be written to.
        UsageError: there is no such token.
    """
    migrate(database)
    if not database.write(_DELETE, {"namespace": namespace, "name": name}):
        raise UsageError(f"{namespace} has no token {name!r}")


def may_read(database: Database, graph: int, token: str, *, without: bool) -> bool:
    """Whether a client may read a graph.

    Args:
        database: the primary server's, which knows at once what was revoked.
        graph: number of the graph.
        token: what the client sent; empty for nothing.
        without: whether a graph that has no tokens may be read by anybody.

    Raises:
        StoreError: the database cannot be read.
    """
    rows = database.read("SELECT hash FROM skillagent.tokens WHERE graph = %s", (graph,))
    if not rows:
        return without
    return bool(token) and any(hmac.compare_digest(kept, hashed(token)) for (kept,) in rows)
