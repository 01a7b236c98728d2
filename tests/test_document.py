"""What is read around the links: sentences, headings, block ids, tags, and the pieces of a body."""

import re
import string
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from skillagent.markdown import Document, LinkKind, inline, prose
from skillagent.markdown.blocks import PIECE_CHARS
from skillagent.markdown.description import DESCRIPTION_CHARS
from skillagent.markdown.document import parse
from skillagent.markdown.headings import heading_key
from skillagent.markdown.prose import CONTEXT_CHARS


def read(text: str) -> Document:
    return parse(text, "x.md")


def contexts(text: str) -> list[str]:
    document = read(text)
    return [document.words_around(link).context for link in document.references]


@pytest.mark.parametrize(
    ("text", "context"),
    [
        pytest.param("One. See [[a]] now. Three.", "See a now.", id="sentence"),
        pytest.param("See [[a|the label]] now.", "See the label now.", id="label"),
        pytest.param("[[a]] comes first. Two.", "a comes first.", id="link-first"),
        pytest.param("One. It is [[a]]. Two.", "It is a.", id="link-last"),
        pytest.param("Is it [[a]]? Yes!", "Is it a?", id="question"),
        pytest.param("One\nsees [[a]]\nhere. Two.", "One sees a here.", id="over-lines"),
        pytest.param("Above.\n\nSee [[a]] now\n\nBelow.", "See a now", id="paragraph-ends"),
        pytest.param("- one\n- See [[a]]. And more.\n- x", "See a. And more.", id="item-is-whole"),
        pytest.param("- [x] done [[a]]", "done a", id="task"),
        pytest.param("1. see [[a]]\n   and more\n2. x", "see a and more", id="item-of-two-lines"),
        pytest.param("Intro:\n- [[a]]\n", "a", id="item-below-text"),
        pytest.param("> Quoted [[a]] text. More.", "Quoted a text.", id="quote"),
        pytest.param("# Top\n## See [[a]]\nText.", "See a", id="heading"),
        pytest.param("| h | i |\n|---|---|\n| x | [[a]] |\n| no | no |", "x | a |", id="table-row"),
        pytest.param("Use **bold**, `code`, _it_ [[a]].", "Use bold, code, it a.", id="marks"),
        pytest.param("See [[a]] here. ^id", "See a here.", id="block-id"),
        pytest.param("A <!-- no --> [[a]] %% no %% b.", "A a b.", id="comments"),
        pytest.param("([[a]]), and [[b]]'s.", "(a), and b's.", id="no-blanks-are-put-in"),
        pytest.param("[[#Part]] of [[b#Head]].", "Part of b.", id="fragment"),
        pytest.param("The **[[a]]** rule", "The a rule", id="bold-link"),
        pytest.param("The *[[a]]* rule", "The a rule", id="link-in-emphasis"),
        pytest.param("The __[x](a.md)__, or _[[a]]_.", "The x, or a.", id="underscores"),
        pytest.param("The <b>[[a]]</b> rule", "The a rule", id="link-in-a-tag"),
        pytest.param("See [[a]][^1] now.\n\n[^1]: x", "See a now.", id="footnote-behind"),
        pytest.param("See [[a]] > [[b]].", "See a > b.", id="greater-than-behind"),
        pytest.param("(**[[a]]**)", "(a)", id="no-blank-in-bold"),
        pytest.param("日本。[[a]]語。終", "a語。", id="full-width-stop"),
    ],
)
def test_a_context_is_the_sentence_or_item_around_the_link(text: str, context: str) -> None:
    assert contexts(text)[0] == context


