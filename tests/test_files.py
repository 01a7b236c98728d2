"""What is read from a place that somebody names is a regular file, and no longer than it may be."""

from __future__ import annotations

import os
import re
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import platformdirs
import pytest

from skillagent import config
from skillagent.agent import saved
from skillagent.cli.changes import text_of
from skillagent.errors import UsageError
from skillagent.files.atomic import write_atomic
from skillagent.files.regular import read_regular
from skillagent.files.user_cache import CACHE_VARIABLE, cache_folder
from skillagent.hosts import install, install_record
from skillagent.providers.prices import Prices
from skillagent.testing import script_file

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kinds of files of POSIX")


def pipe(path: Path) -> None:
    os.mkfifo(path)


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def folder(path: Path) -> None:
    path.mkdir()


def bound(path: Path) -> None:
    # A socket's path may be a hundred letters long, so it is bound from within its folder.
    here = Path.cwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path.name)
    finally:
        os.chdir(here)


KINDS = [
    pytest.param(pipe, "a named pipe", id="pipe"),
    pytest.param(device, "a device", id="device"),
    pytest.param(folder, "a folder", id="folder"),
    pytest.param(bound, "a socket", id="socket"),
]


@pytest.mark.parametrize(("make", "kind"), KINDS)
@pytest.mark.parametrize("linked", [False, True])
def test_what_is_no_regular_file_is_refused_without_waiting(
    tmp_path: Path, make: Callable[[Path], None], kind: str, linked: bool
) -> None:
    path = tmp_path / "file"
    make(path)
    if linked:
        (tmp_path / "link").symlink_to(path)
        path = tmp_path / "link"
    with pytest.raises(OSError, match=f"it is no regular file but {kind}") as caught:
        read_regular(path, 100)
    assert caught.value.filename == str(path)


def test_a_file_exchanged_after_it_was_looked_at_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_text("text")
    look = os.stat

    def look_and_exchange(name: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        status = look(name, follow_symlinks=follow_symlinks)
        path.unlink()
        pipe(path)
        return status

    # Undone before pytest itself looks at files.
    with monkeypatch.context() as patch:
        patch.setattr(os, "stat", look_and_exchange)
        with pytest.raises(OSError, match="no regular file but a named pipe"):
            read_regular(path, 100)


@pytest.mark.parametrize(("limit", "fits"), [(5, True), (4, False)])
def test_a_limit_holds(tmp_path: Path, limit: int, fits: bool) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    if fits:
        assert read_regular(path, limit) == b"12345"
    else:
        with pytest.raises(OSError, match="it has more than 4 bytes"):
            read_regular(path, limit)


READERS: list[tuple[str, Callable[[Path], object]]] = [
    ("skillagent.toml", lambda path: config.find(path.parent)),
    ("pyproject.toml", lambda path: config.find(path.parent)),
    ("prices.toml", Prices.load),
    ("conversation.json", saved.load),
    ("accepted.json", lambda path: text_of(str(path))),
    ("script.yaml", script_file.load),
    (".mcp.json", install.read_text),
]


@pytest.mark.parametrize(("make", "kind"), KINDS)
@pytest.mark.parametrize(("name", "reader"), READERS, ids=[name for name, _ in READERS])
def test_every_file_that_a_person_names_is_refused_in_one_line(
    tmp_path: Path,
    name: str,
    reader: Callable[[Path], object],
    make: Callable[[Path], None],
    kind: str,
) -> None:
    path = tmp_path / name
    make(path)
    expected = f"{re.escape(str(path))}: .*cannot be read: it is no regular file but {kind}"
    with pytest.raises(UsageError, match=expected) as caught:
        reader(path)
    assert "\n" not in str(caught.value)


def test_records_that_are_no_file_are_forgotten_and_made_anew(tmp_path: Path) -> None:
    pipe(tmp_path / install_record.FILE)
    assert install_record.read_record(tmp_path, Path("/x")) is None
    assert install_record.write_record(tmp_path, Path("/x"), install_record.InstallRecord({})) == ""
    assert install_record.read_record(tmp_path, Path("/x")) == install_record.InstallRecord({})


def test_an_error_just_before_the_replacement_leaves_the_old_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")

    def refuse() -> None:
        assert len(os.listdir(tmp_path)) == 2
        raise UsageError("it has changed")

    with pytest.raises(UsageError, match="it has changed"):
        write_atomic(path, b"new", before_replace=refuse)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["a"]
    write_atomic(path, b"new", before_replace=lambda: None)
    assert path.read_text() == "new"


# The user's cache folder


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"XDG_CACHE_HOME": "/elsewhere"},
        {"XDG_CACHE_HOME": ""},
        {"XDG_CACHE_HOME": "relative"},
        {"HOME": "/home/of/another"},
        {"HOME": "relative"},
        {"HOME": ""},
    ],
)
def test_the_cache_folder_is_that_of_platformdirs(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME")
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert cache_folder() == platformdirs.user_cache_dir("skillagent", appauthor=False)


def test_a_variable_moves_the_cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    for value in ("~/caches", "caches", str(tmp_path / "caches")):
        monkeypatch.setenv(CACHE_VARIABLE, value)
        assert cache_folder() == str(tmp_path / "caches")
