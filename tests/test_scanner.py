"""Links are found wherever they are text and nowhere else, at a cost that grows with the text."""

import gc
import time
from collections.abc import Callable
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from skillagent.markdown import DIALECTS, OBSIDIAN, LinkKind
from skillagent.markdown.document import parse


def targets(text: str, dialect: str = "obsidian") -> list[str]:
    return [
        link.target
        for link in parse(text, "x.md", DIALECTS[dialect]).references
        if link.kind is not LinkKind.COMMENT
    ]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("`[[a]]`", id="48-span"),
        pytest.param("`` [[a]] ` ``", id="48-span-of-two"),
        pytest.param("``` [[a]] `` ` ```", id="48-span-of-three-in-a-line"),
        pytest.param("x `one\n[[a]] two` y", id="48-span-over-a-line-end"),
        pytest.param("`\\` and `[[a]]`", id="48-no-escapes-in-a-span"),
        pytest.param("```\n[[a]]\n```", id="49-backticks"),
        pytest.param("~~~\n[[a]]\n~~~", id="49-tildes"),
        pytest.param("``` py title=x\n[[a]]\n```", id="49-info"),
        pytest.param("~~~ a`b\n[[a]]\n~~~", id="49-backtick-in-the-info-of-tildes"),
        pytest.param("````\n```\n[[a]]\n```\n````", id="49-longer-round-shorter"),
        pytest.param("```\n[[a]]\n~~~\n[[a]]\n```", id="49-tildes-inside-backticks"),
        pytest.param("~~~\n```\n[[a]]\n```\n~~~", id="49-backticks-inside-tildes"),
        pytest.param("   ```\n   [[a]]\n   ```", id="49-indented-by-three"),
        pytest.param("- ```\n  [[a]]\n  ```", id="49-in-a-list"),
        pytest.param("- item\n\n  ```\n  [[a]]\n  ```", id="49-in-a-list-after-text"),
        pytest.param("10. ```\n    [[a]]\n    ```", id="49-in-an-ordered-list"),
        pytest.param("> ```\n> [[a]]\n> ```", id="49-in-a-quote"),
        pytest.param("> > ~~~\n> > [[a]]\n> > ~~~", id="49-in-a-quote-in-a-quote"),
        pytest.param("> - ```\n>   [[a]]\n>   ```", id="49-in-a-list-in-a-quote"),
        pytest.param("text\n```\n[[a]]\n```", id="49-right-below-text"),
        pytest.param("```\n\n[[a]]\n\n`\n```", id="49-blank-lines-inside"),
        pytest.param("```\n[[a]]\n``` x\n[[a]]\n```", id="49-a-closing-fence-has-no-info"),
        pytest.param("```\n[[a]]\n\n[[a]]\n", id="50-unclosed"),
        pytest.param("~~~~\n[[a]]\n~~~\n[[a]]", id="50-closed-by-too-short-a-fence"),
        pytest.param("text\n\n    [[a]]", id="51-indented"),
        pytest.param("    [[a]]", id="51-in-the-first-line"),
        pytest.param("text\n\n\t[[a]]", id="51-behind-a-tab"),
        pytest.param("text\n \n     [[a]]\n\n\n    [[a]]", id="51-with-empty-lines-inside"),
        pytest.param("# head\n    [[a]]", id="51-below-a-heading"),
        pytest.param("- item\n\n      [[a]]", id="51-in-an-item"),
        pytest.param("- item\n\ntext\n\n    [[a]]", id="51-behind-a-list"),
        pytest.param("> text\n>\n>     [[a]]", id="51-in-a-quote"),
        pytest.param("text\n\n    ```\n    [[a]]\n    ```", id="51-a-fence-inside"),
        pytest.param("text\n\n    [a](b.md) ![[a]]", id="51-other-kinds-of-links"),
        pytest.param("<!-- [[a]] -->", id="52-comment"),
        pytest.param("x <!-- one\n\n[[a]] ``` -- two --> y", id="52-comment-over-lines"),
        pytest.param("<!--\n[[a]]\n", id="52-unclosed-comment-block"),
        pytest.param("\\[\\[a\\]\\]", id="55-all-escaped"),
        pytest.param("\\[[a]]", id="55-escaped"),
        pytest.param("\\\\\\[[a]]", id="55-escaped-after-a-backslash"),
    ],
)
def test_code_comments_and_escapes_hold_no_links(text: str) -> None:
    assert targets(text) == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("`` ` [[a]]", id="48-runs-of-other-lengths"),
        pytest.param("`one\n\n[[a]] two`", id="48-a-span-ends-with-its-paragraph"),
        pytest.param("\\`[[a]]`", id="48-an-escaped-backtick-opens-nothing"),
        pytest.param("`x`[[a]]`y`", id="48-between-spans"),
        pytest.param("```x``` [[a]]", id="48-three-backticks-in-a-line-are-a-span"),
        pytest.param("```\nx\n```\n[[a]]", id="49-behind-a-fence"),
        pytest.param("```\nx\n`````\n[[a]]", id="49-closed-by-a-longer-fence"),
        pytest.param("```\nx\n``` \t\n[[a]]", id="49-blanks-behind-the-closing-fence"),
        pytest.param("> ```\n> x\n\n[[a]]", id="49-a-quote-ends-its-fence"),
        pytest.param("> ```\n> x\n[[a]]", id="49-a-fence-has-no-lazy-lines"),
        pytest.param("word ``` x\n[[a]]", id="49-backticks-behind-text-are-no-fence"),
        pytest.param("``\n[[a]]\n", id="49-two-backticks-are-no-fence"),
        pytest.param("text\n    [[a]]", id="51-a-paragraph-goes-on"),
        pytest.param("- item\n\n    [[a]]", id="51-an-item-goes-on"),
        pytest.param("1. item\n\n    text\n\n    [[a]]", id="51-a-numbered-item-goes-on"),
        pytest.param("- item\n\n\t[[a]]", id="51-an-item-goes-on-behind-a-tab"),
        pytest.param("- a\n  - b\n\n    [[a]]", id="51-an-item-in-an-item-goes-on"),
        pytest.param("-     [[a]]", id="51-a-wide-gap-behind-the-mark-of-an-item"),
        pytest.param("x[^1]\n\n[^1]: word\n\n    [[a]]", id="51-a-footnote-goes-on"),
        pytest.param("!!! note\n\n    [[a]]", id="51-an-admonition"),
        pytest.param('=== "Tab"\n\n    [[a]]', id="51-a-tab-of-mkdocs"),
        pytest.param("term\n\n:   word\n\n    [[a]]", id="51-a-definition-goes-on"),
        pytest.param("<div>\n    [[a]]\n</div>", id="51-html"),
        pytest.param("a\n\n    code `\n\n[[a]] `", id="51-a-backtick-in-code-opens-nothing"),
        pytest.param("<!-- x --> [[a]] <!-- y -->", id="52-between-comments"),
        pytest.param("<!-- ``` -->\n[[a]]\n```", id="52-a-fence-in-a-comment"),
        pytest.param("`<!--` [[a]] `-->`", id="52-comment-marks-in-code"),
        pytest.param("%% x %% [[a]] %% y %%", id="53-between-comments"),
        pytest.param("100%% [[a]]", id="53-a-single-mark"),
        pytest.param("`%%` [[a]] `%%`", id="53-marks-in-code"),
        pytest.param("$[[a]]$", id="54-math-is-text"),
        pytest.param("$$ [[a]] $$", id="54-display-math-is-text"),
        pytest.param("\\\\[[a]]", id="55-an-escaped-backslash"),
        pytest.param("- [[a]]", id="59-item"),
        pytest.param("- [ ] [[a]]", id="59-task"),
        pytest.param("1. [[a]]", id="59-ordered"),
        pytest.param("# [[a]]", id="59-heading"),
        pytest.param("**[[a]]**", id="59-bold"),
        pytest.param("_see [[a]]_", id="59-emphasis"),
        pytest.param("> > [[a]]", id="59-quote"),
        pytest.param("x[^1]\n\n[^1]: [[a]]", id="59-footnote"),
        pytest.param("#[[a]]", id="64-hash-before"),
        pytest.param("[[a]]#", id="64-hash-behind"),
        pytest.param("([[a]]).", id="64-in-brackets"),
        pytest.param("[[a]](other.md)", id="63-wikilink-wins"),
    ],
)
def test_everything_else_is_text_and_its_link_counts(text: str) -> None:
    assert targets(text) == ["a"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("- a ` key\n- [[a]]\n- the ` key", id="a-span-ends-with-its-item"),
        pytest.param("# a ` key\n[[a]] ` key", id="a-span-ends-with-its-heading"),
        pytest.param("> a ` key\n\n> [[a]] ` key", id="a-span-ends-with-its-quote"),
        pytest.param("- ```\n  x\n\n[[a]]", id="a-fence-ends-with-its-item"),
        pytest.param("text <!-- [[a]]", id="a-comment-inside-a-line-must-be-closed"),
        pytest.param("<!--> [[a]]", id="the-shortest-comment"),
        pytest.param("```\n> ```\n[[no]]\n```\n[[a]]", id="a-quoted-line-closes-no-fence-outside"),
        pytest.param("a ` b\n```\n[[no]] `\n```\n[[a]]", id="a-fence-ends-the-span-before-it"),
    ],
)
def test_code_ends_with_its_block(text: str) -> None:
    assert targets(text) == ["a"]


