"""Nothing written is lost: a change is made whole or not at all, whenever it is interrupted."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from skillagent.authoring.add import NewNode, Place, add_node
from skillagent.authoring.importing import import_graph
from skillagent.authoring.rename import rename
from skillagent.authoring.scaffold import declaration, graph_of_template, new_graph
from skillagent.authoring.split import split
from skillagent.authoring.template import Template
from skillagent.authoring.weave import apply, proposals
from skillagent.authoring.workflow import workflow
from skillagent.cli import main
from skillagent.errors import UsageError
from skillagent.exports import agent_skill
from skillagent.files import JOURNAL
from skillagent.files.changes import Changes, FileChange
from skillagent.files.journal import recover
from skillagent.graph import SkillGraph
from skillagent.markdown import OBSIDIAN

Tree = dict[str, bytes | None]

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="kills a forked process")

GRAPH = {
    "index.md": "# Index\n\n- [[old]] - when old\n- [[long]] - when long\n",
    "old.md": "# Old\n\nSee [[long]]. Written for retry payments.\n",
    "long.md": "# Long\n\n## First part\n\nSee [[old]].\n\n## Second part\n\nText.\n",
    "deep/reader.md": "# Reader\n\nReads [[old]] and [[long#Second part]].\n",
    "deep/retry-payments.md": "---\ndescription: When a payment fails\n---\n# Retry payments\n",
}


def tree(top: Path) -> Tree:
    """Everything below a folder: files with their bytes, folders as None."""
    return {
        str(path.relative_to(top)): path.read_bytes() if path.is_file() else None
        for path in sorted(top.rglob("*"))
    }


def planned_rename(top: Path) -> Changes:
    return rename(SkillGraph.load(top / "graph"), "old", "moved/new")


def planned_split(top: Path) -> Changes:
    return split(SkillGraph.load(top / "graph"), "long")


def planned_weave(top: Path) -> Changes:
    graph = SkillGraph.load(top / "graph")
    return apply(graph, [proposal.to_json() for proposal in proposals(graph)])


def planned_add(top: Path) -> Changes:
    new = NewNode("Later", "When it is late", (), "")
    return add_node(SkillGraph.load(top / "graph"), new, Place("index", "", None))


def planned_import(top: Path) -> Changes:
    return import_graph(top / "graph", top / "made" / "imported", None, OBSIDIAN)


def planned_new(top: Path) -> Changes:
    folder = top / "project" / "knowledge"
    changes = new_graph(folder, "knowledge", "What we know. Use when asked", [("Maps", "at first")])
    (top / "project" / ".git").mkdir(parents=True, exist_ok=True)
    declared = declaration(folder)
    assert declared
    return Changes(changes.top, (*changes.files, declared))


def planned_template(top: Path) -> Changes:
    """A graph that is also declared, and checked by a workflow, in folders that are new."""
    folder = top / "project" / "knowledge"
    entry = b"---\nname: graph\ndescription: What we know\n---\n\n# Ours\n"
    template = Template(top / "own", {"SKILL.md": entry, "deep/a.md": b"# A\n"}, "{graph}\n")
    changes = graph_of_template(folder, template)
    (top / "project" / ".git").mkdir(parents=True, exist_ok=True)
    declared = declaration(folder)
    written, _ = workflow(folder, template.workflow)
    assert declared
    assert written
    return Changes(changes.top, (*changes.files, declared, written))


def planned_export(top: Path) -> Changes:
    """A second export, over the first one."""
    folder = top / "skills" / "packed"
    agent_skill(SkillGraph.load(top / "graph"), folder)
    rename(SkillGraph.load(top / "graph"), "old", "new").write()
    written: list[Changes] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Changes, "write", lambda changes: written.append(changes))
        agent_skill(SkillGraph.load(top / "graph"), folder)
    return written[0]


COMMANDS = [
    planned_rename,
    planned_split,
    planned_weave,
    planned_add,
    planned_import,
    planned_new,
    planned_template,
    planned_export,
]
Planned = Callable[[Path], Changes]


@pytest.fixture
def ground(tmp_path: Path) -> Callable[[], Path]:
    """Makes a fresh folder with a graph in it, at the same place every time."""
    top = tmp_path / "ground"

    def fresh() -> Path:
        shutil.rmtree(top, ignore_errors=True)
        for name, text in GRAPH.items():
            path = top / "graph" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return top

    return fresh


def killed_at(operation: int, work: Callable[[], object]) -> bool:
    """Run something in a process that is killed at its n-th operation on files.

    Returns:
        True if it was killed, False if it ended before.
    """
    child = os.fork()
    if child == 0:
        left = operation
        writes = ("os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "open")

        def count(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal left
            if event not in writes or (event == "open" and not _writes(arguments)):
                return
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        try:
            work()
        except BaseException:
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    assert os.WEXITSTATUS(status) == 0
    return False


def _writes(arguments: tuple[object, ...]) -> bool:
    flags = arguments[2]
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR))


def kills(ground: Callable[[], Path], planned: Planned) -> Iterator[tuple[int, Path, Changes]]:
    """A change killed at its first operation, at its second one, and so on to its end."""
    for operation in range(10_000):
        top = ground()
        changes = planned(top)
        if not killed_at(operation, changes.write):
            return
        yield operation, top, changes


def interrupted(ground: Callable[[], Path], planned: Planned) -> tuple[Path, Changes]:
    """A change that is written down whole, and killed before the first file took its place."""
    return next(
        (top, changes)
        for _, top, changes in kills(ground, planned)
        if (changes.top / JOURNAL / "ready").exists()
    )


@pytest.mark.process
@pytest.mark.parametrize("planned", COMMANDS)
def test_a_change_that_is_killed_at_any_write_is_completed_or_undone(
    ground: Callable[[], Path], planned: Planned
) -> None:
    top = ground()
    changes = planned(top)
    before = tree(top)
    changes.write()
    after = tree(top)
    assert before != after
    ends = []
    for operation, top, changes in kills(ground, planned):
        line = recover(changes.top)
        now = tree(top)
        # Of a folder that was made for the journal, nothing but the folder may be left.
        made = {name for name in now.keys() - before.keys() if now[name] is None}
        now = now if now == after else {name: now[name] for name in now.keys() - made}
        assert now in (before, after), (operation, line)
        ends.append(now == after)
        assert not (changes.top / JOURNAL).exists()
    # Up to one moment the change has not happened, and from then on it has.
    assert ends == sorted(ends)
    assert {True, False} == set(ends)


@pytest.mark.process
@pytest.mark.parametrize("planned", [planned_rename, planned_split])
def test_finishing_may_be_killed_as_well(ground: Callable[[], Path], planned: Planned) -> None:
    top = ground()
    changes = planned(top)
    before = tree(top)
    changes.write()
    after = tree(top)
    dice = random.Random(7)
    for operation, top, changes in kills(ground, planned):
        finish = partial(recover, changes.top)
        while killed_at(dice.randrange(12), finish):
            pass
        assert tree(top) in (before, after), operation


@pytest.mark.parametrize("planned", [planned_rename, planned_split, planned_weave])
@pytest.mark.parametrize("by_rename", [False, True])
def test_an_edit_by_another_program_is_never_lost(
    ground: Callable[[], Path], planned: Planned, by_rename: bool
) -> None:
    """Whenever it is saved: the change is refused and undone, or the edit is of the new text."""
    for number in range(len(planned(ground()).files)):
        for moment in range(60):
            top = ground()
            changes = planned(top)
            target = changes.files[number]
            if not _edited_at(moment, target, changes, by_rename=by_rename):
                break
            texts = [data for data in tree(top).values() if data]
            assert any(b"EDITED" in data for data in texts), (number, moment)
            assert not (changes.top / JOURNAL).exists()


def _edited_at(moment: int, target: FileChange, changes: Changes, *, by_rename: bool) -> bool:
    """Write the changes, and let an editor save a file before the n-th file takes its place."""
    calls = 0
    edited = refused = False
    real = {"replace": os.replace, "rename": os.rename, "link": os.link}

    def edit() -> None:
        nonlocal edited
        edited = True
        if not target.path.parent.is_dir():
            edited = False
            return
        text = target.path.read_bytes() if target.path.exists() else b""
        if by_rename:
            spare = target.path.with_name("spare~")
            spare.write_bytes(text + b"EDITED")
            real["replace"](spare, target.path)
        else:
            target.path.write_bytes(text + b"EDITED")

    def wrapped(name: str) -> Callable[..., None]:
        def call(source: Path, place: Path) -> None:
            nonlocal calls
            # An editor that saves by renaming is not seen in the moment of the rename itself.
            own = by_rename and Path(place) == target.path
            if calls == moment and not edited and not own:
                edit()
            calls += 1
            real[name](source, place)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in real:
            patch.setattr(os, name, wrapped(name))
        try:
            changes.write()
        except UsageError:
            refused = True
    assert refused or not edited or b"EDITED" in (target.path.read_bytes() or b"")
    return edited


def test_undoing_never_overwrites_what_another_program_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.md").write_bytes(b"a")
    (tmp_path / "b.md").write_bytes(b"b")
    changes = Changes(
        tmp_path,
        (
            FileChange(tmp_path / "a.md", "a.md", b"a", b"longer"),
            FileChange(tmp_path / "b.md", "b.md", b"b", b"longer"),
        ),
    )
    real = os.replace

    def replace(source: Path, place: Path) -> None:
        if Path(place).name == "b.md":
            (tmp_path / "a.md").write_bytes(b"theirs")
            (tmp_path / "b.md").write_bytes(b"theirs too")
        real(source, place)

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(UsageError) as caught:
        changes.write()
    assert str(caught.value) == (
        "b.md: has changed meanwhile; nothing was changed; written by another program meanwhile "
        "and left alone: a.md (as it was before: a.md.before-1)"
    )
    assert tree(tmp_path) == {
        "a.md": b"theirs",
        "a.md.before-1": b"a",
        "b.md": b"theirs too",
    }


@pytest.mark.process
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_undoes_the_change(
    ground: Callable[[], Path], number: signal.Signals, capfd: pytest.CaptureFixture[str]
) -> None:
    top = ground()
    before = tree(top)
    program = """
