"""The rules of a strict check: each in a graph that has the fault and in one that nearly has."""

from __future__ import annotations

from datetime import date

import pytest

from skillagent.diagnostics import CODES, Diagnostic, Severity
from skillagent.graph import Options, SkillGraph
from skillagent.lint import CHECK_RULES, HEALTH_RULES, RULES, STRICT_RULES, Inspection
from tests.conftest import Vault

TODAY = date(2026, 11, 29)
Files = dict[str, str]


def node(description: str, text: str = "", *fields: str) -> str:
    """A node's file with a description, more fields and a text."""
    header = "\n".join((f"description: {description}", *fields))
    return f"---\n{header}\n---\n# Title\n\n{text}\n"


def sentences(count: int, first: int = 0) -> str:
    """Sentences of six words, no two of which are the same."""
    numbers = range(first, first + count)
    return "\n".join(f"Word{n} is one of the words{n}." for n in numbers)


def links(count: int, words: str) -> str:
    return "".join(f"- [[n{number}]] - {words} {number}\n" for number in range(count))


def numbered(count: int, words: str) -> Files:
    return {f"n{number}.md": node(f"{words} {number}") for number in range(count)}


LONG = "When to read a node whose description goes on and on, with words that no one needs. " * 3
SKILL = "---\nname: s\ndescription: Reads files, when there are files to read\n---\n# S\n\n"
COPY = sentences(40)

