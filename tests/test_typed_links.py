"""Links with a type: names and paths without brackets in the link fields of a header."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skillagent import SkillGraph
from skillagent.authoring import weave
from skillagent.authoring.importing import import_graph
from skillagent.authoring.rename import rename
from skillagent.authoring.split import split
from skillagent.exports.agent_skill import agent_skill
from skillagent.files.changes import Changes
from skillagent.graph_json import graph_record
from skillagent.markdown import OBSIDIAN
from skillagent.markdown.document import parse
from skillagent.markdown.link_fields import rewritten
from tests.conftest import Vault

OTHERS = {"auth/login.md": "# Login\n", "b.md": "Text b.\n", "c d.md": "Text c.\n"}


def links(folder: Path, node: str = "a") -> list[tuple[str, str | None]]:
    """Field and target of each link of a node."""
    return [(link.key, link.target) for link in SkillGraph.load(folder).links_from(node)]


def codes(folder: Path) -> list[str]:
    return [found.code for found in SkillGraph.load(folder).diagnostics]


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("depends_on: [auth/login, b]", [("depends_on", "auth/login"), ("depends_on", "b")]),
        ("requires: login", [("requires", "auth/login")]),
        ("related: ./b.md", [("related", "b")]),
        ("related: b.md#Part", [("related", "b")]),
        ('supersedes: "b"', [("supersedes", "b")]),
        ("superseded_by: 'c d'", [("superseded_by", "c d")]),
        (
            "See-Also:\n  - b\n  - c d  # a comment about login",
            [("See-Also", "b"), ("See-Also", "c d")],
        ),
        ("extends: /auth/login", [("extends", "auth/login")]),
        (
            "sources:\n- {id: b, resource: auth/login.md}\n- resource: b",
            [("sources", "auth/login"), ("sources", "b")],
        ),
        ("sources: {title: b, resource: b}", [("sources", "b")]),
        ("next: {text: b, link: /auth/login}", [("next", "auth/login")]),
        ("up: !!str 'b'", [("up", "b")]),
        ("parent: [[b]]", [("parent", "b")]),
        ('related: "[[b]] and b"', [("related", "b")]),
        ('related: ["[[b]]", login]', [("related", "b"), ("related", "auth/login")]),
        ("title: b\nuses: b\nstatus: c d", []),
        ("broken: [\nrelated: b", [("related", "b")]),
        ("related: |\n  b", []),
        ("related:\n\t- b\n\t- 'c d'  # c", [("related", "b"), ("related", "c d")]),
        ("related:\n-\tb\nup:\tb", [("related", "b"), ("up", "b")]),
        ("sources:\n\t- id: x\n\t  resource: b\n", [("sources", "b")]),
        ("related:\n  - @x\n  - b\n  - 'c d'", [("related", "b"), ("related", "c d")]),
        ("sources:\n  - @x\n  - {id: login, resource: b}", [("sources", "b")]),
        ("related:\n\t- @x\n\t- b", [("related", "b")]),
        ("related:\n  @x\n  - b", []),
        ('related: {"": b, ? [b] : b}', []),
        ('sources: [{"": b, resource: b}]', [("sources", "b")]),
        ("related: &x b\nup: *x", []),
        ("related: yes\nup: 12\nprev: null\nnext: ''", []),
        ("related: https://x.org/b\nsources: [mailto:b, file:b.md, //b/b, 'C:\\b.md']", []),
    ],
)
def test_a_name_in_a_link_field_is_a_link_of_that_type(
    vault: Vault, header: str, found: list[tuple[str, str]]
) -> None:
    assert links(vault({**OTHERS, "a.md": f"---\n{header}\n---\nText.\n"})) == found


@pytest.mark.parametrize(
    "text",
    [
        '+++\nrelated = ["b", "login"]\n[[steps]]\nb = "b"\n+++\nText.\n',
        '{\n"": "b",\n\t"related": ["b",\n\t\t"login"],\n"steps": "b"}\nText.\n'.replace(
            '"}', '"\n}'
        ),
    ],
    ids=["toml", "json"],
)
def test_headers_in_toml_and_json_hold_typed_links_too(vault: Vault, text: str) -> None:
    found = [link for link in links(vault({**OTHERS, "a.md": text})) if link[1]]
    assert found == [("related", "b"), ("related", "auth/login")]


@pytest.mark.parametrize(
    "value",
    [
        "Deep Work, a book on focus",
        "see the chapter on b",
        "[numpy, python-3.11, owner/repo]",
        "all queries in the project X",
        "/tmp/file",
        "Issue #4",
        "C#",
        "arxiv:2401.1",
        "data.csv",
        "{text: b}",
    ],
)
def test_what_is_no_name_of_a_node_is_no_link_and_no_finding(vault: Vault, value: str) -> None:
    folder = vault({**OTHERS, "a.md": f"---\nrelated: {value}\n---\nText.\n"})
    assert links(folder) == []
    assert codes(folder) == []


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("./nope", ["SG020"]),
        ("nope.md", ["SG020"]),
        ("auth/nope", ["SG020"]),
        ("c-d", ["SG020", "SG023"]),
        ("../../nope", ["SG024"]),
        ("auth/login#Nope", ["SG022"]),
    ],
)
def test_what_was_clearly_meant_as_a_node_is_a_finding(
    vault: Vault, value: str, found: list[str]
) -> None:
    folder = vault({**OTHERS, "a.md": f"---\nrelated: {value}\n---\nText.\n"})
    assert codes(folder) == found


@pytest.mark.parametrize(
    ("entry", "header"),
    [
        ("index.md", "link_fields: [uses, steps.run]"),
        ("index.md", "link_fields: Uses, steps.run"),
        ("SKILL.md", "metadata:\n  link_fields: uses, steps.run"),
    ],
)
def test_a_graph_declares_further_link_fields(vault: Vault, entry: str, header: str) -> None:
    text = "---\nuses: b\nsteps: [{name: c d, run: login}]\n---\nText.\n"
    files = {**OTHERS, entry: f"---\n{header}\n---\nText.\n", "a.md": text}
    assert links(vault(files)) == [("uses", "b"), ("steps", "auth/login")]


def test_typed_links_count_as_other_links_do(vault: Vault) -> None:
    files = {"index.md": "---\nrelated: a\n---\n[[b]]\n", "a.md": "Text.\n", "b.md": "Text.\n"}
    graph = SkillGraph.load(vault(files))
    assert graph.orphans() == ()
    assert graph.counts.unreachable == 0
    assert [link.source for link in graph.backlinks("a")] == ["index"]
    edges = graph.to_networkx().edges(data=True)
    assert [(target, data["kind"], data["field"]) for _, target, data in edges] == [
        ("a", "frontmatter", "related"),
        ("b", "wikilink", ""),
    ]
    record = graph_record(graph)
    assert [(link.field, link.name) for link in record.links] == [("related", "a"), ("", "b")]


def written(changes: Changes, path: str) -> str:
    found = next(change for change in changes.files if change.shown == path)
    return (found.after or b"").decode()


HEADER = """---
depends_on: [auth/login, "b", 'b']
related: ./b.md  # not b
See-Also:
  - All about b
  - b#Part