import os, signal, sys
from skillagent.cli import main
signal.signal(signal.SIGHUP, signal.SIG_DFL)
real = os.link
def link(source, target):
    real(source, target)
    if target.name == "new.md":
        os.kill(os.getpid(), int(sys.argv[2]))
os.link = link
sys.exit(main(["rename", sys.argv[1], "old", "moved/new"]))
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(top / "graph"), str(int(number))], check=False
    )
    assert done.returncode == (130 if number is signal.SIGINT else 128 + number)
    assert tree(top) == before


@pytest.mark.process
def test_any_command_finishes_an_interrupted_change_and_says_so(
    ground: Callable[[], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    top, changes = interrupted(ground, planned_rename)
    assert main(["check", str(top / "graph")]) == 0
    files = len(changes.files)
    line = f"skillagent: {top}/graph: an interrupted change of {files} files was completed\n"
    assert capsys.readouterr().err == line
    assert main(["check", str(top / "graph")]) == 0
    assert capsys.readouterr().err == ""
    assert "moved/new" in SkillGraph.load(top / "graph").nodes


@pytest.mark.process
def test_a_killed_command_can_be_run_again(ground: Callable[[], Path]) -> None:
    for _, top, _ in kills(ground, planned_new):
        argv = ["new", str(top / "project" / "knowledge"), "--name", "knowledge"]
        code = main([*argv, "--description", "What we know. Use when asked"])
        declared = (top / "project" / "skillagent.toml").exists()
        assert declared
        assert code in (0, 2)
        assert (top / "project" / "knowledge" / "SKILL.md").exists()


def test_a_change_that_is_running_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"a")
    changes = Changes(tmp_path, (FileChange(tmp_path / "a.md", "a.md", b"a", b"b"),))
    real = os.replace
    lines = []

    def replace(source: Path, place: Path) -> None:
        lines.append(recover(tmp_path))
        with pytest.raises(UsageError, match="another command is changing it"):
            changes.write()
        real(source, place)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "replace", replace)
        changes.write()
    assert lines == [None]
    assert tree(tmp_path) == {"a.md": b"b"}


