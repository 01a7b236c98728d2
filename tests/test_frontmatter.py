"""The header of a file: what is read, what stays text, what is refused; rows 65-83."""

import string

import frontmatter as oracle
import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from skillagent.markdown import (
    DIALECTS,
    Document,
    Frontmatter,
    LinkKind,
    frontmatter,
    plain,
    simple_header,
    yaml_header,
)
from skillagent.markdown.document import parse


def header_of(yaml_text: str) -> Frontmatter:
    return frontmatter.read(f"---\n{yaml_text}\n---\nBody.\n", "x.md")[0]


def found_in(text: str) -> list[tuple[str, int]]:
    return [(found.code, found.line) for found in frontmatter.read(text, "x.md")[1]]


def header_links(document: Document) -> list[tuple[str, str]]:
    return [
        (link.key, link.target) for link in document.references if link.kind is LinkKind.FRONTMATTER
    ]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param("12:30", "12:30", id="81-sexagesimal"),
        pytest.param("yes", "yes", id="81-yes"),
        pytest.param("on", "on", id="81-on"),
        pytest.param("Off", "Off", id="81-off"),
        pytest.param("2024-01-02", "2024-01-02", id="81-date"),
        pytest.param("2024-01-02T03:04:05Z", "2024-01-02T03:04:05Z", id="81-moment"),
        pytest.param("1.10", "1.10", id="81-version"),
        pytest.param("1_000", "1_000", id="81-underscore"),
        pytest.param("007", "007", id="81-leading-zeros"),
        pytest.param("0x10", "0x10", id="81-hex-is-not-printed-as-written"),
        pytest.param("0o17", "0o17", id="81-octal-is-not-printed-as-written"),
        pytest.param("1e3", "1e3", id="81-exponent-is-not-printed-as-written"),
        pytest.param("+5", "+5", id="81-plus-is-not-printed-as-written"),
        pytest.param("1" * 5000, "1" * 5000, id="81-a-number-too-long-for-int"),
        pytest.param("7", 7, id="81-int"),
        pytest.param("-3", -3, id="81-negative-int"),
        pytest.param("1.5", 1.5, id="81-float"),
        pytest.param("true", True, id="81-true"),
        pytest.param("FALSE", False, id="81-false"),
        pytest.param("null", None, id="81-null"),
        pytest.param("~", None, id="81-tilde"),
        pytest.param("", None, id="81-nothing"),
        pytest.param('"7"', "7", id="81-quoted-number-is-text"),
        pytest.param("'true'", "true", id="81-quoted-bool-is-text"),
        pytest.param("!!str 7", "7", id="81-str-tag"),
        pytest.param("[1, yes, 1.10, null]", (1, "yes", "1.10", None), id="81-in-a-list"),
    ],
)
@pytest.mark.parametrize("style", ["{}", "{}  # a comment"], ids=["fast", "yaml"])
def test_plain_scalars_follow_the_core_schema_of_yaml_1_2(
    written: str, expected: object, style: str
) -> None:
    value = header_of(f"k: {style.format(written)}").fields["k"]
    assert (type(value), value) == (type(expected), expected)


