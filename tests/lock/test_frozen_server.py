"""A server that is frozen gives out only files that are as they were locked."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from skillagent import SkillGraph, Toolset, UsageError
from skillagent.lock import FILE, lock_of, read_lock
from skillagent.mcp_server.graph_loader import GraphLoader
from skillagent.mcp_server.server_config import ServerConfig, instructions
from skillagent.mcp_server.session_rows import SqliteSessionRows
from skillagent.mcp_server.sessions import SingleSession, StoredSessions
from tests.conftest import Vault

FILES = {
    "SKILL.md": "---\nname: bees\ndescription: Honest words about bees\n---\n[[a]] [[b]]\n",
    "a.md": "About a.\n",
    "b.md": "About b.\n",
    "scripts/run.py": "print()\n",
}


def config_of(folder: Path) -> ServerConfig:
    """The settings of a server that is frozen by the lock of a folder."""
    path = folder / FILE
    return ServerConfig((str(folder),), lock=str(path), lock_root=read_lock(path).root)


def write_lock(folder: Path) -> None:
    (folder / FILE).write_text(lock_of(SkillGraph.load(folder)).to_text())


@pytest.fixture
def folder(vault: Vault) -> Path:
    vault({f"bees/{name}": text for name, text in FILES.items()})
    folder = vault({}) / "bees"
    write_lock(folder)
    return folder


def test_a_frozen_server_lists_and_gives_only_files_as_locked(folder: Path) -> None:
    config = config_of(folder)
    (folder / "b.md").write_text("Evil.")
    (folder / "new.md").write_text("Evil.")
    (folder / "scripts" / "new.py").write_text("evil")
    catalogue = GraphLoader(config).catalogue
    names = [file.name for file in catalogue.files.values()]
    assert names == ["SKILL.md", "a.md", "run.py"]
    (skill,) = catalogue.skills()
    assert [file.uri.rpartition("/")[2] for file in skill.files] == names


@pytest.mark.parametrize("name", ["a.md", "scripts/run.py", "SKILL.md"])
def test_a_file_that_changes_after_loading_is_not_given_out(folder: Path, name: str) -> None:
    catalogue = GraphLoader(config_of(folder)).catalogue
    (folder / name).write_text("Evil.")
    file = next(file for file in catalogue.files.values() if file.path == name)
    with pytest.raises(OSError, match="changed since this graph was locked"):
        file.read()
    published = [file.uri for skill in catalogue.skills() for file in skill.files]
    assert file.uri not in published


def test_a_session_goes_on_frozen_while_files_change(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    loader = GraphLoader(config_of(folder))
    session = SingleSession(loader)
    assert "About a" in session.act(None, lambda tools: tools.read_node("a"))[0].text
    (folder / "b.md").write_text("Evil.")
    (folder / "new.md").write_text("Evil.")
    assert caplog.text == ""
    old, new = loader.reload()
    assert new is not old
    assert "not shown, for they differ from the lock: 1 added, 1 changed" in caplog.text
    for name in ("b", "new"):
        answer = session.act(None, partial(Toolset.read_node, node=name))[0]
        assert answer.error
        assert "Evil" not in answer.text
    toolsets = [session.act(None, lambda tools: tools.list_index())[0].call for _ in range(2)]
    assert toolsets == [4, 5]  # one session, which does not begin again at each call
    (folder / "new.md").write_text("Evil in other words.")
    assert loader.reload() == (new, new)
    (folder / "b.md").write_text(FILES["b.md"])
    loader.reload()
    assert "About b" in session.act(None, lambda tools: tools.read_node("b"))[0].text


def test_sessions_on_disk_are_frozen_too(folder: Path, tmp_path: Path) -> None:
    loader = GraphLoader(config_of(folder))
    sessions = StoredSessions(SqliteSessionRows(tmp_path / "sessions"), loader)
    _, token = sessions.act(None, lambda tools: tools.read_node("a"))
    (folder / "b.md").write_text("Evil.")
    loader.reload()
    answer, _ = sessions.act(token, lambda tools: tools.read_node("b"))
    assert "has changed since this graph was locked" in answer.text
    sessions.close()


def test_the_instructions_do_not_quote_an_entry_that_has_changed(folder: Path) -> None:
    config = config_of(folder)
    assert "Honest words" in instructions(config)
    (folder / "SKILL.md").write_text("---\nname: bees\ndescription: Evil\n---\n")
    assert "Evil" in instructions(ServerConfig(config.roots))
    assert "Evil" not in instructions(config)
    both = (str(folder), f"other={folder}")
    lock = lock_of(SkillGraph.load(*both))
    path = folder.parent / "both.lock"
    path.write_text(lock.to_text())
    assert "Evil" in instructions(ServerConfig(both, lock=str(path), lock_root=lock.root))


def test_every_process_of_a_server_reads_the_same_lock(folder: Path) -> None:
    config = config_of(folder)
    assert ServerConfig.from_json(json.loads(json.dumps(config.to_json()))) == config
    (folder / "a.md").write_text("Changed.")
    write_lock(folder)
    with pytest.raises(UsageError, match="written again since the server started; restart it"):
        GraphLoader(config)


@pytest.mark.process
def test_serve_reads_the_lock_once_at_its_start(folder: Path) -> None:
    (folder / "b.md").write_text("Evil.")
    client = {"name": "test", "version": "1"}
    opening = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client}
    reading = {"name": "read_node", "arguments": {"node": "b"}}
    command = [sys.executable, "-m", "skillagent", "serve", str(folder), "--frozen"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, text=True, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stdin and process.stdout and process.stderr
        requests, answers, log = process.stdin, process.stdout, process.stderr

        def ask(number: int, method: str, params: object) -> str:
            request = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
            requests.write(json.dumps(request) + "\n")
            requests.flush()
            for line in answers:
                if json.loads(line).get("id") == number:
                    return line
            raise AssertionError(log.read())

        assert "Honest words" in ask(1, "initialize", opening)
        requests.write('{"jsonrpc": "2.0", "method": "notifications/initialized"}\n')
        assert "has changed since this graph was locked" in ask(2, "tools/call", reading)
        write_lock(folder)  # would allow the new text, if it was read again
        assert "has changed since this graph was locked" in ask(3, "tools/call", reading)
        requests.close()
        told = log.read()
    assert "frozen: not shown, for they differ from the lock: 1 changed; `skillagent lock" in told
