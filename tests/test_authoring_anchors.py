"""In a document that was cut, anchors, footnotes and definitions still have their targets."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillagent.authoring.importing import import_graph
from skillagent.authoring.split import split
from skillagent.graph import SkillGraph
from skillagent.lint import findings
from skillagent.markdown import OBSIDIAN
from skillagent.markdown.document import parse
from tests.conftest import Vault
from tests.test_authoring_strategies import content, written

TITLES = ["Setup", "Use it", "What: is this?", "Größe & more"]
NOTE, LINK = "[^{0}]: Note {0} says more.", "[r{0}]: {1}"


@dataclass(frozen=True)
class Cut:
    """A document that is drawn, and what must hold of its pieces."""

    text: str
    lines: tuple[str, ...]
    """Each stands in it once."""
    sections: int
    """A section's number stands in its own line, `Body of 3.`; a link to it says `to 3`."""


def _slugs(titles: list[str]) -> list[str]:
    """GitHub's anchors, counted here without our code."""
    found: list[str] = []
    for title in titles:
        name = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        count = sum(
            re.fullmatch(rf"{re.escape(name)}(-\d+)?", other) is not None for other in found
        )
        found.append(f"{name}-{count}" if count else name)
    return found


@st.composite
def cuts(draw: st.DrawFn) -> Cut:
    """A document of sections that link to each other in every way."""
    count = draw(st.integers(2, 6))
    titles = [draw(st.sampled_from(TITLES)) for _ in range(count)]
    levels = [2, 2, *(draw(st.integers(2, 3)) for _ in range(count - 2))]
    explicit = [draw(st.sampled_from(["", "", "attribute", "element"])) for _ in range(count)]
    # An author's own id stands in place of the one that would be made of the title.
    slugs = _slugs(
        [title for title, own in zip(titles, explicit, strict=True) if own != "attribute"]
    )
    for at in (at for at in range(count) if explicit[at] == "attribute"):
        slugs.insert(at, f"own-{at}")

    def anchor() -> tuple[int, str]:
        at = draw(st.integers(0, count - 1))
        return at, draw(st.sampled_from([slugs[at], *([f"own-{at}"] if explicit[at] else [])]))

    blocks, used, number = ["# The whole", "Body of intro."], 0, iter(range(1_000))
    for at in range(count):
        if explicit[at] == "element":
            blocks.append(f'<a id="own-{at}"></a>')
        mark = f" {{#own-{at}}}" if explicit[at] == "attribute" else ""
        blocks += [f"{'#' * levels[at]} {titles[at]}{mark}", f"Body of {at}."]
        for _ in range(draw(st.integers(0, 3))):
            line = f"Line {next(number)}."
            style = draw(st.integers(0, 4))
            if style == 0:
                to, name = anchor()
                line += f" See [to {to}](#{name})."
            elif style == 1 and titles.count(titles[to := anchor()[0]]) == 1:
                line += f" See [[#{titles[to]}|to {to}]]."
            elif style == 2:
                line += f" More[^{used}] and again[^{used}]."
                blocks.append(line)
                line = NOTE.format(used)
                used += 1
            elif style == 3:
                to, name = anchor()
                line += f" See [to {to}][r{used}]."
                blocks.append(line)
                line = LINK.format(used, f"#{name}")
                used += 1
            elif style == 4 and used:
                line += f" More[^{draw(st.integers(0, used - 1))}]."
            blocks.append(line)
    notes = [block for block in blocks if block.startswith("[")]
    if draw(st.booleans()):  # all of them at the end, as most authors have them
        blocks = [block for block in blocks if not block.startswith("[")] + notes
    text = "\n\n".join(blocks) + "\n"
    lines = tuple(block for block in blocks if block.startswith(("Line", "Body", "<a")))
    return Cut(text, lines, count)


def _section(graph: SkillGraph, node: str, fragment: str) -> str:
    """The text that a link to a node or a heading of it leads to."""
    document = graph.nodes[node].document
    if not fragment:
        return document.body
    heading = document.headings[document.find_heading(fragment)]
    return document.text[heading.start :]