LINKS = [
    ("[one](x.md)", "one"),
    ("[one](x.md 'A title (1)')", "one"),
    ("[one](x.md (a title))", "one"),
    ("[one](<x y (1.md>)", "one"),
    ("[one](x_(1).md)", "one"),
    ("[one](x_(a_(1)).md)", "one"),
    ("[a [b] c](x.md)", "a [b] c"),
    ("[a [b [c]] d](x.md)", "a [b [c]] d"),
    ("[[1]](x.md)", "[1]"),
    ("[![alt words](i.png)](x.md)", "alt words"),
    ("[![alt](i.png) and *more*](x.md)", "alt and more"),
    ("[`a[0]` of __b__](x.md)", "a[0] of b"),
    ("[a \\[b\\]](x.md)", "a [b]"),
    ("[one][ref]", "one"),
    ("[ref][]", "ref"),
    ("[a [b]][ref]", "a [b]"),
    ("[one](x.md){ .md-button }", "one"),
    ('[one](x.md){: #id target="_blank" }', "one"),
    ("[Q&amp;A](x.md)", "Q&A"),
    ("[one<br>two](x.md)", "one two"),
]


@pytest.mark.parametrize(("link", "words"), LINKS, ids=[link for link, _ in LINKS])
def test_a_context_shows_the_words_of_a_link_and_not_where_it_leads(link: str, words: str) -> None:
    text = f"Before {link}, then [z](y.md).\n\n[ref]: x.md\n"
    assert set(contexts(text)) == {f"Before {words}, then z."}


def test_a_link_that_is_its_own_name_is_shown_without_brackets() -> None:
    assert contexts("Before [ref] after.\n\n[ref]: x.md\n") == ["Before ref after."]


def test_the_context_of_a_heading_leaves_out_its_id() -> None:
    assert contexts("## See [one](x.md) now {#id}\n\nText.") == ["See one now"]


def test_a_remark_is_a_description_where_nothing_else_is_said() -> None:
    assert read("# T\n\n:::info\nA remark. More.\n:::\n").description == "A remark."
    assert read("# T\n\n!!! note\n    A remark. More.\n\n- item\n").description == "A remark."
    assert read("# T\n\n<Note>\n\nA remark.\n\n</Note>\n").description == "A remark."


def test_a_description_keeps_what_is_code_and_what_looks_like_markup() -> None:
    text = "Use `__init__` and `[[a]]` with <name>, *never* `<T>` {% raw %}here &mdash; <b>now</b>."
    assert read(text).description == ("Use __init__ and [[a]] with <name>, never <T> here — now.")
    assert read("export this list as text. Two.").description == "export this list as text."
    assert read("import everything from there. Two.").description == "import everything from there."


def test_other_links_in_a_context_are_shown_as_their_labels() -> None:
    text = "See [[a]], [[b|the B]], ![[c]] and [a page](d.md) today."
    assert set(contexts(text)) == {"See a, the B, c and a page today."}


@pytest.mark.parametrize(
    "words", ["e.g.", "E.g.", "i.e.", "cf.", "vs.", "Dr.", "Mr.", "Fig.", "no."]
)
def test_an_abbreviation_ends_no_sentence(words: str) -> None:
    assert contexts(f"One. Take {words} [[a]] here. Three.") == [f"Take {words} a here."]
    assert read(f"Take {words} Bob here. Two.").description == f"Take {words} Bob here."


def test_a_long_sentence_is_cut_at_words_around_its_link() -> None:
    text = (
        "".join(f"before{n} " for n in range(80))
        + "[[a]]"
        + "".join(f" after{n}" for n in range(80))
    )
    (context,) = contexts(text)
    words = context.strip("…").split()
    assert (context[0], context[-1]) == ("…", "…")
    assert len(context) <= CONTEXT_CHARS
    assert {"a"} < set(words) < set(text.replace("[[a]]", "a").split())


@pytest.mark.parametrize(
    ("before", "after", "cut"),
    [("x " * 400, " end.", "…{} end."), ("Start ", " x" * 400, "Start {}…")],
    ids=["short-tail-is-kept", "short-head-is-kept"],
)
def test_a_long_sentence_is_cut_on_its_long_side_only(before: str, after: str, cut: str) -> None:
    (context,) = contexts(f"{before}[[a]]{after}")
    first, last = cut.split("{}")
    assert (context[: len(first)], context[-len(last) :]) == (first, last)
    assert CONTEXT_CHARS - 10 <= len(context) <= CONTEXT_CHARS