@pytest.mark.parametrize(
    ("text", "body"),
    [
        pytest.param("---\na: 1\n---\nB\n", "B\n", id="dashes"),
        pytest.param("---\na: 1\n...\nB\n", "B\n", id="dots-close"),
        pytest.param("--- \t\na: 1\n--- \t\nB\n", "B\n", id="blanks-behind-the-dashes"),
        pytest.param("---\na: 1\n---", "", id="no-line-end-at-the-end"),
        pytest.param("---\na: 1\n---\n\n\nB  \n\n", "\n\nB  \n\n", id="body-is-not-stripped"),
        pytest.param("---\na: 1\n---\nB\n\n---\n\nC", "B\n\n---\n\nC", id="a-rule-in-the-body"),
        pytest.param("---\na: 1\nb: |\n  ---\n---\nB", "B", id="dashes-inside-a-block-scalar"),
    ],
)
def test_the_body_begins_behind_the_closing_line(text: str, body: str) -> None:
    header, findings = frontmatter.read(text, "x.md")
    assert (header.fields["a"], text[header.body_start :], findings) == (1, body, [])


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Just text.\n", id="prose"),
        pytest.param("", id="nothing"),
        pytest.param("----\na: 1\n----\n", id="four-dashes"),
        pytest.param("--- a\nb: 1\n---\n", id="text-behind-the-dashes"),
        pytest.param(" ---\na: 1\n---\n", id="an-indented-rule-in-the-first-line"),
        pytest.param("\n\n---\n\nProse.\n", id="a-rule-after-blank-lines"),
        pytest.param("{x}\nprose\n}\n", id="a-brace"),
        pytest.param("{\nnot json\n}\n", id="braces-that-are-no-json"),
        pytest.param("+++ plus\na = 1\n+++\n", id="text-behind-the-plus-signs"),
    ],
)
def test_text_that_only_resembles_a_header_is_body(text: str) -> None:
    header, _ = frontmatter.read(text, "x.md")
    assert (dict(header.fields), header.body_start) == ({}, 0)


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        pytest.param("---\na: 1\nB\n", "SG011", 1, id="77-unclosed"),
        pytest.param("---\n", "SG011", 1, id="77-only-the-first-line"),
        pytest.param("+++\na = 1\n", "SG011", 1, id="83-unclosed-toml"),
        pytest.param("---\n- a\n- b\n---\nB\n", "SG012", 1, id="a-list"),
        pytest.param("---\nJust prose.\n---\nB\n", "SG012", 1, id="prose-between-rules"),
        pytest.param("---\n'a: b\n---\nB\n", "SG012", 1, id="an-open-quote"),
        pytest.param("\n\n---\na: 1\n---\nB\n", "SG017", 3, id="77-blank-lines-before"),
    ],
)
def test_a_header_that_cannot_be_told_from_text_is_body_and_reported(
    text: str, code: str, line: int
) -> None:
    header, findings = frontmatter.read(text, "x.md")
    assert (dict(header.fields), text[header.body_start :]) == ({}, text)
    assert [(found.code, found.line) for found in findings] == [(code, line)]


@pytest.mark.parametrize("body", ["", "# Only a comment", "{}"], ids=["empty", "comment", "braces"])
def test_a_header_without_keys_is_cut_off_without_a_finding(body: str) -> None:
    text = f"---\n{body}\n---\nB\n"
    header, findings = frontmatter.read(text, "x.md")
    assert (dict(header.fields), text[header.body_start :], findings) == ({}, "B\n", [])


def test_79_of_a_repeated_key_the_last_wins_and_the_repeat_is_reported() -> None:
    text = "---\ntitle: one\nother: x\ntitle: two\n---\nB\n"
    header, findings = frontmatter.read(text, "x.md")
    assert dict(header.fields) == {"title": "two", "other": "x"}
    assert header.lines["title"] == 4
    assert [(found.code, found.line) for found in findings] == [("SG013", 4)]


@pytest.mark.parametrize("key", ["title", "Title", "TiTLe", "TITLE"])
def test_79_keys_are_found_in_any_case_and_kept_as_written(key: str) -> None:
    header = header_of(f"{key}: x\nsize: 2")
    assert header.get("title") == "x"
    assert key in header.fields


@pytest.mark.parametrize("key", ["true", "True", "NULL", "null", "No", "12"])
def test_a_key_that_reads_as_a_value_is_kept_as_written(key: str) -> None:
    assert list(header_of(f"{key}: x").fields) == [key]
    assert list(header_of(f"{key}: x # comment").fields) == [key]


def test_get_takes_the_first_name_that_is_there() -> None:
    header = header_of("Summary: s\ndesc: d")
    assert header.get("description", "summary", "desc") == "d"
    assert header.get("description", "summary") == "s"
    assert header.get("nothing") is None


