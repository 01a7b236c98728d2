"""The rules that `health` counts: each in a graph that has the fault and in one that nearly has."""

from __future__ import annotations

import pytest

from skillagent.authoring.health import health
from skillagent.cli.main import main
from skillagent.diagnostics import CODES, Severity
from skillagent.graph import Options, SkillGraph
from skillagent.lint import CHECK_RULES, HEALTH_RULES, RULES, Inspection, findings
from tests.conftest import Vault

HEADER = "---\ndescription: When {}\n---\n"
MAP = "---\ntype: map\ndescription: When all\n---\n"


def node(subject: str, text: str = "") -> str:
    """A node's file, which has no fault of its own."""
    return f"{HEADER.format(subject)}# {subject}\n{text}"


def links(count: int) -> str:
    return " ".join(f"see [[n{number}]] then" for number in range(count))


def numbered(count: int) -> dict[str, str]:
    return {f"n{number}.md": node(f"number {number} × {number}") for number in range(count)}


def chain(length: int) -> dict[str, str]:
    """Nodes of which each links to the next one; the first is linked from the entry."""
    names = [f"n{number}" for number in range(length)]
    after = [f"then [[{name}]] it" for name in names[1:]]
    return {
        f"{name}.md": node(f"step {name}", text)
        for name, text in zip(names, [*after, ""], strict=True)
    }


ONE = {"index.md": node("to start", "go to [[n0]] it"), "n0.md": node("first")}

CASES: dict[str, tuple[str, str, dict[str, str], dict[str, str]]] = {
    "large": (
        "SG303",
        "n0",
        {**ONE, "n0.md": node("first", "word " * 300)},
        {**ONE, "n0.md": node("first", "word " * 150)},
    ),
    "unreachable": ("SG304", "n1", {**ONE, "n1.md": node("second")}, ONE),
    "broken": ("SG305", "gone", {**ONE, "n0.md": node("first", "[[gone]]")}, ONE),
    "undescribed": ("SG306", "n0", {**ONE, "n0.md": "Only a text.\n"}, ONE),
    "long": (
        "SG307",
        "n0",
        {**ONE, "n0.md": node("first", "a " * 1_600)},
        {**ONE, "n0.md": node("first", "a " * 1_400)},
    ),
    "wide": (
        "SG308",
        "index",
        {**numbered(26), "index.md": MAP + links(26)},
        {**numbered(25), "index.md": MAP + links(25)},
    ),
    "bare": (
        "SG309",
        "index",
        {**numbered(3), "index.md": node("to start", "- [[n0]]\n- [[n1]]\n- [[n2]]\n")},
        {
            **numbered(3),
            "index.md": node("to start", "- [[n0]]\n- [[n1]]\n- [[n2]] - when to count\n"),
        },
    ),
    "far": (
        "SG310",
        "n4",
        {**chain(5), "index.md": ONE["index.md"]},
        {**chain(4), "index.md": ONE["index.md"]},
    ),
    "alike": (
        "SG311",
        "n0",
        {**ONE, "n0.md": HEADER.format("to start")},
        {**ONE, "n0.md": HEADER.format("to stop")},
    ),
    "narrow": (
        "SG312",
        "index",
        {**numbered(2), "index.md": MAP + links(2)},
        {**numbered(3), "index.md": MAP + links(3)},
    ),
    "no-when": ("SG313", "n0", {**ONE, "n0.md": "---\ndescription: Firsts\n---\n"}, ONE),
}


@pytest.mark.parametrize("rule", CASES)
def test_a_fault_is_found_and_what_is_nearly_one_is_not(vault: Vault, rule: str) -> None:
    code, subject, faulty, sound = CASES[rule]
    top = vault(
        {f"faulty/{path}": text for path, text in faulty.items()}
        | {f"sound/{path}": text for path, text in sound.items()}
    )
    options = Options(max_file_bytes=1_000) if rule == "large" else None
    graphs = [SkillGraph.load(top / name, options=options) for name in ("faulty", "sound")]
    (finding,), none = (tuple(HEALTH_RULES[rule](Inspection(graph))) for graph in graphs)
    assert (finding.code, finding.subject) == (code, subject)
    assert finding.remedy == CODES[code].remedy
    assert none == ()
    (figure,) = [figure for figure in health(graphs[0]) if figure.key == rule]
    assert figure.places == ((finding.subject, finding.detail),)


def test_each_rule_has_a_code_of_its_own_and_a_case_here() -> None:
    assert list(CASES) == list(HEALTH_RULES)
    codes = [code for code in CODES if "SG303" <= code < "SG320"]
    assert [code for code, *_ in CASES.values()] == codes
    assert not any(CODES[code].severity is Severity.ERROR for code, *_ in CASES.values())
    assert {**CHECK_RULES, **HEALTH_RULES}.items() <= RULES.items()


def test_check_prints_none_of_them(vault: Vault, capsys: pytest.CaptureFixture[str]) -> None:
    top = vault({**ONE, "n1.md": node("second"), "n0.md": "Only a text. [[gone]]\n"})
    counted = {finding.code for finding in findings(SkillGraph.load(top), rules=HEALTH_RULES)}
    assert counted == {"SG304", "SG305", "SG306"}
    assert main(["check", str(top), "--all"]) == 0
    shown = capsys.readouterr().out
    assert not [code for code in counted if code in shown]