TEXTS = st.text("ab .*`é\n|-", max_size=400) | st.sampled_from(
    ["w" * 300, "word " * 99, "a. B " * 99]
)


@given(TEXTS, st.sampled_from(["a", "b" * 239, "c" * 240, "d " * 200]), TEXTS)
def test_a_context_is_one_line_within_its_limit(before: str, label: str, after: str) -> None:
    for context in contexts(f"{before}[[a|{label}]]{after}"):
        assert len(context) <= CONTEXT_CHARS
        assert context == " ".join(context.split())


MARKED = st.text("ab1 é!*_`<>&;%#[]()|\\{}^-\n\0\x01", max_size=12)


@given(MARKED, MARKED)
@example("", "")
@example("a", "**")
@example("<b>", "a")
@example("`a", "`")
def test_a_link_leads_if_nothing_is_shown_before_it(before: str, after: str) -> None:
    # One line, which is neither an item nor a quote, and in which no sentence ends.
    line = re.sub(r">|!(?!\[)", "", before.replace("\n", " ")).lstrip(" \0*+-|#1")
    document = read(f"{line}[[x]]{after}")
    for link in document.references[:1]:
        words = document.words_around(link)
        text = document.text if link.kind is LinkKind.COMMENT else document.uncommented
        assert words.leads == (inline.shown(text[: link.start]) == "")
        assert words.sentence[0] == 0


@given(MARKED)
@example("a  b")
@example(" \n")
def test_the_words_of_a_wikilink_are_what_is_shown_of_it(name: str) -> None:
    link = f"[[{name}]]"
    words = inline.shown(link)
    assert inline.link_words(link) == (words[1:-1].strip() if words[:1] == "[" else words)


def test_the_context_of_a_header_link_is_its_field() -> None:
    assert contexts('---\nup: "[[a]]"\nalso: "[[b|B]]"\n---\n') == ["up: a", "also: B"]


