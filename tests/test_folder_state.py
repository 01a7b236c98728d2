"""The look at the files of a root sees what the walk reads, and notices each change."""

from __future__ import annotations

import os
import tempfile
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillagent.diagnostics import Diagnostic
from skillagent.files import STAGED
from skillagent.graph import Options, Root
from skillagent.graph.folder_state import FolderState, digest_of, state_of
from skillagent.graph.logseq import CONFIG, dialect_of
from skillagent.graph.source_file import safe_path
from skillagent.graph.walk import walk
from tests.conftest import Vault

FOLDERS = ("", "d/", "d/e/", "pages/", "journals/", ".h/", "é\n/")
FILES = (
    "a.md",
    "b.md",
    "C.MD",
    "d.markdown",
    "no",
    "picture.png",
    "page.org",
    ".dot.md",
    f"{STAGED}x.md",
    "2026_01_02.md",
    unicodedata.normalize("NFC", "é.md"),
    unicodedata.normalize("NFD", "é.md"),
    "line\nend.md",
    "\udcff.md",
)
RULES = ("a.md", "/a.md", "*.md", "!b.md", "d/", "d/*", "!d/a.md", "e", "é*", "*.png", "[", "#")
TARGETS = ("a.md", "../a.md", "e/b.md", "missing.md", "loop.md", ".dot.md", "..", "/", "../..")
PATHS = st.builds("".join, st.tuples(st.sampled_from(FOLDERS), st.sampled_from(FILES)))
IGNORED = st.dictionaries(
    st.tuples(st.sampled_from(FOLDERS), st.sampled_from((".gitignore", ".skillagentignore"))),
    st.lists(st.sampled_from(RULES), max_size=3),
    max_size=3,
)
LINKS = st.dictionaries(
    st.tuples(st.sampled_from(FOLDERS), st.sampled_from(("loop.md", "link.md", "link", "l.txt"))),
    st.sampled_from(TARGETS),
    max_size=4,
)
HIDDEN = st.none() | st.lists(st.sampled_from(("/pages", "/pages/a.md", "d/e")), max_size=2)


def write_tree(
    top: Path,
    paths: set[str],
    ignored: dict[tuple[str, str], list[str]],
    links: dict[tuple[str, str], str],
    hidden: list[str] | None,
) -> None:
    files = dict.fromkeys(paths, "Text.")
    files |= {"".join(place): "\n".join(rules) for place, rules in ignored.items()}
    if hidden is not None:
        files[CONFIG] = "{:hidden [" + " ".join(f'"{path}"' for path in hidden) + "]}"
    for path, text in files.items():
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).write_text(text, encoding="utf-8")
    for place, target in links.items():
        (top / "".join(place)).parent.mkdir(parents=True, exist_ok=True)
        (top / "".join(place)).symlink_to(target)


def line(finding: Diagnostic) -> str:
    return f"{finding.code} {finding.path}"


@settings(max_examples=100)
@given(st.sets(PATHS, max_size=14), IGNORED, LINKS, HIDDEN)
def test_the_look_sees_the_files_and_findings_of_the_walk(
    paths: set[str],
    ignored: dict[tuple[str, str], list[str]],
    links: dict[tuple[str, str], str],
    hidden: list[str] | None,
) -> None:
    with tempfile.TemporaryDirectory() as made:
        top = Path(made) / "root"
        top.mkdir()
        (Path(made) / "a.md").write_text("Outside.", encoding="utf-8")
        write_tree(top, paths, ignored, links, hidden)
        root = Root(top)
        dialect = dialect_of(root, None)
        read = walk(root, Options(), hidden=dialect.pages.hidden if dialect.pages else ())
        state = state_of(root, Options())
    assert sorted(safe_path(file.path) for file in state.files) == [
        file.path for file in read.files
    ]
    assert [file.path for file in state.files] == sorted(file.path for file in state.files)
    others = [*read.others, *map(str, state.unread), *map(line, read.diagnostics)]
    assert state.rest == sorted([dialect.settings, *root.folders, *others])
    assert {file.path for file in state.unread} <= read.others


def test_a_file_has_the_numbers_of_its_status(vault: Vault) -> None:
    top = vault({"a.md": "A", "d/b.md": "BB", "d/c.md": "CCC", "page.org": "O"})
    (top / "d" / "link.md").symlink_to("../a.md")
    state = state_of(Root(top), Options())
    assert [file.path for file in state.files] == ["a.md", "d/b.md", "d/c.md", "d/link.md"]
    for file in (*state.files, *state.unread):
        status = (top / file.path).stat()
        written, changed = status.st_mtime_ns, status.st_ctime_ns
        assert file.identity == (status.st_mode, status.st_size, status.st_ino, written)
        assert file.changed_ns == max(written, changed)
    times = [file.changed_ns for file in (*state.files, *state.unread)]
    assert state.youngest_ns == max(times)
    assert FolderState().youngest_ns == 0


def set_time(path: Path, ns: int) -> None:
    os.utime(path, ns=(ns, ns))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda top: (top / "a.md").write_text("Other."), id="written"),
        pytest.param(lambda top: set_time(top / "d" / "b.md", 1), id="its-time"),
        pytest.param(lambda top: (top / "a.md").chmod(0o600), id="its-mode"),
        pytest.param(lambda top: (top / "new.md").write_text("N"), id="added"),
        pytest.param(lambda top: (top / "d" / "b.md").unlink(), id="removed"),
        pytest.param(lambda top: (top / "a.md").rename(top / "b.md"), id="renamed"),
        pytest.param(lambda top: (top / "a.md").rename(top / "d" / "a.md"), id="moved"),
        pytest.param(lambda top: (top / "d" / "x.png").write_text("P"), id="another-file"),
        pytest.param(lambda top: (top / "empty").mkdir(), id="a-folder"),
        pytest.param(lambda top: (top / ".gitignore").write_text("d/"), id="ignored"),
        pytest.param(lambda top: (top / "link.md").symlink_to("a.md"), id="a-link"),
        pytest.param(lambda top: (top / "link.md").symlink_to("/"), id="a-link-out-of-the-root"),
        pytest.param(lambda top: (top / f"{STAGED}x").write_text(""), id="a-finding"),
        pytest.param(lambda top: (top / "page.org").write_text("More."), id="names-of-pages"),
    ],
)
def test_each_change_is_another_state(change: Callable[[Path], object], vault: Vault) -> None:
    top = vault({"a.md": "A", "d/b.md": "B", "d/c.md": "C", "page.org": "O"})
    before = state_of(Root(top), Options())
    assert digest_of([state_of(Root(top), Options())]) == digest_of([before])
    change(top)
    assert digest_of([state_of(Root(top), Options())]) != digest_of([before])


@pytest.mark.parametrize("number", [2**64 - 1, -(2**63) - 1], ids=["inode", "time"])
def test_numbers_of_any_size_are_told_apart(number: int, vault: Vault) -> None:
    top = vault({"a.md": "A"})
    digests = set()
    for kept in (number, number + 1 if number < 0 else number - 1):
        state = state_of(Root(top), Options())
        state.groups[0].numbers[2] = kept
        (file,) = state.files
        assert file.identity[2] == kept
        digests.add(digest_of([state]))
    assert len(digests) == 2
