"""Merging two nodes loses no line and no link; merging what was split gives the text back."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillagent.authoring.merge import merge
from skillagent.authoring.split import split
from skillagent.cli.main import main
from skillagent.errors import UsageError
from skillagent.graph import Link, SkillGraph
from tests.conftest import Vault
from tests.test_authoring_strategies import content, graphs, written

_ADDRESS = re.compile(
    r"!?\[\[.*?\]\](?!\])|\]\((?:[^()]|\([^)]*\))*\)|(?<=\])\[[^\]]*\]|^\[[^\]]*\]: .*|\^[\w-]+"
)
_HEADER = re.compile(r"\A---\n.*?^---\n", re.DOTALL | re.MULTILINE)


def lines_of(data: bytes) -> list[str]:
    """The lines of a body, without what a merge may change: addresses, names, levels."""
    text = data.decode().removeprefix("\ufeff").replace("\r\n", "\n")
    body = _HEADER.sub("", text, count=1)
    plain = (_ADDRESS.sub("", line.lstrip("#").strip()) for line in body.split("\n"))
    return [line for line in plain if line]


def place_of(graph: SkillGraph, link: Link) -> str:
    """The text that a link leads to: the rest of its line, for a heading; or all."""
    document = graph.nodes[str(link.target)].document
    index = document.find_heading(link.fragment) if link.fragment else -1
    return document.headings[index].title if index >= 0 else ""


@pytest.mark.slow
@given(graphs(), st.integers(0, 99), st.integers(0, 99))
def test_no_link_is_broken_and_no_line_is_lost(
    files: dict[str, bytes], first: int, second: int
) -> None:
    with written(files) as top:
        before = SkillGraph.load(top)
        kept, gone = (before.nodes[sorted(before.nodes)[at % len(files)]] for at in (first, second))
        try:
            changes = merge(before, kept.id, gone.id)
        except UsageError:
            assert content(top) == files
            return
        changes.write()
        after = SkillGraph.load(top)
        assert gone.path not in content(top)
        merged = lines_of(content(top)[kept.path])
        for line in [*lines_of(files[kept.path]), *lines_of(files[gone.path])]:
            assert line in merged

        def later(node: str | None) -> str:
            return kept.id if node == gone.id else str(node)

        old = [link for link in before.links if link.target]
        new = [link for link in after.links if link.target]
        edges = [(link.source, str(link.target)) for link in new]
        for link in old:
            if link.key and (later(link.source), later(link.target)) == (kept.id, kept.id):
                continue  # of two equal items in the header, one is left
            assert (later(link.source), later(link.target)) in edges
        # Links to a heading still lead to one with that title.
        for source in {link.source for link in old} - {kept.id, gone.id}:
            was = [
                place_of(before, link)
                for link in before.links_from(source)
                if link.target and link.fragment
            ]
            now = [
                place_of(after, link)
                for link in after.links_from(source)
                if link.target and link.fragment
            ]
            assert not [title for title in was if title and was.count(title) > now.count(title)]
        broken = sum(link.target is None for link in before.links)
        assert sum(link.target is None for link in after.links) <= broken
        # A name that two nodes had may lead to one of them now, where there is no such heading.
        anchors = broken + sum(link.ambiguous for link in before.links)
        anchors += sum(found.code == "SG022" for found in before.diagnostics)
        assert sum(found.code == "SG022" for found in after.diagnostics) <= anchors


LONG = (
    "---\ndescription: All of it\ntags: [x]\n---\n# Long\n\n"
    "Intro, see [below](#use-it) and [[#Setup]].\n\n"
    "## Setup\n\nFirst sentence. Second.\n\n### Detail\n\nSee [[long#Use it]].\n\n"
    "## Use it\n\nSee [setup](long.md#setup), [detail](#detail).\n\n"
    "## Notes\n\nThe end.\n"
)


def test_to_merge_what_was_split_gives_the_text_back(vault: Vault) -> None:
    top = vault({"index.md": "[[long#Detail]] [[long]] [[Long#Setup|s]]", "long.md": LONG})
    before = SkillGraph.load(top)
    split(before, "long").write()
    for part in ("setup", "use-it", "notes"):
        merge(SkillGraph.load(top), "long", part).write()
    after = SkillGraph.load(top)
    assert sorted(after.nodes) == ["index", "long"]
    text = content(top)["long.md"].decode()
    body = _HEADER.sub("", re.sub(r"(?m)^- .*\n", "", text))
    plain = _ADDRESS.sub("", re.sub(r"\n{3,}", "\n\n", body))
    assert plain == _ADDRESS.sub("", _HEADER.sub("", LONG))
    assert after.diagnostics == ()

    def places(graph: SkillGraph) -> list[tuple[str, str]]:
        return [(str(link.target), place_of(graph, link)) for link in graph.links_from("index")]

    assert places(after) == places(before) == [("long", "Detail"), ("long", ""), ("long", "Setup")]


FILES = {
    "index.md": "- [[a]]\n- [[b]]\n- [[B title#Part]]\n- ![[b#^here]]\n- [in line](x/b.md#part)\n",
    "a.md": (
        "---\ndescription: About a\ntags: [one]\ndate: 2026-01-01\n---\n# A\n\nSee [[b]] and "
        "[text][ref][^1]. ^here\n\n## Part\n\n[ref]: https://example.org/a\n[^1]: Note of a.\n"
    ),
    "x/b.md": (
        "---\ntitle: B title\ntags: [one, two]\naliases: [bee]\nup: '[[index]]'\n---\n# B\n\n"
        "Words [text][ref], [ref] too[^1], [up](../index.md), ![](pic.png). ^here\n\n## Part\n\n"
        "[Back](#part), [[#Part]].\n\nUnder\n=====\n\nEnd.\n\n"
        "[ref]: https://example.org/b\n[^1]: Note of b.\n"
    ),
    "x/pic.png": "",
}
MERGED = (
    "---\ndescription: About a\ntags: [one, two]\ndate: 2026-01-01\n"
    "up: '[[index]]'\naliases: [b, B title, bee]\n---\n# A\n\nSee [[a#B|b]] and "
    "[text][ref][^1]. ^here\n\n## Part\n\n[ref]: https://example.org/a\n[^1]: Note of a.\n\n"
    "## B\n\n"
    "Words [text][ref-2], [ref][ref-2] too[^1-2], [up](index.md), ![](x/pic.png). ^here-2\n\n"
    "### Part\n\n[Back](#part-1), [[#B#Part]].\n\nUnder\n-----\n\nEnd.\n\n"
    "[ref-2]: https://example.org/b\n[^1-2]: Note of b.\n"
)


def test_texts_headers_and_links_are_united(vault: Vault) -> None:
    top = vault(FILES)
    merge(SkillGraph.load(top), "a", "x/b").write()
    files = {path: data.decode() for path, data in content(top).items()}
    assert files["a.md"] == MERGED
    assert files["index.md"] == (
        "- [[a]]\n- [[a#B|b]]\n- [[a#B#Part]]\n- ![[a#^here-2]]\n- [in line](a.md#part-1)\n"
    )
    assert "x/b.md" not in files
    graph = SkillGraph.load(top)
    assert graph.find("bee").id == graph.find("B title").id == graph.find("b").id == "a"


def test_two_links_in_one_key_become_a_list(vault: Vault) -> None:
    head = "---\nsource: '[[{}]]'\n---\nx\n"
    top = vault(
        {"a.md": head.format("one"), "b.md": head.format("two"), "one.md": "", "two.md": ""}
    )
    merge(SkillGraph.load(top), "a", "b").write()
    graph = SkillGraph.load(top)
    assert graph.nodes["a"].fields["source"] == ("[[one]]", "[[two]]")
    assert graph.neighbors("a") == ("one", "two")


def test_a_text_without_a_heading_gets_one_from_its_title(vault: Vault) -> None:
    top = vault({"a.md": "# A\n\nText", "b.md": "---\ntitle: Bee\n---\nPlain.\n\n## Part\n\nx\n"})
    merge(SkillGraph.load(top), "a", "b", "All of it").write()
    assert content(top)["a.md"].decode() == (
        "---\ndescription: All of it\naliases: [b, Bee]\n---\n"
        "# A\n\nText\n\n## Bee\n\nPlain.\n\n### Part\n\nx\n"
    )


REFUSED = {
    "the entry": ({"index.md": "[[a]]"}, "index", "is the entry of the graph"),
    "a skill": ({"s/SKILL.md": "---\nname: s\ndescription: d\n---\nx"}, "s/SKILL", "is a skill"),
    "itself": ({}, "a", "cannot be merged into itself"),
    "a key twice": (
        {"b.md": "---\ndue: 1\ndue: 2\n---\nb"},
        "b",
        "b.md:3: key 'due' is given twice",
    ),
    "another kind by a synonym": (
        {"a.md": "---\nkind: map\n---\na", "b.md": "---\ntype: note\n---\nb"},
        "b",
        "b.md:2: its 'type' is 'note'",
    ),
    "an id that both have": (
        {"a.md": '# A\n\n<a id="x"></a>', "b.md": '# B\n\n<a id="X"></a>\n\n[go](#x)'},
        "b",
        "b.md: has the id 'x', which a.md has, too",
    ),
    "another value": ({"b.md": "---\ndate: 2026-02-02\n---\nb"}, "b", "b.md:2: its 'date' is"),
    "another status": ({"b.md": "---\nstatus: deprecated\n---\nb"}, "b", "its status differs"),
    "a definition of the other": ({"b.md": "Read [ref] now."}, "b", "would become a link"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_united_is_refused_in_one_line(case: str, vault: Vault) -> None:
    files, other, message = REFUSED[case]
    head = "---\ndate: 2026-01-01\n---\n"
    top = vault({"index.md": "[[a]]", "a.md": f"{head}A [x][ref].\n\n[ref]: index.md\n", **files})
    before = content(top)
    with pytest.raises(UsageError, match=re.escape(message)) as refused:
        merge(SkillGraph.load(top), "a", other)
    assert "\n" not in str(refused.value)
    assert content(top) == before


@pytest.mark.parametrize("end", ["```\ncode", "<!-- open"])
def test_a_text_is_not_put_into_open_code_or_an_open_comment(end: str, vault: Vault) -> None:
    top = vault({"a.md": f"# A\n\n{end}\n", "b.md": "# B\n"})
    with pytest.raises(UsageError, match=r"a\.md: its end is open code or an open comment"):
        merge(SkillGraph.load(top), "a", "b")


def test_a_status_that_names_the_merged_node_names_the_one_that_stays(vault: Vault) -> None:
    top = vault({"a.md": "a", "b.md": "b", "old.md": "---\nstatus: superseded by b\n---\nx"})
    merge(SkillGraph.load(top), "a", "b").write()
    graph = SkillGraph.load(top)
    assert graph.outdated["old"].successors == ("a",)


def test_a_description_that_is_left_out_is_told(vault: Vault) -> None:
    top = vault({"a.md": "a", "b.md": "---\ndescription: Why b\n---\nb"})
    changes = merge(SkillGraph.load(top), "a", "b")
    assert changes.remarks == ("b.md: its description is not kept: 'Why b'",)


def test_what_only_the_other_header_has_is_copied_as_it_is_written(vault: Vault) -> None:
    own = (
        "# How sure we are.\nVersion: 1.10 # not a number\nday: 2026-01-01\n"
        "by: {name: Ann, team: [x, y]}\nlong: |\n  one\n   two\n"
    )
    top = vault({"a.md": "---\nz: 1\n---\na\n", "b.md": f"---\n{own}---\nb\n"})
    merge(SkillGraph.load(top), "a", "b").write()
    assert content(top)["a.md"].decode().startswith(f"---\nz: 1\n{own}aliases: [b]\n---\n")


def test_tags_written_as_one_text_are_united_as_words(vault: Vault) -> None:
    top = vault({"a.md": "---\ntag: x, y\n---\na\n", "b.md": "---\ntags: [y, z]\n---\nb\n"})
    merge(SkillGraph.load(top), "a", "b").write()
    assert SkillGraph.load(top).nodes["a"].tags == ("x", "y", "z")


def test_new_items_leave_comments_in_a_list(vault: Vault) -> None:
    head = "tags:\n  - x # old\n  # and\n  - y\nup: '[[a]]' # why\n"
    other = "tags: [v, w]\nup: '[[c]]'\n"
    top = vault({"a.md": f"---\n{head}---\na", "b.md": f"---\n{other}---\nb"})
    (top / "index.md").write_text("[[a]]")
    (top / "c.md").write_text("c")
    merge(SkillGraph.load(top), "a", "b").write()
    assert content(top)["a.md"].decode().partition("---\na")[0] == (
        "---\ntags:\n  - x # old\n  # and\n  - y\n  - v\n  - w\n"
        'up: ["[[a]]", "[[c]]"] # why\naliases: [b]\n'
    )


def test_what_is_left_out_of_the_other_header_is_told(vault: Vault) -> None:
    other = "# Ours\ndescription: Why b\nsummary: More on b\n"
    top = vault({"a.md": "---\nz: 1\n---\na", "b.md": f"---\n{other}---\nb"})
    assert merge(SkillGraph.load(top), "a", "b").remarks == (
        "b.md: its description is not kept: 'Why b'",
        "b.md: its summary is not kept: 'More on b'",
        "b.md: a comment in its header is not kept: '# Ours'",
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("so [[deep/b]] is.", "so [[a#B|b]] is."),
        ("so [[b|it]] is.", "so [[a#B|it]] is."),
        ("so ![[b]] is.", "so ![[a#B]] is."),
        ("| x |\n|---|\n| [[b]] |", "| x |\n|---|\n| [[a#B\\|b]] |"),
    ],
)
def test_a_sentence_around_a_link_reads_as_before(before: str, after: str, vault: Vault) -> None:
    top = vault({"index.md": f"# I\n\n[[a]]\n\n{before}\n", "a.md": "# A\n", "deep/b.md": "# B\n"})
    merge(SkillGraph.load(top), "a", "b").write()
    assert (top / "index.md").read_text() == f"# I\n\n[[a]]\n\n{after}\n"


def test_the_command_shows_and_writes(vault: Vault, capsys: pytest.CaptureFixture[str]) -> None:
    top = vault({"index.md": "[[a]] [[b]]", "a.md": "# A\n", "b.md": "# B\n\nb\n"})
    before = content(top)
    assert main(["merge", str(top), "a", "b", "--dry-run"]) == 0
    assert "+[[a]] [[a#B|b]]" in capsys.readouterr().out
    assert content(top) == before
    assert main(["merge", str(top), "a", "b"]) == 0
    assert sorted(content(top)) == ["a.md", "index.md"]
    assert "removed b.md" in capsys.readouterr().out
