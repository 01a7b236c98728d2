"""Folders of documentation load as they are: ids of headings, addresses on the site, MDX."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillagent import SkillGraph
from skillagent.authoring.rename import rename
from skillagent.lint import findings
from skillagent.markdown.document import parse
from tests.conftest import Vault

SITES: dict[str, dict[str, str | bytes]] = {
    "vitepress": {
        "docs/index.md": "---\nlayout: home\n---\n# Home\n\nStart with the [guide](/guide/).\n",
        "docs/guide/index.md": (
            "<script setup>\nimport Demo from './Demo.vue'\n\nconst pairs = [[1, 2]]\n</script>\n\n"
            "# Guide {#guide}\n\n[[toc]]\n\n:::info Which version\nThis is about 3.\n:::\n\n"
            "A guide leads you in. See [slots](/guide/slots#scoped-slots), "
            "[the same](./slots.html#scoped-slots) and [an option](/guide/slots.html#use-data).\n\n"
            "<Demo />\n"
        ),
        "docs/guide/slots.md": (
            "# Slots {#slots}\n\nSlots pass content.\n\n## Scoped Slots {#scoped-slots}\n\n"
            "More [at the top](#slots), [here](#Scoped%20Slots).\n\n"
            '## `useData` <Badge type="info" text="composable" /> {#use-data}\n\n[Up](/guide/).\n'
        ),
    },
    "docusaurus": {
        "docs/intro.mdx": (
            "---\nslug: /\n---\nimport Tabs from '@theme/Tabs';\n"
            "import Note from './_note.mdx';\n\n"
            "export const rows = [\n  [[1], [2]],\n\n  [[3]],\n];\n\n"
            "# Introduction {/* #intro */}\n\n"
            "Docs begin here. Go to [install](/docs/setup/install#on-linux) or [by file]"
            '(./setup/01-install.mdx#on-linux).\n\n<Tabs rows={[[1]]} title="[a](gone.md)">\n\n'
            "Inside, [the API](api.mdx#get-one).\n\n</Tabs>\n\n<Note />\n"
        ),
        "docs/_note.mdx": "A note.\n",
        "docs/setup/01-install.mdx": (
            "---\nid: install\n---\n# Install\n\n## On Linux {/*on-linux*/}\n\n"
            "Back to [the start](/docs/#intro), [the API](/docs/api).\n\n## Steps\n\n## Steps\n\n"
            "[second](/docs/setup/install#steps-1), [blog](/blog/2024/05/06/news).\n"
        ),
        "docs/api.mdx": '# API\n\n## `get` \\[one&lt;T&gt;] {#get-one}\n\n<Card id="card" />\n',
        "blog/2024-05-06-news.md": "# News\n\nSee [a card](/docs/api#card).\n",
    },
    "mkdocs": {
        "docs/index.md": (
            "# Home\n\n[![CI](https://x/ci.svg)](https://x/ci)\n\n[TOC]\n\n!!! note\n\n"
            "    Read this.\n\n"
            "Home is where it begins. See [blog](setup/blog.md#config.dir), [again](setup/blog/), "
            "[[1]](setup/blog.md#steps_1), [[2]](https://x/2).\n"
        ),
        "docs/setup/blog.md": (
            "# Blog\n\n### The folder { #config.dir .wide }\n\n## Steps\n\n## Steps\n\n"
            "Text {: #spot }\n\n> #### custom_dir\n\n[Home](../../index/), [spot](../blog/#spot), "
            "[quoted](blog.md#custom_dir), [button](#steps){ .md-button }.\n"
            "\n### Path <small>Old</small> { id=nav-path }\n\n[path](blog.md#nav-path)\n"
        ),
    },
    "kramdown": {
        "_docs/install.md": (
            "---\npermalink: /docs/installation/\n---\n# Install\n{: .no_toc }\n\n* TOC\n{:toc}\n\n"
            '{% include note.html\n   text="x" %}\n\nInstalling takes a minute.\n\n'
            "## 1. Ruby\n{: #ruby}\n\n{: #gems }\n## Gems\n\n"
            "## 2. Run it\n\n[up](/docs/start/#first)\n"
        ),
        "_docs/start.md": (
            "# Start\n\n## First\n\n[ruby](/docs/installation/#ruby), "
            "[gems](/docs/installation/#gems), [run](/docs/installation/#run-it), "
            "[news](/2020/01/02/out/).\n"
        ),
        "_posts/2020-01-02-out.markdown": "# Out\n\nIt is out.\n",
    },
    "pandoc": {
        "book/one.md": (
            "% The Book\n% A. Writer\n\n# One {#sec:one .unnumbered}\n\nThe first part. See "
            "[two](two.md#fig-1), [résumé](two.md#resume), [three](two.md#the-third).\n"
        ),
        "book/two.md": (
            "# Two\n\n::: {#fig-1 .figure}\nA picture.\n:::\n\n## Résumé\n\n## 3. The third\n\n"
            "[one](one.md#sec:one), [by title](one.md#One)\n"
        ),
    },
}


def load(top: Path) -> SkillGraph:
    return SkillGraph.load(top)


def found(graph: SkillGraph) -> list[str]:
    return [str(one) for one in graph.diagnostics]


def links(graph: SkillGraph) -> set[tuple[str, str | None, str]]:
    return {(link.source, link.target, link.fragment) for link in graph.links}


@pytest.mark.parametrize("site", SITES)
def test_a_documentation_has_no_finding_from_its_top_and_from_its_folder(
    vault: Vault, site: str
) -> None:
    top = vault(SITES[site])
    graph = load(top)
    assert found(graph) == []
    assert graph.links
    assert all(link.target for link in graph.links)
    folders = {name.partition("/")[0] for name in SITES[site]} & {"docs", "book"}
    for folder in folders:
        inner = load(top / folder)
        assert [one for one in found(inner) if "/blog/" not in one] == []
        # Whatever leads inside the folder leads there from its own root, too.
        wanted = {
            (source.removeprefix(f"{folder}/"), target.removeprefix(f"{folder}/"), fragment)
            for source, target, fragment in links(graph)
            if target and source.startswith(f"{folder}/") and target.startswith(f"{folder}/")
        }
        assert wanted <= links(inner)


def test_a_title_is_shown_without_the_id_behind_it(vault: Vault) -> None:
    graph = load(vault(SITES["vitepress"] | SITES["pandoc"] | SITES["docusaurus"]))
    titles = {node: [h.title for h in graph.nodes[node].document.headings] for node in graph.nodes}
    assert titles["docs/guide/slots"] == ["Slots", "Scoped Slots", "useData"]
    assert titles["docs/setup/01-install"] == ["Install", "On Linux", "Steps", "Steps"]
    assert titles["docs/api"] == ["API", "get [one<T>]"]
    assert titles["book/one"] == ["One"]
    assert graph.nodes["docs/guide/slots"].title == "Slots"
    assert {link.section for link in graph.links} >= {"Guide", "useData"}


def test_descriptions_of_documentation_are_prose(vault: Vault) -> None:
    graph = load(vault({**SITES["vitepress"], **SITES["kramdown"], **SITES["pandoc"]}))
    assert graph.nodes["docs/guide/index"].description == "A guide leads you in."
    assert graph.nodes["_docs/install"].description == "Installing takes a minute."
    assert graph.nodes["book/one"].description == "The first part."
    graph = load(vault(SITES["docusaurus"]))
    assert graph.nodes["docs/intro"].description == "Docs begin here."
    graph = load(vault(SITES["mkdocs"]))
    assert graph.nodes["docs/index"].description == "Home is where it begins."


HEADINGS = [
    ("## Scoped {#scoped-slots}", "Scoped", "scoped-slots"),
    ("## Scoped {: #scoped-slots }", "Scoped", "scoped-slots"),
    ("## Scoped {:#scoped-slots}", "Scoped", "scoped-slots"),
    ("## Scoped { #a.b .wide data-x=1 }", "Scoped", "a.b"),
    ('## Scoped { id="a b" }', "Scoped", "a"),
    ("## Scoped {/*own*/}", "Scoped", "own"),
    ("## Scoped {/* #own */}", "Scoped", "own"),
    ("Scoped {#own}\n---", "Scoped", "own"),
    ("## Scoped {#own} <Badge />", "Scoped", "own"),
    ("## Scoped {.wide}", "Scoped", "scoped"),
    ("## Scoped {-}", "Scoped", "scoped"),
    ('## <a name="own"></a>Scoped', "Scoped", "own"),
    ('## Scoped <a id="own"></a>', "Scoped", "own"),
    ("## `<script setup>` {#own}", "<script setup>", "own"),
    ("## `__init__` and *more*", "__init__ and more", "__init__-and-more"),
    ("## Vec<T> of <name>", "Vec<T> of <name>", "vect-of-name"),
    ('## elevation <div class="label">Android</div>', "elevation Android", "elevation-android"),
    ("## testMatch \\[array&lt;string&gt;]", "testMatch [array<string>]", "testmatch-arraystring"),
    ("## [Linked](x.md) {#own}", "Linked", "own"),
    ("## Use {{name}}", "Use {{name}}", "use-name"),
]


@pytest.mark.parametrize(("heading", "title", "anchor"), HEADINGS, ids=[h for h, *_ in HEADINGS])
def test_a_heading_answers_to_its_id_and_to_its_clean_title(
    heading: str, title: str, anchor: str
) -> None:
    document = parse(f"# Top\n\n{heading}\n\nText.\n", "x.md")
    assert [found.title for found in document.headings] == ["Top", title]
    raw = heading.removeprefix("## ").partition("\n")[0]
    assert {document.find_heading(name) for name in (title, title.upper(), anchor, raw)} == {1}


@pytest.mark.parametrize(
    ("text", "fragment", "index"),
    [
        pytest.param("## A {#b}\n\n## B", "b", 0, id="an id comes before a title like it"),
        pytest.param("## A {#b}\n\n## B", "B", 1, id="a title comes before an id like it"),
        pytest.param("## A {#b}\n\n## A", "a", 1, id="a given id replaces the slug"),
        pytest.param("## A\n\n## A", "a-1", 1, id="GitHub's number"),
        pytest.param("## A\n\n## A", "a_1", 1, id="Python-Markdown's number"),
        pytest.param("## A\n{: #b }\n\n## C", "b", 0, id="attributes below a heading"),
        pytest.param("## A\n\n{: #b }\n## C", "b", 1, id="attributes above a heading"),
        pytest.param("## A\n\nText\n{: #b }\n\n## C", "b", 0, id="attributes of a paragraph"),
        pytest.param("## A\n\n[x]{#b} text\n\n## C", "b", 0, id="attributes of a span"),
        pytest.param("## A\n\n`{#b}`\n\n## C", "b", -1, id="attributes in code"),
        pytest.param("## A\n\n> ### B c\n\n## C", "b-c", 0, id="a heading in a quote"),
        pytest.param("## A\n\n    ### B c\n\n## C", "b-c", -1, id="a heading in indented code"),
        pytest.param("## A\n\n!!! tip\n\n    ### B c\n\n## C", "b-c", 0, id="an indented heading"),
        pytest.param("## A\n\n<h3>B c</h3>\n\n## C", "b-c", 0, id="a heading of HTML"),
        pytest.param("## A\n\n```\n### B c\n```\n", "b-c", -1, id="a heading in a fence"),
        pytest.param('## A\n\n<Team link="b-c" />\n', "b-c", 0, id="a component's value"),
        pytest.param('## A\n\n```\n<Team link="b-c" />\n```\n', "b-c", -1, id="one in a fence"),
        pytest.param(
            '## Logo\n\n=== ":icon: Image, svg"\n\n    Text', "logo-image-svg", 0, id="a tab"
        ),
        pytest.param('## A\n\n=== "One"\n\n    Text', "one", 0, id="a tab by its own title"),
        pytest.param("## A\n\n``` { .sh #b }\nx\n```\n", "b", 0, id="a fence with an id"),
        pytest.param("## 1. Über uns", "uber-uns", 0, id="accents and numbers"),
        pytest.param("## <!-- md:setting a.b -->\n\n## C", "a.b", 0, id="a comment as heading"),
    ],
)
def test_ids_that_builders_give(text: str, fragment: str, index: int) -> None:
    assert parse(f"{text}\n", "x.md").find_heading(fragment) == index


ADDRESSES = [
    # root, files, source, link, target
    ("", ["docs/guide/x.md", "docs/a.md"], "docs/a.md", "/guide/x", "docs/guide/x"),
    ("", ["docs/guide/x.md", "README.md"], "README.md", "/docs/guide/x.html", "docs/guide/x"),
    ("docs", ["docs/guide/x.md", "docs/a.md"], "a.md", "/docs/guide/x", "guide/x"),
    ("docs", ["docs/guide/index.md", "docs/a.md"], "a.md", "/guide/", "guide/index"),
    ("docs", ["docs/guide/index.md", "docs/a.md"], "a.md", "/docs/guide/index.html", "guide/index"),
    ("docs/guide", ["docs/guide/x.md", "docs/guide/a.md"], "a.md", "/guide/x", "x"),
    ("docs/guide", ["docs/guide/x.md", "docs/guide/a.md"], "a.md", "/docs/guide/x/", "x"),
    ("src", ["src/en/guide/x.md", "src/en/a.md"], "en/a.md", "/guide/x", "en/guide/x"),
    ("", ["guide/x.md", "guide/a.md"], "guide/a.md", "x.html", "guide/x"),
    ("", ["guide/x.md", "guide/a.md"], "guide/a.md", "../x/", "guide/x"),
    ("", ["guide/x.mdx", "a.md"], "a.md", "guide/x", "guide/x"),
    ("", ["1.guide/0.index.md", "2.api/a.md"], "2.api/a.md", "/guide", "1.guide/0.index"),
    ("", ["1.guide/01-README.md", "a.md"], "a.md", "/guide/", "1.guide/01-README"),
    ("", ["posts/_index.md", "a.md"], "a.md", "/posts/", "posts/_index"),
    ("docs", ["docs/x.md", "docs/a.md"], "a.md", "../docs/x.md", "x"),
    ("docs", ["docs/in/x.md", "docs/in/a.md"], "in/a.md", "../../docs/in/x.md#x", "in/x"),
    ("up/docs", ["up/docs/x.md", "up/docs/a.md"], "a.md", "../../up/docs/x", "x"),
    ("docs", ["docs/x.md", "docs/in/a.md"], "in/a.md", "../../docs/x/", "x"),
    ("", ["content/posts/x.md", "content/a.md"], "content/a.md", "@/posts/x.md", "content/posts/x"),
    ("", ["content/x.md", "posts/a.md"], "posts/a.md", "@/x.md#x", "content/x"),
    ("content", ["content/posts/x.md", "content/a.md"], "a.md", "@/posts/x.md", "posts/x"),
    ("content", ["content/p/_index.md", "content/p/a.md"], "p/a.md", "@/p/_index.md", "p/_index"),
    ("", ["docs/x.md", "docs/a.md"], "docs/a.md", "@site/docs/x.md", "docs/x"),
    ("docs", ["docs/x.md", "docs/a.md"], "a.md", "@site/docs/x.md", "x"),
    ("", ["guide/x.mdx", "a.md"], "a.md", "guide/x.md", "guide/x"),
    ("", ["api/Store.md", "deep/er/a.md"], "deep/er/a.md", "api/Store.md", "api/Store"),
    ("", ["guide/x.html", "guide/x.md", "guide/a.md"], "guide/a.md", "x.html", None),
]


@pytest.mark.parametrize(
    ("root", "files", "source", "link", "target"), ADDRESSES, ids=[str(row) for row in ADDRESSES]
)
def test_an_address_leads_to_the_document_behind_it(
    vault: Vault, root: str, files: list[str], source: str, link: str, target: str | None
) -> None:
    texts = dict.fromkeys(files, "# X\n")
    texts[f"{root}/{source}".removeprefix("/")] = f"# A\n\nSee [x]({link}) now.\n"
    graph = load(vault(texts) / root)
    assert found(graph) == []
    assert [link.target for link in graph.links] == ([target] if target else [])


def test_a_path_that_does_not_come_back_is_outside(vault: Vault) -> None:
    top = vault(
        {"docs/a.md": "See [x](../other/x.md) now.\n", "docs/x.md": "# X\n", "other/x.md": ""}
    )
    assert [one.code for one in load(top / "docs").diagnostics] == ["SG024"]


def test_a_wikilink_may_leave_the_root_and_come_back(vault: Vault) -> None:
    top = vault({"docs/a.md": "See [[../docs/x]] and [[in/../../docs/x]].\n", "docs/x.md": "# X\n"})
    graph = load(top / "docs")
    assert (found(graph), [link.target for link in graph.links]) == ([], ["x", "x"])


def test_a_link_from_the_content_folder_without_a_document_is_broken(vault: Vault) -> None:
    graph = load(vault({"content/a.md": "See [x](@/posts/gone.md).\n"}))
    assert [one.code for one in graph.diagnostics] == ["SG020"]


def test_first_folders_are_dropped_only_where_links_prove_it(vault: Vault) -> None:
    top = vault({"x.md": "# X\n", "y.md": "# Y\n", "a.md": "[x](/base/x) [y](/base/y)\n"})
    assert [link.target for link in load(top).links] == ["x", "y"]
    top = vault({"a.md": "[x](/base/x) [z](/base/z) [q](/base/q)\n"})
    assert [link.target for link in load(top).links] == [None, None, None]


@pytest.mark.parametrize(
    ("root", "link", "remedy"),
    [
        ("docs/guide", "/api/gone", "load the folder docs above this root"),
        ("docs", "/api/gone", "load the folder that is the top of the site"),
        ("docs", "/guide/gone", "create the node, or correct the link"),
        ("docs", "guide/gone.md", "create the node, or correct the link"),
    ],
)
def test_an_address_without_a_document_says_which_folder_to_load(
    vault: Vault, root: str, link: str, remedy: str
) -> None:
    top = vault({"docs/guide/x.md": "# X\n", f"{root}/a.md": f"See [it]({link}).\n"})
    (one,) = load(top / root).diagnostics
    assert (one.code, one.remedy[: len(remedy)]) == ("SG020", remedy)


@pytest.mark.parametrize("mark", ["[TOC]", "[[toc]]", "[[_TOC_]]", "[[TOC]]", "[[__TOC__]]"])
def test_a_place_for_a_table_of_contents_is_no_link(vault: Vault, mark: str) -> None:
    graph = load(vault({"a.md": f"# A\n\n{mark}\n\nText.\n"}))
    assert (found(graph), graph.links, graph.nodes["a"].description) == ([], (), "Text.")
    graph = load(vault({"toc.md": "# Contents\n", "a.md": "See [[toc]].\n"}))
    assert [link.target for link in graph.links] == ["toc"]


@pytest.mark.parametrize(
    "include",
    [
        '--8<-- "CONTRIBUTING.md"',
        "<!--@include: ./parts.md-->",
        "{% include parts.md %}",
        "::: pydantic.config",
        "### ::: pydantic.config.ConfigDict",
        "::: pydantic\n    options:\n      members: no",
        "import Parts from './_parts.mdx'\n\n<Parts />",
        "<script setup>\nimport Parts from './Parts.vue'\n</script>\n\n<Parts />",
    ],
)
def test_headings_of_included_files_are_not_missed(vault: Vault, include: str) -> None:
    texts = {"a.md": "See [it](b.md#gone).\n", "b.md": f"# B\n\n{include}\n"}
    assert found(load(vault(texts))) == []
    shown = "\n\n".join(("# B", "```", include, "```"))
    if "import" not in include:
        (one,) = load(vault(texts | {"b.md": shown})).diagnostics
        assert one.code == "SG022"


@pytest.mark.parametrize("block", ["::: info\nv1.2\n:::", "::: warning Since 3.1\nText\n:::"])
def test_a_block_of_a_site_builder_is_no_included_file(vault: Vault, block: str) -> None:
    texts = {"a.md": "See [it](b.md#gone).\n", "b.md": f"# B\n\n{block}\n"}
    assert [one.code for one in load(vault(texts)).diagnostics] == ["SG022"]


def test_more_documents_of_other_formats_are_counted(vault: Vault) -> None:
    texts = {
        "README.md": "# A\n",
        "a.rst": "",
        "b/c.rst": "",
        "d.adoc": "",
        "e.py": "",
        "f.txt": "",
    }
    (one,) = findings(load(vault(texts)))
    assert (one.code, one.message.partition(": ")[2]) == ("SG302", "2 .rst, 1 .adoc")
    assert findings(load(vault({"x.md": "", "y.md": ""}))) == ()


def test_a_rename_keeps_the_suffix_and_the_style_of_addresses(vault: Vault) -> None:
    top = vault(
        {
            "docs/guide/x.mdx": "# X\n\n[me](#x) [a](../a.md)\n",
            "docs/a.md": (
                "[1](/guide/x) [2](/docs/guide/x.html#x) [3](guide/x/) [4](./guide/x.mdx)\n"
                "[5](/guide/x/#x) [6](guide/x.html) [[x]]\n"
            ),
        }
    )
    rename(load(top), "docs/guide/x", "new", alias=False).write()
    assert (top / "docs/guide/new.mdx").exists()
    assert (top / "docs/a.md").read_text() == (
        "[1](/guide/new) [2](/docs/guide/new.html#x) [3](guide/new/) [4](./guide/new.mdx)\n"
        "[5](/guide/new/#x) [6](guide/new.html) [[new]]\n"
    )
    graph = load(top)
    assert found(graph) == []
    assert {link.target for link in graph.links} == {"docs/guide/new", "docs/a"}


def test_a_rename_keeps_paths_from_the_top_and_paths_that_come_back(vault: Vault) -> None:
    top = vault(
        {
            "content/p/x.md": "# X\n",
            "content/a.md": "[1](@/p/x.md#x) [2](../content/p/x.md) [3](@/img/i.svg)\n",
        }
    )
    rename(load(top / "content"), "p/x", "q/new", alias=False).write()
    rename(load(top), "content/a", "content/in/a", alias=False).write()
    assert (top / "content/in/a.md").read_text() == (
        "[1](@/q/new.md#x) [2](../q/new.md) [3](@/img/i.svg)\n"
    )
    rename(load(top), "content/q/new", "content/p/x", alias=False).write()
    assert (top / "content/in/a.md").read_text().startswith("[1](@/p/x.md#x) [2](../p/x.md)")


def test_a_moved_document_keeps_paths_that_do_not_need_a_site(vault: Vault) -> None:
    top = vault({"a.md": "[b](sub/b.md)\n", "sub/b.md": "# B\n"})
    rename(load(top), "a", "deep/a2", alias=False).write()
    assert (top / "deep/a2.md").read_text() == "[b](../sub/b.md)\n"


MARKS = st.sampled_from(
    "# {#a} {: } {/*b*/} <a id='c'> ``` <script> </script> [[t]] import 'x' \n".split(" ")
)


@given(st.lists(MARKS | st.sampled_from(["\n", "\n\n", " ", "word"]), max_size=30))
def test_any_mixture_is_read(parts: list[str]) -> None:
    document = parse("".join(parts), "x.mdx")
    for heading in document.headings:
        assert "\n" not in heading.title
        at = document.find_heading(heading.anchor) if heading.anchor else 0
        assert at >= 0
    assert "\n" not in document.description


def test_text_that_is_indented_in_a_component_of_mdx_is_no_code() -> None:
    text = "<Tabs>\n  <Tab>\n\n    See [[a]].\n\n  </Tab>\n</Tabs>\n"
    assert [link.target for link in parse(text, "x.mdx").references] == ["a"]
    assert parse(text, "x.md").references == ()


@pytest.mark.parametrize("fragment", ["fn:1", "fnref:1", "fn-note", "user-content-fn-1"])
def test_a_link_to_a_footnote_as_programs_write_it_is_no_finding(
    vault: Vault, fragment: str
) -> None:
    graph = SkillGraph.load(
        vault({"a.md": f"Text.[^1] See [below](#{fragment}).\n\n[^1]: Note.\n"})
    )
    assert [found.code for found in graph.diagnostics] == []