# Each case: the code, the file that a finding names, a faulty graph, and one that nearly is.
CASES: dict[str, list[tuple[str, str, Files, Files]]] = {
    "long-description": [
        ("SG320", "a.md", {"a.md": node(LONG)}, {"a.md": node(LONG[:200].strip())}),
        ("SG320", "a.md", {"a.md": node(LONG)}, {"SKILL.md": f"---\ndescription: {LONG}\n---\n"}),
    ],
    "description-repeats-name": [
        (
            "SG321",
            "entry-orders.md",
            {"entry-orders.md": node("Entry orders.")},
            {"entry-orders.md": node("Entry orders: when to send which")},
        ),
        (
            "SG321",
            "a.md",
            {"a.md": "---\ntitle: Stop loss\ndescription: stop-loss\n---\n"},
            {"a.md": "Only a text.\n"},
        ),
    ],
    "repeated-description": [
        (
            "SG322",
            "b.md",
            {"a.md": node("When to sell"), "b.md": node("When to sell!")},
            {"a.md": node("When to sell"), "b.md": node("To sell, when")},
        ),
        (
            "SG322",
            "eq.md",
            {"eq.md": node("Whether a = b"), "Eq/Same.md": node("Whether a = b.")},
            {
                "eq.md": node("Whether a = b"),
                "ge.md": node("Whether a >= b"),
                "next/fees.md": node("What it costs"),
                "v1.2/fees.md": node("What it costs"),
            },
        ),
    ],
    "costly-map": [
        (
            "SG323",
            "index.md",
            {**numbered(40, "word " * 39), "index.md": links(40, "when")},
            {**numbered(40, "word"), "index.md": links(40, "when")},
        ),
    ],
    "near-duplicate": [
        (
            "SG324",
            "b.md",
            {"a.md": node("A", COPY), "b.md": node("B", COPY.replace("Word7 ", "Other "))},
            {"a.md": node("A", COPY), "b.md": node("B", sentences(30) + sentences(10, 90))},
        ),
        (
            "SG324",
            "b.md",
            {"a.md": node("A", COPY), "b.md": node("B", COPY)},
            {
                "release-4.0.md": node("A", COPY),
                "release-4.1.md": node("B", COPY),
                "next/c.md": node("C", sentences(40, 200)),
                "v1.x/c.md": node("D", sentences(40, 200)),
            },
        ),
        (
            "SG324",
            "b.md",
            {"a.md": node("A", COPY), "b.md": node("B", COPY)},
            {"a.md": node("A", COPY, 'superseded_by: "[[b]]"'), "b.md": node("B", COPY)},
        ),
        (
            "SG324",
            "b.md",
            {"a.md": node("A", COPY), "b.md": node("B", COPY)},
            {"a.md": node("A", sentences(5)), "b.md": node("B", sentences(5))},
        ),
        (
            "SG324",
            "b.md",
            {"a.md": node("A", COPY), "b.md": node("B", COPY + sentences(4, 50))},
            {
                f"{letter}.md": node(letter, COPY + sentences(4, 50 + 10 * at))
                for at, letter in enumerate("abcdefgh")
            },
        ),
    ],
    "embed-cycle": [
        (
            "SG325",
            "a.md",
            {"a.md": node("A", "![[b]]"), "b.md": node("B", "![[a]]")},
            {"a.md": node("A", "![[b]]"), "b.md": node("B", "[[a]]")},
        ),
        (
            "SG325",
            "a.md",
            {"a.md": node("A", "## One\n\n![[a#One]]\n\n## Two\n\nText.")},
            {"a.md": node("A", "## One\n\n![[a#Two]]\n\n## Two\n\nText.")},
        ),
        (
            "SG325",
            "a.md",
            {
                "a.md": node("A", "![[b]]"),
                "b.md": node("B", "![[c]]"),
                "c.md": node("C", "## One\n\n![[a]]\n\n## Two\n\nText."),
            },
            {
                "a.md": node("A", "![[b]]"),
                "b.md": node("B", "![[c#Two]]"),
                "c.md": node("C", "## One\n\n![[a]]\n\n## Two\n\nText."),
            },
        ),
    ],
    "one-way-link": [
        (
            "SG326",
            "b.md",
            {
                "a.md": "# Stop loss\n\nSee [[b]] before the stop is set.\n",
                "b.md": "# Orders\n\nA stop loss is set at once.\n",
            },
            {
                "a.md": "# Stop loss\n\nSee [[b]] before the stop is set.\n",
                "b.md": "# Orders\n\nA `stop loss` and a stop-loss-limit are set at once.\n",
            },
        ),
        (
            "SG326",
            "b.md",
            {
                "a.md": "# Stop loss\n\nSee [[b]] before the stop is set.\n",
                "b.md": "# Orders\n\nA stop loss is set at once.\n",
            },
            {
                "a.md": "# Stops\n\nSee [[b]] before the stop is set.\n",
                "b.md": "# Orders\n\nThe stops are set at once.\n",
            },
        ),
        (
            "SG326",
            "b.md",
            {
                "a.md": node("A", "See [[b]] before you start.", "aliases: [StopLoss]"),
                "b.md": node("B", "StopLoss is set at once."),
            },
            {
                "a.md": node("A", "See [[b]] before you start.", "aliases: [StopLoss]"),
                "b.md": node("B", "StopLoss is set at once; see [[a]]."),
            },
        ),
    ],
    "skipped-heading-level": [
        ("SG327", "a.md", {"a.md": "# A\n\n### B\n\nText.\n"}, {"a.md": "# A\n\n## B\n\nText.\n"}),
        (
            "SG327",
            "a.md",
            {"a.md": "## A\n\n#### B\n\nText.\n"},
            {"a.md": "## A\n\n### B\n\nText.\n\n## C\n\n```\n#### D\n```\n"},
        ),
    ],
    "several-titles": [
        (
            "SG328",
            "a.md",
            {"a.md": "# A\n\nText.\n\n# B\n\nText.\n"},
            {"a.md": "---\ntitle: All\n---\n# A\n\nText.\n\n# B\n\nText.\n"},
        ),
    ],
    "empty-section": [
        (
            "SG329",
            "a.md",
            {"a.md": "# A\n\n## B\n\n## C\n\nText.\n"},
            {"a.md": "# A\n\n## B\n\n### C\n\nText.\n\n## D\n\n![[b]]\n", "b.md": "Text.\n"},
        ),
        (
            "SG329",
            "a.md",
            {"a.md": "# A\n\nText.\n\nB\n---\n\n---\n"},
            {"a.md": "# A\n\n## [[b]]\n\n## C\n\n- item\n", "b.md": "# B\n"},
        ),
    ],
    "outdated-target": [
        (
            "SG330",
            "a.md",
            {"a.md": node("A", "Read [[b]] first."), "b.md": node("B", "", "status: deprecated")},
            {"a.md": node("A", "Read [[b]] first."), "b.md": node("B", "", "status: active")},
        ),
        (
            "SG330",
            "a.md",
            {
                "a.md": node("A", "Read [[b]] first."),
                "b.md": node("B", "", "stale_after: 2026-11-28"),
            },
            {
                "a.md": node("A", "Read [[b]] first."),
                "b.md": node("B", "", "stale_after: 2026-11-29"),
            },
        ),
        (
            "SG330",
            "a.md",
            {"a.md": node("A", "Read [[b]] first."), "b.md": node("B", "", "deprecated: true")},
            {
                "a.md": node("A", "Until 2025 we used [[b]]."),
                "c.md": node("C", "## History\n\n- [[b]]"),
                "d.md": node("D", "Like [[b]].", "status: archived"),
                "b.md": node("B", "", "deprecated: true"),
            },
        ),
    ],
    "unlinked-file": [
        (
            "SG331",
            "a.md",
            {"a.md": node("A", "Read `references/b.md`."), "references/b.md": node("B")},
            {
                "a.md": node("A", "Read `references/b.md`, [b](references/b.md)."),
                "references/b.md": node("B"),
            },
        ),
        (
            "SG331",
            "a.md",
            {"a.md": node("A", "Run `scripts/run.py`."), "scripts/run.py": ""},
            {
                "a.md": node("A", "`scripts/run.py`:\n\n```\nprint()\n```\n\nOf `api/v1.x`."),
                "scripts/run.py": "",
                "api/v1.x/b.md": node("B"),
            },
        ),
        (
            "SG331",
            "a.md",
            {"a.md": node("A", "Run `scripts/run.py`."), "scripts/run.py": ""},
            {"a.md": node("A", "Run `run.py` or `scripts/<name>.py`."), "scripts/run.py": ""},
        ),
    ],
    "missing-file": [
        (
            "SG332",
            "SKILL.md",
            {"SKILL.md": SKILL + "Read `references/b.md`."},
            {"a.md": node("A", "Read `references/b.md`.")},
        ),
        (
            "SG332",
            "SKILL.md",
            {"SKILL.md": SKILL + "Run `scripts/b.py`.", "scripts/a.py": ""},
            {"SKILL.md": SKILL + "The project has `scripts/b.py`.", "scripts/a.py": ""},
        ),
        (
            "SG332",
            "s/SKILL.md",
            {"s/SKILL.md": SKILL + "Run `scripts/b.py`.", "s/scripts/a.py": ""},
            {
                "s/SKILL.md": SKILL + "Run `scripts/b.py` of the other.",
                "s/scripts/a.py": "",
                "t/scripts/b.py": "",
            },
        ),
        (
            "SG332",
            "SKILL.md",
            {"SKILL.md": SKILL + "Read `references/b.md`."},
            {
                "SKILL.md": SKILL + "Read `references/b.md`.",
                "references/b.md": node("B"),
                ".skillagentignore": "references\n",
            },
        ),
    ],
    "empty-link-label": [
        (
            "SG333",
            "a.md",
            {"a.md": node("A", "The limits are [here](b.md)."), "b.md": node("B")},
            {"a.md": node("A", "[The limits](b.md) are here."), "b.md": node("B")},
        ),
    ],
    "shadowed-alias": [
        (
            "SG334",
            "a.md",
            {"a.md": node("A", "", "aliases: [Stop-loss]"), "stop-loss.md": node("B")},
            {"a.md": node("A", "", "aliases: [Stop-losses]"), "stop-loss.md": node("B")},
        ),
        (
            "SG334",
            "a.md",
            {"a.md": node("A", "", "aliases: [Stops]"), "b.md": node("B", "", "title: Stops")},
            {"a.md": node("A", "", "aliases: [A]"), "b.md": node("B", "", "title: Stops")},
        ),
    ],
    "machine-path": [
        (
            "SG335",
            "a.md",
            {"a.md": node("A", "```console\n$ cd /Users/anna/desk\n```")},
            {"a.md": node("A", "```console\n$ cd /Users/YOURNAME/desk\n$ cd /home/anna/desk\n```")},
        ),
        (
            "SG335",
            "a.md",
            {"a.md": node("A", r"It is `C:\Users\anna\desk\it.md`.")},
            {"a.md": node("A", "See [it](/Users/anna/it.md) or https://x.org/Users/anna/it.")},
        ),
    ],
    "unclosed-fence": [
        (
            "SG336",
            "a.md",
            {"a.md": "# A\n\n```\ncode\n\nText with [[b]].\n", "b.md": "# B\n"},
            {"a.md": "# A\n\n```\ncode\n```\n\nText with [[b]].\n", "b.md": "# B\n"},
        ),
        (
            "SG336",
            "a.md",
            {"a.md": "# A\n\n````\n```\ncode\n```\n"},
            {"a.md": "# A\n\n- ~~~\n  code\n  ~~~\n"},
        ),
    ],
}


