"""A renamed node keeps every link, and everything else byte for byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillagent.authoring.rename import rename
from skillagent.errors import SkillAgentError, UsageError
from skillagent.graph import Options, SkillGraph
from skillagent.markdown import DIALECTS
from tests.conftest import Vault
from tests.test_authoring_strategies import content, edges, graphs, written

NEW = ["new", "new name", "x/new", "/new", "z/y/new", "x/y/a", "x/a", "d", "b", "alpha", "y/c"]


@pytest.mark.slow
@given(graphs(), st.integers(0, 99), st.sampled_from(NEW))
def test_a_renamed_node_keeps_every_edge(files: dict[str, bytes], pick: int, new: str) -> None:
    with written(files) as top:
        before = SkillGraph.load(top)
        old = sorted(before.nodes)[pick % len(files)]
        try:
            changes = rename(before, old, new)
        except UsageError:
            assert content(top) == files
            return
        changes.write()
        after = SkillGraph.load(top)
        (gone,) = (change.shown for change in changes.files if change.after is None)
        (made,) = (change.shown for change in changes.files if change.before is None)
        later = made.rpartition(".")[0]
        kept = sorted(edges(before, lambda node: later if node == old else node))
        found = sorted(edges(after))
        # What is more than before was a broken link with the new name, and each is told of.
        assert not [edge for edge in kept if kept.count(edge) > found.count(edge)]
        told = [remark for remark in changes.remarks if "was a broken link" in remark]
        comments = sum(
            link.kind == "comment" for n in after.nodes.values() for link in n.document.references
        )
        assert len(found) - len(kept) <= len(told) <= len(found) - len(kept) + comments
        untouched = {path for path in files if path not in {c.shown for c in changes.files}}
        assert all(content(top)[path] == files[path] for path in untouched)
        assert gone not in content(top)


@pytest.mark.slow
@given(graphs(), st.integers(0, 99))
def test_to_rename_there_and_back_changes_no_byte_of_plain_links(
    files: dict[str, bytes], pick: int
) -> None:
    with written(files) as top:
        graph = SkillGraph.load(top)
        old = graph.nodes[sorted(graph.nodes)[pick % len(files)]]
        changes = rename(graph, old.id, "passing-name")
        changes.write()
        back = SkillGraph.load(top)
        rename(back, "passing-name", old.path.rpartition("/")[2]).write()
        assert edges(SkillGraph.load(top)) == edges(graph)


FILES: dict[str, str | bytes] = {
    "index.md": (
        "---\nup: '[[old]]'\n---\n# Index\r\n\n"
        '[[old]], [[old#Part|the part]], ![[old]], [[x/other]], [in line](old.md#part "t"),\n'
        "[by name][n], `[[old]]`, [[Old Title]], %% [[old]] %%\n\n[n]: <old.md>\n"
    ),
    "old.md": (
        "---\ntitle: Old Title\n---\n[[#Part]] [other](x/other.md) ![pic](img/p.png) [web](https://x.y/z)\n"
        "## Part\n[self](old.md) [out](../../out.txt) [web](<https://x.y>)\n"
    ),
    "x/other.md": "[back](../old.md) [[../old]] [gone](./gone.md)",
}


def test_each_style_of_link_is_kept(vault: Vault) -> None:
    top = vault(FILES)
    rename(SkillGraph.load(top), "old", "deep/new", alias=False).write()
    found = {path: data.decode() for path, data in content(top).items()}
    assert found["index.md"] == (
        "---\nup: '[[new]]'\n---\n# Index\r\n\n"
        '[[new]], [[new#Part|the part]], ![[new]], [[x/other]], [in line](deep/new.md#part "t"),\n'
        "[by name][n], `[[old]]`, [[Old Title]], %% [[new]] %%\n\n[n]: <deep/new.md>\n"
    )
    assert found["deep/new.md"] == (
        "---\ntitle: Old Title\n---\n[[#Part]] [other](../x/other.md) ![pic](../img/p.png) "
        "[web](https://x.y/z)\n## Part\n[self](new.md) [out](../../../out.txt) [web](<https://x.y>)\n"
    )
    assert found["x/other.md"] == "[back](../deep/new.md) [[../deep/new]] [gone](./gone.md)"
    assert "old.md" not in found


def test_a_link_that_would_lead_elsewhere_is_written_with_more_of_its_path(vault: Vault) -> None:
    top = vault({"a.md": "[[c]]", "x/c.md": "c", "y/d.md": "d"})
    rename(SkillGraph.load(top), "y/d", "/c").write()
    assert content(top)["a.md"] == b"[[x/c]]"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("old\n", "---\naliases: [old-name]\n---\nold\n"),
        ("---\ntitle: T  # why\n---\nold", "---\ntitle: T  # why\naliases: [old-name]\n---\nold"),
        ("---\r\nx: 1\r\n---\r\n", "---\r\nx: 1\r\naliases: [old-name]\r\n---\r\n"),
        ("\ufeff---\n---\n", "\ufeff---\naliases: [old-name]\n---\n"),
        (
            '---\naliases: [a, "b: c"] # two\nx: 1\n---\n',
            '---\naliases: [a, "b: c", old-name] # two\nx: 1\n---\n',
        ),
        (
            "---\nAliases:\n  - a # one\n\n# x\nx: [1]\n---\n---\n",
            "---\nAliases:\n  - a # one\n  - old-name\n\n# x\nx: [1]\n---\n---\n",
        ),
        ("---\naliases: a, b\n---\n", "---\naliases: [a, b, old-name]\n---\n"),
        ("---\naliases:\nx: 1\n---\n", "---\naliases: [old-name]\nx: 1\n---\n"),
    ],
)
def test_the_old_name_is_kept_as_an_alias(vault: Vault, before: str, after: str) -> None:
    top = vault({"index.md": "[[old-name]]", "old-name.md": before.encode()})
    changes = rename(SkillGraph.load(top), "old-name", "new")
    assert changes.remarks == ()
    changes.write()
    assert content(top)["new.md"] == after.encode()
    assert content(top)["index.md"] == b"[[new]]"
    assert SkillGraph.load(top).find("old-name").id == "new"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("+++\nx = 1\n+++\n", "new", "its header cannot be changed safely"),
        ("---\nx: [\n---\n", "new", "its header cannot be changed safely"),
        ("---\nx: a: b\n---\n", "new", "its header cannot be changed safely"),
        ("---\nalias: a\n---\n", "new", "its header cannot be changed safely"),
        ("caf\xe9", "new", "not UTF-8"),
        ("", "y/SKILL", "the header of a skill cannot have one"),
    ],
)
def test_an_alias_that_cannot_be_kept_is_reported(
    vault: Vault, old: str, new: str, said: str
) -> None:
    top = vault({"index.md": "[x](old.md)", "old.md": old.encode("latin-1")})
    (remark,) = rename(SkillGraph.load(top), "old", new).remarks
    assert "'old' is not kept as an alias: " in remark and said in remark


def test_an_alias_never_takes_the_name_of_another_node(vault: Vault) -> None:
    top = vault({"x/old.md": "", "y/old.md": "", "z.md": "[[x/old]]", "a.md": "", "b.md": ""})
    graph = SkillGraph.load(top)
    changes = rename(graph, "x/old", "new")
    assert changes.remarks == ("x/new.md: 'old' is not kept as an alias: y/old.md has that name",)
    assert rename(graph, "a", "y/a").files[-1].after == b""  # links by its name find it anyway


def test_the_label_first_dialect_is_kept(vault: Vault) -> None:
    top = vault({"a.md": "[[see|old#Part]] [[old]]", "old.md": "# Part"})
    dialect = DIALECTS["dendron"]
    rename(
        SkillGraph.load(top, options=Options(dialect=dialect)), "old", "new.name", dialect
    ).write()
    assert content(top)["a.md"] == b"[[see|new.name#Part]] [[new.name]]"


@pytest.mark.parametrize(
    ("node", "new", "said"),
    [
        ("nope", "new", "no node 'nope'"),
        ("a", "a", "has that name already"),
        ("a", "b", "b.md: exists already"),
        ("a", "B", "too similar to b.md"),
        ("a", "../out", "no part may be empty or begin with a dot"),
        ("a", ".hidden", "begin with a dot"),
        ("a", "x|y", "it has '|'"),
        ("a", "x]]y", "it has ']'"),
        ("index", "other", "entry"),
        ("a", "README", "entry"),
        ("latin", "new", "not UTF-8"),
    ],
)
def test_a_name_that_cannot_be_taken_is_refused(
    vault: Vault, node: str, new: str, said: str
) -> None:
    files: dict[str, str | bytes] = {"index.md": "[[a]]", "a.md": "", "b.md": ""}
    top = vault({**files, "latin.md": b"caf\xe9 [[#x]] [[latin]]"})
    before = content(top)
    with pytest.raises(SkillAgentError) as refused:
        rename(SkillGraph.load(top), node, new)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert content(top) == before


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("it's", r"a\.md:1: the link in the header could not be kept"),
        ("c#/x", r"a\.md: no link can be written that leads to c#/x\.md"),
    ],
)
def test_a_link_that_cannot_be_kept_stops_the_whole(vault: Vault, new: str, said: str) -> None:
    top = vault({"a.md": "---\nup: '[[old]]'\n---\n", "old.md": "", "x.md": "", "c#/y.md": ""})
    before = content(top)
    with pytest.raises(UsageError, match=said):
        rename(SkillGraph.load(top), "old", new)
    assert content(top) == before


def test_a_file_that_changed_since_it_was_loaded_is_not_touched(vault: Vault) -> None:
    top = vault({"a.md": "[[b]]", "b.md": "b"})
    graph = SkillGraph.load(top)
    (top / "a.md").write_text("[[b]], later")
    with pytest.raises(UsageError, match=r"a\.md: has changed since it was loaded"):
        rename(graph, "b", "new")
    (top / "a.md").unlink()
    with pytest.raises(UsageError, match=r"a\.md: cannot be read"):
        rename(graph, "b", "new")


def test_a_symbolic_link_is_not_renamed(vault: Vault) -> None:
    top = vault({"a.md": "", "x/b.md": ""})
    (top / "c.md").symlink_to(top / "x" / "b.md")
    with pytest.raises(UsageError, match=r"c\.md: is a symbolic link"):
        rename(SkillGraph.load(top), "c", "new")


def test_a_file_that_changed_meanwhile_stops_the_whole(vault: Vault) -> None:
    top = vault({"a.md": "[[b]]", "b.md": "b", "c.md": "[[b]]"})
    changes = rename(SkillGraph.load(top), "b", "new")
    (top / "c.md").write_text("[[b]] and more")
    with pytest.raises(UsageError, match=r"c\.md: has changed meanwhile"):
        changes.write()
    assert content(top) == {"a.md": b"[[b]]", "b.md": b"b", "c.md": b"[[b]] and more"}


@pytest.mark.parametrize(
    ("status", "new", "renamed"),
    [
        ("status: superseded by b", "zed", "status: superseded by zed"),
        ("status: 'replaced by b.'  # b", "zed", "status: 'replaced by zed.'  # b"),
        ('status: "superseded by [b](b.md)"', "zed", 'status: "superseded by [b](zed.md)"'),
        ("Lifecycle: Deprecated by B", "sub/zed", "Lifecycle: Deprecated by zed"),
        ("status: superseded by b", "sub/c", "status: superseded by sub/c"),
        ('status: superseded by "[[b]]"', "zed", 'status: superseded by "[[zed]]"'),
        ("status: superseded by The Title", "zed", "status: superseded by The Title"),
        ("status: superseded by c", "zed", "status: superseded by c"),
        ("status: owned by b", "zed", "status: owned by b"),
    ],
)
def test_a_rename_follows_the_successor_that_a_status_names(
    vault: Vault, status: str, new: str, renamed: str
) -> None:
    folder = vault(
        {
            "a.md": f"---\n{status}\n---\nSee [[b]].\n",
            "b.md": "---\ntitle: The Title\n---\nText.\n",
            "c.md": "Text.\n",
        }
    )
    before = SkillGraph.load(folder).outdated.get("a")
    changes = rename(SkillGraph.load(folder), "b", new, alias=False)
    assert changes.remarks == ()
    changes.write()
    after = SkillGraph.load(folder)
    assert after.nodes["a"].document.text.split("\n")[1] == renamed
    successors = [new if name == "b" else name for name in before.successors] if before else []
    assert list(after.outdated["a"].successors if before else ()) == successors


def test_a_successor_that_cannot_be_renamed_is_told_with_its_line(vault: Vault) -> None:
    text = "---\ntitle: A\nstatus: >-\n  superseded\n  by b\n---\nText.\n"
    folder = vault({"a.md": text, "b.md": "Text.\n"})
    changes = rename(SkillGraph.load(folder), "b", "zed", alias=False)
    assert changes.remarks == ("a.md:3: 'status' still names 'b'; write 'zed' there",)
    assert [change.shown for change in changes.files if change.after] == ["zed.md"]