@pytest.mark.parametrize(
    ("yaml_text", "fields", "findings"),
    [
        pytest.param(
            "x: 1\ndescription: a: b\ny: 2",
            {"x": 1, "description": "a: b", "y": 2},
            [("SG016", 3)],
            id="80-unquoted-colon",
        ),
        pytest.param(
            "x: 1\nlist: [a, b\ny: 2",
            {"x": 1, "list": "[a, b", "y": 2},
            [("SG010", 3)],
            id="an-open-bracket",
        ),
        pytest.param(
            'x: 1\nq: "open\ny: [2]',
            {"x": 1, "q": '"open', "y": (2,)},
            [("SG010", 3)],
            id="an-open-quote",
        ),
        pytest.param(
            "source: [[a]], [[b]]\nkey: kept",
            {"source": "[[a]], [[b]]", "key": "kept"},
            [("SG010", 2)],
            id="66b-two-bare-links",
        ),
        pytest.param(
            "x: 1\nat: @home\ny: 2",
            {"x": 1, "at": "@home", "y": 2},
            [("SG010", 3)],
            id="a-reserved-sign",
        ),
        pytest.param(
            "a: b: c\nd: [e\nf: 1",
            {"a": "b: c", "d": "[e", "f": 1},
            [("SG016", 2), ("SG010", 3)],
            id="two-broken-keys",
        ),
        pytest.param("t: x\n\tu: y", {"t": "x"}, [("SG010", 2)], id="a-tab-as-indent"),
    ],
)
def test_of_broken_yaml_every_other_key_is_kept(
    yaml_text: str, fields: dict[str, object], findings: list[tuple[str, int]]
) -> None:
    text = f"---\n{yaml_text}\n---\nB\n"
    header, _ = frontmatter.read(text, "x.md")
    assert (dict(header.fields), text[header.body_start :]) == (fields, "B\n")
    assert found_in(text) == findings


BOMB = "\n".join(
    ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
)


@pytest.mark.parametrize(
    ("yaml_text", "line"),
    [
        pytest.param("k: [" + "x, " * 10_001 + "]", 2, id="82-too-many-values"),
        pytest.param("k: " + "[" * 65 + "]" * 65, 2, id="82-brackets-too-deep"),
        pytest.param("k: " + "[" * 100_000 + "]" * 100_000, 2, id="82-100000-brackets"),
        pytest.param("k: " + "{a: " * 65 + "1" + "}" * 65, 2, id="82-braces-too-deep"),
        pytest.param("\n".join(" " * n + "k:" for n in range(70)), 66, id="82-lines-too-deep"),
    ],
)
def test_82_what_is_too_much_is_left_out_and_every_other_key_is_kept(
    yaml_text: str, line: int
) -> None:
    text = f"---\n{yaml_text}\nlast: kept\n---\nB\n"
    header, _ = frontmatter.read(text, "x.md")
    assert (dict(header.fields), text[header.body_start :]) == ({"last": "kept"}, "B\n")
    assert found_in(text) == [("SG014", line)]


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("!!python/object:os.system {}", id="82-an-object"),
        pytest.param("!!python/name:os.system", id="82-a-name"),
        pytest.param("!own 1", id="82-a-tag-of-its-own"),
        pytest.param("!!binary aGk=", id="82-binary"),
        pytest.param("!important read this", id="an-exclamation-mark"),
        pytest.param("&a [*a]", id="82-recursive-alias"),
        pytest.param("*nowhere", id="82-alias-of-nothing"),
        pytest.param("*star power", id="a-star-before-words"),
        pytest.param("[*a, b]", id="a-star-in-a-list"),
    ],
)
def test_82_what_is_refused_is_kept_as_text_with_every_other_key(value: str) -> None:
    text = f"---\nx: 1\nk: {value}\ny: [2]\n---\nB\n"
    header, findings = frontmatter.read(text, "x.md")
    assert dict(header.fields) == {"x": 1, "k": value, "y": (2,)}
    assert [(found.code, found.line) for found in findings] == [("SG014", 3)]
    assert "'k' was kept as text" in findings[0].message
    assert dict(header.lines) == {"x": 2, "k": 3, "y": 4}


def test_82_of_an_alias_bomb_what_is_small_is_read_and_the_rest_is_text() -> None:
    header, findings = frontmatter.read(f"---\n{BOMB}\n---\nB\n", "x.md")
    assert [(found.code, found.line) for found in findings] == [
        ("SG014", line) for line in range(6, 14)
    ]
    assert header.fields["a0"] == ("x", "x")
    assert "a4" not in header.fields
    assert header.fields["a5"] == f"&a5 [{', '.join(['*a4'] * 10)}]"