def test_a_fence_is_not_closed_by_indented_backticks() -> None:
    assert targets("```\n[[no]]\n     ```\n[[no]]\n```\n[[a]]") == ["a"]


def test_a_footnote_is_no_link_and_its_text_is_read_once() -> None:
    assert targets("x[^1] y\n\n[^1]: word\n[^2]: [[a]]") == ["a"]


def test_a_definition_in_code_defines_nothing() -> None:
    assert targets("```\n[r]: a.md\n```\n\n[r] and [x][r]") == []


@pytest.mark.parametrize("text", ["%%[[a]]%%", "%%\none\n\n[[a]]\n%%"], ids=["inline", "block"])
def test_53_a_link_in_a_comment_is_kept_as_one(text: str) -> None:
    (link,) = parse(text, "x.md").references
    assert (link.kind, link.target) == (LinkKind.COMMENT, "a")


@pytest.mark.parametrize("text", ["$[[a]]$", "$$ [[a]] $$", "x $y\n[[a]]$"])
def test_54_math_holds_no_links_where_the_dialect_says_so(text: str) -> None:
    math = OBSIDIAN.__class__("own", math=True)
    assert parse(text, "x.md", math).references == ()
    assert [link.target for link in parse(f"5$ {text[0]} [[a]]", "x.md").references] == ["a"]


