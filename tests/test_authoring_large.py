"""A file too large to be loaded whole: nothing in it is lost, and no link in it is broken."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from skillagent import SkillGraph, UsageError
from skillagent.authoring import large_files, weave
from skillagent.authoring.add import NewNode, Place, add_node
from skillagent.authoring.health import health
from skillagent.authoring.importing import import_graph
from skillagent.authoring.rename import rename
from skillagent.authoring.split import split
from skillagent.graph import Options
from skillagent.markdown import OBSIDIAN
from tests.conftest import Vault

LIMIT = 2_000
LINE = "Words that lead nowhere.\n"
HEAD = "---\ntype: map\n---\n# Large\n\nSee [[near]].\n\n# More\n\n" + LINE * 200
INDEX = "---\ntype: map\n---\n# Index\n\n- [[large]] is large\n- [[near]] is near\n- [[far]] too\n"


def graph(vault: Vault, tail: str = "") -> SkillGraph:
    """A graph with `large.md`, of which only the beginning was loaded."""
    files = {"index.md": INDEX, "large.md": HEAD + tail, "near.md": "Near.", "far.md": "Far."}
    found = SkillGraph.load(vault(files), options=Options(max_file_bytes=LIMIT))
    assert not found.nodes["large"].whole
    return found


def test_a_node_that_it_does_not_link_is_renamed(vault: Vault, tmp_path: Path) -> None:
    rename(graph(vault), "far", "farther").write()
    assert (tmp_path / "farther.md").read_text().endswith("Far.")
    assert (tmp_path / "large.md").read_text() == HEAD


@pytest.mark.parametrize(
    "link",
    [
        "[[far]]",
        "![[Far#A|b]]",
        "[t](far.md)",
        "[t](<far.md>)",
        "[t][r]\n\n[r]: far.md",
        "`[[far]]`",
    ],
)
def test_a_node_that_its_unread_part_links_is_not_renamed(
    vault: Vault, tmp_path: Path, link: str
) -> None:
    found = graph(vault, f"{LINE * 99}See {link}\n{LINE}")
    line = (HEAD + LINE * 99).count("\n") + 1 + 2 * ("[r]:" in link)
    with pytest.raises(
        UsageError, match=rf"large\.md:{line}: the link to '[Ff]ar.* split it first"
    ):
        rename(found, "far", "farther")
    assert (tmp_path / "far.md").read_text() == "Far."


def test_a_node_that_its_loaded_part_links_is_not_renamed(vault: Vault) -> None:
    with pytest.raises(UsageError, match=r"large\.md: is too large to be changed \(\d+ bytes\)"):
        rename(graph(vault), "near", "nearer")


def test_a_link_is_seen_wherever_a_stretch_ends(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(large_files, "LONGEST_LINK", 40)
    found = graph(vault, "Wörter 日本 und [[far|日本語]] dazu.\n" + LINE)
    for size in range(50, 120):
        monkeypatch.setattr(large_files, "STRETCH_BYTES", size)
        with pytest.raises(UsageError, match=r"large\.md:210: the link to 'far'"):
            rename(found, "far", "farther")


def test_it_is_neither_changed_nor_split_nor_moved(vault: Vault, tmp_path: Path) -> None:
    found = graph(vault)
    new = NewNode("Another", "When another is asked for", (), "")
    with pytest.raises(UsageError, match="too large to be changed"):
        add_node(found, new, Place("large"))
    with pytest.raises(UsageError, match="too large to be changed"):
        rename(found, "large", "larger")
    with pytest.raises(UsageError, match="too large to be changed"):
        split(found, "large", 1)
    assert (tmp_path / "large.md").read_text() == HEAD


def test_no_link_is_proposed_in_it(vault: Vault) -> None:
    proposed = weave.proposals(graph(vault), limit=100)
    assert "large" not in {proposal.source for proposal in proposed}


def test_health_says_that_it_was_not_read_whole(vault: Vault) -> None:
    (figure,) = [figure for figure in health(graph(vault)) if figure.key == "large"]
    assert figure.places == (("large", f"{len(HEAD)} bytes"),)


def test_it_is_not_imported_in_part(tmp_path: Path) -> None:
    source = tmp_path / "docs"
    source.mkdir()
    (source / "a.md").write_text("A.")
    with (source / "large.md").open("wb") as stream:
        stream.truncate(9 * 1024 * 1024)
    for path in (source, source / "large.md"):
        with pytest.raises(UsageError, match=r"large\.md: has 9437184 bytes, above the limit"):
            import_graph(path, tmp_path / "out", "Use when asked.", OBSIDIAN)


def test_a_rename_beside_it_takes_no_more_memory_than_a_stretch_needs(vault: Vault) -> None:
    found = graph(vault, LINE * 400_000)  # 10 MB
    tracemalloc.start()
    try:
        rename(found, "far", "farther")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 6 * large_files.STRETCH_BYTES
