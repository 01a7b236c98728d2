"""Several installs at the same moment: every entry is there, and every way back is remembered."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from skillagent.errors import UsageError
from skillagent.hosts import install_record
from skillagent.hosts.lock import FOLDER, locked

TOGETHER = 8
ROUNDS = 2
COMMAND = """
import sys
from skillagent.cli import main
import skillagent.hosts.install, filelock
for line in sys.stdin.buffer:
    sys.stdout.write(f"{main(line.decode().split())}\\n")
    sys.stdout.flush()
"""
"""A command a line; what is loaded before the first makes them meet sooner."""
HOLDER = """
import sys
from pathlib import Path
from skillagent.hosts.lock import locked
with locked(Path(sys.argv[1]), Path(sys.argv[2])):
    print("held", flush=True)
    sys.stdin.read()
"""
BEFORE = {
    "claude-code": '{"mcpServers": {"theirs": {"url": "u"}}, "x": [1,  2]}',
    "codex": '# mine\nmodel = "m" # why\n',
}
FILES = {"claude-code": ".mcp.json", "codex": ".codex/config.toml"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for host, text in BEFORE.items():
        file = tmp_path / "project" / FILES[host]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path / "project"


@contextmanager
def processes(project: Path, state: Path) -> Iterator[list[subprocess.Popen[str]]]:
    environ = {**os.environ, "XDG_STATE_HOME": str(state), "HOME": str(project.parent)}
    started = [
        subprocess.Popen(
            [sys.executable, "-c", COMMAND],
            cwd=project,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for _ in range(TOGETHER)
    ]
    try:
        yield started
    finally:
        for process in started:
            process.communicate()


def run(started: list[subprocess.Popen[str]], line: str) -> None:
    """Let each process run a command at once; `NUMBER` in it is its own number."""
    for number, process in enumerate(started):
        assert process.stdin is not None
        process.stdin.write(line.replace("NUMBER", str(number)) + "\n")
        process.stdin.flush()
    for process in started:
        assert process.stdout is not None
        codes = iter(process.stdout.readline, "")
        assert next(code for code in codes if code.strip().isdigit()).strip() == "0"


@pytest.mark.process
@pytest.mark.skipif(sys.platform == "win32", reason="the state folder is moved by a variable")
def test_installs_at_once_lose_nothing_and_go_back_to_the_byte(
    project: Path, tmp_path: Path
) -> None:
    records = tmp_path / "state" / "skillagent" / install_record.FILE
    with processes(project, tmp_path / "state") as started:
        for _ in range(ROUNDS):
            for host in FILES:
                run(started, f"install {host} --name sNUMBER --budget 10NUMBER")
            for host, file in FILES.items():
                text = (project / file).read_text()
                assert all(text.count(f"s{number}") == 1 for number in range(TOGETHER)), host
                record = json.loads(records.read_text())[str(project / file)]
                assert sorted(record["spans"]) == [f"s{number}" for number in range(TOGETHER)]
            for host in FILES:
                run(started, f"install {host} --uninstall --name sNUMBER")
            for host, file in FILES.items():
                assert (project / file).read_text() == BEFORE[host]
            assert json.loads(records.read_text()) == {}
    left = sorted(str(path.relative_to(project)) for path in project.rglob("*"))
    assert left == [".codex", ".codex/config.toml", ".mcp.json"]


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the lock of `file`."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "state"), str(tmp_path / "file")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None and process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


@pytest.mark.process
def test_a_lock_that_another_process_keeps_is_one_line(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "file")
    for name in ("file", "link"):
        expected = f"{name}: another skillagent has been changing it for 0 seconds"
        with (
            pytest.raises(UsageError, match=expected),
            locked(tmp_path / "state", tmp_path / name, seconds=0),
        ):
            pass
    with locked(tmp_path / "state", tmp_path / "other", seconds=0) as unlocked:
        assert unlocked == ""


@pytest.mark.process
def test_a_process_that_is_killed_lets_its_lock_go(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    holder.kill()
    holder.wait()
    with locked(tmp_path / "state", tmp_path / "file", seconds=0) as unlocked:
        assert unlocked == ""
    assert [path.suffix for path in (tmp_path / "state" / FOLDER).iterdir()] == [".lock"]
    assert not (tmp_path / "file").exists()


def test_without_a_state_folder_there_is_no_lock_and_a_reason(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file, not a folder")
    with locked(tmp_path / "state", tmp_path / "file") as unlocked:
        assert unlocked.startswith(f"{tmp_path / 'state'}: cannot be written: ")
