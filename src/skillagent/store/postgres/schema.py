"""The tables of a database with graphs, and the steps by which they came about.

Each step is carried out once and recorded. A database that a newer version has changed is refused,
because what an older one writes there might be wrong.

Above: `publishing`, `rows`. Below: `database`.
"""

from __future__ import annotations

from skillagent.errors import StoreError
from skillagent.store.postgres.database import Connection, Database
from skillagent.store.rows import Key, Kind

LOCK = 0x534B4741
"""Key of the advisory lock under which tables are changed: `SKGA`."""
NEVER = 2**31 - 1
"""`until` of a row that is part of the current revision."""
INDEXED = 1_000
"""How many bytes of a key are indexed; PostgreSQL refuses values of more than 2,700."""
CODES = {kind: code for code, kind in enumerate(Kind)}
"""Numbers of the kinds of rows. Another order of the kinds needs another `rows.VERSION`."""

_GRAPHS = f"""
CREATE TABLE skillagent.graphs (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    namespace text NOT NULL UNIQUE,
    revision integer NOT NULL DEFAULT 0
);
CREATE TABLE skillagent.revisions (
    graph integer NOT NULL REFERENCES skillagent.graphs ON DELETE CASCADE,
    revision integer NOT NULL,
    version integer NOT NULL,
    state text NOT NULL,
    published_at timestamptz NOT NULL DEFAULT now(),
    superseded_at timestamptz,
    PRIMARY KEY (graph, revision)
);
CREATE TABLE skillagent.rows (
    graph integer NOT NULL,
    kind smallint NOT NULL,
    since integer NOT NULL,
    until integer NOT NULL,
    key bytea NOT NULL,
    value bytea NOT NULL
);
CREATE INDEX rows_by_key ON skillagent.rows (graph, kind, substr(key, 1, {INDEXED}), since);
CREATE INDEX rows_ended ON skillagent.rows (graph, until) WHERE until < {NEVER};
COMMENT ON COLUMN skillagent.graphs.revision IS 'the current revision; 0 before the first one';
COMMENT ON COLUMN skillagent.revisions.version IS 'what the rows are written by: rows.VERSION';
COMMENT ON COLUMN skillagent.rows.since IS 'the first revision with this row';
COMMENT ON COLUMN skillagent.rows.until IS 'the first revision without this row';
"""
_SESSIONS = """
CREATE TABLE skillagent.sessions (
    graph integer NOT NULL REFERENCES skillagent.graphs ON DELETE CASCADE,
    hash bytea NOT NULL,
    revision integer NOT NULL,
    used double precision NOT NULL,
    state bytea NOT NULL,
    PRIMARY KEY (graph, hash)
);
CREATE INDEX sessions_used ON skillagent.sessions (used);
CREATE TABLE skillagent.tokens (
    graph integer NOT NULL REFERENCES skillagent.graphs ON DELETE CASCADE,
    name text NOT NULL,
    hash bytea NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (graph, name)
);
COMMENT ON COLUMN skillagent.sessions.hash IS 'SHA-256 of the session''s token';
COMMENT ON COLUMN skillagent.sessions.used IS 'seconds since the epoch';
COMMENT ON COLUMN skillagent.tokens.hash IS 'SHA-256 of the token';
"""
_NAMES = """
ALTER TABLE skillagent.revisions ADD COLUMN name text NOT NULL DEFAULT '';
COMMENT ON COLUMN skillagent.revisions.name IS 'the name of the graph itself';
"""
MIGRATIONS = (_GRAPHS, _SESSIONS, _NAMES)
"""Each step leads from the version that is its place to the next one. A released step never
changes."""


def stored_key(key: Key) -> bytes:
    """A key as bytes, with numbers in the order of their values."""
    return key if isinstance(key, bytes) else key.to_bytes(4, "big")


def version_of(database: Database) -> int:
    """The version of the tables; 0 if there are none."""
    ((table,),) = database.read("SELECT to_regclass('skillagent.migrations')::text")
    if table is None:
        return 0
    ((version,),) = database.read("SELECT coalesce(max(version), 0) FROM skillagent.migrations")
    return int(version)


def check(database: Database) -> None:
    """Refuse a database whose tables are not those of this version.

    Raises:
        StoreError: there are no tables yet, or they are of another version.
    """
    version = version_of(database)
    _refuse_newer(database, version)
    if version == 0:
        raise StoreError(f"{database.address}: no graph has been published here")
    if version < len(MIGRATIONS):
        raise StoreError(
            f"{database.address}: the tables have version {version}, and this skillagent needs "
            f"{len(MIGRATIONS)}: publish a graph with it, which brings them up to date"
        )


def migrate(database: Database) -> None:
    """Bring the tables to the newest version, or make them.

    Raises:
        StoreError: the tables are newer, or may not be changed.
    """
    if version_of(database) == len(MIGRATIONS):
        return
    with database.writing() as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        version = _recorded(connection)
        _refuse_newer(database, version)
        for number in range(version, len(MIGRATIONS)):
            connection.execute(MIGRATIONS[number].encode())
            connection.execute("INSERT INTO skillagent.migrations VALUES (%s)", (number + 1,))


def _recorded(connection: Connection) -> int:
    connection.execute("CREATE SCHEMA IF NOT EXISTS skillagent")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS skillagent.migrations ("
        " version integer PRIMARY KEY, made_at timestamptz NOT NULL DEFAULT now())"
    )
    row = connection.execute("SELECT max(version) FROM skillagent.migrations").fetchone()
    return int(row[0] or 0) if row else 0


def _refuse_newer(database: Database, version: int) -> None:
    if version > len(MIGRATIONS):
        raise StoreError(
            f"{database.address}: the tables have version {version}, and this skillagent knows "
            f"versions up to {len(MIGRATIONS)}: install a newer one"
        )