@pytest.mark.slow
@settings(max_examples=60)
@given(cuts())
def test_every_line_is_written_once_and_every_anchor_leads_to_its_heading(cut: Cut) -> None:
    with written({"The Whole.md": cut.text.encode()}) as top:
        source = parse(cut.text, "")
        import_graph(top / "The Whole.md", top.parent / "whole", None, OBSIDIAN).write()
        graph = SkillGraph.load(top.parent / "whole")
        texts = {node.id: node.document.body for node in graph.nodes.values()}
        after = Counter(_words(line) for text in texts.values() for line in text.split("\n"))
        assert all(after[_words(line)] == 1 for line in cut.lines)
        for text in texts.values():
            # A piece holds the definitions that it uses, and no other.
            used = set(re.findall(r"(?<!^)\[\^\d+\]|(?<=\])\[r\d+\]", text, re.MULTILINE))
            held = set(re.findall(r"^(\[[^\]]+\]):", text, re.MULTILINE))
            assert held == used & {f"[{found}]" for found in _labels(cut.text)}
        links = [
            (link.source, link.target, link.fragment, link.label)
            for link in graph.links
            if link.label.startswith("to ")
        ]
        for node, text in texts.items():  # what stayed in its own piece is no link to a node
            known = dict(re.findall(r"^\[(r\d+)\]: #(\S+)", text, re.MULTILINE))
            links += [
                (node, node, fragment, label)
                for label, fragment in re.findall(r"\[(to \d+)\]\(#([^)]+)\)", text)
            ]
            links += [
                (node, node, known[name], label)
                for label, name in re.findall(r"\[(to \d+)\]\[(r\d+)\]", text)
                if name in known
            ]
        wanted = re.findall(r"\[(to \d+)\][\[(]|\|(to \d+)\]\]", cut.text)
        assert sorted(label for *_, label in links) == sorted(map("".join, wanted))
        for _, target, fragment, label in links:
            assert target is not None
            text = _section(graph, target, fragment)
            first = re.search(r"Body of (\w+)\.", text)
            assert first and f"to {first[1]}" == label
        # Some name a footnote that no line defines, which is as wrong in the pieces.
        wrong = {(found.code, found.message) for found in source.diagnostics}
        assert {code for code, _ in wrong} <= {"SG031"}
        after_cut = (*graph.diagnostics, *findings(graph))
        assert {(found.code, found.message) for found in after_cut} == wrong


def _words(line: str) -> str:
    """A line without what its links lead to."""
    return re.sub(r"\]\([^)]*\)|\[\[[^|\]]*\|", "", line)


def _labels(text: str) -> list[str]:
    return re.findall(r"^\[([^\]]+)\]:", text, re.MULTILINE)


DOCUMENT = """<a id="top"></a>

# Guide

See [b](#part), [c](#own), [d][one], ![pic][pic] and a note.[^1]

## Part

First.[^1] [Here](#part), [there](#part-1) and [below](#deep-1).

### Deep

One.

### Deep

Two. <a name="spot"></a>

## Part

Second.

## Last {#own}

Again [one], [site]. [Up](#guide), [top](#top), [spot](#spot), [gone](#gone).[^long]

[one]: #part-1 (round)
[pic]: img/pic.png
[site]: https://example.org
[never]: https://example.org/never
[^1]: It says [deep](#deep).
[^long]: First line, see [site],
    second line.

    Another paragraph.[^1]
"""