def found(vault: Vault, rule: str, files: Files) -> list[Diagnostic]:
    graph = SkillGraph.load(vault(files), options=Options(today=TODAY))
    return list(STRICT_RULES[rule](Inspection(graph)))


@pytest.mark.parametrize(
    ("rule", "number"), [(rule, number) for rule in CASES for number in range(len(CASES[rule]))]
)
def test_a_fault_is_found_and_what_is_nearly_one_is_not(
    vault: Vault, rule: str, number: int
) -> None:
    code, path, faulty, sound = CASES[rule][number]
    top = vault(
        {f"faulty/{name}": text for name, text in faulty.items()}
        | {f"sound/{name}": text for name, text in sound.items()}
    )
    graphs = [
        SkillGraph.load(top / name, options=Options(today=TODAY)) for name in ("faulty", "sound")
    ]
    (finding,), none = (tuple(STRICT_RULES[rule](Inspection(graph))) for graph in graphs)
    assert (finding.code, finding.path) == (code, path)
    assert none == ()


def test_each_rule_has_a_code_of_its_own_and_a_case_here() -> None:
    assert list(CASES) == [rule for rule in STRICT_RULES if rule in CASES]
    codes = [cases[0][0] for cases in CASES.values()]
    assert codes == [code for code in CODES if "SG320" <= code < "SG350"]
    assert not any(CODES[code].severity is Severity.ERROR for code in codes)
    assert {**CHECK_RULES, **HEALTH_RULES, **STRICT_RULES} == RULES


