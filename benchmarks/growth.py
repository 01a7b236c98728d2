"""Measures how the time of every operation grows with a file, for every construct of Markdown.

    python -m benchmarks.growth                    # a table: construct, operation, exponent
    python -m benchmarks.growth tables --kilobytes 1000

A file of one construct is written in two sizes, the second one `FACTOR` times larger. Each
operation is timed with both, in seconds of processor time. The exponent is 1 if the time grows in
proportion to the length, and 2 if it grows with its square. Operations that take less than `FLOOR`
with the larger file are not judged, because the noise is too large.
"""

from __future__ import annotations

import argparse
import gc
import math
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from skillagent import Budget, SkillAgentError, SkillGraph, Toolset
from skillagent.authoring import weave
from skillagent.authoring.health import health
from skillagent.authoring.rename import rename
from skillagent.authoring.split import split
from skillagent.diagnostics import ordered
from skillagent.graph.logseq import CONFIG
from skillagent.index import SearchIndex
from skillagent.lint import findings
from skillagent.markdown import DIALECTS, OBSIDIAN
from skillagent.markdown.document import parse

_UUID = "634fae2e-edab-42e0-8385-59df3fc3da0e"
FACTOR = 4
"""Size of the larger file, relative to the smaller one."""
FLOOR = 0.03
"""Minimum time in seconds that is judged."""
KILOBYTES = 20
"""Size of the smaller file."""


