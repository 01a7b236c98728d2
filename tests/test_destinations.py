"""Where Markdown links lead as CommonMark reads them, and how they are written anew."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from skillagent import SkillGraph
from skillagent.authoring.importing import import_graph
from skillagent.authoring.rename import rename
from skillagent.authoring.split import split
from skillagent.markdown import OBSIDIAN
from skillagent.markdown.destination import as_address
from skillagent.markdown.document import parse
from tests.conftest import Vault
from tests.test_authoring_strategies import content

ORACLE = MarkdownIt("commonmark")


@pytest.mark.parametrize(
    ("text", "target", "fragment"),
    [
        (r"[t](Plan\(x\).md)", "Plan(x).md", ""),
        (r"[t](Plan(x).md)", "Plan(x).md", ""),
        (r"[t](a(b(c(d)))).md)", "a(b(c(d)))", ""),
        (r"[t](a(b(c(d))).md)", "a(b(c(d))).md", ""),
        (r"[t](Plan\(x.md)", "Plan(x.md", ""),
        (r"[t](my\_plan.md)", "my_plan.md", ""),
        (r"[t](dir\file.md)", "dir\\file.md", ""),
        (r"[t](a&amp;b.md)", "a&b.md", ""),
        (r"[t](a&b;c.md)", "a&b;c.md", ""),
        (r"[t](a&#38;b.md)", "a&b.md", ""),
        (r"[t](a&#x26;b.md)", "a&b.md", ""),
        (r"[t](a\&amp;b.md)", "a&amp;b.md", ""),
        (r"[t](caf&eacute;.md#&Uuml;ber)", "café.md", "Über"),
        (r"[t](a\#b.md)", "a", "b.md"),
        (r"[t](a%23b.md)", "a#b.md", ""),
        (r"[t](a.md#x\_y)", "a.md", "x_y"),
        (r"[t](<Plan (x).md>)", "Plan (x).md", ""),
        (r"[t](<Plan \(x\).md>)", "Plan (x).md", ""),
        (r"[t](<a\>b.md>)", "a>b.md", ""),
        (r"[t](<a&amp;b c.md#d e>)", "a&b c.md", "d e"),
        (r'[t](a.md "a \"quoted\" title")', "a.md", ""),
        (r"[t](a.md 'it\'s')", "a.md", ""),
        (r"[t](a.md (title \) here))", "a.md", ""),
        (r"[a\]b](c.md)", "c.md", ""),
        (r"[a [b\]c] d](e.md)", "e.md", ""),
        (r"\\[t](a.md)", "a.md", ""),
        (r"\[t](a.md)", "", ""),
        (r"\\\[t](a.md)", "", ""),
        ("[t][r]\n\n[r]: Plan\\(x\\).md", "Plan(x).md", ""),
        ("[t][r]\n\n[r]: <my\\_plan&amp;b c.md> \"t \\\" u\"", "my_plan&b c.md", ""),
        ("[t][a\\]b]\n\n[a\\]b]: c.md", "c.md", ""),
        ("[a\\]b]\n\n[a\\]b]: c.md", "c.md", ""),
        ("[t](https&colon;//e.org/a.md)", "", ""),
    ],
)  # fmt: skip
def test_60_escapes_and_entities_mean_what_they_mean_in_commonmark(
    text: str, target: str, fragment: str
) -> None:
    links = [(link.target, link.fragment) for link in parse(text, "x.md").references]
    assert links == [(target, fragment)] * bool(target)


PIECES = st.sampled_from(
    [
        *r"a b . / _ ( ) \( \) \\ \_ \a \& & &amp; &#38; &#x26; &eacute; &no; ; !".split(),
        *r"* é % %20 < \< > \>".split(),
        " ",
    ]
)


# Brackets in brackets are followed three deep; the oracle goes on to 32.
WRITTEN = st.lists(PIECES, max_size=8).map("".join).filter(lambda text: text.count("(") < 4)


@given(WRITTEN, st.booleans())
def test_a_destination_is_that_of_commonmark(written: str, angles: bool) -> None:
    text = f"[t](<x{written}z>)" if angles else f"[t](x{written}z)"
    tokens = [child for token in ORACLE.parse(text) for child in token.children or ()]
    urls = [str(child.attrs["href"]) for child in tokens if child.type == "link_open"]
    found = [link.target for link in parse(text, "x.md").references]
    assert found == [unquote(url) for url in urls]


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1), st.booleans())
def test_what_is_written_as_an_address_is_read_as_it_was_meant(path: str, bare: bool) -> None:
    address = as_address(path, bare=bare)
    text = f"[t](./{address})" if bare else f"[t](<./{address}>)"
    assert [link.target for link in parse(text, "x.md").references] == [f"./{path}"]


FILES = {
    "list.md": "# List\n\n" + "\n".join([
        r"- [a](Plan\(x\).md#my\_part)",
        r"- [b](<Plan\(x\).md> 'it\'s')",
        r"- [c](a&amp;b.md), [d](a\&b.md?x#y), ![p](img/p\_1&amp;2.png)",
        r"- [e][r], [f\]g]",
        "",
        r'[r]: Plan\(x\).md "a \" title"',
        r"[f\]g]: <a&amp;b.md>",
        "",
        "text",
        "",
        r"    [code](Plan\(x\).md) [[Plan(x)]]",
    ]) + "\n",
    "Plan(x).md": "# My_part\n\n[up](list.md)\n",
    "a&b.md": "Text, see [plan](Plan%28x%29.md).\n\n    [[Plan(x)]]\n",
    "img/p_1&2.png": "pixels",
}  # fmt: skip


TARGETS = ["Plan(x)", "Plan(x)", "a&b", "a&b", "Plan(x)", "a&b"]


def test_every_link_with_escapes_leads_to_its_node(vault: Vault) -> None:
    graph = SkillGraph.load(vault(FILES))
    assert [link.target for link in graph.links_from("list")] == TARGETS
    assert [found.code for found in graph.diagnostics] == ["SG022"]  # `a&b.md?x#y`


def test_rename_writes_addresses_anew_and_leaves_code_alone(vault: Vault) -> None:
    top = vault(FILES)
    rename(SkillGraph.load(top), "Plan(x)", "New (y) &amp;").write()
    lines = content(top)["list.md"].decode().split("\n")
    assert lines[2:] == [
        r"- [a](New%20%28y%29%20%26amp;.md#my\_part)",
        r"- [b](<New (y) %26amp;.md> 'it\'s')",
        r"- [c](a&amp;b.md), [d](a\&b.md?x#y), ![p](img/p\_1&amp;2.png)",
        r"- [e][r], [f\]g]",
        "",
        r'[r]: New%20%28y%29%20%26amp;.md "a \" title"',
        r"[f\]g]: <a&amp;b.md>",
        "",
        "text",
        "",
        r"    [code](Plan\(x\).md) [[Plan(x)]]",
        "",
    ]
    assert content(top)["a&b.md"].decode().endswith(".md).\n\n    [[Plan(x)]]\n")
    graph = SkillGraph.load(top)
    assert [link.target for link in graph.links_from("list")].count("New (y) &amp;") == 3


def test_a_file_that_moves_takes_its_escaped_links_along(vault: Vault) -> None:
    top = vault(FILES)
    rename(SkillGraph.load(top), "list", "deep/list").write()
    text = content(top)["deep/list.md"].decode()
    assert "[c](../a&b.md), [d](../a&b.md?x#y), ![p](../img/p_1&2.png)" in text
    graph = SkillGraph.load(top)
    assert [link.target for link in graph.links_from("deep/list")] == TARGETS


def test_split_and_import_keep_escaped_links(vault: Vault) -> None:
    links = "# Top\n\n[one](#my\\_part) [two](#b&amp;c)\n\n"
    parts = links + "## My_part\n\n[x](a&amp;b.md)\n\n## B&c\n\nText.\n"
    top = vault({"index.md": "[[big]]", "big.md": parts, "a&b.md": "Text."})
    split(SkillGraph.load(top), "big").write()
    graph = SkillGraph.load(top)
    assert not graph.diagnostics
    assert len(graph.links_from("big")) >= 2
    top = vault(FILES)
    import_graph(top, top.parent / "out", None, OBSIDIAN).write()
    assert (top.parent / "out" / "img" / "p_1&2.png").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("See [x](#missing).\n\n# Here\n", "x has no heading 'missing'"),
        ("See [x][r].\n\n[r]: #missing\n\n# Here\n", "x has no heading 'missing'"),
        ("See [x](<#not here>).\n\n# Here\n", "x has no heading 'not here'"),
        ("See [x](#^none).\n", "x has no block ^none"),
    ],
)
def test_a_link_to_a_heading_of_its_own_document_is_checked(
    vault: Vault, text: str, message: str
) -> None:
    graph = SkillGraph.load(vault({"x.md": f"One.\n\n{text}"}))
    wiki = SkillGraph.load(vault({"x.md": "One.\n\nSee [[#missing]].\n"}))
    (found,) = graph.diagnostics
    assert (found.path, found.line, found.code, found.message) == ("x.md", 3, "SG022", message)
    assert found.code == wiki.diagnostics[0].code


@pytest.mark.parametrize(
    "text",
    [
        "[x](#here)\n\n# Here\n",
        "[x](#my-part-1)\n\n# My part\n\n# My part\n",
        "[x](#own)\n\n# Here {#own}\n",
        "[x](#spot) <a id='spot'></a>\n",
        "[x](#top) [y](#) [z](#TOP)\n",
        "`[x](#missing)` ![x](#missing) <!-- [x](#missing) --> %% [x](#missing) %%\n",
        "text\n\n    [x](#missing)\n",
        "[x](#^b)\n\nText ^b\n",
    ],
)
def test_62_a_link_that_its_own_document_answers_is_no_finding_and_no_edge(
    vault: Vault, text: str
) -> None:
    graph = SkillGraph.load(vault({"x.md": text}))
    assert (graph.diagnostics, list(graph.links_from("x"))) == ((), [])
