"""Bundles of the Open Knowledge Format: recognised, described by their listings, checked."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from skillagent import Options, SkillGraph, Toolset
from skillagent.diagnostics import CODES
from skillagent.errors import UsageError
from skillagent.graph import NodeKind
from skillagent.graph.okf import is_since
from skillagent.graph.trust import Trust, trust_of
from skillagent.indexing import open_graph
from skillagent.indexing.published import open_published, publish_graph
from skillagent.lint import HEALTH_RULES, RULES, findings, profile_rules
from skillagent.lint.okf import OKF_RULES
from skillagent.markdown.document import parse
from skillagent.store import GraphView, MemoryView
from skillagent.store.postgres.address import Address
from skillagent.store.postgres.database import Database
from tests.conftest import SHIPPED, Vault
from tests.indexing.test_opening import rows_of
from tests.postgres import Server
from tests.toy_store import toy

TODAY = date(2026, 11, 1)
SHOP = {
    "index.md": "# Folders\n\n* [tables](tables/) - Every table of the shop.\n"
    "* [metrics](metrics/index.md) - What is measured,\n  and how often.\n",
    "log.md": "# History\n\n## 2026-10-02\n\n* **Update**: refunds count in "
    "[revenue](/metrics/revenue.md).\n",
    "tables/index.md": "# Tables\n\n* [Orders](orders.md) - One row an order.\n"
    "* [Refunds](/tables/refunds.md) - One row a refund.\n",
    "tables/orders.md": "---\ntype: Table\ndescription: Orders, with their state.\n"
    "resource: https://db.example/orders\n---\n# Schema\n\nThe state of an order.",
    "tables/refunds.md": "---\ntype: Table\n---\n# Schema\n\nA refund names its order.",
    "metrics/index.md": "# Metrics\n\n* [Revenue](revenue.md) - Money, net of refunds.\n",
    "metrics/revenue.md": "---\ntype: Attested Computation\ntitle: Revenue\n"
    "description: What was earned.\nruntime: sql\ncomputation: sql/revenue.sql\n"
    "executor: {resource: metrics/run.md, receipt: [job]}\n"
    "attester: {resource: metrics/compare.py}\n"
    "generated: {by: writer/1, at: 2026-10-01T00:00:00Z}\n"
    "verified: {by: 'human:ann', at: 2026-10-02T00:00:00Z}\n"
    "status: stable\nstale_after: 2026-12-31T00:00:00Z\n"
    "sources:\n  - {id: orders, resource: tables/orders.md}\n"
    "  - {resource: 'https://wiki.example/policy'}\n"
    "  - {resource: all queries of the shop}\n---\n# Rule\n\nSum of orders.[^orders]\n\n"
    "[^orders]: Orders\n",
    "metrics/run.md": "---\ntype: Skill\ndescription: How to run a computation.\n---\nRun it.",
    "metrics/old.md": "---\ntype: Metric\ndescription: The earlier sum.\nstatus: deprecated\n"
    "stale_after: 2026-01-01T00:00:00Z\n---\nSee [revenue](revenue.md).",
    "metrics/compare.py": "print()",
    "sql/revenue.sql": "SELECT 1",
}


def load(folder: Path) -> SkillGraph:
    return SkillGraph.load(folder, options=Options(today=TODAY))


@pytest.mark.parametrize(
    ("files", "version"),
    [
        ({"index.md": "# A\n\n* [a](a.md)", "a.md": "---\ntype: X\n---\n"}, "0.2"),
        ({"index.md": "---\nokf_version: '0.3'\n---\n# A", "a.md": "No header."}, "0.3"),
        ({"index.md": "---\nokf_version: 0.2\n---\n# A", "a.md": "---\ntype: X\n---\n"}, "0.2"),
        ({"index.md": "# A", "a.md": "---\ntype: X\n---\n", "README.md": "For people."}, "0.2"),
        ({"index.md": "# A", "a.md": "---\ntype: X\n---\n", "log.md": "# Log"}, "0.2"),
        ({"index.md": "# A", "a.md": "---\ntype: X\n---\n", "b.md": "No type."}, ""),
        ({"index.md": "# A\n\n- [[a]] - why", "a.md": "---\ntype: X\n---\n"}, ""),
        ({"index.md": "# A\n\n* [a](a.md)\n\n[[a]]", "a.md": "---\ntype: X\n---\n"}, "0.2"),
        ({"index.md": "# A", "a.md": "---\ntype: ''\n---\n"}, ""),
        ({"index.md": "---\ntitle: A\n---\n", "a.md": "---\ntype: X\n---\n"}, ""),
        ({"index.md": "# A"}, ""),
        ({"a/index.md": "# A", "a/b.md": "---\ntype: X\n---\n"}, ""),
    ],
)
def test_a_root_is_a_bundle_by_its_version_or_by_the_types_of_all_its_documents(
    vault: Vault, files: dict[str, str], version: str
) -> None:
    assert SkillGraph.load(vault(files)).dialect.okf == version


def test_a_dialect_that_the_caller_names_is_kept(vault: Vault) -> None:
    dialect = SkillGraph.load(vault(SHOP), options=Options(dialect=parse("", "").dialect)).dialect
    assert dialect.okf == ""


def test_versions_are_compared_as_numbers() -> None:
    versions = {"0.2": False, "0.3": True, "0.10": True, "1.0": True, "1": True, "new": False}
    assert {version: is_since(version, (0, 3)) for version in versions} == versions


def test_listings_describe_the_folders_and_documents_that_have_no_description(
    vault: Vault,
) -> None:
    nodes = load(vault(SHOP)).nodes
    assert {
        key: node.description for key, node in nodes.items() if not node.description_derived
    } == {
        "metrics/index": "What is measured, and how often.",
        "metrics/old": "The earlier sum.",
        "metrics/revenue": "What was earned.",
        "metrics/run": "How to run a computation.",
        "tables/index": "Every table of the shop.",
        "tables/orders": "Orders, with their state.",
        "tables/refunds": "One row a refund.",
    }


def test_the_listing_of_its_own_folder_describes_a_document_first(vault: Vault) -> None:
    folder = vault(
        {
            "index.md": "* [x](a/x.md) - From above.\n* [y](a/y.md) - Only above.\n"
            "* [a](a/index.md): Folder.\n",
            "a/index.md": "* [**x**](./x.md) — From here.\n* [y](y.md)\n* [a](.) - Itself.\n",
            "a/x.md": "---\ntype: X\n---\n",
            "a/y.md": "---\ntype: X\n---\n",
        }
    )
    nodes = SkillGraph.load(folder).nodes
    assert [nodes[key].description for key in ("a/x", "a/y", "a/index")] == [
        "From here.",
        "Only above.",
        "Folder.",
    ]


def test_listings_are_maps_and_a_log_is_neither_orphan_nor_unreachable(vault: Vault) -> None:
    graph = load(vault(SHOP))
    assert graph.maps == ("index", "metrics/index", "tables/index")
    assert graph.nodes["log"].kind is NodeKind.LOG
    assert "log" not in (*graph.orphans(), *graph.unmapped, *graph.gathering)
    advice = findings(graph, rules=HEALTH_RULES)
    assert {one.path for one in advice if one.code in ("SG304", "SG306", "SG312")} == {
        "metrics/old.md",
    }


def test_a_log_is_found_by_its_name_and_type_and_not_by_what_it_mentions(vault: Vault) -> None:
    tools = Toolset(load(vault(SHOP)))
    assert "[[log]]" not in tools.list_index(query="refunds count in revenue").text
    assert "[[log]]" in tools.list_index(query="history").text
    assert "[[log]] (log, " in tools.list_index(query="type:log").text
    assert "refunds count" in tools.read_node("log").text


def test_resources_inside_the_bundle_are_typed_links_and_others_are_addresses(
    vault: Vault,
) -> None:
    graph = load(vault(SHOP))
    typed = [(link.key, link.target) for link in graph.links_from("metrics/revenue") if link.key]
    assert typed == [("executor", "metrics/run"), ("sources", "tables/orders")]
    text = Toolset(graph).read_summary(["metrics/revenue"]).text
    assert "https://wiki.example/policy, all queries of the shop" in text
    assert not [one for one in graph.diagnostics if one.code == "SG020"]


def test_a_summary_tells_trust_status_and_freshness_in_one_word_each(vault: Vault) -> None:
    tools = Toolset(load(vault(SHOP)))
    text = tools.read_summary(["metrics/revenue"]).text
    assert "; trust: human-reviewed; status: stable; freshness: fresh; " in text
    assert "writer/1" not in text
    old = tools.read_summary(["metrics/old"]).text
    assert "(deprecated, " in old
    assert "trust: unverified; status: deprecated" in old
    assert "fresh" not in old


@pytest.mark.parametrize(
    ("stale_after", "is_stale"),
    [
        ("2026-11-01T00:00:00Z", True),
        ("2026-11-01T00:00:00+02:00", True),
        ("2026-11-01T14:00:00Z", False),
        ("2026-11-02T00:00:00Z", False),
        ("2026-11-01", False),
        ("2026-10-31", True),
    ],
)
def test_a_moment_is_the_first_one_that_is_stale_and_a_date_the_last_fresh_day(
    vault: Vault, stale_after: str, is_stale: bool
) -> None:
    graph = load(vault({"a.md": f"---\nstale_after: {stale_after}\n---\nText."}))
    assert ("a" in graph.outdated) is is_stale


OVERTAKEN = """generated: {by: a/1, at: 2026-02-02T00:00:00Z}
verified:
- {by: "human:x", at: 2026-02-01T00:00:00Z}
- {by: "process:y", at: 2026-02-03T00:00:00Z}"""


@pytest.mark.parametrize(
    ("header", "old", "new"),
    [
        ("", Trust.UNVERIFIED, Trust.UNVERIFIED),
        ("verified: []", Trust.UNVERIFIED, Trust.UNVERIFIED),
        ("verified: {by: 'process:x'}", Trust.MACHINE_CONFIRMED, Trust.MACHINE_CONFIRMED),
        ("verified: {by: 'human:x'}", Trust.HUMAN_REVIEWED, Trust.HUMAN_REVIEWED),
        ("verified: [{by: a/1}, {by: 'human:x'}]", Trust.HUMAN_REVIEWED, Trust.HUMAN_REVIEWED),
        ("verified: {by: 'human:'}", Trust.MACHINE_CONFIRMED, Trust.MACHINE_CONFIRMED),
        (
            OVERTAKEN,
            Trust.HUMAN_REVIEWED,
            Trust.MACHINE_CONFIRMED,
        ),
    ],
)
def test_trust_is_that_of_the_highest_actor_and_since_0_3_of_current_verifications(
    header: str, old: Trust, new: Trust
) -> None:
    fields = parse(f"---\n{header}\n---\n", "a.md").frontmatter.fields
    assert (trust_of(fields, "0.2"), trust_of(fields, "0.3")) == (old, new)


def calls(tools: Toolset) -> list[str]:
    return [
        tools.list_index().text,
        tools.list_index(query="refunds of orders").text,
        tools.list_index(query="history").text,
        tools.list_index(query="type:log,map").text,
        tools.list_index(map="metrics/index").text,
        tools.read_summary(["metrics/revenue", "tables/refunds", "metrics/old"]).text,
        tools.read_node("log").text,
    ]


STORES: dict[str, Callable[[SkillGraph, Path], GraphView]] = {
    "plain values": lambda graph, _: toy(graph),
    "SQLite": lambda graph, cache: (
        open_graph(graph.roots, options=Options(today=TODAY), folder=cache).view
    ),
}


@pytest.fixture(params=[*STORES, pytest.param("PostgreSQL", marks=pytest.mark.process)])
def store(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[[SkillGraph], GraphView]]:
    if request.param in STORES:
        yield lambda graph: STORES[request.param](graph, tmp_path / "cache")
        return
    server: Server = request.getfixturevalue("postgres")
    address = Address.parse(server.new_database())
    with closing(Database(address)) as database:

        def published(graph: SkillGraph) -> GraphView:
            publish_graph(graph, address, namespace="graph")
            return open_published(database, "graph").view

        yield published


def test_every_store_answers_about_a_bundle_with_the_same_bytes(
    vault: Vault, store: Callable[[SkillGraph], GraphView]
) -> None:
    files = {f"shop/{path}": text for path, text in SHOP.items()}
    graph = load(vault(files) / "shop")
    assert calls(Toolset(store(graph))) == calls(Toolset(MemoryView(graph)))


def replaced(path: str, old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        text = (folder / path).read_text(encoding="utf-8")
        assert old in text
        (folder / path).write_text(text.replace(old, new), encoding="utf-8")

    return change


CHANGES = {
    "a description in a listing": replaced("tables/index.md", "a refund", "a returned order"),
    "a description that a listing had": replaced(
        "tables/refunds.md", "Table\n", "Table\ndescription: Own words.\n"
    ),
    "no description any more": replaced(
        "tables/orders.md", "description: Orders, with their state.\n", ""
    ),
    "the text of a listed document": replaced("tables/refunds.md", "names", "mentions"),
    "the text of a described document": replaced("tables/orders.md", "state of", "value of"),
    "the log": replaced("log.md", "refunds count", "candles count"),
    "no bundle any more": replaced("tables/refunds.md", "type: Table", "kind: Table"),
    "another version": replaced("index.md", "# Folders", "---\nokf_version: '0.3'\n---\n# F"),
    "another header": replaced("index.md", "# Folders", "---\nx: 1\n---\n# Folders"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_an_updated_index_of_a_bundle_is_equal_to_a_new_one(
    vault: Vault, tmp_path: Path, change: Callable[[Path], None]
) -> None:
    folder = vault({f"shop/{path}": text for path, text in SHOP.items()}) / "shop"
    long_ago = time.time() - 60
    for path in folder.rglob("*.*"):
        os.utime(path, (long_ago, long_ago))
    options = Options(today=TODAY)
    open_graph([folder], options=options, folder=tmp_path / "one")
    change(folder)
    updated = open_graph([folder], options=options, folder=tmp_path / "one")
    new = open_graph([folder], options=options, folder=tmp_path / "two")
    assert updated.path is not None
    assert new.path is not None
    assert rows_of(updated.path) == rows_of(new.path)
    assert calls(Toolset(updated.view)) == calls(Toolset(new.view))


def test_an_updated_index_knows_that_a_graph_became_a_bundle(vault: Vault, tmp_path: Path) -> None:
    node = "---\ntype: X\ndescription: Of a.\n---\n# A\n"
    folder = vault({"g/index.md": "# Top\n\n[[a]] - why\n\nSee [a](a.md).\n", "g/a.md": node}) / "g"
    long_ago = time.time() - 60
    for path in folder.iterdir():
        os.utime(path, (long_ago, long_ago))
    open_graph([folder], folder=tmp_path / "one")
    replaced("index.md", "See [a]", "- [a]")(folder)
    updated = open_graph([folder], folder=tmp_path / "one")
    new = open_graph([folder], folder=tmp_path / "two")
    assert updated.path is not None
    assert new.path is not None
    assert rows_of(updated.path) == rows_of(new.path)


def files_of(page: str, title: str) -> dict[str, str]:
    """Path → text of the files in one section of a rule's page."""
    section = page.partition(f"## {title}\n")[2]
    if title == "Example":
        section = section.partition("\n## Fix\n")[0]
    return dict(
        re.findall(r"^`([^`\n]+)`\n\n````markdown\n(.*?)^````$", section, re.MULTILINE | re.DOTALL)
    )


