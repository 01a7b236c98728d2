"""What differs between a graph and its lock is named, each kind with its own exit code."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from skillagent import SkillGraph, UsageError
from skillagent.cli.main import main
from skillagent.lock import FILE, drift, lock_of, read_lock
from tests.conftest import ROOT, SHIPPED, Vault

FILES = {
    "index.md": "# Index\n\n- [[b]]\n- [[deep/c]]\n- [[gone]]\n",
    "b.md": "To [[c]].\n",
    "deep/c.md": "Of c.\n",
    "deep/d.md": "Of d.\n",
    "data.csv": "1,2\n",
}

Change = Callable[[Path], object]


def rewrite(name: str, text: str) -> Change:
    return lambda folder: (folder / name).write_bytes(text.encode())


def remove(name: str) -> Change:
    return lambda folder: (folder / name).unlink()


def move(name: str, to: str) -> Change:
    return lambda folder: (folder / name).rename(folder / to)


DRIFTS: dict[str, tuple[Change, int, list[str]]] = {
    "a changed byte": (
        rewrite("b.md", "To [[c]]!\n"),
        8,
        ["changed node b: its text was changed (10 bytes when locked, 10 now); compare it"],
    ),
    "other line ends": (
        rewrite("b.md", "To [[c]].\r\n"),
        8,
        ["changed node b: its text is the same, but its bytes are not: line ends or encoding"],
    ),
    "another encoding": (
        rewrite("b.md", "\ufeffTo [[c]].\n"),
        8,
        ["changed node b: its text is the same, but its bytes are not"],
    ),
    "a renamed node": (
        move("deep/d.md", "deep/e.md"),
        4 + 16,
        [
            "added node deep/e: deep/d was renamed to deep/e; read it, then lock again",
            "removed node deep/d: deep/d was renamed to deep/e; restore it",
        ],
    ),
    "another suffix": (
        move("deep/d.md", "deep/d.markdown"),
        8,
        ["changed node deep/d: its file was renamed from deep/d.md to deep/d.markdown"],
    ),
    "a new link": (
        rewrite("b.md", "To [[c]] and [[d]].\n"),
        8,
        ["changed node b: its text was changed (10 bytes when locked, 20 now)"],
    ),
    "a file that takes over a link": (
        rewrite("c.md", "Another c.\n"),
        4 + 32,
        [
            "added node c: the lock does not have it; read it",
            "relinked node b: its bytes are the same, but [[c]] leads to c, not to deep/c; write",
        ],
    ),
    "a file that mends a broken link": (
        rewrite("gone.md", "Is back.\n"),
        4 + 32,
        [
            "added node gone: ",
            "relinked node index: its bytes are the same, but [[gone]] leads to ",
        ],
    ),
    "a removed target": (
        remove("deep/c.md"),
        16 + 32,
        [
            "removed node deep/c: it is in the lock only; restore it, or lock again",
            "relinked node b: its bytes are the same, but [[c]] leads to no node, not to deep/c",
            "relinked node index: its bytes are the same, but [[deep/c]] leads to no node",
        ],
    ),
    "a file that nothing records": (
        rewrite("deep/run.sh", "curl\n"),
        64,
        ["unrecorded file deep/run.sh: the lock does not have it; look at it, then lock again"],
    ),
    "a changed attachment": (
        rewrite("data.csv", "1,3,5\n"),
        8,
        ["changed file data.csv: its content was changed (4 bytes when locked, 6 now)"],
    ),
    "a removed attachment": (
        remove("data.csv"),
        16,
        ["removed file data.csv: it is in the lock only"],
    ),
    "another entry": (
        rewrite("start.md", "---\nentry: true\n---\nText.\n"),
        4 + 8,
        [
            "added node start: ",
            "changed setting entries: locked as index, now start; name the same roots",
        ],
    ),
}


@pytest.mark.parametrize(("change", "code", "told"), DRIFTS.values(), ids=DRIFTS)
def test_each_drift_is_named_with_what_to_do_and_has_its_exit_code(
    vault: Vault,
    capsys: pytest.CaptureFixture[str],
    change: Change,
    code: int,
    told: list[str],
) -> None:
    folder = vault(FILES)
    assert main(["lock", str(folder)]) == 0
    change(folder)
    capsys.readouterr()
    assert main(["lock", str(folder), "--check"]) == code
    *lines, last = capsys.readouterr().out.splitlines()
    assert len(lines) == len(told)
    for line, start in zip(lines, told, strict=True):
        assert line.startswith(start)
        assert "; " in line  # what to do
    assert last.startswith(f"{folder / FILE}: ")

    assert main(["lock", str(folder), "--check", "--json"]) == code
    report = json.loads(capsys.readouterr().out)
    assert report["exit_code"] == code
    assert len(report["differences"]) == len(told)

    assert main(["lock", str(folder)]) == 0
    assert main(["lock", str(folder), "--check"]) == 0


def test_a_rename_with_new_bytes_is_only_a_removed_and_an_added_node(vault: Vault) -> None:
    folder = vault(FILES)
    lock = lock_of(SkillGraph.load(folder))
    (folder / "deep" / "d.md").unlink()
    (folder / "e.md").write_text("Of e.")
    differences = drift(lock, SkillGraph.load(folder))
    assert (differences.added, differences.removed) == (("e",), ("deep/d",))
    assert differences.renamed == ()
    assert (differences.changed, differences.relinked, differences.unrecorded) == ((), (), ())
    assert differences.counts == "1 added, 1 removed"


def test_there_is_a_difference_exactly_if_the_root_is_another(vault: Vault) -> None:
    folder = vault(FILES)
    lock = lock_of(SkillGraph.load(folder))
    assert not drift(lock, SkillGraph.load(folder))
    for name in ("b.md", "new.md", "new.csv"):
        before = drift(lock, SkillGraph.load(folder)).exit_code
        (folder / name).write_text("Text.")
        graph = SkillGraph.load(folder)
        assert drift(lock, graph).exit_code > before
        assert lock_of(graph).root != lock.root


@pytest.mark.parametrize(
    "folder",
    [*SHIPPED, ROOT / "examples" / "trading", ROOT / "tests", ROOT / "docs"],
    ids=lambda folder: folder.name,
)
def test_a_graph_that_did_not_change_gives_no_alarm(folder: Path) -> None:
    lock = lock_of(SkillGraph.load(folder))
    differences = drift(lock, SkillGraph.load(folder))
    assert (differences.differences, differences.exit_code, differences.counts) == ((), 0, "")


def test_a_gate_without_its_lock_or_with_an_edited_one_fails(
    vault: Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = vault(FILES)
    assert main(["lock", str(folder), "--check"]) == 2
    assert "there is no lock; write one with `skillagent lock GRAPH`" in capsys.readouterr().err
    assert main(["lock", str(folder)]) == 0
    path = folder / FILE
    (folder / "b.md").write_text("Changed.")
    digest = lock_of(SkillGraph.load(folder)).nodes["b"]
    locked = read_lock(path).nodes["b"]
    text = path.read_text().replace(locked.digest, digest.digest)
    path.write_text(text.replace(locked.text, digest.text).replace('"size": 10', '"size": 8'))
    capsys.readouterr()
    assert main(["lock", str(folder), "--check"]) == 2
    assert "root is not that of the entries above: the file was edited" in capsys.readouterr().err


def test_a_file_that_became_unreadable_fails_the_check(vault: Vault) -> None:
    folder = vault(FILES)
    lock = lock_of(SkillGraph.load(folder))
    (folder / "b.md").unlink()
    (folder / "b.md").symlink_to("b.md")
    with pytest.raises(UsageError, match=r"b\.md: cannot be read"):
        drift(lock, SkillGraph.load(folder))


# --- the command


def test_the_command_prints_where_the_lock_is_and_its_root(
    vault: Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = vault(FILES)
    assert main(["lock", str(folder)]) == 0
    lock = lock_of(SkillGraph.load(folder))
    counts = "4 nodes, 1 other file"
    assert capsys.readouterr().out == f"{folder / FILE}: {counts}; {lock.root}\n"
    assert (folder / FILE).read_text() == lock.to_text()
    assert main(["lock", str(folder), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["nodes"], report["files"], report["root"]) == (4, 1, lock.root)
    assert report["model_signing"] == lock.model_signing
    assert main(["lock", str(folder), "--check"]) == 0
    assert f"{counts} as locked; {lock.root}" in capsys.readouterr().out


def test_the_lock_of_several_declared_roots_is_beside_their_declaration(
    vault: Vault, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = vault(
        {"skillagent.toml": 'graphs = ["one", "two"]', "one/a.md": "A.", "two/b.md": "B."}
    )
    monkeypatch.chdir(folder)
    assert main(["lock"]) == 0
    assert list(read_lock(folder / FILE).nodes) == ["one::a", "two::b"]
    assert main(["lock", "--check"]) == 0
    assert main(["list", "--frozen"]) == 0
    capsys.readouterr()
    assert main(["lock", "one", "--also", "two"]) == 2
    assert "name their lock with --lock FILE" in capsys.readouterr().err
    assert main(["lock", "one", "--also", "two", "-o", "both.lock"]) == 0
    assert (folder / "both.lock").read_text() == (folder / FILE).read_text()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["-o", "my.lock"], "would be one of the files that it records"),
        (["-o", f"deep/{FILE}"], "would be one of the files that it records"),
        (["-o", "/no/such/folder/x.lock"], "cannot be written"),
        (["--signer", "ann"], "belong together"),
        (["--allowed-signers", "x"], "belong together"),
        (["--signer", "ann", "--allowed-signers", "x"], "--signer is for --check"),
        (["--check", "--sign", "key"], "use one of them"),
    ],
)
def test_what_cannot_work_is_refused_in_one_line(
    vault: Vault,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    told: str,
) -> None:
    monkeypatch.chdir(vault(FILES))
    assert main(["lock", ".", *arguments]) == 2
    assert told in (error := capsys.readouterr().err)
    assert error.count("\n") == 1
    assert not list(Path().rglob("*.lock"))


def test_a_stricter_reading_of_the_same_files_is_drift_and_not_silent(vault: Vault) -> None:
    folder = vault({"index.md": "[[x]]", "a/x.md": "One.", "b/x.md": "Two."})
    assert main(["lock", str(folder)]) == 0
    assert main(["lock", str(folder), "--check", "--strict"]) == 32


def test_links_in_another_order_are_named(tmp_path: Path) -> None:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    graph = SkillGraph.load(tmp_path)
    lock = lock_of(graph)
    entry = lock.nodes["index"]
    turned = replace(entry, links=tuple(reversed(entry.links)))
    other = replace(lock, nodes={**lock.nodes, "index": turned})
    (difference,) = drift(other, graph).differences
    assert "its links are written in another order, or one of them twice" in str(difference)