@pytest.mark.parametrize(
    ("text", "label", "bare"),
    [
        pytest.param("| [[a\\|lbl]] |", "lbl", False, id="56-escaped-pipe"),
        pytest.param("| [[a|lbl]] |", "lbl", True, id="57-bare-pipe"),
        pytest.param("> | x | [[a|lbl]] |", "lbl", True, id="57-in-a-quote"),
        pytest.param("| [[a]] |", "", False, id="no-label"),
        pytest.param("x [[a|lbl]] y", "lbl", False, id="5-no-table"),
    ],
)
def test_a_pipe_in_a_table_cell_belongs_to_its_link(text: str, label: str, bare: bool) -> None:
    document = parse(text, "x.md")
    (link,) = document.references
    assert (link.target, link.label, link.bare_pipe) == ("a", label, bare)
    assert [found.code for found in document.diagnostics] == ["SG025"] * bare


def test_59_neighbours_and_crlf_are_both_read() -> None:
    links = parse(b"[[a]][[b]]\r\n\r\n[[c]]\r\n", "x.md").references
    assert [(link.target, link.line) for link in links] == [("a", 1), ("b", 1), ("c", 3)]


def test_a_place_is_that_of_the_whole_link() -> None:
    text = "---\nk: v\n---\nx ![[a|b]] [c](d.md) [[e#f]]\n"
    found = [text[link.start : link.end] for link in parse(text, "x.md").references]
    assert found == ["![[a|b]]", "[c](d.md)", "[[e#f]]"]