@pytest.mark.parametrize(
    ("written", "value", "code"),
    [
        ("*star*", "*star*", "SG010"),
        ("**bold** word", "**bold** word", "SG010"),
        ("@x", "@x", "SG010"),
        ("`x`", "`x`", "SG010"),
        ("%x", "%x", "SG010"),
        (">quoted", ">quoted", "SG010"),
        ("- dash", "- dash", "SG010"),
        ('"a" b', '"a" b', "SG010"),
        ("a: b", "a: b", "SG016"),
        ("&star", "&star", ""),
    ],
)
def test_a_title_that_yaml_takes_for_a_mark_stays_as_written(
    written: str, value: str, code: str
) -> None:
    text = f"---\ntags: [a]\ntitle: {written}\nlast: 1\n---\nB\n"
    header, _ = frontmatter.read(text, "x.md")
    assert dict(header.fields) == {"tags": ("a",), "title": value, "last": 1}
    assert found_in(text) == [(code, 3)] * bool(code)


@pytest.mark.parametrize(
    ("yaml_text", "fields", "findings"),
    [
        pytest.param(
            "tags:\n\t- a\n\t- b\nx: 1", {"tags": ["a", "b"], "x": 1}, [("SG033", 3)], id="list"
        ),
        pytest.param(
            "x: 1\nmeta:\n  \ta: 1\n\tb:\n\t\t- c",
            {"x": 1, "meta": {"a": 1, "b": ["c"]}},
            [("SG033", 4)],
            id="mapping",
        ),
        pytest.param("k:\tv\nl:\n-\ta", {"k": "v", "l": ["a"]}, [("SG033", 4)], id="behind-marks"),
        pytest.param("d: |\n  one\n  \ttwo", {"d": "one\n\ttwo\n"}, [], id="in-a-text"),
        pytest.param(
            "tags:\n\t- @a\n\t- b\nx: 1",
            {"tags": ["@a", "b"], "x": 1},
            [("SG010", 3)],
            id="with-a-broken-item",
        ),
    ],
)
def test_tabs_before_the_lines_of_a_key_lose_nothing(
    yaml_text: str, fields: dict[str, object], findings: list[tuple[str, int]]
) -> None:
    text = f"---\n{yaml_text}\n---\nB\n"
    header, _ = frontmatter.read(text, "x.md")
    assert plain(header.fields) == fields
    assert found_in(text) == findings


@pytest.mark.parametrize("item", ["*star", "@home", "`x`", "%x", "!x y", "- a: b: c"])
def test_of_a_list_only_the_broken_item_becomes_text(item: str) -> None:
    text = f"---\ntags:\n  - {item}\n  - b\nx: 1\n---\nB\n"
    header, _ = frontmatter.read(text, "x.md")
    assert dict(header.fields) == {"tags": (item, "b"), "x": 1}
    assert found_in(text) == [("SG010", 3)]


def test_anchors_of_other_keys_are_known_beside_a_broken_key() -> None:
    header = header_of("a: &x [1]\nb: *x\nc: @home")
    assert dict(header.fields) == {"a": (1,), "b": (1,), "c": "@home"}


@pytest.mark.parametrize(
    ("yaml_text", "value"),
    [
        pytest.param("a: &x [1, 2]\nk: *x", [1, 2], id="alias"),
        pytest.param("k: " + "[" * 60 + "1" + "]" * 60, None, id="60-deep"),
        pytest.param("k: {a: {b: [c]}}", {"a": {"b": ["c"]}}, id="mapping"),
        pytest.param("k: |\n  one\n  two", "one\ntwo\n", id="literal-block"),
        pytest.param("k: >-\n  one\n  two", "one two", id="folded-block"),
        pytest.param("k:\n- a\n- b: c", ["a", {"b": "c"}], id="list-of-both"),
        pytest.param("k: 'it''s'", "it's", id="doubled-quote"),
        pytest.param('k: "a\\tb \\u263a"', "a\tb ☺", id="escapes"),
        pytest.param("k: a # b", "a", id="comment"),
        pytest.param("k: a#b", "a#b", id="hash-inside-a-word"),
        pytest.param("k: https://e.org/?q=1#x", "https://e.org/?q=1#x", id="address"),
        pytest.param("k: one\n  two", "one two", id="value-over-two-lines"),
        pytest.param("k: {{ template }}", None, id="a-template-is-no-crash"),
    ],
)
def test_well_formed_yaml_is_read_as_yaml(yaml_text: str, value: object) -> None:
    header = header_of(yaml_text)
    assert "k" in header.fields
    assert value is None or plain(header.fields["k"]) == value


def test_every_key_keeps_its_line() -> None:
    header = header_of("a: 1\n\n# comment\nb:\n  - x\n  - y\nc: |\n  text\nd: {e: 1}")
    assert dict(header.lines) == {"a": 2, "b": 5, "c": 8, "d": 10}