@pytest.mark.parametrize(
    "above",
    [
        pytest.param("", id="nothing"),
        pytest.param("# Heading\n", id="heading"),
        pytest.param("Title\n=====\n\n", id="setext-heading"),
        pytest.param("Title\n=====\n", id="setext-heading-right-above"),
        pytest.param("- item one.\n- two.\n\n", id="list"),
        pytest.param("- item one.\n  goes on.\n\n", id="list-over-lines"),
        pytest.param("1. one.\n2. two.\n\n", id="ordered-list"),
        pytest.param("> Quoted.\n\n", id="quote"),
        pytest.param("```\nx = 1. Y.\n\nz\n```\n", id="fence"),
        pytest.param("<div>\n\n", id="html"),
        pytest.param("<!-- Hidden. -->\n\n", id="comment"),
        pytest.param("<!--\nHidden.\n\nHidden.\n-->\n\n", id="comment-over-lines"),
        pytest.param("%% Hidden. %%\n\n", id="own-comment"),
        pytest.param("%%\nHidden.\n%%\n\n", id="own-comment-over-lines"),
        pytest.param("| a | b |\n|---|---|\n| x. | y. |\n\n", id="table"),
        pytest.param("![[pic.png]]\n\n", id="embed"),
        pytest.param("![alt](pic.png)\n\n", id="image"),
        pytest.param("[[Parent note]]\n\n", id="a-link-alone"),
        pytest.param("---\n\n***\n\n", id="rules"),
        pytest.param("[![CI](https://x/c.svg)](https://x/c) ![v](v.svg)\n\n", id="badges"),
        pytest.param("[![CI [x]](c.svg)](https://x/(c))\n[![v][v]][w]\n\n", id="odd-badges"),
        pytest.param("[Home](a.md) | [Docs](b.md)\n\n", id="links-alone"),
        pytest.param("[[1]](https://x/1) [2](https://x/2)\n\n", id="link-debris"),
        pytest.param("import A from 'a'\nimport {\n  b,\n} from \"b\";\n\n", id="imports"),
        pytest.param("export const a = {\n  b: 1,\n\n  c: [2],\n};\n\n", id="export"),
        pytest.param(
            "<script setup>\nimport A from 'a'\n\nconst b = 1\n</script>\n\n", id="script"
        ),
        pytest.param("<style>\n.a { b: c }\n\n.d { e: f }\n</style>\n\n", id="style"),
        pytest.param("<div>\nText in HTML.\n</div>\n\n", id="html-block"),
        pytest.param('<span class="badge">New</span>\n\n', id="label"),
        pytest.param("<Tabs\n  a={1}\n>\n\n", id="component"),
        pytest.param("{/* A comment. */}\n\n", id="comment-of-mdx"),
        pytest.param(":::info Read this\nA remark.\n\nMore.\n:::\n\n", id="container"),
        pytest.param(":::: a\n::: b\nA remark.\n:::\nMore.\n::::\n\n", id="nested-containers"),
        pytest.param('!!! note "T"\n\n    A remark.\n\n    More.\n\n', id="admonition"),
        pytest.param("<Note>\n\nA remark.\n\n</Note>\n\n", id="component-with-a-remark"),
        pytest.param("{% include a.html\n   b='c' %}\n{{< d >}}\n{: .lead }\n\n", id="templates"),
        pytest.param("{% highlight sh %}\nrun. It.\n\nx\n{% endhighlight %}\n\n", id="highlight"),
        pytest.param("[TOC]\n\n[[toc]]\n\n[[_TOC_]]\n\n", id="contents"),
        pytest.param("On this page:\n\n- [a](#a)\n- [b](#b)\n\n", id="on-this-page"),
        pytest.param("#tag #other/tag\n\n", id="tags"),
        pytest.param("a | b\n---|---\nc | d\n\n", id="table-without-bars"),
        pytest.param("---\nk: v\n---\n\n", id="header"),
    ],
)
def test_a_description_is_the_first_sentence_of_prose(above: str) -> None:
    assert read(f"{above}See [[a|the *A*]] of\n`it`, e.g. here. Second.\n").description == (
        "See the A of it, e.g. here."
    )