class Expected(NamedTuple):
    """A link that a generated block holds: its kind, its target, its line in the block."""

    kind: LinkKind
    target: str
    line: int


class Block(NamedTuple):
    """Lines of a document with the links that must be found in them."""

    lines: list[str]
    links: list[Expected]


NAMES = st.sampled_from(
    ["a", "Two words", "dir/x", "v2.0", "日本語", "[p] q", "100% sure", "a-b_c"]
)
WORDS = st.sampled_from(
    r"""
    word e.g. *em* **b** (x) [y] \[[no]] [[ ]] $5 #tag <b> \` [[]] [[|x]] [[a 50% &amp; ! é
    https://e.org/[[
    """.split()
)
BARE = st.lists(WORDS.filter(lambda word: "[[" not in word and "]]" not in word), max_size=4)
LINKS = st.one_of(
    NAMES.map(lambda name: (f"[[{name}]]", LinkKind.WIKILINK, name)),
    NAMES.map(lambda name: (f"[[ {name}#Part |a label]]", LinkKind.WIKILINK, name)),
    NAMES.map(lambda name: (f"![[{name}]]", LinkKind.EMBED, name)),
    st.sampled_from("ab").map(lambda name: (f"[t]({name}.md)", LinkKind.MARKDOWN, f"{name}.md")),
    st.sampled_from("ab").map(lambda name: (f"`` ` [[{name}]] ``", None, "")),
    st.sampled_from("ab").map(lambda name: (f"`[[{name}]]`", None, "")),
    st.sampled_from("ab").map(lambda name: (f"<!-- [[{name}]] -->", None, "")),
    st.sampled_from("ab").map(lambda name: (f"%% [[{name}]] %%", LinkKind.COMMENT, name)),
)
PREFIXES = st.sampled_from(["", "", "- ", "  * ", "12. ", "- [x] ", "> ", "> > ", "# ", "###### "])


@st.composite
def text_lines(draw: st.DrawFn) -> Block:
    """Prose, items, quotes and headings, with links among odd words."""
    prefix = draw(PREFIXES)
    lines, links = [], []
    for number in range(draw(st.integers(1, 3))):
        words = draw(BARE)
        for text, kind, target in draw(st.lists(LINKS, max_size=3)):
            words += [text, *draw(BARE)]
            if kind:
                links.append(Expected(kind, target, number))
        lines.append(prefix + " ".join(["x", *words]))
    return Block(lines, links)


@st.composite
def odd_words(draw: st.DrawFn) -> Block:
    """One word that is nearly a link, in each paragraph."""
    return Block([f"x {draw(WORDS)} y"], [])


@st.composite
def tables(draw: st.DrawFn) -> Block:
    names = draw(st.lists(NAMES, min_size=1, max_size=3))
    pipe = draw(st.sampled_from(["\\|", "|"]))
    rows = [f"| [[{name}{pipe}label]] | `[[no]]` |" for name in names]
    links = [Expected(LinkKind.WIKILINK, name, line) for line, name in enumerate(names, start=2)]
    return Block(["| a | b |", "| --- | --- |", *rows], links)


@st.composite
def fences(draw: st.DrawFn) -> Block:
    """A fence round what must not be read, in a quote or an item, with something behind it."""
    char = draw(st.sampled_from("`~"))
    size = draw(st.integers(3, 6))
    other = "~" if char == "`" else "`"
    inside = ["[[no]]", "", "# [[no]]", "%% [[no]]", "<!--", "`", other * 4, char * (size - 1)]
    content = draw(st.lists(st.sampled_from(inside), max_size=4))
    first, rest = draw(st.sampled_from([("", ""), ("> ", "> "), ("- ", "  "), ("1. ", "   ")]))
    closing = char * (size + draw(st.integers(0, 2)))
    info = draw(st.sampled_from(["", "py", " py x=1"]))
    body = [rest + line for line in [*content, closing, "[[a]]"]]
    return Block(
        [first + char * size + info, *body], [Expected(LinkKind.WIKILINK, "a", len(content) + 2)]
    )


