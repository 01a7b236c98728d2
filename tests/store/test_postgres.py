"""Graphs in PostgreSQL: revisions are whole, whatever happens to writers, servers and replicas."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from skillagent import Answer, SkillGraph, Toolset
from skillagent.errors import StoredIndexError, StoreError, UsageError
from skillagent.indexing.published import open_published, publish_graph
from skillagent.store.postgres.address import Address
from skillagent.store.postgres.database import Database, Values
from skillagent.store.postgres.publishing import publish
from skillagent.store.postgres.rows import PostgresRows, current_revision
from skillagent.store.postgres.schema import MIGRATIONS, check, migrate, version_of
from skillagent.store.rows import VERSION, Key, Kind, Row
from tests.postgres import Server, wait_until

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]


@pytest.fixture
def database(postgres: Server) -> Iterator[Database]:
    with closing(opened(postgres.new_database())) as database:
        yield database


@pytest.fixture
def address_of_trading(postgres: Server) -> str:
    """A database with the graph `trading`."""
    address = postgres.new_database()
    graph = SkillGraph.load(ROOT / "examples" / "trading")
    publish_graph(graph, Address.parse(address), namespace="trading")
    return address


def opened(address: str) -> Database:
    return Database(Address.parse(address))


def rows_about(text: str, numbers: int = 100) -> list[Row]:
    """Rows of several kinds, a tenth of which says the text."""
    parts: list[Row] = [(Kind.PART, b"about", text.encode())]
    heads: list[Row] = [
        (Kind.HEAD, number, text.encode() if number % 10 == 0 else b"as before")
        for number in range(numbers)
    ]
    return parts + heads


def all_of(rows: PostgresRows, kinds: Sequence[Kind] = tuple(Kind)) -> list[Row]:
    return [(kind, key, value) for kind in kinds for key, value in rows.every(kind)]


def stored_rows(database: Database) -> int:
    ((count,),) = database.read("SELECT count(*) FROM skillagent.rows")
    return int(count)


# What is read is what was published


def test_rows_are_read_as_they_were_published(database: Database) -> None:
    long = b"x" * 5_000
    keys: list[Key] = [b"a", b"b\0\xff", long + b"a", long + b"b"]
    rows: list[Row] = [(Kind.TERM, key, b"of " + bytes(key)[-3:]) for key in keys]
    rows += [(Kind.HEAD, number, str(number).encode()) for number in (0, 1, 255, 256, 70_000)]
    publish(database, "graph", reversed(rows))
    reader = current_revision(database, "graph")
    assert [reader.get(kind, key) for kind, key, _ in rows] == [value for *_, value in rows]
    assert reader.many(Kind.TERM, [*keys, b"none"]) == {
        key: value for kind, key, value in rows if kind is Kind.TERM
    }
    assert reader.get(Kind.TERM, b"none") is None
    assert reader.get(Kind.NUMBER, b"none") is None
    assert reader.many(Kind.HEAD, [2]) == {} == reader.many(Kind.HEAD, [])
    assert all_of(reader, [Kind.TERM, Kind.HEAD]) == rows
    assert all_of(reader, [Kind.NAME]) == []


def test_rows_that_come_with_others_are_those_of_the_store(database: Database) -> None:
    kinds = (Kind.HEAD, Kind.LINKS, Kind.INCOMING, Kind.EDGES)
    rows: list[Row] = [
        (kind, number, f"{kind} of {number}".encode())
        for kind in kinds
        for number in range(6)
        if kind is not Kind.INCOMING or number % 2
    ]
    expected = {(kind, key): value for kind, key, value in rows}
    publish(database, "graph", rows)
    orders = itertools.permutations(kinds)
    for order in orders:
        reader = current_revision(database, "graph")
        for kind in order:
            assert reader.get(kind, 1) == expected[kind, 1]
            assert reader.get(kind, 2) == expected.get((kind, 2))
            several = reader.many(kind, [5, 2, 1, 9, 4, 5])
            assert several == {
                key: expected[kind, key] for key in (5, 2, 1, 4) if (kind, key) in expected
            }


def test_what_shows_a_node_is_read_by_few_statements(
    address_of_trading: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    statements = 0

    def counted(database: Database, statement: str, values: Values = ()) -> list[tuple[Any, ...]]:
        nonlocal statements
        statements += 1
        return read(database, statement, values)

    read = Database.read
    with closing(opened(address_of_trading)) as database:
        tools = Toolset(open_published(database, "trading").view, 8_000)
        tools.list_index(query="position")  # reads what concerns the whole graph
        monkeypatch.setattr(Database, "read", counted)
        most = {"list": 12, "summary": 10, "read": 8}
        calls: dict[str, Callable[[], Answer]] = {
            "list": lambda: tools.list_index(query="stop loss"),
            "summary": lambda: tools.read_summary(["kelly-is-an-upper-bound"]),
            "read": lambda: tools.read_node("size-by-volatility-not-by-conviction"),
        }
        for name, call in calls.items():
            statements = 0
            assert not call().error
            assert 0 < statements <= most[name], name


def test_graphs_of_one_database_are_apart(database: Database) -> None:
    publish(database, "one", rows_about("one"))
    publish(database, "other", rows_about("other"))
    assert current_revision(database, "one").get(Kind.PART, b"about") == b"one"
    assert current_revision(database, "other").get(Kind.PART, b"about") == b"other"


def test_only_what_changed_is_written(database: Database) -> None:
    first = publish(database, "graph", rows_about("first"))
    again = publish(database, "graph", rows_about("first"))
    second = publish(database, "graph", rows_about("second", numbers=90))
    assert (first.revision, first.written, first.ended) == (1, 101, 0)
    assert (again.revision, again.written, again.ended) == (1, 0, 0)
    assert (second.revision, second.written, second.ended) == (2, 10, 20)


def test_a_reader_keeps_its_revision_until_the_grace_period_is_over(database: Database) -> None:
    publish(database, "graph", rows_about("first"))
    reader = current_revision(database, "graph")
    publish(database, "graph", rows_about("second"), grace=3600)
    assert reader.get(Kind.PART, b"about") == b"first"
    assert all_of(current_revision(database, "graph")) == rows_about("second")
    assert all_of(reader) == rows_about("first")
    publish(database, "graph", rows_about("third"), grace=0)
    with pytest.raises(StoredIndexError, match="revision 1 of the graph is not there"):
        reader.get(Kind.PART, b"about")
    assert all_of(current_revision(database, "graph")) == rows_about("third")
    assert stored_rows(database) == len(rows_about("third"))


@pytest.mark.parametrize("namespace", ["", "a/b", "ä", "-a", "a" * 65, "a\n"])
def test_a_namespace_can_stand_in_an_address(namespace: str, database: Database) -> None:
    with pytest.raises(UsageError, match="cannot be a namespace"):
        publish(database, namespace, [])


# Writers


def test_the_second_of_two_writers_waits_for_the_first(database: Database) -> None:
    has_begun, may_end = threading.Event(), threading.Event()

    def slow() -> Iterator[Row]:
        yield from rows_about("first")[:50]
        has_begun.set()
        may_end.wait(60)
        yield from rows_about("first")[50:]

    migrate(database)
    first = threading.Thread(target=publish, args=(database, "graph", slow()))
    second = threading.Thread(target=publish, args=(database, "graph", rows_about("second")))
    first.start()
    assert has_begun.wait(60)
    second.start()
    wait_until(lambda: is_waiting(database))
    publish(database, "another", rows_about("another"))  # does not wait
    with pytest.raises(StoreError, match="no graph 'graph'"):
        current_revision(database, "graph")
    may_end.set()
    first.join(60)
    second.join(60)
    reader = current_revision(database, "graph")
    assert (reader.revision, all_of(reader)) == (2, rows_about("second"))
    assert all_of(PostgresRows(database, graph=1, revision=1)) == rows_about("first")


def is_waiting(database: Database) -> bool:
    statement = (
        "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    return bool(database.read(statement))


WRITER = """
import sys
from tests.store.test_postgres import opened, publish, rows_about