@pytest.mark.parametrize(
    ("text", "description"),
    [
        pytest.param("Intro:\n```\nx = 1\n```\n", "Intro:", id="a-fence-ends-a-paragraph"),
        pytest.param("Intro:\n- item\n", "Intro:", id="a-list-ends-a-paragraph"),
        pytest.param("Intro\n# Heading\n", "Intro", id="a-heading-ends-a-paragraph"),
        pytest.param("`code` comes first. Two.", "code comes first.", id="a-span-begins-it"),
        pytest.param("[[A]] comes first. Two.", "A comes first.", id="a-link-begins-it"),
        pytest.param("**Bold.** Two.", "Bold.", id="emphasis-begins-it"),
        pytest.param("- only\n- a list\n", "", id="no-prose"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_a_description_ends_with_its_paragraph(text: str, description: str) -> None:
    assert read(text).description == description


@given(st.text("ab ,;.:é—\n", max_size=900))
def test_a_description_keeps_its_limit(text: str) -> None:
    assert len(read(text).description) <= DESCRIPTION_CHARS


@pytest.mark.parametrize(
    ("text", "title", "level"),
    [
        pytest.param("# One", "One", 1, id="atx"),
        pytest.param("###### Six", "Six", 6, id="six"),
        pytest.param("   ## Indented", "Indented", 2, id="indented-by-three"),
        pytest.param("## Closed ##", "Closed", 2, id="closing-hashes"),
        pytest.param("## Closed #####   ", "Closed", 2, id="more-closing-hashes"),
        pytest.param("## C#", "C#", 2, id="a-hash-that-closes-nothing"),
        pytest.param("#\tTab", "Tab", 1, id="tab"),
        pytest.param("##", "", 2, id="empty"),
        pytest.param("Set\n===", "Set", 1, id="setext-1"),
        pytest.param("Set\n---", "Set", 2, id="setext-2"),
        pytest.param("# **B** `c` [[a|A]] [t](u.md)", "B c A t", 1, id="marks"),
        pytest.param("# snake_case_name", "snake_case_name", 1, id="underscores-in-a-word"),
        pytest.param("# 日本 – é", "日本 – é", 1, id="unicode"),
    ],
)
def test_headings_are_read_as_plain_text(text: str, title: str, level: int) -> None:
    (heading,) = read(f"Above.\n\n{text}\n\nBelow.\n").headings
    assert (heading.title, heading.level, heading.line) == (title, level, 3)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("#tag", id="a-tag"),
        pytest.param("####### seven", id="seven"),
        pytest.param("\\# x", id="escaped"),
        pytest.param("```\n# x\n```", id="in-a-fence"),
        pytest.param("~~~\nx\n===\n~~~", id="setext-in-a-fence"),
        pytest.param("<!--\n# x\n-->", id="in-a-comment"),
        pytest.param("- item\n---", id="a-rule-below-an-item"),
        pytest.param("> quote\n---", id="a-rule-below-a-quote"),
        pytest.param("x\n\n---", id="a-rule"),
        pytest.param("| a |\n|---|\n| b |", id="table"),
        pytest.param("---\n# comment: x\nk: v\n---\n", id="in-the-header"),
    ],
)
def test_what_only_resembles_a_heading_is_none(text: str) -> None:
    assert read(text).headings == ()


def test_a_section_ends_at_the_next_heading_of_its_level_or_above() -> None:
    text = "# A\na\n## B\nb\n### C\nc\n## D\nd\n# E\ne\n"
    document = read(text)
    sections = [text[heading.start : heading.end] for heading in document.headings]
    assert [section.count("\n") for section in sections] == [8, 4, 2, 2, 2]
    assert document.heading_path(2) == ("A", "B", "C")
    assert document.heading_path(3) == ("A", "D")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Head One", "head one"),
        ("Head One", "head-one"),
        ("Head: One!", "HEAD ONE"),
        ("Stra\N{LATIN SMALL LETTER SHARP S}e", "STRASSE"),
        ("\N{ANGSTROM SIGN}ngström", "A\u030angstro\u0308m"),
        ("a_b", "ab"),
    ],
)
def test_headings_equal_but_for_marks_case_and_form_have_one_key(one: str, other: str) -> None:
    assert heading_key(one) == heading_key(other) != heading_key(one + "x")


OUTLINE = """# Top
## Part
### Inner
## Part
### Inner
# Other
## Inner
## C# and F#
"""


@pytest.mark.parametrize(
    ("fragment", "line"),
    [
        pytest.param("Part", 2, id="first-of-equals"),
        pytest.param("part", 2, id="case"),
        pytest.param("Inner", 3, id="any-depth"),
        pytest.param("Top#Inner", 3, id="path-may-skip-a-level"),
        pytest.param("Top#Part#Inner", 3, id="path"),
        pytest.param("Other#Inner", 7, id="9-the-last-inside-the-first"),
        pytest.param("C# and F#", 8, id="11-hashes-in-the-title"),
        pytest.param("Other#Part", 0, id="outside-its-outer"),
        pytest.param("Part#Top", 0, id="wrong-order"),
        pytest.param("No such", 0, id="76-none"),
        pytest.param("", 0, id="nothing"),
        pytest.param("#", 0, id="only-a-hash"),
    ],
)
def test_a_fragment_means_the_last_heading_of_its_path(fragment: str, line: int) -> None:
    document = read(OUTLINE)
    index = document.find_heading(fragment)
    assert (document.headings[index].line if index >= 0 else 0) == line