@pytest.mark.process
def test_a_journal_that_was_copied_is_not_acted_upon(ground: Callable[[], Path]) -> None:
    _, changes = interrupted(ground, planned_rename)
    copy = changes.top.with_name("copy")
    shutil.copytree(changes.top, copy)
    before = tree(copy)
    with pytest.raises(UsageError, match="was copied here with an interrupted change"):
        recover(copy)
    assert tree(copy) == before


@pytest.mark.parametrize(
    "outside", ["../outside.md", "../.github/workflows/other.yml", "../other/skillagent.toml"]
)
def test_a_journal_cannot_name_files_elsewhere(tmp_path: Path, outside: str) -> None:
    graph = tmp_path / "graph"
    place = graph / JOURNAL
    (place / "new").mkdir(parents=True)
    (place / "old").mkdir()
    (place / "new" / "0").write_text("theirs")
    file = f'{{"path": "{outside}", "shown": "x.md", "before": null, "after": "sha256:0"}}'
    inode = place.stat().st_ino
    plan = f'{{"version": 1, "inode": {inode}, "files": [{file}], "folders": []}}'
    (place / "plan.json").write_text(plan)
    (place / "ready").touch()
    with pytest.raises(UsageError, match="names a file outside"):
        recover(graph)
    assert not (graph / outside).exists()


@pytest.mark.process
def test_contents_that_a_crash_of_the_system_lost_undo_the_change(
    ground: Callable[[], Path],
) -> None:
    before = tree(ground())
    top, changes = interrupted(ground, planned_split)
    for path in (changes.top / JOURNAL / "new").iterdir():
        path.write_bytes(b"")
    line = recover(changes.top)
    assert line
    assert "was undone" in line
    assert tree(top) == before


@pytest.mark.process
def test_a_file_system_without_hard_links_serves_too(ground: Callable[[], Path]) -> None:
    def link(source: Path, place: Path) -> None:
        raise PermissionError(1, "Operation not permitted", str(source))

    top = ground()
    planned_split(top).write()
    after = tree(top)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "link", link)
        for _, top, changes in kills(ground, planned_split):
            recover(changes.top)
            assert tree(top) in (after, {**tree(ground())})
        top = ground()
        planned_split(top).write()
    assert tree(top) == after
