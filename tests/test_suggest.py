"""Suggestions: maps, splits, merges and links, each with evidence, each a change that applies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillagent.authoring.suggestions import Suggestion, Suggestions, suggest
from skillagent.cli.main import main
from skillagent.files.changes import Changes, changes_of
from skillagent.files.patch import patch
from skillagent.graph import NodeKind, SkillGraph
from tests.conftest import Vault
from tests.test_authoring_strategies import content, graphs, written

Capture = pytest.CaptureFixture[str]

TOPICS = {
    "seed": ("Random seed", "Fix the random seed before a run"),
    "order": ("Data order", "Shuffle the data order by the random seed"),
    "kernel": ("Random kernels", "Choose kernels that are no random ones"),
    "hash": ("Random seed of hashes", "Set the hash seed of the process"),
    "check": ("Random seed check", "Compare two runs of one random seed"),
}
LINKS = {
    "seed": "",
    "order": "It needs [[seed]].",
    "kernel": "It needs [[seed]] and [[order]].",
    "hash": "It needs [[seed]], [[order]] and [[kernel]].",
    "check": "It needs [[seed]], [[order]], [[kernel]] and [[hash]].",
}
FAR = {
    "invoice": ("Invoice", "How an invoice is written"),
    "tax": ("Tax", "Which tax an invoice has"),
}


def files() -> dict[str, str | bytes]:
    """A graph with a cluster without a map, a long node, two equal nodes and a missing link."""
    nodes: dict[str, str | bytes] = {
        f"{name}.md": f"---\ndescription: {text}\n---\n# {title}\n\n{text}. {LINKS.get(name, '')}\n"
        for name, (title, text) in {**TOPICS, **FAR}.items()
    }
    sections = "\n\n".join(
        f"## Part {letter}\n\n" + " ".join(f"{letter}word{number}" for number in range(250))
        for letter in "kqxz"
    )
    same = "When the budget is spent, an answer says so and all later ones are empty texts"
    return nodes | {
        "SKILL.md": "---\nname: graph\ndescription: All\n---\n# Start\n\n- [[check]] - last\n"
        "- [[long]] - all of it\n- [[one]]\n- [[two]]\n- [[tax]]\n- [[invoice]]\n",
        "long.md": f"# Long text\n\n{sections}\n",
        "one.md": f"---\ndescription: {same}\n---\nShort.\n",
        "two.md": f"---\ndescription: {same}\n---\nShort, too.\n",
        "tax.md": "---\ndescription: Which tax there is\n---\nLook at the long text first.\n",
    }


def suggestions(top: Path, *kinds: str) -> Suggestions:
    graph = SkillGraph.load(top)
    return suggest(graph, kinds) if kinds else suggest(graph)


def one_of(top: Path, kind: str) -> Suggestion:
    return next(item for item in suggestions(top).shown if item.kind == kind)


@pytest.fixture
def top(vault: Vault) -> Path:
    return vault(files())


def test_a_cluster_without_a_map_gets_one(top: Path) -> None:
    item = one_of(top, "maps")
    assert item.what == "a map 'Random seed' for 5 nodes, linked from SKILL"
    assert item.evidence.startswith("5 nodes around seed with 10 links among them; 4 of them")
    # Each node comes after those that it links to.
    assert item.nodes == ("seed", "order", "kernel", "hash", "check")
    item.changes.write()
    graph = SkillGraph.load(top)
    new = graph.nodes["random-seed-map"]
    assert new.kind is NodeKind.MAP
    assert graph.neighbors(new.id) == item.nodes
    assert new.id in graph.neighbors("SKILL")
    assert graph.reachable() == set(graph.nodes)
    assert not suggestions(top, "maps").shown  # the cluster has a map now


def test_a_cluster_that_is_a_folder_gets_the_name_of_the_folder(vault: Vault) -> None:
    def moved(path: str) -> str:
        return f"fixed-runs/{path}" if Path(path).stem in TOPICS else path

    top = vault({moved(path): text for path, text in files().items()})
    assert one_of(top, "maps").what == "a map 'Fixed runs' for 5 nodes, linked from SKILL"


def test_a_map_that_lists_the_cluster_is_enough(vault: Vault) -> None:
    listed = "".join(f"- [[{name}]] - read it\n" for name in TOPICS)
    top = vault(files() | {"seeds.md": f"---\ntype: map\n---\n{listed}", "tax.md": "[[seeds]]"})
    assert not suggestions(top, "maps").shown


def test_a_long_node_with_parts_of_their_own_is_split(top: Path) -> None:
    item = one_of(top, "split")
    assert item.what == "split long into a map and 4 nodes"
    assert "two sections share" in item.evidence
    item.changes.write()
    assert SkillGraph.load(top).neighbors("long") == ("part-k", "part-q", "part-x", "part-z")


def test_equal_nodes_are_merged(top: Path) -> None:
    item = one_of(top, "merge")
    assert item.what == "merge two into one"
    assert item.evidence == "100% of the words of their descriptions are the same"
    item.changes.write()
    assert "two" not in SkillGraph.load(top).nodes


def test_short_nodes_that_link_only_each_other_are_merged(vault: Vault) -> None:
    top = vault(
        {"index.md": "# I\n\n[[a]] [[b]] [[c]]", "a.md": "A of [[b]]", "b.md": "B", "c.md": "C"}
    )
    (item,) = suggestions(top, "merge").shown
    assert item.nodes == ("b", "a")
    assert "they link only each other" in item.evidence


def test_of_three_equal_nodes_two_are_merged_into_one(vault: Vault) -> None:
    same = "one two three four five six seven"
    top = vault({"index.md": "[[a]] [[b]] [[c]]", **{f"{name}.md": same for name in "abc"}})
    assert [item.what for item in suggestions(top, "merge").shown] == [
        "merge b into a",
        "merge c into a",
    ]


def test_versions_of_a_node_are_not_merged(vault: Vault) -> None:
    same = "one two three four five six seven"
    top = vault({"index.md": "# I", "release-4-0.md": same, "release-4-1.md": same})
    assert not suggestions(top, "merge").shown


def test_a_name_in_a_text_is_linked(top: Path) -> None:
    item = one_of(top, "links")
    assert item.what == "link long from tax"
    assert item.evidence == "tax.md:4 names it without a link: Look at the long text first."
    item.changes.write()
    assert SkillGraph.load(top).neighbors("tax") == ("long",)


def test_the_most_useful_comes_first_and_the_rest_is_counted(vault: Vault) -> None:
    names = {f"n{number}.md": f"# Name {number:02}\n\nText {number}.\n" for number in range(30)}
    told = "\n\n".join(f"It is like name {number:02} is." for number in range(30))
    top = vault({"index.md": f"# Start\n\n{told}\n", **names})
    shown = suggestions(top, "links")
    assert [item.number for item in shown.shown] == list(range(1, 21))
    assert shown.more == {"links": 10}
    uses = [item.use for item in shown.shown]
    assert uses == sorted(uses, reverse=True)
    assert len(suggestions(top).shown) == 8  # of one kind, if others are wanted, too


@pytest.mark.slow
@settings(max_examples=40)
@given(graphs())
def test_every_suggestion_applies_and_keeps_every_link(files: dict[str, bytes]) -> None:
    with written(files) as top:
        graph = SkillGraph.load(top)
        links = sum(link.target is None for link in graph.links)
        for item in suggest(graph).shown:
            assert item.evidence and "\n" not in item.what + item.evidence
            item.changes.write()
            after = SkillGraph.load(top)
            assert sum(link.target is None for link in after.links) <= links
            for path in content(top):
                if path not in files:
                    (top / path).unlink()
            for path, data in files.items():
                (top / path).parent.mkdir(parents=True, exist_ok=True)
                (top / path).write_bytes(data)


@pytest.mark.process
def test_the_same_graph_gives_the_same_bytes_in_every_process(top: Path) -> None:
    command = [sys.executable, "-m", "skillagent", "suggest", str(top), "--json"]
    printed = [
        subprocess.run(
            command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2", "3")
    ]
    assert printed[0] == printed[1] == printed[2]


def test_the_command_lists_applies_and_refuses(top: Path, capsys: Capture) -> None:
    before = content(top)
    assert main(["suggest", str(top), "--only", "merge"]) == 0
    assert capsys.readouterr().out == (
        "1. merge: merge two into one\n"
        "   100% of the words of their descriptions are the same\n"
        "--apply N carries one out; --apply N --dry-run shows it\n"
    )
    assert main(["suggest", str(top), "--only", "merge", "--apply", "1", "--dry-run"]) == 0
    assert "+++ /dev/null" in capsys.readouterr().out
    assert content(top) == before
    assert main(["suggest", str(top), "--only", "merge", "--apply", "2"]) == 2
    assert "there are 1 suggestions" in capsys.readouterr().err
    assert main(["suggest", str(top), "--only", "merge", "--apply", "1"]) == 0
    assert "removed two.md" in capsys.readouterr().out
    assert main(["suggest", str(top), "--only", "merge"]) == 0
    assert capsys.readouterr().out == "nothing to suggest\n"


def test_json_has_the_changes_of_each(top: Path, capsys: Capture) -> None:
    assert main(["suggest", str(top), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    kinds = [item["kind"] for item in printed["suggestions"]]
    assert sorted(set(kinds)) == ["links", "maps", "merge", "split"]
    first = printed["suggestions"][kinds.index("maps")]
    assert first["changes"]["created"] == ["random-seed-map.md"]
    assert first["changes"]["changed"] == ["SKILL.md"]
    assert "+type: map" in first["changes"]["diff"]


# The patch


@pytest.mark.process
def test_git_applies_the_patch(
    top: Path, capsys: Capture, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("out") / "all.patch"
    shown = suggestions(top).shown
    before = content(top)
    assert main(["suggest", str(top), "--patch", str(file)]) == 0
    assert f"{file}: apply it in the folder" in capsys.readouterr().out
    assert content(top) == before
    for arguments in (["init", "--quiet"], ["apply", "--check", file], ["apply", file]):
        subprocess.run(["git", *map(str, arguments)], cwd=top, check=True)
    graph = SkillGraph.load(top)
    assert "random-seed-map" in graph.neighbors("SKILL")
    assert set(shown[0].nodes) <= graph.reachable()
    assert {"part-k", "part-z"} <= set(graph.neighbors("long"))
    assert "two" not in graph.nodes
    assert graph.neighbors("tax") == ("long",)
    assert not [link for link in graph.links if link.target is None]


def _changes(before: dict[str, bytes], after: dict[str, bytes], top: Path) -> Changes:
    return changes_of(top, before, after)


LINES = st.lists(st.sampled_from([b"a\n", b"b\r\n", b"c\n", "ü\n".encode()]), max_size=6)


@pytest.mark.process
@pytest.mark.slow
@settings(max_examples=25)
@given(LINES, LINES, LINES, st.booleans())
def test_a_patch_of_changes_gives_what_git_gives(
    old: list[bytes], one: list[bytes], other: list[bytes], ends: bool
) -> None:
    last = b"" if ends else b"end"
    texts = [b"x\n" + b"".join(lines) + b"y\n" + last for lines in (old, one, other)]
    with written({"a b.md": texts[0]}) as top:
        subprocess.run(["git", "init", "--quiet"], cwd=top, check=True)
        made = [_changes({"a b.md": texts[0]}, {"a b.md": text}, top) for text in texts[1:]]
        for count in (1, 2):
            built = patch(made[:count])
            (top / "a b.md").write_bytes(texts[0])
            if built.data:
                command = ["git", "-c", "core.autocrlf=false", "apply", "-"]
                subprocess.run(command, input=built.data, cwd=top, check=True)
            if count == 1:
                assert (top / "a b.md").read_bytes() == texts[1]
            elif built.left_out:
                assert built.left_out == (1,)
                assert (top / "a b.md").read_bytes() == texts[1]


def test_changes_of_the_same_lines_exclude_each_other(tmp_path: Path) -> None:
    old = {"a.md": b"1\n2\n3\n", "b.md": b"b\n"}
    first = _changes(old, {**old, "a.md": b"1\nnew\n3\n"}, tmp_path)
    same_line = _changes(old, {"a.md": b"1\nother\n3\n", "b.md": b"changed\n"}, tmp_path)
    appended = _changes(old, {**old, "a.md": b"1\n2\n3\n4\n"}, tmp_path)
    removed = _changes(old, {"b.md": b"b\n"}, tmp_path)
    built = patch([first, same_line, appended, removed, appended])
    assert built.left_out == (1, 3)
    assert built.data.decode() == (
        "--- a/a.md\n+++ b/a.md\n@@ -1,3 +1,5 @@\n 1\n-2\n+new\n 3\n+4\n+4\n"
    )


def test_new_files_of_the_same_name_exclude_each_other(tmp_path: Path) -> None:
    first, second = (_changes({}, {f"{top}/Part.md": b"x\n"}, tmp_path) for top in "ab")
    assert patch([first, second]).left_out == (1,)


def test_a_patch_that_cannot_be_written_is_one_line(top: Path, capsys: Capture) -> None:
    assert main(["suggest", str(top), "--patch", str(top / "no" / "x.patch")]) == 2
    assert "cannot be written: No such file or directory" in capsys.readouterr().err


def test_a_suggestion_that_cannot_be_carried_out_is_not_shown(vault: Vault) -> None:
    same = "one two three four five six seven"
    top = vault(
        {
            "index.md": "[[a]] [[b]]",
            "a.md": f"---\ndate: 2026-01-01\n---\n{same}",
            "b.md": f"---\ndate: 2026-01-02\n---\n{same}",
        }
    )
    assert not suggestions(top, "merge").shown


def test_a_new_map_takes_no_hidden_character_over(vault: Vault) -> None:
    hidden = "\u200b\u202e\U000e0041"
    top = vault(files())
    text = (top / "order.md").read_text().replace("Shuffle", f"Shuffle{hidden}")
    (top / "order.md").write_text(text, encoding="utf-8")
    one_of(top, "maps").changes.write()
    made = {path: data.decode() for path, data in content(top).items() if path not in files()}
    assert [text.count("Shuffle the data order") for text in made.values()] == [1]
    assert not set(hidden) & set("".join(made.values()))


def test_a_patch_is_not_written_over_a_document(vault: Vault, capsys: Capture) -> None:
    top = vault(files())
    before = content(top)
    assert main(["suggest", str(top), "--patch", str(top / "long.md")]) == 2
    assert "is the name of a document; name a file for the patch" in capsys.readouterr().err
    assert content(top) == before
