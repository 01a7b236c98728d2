"""The frozen graph: nodes, entry, reach, and the questions asked of it."""

from __future__ import annotations

from pathlib import Path
from random import Random

import networkx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillagent import (
    DIALECTS,
    GraphError,
    NodeKind,
    Options,
    ResolveError,
    Root,
    SkillGraph,
    UsageError,
)
from skillagent.graph import Link
from skillagent.markdown.document import parse
from skillagent.tokens import EncodingCounter
from tests.conftest import BUNDLED, Vault

MAP = "---\ntype: moc\n---\n"
TREE: dict[str, str | bytes] = {
    "index.md": "# Index\n\n## One\n\n- [[m1]] - first cluster\n- [[m2]]\n",
    "m1.md": f"{MAP}- [[a]] when it rains\n- [[b]]\n",
    "m2.md": f"{MAP}- [[c]]\n",
    "a.md": "---\ndescription: About a\n---\nGo on with [[b]] when a is done.",
    "b.md": "Back to [[a]], and to [[a]] again. See also [[missing]].",
    "c.md": "Nothing follows.",
    "alone.md": "Nobody links here, but it links to [[a]].",
}


SIDES = st.text("ab1²é日_ ٣.\n", max_size=8)


@given(SIDES, SIDES)
def test_a_link_is_bare_if_fewer_than_four_letters_are_beside_it(before: str, after: str) -> None:
    document = parse(f"{before}[[x]]{after}", "a.md")
    link = Link("a", None, document.references[0], "missing", (), document)
    beside = "".join(link.around())
    letters = [char for char in beside if char.isalnum() and not char.isdecimal()]
    assert link.is_bare == (len(letters) < 4)


def test_links_are_sorted_by_source_and_place_in_every_dialect(vault: Vault) -> None:
    text = '---\nup: b\nsee: "[[a]]"\nrelated: [a, b]\n---\n[x](b.md) [[a]] #b\nkey:: [[b]], a\n'
    root = vault({"b.md": text, "a.md": text, "z/a.md": "[[b]] [[a#x]]", "B2.md": "[[a]]"})
    for dialect in DIALECTS.values():
        links = SkillGraph.load(root, options=Options(dialect=dialect)).links
        assert len(links) > 10
        assert list(links) == sorted(links, key=lambda link: (link.source, link.start))


def test_counts_reach_and_orphans(vault: Vault) -> None:
    graph = SkillGraph.load(vault(TREE))
    counts = graph.counts
    assert (counts.files, counts.nodes, counts.maps) == (7, 7, 2)
    assert (counts.links, counts.resolved, counts.broken) == (10, 9, 1)
    assert (counts.orphans, counts.unreachable, counts.ambiguous) == (1, 1, 0)
    assert graph.orphans() == ("alone",)
    assert graph.unmapped == ("alone",)
    assert graph.reachable("m2") == {"m2", "c"}


def test_neighbors_backlinks_and_paths(vault: Vault) -> None:
    graph = SkillGraph.load(vault(TREE))
    assert graph.neighbors("m1") == ("a", "b")
    assert [link.source for link in graph.backlinks("a")] == ["alone", "b", "b", "m1"]
    assert graph.indegree("a") == 3
    assert graph.shortest_path("index", "b") == ("index", "m1", "b")
    assert graph.shortest_path("c", "a") is None
    assert graph.most_linked[0] == "a"


def test_a_link_knows_where_it_stands_and_why(vault: Vault) -> None:
    graph = SkillGraph.load(vault(TREE))
    link = graph.links_from("index")[0]
    assert (link.target, link.line, link.section) == ("m1", 5, "One")
    assert link.context == "m1 - first cluster"
    assert graph.links_from("a")[0].context == "Go on with b when a is done."


def test_networkx_holds_the_documented_attributes(vault: Vault) -> None:
    graph = SkillGraph.load(vault(TREE)).to_networkx()
    assert isinstance(graph, networkx.MultiDiGraph)
    assert graph.number_of_nodes() == 7
    assert graph.number_of_edges() == 9
    assert set(graph.nodes["a"]) == {
        "title",
        "description",
        "kind",
        "root",
        "path",
        "tags",
        "digest",
        "status",
        "successors",
    }
    (edge,) = graph.get_edge_data("a", "b").values()
    assert set(edge) == {
        "kind",
        "fragment",
        "label",
        "line",
        "section",
        "field",
        "context",
        "rung",
    }


