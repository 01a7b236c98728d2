"""Whatever is exchanged while a root is read, no byte from outside of it is read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from benchmarks import swap_loads

from skillagent import GraphError, SkillGraph
from skillagent.graph import Root, open_root
from skillagent.graph.open_root import OpenRoot
from skillagent.graph.walk import Options, read_bytes, read_file

LOADS = int(os.environ.get("SKILLAGENT_SWAP_LOADS", "200"))
"""Loads beside a process that exchanges files; `benchmarks.swap_loads` makes 10,000."""
WATCHED = ("open", "scandir", "lstat", "readlink", "stat")
"""Before each call of one of these, an exchange may come."""
POINTS = 40
"""Of all calls of a load, so many are tried, evenly apart, the first ones among them."""


@pytest.fixture(params=[True, False], ids=["by-descriptor", "by-path"])
def root(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A root beside a folder outside, read in each of the two ways."""
    if request.param and not open_root.BY_DESCRIPTOR:
        pytest.skip("this system opens nothing from an open folder")
    monkeypatch.setattr(open_root, "BY_DESCRIPTOR", request.param)
    swap_loads.make(tmp_path)
    return tmp_path / "root"


class Exchange:
    """Exchanges a file or folder for a link that leads outside, and brings it back."""

    def __init__(self, root: Path, name: str) -> None:
        self._path = root / name
        self._aside = root.parent / "aside"
        self._outside = root.parent / "out" / name
        self._made = False

    def make(self) -> None:
        os.rename(self._path, self._aside)
        os.symlink(self._outside, self._path)
        self._made = True

    def undo(self) -> None:
        if self._made:
            os.unlink(self._path)
            os.rename(self._aside, self._path)
            self._made = False


@contextmanager
def exchanged(exchange: Exchange, first: int, last: int) -> Iterator[Callable[[], int]]:
    """From one call into the system to another, a file or folder is exchanged.

    Yields:
        How many calls there were.
    """
    count = 0

    def watching(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            nonlocal count
            at, count = count, count + 1
            with pytest.MonkeyPatch.context() as plain:
                for name, function in real_ones.items():
                    plain.setattr(os, name, function)
                if at == first:
                    exchange.make()
                elif at == last:
                    exchange.undo()
            return real(*arguments, **options)

        return call

    real_ones = {name: getattr(os, name) for name in WATCHED}
    with pytest.MonkeyPatch.context() as patch:
        for name, function in real_ones.items():
            patch.setattr(os, name, watching(function))
        yield lambda: count
    exchange.undo()


def texts(root: Path) -> list[str]:
    """All that a load and the reads after it give."""
    try:
        graph = SkillGraph.load(root)
    except GraphError:
        return []
    found = [node.document.text for node in graph.nodes.values()]
    assert f"{swap_loads.SECRET}-rule" in graph.nodes or not found  # no rule from outside counts
    for path in ("flat/file.md", "link.md"):
        try:
            found.append(read_bytes(graph.roots[0], path).decode())
        except OSError:
            continue
        source = read_file(graph.roots[0], path, Options())
        found += [source.text] if source else []
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["flat", "deep/er", "deep", "file.md", "flat/file.md", ".skillagentignore", "link.md"]
)
def test_an_exchange_at_any_call_lets_nothing_from_outside_in(root: Path, name: str) -> None:
    exchange = Exchange(root, name)
    with exchanged(exchange, -1, -1) as counted:
        whole = texts(root)
    calls = counted()
    assert whole and not any(swap_loads.SECRET in text for text in whole)
    points = sorted({*range(POINTS // 3), *range(0, calls, max(1, calls // POINTS))})
    for first in points:
        for last in (first + 1, -1):
            with exchanged(exchange, first, last):
                assert not any(swap_loads.SECRET in text for text in texts(root))
    assert texts(root) == whole


def test_files_exchanged_by_another_process_let_nothing_from_outside_in() -> None:
    count = swap_loads.run(LOADS)
    assert (count["loads"], count["outside"], count["raw_errors"]) == (LOADS, 0, 0)


def test_what_lies_in_a_root_is_opened_and_nothing_else(root: Path) -> None:
    with OpenRoot(root) as opened:
        with opened.file("deep/er/file.md") as stream:
            assert stream.read().startswith(b"inside")
        assert opened.resolve("link.md") == "file.md"
        assert opened.resolve("deep/..") == ""
        assert opened.resolve("../out/file.md") is None
        for path in ("link.md", "none.md", "deep", "flat/none/file.md"):
            with pytest.raises(OSError, match=r".") as caught:
                opened.file(path)
            assert caught.value.strerror
        with pytest.raises(OSError, match="null"):
            opened.resolve("\0")


def test_a_folder_that_failed_to_open_is_not_taken_for_the_next(root: Path) -> None:
    (root / "deep" / "gone").symlink_to("er")
    with OpenRoot(root) as opened:
        for _ in range(2):
            with pytest.raises(OSError, match=r"it was replaced|outside the root"):
                opened.file("deep/gone/file.md")
        with opened.file("deep/er/file.md") as stream:
            assert stream.read()


def test_nothing_stays_open(root: Path) -> None:
    before = len(os.listdir("/dev/fd"))
    (root / "pipe.md").unlink(missing_ok=True)
    os.mkfifo(root / "pipe.md")
    (root / "folder.md").symlink_to("deep")
    SkillGraph.load(root)
    read_bytes(Root(root), "deep/er/file.md")
    assert len(os.listdir("/dev/fd")) == before
