"""Sessions that several workers share: each has its own budget, and none loses a call."""

from __future__ import annotations

import gc
import re
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from itertools import count, cycle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillagent import Answer, Toolset
from skillagent.mcp_server.graph_loader import GraphLoader
from skillagent.mcp_server.postgres_sessions import PostgresSessionRows
from skillagent.mcp_server.server_config import ServerConfig
from skillagent.mcp_server.session_rows import SessionRows, SqliteSessionRows
from skillagent.mcp_server.sessions import SESSION_SECONDS, SessionError, StoredSessions
from skillagent.store.postgres.address import Address
from skillagent.store.postgres.database import Database
from skillagent.store.postgres.publishing import publish
from tests.conftest import BUNDLED, Vault
from tests.postgres import Server

BUDGET = 1_500
LOADERS = [GraphLoader(ServerConfig((str(BUNDLED),), BUDGET)) for _ in range(2)]
QUERIES = ["seed", "budget", "data", "hash", "lock"]


class Workers:
    """Two workers with the same rows, a clock that the test sets, and predictable tokens."""

    def __init__(self, rows: Callable[[], SessionRows]) -> None:
        self.now = 0.0
        self.rows = rows
        numbers = count()
        self.stores = [
            StoredSessions(
                rows(), loader, clock=lambda: self.now, token=lambda: f"token{next(numbers)}"
            )
            for loader in LOADERS
        ]

    def call(self, worker: int, token: str | None, query: str) -> tuple[Answer, str]:
        def act(toolset: Toolset) -> Answer:
            return toolset.call("list_index", {"query": query})

        return self.stores[worker].act(token, act)

    def close(self) -> None:
        for store in self.stores:
            store.close()


def file_in(folder: Path) -> Callable[[], SessionRows]:
    """Opens the sessions of one file."""
    return lambda: SqliteSessionRows(folder / "sessions.sqlite")


@pytest.fixture(params=["SQLite", pytest.param("PostgreSQL", marks=pytest.mark.process)])
def workers(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workers]:
    if request.param == "SQLite":
        with closing(Workers(file_in(tmp_path))) as workers:
            yield workers
        return
    server: Server = request.getfixturevalue("postgres")
    with ExitStack() as opened:
        address = Address.parse(server.new_database())
        databases = [opened.enter_context(closing(Database(address))) for _ in LOADERS]
        publish(databases[0], "graph", [])
        others = cycle(databases)
        yield opened.enter_context(
            closing(Workers(lambda: PostgresSessionRows(next(others), graph=1)))
        )


def number_of(answer: Answer) -> int:
    found = re.search(r"\(call (\d+):", answer.text)
    assert found
    return int(found[1])


def test_a_session_goes_on_with_any_worker(workers: Workers) -> None:
    first, token = workers.call(0, None, "seed")
    assert f'session "{token}")' in first.text
    second, same = workers.call(1, token, "hash")
    third, _ = workers.call(0, token, "seed")
    assert same == token
    assert [number_of(one) for one in (first, second, third)] == [1, 2, 3]
    assert third.text.startswith("This page was listed in call 1")
    assert third.remaining == BUDGET - first.cost - second.cost - third.cost


def test_a_session_leaves_no_cycles_to_the_garbage_collector(workers: Workers) -> None:
    """A worker looks for cycles rarely, see `http.COLLECTION`: they would be kept for long."""
    seen: list[weakref.ref[Toolset]] = []

    def act(toolset: Toolset) -> Answer:
        seen.append(weakref.ref(toolset))
        toolset.call("read_summary", {"nodes": ["seeds"]})
        return toolset.call("list_index", {"query": "seed"})

    gc.disable()
    try:
        for worker in (0, 1):
            workers.stores[worker].act(None, act)
            workers.stores[worker]._cache.clear()
        assert len(seen) == 2
        assert [toolset() for toolset in seen] == [None, None]
    finally:
        gc.enable()