ENTRIES = [
    ({"z.md": "---\nentry: true\n---\n", "index.md": "x"}, "z"),
    ({"index.md": "x", "SKILL.md": "x", "README.md": "x"}, "index"),
    ({"SKILL.md": "x", "README.md": "x", "MOC.md": "x"}, "SKILL"),
    ({"ReadMe.md": "x", "MOC.md": "x"}, "ReadMe"),
    ({"MOC.md": "x", "a.md": "[[MOC]]"}, "MOC"),
    ({"sub/index.md": "x", "m.md": f"{MAP}[[a]]", "n.md": f"{MAP}[[m]]", "a.md": "x"}, "n"),
    ({"a.md": "[[b]]", "b.md": "x"}, "a"),
    ({}, None),
]


@pytest.mark.parametrize(("files", "entry"), ENTRIES, ids=[str(entry) for _, entry in ENTRIES])
def test_the_entry_is_chosen_in_the_documented_order(
    vault: Vault, files: dict[str, str | bytes], entry: str | None
) -> None:
    assert SkillGraph.load(vault(files)).entry == entry


@pytest.mark.parametrize("seed", range(20))
def test_the_entry_reaches_most_and_of_equals_has_the_smallest_id(vault: Vault, seed: int) -> None:
    dice = Random(seed)
    names = "abcdefgh"[: dice.randint(2, 8)]
    links = {name: dice.sample(names, dice.randint(0, 2)) for name in names}
    files = {f"{name}.md": " ".join(f"[[{to}]]" for to in links[name]) or "x" for name in names}
    graph = SkillGraph.load(vault(dict(files)))
    assert graph.entry == min(names, key=lambda name: (-len(graph.reachable(name)), name))


KINDS = [
    ("x.md", "---\ntype: moc\n---\n", NodeKind.MAP),
    ("x.md", "---\nkind: Map\n---\n", NodeKind.MAP),
    ("x.md", "---\ntags: [moc]\n---\n", NodeKind.MAP),
    ("x.md", "# X\n\n- [[a]]\n- [[b]] b\n- [[c]]\n- **[[d]]**\n", NodeKind.MAP),
    ("x.md", "---\ntype: note\n---\n- [[a]]\n- [[b]]\n- [[c]]\n- [[d]]\n", NodeKind.NODE),
    ("x.md", "- do this, see [[a]]\n- then [[b]]\n- then [[c]]\n- last [[d]]\n", NodeKind.NODE),
    ("x.md", "- [[a]]\n- [[b]]\n- [[c]]\n- [[d]]\n\n" + "Much prose. " * 30, NodeKind.NODE),
    ("x/SKILL.md", "text", NodeKind.SKILL),
]


@pytest.mark.parametrize(("path", "text", "kind"), KINDS)
def test_a_nodes_kind(vault: Vault, path: str, text: str, kind: NodeKind) -> None:
    graph = SkillGraph.load(vault({path: text}))
    assert next(iter(graph.nodes.values())).kind is kind


DESCRIPTIONS = [
    ("---\ndescription: D\nsummary: S\n---\nText here.", "D", False),
    ("---\nsummary: S\n---\nText here.", "S", False),
    ("---\ndesc: E\n---\nText here.", "E", False),
    ("# Title\n\nThe first sentence. The second.", "The first sentence.", True),
    ("# Only a title", "", True),
]


@pytest.mark.parametrize(("text", "description", "derived"), DESCRIPTIONS)
def test_a_nodes_description(vault: Vault, text: str, description: str, derived: bool) -> None:
    node = SkillGraph.load(vault({"x.md": text})).nodes["x"]
    assert (node.description, node.description_derived) == (description, derived)


def test_a_node_keeps_every_field_its_outline_and_its_costs(vault: Vault) -> None:
    text = "---\ntitle: T\nstatus: draft\nn: 3\ntopics: [x]\n---\n# T\n\nOne.\n\n## Sub\n\nTwo.\n"
    node = SkillGraph.load(vault({"x.md": text})).nodes["x"]
    counter = EncodingCounter()
    assert dict(node.fields) == {"status": "draft", "n": 3}
    assert node.topics == ("x",)
    assert node.cost(counter) == counter.count("# T\n\nOne.\n\n## Sub\n\nTwo.")
    assert node.outline(counter) == (
        ("T", 1, node.cost(counter)),
        ("Sub", 2, counter.count("## Sub\n\nTwo.")),
    )
    assert node.summary_cost(counter) == counter.count("T\nOne.\nT\nSub")
    assert node.digest.startswith("sha256:")