@pytest.mark.parametrize("code", [code for code in CODES if "SG401" <= code <= "SG429"])
def test_each_rule_finds_the_example_of_its_page_and_nothing_once_it_is_corrected(
    vault: Vault, code: str
) -> None:
    page = (SHIPPED[1] / "rules" / f"{code}.md").read_text(encoding="utf-8")
    faulty, sound = files_of(page, "Example"), files_of(page, "Fix")
    top = vault(
        {f"faulty/{path}": text for path, text in faulty.items()}
        | {f"sound/{path}": text for path, text in sound.items()}
    )
    faults, none = (
        findings(SkillGraph.load(top / name), rules=profile_rules("okf"))
        for name in ("faulty", "sound")
    )
    assert [one.code for one in faults] == [code]
    assert none == ()


def test_each_rule_has_a_code_of_its_own() -> None:
    codes = [code for code in CODES if "SG401" <= code <= "SG429"]
    assert len(OKF_RULES) == len(codes)
    assert OKF_RULES.keys().isdisjoint(RULES)


def test_a_description_in_another_listing_is_no_reason_to_leave_it_out(vault: Vault) -> None:
    files = {
        "index.md": "# A\n\n* [x](x.md) - Of x.\n* [b](b/index.md) - Of b.\n",
        "b/index.md": "# B\n\n* [x](../x.md)\n",
        "x.md": "---\ntype: X\ndescription: Of x.\n---\n",
    }
    only = findings(load(vault(files)), rules=profile_rules("okf"))
    assert [(one.path, one.line, one.code) for one in only] == [("b/index.md", 3, "SG420")]


def test_a_profile_that_is_unknown_is_refused_with_the_names_of_those_there_are() -> None:
    with pytest.raises(UsageError, match="no profile 'okx': name one of okf"):
        profile_rules("okx")


def test_a_description_in_a_listing_does_not_replace_the_one_that_is_recommended(
    vault: Vault,
) -> None:
    only = findings(load(vault(SHOP)), rules=profile_rules("okf"))
    assert [(one.path, one.code) for one in only] == [("tables/refunds.md", "SG416")]