COMMENTS = st.sampled_from(
    [
        Block(["<!--", "[[no]]", "", "``` %%", "-->", "[[a]]"], [
            Expected(LinkKind.WIKILINK, "a", 5),
        ]),
        Block(["%%", "[[a]]", "", "x", "%%", "[[b]]"], [
            Expected(LinkKind.COMMENT, "a", 1),
            Expected(LinkKind.WIKILINK, "b", 5),
        ]),
    ]
)  # fmt: skip
BLOCKS = st.one_of(text_lines(), odd_words(), tables(), fences(), COMMENTS)
HEADERS = st.sampled_from([[], ["---", "k: v", "---"], ["---", "tags: [a]", "", "---"]])


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(HEADERS, st.lists(BLOCKS, max_size=6), st.booleans())
def test_exactly_the_links_written_are_found_each_on_its_line(
    header: list[str], blocks: list[Block], unclosed: bool
) -> None:
    lines, expected = [*header], []
    for block in blocks:
        expected += [link._replace(line=link.line + len(lines) + 1) for link in block.links]
        lines += [*block.lines, ""]
    if unclosed:
        lines += ["~~~", "[[no]]", "", "[[no]]"]
    document = parse("\n".join(lines), "x.md")
    assert [Expected(*link[:2], link.line) for link in document.references] == expected


ORACLE = MarkdownIt("commonmark")
SPAN_TOKENS = st.sampled_from(["`", "``", "```", "````", "\\`", "\\\\", "[[0]]", "word", " ", "\n"])
FENCES = ["```", "````", "~~~", "~~~~ x", "``` x", "   ```", "> ```", "> ~~~", "``"]
LINE_TOKENS = st.sampled_from([*FENCES, "[[0]]", "> [[0]]", "`[[0]]`", "a ` [[0]]", "word", ""])


def numbered(tokens: list[str]) -> list[str]:
    return [token.replace("0", str(number)) for number, token in enumerate(tokens)]


def links_in_text(text: str) -> list[str]:
    """The wikilinks that a CommonMark parser leaves in text, by its own idea of code."""
    inline = [child for token in ORACLE.parse(text) for child in token.children or ()]
    shown = "\n".join(child.content for child in inline if child.type == "text")
    return [part.partition("]]")[0] for part in shown.split("[[")[1:]]


@given(st.lists(SPAN_TOKENS, max_size=16))
def test_code_spans_are_those_of_commonmark(tokens: list[str]) -> None:
    text = "".join(numbered(tokens))
    # A word first: no line opens a fence, and none is indented code.
    text = "\n".join(line.strip(" ") and f"w {line}" for line in text.split("\n"))
    assert targets(text) == links_in_text(text)


@given(st.lists(LINE_TOKENS, max_size=10))
def test_fences_are_those_of_commonmark(tokens: list[str]) -> None:
    text = "\n".join(numbered(tokens))
    assert targets(text) == links_in_text(text)


INDENTED = [
    "    [[0]]", "     [[0]]", "  [[0]]", "\t[[0]]", "        [[0]]", "\t\t[[0]]", "      [[0]]",
    "[[0]]", "word", "- [[0]]", "   - [[0]]", "    - [[0]]", "- - [[0]]", "-", "- # x", "1. [[0]]",
    "2. [[0]]", "10. [[0]]", "1)\t[[0]]", "> [[0]]", ">", ">     [[0]]", ">\t\t[[0]]", "> - [[0]]",
    "- > [[0]]", "# [[0]]", "***", "* * *", "---", "===", "", "  ", "```",
]  # fmt: skip


@settings(max_examples=300)
@given(st.lists(st.sampled_from(INDENTED), max_size=12))
def test_indented_code_is_that_of_commonmark(tokens: list[str]) -> None:
    text = "\n" + "\n".join(numbered(tokens))
    assert targets(text) == links_in_text(text)


