"""What resolves to what, case by case; numbers are those of the project's link table."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from skillagent import DIALECTS, Link, Options, SkillGraph
from skillagent.authoring.rename import rename
from skillagent.markdown import LinkKind, Reference
from skillagent.markdown.document import parse
from tests.conftest import Vault

NFD = unicodedata.normalize("NFD", "Ångström")
NFC = unicodedata.normalize("NFC", "Ångström")

FILES: dict[str, str | bytes] = {
    "a.md": "# A title\n\n## Head One\n\nSome text ^blk1\n",
    "Two words.md": "text",
    "dash-name.md": "text",
    "MixedCase.md": "text",
    "dir1/dup.md": "text",
    "dir2/dup.md": "text",
    "dir2/sub/only.md": "text",
    "cases/dup3.md": "text",
    "zother/dup3.md": "text",
    "dup4.md": "text",
    "cases2/dup4.md": "text",
    "al.md": "---\naliases: [Alias One, AI]\n---\ntext",
    "titled.md": "---\ntitle: FM Title\n---\n# H1 Title\n",
    "v2.0 Release.md": "text",
    "file.name.md": "text",
    "[page] d.md": "text",
    "100% sure.md": "text",
    "straße.md": "text",
    f"{NFD}.md": "text",
    "proj/index.md": "text",
    "日本語.md": "text",
    "stem1.md": "text",
    "other.md": "---\naliases: [stem1]\n---\ntext",
    "mdext.markdown": "text",
    "pic.png": b"\x89PNG",
    "test-file.md": "text",
}


def links_of(vault: Vault, body: str, options: Options | None = None) -> list[Link]:
    folder = vault({**FILES, "cases/source.md": body})
    graph = SkillGraph.load(folder, options=options)
    return list(graph.links_from("cases/source"))


def codes_of(folder: Path, options: Options | None = None) -> set[str]:
    graph = SkillGraph.load(folder, options=options)
    return {found.code for found in graph.diagnostics if found.path == "cases/source.md"}


RESOLVES = [
    ("1", "[[a]]", "a"),
    ("1", "[[Two words]]", "Two words"),
    ("1", "[[日本語]]", "日本語"),
    ("2", "[[a.md]]", "a"),
    ("3", "[[v2.0 Release]]", "v2.0 Release"),
    ("3", "[[file.name]]", "file.name"),
    ("3", "[[file.name.md]]", "file.name"),
    ("4", "[[mdext]]", "mdext"),
    ("5", "[[a|label]]", "a"),
    ("6", "[[a | label]]", "a"),
    ("7", "[[ a ]]", "a"),
    ("7", "[[ a#^blk1 ]]", "a"),
    ("8", "[[a#Head One]]", "a"),
    ("9", "[[a#A title#Head One]]", "a"),
    ("10", "[[a#^blk1]]", "a"),
    ("10", "[[#^here]]\n\ntext ^here", "cases/source"),
    ("12", "[[#Local]]\n\n# Local\n", "cases/source"),
    ("12", "[[#Local|x]]\n\n# Local\n", "cases/source"),
    ("13", "[[a#]]", "a"),
    ("14", "[[a|]]", "a"),
    ("18", "[[[page] d]]", "[page] d"),
    ("20", "[[[a]]]", "a"),
    ("21", "[[a [[stem1]]]]", "stem1"),
    ("21", "[[a|[[stem1]]]]", "stem1"),
    ("21", "[[[[a]]]]", "a"),
    ("22", "![[a]]", "a"),
    ("24", "[[mixedcase]]", "MixedCase"),
    ("24", "[[MIXEDCASE]]", "MixedCase"),
    ("26", "[[STRASSE]]", "straße"),
    ("27", f"[[{NFC}]]", NFC),
    ("27", f"[[{NFD}]]", NFC),
    ("29", "[[100% sure]]", "100% sure"),
    ("31", "[[Alias One]]", "al"),
    ("31", "[[alias one]]", "al"),
    ("34", "[[FM Title]]", "titled"),
    ("36", "[[stem1]]", "stem1"),
    ("37", "[[dir2/dup]]", "dir2/dup"),
    ("38", "[[/dir2/dup]]", "dir2/dup"),
    ("39", "[[./dup3]]", "cases/dup3"),
    ("39", "[[../dir1/dup]]", "dir1/dup"),
    ("40", "[[sub/only]]", "dir2/sub/only"),
    ("42", "[[dup3]]", "cases/dup3"),
    ("43", "[[dup4]]", "dup4"),
    ("44", "[[dup]]", "dir1/dup"),
    ("45", "[[proj]]", "proj/index"),
    ("54", "$[[a]]$", "a"),
    ("54", "$$ [[a]] $$", "a"),
    ("56", "| x |\n|---|\n| [[a\\|lbl]] |", "a"),
    ("57", "| x |\n|---|\n| [[a|lbl]] |", "a"),
    ("59", "# [[a]]", "a"),
    ("59", "**[[a]]**", "a"),
    ("59", "- [ ] [[a]]", "a"),
    ("59", "> [[a]]", "a"),
    ("59", "[^1]: [[a]]", "a"),
    ("60", "[t](../a.md)", "a"),
    ("60", "[t](<../Two words.md>)", "Two words"),
    ("60", "[t](../Two%20words.md)", "Two words"),
    ("60", "[t](/a.md)", "a"),
    ("60", '[t](../a.md "title")', "a"),
    ("60", "[t][r]\n\n[r]: ../a.md", "a"),
    ("61", "[t](dup3)", "cases/dup3"),
    ("64", "#[[a]]", "a"),
    ("64", "[[a]]#", "a"),
    ("65", '---\nrelated: "[[a]]"\n---\n', "a"),
    ("65", '---\nrelated:\n  - "[[a]]"\n---\n', "a"),
    ("66a", "---\nsource: [[a]]\n---\n", "a"),
    ("76", "[[a#No such]]", "a"),
]


@pytest.mark.parametrize(("row", "body", "target"), RESOLVES, ids=lambda value: str(value)[:24])
def test_a_link_resolves(vault: Vault, row: str, body: str, target: str) -> None:
    assert [link.target for link in links_of(vault, body)] == [target]


MISSES = [
    ("28", "[[dash name]]"),
    ("28", "[[Two-words]]"),
    ("28", "[[under score]]"),
    ("30", "[[Two%20words]]"),
    ("35", "[[H1 Title]]"),
    ("38", "[[/sub/only]]"),
    ("41", "[[file]]"),
    ("46", "[[nope]]"),
    ("72", "[[../../etc/passwd]]"),
    ("72", "[[C:\\temp\\x]]"),
    ("72", "[[file:///etc/passwd]]"),
    ("72", "[[/etc/passwd]]"),
]


@pytest.mark.parametrize(("row", "body"), MISSES, ids=lambda value: str(value)[:24])
def test_a_link_stays_broken_and_is_kept_with_its_line(vault: Vault, row: str, body: str) -> None:
    (link,) = links_of(vault, f"one\n{body}")
    assert (link.target, link.line) == (None, 2)


NO_LINKS = [
    ("15", "[[]]"),
    ("15", "[[ ]]"),
    ("16", "[[|]]"),
    ("16", "[[|x]]"),
    ("17", "[[a"),
    ("17", "[[a]"),
    ("17", "[[a\nb]]"),
    ("23", "![[pic.png]]"),
    ("23", "[[pic.png]]"),
    ("23", "![[x.jpg|100]]"),
    ("23", "![[d.pdf#page=3]]"),
    ("47", "[[https://e.org/]]"),
    ("48", "`[[a]]`"),
    ("48", "`` [[a]] ` ``"),
    ("49", "```\n[[a]]\n```"),
    ("49", "~~~\n[[a]]\n~~~"),
    ("49", "````\n```\n[[a]]\n````"),
    ("49", "- ```\n  [[a]]\n  ```"),
    ("49", "> ```\n> [[a]]\n> ```"),
    ("50", "```\n[[a]]"),
    ("52", "<!-- [[a]] -->"),
    ("53", "%%[[a]]%%"),
    ("53", "%%\n[[a]]\n%%"),
    ("55", "\\[\\[a\\]\\]"),
    ("55", "\\[[a]]"),
    ("62", "[t](https://e.org/a.md)"),
    ("62", "[t](#x)"),
    ("62", "[x]"),
    ("62", "[^1]"),
    ("67", "---\n# [[a]]\nkey: v # [[a]]\n---\n"),
]


@pytest.mark.parametrize(("row", "body"), NO_LINKS, ids=lambda value: str(value)[:24])
def test_this_is_no_link_to_a_node(vault: Vault, row: str, body: str) -> None:
    assert links_of(vault, body) == []


PARTS = [
    ("5", "[[a|label]]", ("a", "", "label")),
    ("6", "[[a | label]]", ("a", "", "label")),
    ("8", "[[a#Head One]]", ("a", "Head One", "")),
    ("9", "[[a#A title#Head One]]", ("a", "A title#Head One", "")),
    ("10", "[[a#^blk1]]", ("a", "^blk1", "")),
    ("11", "[[note#foo^bar]]", ("note", "foo^bar", "")),
    ("12", "[[#Local|x]]", ("", "Local", "x")),
    ("13", "[[a#]]", ("a", "", "")),
    ("14", "[[a#h|]]", ("a", "h", "")),
    ("19", "[[wikilink [with] brackets|al [x]]]", ("wikilink [with] brackets", "", "al [x]")),
    ("56", "| [[a\\|lbl]] |", ("a", "", "lbl")),
    ("58", "[[F\\#]]", ("F#", "", "")),
]


@pytest.mark.parametrize(("row", "text", "parts"), PARTS, ids=lambda value: str(value)[:24])
def test_the_parts_of_a_link(row: str, text: str, parts: tuple[str, str, str]) -> None:
    (reference,) = parse(text, "x.md").references
    assert (reference.target, reference.fragment, reference.label) == parts


FINDINGS = [
    ("28", "[[dash name]]", "SG023"),
    ("42", "[[dup3]]", "SG021"),
    ("43", "[[dup4]]", "SG021"),
    ("44", "[[dup]]", "SG021"),
    ("46", "[[nope]]", "SG020"),
    ("57", "| [[a|lbl]] |", "SG025"),
    ("66a", "---\nsource: [[a]]\n---\n", "SG015"),
    ("72", "[[../../etc/passwd]]", "SG024"),
    ("76", "[[a#No such]]", "SG022"),
]


@pytest.mark.parametrize(("row", "body", "code"), FINDINGS, ids=lambda value: str(value)[:24])
def test_a_link_is_reported(vault: Vault, row: str, body: str, code: str) -> None:
    assert code in codes_of(vault({**FILES, "cases/source.md": body}))


def test_11_a_caret_inside_a_fragment_is_part_of_a_heading(vault: Vault) -> None:
    folder = vault({"a.md": "# foo^bar\n", "b.md": "[[a#foo^bar]]"})
    assert not SkillGraph.load(folder).diagnostics


def test_25_exact_case_wins(vault: Vault) -> None:
    folder = vault({"Note.md": "x", "note.md": "x", "s.md": "[[note]] [[Note]]"})
    links = SkillGraph.load(folder).links_from("s")
    assert [link.target for link in links] == ["note", "Note"]


@pytest.mark.parametrize("header", ["alias: x, y", "aliases: x, y", "aliases: [x, y]"])
def test_32_33_aliases_as_list_or_text(vault: Vault, header: str) -> None:
    folder = vault({"n.md": f"---\n{header}\n---\n", "s.md": "[[x]] [[y]]"})
    graph = SkillGraph.load(folder)
    assert [link.target for link in graph.links_from("s")] == ["n", "n"]
    reported = any(found.code == "SG018" for found in graph.diagnostics)
    assert reported == ("[" not in header)


def test_35_a_heading_names_its_node_where_the_dialect_says_so(vault: Vault) -> None:
    dialect = DIALECTS["obsidian"]
    with_titles = type(dialect)("titles", title_from_heading=True)
    (link,) = links_of(vault, "[[H1 Title]]", Options(dialect=with_titles))
    assert link.target == "titled"


def test_44_strict_leaves_an_ambiguous_link_unresolved_and_is_an_error(vault: Vault) -> None:
    folder = vault({**FILES, "cases/source.md": "[[dup]]"})
    graph = SkillGraph.load(folder, options=Options(strict=True))
    (link,) = graph.links_from("cases/source")
    assert (link.target, link.candidates) == (None, ("dir1/dup", "dir2/dup"))
    assert "SG028" in codes_of(folder, Options(strict=True))


def test_45_a_file_wins_over_a_folder_of_its_name(vault: Vault) -> None:
    folder = vault({**FILES, "proj.md": "x", "cases/source.md": "[[proj]]"})
    assert SkillGraph.load(folder).links_from("cases/source")[0].target == "proj"


def test_53_links_in_comments_are_kept_but_not_disclosed() -> None:
    kinds = [reference.kind for reference in parse("%%[[a]]%% [[b]]", "x.md").references]
    assert kinds == [LinkKind.COMMENT, LinkKind.WIKILINK]


def test_54_math_hides_links_where_the_dialect_has_it(vault: Vault) -> None:
    dialect = type(DIALECTS["obsidian"])("math", math=True)
    links = links_of(vault, "$[[a]]$ and $$ [[a]] $$ and [[stem1]]", Options(dialect=dialect))
    assert [link.target for link in links] == ["stem1"]


MATH = [
    "$[v,w](f):=v(w(f))$",
    "$[[x]]_\\pi$",
    "so $[[x]]$, and",
    "$$\nf[[i]]\n$$",
    "$$\na\n\nf[[i]]\n$$",
    "> $$\n> f[[i]]\n> $$",
    "$[[a2]$",
    "$[[x$ and $y]]$",
    "$A[^2]$",
    "$[u](#v)$",
    "| a |\n| - |\n| $[[x|y]]$ |",
    "$5 and $[[x]]$",
]


@pytest.mark.parametrize("text", MATH)
def test_54_what_leads_nowhere_between_dollar_signs_is_no_finding(vault: Vault, text: str) -> None:
    graph = SkillGraph.load(vault({"source.md": f"# S\n\n{text}\n", "a.md": "# A\n"}))
    assert graph.diagnostics == ()
    assert graph.links == ()


@pytest.mark.parametrize(
    "text",
    [
        "costs $5 in [[gone]], then $6",
        "$ [[gone]]$",
        "$[[gone]] $",
        "$[[gone]]$5",
        "$x\n\n[[gone]]$",
        "\\$[[gone]]$",
        "`$`[[gone]]`$`",
        "$$x\n\n[[gone]]$$",
        "$x$ [[gone]] $y$",
    ],
)
def test_54_other_dollar_signs_hide_no_broken_link(vault: Vault, text: str) -> None:
    graph = SkillGraph.load(vault({"source.md": f"{text}\n"}))
    assert [one.code for one in graph.diagnostics] == ["SG020"]


def test_54_a_move_leaves_math_as_it_is(vault: Vault) -> None:
    top = vault({"a.md": "# A\n\n$[v,w](f)$, [b](b.md)\n", "b.md": "# B\n"})
    rename(SkillGraph.load(top), "a", "deep/a", alias=False).write()
    assert (top / "deep/a.md").read_text() == "# A\n\n$[v,w](f)$, [b](../b.md)\n"


def test_59_two_links_side_by_side_and_crlf(vault: Vault) -> None:
    links = links_of(vault, "x\r\n[[a]][[stem1]]\r\n[[dup4]]\r\n")
    assert [(link.target, link.line) for link in links] == [("a", 2), ("stem1", 2), ("dup4", 3)]


def test_63_a_wikilink_wins_over_a_definition_of_its_name(vault: Vault) -> None:
    (link,) = links_of(vault, "[[a]]\n\n[a]: ../other.md")
    assert link.target == "a"


def test_65_a_frontmatter_link_knows_its_field(vault: Vault) -> None:
    (link,) = links_of(vault, '---\nx: 1\nrelated: "[[a]]"\n---\n')
    assert (link.kind, link.key, link.line) == (LinkKind.FRONTMATTER, "related", 3)


def test_66b_links_in_broken_yaml_are_found_and_other_keys_salvaged(vault: Vault) -> None:
    folder = vault({**FILES, "cases/source.md": "---\nsource: [[a]], [[stem1]]\ntitle: T\n---\n"})
    graph = SkillGraph.load(folder)
    assert [link.target for link in graph.links_from("cases/source")] == ["a", "stem1"]
    assert graph.nodes["cases/source"].title == "T"
    assert ("SG010", 2) in {(found.code, found.line) for found in graph.diagnostics}


def test_68_duplicate_links_are_all_kept_and_one_neighbor(vault: Vault) -> None:
    folder = vault({"a.md": "x", "s.md": "[[a]] [[a]] [[a]]"})
    graph = SkillGraph.load(folder)
    assert len(graph.links_from("s")) == 3
    assert graph.neighbors("s") == ("a",)


def test_73_files_equal_but_for_case_load_and_are_addressed_exactly(vault: Vault) -> None:
    graph = SkillGraph.load(vault({"Dir/X.md": "one", "dir/x.md": "two"}))
    assert graph.find("Dir/X").document.body == "one"
    assert graph.find("dir/x").document.body == "two"
    assert "SG007" in {found.code for found in graph.diagnostics}


def test_74_an_alias_claimed_twice_is_never_picked(vault: Vault) -> None:
    header = "---\naliases: [same]\n---\n"
    graph = SkillGraph.load(vault({"a.md": header, "b.md": header, "s.md": "[[same]]"}))
    (link,) = graph.links_from("s")
    assert (link.target, link.candidates) == (None, ("a", "b"))
    assert {"SG021", "SG026"} <= {found.code for found in graph.diagnostics}


def test_75_a_prefix_reaches_another_root_and_only_a_prefix_does(tmp_path: Path) -> None:
    for name, text in (("one", "[[two::N]] [[N]]"), ("two", "x")):
        (tmp_path / name).mkdir()
        (tmp_path / name / ("S.md" if name == "one" else "N.md")).write_text(text)
    graph = SkillGraph.load(tmp_path / "one", tmp_path / "two")
    assert [link.target for link in graph.links_from("one::S")] == ["two::N", None]


def test_84_dendron_labels_come_first(vault: Vault) -> None:
    files = {f"topic.n{number}.md": "x" for number in range(12)}
    body = "\n".join(f"[[Label {number}|topic.n{number}]]" for number in range(12))
    folder = vault({**files, "s.md": body})
    graph = SkillGraph.load(folder)
    assert "SG027" in {found.code for found in graph.diagnostics}
    graph = SkillGraph.load(folder, options=Options(dialect=DIALECTS["dendron"]))
    assert graph.counts.broken == 0
    assert "SG027" not in {found.code for found in graph.diagnostics}


@pytest.mark.parametrize(
    ("dialect", "name", "text"),
    [
        ("foam", "dash-name", "[[dash name]]"),
        ("foam", "Two words", "[[two_words]]"),
        ("logseq", "ns___page", "[[ns/page]]"),
        ("silverbullet", "Two words", "[[Two\nwords]]"),
        ("dendron", "deep/er/node", "[[deep.er.node]]"),
    ],
)
def test_85_a_dialect_is_a_setting(vault: Vault, dialect: str, name: str, text: str) -> None:
    folder = vault({f"{name}.md": "x", "s.md": text})
    graph = SkillGraph.load(folder, options=Options(dialect=DIALECTS[dialect]))
    assert [link.target for link in graph.links_from("s")] == [name]
    assert [link.target for link in SkillGraph.load(folder).links_from("s")] != [name]


def test_a_reference_is_a_plain_value() -> None:
    (reference,) = parse("see [[a|b]]", "x.md").references
    assert reference == Reference(LinkKind.WIKILINK, "a", "", "b", 4, 11, 1)