@pytest.mark.slow
@given(
    steps=st.lists(
        st.tuples(st.integers(0, 1), st.integers(0, 2), st.sampled_from(QUERIES)),
        max_size=25,
    )
)
def test_each_session_is_as_if_it_were_alone(
    steps: list[tuple[int, int, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    workers = Workers(file_in(tmp_path_factory.mktemp("sessions")))
    alone: dict[int, Toolset] = {}
    tokens: dict[int, str] = {}
    for worker, session, query in steps:
        answer, token = workers.call(worker, tokens.get(session), query)
        if session not in tokens:
            tokens[session] = token
            alone[session] = LOADERS[0].toolset(token)
        expected = alone[session].call("list_index", {"query": query})
        assert (answer.text, answer.remaining) == (expected.text, expected.remaining)
    for toolset in alone.values():
        assert toolset.ledger.spent <= BUDGET
    workers.close()


def test_calls_at_once_are_all_charged_and_never_twice(workers: Workers) -> None:
    _, token = workers.call(0, None, "seed")

    def one(number: int) -> Answer:
        return workers.call(number % 2, token, f"{QUERIES[number % 5]} {number}")[0]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(one, range(60)))
    told = [answer for answer in answers if answer.text]
    first, _ = workers.call(1, token, "seed")
    assert first.text == ""  # spent: what the answers cost is what was charged
    assert len({number_of(answer) for answer in told}) == len(told)
    assert sum(answer.cost for answer in told) < BUDGET
    assert len(told) >= 3


def test_an_unknown_session_begins_a_new_one_and_says_so(workers: Workers) -> None:
    answer, token = workers.call(0, "mistyped", "seed")
    assert answer.error
    assert "there is no session of this name" in answer.text
    assert "mistyped" not in answer.text  # nearly the name of a session that is another one's
    assert f'session "{token}")' in answer.text
    following, same = workers.call(1, token, "seed")
    assert (number_of(following), same, following.error) == (2, token, False)


def test_a_session_that_nobody_uses_is_dropped_when_another_worker_starts(
    workers: Workers,
) -> None:
    _, old = workers.call(0, None, "seed")
    workers.now += SESSION_SECONDS - 1
    _, young = workers.call(0, None, "seed")
    workers.now += 2
    StoredSessions(workers.rows(), LOADERS[0], clock=lambda: workers.now).close()
    assert workers.call(0, old, "seed")[0].error
    assert not workers.call(1, young, "seed")[0].error


def test_a_call_that_fails_inside_leaves_the_session_as_it_was(workers: Workers) -> None:
    first, token = workers.call(0, None, "seed")

    def broken(toolset: Toolset) -> Answer:
        toolset.call("list_index", {"query": "hash"})
        raise RuntimeError

    with pytest.raises(RuntimeError):
        workers.stores[0].act(token, broken)
    second, _ = workers.call(0, token, "hash")
    assert number_of(second) == 2
    assert second.remaining == BUDGET - first.cost - second.cost


class NoticedLock:
    """A lock that tells when somebody waits for it."""

    def __init__(self, is_waited_for: threading.Event) -> None:
        self._lock = threading.Lock()
        self._is_waited_for = is_waited_for

    def __enter__(self) -> None:
        if not self._lock.acquire(blocking=False):
            self._is_waited_for.set()
            self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def test_a_call_that_waits_for_one_that_fails_begins_from_what_was_stored(
    workers: Workers,
) -> None:
    first, token = workers.call(0, None, "seed")
    has_begun, other_waits = threading.Event(), threading.Event()
    workers.stores[0]._cache[token].lock = NoticedLock(other_waits)  # type: ignore[assignment]

    def broken(toolset: Toolset) -> Answer:
        toolset.call("list_index", {"query": "hash"})
        has_begun.set()
        other_waits.wait(60)
        raise RuntimeError

    with ThreadPoolExecutor(2) as pool:
        failing = pool.submit(workers.stores[0].act, token, broken)
        assert has_begun.wait(60)
        waiting = pool.submit(workers.call, 0, token, "hash")
        assert isinstance(failing.exception(60), RuntimeError)
        second, _ = waiting.result(60)
    assert number_of(second) == 2
    assert second.remaining == BUDGET - first.cost - second.cost


def test_a_session_goes_on_over_a_changed_graph(vault: Vault, tmp_path: Path) -> None:
    folder = vault({"g/index.md": "# A\n\nOld text.", "g/b.md": "# B"}) / "g"
    loader = GraphLoader(ServerConfig((str(folder),), BUDGET))
    store = StoredSessions(SqliteSessionRows(tmp_path / "s.sqlite"), loader)

    def read(toolset: Toolset) -> Answer:
        return toolset.call("read_node", {"node": "index"})

    first, token = store.act(None, read)
    again, _ = store.act(token, read)
    (folder / "index.md").write_text("# A\n\nNew text.")
    before, now = loader.reload()
    assert before is not now
    assert loader.reload() == (now, now)
    after, _ = store.act(token, read)
    assert "Old text." in first.text
    assert "text." not in again.text
    assert "New text." in after.text
    assert number_of(after) == 3
    store.close()


@pytest.mark.parametrize("copied", ["{}", ' "{}" ', 'session "{}"', "{})"])
def test_a_name_is_known_however_a_model_copies_it(copied: str, tmp_path: Path) -> None:
    store = StoredSessions(SqliteSessionRows(tmp_path / "s.sqlite"), LOADERS[0])
    _, token = store.act(None, lambda toolset: toolset.list_index(query="seed"))
    for name in (copied.format(token), copied.format(token.upper())):
        answer, same = store.act(name, lambda toolset: toolset.list_index(query="hash"))
        assert (answer.error, same) == (False, token)
    store.close()


def test_a_spent_session_keeps_its_size_however_often_it_is_called(workers: Workers) -> None:
    answer, token = workers.call(0, None, "seed")
    for number in range(200):
        answer, _ = workers.call(number % 2, token, f"query {number}")
        if not answer.text:
            break
    before = workers.rows().read(token)
    for number in range(30):
        answer, _ = workers.call(number % 2, token, "x" * 10_000)
        assert answer.text == ""
    assert workers.rows().read(token) == before


@pytest.mark.parametrize("state", ["{}", "not json", "other counter"])
def test_a_session_that_another_server_wrote_is_unknown(state: str, tmp_path: Path) -> None:
    file = tmp_path / "s.sqlite"
    store = StoredSessions(SqliteSessionRows(file), LOADERS[0])
    _, token = store.act(None, lambda toolset: toolset.list_index(query="seed"))
    store.close()
    loader = LOADERS[1]
    if state == "other counter":
        loader = GraphLoader(ServerConfig((str(BUNDLED),), BUDGET, count_for="claude-sonnet-5-5"))
    else:
        with sqlite3.connect(file) as database:
            database.execute("UPDATE sessions SET state = ?", (state,))
    store = StoredSessions(SqliteSessionRows(file), loader)
    answer, new = store.act(token, lambda toolset: toolset.list_index(query="seed"))
    assert "there is no session" in answer.text
    assert new != token
    store.close()


def test_the_model_learns_that_the_file_is_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("skillagent.mcp_server.session_rows.WAIT_SECONDS", 0.05)
    file = tmp_path / "s.sqlite"
    store = StoredSessions(SqliteSessionRows(file), LOADERS[0])
    first, token = store.act(None, lambda toolset: toolset.list_index(query="seed"))
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for name in (None, token):
        with pytest.raises(SessionError, match=r"locked.*try again"):
            store.act(name, lambda toolset: toolset.list_index(query="hash"))
    other.execute("ROLLBACK")
    other.close()
    answer, _ = store.act(token, lambda toolset: toolset.list_index(query="hash"))
    assert number_of(answer) == 2
    assert answer.remaining == BUDGET - first.cost - answer.cost
    store.close()
