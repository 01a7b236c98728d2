"""Workers read the files of a new index: whoever they are, the index is the same."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import ProcessPoolExecutor
from pathlib import Path

import pytest

from skillagent.cli import main
from skillagent.cli.workers import dask_workers, local_workers
from skillagent.errors import UsageError
from skillagent.indexing import open_graph
from skillagent.indexing.partition import Workers
from tests.conftest import Vault
from tests.indexing.test_opening import MANY, file_of, rows_of

FILES = {
    **MANY,
    "top.md": "---\nlink_fields: [needs]\nneeds: n1\n---\n# Top\n\nDeclares what is a link.",
    "de/wabe.md": "---\nlang: de\n---\n# Wabe\n\nDie Bienen und der Honig sind in der Wabe.",
    "empty.md": "",
}


@pytest.fixture
def folder(tmp_path: Path, vault: Vault) -> Path:
    return vault({f"graph/{name}": text for name, text in FILES.items()}) / "graph"


@contextlib.contextmanager
def threads(_files: int) -> Iterator[Executor]:
    with ThreadPoolExecutor(2) as executor:
        yield executor


@contextlib.contextmanager
def processes(_files: int) -> Iterator[Executor]:
    with ProcessPoolExecutor(1) as executor:
        yield executor


class _Broken(Executor):
    """Workers that all stop before they have an answer."""

    def submit(self, *arguments: object, **options: object) -> Future[object]:  # type: ignore[override]
        future: Future[object] = Future()
        future.set_exception(BrokenExecutor("stopped"))
        return future


@contextlib.contextmanager
def broken(_files: int) -> Iterator[Executor]:
    yield _Broken()


@pytest.mark.parametrize("workers", [threads, processes, broken])
def test_workers_make_the_index_that_one_process_makes(
    folder: Path, tmp_path: Path, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("skillagent.indexing.partition.FILES", 7)
    alone = open_graph([folder], folder=tmp_path / "alone")
    helped = open_graph([folder], folder=tmp_path / "helped", workers=workers)
    assert rows_of(file_of(helped)) == rows_of(file_of(alone))


def test_a_dask_cluster_reads_the_files(
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    distributed = pytest.importorskip("distributed")
    # Dask opens a socket to a public address, without sending anything, to learn its own address.
    monkeypatch.setattr("distributed.utils._get_ip", lambda *_, **__: "127.0.0.1")
    alone = open_graph([folder], folder=tmp_path / "alone")
    with distributed.LocalCluster(n_workers=1, processes=False, dashboard_address=None) as cluster:
        assert main(["index", str(folder), "--dask", cluster.scheduler_address]) == 0
    assert "indexed" in capsys.readouterr().out
    assert rows_of(file_of(open_graph([folder]))) == rows_of(file_of(alone))


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("skillagent.cli.workers.SECONDS", 0.1)
    monkeypatch.setattr("distributed.utils._get_ip", lambda *_, **__: "127.0.0.1")
    with (
        pytest.raises(UsageError, match=r"--dask: no scheduler answers at tcp://127\.0\.0\.1:9"),
        dask_workers("tcp://127.0.0.1:9")(1),
    ):
        pass


def test_processes_are_started_only_where_they_save_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    with local_workers(10) as few, local_workers(100_000) as many:
        assert few is None
        assert isinstance(many, ProcessPoolExecutor)
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    with local_workers(100_000) as alone:
        assert alone is None