def test_the_fast_path_keeps_lines_too() -> None:
    assert dict(header_of("a: 1\n\nb:\n  - x\n  - y\nc: z").lines) == {"a": 2, "b": 4, "c": 7}


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        pytest.param(
            "+++\na = 1\nt = ['x']\n[sub]\nb = true\n+++\nB\n",
            {"a": 1, "t": ["x"], "sub": {"b": True}},
            id="83-toml",
        ),
        pytest.param("+++\nd = 2024-01-02\n+++\nB\n", {"d": "2024-01-02"}, id="83-toml-date"),
        pytest.param(
            '{\n"a": 1,\n"t": ["x", null]\n}\nB\n', {"a": 1, "t": ["x", None]}, id="83-json"
        ),
    ],
)
def test_83_toml_and_json_are_read_behind_their_own_fences(
    text: str, fields: dict[str, object]
) -> None:
    header, findings = frontmatter.read(text, "x.md")
    assert (plain(header.fields), text[header.body_start :], findings) == (fields, "B\n", [])


def test_83_broken_toml_is_reported_and_the_body_stays() -> None:
    text = "+++\na = \n+++\nB\n"
    header, _ = frontmatter.read(text, "x.md")
    assert (dict(header.fields), text[header.body_start :]) == ({}, "B\n")
    assert [code for code, _ in found_in(text)] == ["SG010"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("---\na: 1\n---\n---\nb: 2\n---\nB\n", 4, id="at-once"),
        pytest.param("---\na: 1\n---\n\n---\nb: 2\nc: 3\n---\nB\n", 5, id="after-a-blank-line"),
        pytest.param("---\na: [1,\n 2]\n---\n---\nb: 2\n---\nB\n", 5, id="behind-full-yaml"),
    ],
)
def test_a_second_block_is_text_and_reported(text: str, line: int) -> None:
    header, findings = frontmatter.read(text, "x.md")
    assert "b" not in header.fields
    assert "b: 2" in text[header.body_start :]
    assert [(found.code, found.line) for found in findings] == [("SG019", line)]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\xef\xbb\xbf---\ntitle: T\n---\nB\n", id="78-bom"),
        pytest.param(b"---\r\ntitle: T\r\n---\r\nB\r\n", id="78-crlf"),
        pytest.param(b"\xef\xbb\xbf---\r\ntitle: T\r\n---\r\nB\r\n", id="78-both"),
        pytest.param(b"---\ntitle: T\r\n---\nB\n", id="78-crlf-only-inside"),
        pytest.param(b"---\rtitle: T\r---\rB\r", id="78-cr"),
    ],
)
def test_78_a_byte_order_mark_and_odd_line_ends_do_not_hide_the_header(data: bytes) -> None:
    document = parse(data, "x.md")
    assert dict(document.frontmatter.fields) == {"title": "T"}
    assert (document.body, document.diagnostics) == ("B\n", ())


@pytest.mark.parametrize(
    ("yaml_text", "links", "codes"),
    [
        pytest.param('related: "[[a]]"', [("related", "a")], [], id="65-quoted"),
        pytest.param(
            "related:\n  - '[[a]]'\n  - '[[b|B]]'",
            [("related", "a"), ("related", "b")],
            [],
            id="65-list",
        ),
        pytest.param('x: "see [[a]] and [[b]]"', [("x", "a"), ("x", "b")], [], id="65-in-text"),
        pytest.param(
            'x: "a: [[a]], [[b]]"', [("x", "a"), ("x", "b")], [], id="65-behind-marks-in-quotes"
        ),
        pytest.param("source: [[a]]", [("source", "a")], ["SG015"], id="66a-unquoted"),
        pytest.param(
            "source:\n  - [[a]]\n  - [[b]]",
            [("source", "a"), ("source", "b")],
            ["SG015", "SG015"],
            id="66a-unquoted-list",
        ),
        pytest.param(
            "source: [[a]], [[b]]",
            [("source", "a"), ("source", "b")],
            ["SG010", "SG015", "SG015"],
            id="66b-broken-yaml",
        ),
        pytest.param("# [[x]]\nk: v # [[y]]", [], [], id="67-comment"),
        pytest.param("k: 'a # [[x]]'", [("k", "x")], [], id="67-hash-in-quotes"),
    ],
)
def test_links_of_the_header_are_found_with_their_key(
    yaml_text: str, links: list[tuple[str, str]], codes: list[str]
) -> None:
    document = parse(f"---\n{yaml_text}\n---\nB\n", "x.md")
    assert header_links(document) == links
    assert sorted(found.code for found in document.diagnostics) == codes


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("---\na: 1\nsource: '[[a]]'\n---\nB\n", 3, id="65-yaml"),
        pytest.param('+++\na = 1\nsource = "[[a]]"\n+++\nB\n', 3, id="83-toml"),
        pytest.param('{\n"a": 1,\n"source": "[[a]]"\n}\nB\n', 3, id="83-json"),
    ],
)
def test_links_are_found_in_every_kind_of_header(text: str, line: int) -> None:
    (link,) = parse(text, "x.md").references
    assert (link.kind, link.target, link.line) == (LinkKind.FRONTMATTER, "a", line)
    assert link.key == "source"
    assert text[link.start : link.end] == "[[a]]"


