"""The table's file: whole or not there, recognised, put aside and made again."""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from skillagent import UsageError
from skillagent.files.user_cache import CACHE_VARIABLE
from skillagent.tokens import EncodingCounter
from skillagent.tokens.table_counter import table_counter
from skillagent.tokens.table_writer import ensure_table
from skillagent.tokens.vocabulary import VOCABULARIES
from skillagent.tokens.vocabulary_table import open_table, table_path
from tests.test_journal import killed_at

VOCABULARY = VOCABULARIES["cl100k_base"]  # The smaller one.
TEXT = "antidisestablishmentarianism, word by word"
TOKENS = 10


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder, whose name has a meaning in a URI."""
    folder = tmp_path / "a%20b? é#c"
    monkeypatch.setenv(CACHE_VARIABLE, str(folder))
    return folder


@pytest.fixture
def table(cache: Path, folder_of_tables: Path) -> Path:
    """The table of `VOCABULARY`, which the test may change."""
    shutil.copytree(folder_of_tables, cache)
    return Path(table_path(VOCABULARY))


def count() -> int | None:
    """The count by the table; None if there is none that can be used."""
    counter = table_counter(VOCABULARY)
    return None if counter is None else counter.count(TEXT)


def test_a_table_is_made_once_and_has_the_same_bytes_everywhere(
    cache: Path, folder_of_tables: Path
) -> None:
    assert count() is None
    assert ensure_table("cl100k_base")
    assert count() == TOKENS == EncodingCounter("cl100k_base", fast=False).count(TEXT)
    file = Path(table_path(VOCABULARY))
    assert file.is_relative_to(cache)
    assert file.read_bytes() == next(folder_of_tables.rglob(file.name)).read_bytes()
    before = file.stat()
    assert ensure_table("cl100k_base")
    assert file.stat() == before
    assert os.listdir(file.parent) == [file.name]


def test_a_table_contains_the_vocabulary(folder_of_tables: Path) -> None:
    for vocabulary in VOCABULARIES.values():
        (file,) = folder_of_tables.rglob(f"{vocabulary.encoding}*")
        with closing(sqlite3.connect(file)) as connection:
            rows = connection.execute("SELECT token, rank FROM tokens").fetchall()
        assert dict(rows) == vocabulary.ranks()


def test_an_unknown_encoding_has_no_table(cache: Path) -> None:
    with pytest.raises(UsageError, match="unknown encoding"):
        ensure_table("p50k_base")


def cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def cut_by_a_page(file: Path) -> None:
    os.truncate(file, file.stat().st_size - 4096)


def cut_in_the_header(file: Path) -> None:
    os.truncate(file, 50)


def emptied(file: Path) -> None:
    os.truncate(file, 0)


def with_more_behind(file: Path) -> None:
    with file.open("ab") as stream:
        stream.write(b"\0" * 4096)


def something_else(file: Path) -> None:
    file.write_text("This is not a database. " * 1_000)


def of_another_program(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE tokens (token BLOB PRIMARY KEY, rank INTEGER)")


def changed(statement: str) -> Callable[[Path], None]:
    def change(file: Path) -> None:
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute(statement)

    change.__name__ = statement
    return change


DAMAGES = [
    cut,
    cut_by_a_page,
    cut_in_the_header,
    emptied,
    with_more_behind,
    something_else,
    of_another_program,
    changed("UPDATE description SET digest = 'sha256:0'"),
    changed("UPDATE description SET complete = 0"),
    changed("DELETE FROM description"),
    changed("PRAGMA user_version = 0"),
    changed("PRAGMA application_id = 0"),
]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_damaged_or_foreign_file_is_recognised(
    table: Path, damage: Callable[[Path], None]
) -> None:
    damage(table)
    damaged = table.read_bytes()
    assert count() is None
    assert table.read_bytes() == damaged  # Whoever only counts leaves it.


@pytest.mark.parametrize("damage", [cut, something_else], ids=lambda damage: damage.__name__)
def test_a_file_that_cannot_be_used_is_put_aside_and_made_again(
    table: Path, damage: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    damage(table)
    damaged = table.read_bytes()
    assert EncodingCounter("cl100k_base").count(TEXT) == TOKENS
    assert not caplog.records
    assert ensure_table("cl100k_base")
    assert count() == TOKENS
    assert table.with_name(table.name + ".damaged").read_bytes() == damaged
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert str(table) in record.getMessage()


def test_damage_that_is_met_while_counting_is_put_aside(table: Path) -> None:
    with table.open("r+b") as stream:
        stream.seek(4 * 4096)
        stream.write(b"\xff" * (table.stat().st_size - 4 * 4096))
    assert open_table(VOCABULARY) is not None
    assert EncodingCounter("cl100k_base").count(TEXT) == TOKENS
    assert not table.exists()
    assert ensure_table("cl100k_base")
    assert count() == TOKENS


def test_a_table_that_is_deleted_while_it_is_used(table: Path) -> None:
    counter = EncodingCounter("cl100k_base")
    table.unlink()
    assert counter.count(TEXT) == TOKENS
    assert EncodingCounter("cl100k_base").count(TEXT) == TOKENS


def test_a_cache_folder_that_cannot_be_written_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "file" / "cache"))
    assert not ensure_table("cl100k_base")
    assert EncodingCounter("cl100k_base").count(TEXT) == TOKENS
    assert not caplog.records


@pytest.mark.slow
@pytest.mark.process
@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills a forked process")
def test_a_writer_that_is_killed_leaves_no_table_or_a_whole_one(cache: Path) -> None:
    states = []
    for operation in range(100):
        shutil.rmtree(cache, ignore_errors=True)
        if not killed_at(operation, lambda: ensure_table("cl100k_base")):
            break
        states.append((Path(table_path(VOCABULARY)).exists(), count()))
    assert len(states) >= 3
    assert set(states) == {(False, None)}  # The last operation puts the table in place.
    assert count() == TOKENS


@pytest.mark.process
@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks writers")
def test_several_writers_and_a_reader_at_once(cache: Path) -> None:
    writers = set()
    for _ in range(3):
        if (child := os.fork()) == 0:
            os._exit(0 if ensure_table("cl100k_base") else 1)
        writers.add(child)
    counts = set()
    while writers:
        counts.add(count())
        child, status = os.waitpid(-1, os.WNOHANG)
        assert status == 0
        writers -= {child}
    assert counts <= {None, TOKENS}
    assert count() == TOKENS