def test_block_ids_are_found_at_line_ends_outside_code() -> None:
    text = "Para. ^one\n\n- item ^Two-2\n\n> q\n\n^alone\n\nx^no y ^no z\n\n```\nx ^code\n```\n"
    blocks = read(text).blocks
    assert list(blocks) == ["one", "two-2", "alone"]
    assert [text[:end].rsplit("\n", 1)[-1] for end in blocks.values()] == [
        "Para. ^one",
        "- item ^Two-2",
        "^alone",
    ]


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        pytest.param("#a/b", ("a/b",), id="69-nested"),
        pytest.param("#日本", ("日本",), id="69-unicode"),
        pytest.param("x #a-b_c, #d.", ("a-b_c", "d"), id="69-in-prose"),
        pytest.param("#1984", (), id="69-digits-only"),
        pytest.param("#y1984", ("y1984",), id="69-digits-and-letters"),
        pytest.param("#19x", ("19x",), id="69-a-letter-anywhere"),
        pytest.param("word#x", (), id="69-inside-a-word"),
        pytest.param("\\#x", (), id="69-escaped"),
        pytest.param("[[x#y]]", (), id="69-in-a-link"),
        pytest.param("[[x #y]]", (), id="69-in-a-link-behind-a-blank"),
        pytest.param("`#x` ``#y``", (), id="69-in-a-span"),
        pytest.param("```\n#x\n```", (), id="69-in-a-fence"),
        pytest.param("<!-- #x -->", (), id="69-in-a-comment"),
        pytest.param("https://e.org/#x", (), id="69-in-an-address"),
        pytest.param("# x", (), id="69-a-heading"),
        pytest.param("## #x", ("x",), id="69-in-a-heading"),
        pytest.param("#Tag #tag #TAG", ("Tag",), id="70-first-spelling"),
        pytest.param("---\ntags: [One, b]\n---\n#one #c", ("One", "b", "c"), id="70-header"),
        pytest.param("---\ntags: a, b\n---\n", ("a", "b"), id="71-string"),
        pytest.param("---\ntags:\n  - '#a'\n---\n", ("a",), id="71-written-with-the-hash"),
    ],
)
def test_tags_are_words_behind_a_hash_outside_code_and_links(
    text: str, tags: tuple[str, ...]
) -> None:
    assert read(text).tags == tags


SENTENCES = st.builds(
    lambda word, count: " ".join(["Word", *[word] * count]) + ".",
    st.text(string.ascii_lowercase, min_size=1, max_size=9),
    st.sampled_from([1, 3, 9, 30, 250]),
)
PARAGRAPHS = st.lists(SENTENCES, min_size=1, max_size=30).map(" ".join)
CODE = st.lists(
    st.sampled_from(["x = 1", "", "# no heading", "y" * 90, "Word. Word."]), max_size=40
)
FENCES = st.builds(
    lambda mark, lines: "\n".join([mark, *lines, mark]), st.sampled_from(["```", "~~~~"]), CODE
)
OTHERS = st.sampled_from(
    [
        "# Heading",
        "### Deeper",
        "Set\n===",
        "- item\n- item\n\n  more",
        "- item of a list\n" * 120,
        "| a | b |\n|---|---|\n" + "| x | y |\n" * 200,
        "> quote\n> quote",
        "w" * 4_000,
        "   ",
    ]
)
BODIES = st.lists(
    st.tuples(PARAGRAPHS | FENCES | OTHERS, st.sampled_from(["\n", "\n\n", "\n\n\n"])), max_size=6
).map(lambda parts: "".join(block + gap for block, gap in parts))
HEADERS = st.sampled_from(["", "---\nk: v\n---\n", "---\nk: v\n---\n\n"])


def inside(document: Document, start: int, end: int) -> list[int]:
    """The boundaries of pieces that fall between two offsets, neither of them included."""
    ends = {offset for piece in document.pieces for offset in (piece.start, piece.end)}
    return sorted(offset for offset in ends if start < offset < end)


@given(HEADERS, BODIES)
def test_pieces_hold_every_character_once_and_in_order(header: str, body: str) -> None:
    document = read(header + body)
    text, pieces = document.text, document.pieces
    found = "".join(text[piece.start : piece.end] for piece in pieces)
    assert "".join(found.split()) == "".join(body.split())
    assert all(one.end <= other.start for one, other in pairwise(pieces))