def test_what_a_piece_uses_comes_with_it(vault: Vault) -> None:
    top = vault({"guide.md": DOCUMENT, "img/pic.png": "pixels"})
    import_graph(top / "guide.md", top / "new" / "guide", None, OBSIDIAN).write()
    found = {path: data.decode() for path, data in content(top / "new" / "guide").items()}
    assert set(found) == {"SKILL.md", "part.md", "guide-part.md", "last.md", "img/pic.png"}
    assert (
        "See [b](part.md), [c](last.md), [d][one], ![pic][pic] and a note.[^1]" in found["SKILL.md"]
    )
    assert found["SKILL.md"].endswith(
        "\n\n[one]: guide-part.md (round)\n[pic]: img/pic.png\n"
        "[^1]: It says [deep](part.md#deep).\n"
    )
    assert (
        "First.[^1] [Here](#part), [there](guide-part.md) and [below](#deep-1).\n"
        in found["part.md"]
    )
    assert found["part.md"].endswith('<a name="spot"></a>\n\n[^1]: It says [deep](#deep).\n')
    assert found["last.md"].endswith(
        "## Last {#own}\n\n"
        "Again [one], [site]. [Up](SKILL.md#guide), [top](SKILL.md#top), [spot](part.md#spot), "
        "[gone](#gone).[^long]\n\n"
        "[one]: guide-part.md (round)\n[site]: https://example.org\n[never]: https://example.org/never\n"
        "[^1]: It says [deep](part.md#deep).\n"
        "[^long]: First line, see [site],\n    second line.\n\n    Another paragraph.[^1]\n"
    )
    graph = SkillGraph.load(top / "new" / "guide")
    (gone,) = (*graph.diagnostics, *findings(graph))
    assert (gone.path, gone.line, gone.code) == ("last.md", 7, "SG022")


@pytest.mark.parametrize(
    ("text", "fragment", "title"),
    [
        ("## A\n\n## A\n\n## B", "a-1", 1),
        ("## A\n\n## A 1\n\n## A", "a-1", 1),  # a title answers before a number
        ("## A {#b}\n\n## C", "b", 0),
        ("## A long one {#b}\n\n## C", "A long one", 0),
        ("## A {.wide #b}\n\n## C {#d .x}", "d", 1),
        ('## A\n\n<a id="b"></a>\n\n## C', "b", 1),
        ("## A\n\nText. <span id=b>x</span>\n\n## C", "B", 0),
        ('## A <a name="b"></a>\n\n## C', "b", 0),
        ('## A\n\n<h3 id="b">B</h3>\n\n## C', "b", 0),
        ('## A\n\n`<a id="b">`', "b", -1),
        ('<a id="b"></a> Text.\n\n## A', "b", -1),
    ],
)
def test_a_heading_is_found_by_an_explicit_id_or_a_number(
    text: str, fragment: str, title: int
) -> None:
    assert parse(text, "").find_heading(fragment) == title


def test_a_link_definition_behind_a_footnote_does_not_become_a_line_of_it(vault: Vault) -> None:
    text = "## A\n\nOne [x].\n\n## B\n\nTwo.[^1] [x]\n\n## C\n\n[^1]: note\n\n[x]: other.md\n"
    top = vault({"index.md": "[[a]]", "a.md": text, "other.md": ""})
    split(SkillGraph.load(top), "a").write()
    found = {path: data.decode() for path, data in content(top).items()}
    assert found["b.md"].endswith("## B\n\nTwo.[^1] [x]\n\n[^1]: note\n\n[x]: other.md\n")
    assert found["c.md"].endswith("## C\n\n\n")
    assert found["a-a.md"].endswith("## A\n\nOne [x].\n\n[x]: other.md\n")


def test_a_split_node_that_nothing_led_to_is_linked_from_the_map_that_fits(vault: Vault) -> None:
    text = "# Counting tokens\n\n## One\n\nx\n\n## Two\n\ny\n"
    top = vault(
        {
            "index.md": "- [[budgets]] - money\n- [[counts]] - counting tokens",
            "budgets.md": "---\ntype: map\n---\n# Budgets\n",
            "counts.md": "---\ntype: map\ndescription: Counting tokens\n---\n# Counts\n",
            "alone.md": text,
        }
    )
    changes = split(SkillGraph.load(top), "alone")
    assert changes.remarks == ("alone.md: no link led to it; counts.md links it now",)
    changes.write()
    assert content(top)["counts.md"].endswith(b"# Counts\n\n- [[alone]] - x\n")
    graph = SkillGraph.load(top)
    assert graph.reachable() == set(graph.nodes)


def test_a_split_node_that_no_map_can_link_is_reported(vault: Vault) -> None:
    top = vault({"index.md": "", "x/a.md": "# One\n\nx\n\n# Two\n\ny\n"})
    remarks = split(SkillGraph.load(top), "x/a").remarks
    assert remarks == ("x/a.md: no link led to it; index.md links it now",)
