"""What loading a graph costs and changes in its process: memory, and the garbage collector."""

from __future__ import annotations

import gc
import threading
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from skillagent import GraphError, SkillGraph
from skillagent.graph.collection_pause import collection_paused


def test_no_file_is_held_as_bytes_beside_its_text(tmp_path: Path) -> None:
    files, size = 20, 100_000
    for number in range(files):
        (tmp_path / f"{number}.md").write_text("Prose that links to nothing.\n\n" * (size // 30))
    SkillGraph.load(tmp_path)  # imports and compiled patterns are not measured
    tracemalloc.start()
    try:
        graph = SkillGraph.load(tmp_path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(graph.nodes) == files
    assert peak < 1.5 * files * size


@pytest.fixture(params=[True, False], ids=["on", "off"])
def enabled(request: pytest.FixtureRequest) -> Iterator[bool]:
    """Whether the garbage collector is on while the test runs."""
    before = gc.isenabled()
    (gc.enable if request.param else gc.disable)()
    yield request.param
    (gc.enable if before else gc.disable)()


def test_loading_leaves_the_garbage_collector_as_it_was(tmp_path: Path, enabled: bool) -> None:
    (tmp_path / "a.md").write_text("# A\n")
    SkillGraph.load(tmp_path)
    assert gc.isenabled() is enabled
    with pytest.raises(GraphError):
        SkillGraph.load(tmp_path / "missing")
    assert gc.isenabled() is enabled


def test_threads_that_pause_at_once_restore_it_when_the_last_one_ends(enabled: bool) -> None:
    paused, may_end = threading.Event(), threading.Event()

    def pause() -> None:
        with collection_paused():
            paused.set()
            may_end.wait()

    thread = threading.Thread(target=pause)
    with collection_paused():
        thread.start()
        paused.wait()
    assert not gc.isenabled(), "the thread has not ended"
    may_end.set()
    thread.join()
    assert gc.isenabled() is enabled
