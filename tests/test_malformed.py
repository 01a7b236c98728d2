"""What was meant as a link or a footnote and is none is reported, with its line and the fix."""

from __future__ import annotations

import pytest

from skillagent.markdown.document import parse


def found_in(text: str) -> list[tuple[str, int]]:
    return [(found.code, found.line) for found in parse(text, "x.md").diagnostics]


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("See [[a|b] now.", "write [[a|b]]"),
        ("See [[a] now.", "write [[a]]"),
        ("See ![[a.png] now.", "write [[a.png]]"),
        ("- see [[a]\n- and [b]", "write [[a]]"),
        ("See [a]] now.", "write [[a]]"),
        ("See [two words]] now.", "write [[two words]]"),
        ("See [[a|b", "write [[a|b]]"),
        ("See [[name", "write [[name]]"),
        ("See [[two\nwords]] now.", "write [[two words]] in one line"),
        ("[[good]] and [[bad] and [[good]]", "write [[bad]]"),
        ("| [[a|b] | c |", "write [[a|b]]"),
    ],
)
def test_a_malformed_wikilink_is_reported(text: str, remedy: str) -> None:
    (found,) = parse(f"[[z]]\n\n{text}\n", "x.md").diagnostics
    assert (found.code, found.line, found.remedy) == ("SG030", 3, remedy)


@pytest.mark.parametrize(
    "text",
    [
        "[[Bug] a title](https://e.org/1)",
        "[[1]](https://e.org) and [[[2]]](https://e.org)",
        "just type [[and the list opens",
        "if [[ -f x ]; then",
        "[[1, 2], [3, 4]] and [see [a]]",
        "a[b[0]] and x[1]]",
        "`[[a]` and ``[[a|b``",
        "```\n[[a]\n```",
        "text\n\n    [[a]\n",
        "\\[[a] and \\[\\[a]",
        "<!-- [[a] -->",
        "[[a [[b]] c]]",
        "[[]] [[ ]] [[|x]]",
        "[[x]it! – a format](https://e.org)",
        "[[a](b.md)",
        "- [ ] do [x]\n- [x] done",
    ],
)
def test_brackets_that_pair_or_are_no_link_are_no_finding(text: str) -> None:
    assert found_in(f"[[z]]\n\n{text}\n") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One.[^1]\n", [("SG031", 1)]),
        ("One.[^a] Two.[^A]\n\nThree.[^b]\n", [("SG031", 1), ("SG031", 3)]),
        ("One.\n\n[^1]: Text.\n", [("SG032", 3)]),
        ("One.[^1]\n\n[^2]: Text.\n", [("SG031", 1), ("SG032", 3)]),
        ("One.[^1]\n\n[^1]: Text.\n", []),
        ("One.[^Note]\n\n[^note]: Text.\n", []),
        ("One.[^1]\n\n> [^1]: In a quote.\n", []),
        ("- One.[^1]\n\n  [^1]: In an item.\n", []),
        ("One.[^1]\n\n[^1]: Text.[^2]\n[^2]: More.\n", []),
        ("`[^a-z]` and \\[^a] and [^x](y.md)\n\n    [^1]\n", []),
        ("```\n[^1]: x\n```\n", []),
        ("^[in line] and [a^b]\n", []),
        ("<!-- [^1] -->\n", []),
    ],
)
def test_footnotes_without_their_other_half_are_reported(
    text: str, expected: list[tuple[str, int]]
) -> None:
    assert found_in(text) == expected


def test_a_remedy_shows_control_characters_and_sends_none() -> None:
    (found,) = parse("See [[a\x1b\x07b\n", "x.md").diagnostics
    assert found.remedy == "write [[a\\x1b\\x07b]]"
    assert str(found).isprintable()


def test_findings_name_what_is_wrong() -> None:
    text = "One.[^n] [[a|b]\n\n[^m]: Text.\n\n[[z]]\n"
    assert [(found.line, found.message) for found in parse(text, "x.md").diagnostics] == [
        (1, "[[a|b] closes with one bracket, so it is no link"),
        (1, "the footnote [^n] is used and never defined"),
        (3, "the footnote [^m] is defined and never used"),
    ]