@pytest.mark.parametrize(
    ("rule", "files", "line", "message", "remedy"),
    [
        (
            "near-duplicate",
            {"a.md": node("A", COPY), "b.md": node("B", COPY.replace("Word7 ", "Other "))},
            0,
            "96 % of the text is that of [[a]]",
            CODES["SG324"].remedy,
        ),
        (
            "embed-cycle",
            {"b.md": node("B", "![[c]]"), "c.md": node("C", "![[b]]"), "a.md": "![[c]]\n"},
            6,
            "embeds in a circle: b → c → b; the inner embed is not expanded",
            CODES["SG325"].remedy,
        ),
        (
            "embed-cycle",
            {"a.md": "![[a]]\n"},
            1,
            "embeds in a circle: a → a; the inner embed is not expanded",
            CODES["SG325"].remedy,
        ),
        (
            "outdated-target",
            {
                "a.md": "Read [[v1]] first.\nAgain [[v1]].\n",
                "v1.md": node("First", "", 'superseded_by: "[[v2]]"'),
                "v2.md": node("Second"),
            },
            1,
            "[[v1]] is superseded, and nothing beside the link says so",
            "link [[v2]] instead, or say beside the link that it is superseded",
        ),
        (
            "outdated-target",
            {"a.md": "Read [[b]] first.\n", "b.md": node("B", "", "valid_until: 2025")},
            1,
            "[[b]] is expired, and nothing beside the link says so",
            "bring the node up to date, or say beside the link that it is expired",
        ),
        (
            "skipped-heading-level",
            {"a.md": "# A\n\n### B\n\nText.\n\n# C\n\n#### D\n\nText.\n"},
            3,
            "'B' is of level 3, the heading before it of level 1, and 1 more in this file",
            CODES["SG327"].remedy,
        ),
        (
            "unlinked-file",
            {"a.md": "".join(f"`x/{name}.md`\n" for name in "bcde")}
            | {f"x/{name}.md": f"# {name}\n" for name in "bcde"},
            1,
            "named in code only, no link leads there from here: x/b.md, x/c.md, x/d.md and 1 more",
            CODES["SG331"].remedy,
        ),
    ],
)
def test_a_finding_says_where_what_and_what_to_do(
    vault: Vault, rule: str, files: Files, line: int, message: str, remedy: str
) -> None:
    (finding,) = found(vault, rule, files)
    assert (finding.line, finding.message, finding.remedy) == (line, message, remedy)


def test_the_share_of_a_near_duplicate_does_not_depend_on_which_texts_are_compared(
    vault: Vault,
) -> None:
    copies = {f"copy-{letter}.md": node(letter, COPY) for letter in "abcdefgh"}
    others = {f"other-{n}.md": node(str(n), sentences(40, 100 * n)) for n in range(1, 9)}
    findings = found(vault, "near-duplicate", {**copies, **others})
    assert [finding.path for finding in findings] == sorted(copies)[1:]
    assert {finding.message for finding in findings} == {"100 % of the text is that of [[copy-a]]"}


def test_two_bare_links_below_see_also_are_a_list_without_words(vault: Vault) -> None:
    files = {**numbered(2, "number"), "a.md": "# A\n\n## {}\n\n- [[n0]]\n- [[n1]]\n"}
    top = vault(
        {
            f"{at}/{name}": text.replace("{}", heading)
            for name, text in files.items()
            for at, heading in enumerate(("See also", "Steps"))
        }
    )
    rule = HEALTH_RULES["bare"]
    below, elsewhere = (tuple(rule(Inspection(SkillGraph.load(top / str(at))))) for at in range(2))
    assert [finding.code for finding in below] == ["SG309"]
    assert elsewhere == ()
