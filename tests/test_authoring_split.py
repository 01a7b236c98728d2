"""Splitting a node keeps its text byte for byte; links to its headings lead to the new nodes."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from skillagent.authoring.split import split
from skillagent.errors import UsageError
from skillagent.graph import NodeKind, SkillGraph
from tests.conftest import Vault
from tests.test_authoring_strategies import content, edges, graphs, texts, written

HEAD = re.compile(rb"\A---\r?\n(?:(?:title|description|type): [^\n]*\n)+---\r?\n")
ANY_HEAD = re.compile(rb"\A(?:\xef\xbb\xbf)?---\r?\n.*?^---\r?\n", re.DOTALL | re.MULTILINE)


@given(texts(), st.none() | st.integers(1, 3))
def test_the_parts_of_a_document_without_links_are_its_body(text: str, level: int | None) -> None:
    text = re.sub(r"[\[\]]", "", text).lstrip("\ufeff")
    data = text.encode()
    with written({"long.md": data, "index.md": b"[[long]]"}) as top:
        graph = SkillGraph.load(top)
        try:
            changes = split(graph, "long", level)
        except UsageError:
            levels = [heading.level for heading in graph.nodes["long"].document.headings]
            assert level is not None or len(levels) == len(set(levels))
            return
        parts = {change.shown: change.after or b"" for change in changes.files}
        changes.write()
        after = SkillGraph.load(top)
        sections = [HEAD.sub(b"", parts[f"{node}.md"]) for node in after.neighbors("long")]
        assert len(sections) >= 2
        assert data.endswith(b"".join(sections))
        first = data[: len(data) - sum(map(len, sections))]
        kept = ANY_HEAD.sub(b"", parts["long.md"])
        assert kept.startswith(ANY_HEAD.sub(b"", first))
        assert len(re.findall(rb"(?m)^(?:  ){0,2}- \[\[", kept)) == len(sections)
        assert after.reachable() == set(after.nodes)


UNDER_DEFINITIONS = {
    "a.md": b"[one]: #setup\n",
    "b.md": b"# Setup\n\n# Setup\n\nWords with [one], [[b]] in them.\n",
}
"""The description of b goes into a, where a definition would make a link of its `[one]`."""


@pytest.mark.slow
@example(UNDER_DEFINITIONS, 1, None)
@given(graphs(), st.integers(0, 99), st.none() | st.integers(1, 3))
def test_every_link_still_leads_to_its_text(
    files: dict[str, bytes], pick: int, level: int | None
) -> None:
    with written(files) as top:
        before = SkillGraph.load(top)
        old = before.nodes[sorted(before.nodes)[pick % len(files)]]
        try:
            changes = split(before, old.id, level)
        except UsageError:
            assert content(top) == files
            return
        changes.write()
        after = SkillGraph.load(top)
        made = {change.shown.rpartition(".")[0] for change in changes.files if not change.before}
        found = edges(after, lambda node: old.id if node in made else node)
        plain = [edge[:3] for edge in found]
        # The list in the map, and links by anchor inside the node, are new.
        assert not [e for e in edges(before) if plain.count(e[:3]) < _count(before, e[:3])]
        broken = sum(d.code == "SG022" for d in before.diagnostics)
        assert sum(d.code == "SG022" for d in after.diagnostics) <= broken
        assert not {d.code for d in after.diagnostics} & {"SG010", "SG011", "SG012", "SG014"} - {
            d.code for d in before.diagnostics
        }


def _count(graph: SkillGraph, edge: tuple[str, str, str]) -> int:
    return sum(found[:3] == edge for found in edges(graph))


LONG = (
    "---\ndescription: All of it\ntags: [x]\n---\n# Long\n\n"
    "Intro, see [below](#use-it) and [[#Setup]].\n\n"
    "## Setup\n\nFirst sentence. Second.\n\n```\n## no heading\n```\n\n"
    "### Detail\n\nSee [[long#Use it]].\n\n"
    "## Use it\n\nSee [text][one] and [setup](long.md#setup), [detail](#detail).\n\n"
    "## Notes\n\n[one]: other.md (round)\n"
)


def test_a_long_node_becomes_a_map(vault: Vault) -> None:
    top = vault(
        {"index.md": "[[long#Detail]] [[long]] [[Long#Setup|s]]", "long.md": LONG, "other.md": "o"}
    )
    split(SkillGraph.load(top), "long").write()
    found = {path: data.decode() for path, data in content(top).items()}
    assert found["index.md"] == "[[setup#Detail]] [[long]] [[setup|s]]"
    assert found["long.md"] == (
        "---\ntype: map\ndescription: All of it\ntags: [x]\n---\n# Long\n\n"
        "Intro, see [below](use-it.md) and [[setup]].\n\n"
        "- [[setup]] - First sentence.\n"
        "- [[use-it]] - See text and setup, detail.\n"
        "- [[notes]]\n"
    )
    assert found["setup.md"] == (
        "---\ntitle: Setup\ndescription: First sentence.\n---\n"
        "## Setup\n\nFirst sentence. Second.\n\n"
        "```\n## no heading\n```\n\n### Detail\n\nSee [[use-it]].\n\n"
    )
    assert found["use-it.md"].endswith(
        "See [text][one] and [setup](setup.md), [detail](setup.md#detail).\n\n"
        "[one]: other.md (round)\n"
    )
    assert found["notes.md"] == "---\ntitle: Notes\n---\n## Notes\n\n"
    graph = SkillGraph.load(top)
    assert graph.diagnostics == ()
    assert graph.nodes["long"].kind is NodeKind.MAP
    assert graph.nodes["setup"].title == "Setup"


@pytest.mark.parametrize(
    ("header", "other", "word"),
    [
        ("status: deprecated\nsuperseded_by: new\n", "", "superseded"),
        ("status: deprecated\nsuperseded_by: [[new]]\n", "", "superseded"),
        ("superseded_by: ['[[new]]', './other.md']\n", "", "superseded"),
        ("Lifecycle: retired # why\ndeprecated: true\n", "", "retired"),
        ("archived: true\nversion: 3\n", "", "archived"),
        ("valid_until: 2020-01-31\n", "", "expired"),
        ("stale_after: '2020-01-31'\n", "", "stale"),
        ("status: superseded by [[new]]\n", "", "superseded"),
        ("status: stable\n", "supersedes: big\n", "superseded"),
        ("", "replaces: [[big]]\n", "superseded"),
        ("status: stable\n", "", ""),
    ],
)
def test_the_parts_are_as_outdated_as_their_source(
    vault: Vault, header: str, other: str, word: str
) -> None:
    sections = "## Set up\n\nSet up the key.\n\nSource: x\n---\n\nRotate the key.\n"
    folder = vault(
        {
            "big.md": f"---\ntitle: Keys\n{header}---\n# Keys\n\n{sections}",
            "new.md": f"---\ntitle: Newer\n{other}---\nText.\n",
            "other.md": "Text.\n",
        }
    )
    before = SkillGraph.load(folder).outdated.get("big")
    split(SkillGraph.load(folder), "big").write()
    after = SkillGraph.load(folder)
    parts = sorted(set(after.nodes) - {"big", "new", "other"})
    assert parts == ["set-up", "source-x"]
    for part in parts:
        outdated = after.outdated.get(part)
        assert (outdated.word if outdated else "") == word
        assert outdated == before


def test_new_names_give_way_to_existing_names(vault: Vault) -> None:
    files: dict[str, str | bytes] = {
        "index.md": "[[x]] [[Setup]]",
        "x.md": "## Setup\n\na\n\n## Index\n\nb\n\n## ***\n\nc",
        "other.md": "---\naliases: [Setup]\n---\n",
    }
    top = vault(files)
    changes = split(SkillGraph.load(top), "x")
    assert {change.shown for change in changes.files} == {
        "x.md",
        "x-setup.md",
        "x-index.md",
        "x-2.md",
    }
    changes.write()
    graph = SkillGraph.load(top)
    assert edges(graph)[:2] == [("index", "x", "", ""), ("index", "other", "", "")]


def test_a_skill_keeps_its_six_keys_and_an_author_his_type(vault: Vault) -> None:
    text = "## A\n\na\n\n## B\n\nb\n"
    top = vault(
        {
            "SKILL.md": f"---\nname: s\ndescription: d\n---\n{text}",
            "t.md": f"---\ntype: research\n---\n{text}",
        }
    )
    graph = SkillGraph.load(top)
    changes = split(graph, "SKILL")
    assert next(c for c in changes.files if c.shown == "SKILL.md").after == (
        b"---\nname: s\ndescription: d\n---\n\n- [[a]] - a\n- [[b]] - b\n"
    )
    assert "its type stays 'research'" in split(graph, "t").remarks[0]


def test_a_description_with_odd_links_is_no_link(vault: Vault) -> None:
    top = vault({"a.md": "`[[code]]` [[b|a [b] c]] words.\n\n# One\n\nx\n\n# Two\n", "b.md": ""})
    split(SkillGraph.load(top), "a").write()
    assert edges(SkillGraph.load(top))[0] == ("a", "b", "a [b] c", "")


@pytest.mark.parametrize("text", ["", "no heading", "# One\n\ntext", "# T\n\n## Only\n\ntext"])
def test_a_node_with_fewer_than_two_sections_is_refused(vault: Vault, text: str) -> None:
    top = vault({"a.md": text})
    with pytest.raises(UsageError, match=r"a\.md: has fewer than two sections"):
        split(SkillGraph.load(top), "a")


def test_the_level_can_be_chosen(vault: Vault) -> None:
    top = vault({"a.md": "# T\n\n## A\n\n### A1\n\na\n\n### A2\n\n## B\n\n### B1\n"})
    changes = split(SkillGraph.load(top), "a", 3)
    made = {change.shown for change in changes.files}
    assert made == {"a.md", "a-a.md", "a1.md", "a2.md", "b.md", "b1.md"}
    changes.write()
    assert "\n  - [[a1]]" in content(top)["a.md"].decode()