@given(BODIES)
@example("w" * 2 * PIECE_CHARS + "\n\n")
def test_no_piece_is_blank(body: str) -> None:
    document = read(body)
    assert all(body[piece.start : piece.end].strip() for piece in document.pieces)


@given(BODIES)
def test_a_piece_belongs_to_the_heading_above_it(body: str) -> None:
    document = read(body)
    for piece in document.pieces:
        assert piece.section == document.section_at(piece.start)


@given(HEADERS, PARAGRAPHS, st.sampled_from(["\n", "\n\n"]), FENCES, PARAGRAPHS)
@example("", "Word." * (PIECE_CHARS // 5 - 9), "\n", "```\n" + "x = 1\n" * 30 + "```", "Word.")
def test_no_fence_is_split_that_fits_in_a_piece(
    header: str, above: str, gap: str, fence: str, below: str
) -> None:
    document = read(f"{header}{above}{gap}{fence}\n{below}")
    start = len(header) + len(above) + len(gap)
    assert len(fence) > PIECE_CHARS or inside(document, start, start + len(fence)) == []


def split_sentences(header: str, sentences: list[str], glue: str) -> list[str]:
    """The sentences of one paragraph that a boundary of pieces runs through."""
    document, start, found = read(header + glue.join(sentences)), len(header), []
    for sentence in sentences:
        if inside(document, start, start + len(sentence)):
            found.append(sentence)
        start += len(sentence) + len(glue)
    return found


@given(HEADERS, st.lists(SENTENCES, max_size=40), st.sampled_from([" ", "\n"]))
def test_no_sentence_of_a_paragraph_is_split(header: str, sentences: list[str], glue: str) -> None:
    assert split_sentences(header, sentences, glue) == []


def test_no_sentence_of_a_paragraph_of_short_lines_is_split() -> None:
    sentence = "Words that go on\nover the end of lines\nuntil the full stop."
    assert split_sentences("", [sentence] * 80, " ") == []


def test_a_heading_stays_with_the_block_below_it() -> None:
    text = "# A\n\n## B\n\nFirst.\n\nSecond.\n\n## C\nThird.\n\n## D\n"
    pieces = [text[piece.start : piece.end].strip() for piece in read(text).pieces]
    assert pieces == ["# A", "## B\n\nFirst.", "Second.", "## C\nThird.", "## D"]


def test_only_a_block_without_lines_and_sentences_is_longer_than_the_limit() -> None:
    document = read("- item\n" * 900 + "\n" + "A sentence. " * 900 + "\n\n" + "w" * 9_000)
    sizes = [piece.end - piece.start for piece in document.pieces]
    assert max(sizes[:-1]) <= PIECE_CHARS < sizes[-1] == 9_000


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("猫が好き。犬も好き？はい！", ["猫が好き。", "犬も好き？", "はい！"]),
        ("彼は「行く。」そう言った。", ["彼は「行く。」", "そう言った。"]),
        ("税率是多少？百分之三。", ["税率是多少？", "百分之三。"]),
        ("कर देना है। दर कम है।", ["कर देना है।", "दर कम है।"]),
        ("ما هي النسبة؟ هي خمسة.", ["ما هي النسبة؟", "هي خمسة."]),
        ("یہ ایک ہے۔ یہ دو ہے۔", ["یہ ایک ہے۔", "یہ دو ہے۔"]),
        ("Сколько? Десять.", ["Сколько?", "Десять."]),
        ("See Fig. 3, e.g. Now. Then go.", ["See Fig. 3, e.g. Now.", "Then go."]),
    ],
)
def test_sentences_end_as_each_script_ends_them(text: str, found: list[str]) -> None:
    assert prose.sentences(text) == found


def test_a_script_that_ends_inside_a_line_does_not_cut_the_word_behind_it() -> None:
    text = "# A\n\n<style>b {}</style>Words.\n\nMore.\n"
    pieces = [text[piece.start : piece.end].strip() for piece in parse(text, "a.md").pieces]
    assert pieces == ["# A\n\n<style>b {}</style>Words.", "More."]
