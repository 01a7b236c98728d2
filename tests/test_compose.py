"""Written headers give the same values to our reader, python-frontmatter and strict hosts."""

from __future__ import annotations

import frontmatter
import pytest
import yaml
from frontmatter.default_handlers import YAMLHandler
from hypothesis import given, settings
from hypothesis import strategies as st

from skillagent.lint.skill_header import read_skill_header
from skillagent.markdown import plain
from skillagent.markdown.compose import Quoted, composed, header_edit, header_lines
from skillagent.markdown.document import parse
from skillagent.markdown.edit import edited

WORDS = st.sampled_from(
    [
        *[
            "yes",
            "null",
            "~",
            "1.10",
            "1_000",
            "0o17",
            "1e3",
            "12:30",
            "2024-01-02",
            "- a",
            "=",
            "",
        ],
        *["it's", 'a "b": c', "x #y", "[[a|b]]", "{a}", "🚀 go: on", "e\u0301", "a\u2028b", "a, b"],
        *[
            "---",
            "...",
            "*a",
            "&a",
            "!a",
            "%",
            "@",
            "`",
            " x ",
            "\ufeff",
            "\x07",
            "\x85",
            "\t",
            "a\\b",
        ],
    ]
)
TEXTS = (
    st.lists(WORDS | st.text(max_size=8), max_size=4)
    .map(" ".join)
    .filter(lambda text: not any("\ud800" <= char <= "\udfff" for char in text))
)
KEYS = st.sampled_from(
    ["title", "type", "self", "content", "handler", "a b", "x-1", "Größe", "yes"]
)
VALUES = TEXTS | st.lists(TEXTS, max_size=3) | st.dictionaries(KEYS, TEXTS, min_size=1, max_size=3)


@settings(max_examples=60)
@given(st.dictionaries(KEYS, VALUES, min_size=1))
def test_what_is_composed_is_read_as_it_was_meant(
    fields: dict[str, str | list[str] | dict[str, str]],
) -> None:
    text = composed(fields)
    document = parse(text, "")
    assert document.diagnostics == ()
    assert document.body == ""
    assert plain(document.frontmatter.fields) == fields
    assert list(document.frontmatter.fields) == list(fields)
    assert frontmatter.parse(text, handler=YAMLHandler())[0] == fields


@settings(max_examples=40)
@given(st.dictionaries(KEYS, TEXTS.map(lambda text: text.replace("---", "-")), min_size=1))
def test_strict_hosts_read_what_is_quoted(fields: dict[str, str]) -> None:
    text = composed({key: Quoted(value) for key, value in fields.items()})
    assert read_skill_header(text).fields == fields


@pytest.mark.parametrize(
    ("fields", "lines"),
    [
        ({"type": "map", "title": "Plain words"}, "type: map\ntitle: Plain words\n"),
        ({"description": "How: so"}, 'description: "How: so"\n'),
        ({"tags": ["a b", "c, d"]}, 'tags: [a b, "c, d"]\n'),
        ({"metadata": {"b": Quoted("x"), "a": "y"}}, 'metadata:\n  b: "x"\n  a: y\n'),
        ({"x": "🚀 go: on"}, "x: '🚀 go: on'\n"),
        ({"x": "long " * 60 + "end"}, f"x: {'long ' * 60}end\n"),
        ({}, ""),
    ],
)
def test_a_header_is_as_plain_as_it_can_be(fields: dict[str, str], lines: str) -> None:
    assert header_lines(fields) == lines
    assert composed(fields) == (f"---\n{lines}---\n" if lines else "")


OTHERS = st.dictionaries(KEYS, st.text("ab :#-\"'[],\n", max_size=12) | st.lists(st.just("x")))


@settings(max_examples=60)
@given(OTHERS, st.booleans(), st.lists(st.sampled_from(["a", "b: c", "D"]), max_size=3), TEXTS)
def test_one_key_is_set_and_all_other_bytes_stay(
    others: dict[str, object], flow: bool, old: list[str], new: str
) -> None:
    rest = yaml.safe_dump(others, allow_unicode=True, sort_keys=False) if others else ""
    own = ""
    if old:
        dumped = yaml.safe_dump(old, default_flow_style=flow)
        own = f"aliases: {dumped}" if flow else f"aliases:\n{dumped}"
    text = f"---\n{rest}{own}---\n# Body\n\n---\n\n- x\n"
    document = parse(text, "")
    edit = header_edit(document, "aliases", [*old, new])
    assert edit is not None
    made = edited(text, [edit])
    wanted = {**others, "aliases": [*old, new]}
    assert plain(parse(made, "").frontmatter.fields) == wanted
    assert frontmatter.parse(made, handler=YAMLHandler())[0] == wanted
    assert made.startswith(f"---\n{rest}aliases:")
    assert made.endswith("---\n# Body\n\n---\n\n- x\n")


@pytest.mark.parametrize(
    "text",
    [
        "+++\nx = 1\n+++\n",
        '{\n"x": 1\n}\n',
        "---\nnever closed\n",
        "---\nx: [\n---\n",
        "---\n- a\n---\n",
        "---\nx: !!python/name:os.system\n---\n",
        "---\nx: 1\n...\n",  # closed by dots: python-frontmatter finds no end
    ],
)
def test_a_header_that_both_readers_do_not_agree_on_is_left_alone(text: str) -> None:
    assert header_edit(parse(text, ""), "aliases", ["a"]) is None


def test_a_header_nested_too_deep_is_not_given_to_a_reader_without_bounds() -> None:
    document = parse("---\n" + "a: [\n" * 30_000 + "---\ntext\n", "a.md")
    assert header_edit(document, "aliases", ["x"]) is None