@pytest.mark.parametrize("line", ["[[resources]]", "  [[ a.b ]]  # words", '[["a b"]]'])
def test_the_first_line_of_a_table_in_toml_is_no_link(line: str) -> None:
    document = parse(f'+++\ntitle = "a"\n{line}\nsrc = "[[b]]"\n+++\nText.\n', "x.md")
    assert [link.target for link in document.references] == ["b"]
    assert [finding.code for finding in document.diagnostics] == []


@pytest.mark.parametrize(
    ("text", "dialect", "context"),
    [
        ('---\nup: "[[a|x]]"\n---\nBody. More.\n', "obsidian", "up: x"),
        ("---\n[[a]]: 1\nb: 2\n---\nBody.\n", "obsidian", "a"),
        ("up:: [m](a.md)\n- Body\n", "logseq", "up: m"),
    ],
)
def test_the_words_around_a_link_of_the_header_are_its_field(
    text: str, dialect: str, context: str
) -> None:
    document = parse(text, "x.md", DIALECTS[dialect])
    (link,) = document.references
    words = document.words_around(link)
    assert (words.context, words.sentence) == (context, (link.start, link.end))


def test_66_the_finding_of_an_unquoted_link_names_the_quoted_form() -> None:
    document = parse("---\na: 1\nsource: [[a|x]]\n---\nB\n", "x.md")
    (found,) = document.diagnostics
    assert (found.line, document.references[0].line) == (3, 3)
    assert 'source: "[[a|x]]"' in found.remedy


def test_66_an_unquoted_link_keeps_its_text_as_value() -> None:
    assert header_of("source: [[a]]").fields["source"] == "[[a]]"


@pytest.mark.parametrize(
    ("written", "words"),
    [
        pytest.param("a, b", ("a", "b"), id="71-string"),
        pytest.param("[a, b]", ("a", "b"), id="71-flow-list"),
        pytest.param("\n  - a\n  - b", ("a", "b"), id="71-block-list"),
        pytest.param("a", ("a",), id="71-one"),
        pytest.param("", (), id="71-none"),
        pytest.param("[1, true, null, x]", ("1", "true", "x"), id="71-other-types"),
        pytest.param("2024", ("2024",), id="71-number"),
        pytest.param("a b, , c,", ("a b", "c"), id="71-blanks-and-empty-items"),
    ],
)
def test_71_a_field_of_words_may_be_a_list_or_one_string(
    written: str, words: tuple[str, ...]
) -> None:
    assert header_of(f"tags: {written}").words("tags", "tag") == words