def rows():
    written = rows_about("second", numbers=20_000)
    yield from written[:15_000]
    print("half", flush=True)
    sys.stdin.read()

publish(opened(sys.argv[1]), "graph", rows())
"""


def test_a_writer_that_is_killed_leaves_nothing(postgres: Server) -> None:
    address = postgres.new_database()
    with closing(opened(address)) as database:
        publish(database, "graph", rows_about("first"))
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, address],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as writer:
            assert writer.stdout
            assert writer.stdout.readline() == "half\n"
            writer.send_signal(signal.SIGKILL)
        assert all_of(current_revision(database, "graph")) == rows_about("first")
        second = publish(database, "graph", rows_about("second"), grace=0)
        assert second.revision == 2
        assert all_of(current_revision(database, "graph")) == rows_about("second")
        assert stored_rows(database) == len(rows_about("second"))


def test_a_failed_publication_leaves_the_revision_before(database: Database) -> None:
    def broken() -> Iterator[Row]:
        yield from rows_about("second")
        raise KeyError("a fault in what makes the rows")

    publish(database, "graph", rows_about("first"))
    with pytest.raises(KeyError):
        publish(database, "graph", broken())
    assert all_of(current_revision(database, "graph")) == rows_about("first")


# Servers


def test_a_lost_connection_is_made_again(database: Database) -> None:
    publish(database, "graph", rows_about("first"))
    reader = current_revision(database, "graph")
    database.read(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with pytest.raises(StoreError, match="terminating connection"), database.writing() as writer:
        writer.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    assert reader.get(Kind.PART, b"about") == b"first"


@pytest.mark.slow
def test_while_the_primary_is_down_a_replica_answers_and_later_nothing_is_lost(
    postgres_pair: tuple[Server, Server],
) -> None:
    primary, replica = postgres_pair
    with (
        closing(opened(primary.address())) as writing,
        closing(opened(replica.address())) as reading,
    ):
        publish(writing, "graph", rows_about("first"))
        wait_until(lambda: has_revision(reading, 1))
        at_primary = current_revision(writing, "graph")
        at_replica = current_revision(reading, "graph")
        primary.kill()
        assert all_of(at_replica) == rows_about("first")
        assert all_of(current_revision(reading, "graph")) == rows_about("first")
        with pytest.raises(StoreError, match=r"^postgresql://"):
            publish(Database(writing.address, wait=0.1), "graph", rows_about("lost"))
        primary.start_again()
        assert all_of(at_primary) == rows_about("first")
        publish(writing, "graph", rows_about("second"))
        wait_until(lambda: has_revision(reading, 2))
        assert all_of(current_revision(reading, "graph")) == rows_about("second")
        assert all_of(at_replica) == rows_about("first")


@pytest.mark.slow
def test_a_replica_that_lags_serves_the_older_revision_whole(
    postgres_pair: tuple[Server, Server],
) -> None:
    primary, replica = postgres_pair
    with (
        closing(opened(primary.address())) as writing,
        closing(opened(replica.address())) as reading,
    ):
        publish(writing, "graph", rows_about("first"))
        wait_until(lambda: has_revision(reading, 1))
        reading.read("SELECT pg_wal_replay_pause()")
        publish(writing, "graph", rows_about("second"), grace=0)
        newest = current_revision(writing, "graph")
        older = current_revision(reading, "graph")
        assert (newest.revision, older.revision) == (2, 1)
        assert all_of(older) == rows_about("first")
        # A reader that comes from another server is not given a mixture.
        with pytest.raises(StoredIndexError, match="not yet"):
            PostgresRows(reading, graph=1, revision=2).get(Kind.PART, b"about")
        reading.read("SELECT pg_wal_replay_resume()")
        wait_until(lambda: has_revision(reading, 2))
        assert all_of(current_revision(reading, "graph")) == rows_about("second")


def has_revision(database: Database, revision: int) -> bool:
    try:
        return current_revision(database, "graph").revision == revision
    except StoreError:
        return False


# Tables


def test_an_empty_database_gets_its_tables_from_the_first_publication(database: Database) -> None:
    with pytest.raises(StoreError, match="no graph has been published here"):
        current_revision(database, "graph")
    publish(database, "graph", rows_about("first"))
    assert version_of(database) == len(MIGRATIONS)
    check(database)
    migrate(database)


def test_newer_tables_are_refused(database: Database) -> None:
    publish(database, "graph", rows_about("first"))
    with database.writing() as connection:
        connection.execute("INSERT INTO skillagent.migrations VALUES (99)")
    for use in (
        lambda: publish(database, "graph", rows_about("second")),
        lambda: current_revision(database, "graph"),
    ):
        with pytest.raises(StoreError, match=r"version 99, .* install a newer one"):
            use()


def test_older_tables_are_refused_by_readers(database: Database) -> None:
    publish(database, "graph", rows_about("first"))
    with database.writing() as connection:
        connection.execute("UPDATE skillagent.migrations SET version = version - 1")
        connection.execute("INSERT INTO skillagent.migrations VALUES (-1)")
    with pytest.raises(StoreError, match="publish"):
        current_revision(database, "graph")


def test_a_graph_of_another_version_is_refused(database: Database) -> None:
    publish(database, "graph", rows_about("first"))
    with database.writing() as connection:
        connection.execute("UPDATE skillagent.revisions SET version = %s", (VERSION + 1,))
    with pytest.raises(StoreError, match="published by another version"):
        current_revision(database, "graph")


# Addresses


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://me:s3cret@db.example:5433/graphs", "postgresql://db.example:5433/graphs"),
        ("postgresql://db.example/graphs?password=s3cret", "postgresql://db.example/graphs"),
        ("postgres://me:s3cret@a:1,b:2/graphs", "postgresql://a:1,b:2/graphs"),
        ("postgresql:///graphs?host=/run/pg&password=s3cret", "postgresql:///run/pg/graphs"),
        ("postgresql:///?service=graphs", "postgresql:///?service=graphs"),
    ],
)
def test_an_address_is_shown_without_its_password(text: str, shown: str) -> None:
    address = Address.parse(text)
    assert str(address) == shown
    assert "s3cret" not in repr(address)
    assert address.has_password == ("s3cret" in text)


@pytest.mark.parametrize(
    "text",
    [
        "graphs.sqlite",
        "mysql://me:s3cret@db/graphs",
        "postgresql://me:s3cret@more@db/graphs",
        "postgresql://me:s3cret/more@db/graphs",
        "postgresql://me:s3%cret@db/graphs",
        "postgresql://db/graphs?passwort=s3cret",
        "postgresql://db:s3cret/graphs",
    ],
)
def test_a_wrong_address_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        Address.parse(text)
    assert "s3cret" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_server_that_cannot_be_reached_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as refused:
        opened(f"postgresql://me:s3cret@/graphs?host={tmp_path}")
    assert "s3cret" not in str(refused.value)
    assert "\n" not in str(refused.value)
    assert str(tmp_path) in str(refused.value)


def test_a_password_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSWORD", "s3cret")
    assert "s3cret" not in Address.parse("postgresql://me@db/graphs").conninfo
    assert os.environ["PGPASSWORD"] == "s3cret"
