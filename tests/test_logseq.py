"""Logseq graphs load as they are: names, properties, journals, blocks, queries, and changes."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillagent import Root, SkillGraph
from skillagent.authoring import weave
from skillagent.authoring.add import NewNode, add_node
from skillagent.authoring.rename import rename
from skillagent.authoring.split import split
from skillagent.cli.main import main
from skillagent.errors import UsageError
from skillagent.exports import agent_skill, restore
from skillagent.graph import Options
from skillagent.graph.entry import glance
from skillagent.markdown import DIALECTS, OBSIDIAN, Document, LinkKind
from skillagent.markdown.document import parse
from skillagent.markdown.logseq_names import DAY_FORMATS, PageNames, written
from tests.conftest import Vault

CONFIG = "logseq/config.edn"
LOWBAR = "{:meta/version 1\n :file/name-format :triple-lowbar}"
UUID = "634fae2e-edab-42e0-8385-59df3fc3da0e"


def read(text: str) -> Document:
    return parse(text, "pages/x.md", DIALECTS["logseq"])


def codes(graph: SkillGraph) -> list[str]:
    return [found.code for found in graph.diagnostics]


# --- which folders


@pytest.mark.parametrize(
    ("files", "name"),
    [
        ({CONFIG: "{}"}, "logseq"),
        ({"pages/a.md": "x", "journals/2025_12_01.md": "y"}, "logseq"),
        ({"pages/a.md": "x", "journals/science.md": "y"}, "obsidian"),
        ({"pages/a.md": "x"}, "obsidian"),
        ({"journals/2025_12_01.md": "x"}, "obsidian"),
        ({"graph/logseq/config.edn": "{}"}, "obsidian"),
        # What `export agent-skill` made of a Logseq graph is for every reader.
        ({"SKILL.md": "s", "pages/a.md": "x", "journals/2025_12_01.md": "y"}, "obsidian"),
    ],
)
def test_a_folder_is_logseqs_by_what_logseq_writes(
    vault: Vault, files: dict[str, str], name: str
) -> None:
    graph = SkillGraph.load(vault({**files, "a.md": "key:: value\n\n[[b]]"}))
    assert graph.dialect.name == name
    assert ("SG039" in codes(graph)) is (name == "logseq")
    assert dict(graph.nodes["a"].fields) == ({"key": "value"} if name == "logseq" else {})


def test_a_dialect_that_is_named_holds_for_a_logseq_folder_too(vault: Vault) -> None:
    folder = vault({CONFIG: LOWBAR, "pages/a.md": "alias:: b\n"})
    graph = SkillGraph.load(folder, options=Options(dialect=OBSIDIAN))
    assert graph.nodes["pages/a"].aliases == ()
    assert codes(graph) == []


def test_each_root_is_read_in_its_own_dialect(vault: Vault) -> None:
    folder = vault({f"l/{CONFIG}": LOWBAR, "l/a.md": "title:: A\n", "o/a.md": "title:: A\n"})
    graph = SkillGraph.load(folder / "l", folder / "o")
    assert [graph.nodes[name].title for name in ("l::a", "o::a")] == ["A", "a"]


def test_check_says_how_a_folder_was_read(vault: Vault, capsys: pytest.CaptureFixture[str]) -> None:
    folder = vault({CONFIG: LOWBAR, "pages/a.md": "x"})
    assert main(["check", str(folder)]) == 0
    out = capsys.readouterr().out
    assert "entry pages/a; read as logseq\n" in out
    assert ".: info SG039: this root has the files of a Logseq graph" in out
    assert main(["check", str(folder), "--dialect", "obsidian"]) == 0
    assert "logseq" not in capsys.readouterr().out.lower()


@pytest.mark.parametrize(
    ("hidden", "left"),
    [
        ('["/pages/secret.md" "/private"]', ["pages/a", "pages/b"]),
        ('["pages/secret.md" ; "/pages/a.md"\n "private/"]', ["pages/a", "pages/b"]),
        ("[]", ["pages/a", "pages/b", "pages/secret", "private/deep/x", "private/y"]),
        ('["/"]', ["pages/a", "pages/b", "pages/secret", "private/deep/x", "private/y"]),
        (
            '[\n"/pages/secret',
            ["pages/a", "pages/b", "pages/secret", "private/deep/x", "private/y"],
        ),
    ],
)
def test_what_the_settings_hide_is_not_loaded(
    vault: Vault, hidden: str, left: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    files = {
        CONFIG: f'{{:meta/version 1 :hidden {hidden}\n :x ["/pages/b.md"]}}',
        "pages/a.md": "- ![x](../private/pic.png)",
        "pages/b.md": "x",
        "pages/secret.md": "s",
        "private/y.md": "s",
        "private/deep/x.md": "s",
        "private/pic.png": "p",
        "private/.gitignore": "!*",
    }
    folder = vault(files)
    (folder / "pages" / "link.md").symlink_to("secret.md")
    graph = SkillGraph.load(folder)
    assert [name for name in graph.nodes if name != "pages/link"] == left
    assert ("pages/link" in graph.nodes) is ("pages/secret" in left)
    main(["check", str(folder)])
    out = capsys.readouterr().out
    hidden_count = 5 - len(left)
    assert (f"without {hidden_count} files that the settings hide" in out) is (hidden_count > 0)
    assert ("private" in graph.others[""]) is (hidden_count == 0)


def test_hidden_pages_of_an_ordinary_reading_are_loaded(vault: Vault) -> None:
    folder = vault({CONFIG: '{:hidden ["/index.md"]}', "index.md": "x", "b.md": "x"})
    assert list(SkillGraph.load(folder).nodes) == ["b"]
    root, plain = Root.parse(folder), Options(dialect=OBSIDIAN)
    assert glance(root, Options()) is None
    assert glance(root, plain) is not None
    assert len(SkillGraph.load(folder, options=Options(dialect=OBSIDIAN)).nodes) == 2


# --- properties of a page


@pytest.mark.parametrize(
    "text",
    [
        "title:: X\nalias:: a, [[b c]]\ntags:: #t, #[[u v]]\ndescription:: Says so.\n\n- Body.\n",
        "\n\ntitle:: X\n\nalias:: a, [[b c]]\ntags:: t, u v\ndescription:: Says so.\n- Body.\n",
        "- title:: X\n  alias:: a, b c\n  tags:: [[t]] #[[u v]]\n  description:: Says so.\n- Body.",
        "---\ntitle: X\n---\nalias:: a, b c\ntags:: t, u v\ndescription:: Says so.\n\n- Body.\n",
        "---\ntitle:: X\nalias:: [[a]], [[b c]]\ntags:: t, u v\n---\ndescription:: Says so.\n",
    ],
)
def test_properties_of_a_page_are_its_header(vault: Vault, text: str) -> None:
    graph = SkillGraph.load(vault({CONFIG: LOWBAR, "pages/x.md": text}))
    node = graph.nodes["pages/x"]
    assert (node.title, node.aliases, node.tags) == ("X", ("a", "b c"), ("t", "u v"))
    assert (node.description, node.description_derived) == ("Says so.", False)
    assert "::" not in node.document.body
    assert "SG018" not in codes(graph)  # in Logseq `alias` is the right key


def test_other_properties_are_fields_and_their_links_have_a_type(vault: Vault) -> None:
    text = 'type:: [[Feature]]\nneeds:: [[b]], not "c"\nsee:: [b](b.md)\nquoted:: "[[b]]"\n\nBody'
    graph = SkillGraph.load(vault({CONFIG: LOWBAR, "pages/a.md": text, "pages/b.md": "x"}))
    node = graph.nodes["pages/a"]
    assert node.declared_kind == "Feature"
    assert node.fields["needs"] == '[[b]], not "c"'
    links = [(link.key, link.target, link.kind, link.line) for link in node_links(graph)]
    assert links == [
        ("type", None, LinkKind.FRONTMATTER, 1),
        ("needs", "pages/b", LinkKind.FRONTMATTER, 2),
        ("see", "pages/b", LinkKind.MARKDOWN, 3),
    ]


def node_links(graph: SkillGraph, name: str = "pages/a") -> list:  # type: ignore[type-arg]
    return list(graph.links_from(name))


@pytest.mark.parametrize(
    "text",
    [
        f"- id:: {UUID}\n  Words of a block.\n",
        "- Words.\n  key:: value\n",
        "Words.\nkey:: value\n",
        "# Heading\nkey:: value\n",
        "- key:: value\n  and words\n",
        "std::vector is none\n",
    ],
)
def test_properties_of_a_block_are_none_of_the_page(text: str) -> None:
    document = read(text)
    assert not document.frontmatter.fields
    assert document.body == text


def test_a_property_given_twice_is_said_and_lists_are_joined() -> None:
    document = read("a:: 1\na:: 2\ntags:: x\ntags:: y\n")
    assert dict(document.frontmatter.fields) == {"a": "2", "tags": ("x", "y")}
    assert [(found.code, found.line) for found in document.diagnostics] == [("SG013", 2)]


@pytest.mark.parametrize(
    ("text", "description"),
    [
        (
            f"- ## Usage\n  id:: {UUID}\n  collapsed:: true\n- The first words. More.",
            "The first words.",
        ),
        ("type:: [[Feature]]\n\n- TODO [#A] Write it down\n\t- below", "Write it down"),
        ("- #+BEGIN_NOTE\n  Mind this.\n  #+END_NOTE", "Mind this."),
        ("- {{query [[a]]}}\n- {{embed [[b]]}}\n- Words.", "Words."),
        (
            f"- (({UUID}))\n- See [the page]([[a]]) and [why]((({UUID}))) now.",
            "See the page and why now.",
        ),
        (":LOGBOOK:\nCLOCK: [2025]\n:END:\n- Words", "Words"),
    ],
)
def test_a_derived_description_is_what_the_author_wrote(text: str, description: str) -> None:
    if "embed [[b]]" in text:
        text = text.replace("{{embed [[b]]}}", "{{youtube b}}")
    assert read(text).description == description


# --- names of files, days


@pytest.mark.parametrize(
    ("config", "path", "link"),
    [
        (LOWBAR, "a___b", "a/b"),
        (LOWBAR, "a___B c", "A/b C"),
        (LOWBAR, "Why%3F", "Why?"),
        (LOWBAR, "a%2Fb", "a/b"),
        (LOWBAR, "Re%3A caf%C3%A9", "Re: café"),
        (LOWBAR, "a___Agents.md", "a/Agents.md"),
        (LOWBAR, "Tweet___cut...___", "Tweet/cut..."),
        ("{}", "a.b", "a/b"),  # older graphs name no format
        ("{:file/name-format :legacy}", "a%2Fb.c", "a/b/c"),
        ('{;; :file/name-format :legacy\n:x "; y" :file/name-format :triple-lowbar}', "a.b", "a.b"),
    ],
)
def test_a_link_names_a_page_as_logseq_does(
    vault: Vault, config: str, path: str, link: str
) -> None:
    files = {CONFIG: config, f"pages/{path}.md": "x", "pages/s.md": f"[[{link}]]"}
    graph = SkillGraph.load(vault(files))
    assert [found.target for found in graph.links_from("pages/s")] == [f"pages/{path}"]
    assert graph.find(link).id == f"pages/{path}"
    assert graph.nodes[f"pages/{path}"].title.casefold() == link.casefold()


@given(
    st.text("ab/._%: ?é日-", max_size=12).map(lambda text: "/".join(filter(None, text.split("/")))),
    st.booleans(),
)
def test_a_file_name_gives_its_page_back(name: str, legacy: bool) -> None:
    pages = PageNames(legacy=legacy)
    assert pages.name(f"pages/{pages.file_name(name)}") == name
    assert not set(pages.file_name(name)) & set('/:?"<>|*\\')


@pytest.mark.parametrize(
    ("title", "link"),
    [
        ("", "Dec 1st, 2025"),
        ("", "dec 1st, 2025"),
        ("", "2025-12-01"),
        ("", "2025_12_01"),
        ("yyyy-MM-dd EEE", "2025-12-01 Mon"),
        ("yyyy-MM-dd EEE", "Dec 1st, 2025"),
        ("EEEE, dd.MM.yyyy", "Monday, 01.12.2025"),
    ],
)
def test_a_day_is_its_journal(vault: Vault, title: str, link: str) -> None:
    setting = f':journal/page-title-format "{title}"' if title else ""
    files = {CONFIG: f"{{{setting}}}", "journals/2025_12_01.md": "x", "pages/s.md": f"[[{link}]]"}
    graph = SkillGraph.load(vault(files))
    assert [found.target for found in graph.links_from("pages/s")] == ["journals/2025_12_01"]
    day = written(date(2025, 12, 1), title or DAY_FORMATS[0])
    assert graph.nodes["journals/2025_12_01"].title == day


def test_journals_lie_where_the_settings_say(vault: Vault) -> None:
    config = '{:journals-directory "days" :journal/file-name-format "dd-MM-yyyy"}'
    files = {CONFIG: config, "days/01-12-2025.md": "x", "pages/s.md": "[[Dec 1st, 2025]]"}
    graph = SkillGraph.load(vault(files))
    assert [found.target for found in graph.links_from("pages/s")] == ["days/01-12-2025"]


@pytest.mark.parametrize("form", [*DAY_FORMATS, "EEEE, do MMMM yyyy", "yyyyMMdd", "E, M/d/yyyy"])
@given(day=st.dates(date(1000, 1, 1)))
def test_a_day_is_read_as_it_is_written(form: str, day: date) -> None:
    assert PageNames(journal_title=form).day(written(day, form)) == day


def test_a_day_without_a_journal_is_a_date_and_no_link(vault: Vault) -> None:
    text = "Released [[Dec 1st, 2025]], not [[Dec 41st, 2025]]."
    graph = SkillGraph.load(vault({CONFIG: LOWBAR, "pages/a.md": text}))
    assert [link.reference.target for link in node_links(graph)] == ["Dec 41st, 2025"]


# --- links in a text


def test_links_are_read_as_logseq_writes_them(vault: Vault) -> None:
    text = (
        "- See [the page]([[b c]]) and #[[b c]].\n"
        f"- {{{{embed [[b c]]}}}} {{{{embed (({UUID}))}}}}\n"
        f"- As said in (({UUID})), or [there]((({UUID}))).\n"
        f"- Not `(({UUID}))`, ((double parentheses)).\n"
    )
    other = f"- Words.\n  id:: {UUID}\n"
    graph = SkillGraph.load(vault({CONFIG: LOWBAR, "pages/a.md": text, "pages/b c.md": other}))
    block = f"^{UUID}"
    found = [(link.target, link.kind, link.label, link.fragment) for link in node_links(graph)]
    assert found == [
        ("pages/b c", LinkKind.WIKILINK, "the page", ""),
        ("pages/b c", LinkKind.WIKILINK, "", ""),
        ("pages/b c", LinkKind.EMBED, "", ""),
        ("pages/b c", LinkKind.EMBED, "", block),
        ("pages/b c", LinkKind.WIKILINK, "", block),
        ("pages/b c", LinkKind.WIKILINK, "there", block),
    ]
    assert graph.nodes["pages/a"].tags == ("b c",)
    assert codes(graph) == ["SG039"]
    contexts = [link.context for link in node_links(graph)]
    assert contexts[0] == "See the page and #b c."
    assert contexts[-1] == "As said in , or there."


def test_a_query_leads_nowhere(vault: Vault) -> None:
    text = (
        "- {{query (and [[none]] (task todo))}} {{cards [[none]]}} then [[b]]\n"
        "- #+BEGIN_QUERY\n  {:query [[none]]}\n  #+END_QUERY\n- {{query [[b]] is open\n"
    )
    graph = SkillGraph.load(vault({CONFIG: LOWBAR, "pages/a.md": text, "pages/b.md": "x"}))
    assert [link.target for link in node_links(graph)] == ["pages/b", "pages/b"]
    assert codes(graph) == ["SG039"]


def test_a_page_without_a_file_is_told_once(vault: Vault) -> None:
    files = {
        CONFIG: LOWBAR,
        "pages/a.md": f"- [[Thanks]] [[thanks]] [[Alone]] (({UUID}))",
        "pages/b.md": "- [[Thanks]]",
    }
    graph = SkillGraph.load(vault(files))
    found = [(one.path, one.message) for one in graph.diagnostics if one.code == "SG020"]
    assert found == [
        ("pages/a.md", f"broken link to '(({UUID}))'"),
        ("pages/a.md", "broken link to 'Alone'"),
        ("pages/a.md", "broken link to 'Thanks', the first of 3 in 2 files"),
    ]
    assert graph.counts.broken == 5


def test_pages_in_other_formats_are_no_broken_links(vault: Vault) -> None:
    files = {
        CONFIG: LOWBAR,
        "pages/Org Mode.org": f"#+TITLE: The Title\n* x\n:PROPERTIES:\n:id: {UUID}\n:END:",
        "whiteboards/My___Board.edn": "{}",
        "pages/a.md": f"[[Org Mode]] [[the title]] [[My/Board]] (({UUID})) [[None]]",
    }
    graph = SkillGraph.load(vault(files))
    assert [link.reference.target for link in node_links(graph)] == ["None"]


# --- changes


def after(changes: object) -> dict[str, str]:
    return {
        change.shown: change.after.decode()
        for change in changes.files  # type: ignore[attr-defined]
        if change.after is not None
    }


GRAPH = {
    CONFIG: LOWBAR,
    "pages/Board___Tool.md": "alias:: Tools\n\n- A tool of a board.\n",
    "pages/a.md": (
        "needs:: [[Board/Tool]]\n\n- See [[board/tool]], [it]([[Board/Tool]]), [[Tools]].\n"
        f"- {{{{query [[Board/Tool]]}}}} {{{{embed [[Board/Tool]]}}}} (({UUID}))\n"
    ),
    "pages/b.md": f"- The tools and words.\n  id:: {UUID}\n  about:: tools\n",
    "journals/2025_12_01.md": "- [[Board/Tool]]\n",
}


def test_a_renamed_page_has_the_right_file_and_links(vault: Vault) -> None:
    changes = rename(SkillGraph.load(vault(GRAPH)), "Board/Tool", "Kit/What: now?")
    assert after(changes) == {
        "pages/Kit___What%3A now%3F.md": "alias:: Tools, Board/Tool\n\n- A tool of a board.\n",
        "pages/a.md": (
            "needs:: [[Kit/What: now?]]\n\n"
            "- See [[Kit/What: now?]], [it]([[Kit/What: now?]]), [[Tools]].\n"
            "- {{query [[Kit/What: now?]]}} {{embed [[Kit/What: now?]]}} "
            f"(({UUID}))\n"
        ),
        "journals/2025_12_01.md": "- [[Kit/What: now?]]\n",
    }


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("- Words.\n", "alias:: Board/Tool\n\n- Words.\n"),
        ("type:: x\n\n- Words.\n", "type:: x\nalias:: Board/Tool\n\n- Words.\n"),
        ("type:: x", "type:: x\nalias:: Board/Tool"),
        ("- type:: x\n- Words.\n", "- type:: x\n  alias:: Board/Tool\n- Words.\n"),
        ("- alias:: x\n- Words.\n", "- alias:: x, Board/Tool\n- Words.\n"),
        # With a title of its own the page keeps its name.
        ("title:: Board/Tool\n\n- Words.\n", "title:: Board/Tool\n\n- Words.\n"),
    ],
)
def test_the_old_name_of_a_page_stays_an_alias(vault: Vault, text: str, new: str) -> None:
    folder = vault({CONFIG: LOWBAR, "pages/Board___Tool.md": text, "pages/a.md": "[[Board/Tool]]"})
    changes = rename(SkillGraph.load(folder), "Board/Tool", "New")
    assert after(changes)["pages/New.md"] == new
    changes.write()
    graph = SkillGraph.load(folder)
    assert graph.find("Board/Tool").id == "pages/New"
    assert codes(graph) == ["SG039"]


def test_an_alias_that_cannot_be_written_is_said(vault: Vault) -> None:
    files = {CONFIG: LOWBAR, "pages/a, b.md": "- x\n", "pages/s.md": "---\nx: 1\n---\n[[a, b]]\n"}
    graph = SkillGraph.load(vault(files))
    (remark,) = rename(graph, "a, b", "c").remarks
    assert remark.startswith("pages/c.md: 'a, b' is not kept as an alias")
    (remark,) = rename(graph, "s", "t").remarks
    assert remark.startswith("pages/t.md: 's' is not kept as an alias")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda graph: rename(graph, "Dec 1st, 2025", "x"), "is the journal of Dec 1st, 2025"),
        (lambda graph: split(graph, "a"), "is a Logseq outline"),
    ],
)
def test_what_would_harm_a_logseq_graph_is_refused(
    vault: Vault,
    change: object,
    message: str,
) -> None:
    graph = SkillGraph.load(vault(GRAPH))
    with pytest.raises(UsageError, match=message) as caught:
        change(graph)  # type: ignore[operator]
    assert "\n" not in str(caught.value)


def test_an_added_page_is_written_as_logseq_writes_one(vault: Vault) -> None:
    folder = vault(GRAPH)
    new = NewNode("Why: a/b?", "When it breaks", ("x y", "z"))
    changes = add_node(SkillGraph.load(folder), new, None)
    assert after(changes) == {
        "pages/Why%3A a___b%3F.md": ("description:: When it breaks\ntags:: x y, z\n\n# Why: a/b?\n")
    }
    changes.write()
    node = SkillGraph.load(folder).find("Why: a/b?")
    assert (node.description, node.tags) == ("When it breaks", ("x y", "z"))


def test_woven_links_are_logseqs_and_no_query_or_property_is_touched(vault: Vault) -> None:
    files = {
        CONFIG: LOWBAR,
        "pages/Hand-Tool Set.md": "- x\n",
        "pages/s.md": "- {{query hand tool set}}\n- A hand tool set here.\n  of:: hand tool set\n",
    }
    (proposal,) = weave.proposals(SkillGraph.load(vault(files)), "s")
    assert proposal.sentence == "- A [hand tool set]([[Hand-Tool Set]]) here."
    changes = weave.apply(SkillGraph.load(vault(files)), [proposal.to_json()])
    assert after(changes)["pages/s.md"] == files["pages/s.md"].replace(
        "A hand tool set here", "A [hand tool set]([[Hand-Tool Set]]) here"
    )


def test_a_logseq_graph_packed_as_a_skill_keeps_its_links(vault: Vault) -> None:
    folder = vault({f"g/{name}": text for name, text in GRAPH.items()})
    graph = SkillGraph.load(folder / "g")
    agent_skill(graph, folder / "packed")
    packed = SkillGraph.load(folder / "packed")
    links = [link.target for link in packed.links_from("references/pages/a")]
    assert links == [f"references/{link.target}" for link in node_links(graph)]
    assert "SG039" not in codes(packed)


# --- tags are pages


TAGGED = {
    CONFIG: LOWBAR,
    "pages/b.md": "- A page.\n",
    "pages/two words.md": "- Another.\n",
    "pages/a.md": (
        "tags:: b, two words, nobody\ntopic:: #b\n\n- see #b and #[[two words]], not #nobody\n"
        "- `#b` and https://x.example/#b and x#b, [words #b](b.md) {{query #b}}\n"
        "  tags:: b\n"
    ),
}


def test_a_tag_is_a_link_to_its_page_where_there_is_one(vault: Vault) -> None:
    graph = SkillGraph.load(vault(TAGGED))
    assert [(link.target, link.key, link.line) for link in node_links(graph)] == [
        ("pages/b", "tags", 1),
        ("pages/two words", "tags", 1),
        ("pages/b", "topic", 2),
        ("pages/b", "", 4),
        ("pages/two words", "", 4),
        ("pages/b", "", 5),
        ("pages/b", "", 6),
    ]
    assert graph.nodes["pages/a"].tags == ("b", "two words", "nobody")
    assert "pages/b" not in graph.orphans()
    assert codes(graph) == ["SG039"]
    assert [link.context for link in node_links(graph)][3:5] == [
        "see #b and #two words, not #nobody"
    ] * 2


@pytest.mark.parametrize("text", ["tags: [b]\n", "See #b.\n"])
def test_a_tag_is_no_link_outside_logseq(vault: Vault, text: str) -> None:
    graph = SkillGraph.load(vault({"a.md": f"---\nx: 1\n---\n{text}", "b.md": "x"}))
    assert graph.links == ()


@pytest.mark.parametrize(("new", "tag"), [("bee", "#bee"), ("big bee", "#[[big bee]]")])
def test_a_renamed_page_keeps_its_tags(vault: Vault, new: str, tag: str) -> None:
    folder = vault(TAGGED)
    changes = rename(SkillGraph.load(folder), "b", new, alias=False)
    assert after(changes)["pages/a.md"] == (
        f"tags:: {new}, two words, nobody\ntopic:: {tag}\n\n"
        f"- see {tag} and #[[two words]], not #nobody\n"
        f"- `#b` and https://x.example/#b and x#b, [words #b]({new.replace(' ', '%20')}.md) "
        f"{{{{query {tag}}}}}\n  tags:: {new}\n"
    )
    changes.write()
    assert len(SkillGraph.load(folder).backlinks(f"pages/{new}")) == 5


@pytest.mark.parametrize("unit", ["#a ", "#", "#a", "- #a/b\n", "tags:: a,", "#a.", "tags:: #a\n"])
def test_tags_are_read_in_linear_time(unit: str) -> None:
    def steps(count: int) -> float:
        start = time.process_time()
        read(f"- {unit * count}")
        return time.process_time() - start

    assert steps(40_000) < 40 * max(steps(4_000), 0.01)


def test_a_packed_logseq_graph_keeps_its_properties(vault: Vault) -> None:
    a = (
        "alias:: Alpha, [[Al pha]]\ntype:: [[guide]]\ntags:: b, x y\ndeprecated:: true\n"
        'superseded_by:: [[b]]\nneeds:: [c](c.md) and #b, [[none]]: "so"\nrelated:: c\n'
        "\n- Words of [[c]] and #z.\n"
    )
    files = {
        f"g/{CONFIG}": LOWBAR,
        "g/index.md": "- [[Alpha]] [[b]] [[N/s]]\n",
        "g/pages/a.md": a,
        "g/pages/b.md": "- B. #[[c]]\n",
        "g/pages/c.md": "status:: archived\n\n- C.\n",
        "g/pages/guide.md": "- G.\n",
        "g/pages/N___s.md": "- S.\n",
        "g/pages/y.md": "---\ntype: x\n---\nneeds:: [[b]]\n\n- Y.\n",
    }
    folder = vault(files)
    graph = SkillGraph.load(folder / "g")
    (packed,) = agent_skill(graph, folder / "packed")
    loaded = SkillGraph.load(folder / "packed")
    ids = {node: file.removesuffix(".md") for node, file in packed.nodes.items()}
    old, new = graph.nodes["pages/a"], loaded.nodes[ids["pages/a"]]
    assert (new.aliases, new.declared_kind) == (old.aliases, "guide")
    assert set(new.tags) == set(old.tags) == {"b", "x y", "z"}
    assert loaded.outdated[new.id].word == graph.outdated[old.id].word
    assert loaded.outdated[new.id].successors == (ids["pages/b"],)
    assert loaded.outdated[ids["pages/c"]].word == "archived"
    typed = [(link.key, link.target) for link in loaded.links_from(new.id) if link.target]
    for key, target in (("superseded_by", "b"), ("needs", "c"), ("needs", "b")):
        assert (key, ids[f"pages/{target}"]) in typed
    assert loaded.nodes[ids["pages/N___s"]].title == "N/s"
    assert "::" not in new.document.text
    assert loaded.find("Alpha") is new
    assert restore(folder / "packed")["pages/a.md"] == a.encode()


def test_a_packed_page_keeps_the_links_of_repeated_properties(vault: Vault) -> None:
    files = {
        f"g/{CONFIG}": LOWBAR,
        "g/index.md": "- [[a]]\n",
        "g/pages/a.md": "needs:: [[b]]\nneeds:: [[c]]\ntags:: b\ntags:: c\nid:: x\n\n- A.\n",
        "g/pages/b.md": "id:: 1\n\n- B.\n",
        "g/pages/c.md": "- C.\n",
    }
    folder = vault(files)
    graph = SkillGraph.load(folder / "g")
    agent_skill(graph, folder / "packed")
    packed = SkillGraph.load(folder / "packed")
    links = [str(link.target) for link in packed.links_from("references/pages/a")]
    wanted = [f"references/{link.target}" for link in node_links(graph)]
    assert sorted(links) == sorted(wanted)
    assert len(wanted) == 4
    assert set(packed.nodes["references/pages/a"].tags) == {"b", "c"}