# Near to what the fast path reads: each atom is a form on one side of its border.
WORDS = r"""
a b yes no true null ~ 1 -1 1.5 1.10 0x1 .5 +1 2024-01-02 12:30 é 日 ☺ . / ( $ = < > \ ? ` @ % |
: # - -- --- ... [ ] { } , ' " & * ! '' "" 'a' "b" [a,b] []
""".split()
ATOMS = st.sampled_from(
    [
        *WORDS,
        "",
        " ",
        "  ",
        "\t",
        ": ",
        " #",
        "- ",
        ", ",
        "[a, b]",
        "\u2028",
        "\xa0",
        "\x85",
        "\ufeff",
    ]
)
VALUES = st.lists(ATOMS, max_size=5).map("".join) | st.text(
    string.ascii_letters + string.digits + " :#-'\"[],.", max_size=12
)
KEYS = st.sampled_from(["a", "b", "A", "key", "k-1", "_x", "yes", "true", "No", "Null", "é", "1"])
LINES = st.one_of(
    st.builds("{}: {}".format, KEYS, VALUES),
    st.builds("{}:".format, KEYS),
    st.builds("{}- {}".format, st.sampled_from(["", " ", "  ", "    "]), VALUES),
    st.builds("{}: [{}]".format, KEYS, st.lists(VALUES, max_size=3).map(", ".join)),
    st.sampled_from(["", " ", "# c", "a:  x", "a : x", "a:x", "  a: x"]),
)
SIMPLE_VALUES = st.sampled_from(["x", "1", "'q'", '"q"', "[a, 1]", "a b", "12:30", "a, b", "c - d"])
SIMPLE_LINES = st.one_of(
    st.builds("{}: {}".format, KEYS, SIMPLE_VALUES),
    st.builds("{}:".format, KEYS),
    st.builds("{}- {}".format, st.sampled_from(["", " ", "  "]), SIMPLE_VALUES),
    st.just(""),
)


@given(st.lists(LINES, max_size=5).map("\n".join) | st.lists(SIMPLE_LINES).map("\n".join))
@example("k:\n  - a\n    - b")
@example("k:\n  - a\n- b")
@example("k: a\u2028b")
@example("Null: 1")
def test_the_fast_path_reads_what_yaml_reads(header: str) -> None:
    simple = simple_header.simple(header)
    if simple is None:
        return
    reader = yaml_header.YamlReader("x")
    value = reader.value(header, 2)
    # `repr` tells 1, 1.0 and True apart, and holds the order.
    assert repr(plain(simple[0])) == repr(plain(value or {}))
    assert dict(simple[1]) == reader.lines
    assert reader.findings == []


@pytest.mark.parametrize(
    "header",
    ["a: 1\nb: two words\nc: [x, y]", "tags:\n  - a\n  - b\nd: 'q'", "u: https://e.org/x", ""],
)
def test_common_headers_take_the_fast_path(header: str) -> None:
    assert simple_header.simple(header) is not None


# Texts on which YAML 1.1 and 1.2 agree once `safe_dump` has put in the quotes.
STRINGS = st.text(string.ascii_letters + " :#-'\"[]{},&*!|>%@`\\/\n\té日☺", max_size=40) | (
    st.sampled_from(["12:30", "yes", "1.10", "2024-01-02", "null", "~", "", "a: b", "---", "..."])
)


# python-frontmatter itself fails on three keys: they are the arguments of its `Post`.
NOT_FOR_THE_ORACLE = ("content", "handler", "self")
NAMES = STRINGS.filter(lambda name: name not in NOT_FOR_THE_ORACLE)


@pytest.mark.parametrize("name", NOT_FOR_THE_ORACLE)
@pytest.mark.parametrize(
    "text",
    [
        "---\n{}: value\n---\nBody.\n",
        "---\n{}: value\nb: >-\n  c\n---\nBody.\n",
        '+++\n{} = "value"\n+++\nBody.\n',
        '{{\n"{}": "value"\n}}\nBody.\n',
    ],
    ids=["plain", "yaml", "toml", "json"],
)
def test_a_key_on_which_python_frontmatter_fails_is_a_key(name: str, text: str) -> None:
    with pytest.raises(TypeError):
        oracle.loads(f"---\n{name}: value\n---\nBody.\n")
    document = parse(text.format(name), "x.md")
    assert document.frontmatter.fields[name] == "value"
    assert not document.diagnostics


@given(
    st.dictionaries(NAMES, STRINGS | st.lists(STRINGS, max_size=3), min_size=1, max_size=5),
    st.text(string.ascii_letters + " -+{}:\n#", max_size=60),
)
def test_well_formed_headers_are_read_as_python_frontmatter_reads_them(
    metadata: dict[str, object], body: str
) -> None:
    text = f"---\n{yaml.safe_dump(metadata, allow_unicode=True, sort_keys=False)}---\n{body}"
    post = oracle.loads(text)
    document = parse(text, "x.md")
    assert plain(document.frontmatter.fields) == post.metadata == metadata
    assert document.body.strip() == post.content
