"""Graphs as bundles of the Open Knowledge Format, and bundles as graphs: nothing is lost."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given

from skillagent import SkillGraph
from skillagent.cli import main
from skillagent.diagnostics import Severity
from skillagent.errors import GraphError, UsageError
from skillagent.exports import WrittenBundle, okf_bundle
from skillagent.graph import Link, Node, NodeKind
from skillagent.lint import findings, profile_rules
from skillagent.lint.checking import check
from tests.conftest import SHIPPED, Vault
from tests.test_exports import graphs, written
from tests.test_okf import SHOP

GARDEN: dict[str, str | bytes] = {
    "SKILL.md": "---\nname: garden\ndescription: All about a garden.\n---\n# Garden\n\n"
    "## Beds\n\n- [[soil]] - before you dig\n- [[beds/index|The beds]] - where things grow\n\n"
    "## Water\n\n- [[Rain and wells]] - when it is dry\n",
    "soil.md": "---\ndescription: What soil is.\nkind: research\ndepends_on: '[[beds/index]]'\n"
    "---\nSee ![[beds/roses#Care]] and [[beds]]. Not [[nowhere]].\n",
    "Rain and wells.md": "Water comes from [[soil|the ground]].\n",
    "beds/index.md": "---\ndescription: All beds.\n---\n# Beds\n\n- [[roses]]\n",
    "beds/roses.md": "---\ntype: plant\nstatus: draft\nverified: {by: 'human:ann'}\n---\n"
    "# Roses\n\n## Care\n\n![pic](rose.png)\n",
    "beds/log.md": "Not a history, see [[roses]].\n",
    "beds/rose.png": b"png",
}


def exported(files: dict[str, str | bytes], place: Path) -> tuple[SkillGraph, WrittenBundle]:
    data = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
    graph = SkillGraph.load(written(data, place / "garden"))
    return graph, okf_bundle(graph, place / "bundle")


def test_a_graph_becomes_a_bundle_that_follows_the_format(tmp_path: Path) -> None:
    _, bundle = exported(GARDEN, tmp_path)
    assert bundle.nodes == {
        "Rain and wells": "Rain-and-wells.md",
        "SKILL": "SKILL.md",
        "beds/index": "beds/overview.md",
        "beds/log": "beds/history.md",
        "beds/roses": "beds/roses.md",
        "soil": "soil.md",
    }
    assert (bundle.listings, bundle.attachments) == (("beds/index.md", "index.md"), 1)
    loaded = SkillGraph.load(bundle.path)
    assert loaded.dialect.okf == "0.2"
    assert {one.code for one in findings(loaded, rules=profile_rules("okf"))} == {
        "SG416",  # nodes without a description of their own
        "SG418",  # the author's verification without a moment
        "SG419",  # the link in a header
    }


def test_listings_have_the_order_headings_and_descriptions_of_the_maps(tmp_path: Path) -> None:
    _, bundle = exported(GARDEN, tmp_path)
    assert (bundle.path / "index.md").read_text() == (
        '---\nokf_version: "0.2"\n---\n'
        "# garden\n\n* [garden](SKILL.md) - All about a garden.\n\n"
        "# Beds\n\n* [soil](soil.md) - What soil is.\n"
        "* [beds](beds/index.md) - All beds.\n\n"
        "# Water\n\n* [Rain and wells](Rain-and-wells.md)\n"
    )
    assert (bundle.path / "beds/index.md").read_text() == (
        "# Beds\n\n* [Beds](overview.md) - All beds.\n* [Roses](roses.md)\n\n"
        "# Others\n\n* [log](history.md)\n"
    )


def test_links_are_markdown_links_and_each_node_has_a_type(tmp_path: Path) -> None:
    _, bundle = exported(GARDEN, tmp_path)
    text = (bundle.path / "soil.md").read_text()
    assert "See ![beds/roses](beds/roses.md#care) and" in text or "[beds/roses](" in text
    assert "[beds](beds/overview.md)" in text
    assert "[[nowhere]]" in text
    assert {
        path: re.findall(r"^(?:type|title): .*", (bundle.path / path).read_text(), re.MULTILINE)
        for path in bundle.nodes.values()
    } == {
        "Rain-and-wells.md": ["type: Concept", "title: Rain and wells"],
        "SKILL.md": ["type: Skill"],
        "beds/history.md": ["type: Concept", "title: log"],
        "beds/overview.md": ["type: Concept"],
        "beds/roses.md": ["type: plant"],
        "soil.md": ["type: research"],
    }


def test_a_broken_link_that_a_listing_would_answer_becomes_its_words(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"a.md": "See [[beds]] and [[x]].", "beds/x.md": "# X\n"}
    graph, bundle = exported(files, tmp_path)
    assert graph.counts.links == 1
    assert "See beds and [x](beds/x.md)." in (bundle.path / "a.md").read_text()


def test_a_bundle_keeps_every_byte_of_its_files(vault: Vault, tmp_path: Path) -> None:
    folder = vault({f"shop/{path}": text for path, text in SHOP.items()}) / "shop"
    bundle = okf_bundle(SkillGraph.load(folder), tmp_path / "again")
    assert bundle.listings == ()
    assert {path: (bundle.path / path).read_text(encoding="utf-8") for path in SHOP} == SHOP


def test_a_header_that_cannot_be_read_is_written_in_yaml(vault: Vault, tmp_path: Path) -> None:
    folder = vault({"g/index.md": "[[a]]", "g/a.md": "---\ntype: note\nx: [\nstar: *y\n---\n# A\n"})
    okf_bundle(SkillGraph.load(folder / "g"), tmp_path / "out")
    text = (tmp_path / "out" / "a.md").read_text(encoding="utf-8")
    assert text == '---\ntype: note\nx: "["\nstar: "*y"\n---\n# A\n'


def test_a_graph_whose_nodes_all_have_a_type_gets_listings(vault: Vault, tmp_path: Path) -> None:
    folder = vault({"g/index.md": "- [[a]] - Why", "g/a.md": "---\ntype: note\n---\n# A\n"})
    assert okf_bundle(SkillGraph.load(folder / "g"), tmp_path / "out").listings == ("index.md",)


def test_only_files_with_wikilinks_are_written_anew_in_a_bundle(
    vault: Vault, tmp_path: Path
) -> None:
    text = (
        SHOP["tables/refunds.md"] + " See [[orders|an order]] and [revenue](/metrics/revenue.md)."
    )
    files = {**SHOP, "tables/refunds.md": text}
    folder = vault({f"shop/{path}": text for path, text in files.items()}) / "shop"
    bundle = okf_bundle(SkillGraph.load(folder), tmp_path / "again")
    changed = {
        path for path in SHOP if (bundle.path / path).read_text(encoding="utf-8") != files[path]
    }
    assert changed == {"tables/refunds.md"}
    assert "See [an order](orders.md) and [revenue](../metrics/revenue.md)." in (
        bundle.path / "tables/refunds.md"
    ).read_text(encoding="utf-8")


def test_a_logseq_graph_becomes_a_bundle_although_its_folders_stay(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "pages/a.md": "- See [[b]] and [[c/d]], [settings](../logseq/config.edn).\n",
        "pages/b.md": "type:: book\n\n- Text.\n",
        "pages/c___d.md": "- More.\n",
        "journals/2026_01_31.md": "- Read [[b]].\n",
        "logseq/config.edn": "{}",
    }
    graph, bundle = exported(files, tmp_path)
    assert graph.dialect.name == "logseq"
    loaded = SkillGraph.load(bundle.path)
    assert (loaded.dialect.name, loaded.dialect.okf) == ("obsidian", "0.2")
    assert loaded.nodes["pages/b"].declared_kind == "book"
    assert not [one for one in findings(loaded, rules=profile_rules("okf")) if one.code < "SG410"]


def test_several_roots_and_folders_with_other_files_are_refused(
    vault: Vault, tmp_path: Path
) -> None:
    folder = vault({"one/a.md": "A", "two/b.md": "B", "full/x.txt": "x", "none/x.txt": "x"})
    with pytest.raises(UsageError, match="a bundle has one root"):
        okf_bundle(SkillGraph.load(folder / "one", folder / "two"), folder / "out")
    with pytest.raises(UsageError, match="not empty"):
        okf_bundle(SkillGraph.load(folder / "one"), folder / "full")
    with pytest.raises(UsageError, match="is inside the graph"):
        okf_bundle(SkillGraph.load(folder / "one"), folder / "one" / "out")
    with pytest.raises(GraphError, match="no node to write"):
        okf_bundle(SkillGraph.load(folder / "none"), folder / "out")


def test_a_second_export_replaces_the_first_unless_someone_changed_it(tmp_path: Path) -> None:
    graph, bundle = exported(GARDEN, tmp_path)
    before = {path: path.read_bytes() for path in bundle.path.rglob("*") if path.is_file()}
    okf_bundle(graph, bundle.path)
    assert {path: path.read_bytes() for path in before} == before
    (bundle.path / "soil.md").write_text("Changed.")
    with pytest.raises(UsageError, match="changed since the earlier export"):
        okf_bundle(graph, bundle.path)


def test_the_command_says_what_was_written(
    vault: Vault, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = vault({"g/a.md": "# A\n\n[[b]]", "g/b.md": "# B"}) / "g"
    assert main(["export", "okf", str(folder), "-o", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'out'}: 2 nodes, 1 listings, 0 attachments\n"


def test_an_imported_bundle_keeps_its_concepts_and_its_listings_are_the_maps(
    vault: Vault, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {path: text for path, text in SHOP.items() if path != "metrics/old.md"}
    source = vault({f"shop/{path}": text for path, text in files.items()}) / "shop"
    folder = tmp_path / "imported"
    assert main(["import", str(source), str(folder)]) == 0
    assert "1 entry, 2 maps, 4 nodes, 1 log, 2 other files" in capsys.readouterr().out
    texts = {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*.*")
    }
    assert texts.pop("SKILL.md") == (
        '---\nname: imported\ndescription: "Imported: tables, metrics"\n---\n\n' + SHOP["index.md"]
    )
    assert texts.pop("tables/index.md") == (
        "---\ntype: map\ndescription: Every table of the shop.\n---\n" + SHOP["tables/index.md"]
    )
    assert texts.pop("metrics/index.md").startswith(
        '---\ntype: map\ndescription: "What is measured, and how often."\n---\n# Metrics'
    )
    assert texts.pop("log.md") == "---\ntype: log\n---\n" + SHOP["log.md"]
    assert texts == {path: SHOP[path] for path in texts}
    assert len(texts) == 6


def test_an_imported_bundle_has_the_nodes_links_and_log_of_the_bundle(
    vault: Vault, tmp_path: Path
) -> None:
    files = {path: text for path, text in SHOP.items() if path != "metrics/old.md"}
    source = vault({f"shop/{path}": text for path, text in files.items()}) / "shop"
    (source / "tables" / "orders.md").write_text(
        "---\ntype: Table\n---\nUp to [the top](/index.md).\n", encoding="utf-8"
    )
    assert main(["import", str(source), str(tmp_path / "imported"), "--json"]) == 0
    bundle, graph = SkillGraph.load(source), SkillGraph.load(tmp_path / "imported")
    ids = {node: "SKILL" if node == "index" else node for node in bundle.nodes}
    assert set(graph.nodes) == set(ids.values())
    for node in bundle.nodes.values():
        mine = graph.nodes[ids[node.id]]
        assert [link.target for link in links_of(graph, mine.id)] == [
            ids[str(link.target)] for link in links_of(bundle, node.id)
        ]
        if node.id != "index":
            assert own(mine)[1:4] == own(node)[1:4]
            assert (
                mine.document.frontmatter.fields.items() >= node.document.frontmatter.fields.items()
            )
    assert graph.nodes["log"].kind is NodeKind.LOG
    assert graph.orphans() == ()


def test_what_no_listing_of_an_imported_bundle_leads_to_is_listed_in_the_entry(
    vault: Vault, tmp_path: Path
) -> None:
    source = vault({f"shop/{path}": text for path, text in SHOP.items()}) / "shop"
    assert main(["import", str(source), str(tmp_path / "imported")]) == 0
    entry = (tmp_path / "imported" / "SKILL.md").read_text(encoding="utf-8")
    assert "- [[old]] - The earlier sum.\n" in entry
    assert "[[log]]" not in entry


def test_a_listing_with_blank_lines_above_its_header_is_imported_as_it_is(
    vault: Vault, tmp_path: Path
) -> None:
    late = "\n---\ntitle: More\n---\n# More\n"
    source = vault(
        {**{f"shop/{path}": text for path, text in SHOP.items()}, "shop/x/index.md": late}
    )
    assert main(["import", str(source / "shop"), str(tmp_path / "imported")]) == 0
    assert (tmp_path / "imported" / "x" / "index.md").read_text(encoding="utf-8") == late


def links_of(graph: SkillGraph, node: str) -> list[Link]:
    return [link for link in graph.links_from(node) if link.target]


def own(node: Node) -> tuple[object, ...]:
    """What a node says of itself."""
    description = "" if node.description_derived else node.description
    return (node.title, node.aliases, node.tags, node.kind, description)


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_the_graphs_that_come_with_the_package_lose_nothing(folder: Path, tmp_path: Path) -> None:
    check_round_trip(folder, tmp_path)


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_an_export_is_what_the_specification_asks_for(folder: Path, tmp_path: Path) -> None:
    bundle = okf_bundle(SkillGraph.load(folder), tmp_path / "bundle")
    report = check(SkillGraph.load(bundle.path), profile=profile_rules("okf"))
    assert {one.code for one in report.findings if one.severity is not Severity.INFO} == set()


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_what_was_exported_can_be_imported(folder: Path, tmp_path: Path) -> None:
    okf_bundle(SkillGraph.load(folder), tmp_path / "bundle")
    place = tmp_path / folder.name
    assert main(["import", str(tmp_path / "bundle"), str(place)]) == 0
    counts = SkillGraph.load(place).counts
    assert (counts.broken, counts.unreachable) == (0, 0)


@pytest.mark.slow
@given(graphs())
def test_no_graph_loses_anything(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]
) -> None:
    place = tmp_path_factory.mktemp("okf")
    check_round_trip(written(files, place / "graph"), place)
    shutil.rmtree(place)


def check_round_trip(folder: Path, place: Path) -> None:
    """graph → bundle → graph, and bundle → graph → bundle."""
    graph = SkillGraph.load(folder)
    bundle = okf_bundle(graph, place / "bundle")
    loaded = SkillGraph.load(bundle.path)
    ids = {node: path.removesuffix(".md") for node, path in bundle.nodes.items()}
    assert len(loaded.nodes) == len(graph.nodes) + len(bundle.listings)
    for node in graph.nodes.values():
        other = loaded.nodes[ids[node.id]]
        assert own(other) == own(node)
        assert other.declared_kind
        added = other.document.frontmatter.fields.keys() - node.document.frontmatter.fields.keys()
        assert node.document.frontmatter.fields.keys() <= other.document.frontmatter.fields.keys()
        assert added <= {"type", "title"}
        before, after = links_of(graph, node.id), links_of(loaded, other.id)
        assert [link.target for link in after] == [ids[str(link.target)] for link in before]
        for one, two in zip(before, after, strict=True):
            # A Markdown link is longer than a wikilink, so less may fit around it.
            shorter, longer = sorted((one.context.strip("…"), two.context.strip("…")), key=len)
            assert shorter in longer
    for path in bundle.listings:
        assert loaded.nodes[path.removesuffix(".md")].kind is NodeKind.MAP
    again = okf_bundle(loaded, place / "again")
    for path in (*bundle.nodes.values(), *bundle.listings):
        assert (again.path / path).read_bytes() == (bundle.path / path).read_bytes()