@dataclass(frozen=True, slots=True)
class Construct:
    """A text that repeats one thing."""

    unit: str
    """Repeated until the size is reached; `¤` is replaced by the number of the repetition."""
    head: str = ""
    tail: str = ""
    logseq: bool = False
    """Whether the file is in a Logseq graph."""

    def text(self, size: int) -> str:
        """A text of about so many characters."""
        count = max(1, size // len(self.unit))
        if "¤" in self.unit:
            body = "".join(self.unit.replace("¤", str(number)) for number in range(count))
        else:
            body = self.unit * count
        return self.head + body + self.tail


@dataclass(frozen=True, slots=True)
class Deep:
    """Lines, each one level deeper than the line before."""

    step: str
    line: str
    logseq = False

    def text(self, size: int) -> str:
        """A text of about so many characters."""
        depth = int((2 * size / len(self.step)) ** 0.5)
        return "".join(self.step * level + self.line for level in range(depth))


@dataclass(frozen=True, slots=True)
class Twice:
    """A text that repeats one thing, and then another one as often."""

    first: str
    second: str
    logseq = False

    def text(self, size: int) -> str:
        """A text of about so many characters."""
        return Construct(self.first).text(size // 2) + "\n" + Construct(self.second).text(size // 2)


C = Construct
CONSTRUCTS: dict[str, Construct | Deep | Twice] = {
    # links
    "links in a list": C("- see [[n|l]] word test\n"),
    "links in a paragraph": C("See [[n|l]] word. Test\n"),
    "links in paragraphs": C("See [[n]] word test.\n\n"),
    "links in one line": C("x [[n|l]] word. "),
    "links beyond ASCII": C("Siehe [[日本|語]] 日本。\n"),
    "links that lead nowhere": C("See [[none¤]].\n"),
    "links to headings": C("# H¤\n\nSee [[#H¤]] now.\n\n"),
    "links to one heading": C("See [[#H]] now.\n", "# H\n\n"),
    "links along headings": Twice("# A\n\n", "See [[#A#A]] now.\n"),
    "links along a changelog": C("# v¤\n\n## Added\n\nSee [[#v¤#Added]].\n\n"),
    "links to blocks": C("Text ^b¤\n\nSee [[#^b¤]] now.\n\n"),
    "embeds": C("x ![[n]] word\n\n"),
    "embeds of a section": C("![[#H]]\n\n", "# H\n"),
    "embeds of sections": C("# H¤\n\n![[#H¤]]\n\n"),
    "Markdown links": C("See [a](n.md) word.\n"),
    "Markdown links in one line": C("[a](n.md) "),
    "Markdown anchors": C("[a](#h) word\n", "# H\n"),
    "images": C("![a](n.png) word\n"),
    "images in links": C("[![a](b.png)](n.md)\n"),
    "references to one definition": C("See [a][r] word.\n", "", "\n[r]: n.md\n"),
    "references": C("See [a][r¤] word.\n\n[r¤]: n.md\n\n"),
    "short references": C("See [r¤] word.\n\n[r¤]: n.md\n\n"),
    "footnotes": C("See[^¤] [[n]].\n\n[^¤]: text [[n]]\n\n"),
    "links in comments": C("%% [[n]] %%\n"),
    "brackets that open links": C("[["),
    "brackets with blanks": C("[[ "),
    "brackets that open images": C("!["),
    "links never closed": C("[[a|"),
    "destinations never closed": C("[a]("),
    "names in three brackets": C("[[[n]]] "),
    "escaped links": C("\\[[n]] "),
    "links with escapes": C('See [a\\]](n\\_\\(x\\)&amp;y.md "t\\"") word.\n'),
    "escapes in a destination": C("\\(", "[a](", "b)"),
    "brackets in a destination": C("(b", "[a](", ")"),
    "entities in a destination": C("&amp;", "[a](", ".md)"),
    "titles never closed": C('[a](b "c '),
    "links that close once": C("See [[n|l] word.\n\n"),
    "links that close once in one line": C("[[n] "),
    "links that open once": C("[n]] "),
    "links over line ends": C("See [[n\nm]] word.\n"),
    "brackets over line ends": Twice("[[\n", "]]\n"),
    "footnotes never defined": C("See[^¤].\n\n"),
    "footnotes never used": C("[^¤]: text\n\n"),
    # tables
    "table rows with links": C("| [[n|l]] | word |\n", "| a | b |\n|---|---|\n"),
    "table rows without bars": C("[[n|l]] | word\n", "a | b\n---|---\n"),
    "tables": C("| a | b |\n|---|---|\n| [[n|l]] | x |\n\n"),
    "delimiter rows": C("|---|---|\n"),
    "one delimiter row": C("-|"),
    "one row": C("| [[n|l]] ", "", "|\n"),
    # lists and quotes
    "items": C("- item with words\n"),
    "items one by one": C("- item one\n\n"),
    "numbers": C("¤. item\n"),
    "tasks": C("- [ ] do [[n]] x\n"),
    "items in items": Deep("  ", "- item\n"),
    "items in items with links": Deep("  ", "- item [[n|l]]\n"),
    "items far indented": C(" " * 2_000 + "- item\n"),
    "items in one line": C("- "),
    "an item over lines": C("more [[n|l]] words here\n", "- item\n"),
    "quotes": C("> quoted [[n|l]] words\n"),
    "quotes and text": C("> a ` b\n\nc\n\n"),
    "quotes in quotes": Deep(">", " x\n"),
    "quotes in one line": C("> "),
    "a quote over lines": C("b ` c\n", "> a\n"),
    "callouts": C("> [!note] Title [[n]]\n> text\n\n"),
    "callouts in callouts": Deep("> ", "[!note] T\n"),
    # headings
    "headings": C("## Head ¤\n\nText here.\n\n"),
    "headings alone": C("# a\n"),
    "headings with ids": C("## Head {#h¤}\n\nSee [[#h¤]] now.\n\n"),
    "headings of one title with ids": C("## H {#h¤}\n\nSee [[#H]].\n\n"),
    "headings with tags": C("## `a` <B c={¤} /> \\[d&lt;\n"),
    "attribute lists": C("Text {: #a¤ }\n\n{: #b }\n", "", "\n[[#none]]\n"),
    "attribute lists never closed": C("{: #a ", "## H ", "\n[[#none]]\n"),
    # sites
    "imports": C("import A from 'a'\n\n"),
    "imports never closed": C("import {a\n\n"),
    "exports never closed": C("export const a = {\n\n"),
    "scripts": C("<script>\nx = [[1]]\n</script>\n\n"),
    "scripts never closed": C("<script>\n\n"),
    "components": C('<A b={{c: [[1]]}} d="e" />\n\n'),
    "components never closed": C('<A b="c" '),
    "containers": C("::: note\ntext\n:::\n\n"),
    "containers never closed": C("::: note\ntext\n\n"),
    "admonitions in admonitions": Deep("    ", "!!! note\n"),
    "templates never closed": C("{% a {{< b "),
    "badges": C("[![a](b.svg)](https://c)\n"),
    "addresses on a site": C("See [a](/docs/n¤) and [b](x¤.html).\n"),
    "headings of all levels": C("# a\n\nx\n\n## b\n\nx\n\n### c\n\nx\n\n#### d\n\nx\n\n"),
    "headings underlined": C("Title ¤\n===\n\ntext\n\n"),
    "underlines": C("---\n"),
    "hashes": C("#"),
    "headings that are links": C("# [[n|l]] head\n\n"),
    "a long heading": C("word ", "# "),
    # code, comments, math, HTML
    "fences": C("```py\ncode [[n]]\n```\n\n"),
    "a long fence": C("code line [[n]]\n", "```\n", "```\n"),
    "a fence never closed": C("code line\n", "```\n"),
    "fences in fences": C("```\n````\n"),
    "tildes": C("~~~ x\n"),
    "fences in items": C("- ```\n  x\n  ```\n"),
    "fences in items never closed": C("- ```\n\nx\n\n"),
    "fences in quotes": C("> ```\n> x\n> ```\n"),
    "fences in quotes never closed": C("> ```\n\n"),
    "code": C("a `b` c\n"),
    "code never closed": C("a ` b\n\n"),
    "backticks": C("`"),
    "indented code": C("text\n\n    code [[n]]\n\n"),
    "long indented code": C("    code [[n]] `x\n", "text\n\n"),
    "indented code in items": C("- item\n\n      code [[n]]\n"),
    "indented text in items": C("- item\n\n    text [[n]] `x`\n\n"),
    "indented text in items in items": Deep("  ", "- item\n\n"),
    "indented code in quotes": C("> text\n>\n>     code [[n]]\n"),
    "indented fences": C("- item\n\n  ```\n  x\n  ```\n\n      code\n\n"),
    "pairs of backticks": C("` `` "),
    "math": C("a $x_1$ b\n\n$$\nx\n$$\n\n"),
    "dollars": C("$ "),
    "HTML comments": C("<!-- c [[n]] -->\n\n"),
    "HTML comments never closed": C("a <!-- c\n"),
    "HTML comments in one line": C("<!-->"),
    "comments": C("%% c %%\n"),
    "comments never closed": C("%% c\n\n"),
    "percent signs": C("%%"),
    "HTML tags": C("<b>x</b> <i>\n"),
    "hidden elements": C("<i hidden>x</i> <b style='color:#fff'>y [[n]]</b>\n"),
    "hidden elements never closed": C("<p hidden> [[n]]\n"),
    "HTML links never closed": C('<a href="x"> '),
    "less-than signs": C("<"),
    # inline
    "emphasis": C("*a* **b** "),
    "emphasis never closed": C("*a "),
    "stars": C("*"),
    "underscores": C("_"),
    "block ids": C("Text here ^b¤\n\n"),
    "carets": C("^"),
    "tags": C("#tag¤ word\n"),
    "tags in one line": C("#a "),
    "tags in tags": C("/b", "#a"),
    "a long line": C("word "),
    "a long word": C("w"),
    "sentences in one line": C("This is one. "),
    "no sentence": C("this is one\n"),
    "paragraphs": C("This is one.\n\n"),
    "stops": C("."),
    "quotes behind a stop": C('"', "x."),
    "blanks": C(" "),
    "line ends": C("\n"),
    "no line end at the end": C("word\n", "", "end"),
    "backslashes": C("\\"),
    "addresses": C("see https://e.org/a?c=d and www.e.org or a@b.org\n"),
    "beginnings of addresses": C("http://"),
    "at signs": C("a@"),
    "bars": C("|"),
    "Windows line ends": C("word\r\n"),
    "NULs": C("a\0"),
    "marks on a letter": C("\u0301", "# a"),
    "emoji": C("🎉 "),
    "names of nodes": C("the named node is here. "),
    # headers
    "header keys": C("k¤: v\n", "---\n", "---\ntext\n"),
    "one header key": C("k: v\n", "---\n", "---\ntext\n"),
    "header lists": C("  - t¤\n", "---\ntags:\n", "---\ntext\n"),
    "header lists in brackets": C("t¤, ", "---\ntags: [", "t]\n---\ntext\n"),
    "aliases": C("  - al¤\n", "---\naliases:\n", "---\ntext\n"),
    "header links": C('  - "[[n]]"\n', "---\nup:\n", "---\ntext\n"),
    "header names": C("  - n\n", "---\nrelated:\n", "---\ntext\n"),
    "header names in brackets": C("n, ", "---\nrelated: [", "n]\n---\ntext\n"),
    "header names in mappings": C("  - {resource: n}\n", "---\nsources:\n", "---\ntext\n"),
    # Long comments keep the number of values below the bound of a header.
    "header link fields": C(f"Related: n  # {'word ' * 12}\nsee_also: n\n", "---\n", "---\ntext\n"),
    "header links in one line": C("[[n]] ", '---\nup: "', '"\n---\ntext\n'),
    "header links in brackets": C("[[n]], ", "---\nup: [", "]\n---\ntext\n"),
    "a long value": C("word ", "---\ndescription: ", "\n---\ntext\n"),
    "a long title": C("word ", "---\ntitle: ", "\n---\ntext\n"),
    "a value over lines": C("  words here\n", "---\ndescription: |\n", "---\ntext\n"),
    "broken header keys": C("k¤: a: b\n", "---\n", "---\ntext\n"),
    "broken header lists": C("a: [\n", "---\n", "---\ntext\n"),
    "header lists behind tabs": C("\t- item¤\n", "---\ntags:\n", "---\ntext\n"),
    "header lists of aliases": C("  - *t¤\n", "---\ntags:\n", "---\ntext\n"),
    "header keys of aliases": C("k¤: *a\n", "---\n", "---\ntext\n"),
    "a header never closed": C("a: b\n", "---\n"),
    "a second header": C("b: 2\n", "---\na: 1\n---\n"),
    "TOML": C("k¤ = 1\n", "+++\n", "+++\ntext\n"),
    "TOML tables": C("[k¤]\na = 1\n", "+++\n", "+++\ntext\n"),
    "JSON": C('"k¤": 1,\n', "{\n", '"z": 1\n}\ntext\n'),
    # Logseq
    "properties of a page": C("k¤:: [[n]]\n", logseq=True),
    "one property of a page": C("tags:: a, [[n]]\n", logseq=True),
    "properties of an item": C("  k¤:: v\n", "- a:: b\n", logseq=True),
    "a long property": C("[[n]], #[[n]], ", "tags:: ", "\n", logseq=True),
    "blocks": C(f"- text\n  id:: {_UUID}\n- see (({_UUID}))\n", logseq=True),
    "blocks in one line": C(f"[w](({_UUID})) (({_UUID})) ", logseq=True),
    "links with words": C("- see [word]([[n]]) and [w](((x)))\n", logseq=True),
    "links with words in one line": C("[w]([[n]]) ", logseq=True),
    "links without their words": C("]([[n]]) ", logseq=True),
    "macros": C("- {{query [[n]]}} {{embed [[n]]}} {{cloze word}}\n", logseq=True),
    "macros in one line": C("{{query [[n]]}} ", logseq=True),
    "macros never closed": C("{{query [[n]] ", logseq=True),
    "braces": C("{", logseq=True),
    "queries": C("- #+BEGIN_QUERY\n  [[n]]\n  #+END_QUERY\n", logseq=True),
    "queries never closed": C("#+BEGIN_QUERY\n", logseq=True),
    "days": C("- [[Dec 1st, 2025]] and [[2025-12-02]]\n", logseq=True),
    "colons": C("a::", logseq=True),
}


def operations(folder: Path, text: str) -> Iterator[tuple[str, Callable[[], object]]]:
    """The operations on the file `x.md`, by name, in the order in which they must run."""
    dialect = DIALECTS["logseq"] if (folder / CONFIG).exists() else OBSIDIAN
    yield "parse", lambda: parse(text, "x.md", dialect)
    loaded: list[SkillGraph] = []
    yield "SkillGraph.load", lambda: loaded.append(SkillGraph.load(folder))
    graph = loaded[0]

    def tools(per_call: int = 4_000) -> Toolset:
        return Toolset(graph, Budget(10**9, per_call))

    yield "search index", lambda: SearchIndex.of(graph)
    yield "list_index(query)", lambda: tools().list_index(query="word item")
    yield "list_index(map)", lambda: tools().list_index(map="x")
    yield "read_summary", lambda: tools().read_summary(["x", "n"])
    yield "read_summary(query)", lambda: tools().read_summary("x", "word item")
    yield "read_node", lambda: tools().read_node("x")
    yield "read_node, all", lambda: tools(10**9).read_node("x")
    yield "read_node, embedded", lambda: tools(10**9).read_node("a")
    yield "read_node(section)", lambda: _sections(graph, tools())
    yield "check", lambda: list(map(str, ordered((*graph.diagnostics, *findings(graph)))))
    yield "health", lambda: health(graph)
    yield "weave", lambda: weave.proposals(graph)
    yield "rename a target", lambda: rename(graph, "n", "renamed")
    yield "rename the file", lambda: rename(graph, "x", "below/renamed")
    yield "split", lambda: split(graph, "x")


def _sections(graph: SkillGraph, tools: Toolset) -> None:
    document = graph.nodes["x"].document
    for heading in (*document.headings[:1], *document.headings[-1:]):
        tools.read_node("x", section=heading.title)
    for block in list(document.blocks)[-1:]:
        tools.read_node("x", section=f"^{block}")
    tools.read_node("x", section="no such section")


def seconds(text: str, *, logseq: bool = False) -> dict[str, float]:
    """Measure every operation on a file.

    Args:
        text: text of the file.
        logseq: whether the file is in a Logseq graph.

    Returns:
        Operation → seconds of processor time.
    """
    times: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path, content in _files(text).items():
            (folder / path).write_bytes(content.encode("utf-8"))
        if logseq:
            (folder / CONFIG).parent.mkdir()
            (folder / CONFIG).write_text("{:file/name-format :triple-lowbar}")
        # Otherwise, garbage of earlier operations would be collected during a measurement.
        gc.collect()
        gc.disable()
        try:
            for operation, run in operations(folder, text):
                started = time.process_time()
                # An operation may also refuse the file; that must not take long, either.
                with suppress(SkillAgentError):
                    run()
                times[operation] = time.process_time() - started
        finally:
            gc.enable()
    return times


def _files(text: str) -> dict[str, str]:
    return {
        "index.md": "---\ntype: map\n---\n# Index\n\n- [[x]] one\n- [[n]] two\n- [[a]] three\n",
        "x.md": text,
        "n.md": "---\ndescription: About n\n---\nThe text of n, see [[x]].\n",
        "a.md": "---\ntitle: named node\n---\nA text. ![[x]]\n",
    }


def exponents(construct: Construct | Deep | Twice, size: int, tries: int) -> dict[str, float]:
    """Measure the growth of every operation.

    Args:
        construct: the content of the file.
        size: length of the smaller file in characters.
        tries: number of measurements while an operation seems to grow too fast; the shortest
            times are used.

    Returns:
        Operation → exponent of its growth; without operations faster than `FLOOR`.
    """

    def measured(times: int) -> dict[str, float]:
        return seconds(construct.text(times * size), logseq=construct.logseq)

    small, large = measured(1), measured(FACTOR)
    for _ in range(tries - 1):
        if max(_exponents(small, large).values(), default=1.0) < 1.2:
            break
        small, large = _least(small, measured(1)), _least(large, measured(FACTOR))
    return _exponents(small, large)


def _least(first: dict[str, float], second: dict[str, float]) -> dict[str, float]:
    return {name: min(value, second[name]) for name, value in first.items()}


def _exponents(small: dict[str, float], large: dict[str, float]) -> dict[str, float]:
    return {
        name: math.log(value / max(small[name], 1e-6)) / math.log(FACTOR)
        for name, value in large.items()
        if value >= FLOOR
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("construct", nargs="?", default="", help="part of a construct's name")
    parser.add_argument("--kilobytes", type=int, default=KILOBYTES, help="size of the smaller file")
    parser.add_argument(
        "--all", action="store_true", help="every operation, not only the one that grows fastest"
    )
    arguments = parser.parse_args()
    for name, construct in CONSTRUCTS.items():
        if arguments.construct in name:
            growth = exponents(construct, arguments.kilobytes * 1_000, 1)
            ranked = sorted(growth.items(), key=lambda pair: -pair[1])
            shown = ranked if arguments.all else ranked[:1]
            cells = "; ".join(f"{operation} {exponent:.2f}" for operation, exponent in shown)
            print(f"{name:32}", cells, flush=True)


if __name__ == "__main__":
    main()