def backtick_runs(size: int) -> str:
    """Runs of distinct lengths, of which none closes another."""
    return " ".join("`" * length for length in range(1, int((2 * size) ** 0.5)))


HOSTILE: dict[str, Callable[[int], str]] = {
    "open-links": lambda n: "[[" * n,
    "open-links-spaced": lambda n: "[[ " * n,
    "links-never-closed": lambda n: "[[a|" * n,
    "brackets": lambda n: "[" * n,
    "brackets-both": lambda n: "[" * n + "]" * n,
    "closing-brackets": lambda n: "]" * n,
    "one-bracket": lambda n: "[" + "a" * n,
    "escapes-in-brackets": lambda n: "[" + "\\a" * n,
    "images": lambda n: "![](" * n,
    "labels": lambda n: "[](" * n,
    "destinations": lambda n: "[a](<b" * n,
    "titles": lambda n: '[a](b "' * n,
    "parentheses": lambda n: "[a](" + "(b)" * n,
    "definitions": lambda n: "[a]: b\n[a]" * n,
    "footnotes": lambda n: "[^a]: " * n,
    "backtick-runs": backtick_runs,
    "backtick-pairs": lambda n: "` `` " * n,
    "backticks": lambda n: "`" * n,
    "code-in-code": lambda n: "    [[a]]\n\n" * n,
    "far-lines-in-items": lambda n: "- a\n\n    b\n" * n,
    "tildes": lambda n: "~~~ x\n" * n,
    "fences": lambda n: "```\n````\n" * n,
    "fences-in-quotes": lambda n: "> ```\n" * n,
    "comments": lambda n: "%%" * n,
    "html-comments": lambda n: "<!--" * n,
    "html-comments-closed": lambda n: "<!-- -->" * n,
    "quotes": lambda n: "> " * n,
    "quoted-lines": lambda n: "> x\n" * n,
    "hashes": lambda n: "#" * n,
    "headings": lambda n: "# a\n" * n,
    "deeper-headings": lambda n: "# a\n## b\n### c\n" * n,
    "closing-hashes": lambda n: "# " + "# " * n,
    "setext": lambda n: "a\n-\nb\n--\n" * n,
    "underlines": lambda n: "--\n" * n,
    "backslashes": lambda n: "\\" * n,
    "backslashes-before-a-link": lambda n: "\\" * n + "[[a]]",
    "dollars": lambda n: "$" * n,
    "emphasis": lambda n: "*a " * n,
    "stars": lambda n: "*" * n,
    "items": lambda n: "- " * n,
    "blanks": lambda n: " " * n,
    "line-ends": lambda n: "\n" * n,
    "tags": lambda n: "#a" * n,
    "digits-as-tags": lambda n: "#" + "1" * n,
    "block-ids": lambda n: "^a " * n,
    "pipes": lambda n: "|" * n,
    "links-in-one-row": lambda n: "| " + "[[a|b]] " * n,
    "markdown-links-in-one-line": lambda n: "[a](b.md) " * n,
    "links-in-one-line": lambda n: "\\[[a]] [[b]] " * n,
    "header-never-closed": lambda n: "---\n" + "a: b\n" * n,
    "dots": lambda n: "---\n" + ".. \n" * n,
    "second-header": lambda n: "---\na: 1\n---\n" + "b: 2\n" * n,
}


def cost(text: str) -> float:
    """Seconds of the processor that reading the text takes."""
    # Collecting what other tests left behind would be counted as reading.
    gc.disable()
    try:
        begin = time.process_time()
        parse(text, "x.md")
        return time.process_time() - begin
    finally:
        gc.enable()


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_the_cost_grows_with_the_length_of_hostile_text(name: str) -> None:
    build, size = HOSTILE[name], 1_000
    while (small := min(cost(build(size)) for _ in range(3))) < 0.04 and size < 500_000:
        size *= 2
    # Four times the text costs 4 if linear, 16 if quadratic; what is instant may be noise.
    limit = max(12 * small, 0.05)
    large = build(4 * size)
    assert any(cost(large) < limit for _ in range(3)), f"{size} times: {small:.3f} s"