@pytest.mark.parametrize(
    "name",
    [
        "dir/Some Node",
        "Some Node",
        "some node",
        "[[Some Node]]",
        "The Title",
        "also",
        "AKA",
        "dir/Some Node.md",
        "Some Node#Part",
        "[[some node|label]]",
        "Heading One",
        '"Some Node"',
    ],
)
def test_a_node_is_found_by_any_of_its_names(vault: Vault, name: str) -> None:
    header = "---\ntitle: The Title\naliases: [also, aka]\n---\n"
    graph = SkillGraph.load(vault({"dir/Some Node.md": f"{header}# Heading One\n", "x.md": ""}))
    assert graph.find(name).id == "dir/Some Node"


def test_an_unknown_name_gives_the_nearest_and_an_ambiguous_one_the_candidates(
    vault: Vault,
) -> None:
    graph = SkillGraph.load(vault({"one/dup.md": "x", "two/dup.md": "x", "sizing.md": "x"}))
    with pytest.raises(ResolveError) as unknown:
        graph.find("sizzing")
    assert (unknown.value.candidates, unknown.value.ambiguous) == (("sizing",), False)
    with pytest.raises(ResolveError) as ambiguous:
        graph.find("dup")
    assert ambiguous.value.candidates == ("one/dup", "two/dup")


def test_several_roots_have_namespaces(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "index.md").write_text(f"# {name}\n")
    graph = SkillGraph.load(tmp_path / "a", Root(tmp_path / "b", "other"))
    assert list(graph.nodes) == ["a::index", "other::index"]
    assert graph.entries == ("a::index", "other::index")
    assert graph.find("other::index").root == "other"
    with pytest.raises(ResolveError, match="several"):
        graph.find("index")


def test_a_root_that_cannot_be_opened_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(GraphError, match="no such folder"):
        SkillGraph.load(tmp_path / "nope")
    (tmp_path / "file.md").write_text("x")
    with pytest.raises(GraphError, match="not a folder"):
        SkillGraph.load(tmp_path / "file.md")
    with pytest.raises(UsageError, match="two roots"):
        SkillGraph.load(tmp_path, tmp_path)


def test_the_same_files_give_the_same_graph(vault: Vault, tmp_path: Path) -> None:
    one = SkillGraph.load(vault(TREE))
    for name in sorted(TREE, reverse=True):
        text = (tmp_path / name).read_bytes()
        (tmp_path / name).unlink()
        (tmp_path / name).write_bytes(text)
    two = SkillGraph.load(tmp_path)
    assert one.digest == two.digest
    assert [str(link) for link in one.links] == [str(link) for link in two.links]
    (tmp_path / "c.md").write_text("changed")
    assert SkillGraph.load(tmp_path).digest != one.digest


def test_a_loaded_graph_cannot_be_changed(vault: Vault) -> None:
    graph = SkillGraph.load(vault(TREE))
    with pytest.raises(TypeError):
        graph.nodes["new"] = graph.nodes["a"]  # type: ignore[index]
    with pytest.raises(AttributeError):
        graph.nodes["a"].title = "x"


def test_the_bundled_graph_is_whole() -> None:
    graph = SkillGraph.load(BUNDLED)
    assert not graph.diagnostics
    assert graph.entry == "SKILL"
    assert graph.counts.nodes >= 45
    assert graph.counts.maps >= 5
    assert (graph.counts.broken, graph.counts.orphans, graph.counts.unreachable) == (0, 0, 0)
    assert all(not node.description_derived for node in graph.nodes.values())


def test_a_link_does_not_show_what_the_root_hides(vault: Vault) -> None:
    folder = vault(
        {
            ".env": "secret",
            ".private/x.md": "secret",
            "ignored.md": "secret",
            ".gitignore": "ignored.md\n",
            "real.md": "# Real",
        }
    )
    for name, target in [
        ("a.md", ".env"),
        ("b.md", ".private/x.md"),
        ("c.md", "ignored.md"),
        ("d.md", "real.md"),
        ("e.txt", ".env"),
    ]:
        (folder / name).symlink_to(target)
    graph = SkillGraph.load(folder)
    assert list(graph.nodes) == ["d", "real"]
    assert graph.others[""] == ()