sources: [{title: b, resource: b.md}]
uses: b
---
# A

[[b]]
"""


def test_a_rename_writes_the_names_anew(vault: Vault) -> None:
    index = "---\nlink_fields: uses\n---\nText.\n"
    folder = vault({**OTHERS, "a.md": HEADER, "b.md": "# Part\n", "index.md": index})
    text = written(rename(SkillGraph.load(folder), "b", "sub/new b, x"), "a.md")
    assert text == (
        HEADER.replace('"b", \'b\'', '"new b, x", \'new b, x\'')
        .replace("./b.md", '"./sub/new b, x.md"')
        .replace("- b#", '- "new b, x#').replace("#Part", '#Part"')
        .replace("resource: b.md", 'resource: "new b, x.md"')
        .replace("uses: b", 'uses: "new b, x"').replace("[[b]]", "[[new b, x]]")
    )  # fmt: skip


def test_a_rename_writes_the_names_in_a_header_that_was_salvaged_anew(vault: Vault) -> None:
    header = "---\ndepends_on:\n\t- b\n\t- login\n\t- b.md\nrelated:\n  - @x\n  - 'b'\n---\n"
    folder = vault({**OTHERS, "a.md": header})
    text = written(rename(SkillGraph.load(folder), "b", "zed", alias=False), "a.md")
    assert text == header.replace("- b", "- zed").replace("'b'", "'zed'")


def test_a_node_that_moves_keeps_its_typed_links(vault: Vault) -> None:
    folder = vault({**OTHERS, "a.md": "---\nrelated: [./b.md, ./none, prose of b]\n---\nText.\n"})
    text = written(rename(SkillGraph.load(folder), "a", "deep/a"), "deep/a.md")
    assert "related: [../b.md, ../none, prose of b]\n" in text


def test_split_and_weave_leave_typed_links_alone(vault: Vault) -> None:
    index = "---\nlink_fields: uses\n---\n[[a]]\n"
    text = HEADER + "\n## One\n\nSee the Login of all.\n\n## Two\n\nText.\n"
    folder = vault({**OTHERS, "a.md": text, "index.md": index})
    graph = SkillGraph.load(folder)
    assert HEADER.partition("# A")[0].partition("\n")[2] in written(split(graph, "a"), "a.md")
    plain = vault({"a.md": text.replace("auth/login, ", "")})
    graph = SkillGraph.load(plain)
    (proposal,) = weave.proposals(graph, "a", limit=1)
    changes = weave.apply(graph, [proposal.to_json()])
    assert written(changes, "a.md").startswith(HEADER.replace("auth/login, ", ""))


def test_a_skill_keeps_typed_links_where_it_cannot_know_their_field(
    vault: Vault, tmp_path_factory: pytest.TempPathFactory
) -> None:
    index = "---\nlink_fields: uses\n---\nText.\n[[a]]\n"
    graph = SkillGraph.load(vault({**OTHERS, "a.md": HEADER, "index.md": index}))
    (packed,) = agent_skill(graph, tmp_path_factory.mktemp("out") / "packed")
    text = (packed.path / packed.nodes["a"]).read_text()
    assert "depends_on: [./auth/login, \"./b\", './b']\n" in text
    assert 'uses: "[[./b|b]]"\n' in text


def test_an_import_makes_texts_of_what_the_header_of_a_skill_cannot_hold(
    vault: Vault, tmp_path_factory: pytest.TempPathFactory
) -> None:
    out = tmp_path_factory.mktemp("out") / "made"
    source = vault({"in/SKILL.md": "---\nrelated: b\n---\nText.\n", "in/b.md": "Text.\n"}) / "in"
    changes = import_graph(source, out, None, OBSIDIAN)
    assert "metadata:\n  related:" in written(changes, "SKILL.md")


@given(
    value=st.text("ab.:#'\"\\,[]{}-/ !&*?|>%@é", min_size=1, max_size=12),
    quote=st.sampled_from(["", "'", '"']),
)
@settings(suppress_health_check=list(HealthCheck))
def test_a_value_written_anew_is_read_as_it_was_meant(value: str, quote: str) -> None:
    raw = rewritten(f"{quote}old{quote}", value)
    header = parse(f"---\nrelated: [{raw}, b]\n---\n", "a.md").frontmatter
    assert header.fields.get("related") == (value, "b")
