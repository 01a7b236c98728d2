"""Suites as files: what they may hold, and how a mistake is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from skillagent import SkillGraph
from skillagent.errors import UsageError
from skillagent.evals import Suite, load
from skillagent.evals.checks import Contains, Exact, Judged, Matches, Numeric, Python
from skillagent.evals.leaks import leaks, refuse_leaks
from skillagent.evals.suite_file import schema

ROOT = Path(__file__).parents[2]
BUNDLED = (ROOT / "examples" / "ml-reproducibility", ROOT / "examples" / "trading")


def test_a_suite_file_becomes_typed_values(suite: Suite, bakery: Path) -> None:
    heavy, white, granite, parking = suite.cases
    assert suite.roots == (str(bakery),)
    assert suite.budgets == (300, 1200)
    assert (heavy.gold, heavy.tags, heavy.checks) == (
        ("dense-crumb",),
        ("single",),
        (Contains("double in size"),),
    )
    assert white.gold == ("pale-crust", "steam")
    assert granite.distractors == ("steam",)
    assert not parking.is_answerable
    assert [case.line for case in suite.cases] == [6, 11, 15, 20]


def test_titles_and_aliases_become_ids(suite: Suite, bakery: Path) -> None:
    path = bakery / "evals" / "suite.yaml"
    path.write_text(path.read_text().replace("gold: dense-crumb", "gold: Dense crumb"))
    assert load(path).on(SkillGraph.load(bakery)).cases[0].gold == ("dense-crumb",)


def test_every_kind_of_check_can_be_written(bakery: Path) -> None:
    path = bakery / "evals" / "suite.yaml"
    checks = (
        "[{contains: a}, {exact: b}, {regex: 'c+'}, {numeric: {value: 1.5, tolerance: 0.1}}, "
        "{python: 'os.path:exists'}, {judge: It names a time.}]"
    )
    path.write_text(path.read_text().replace("{contains: double in size}", checks))
    assert load(path).cases[0].checks == (
        Contains("a"),
        Exact("b"),
        Matches("c+"),
        Numeric(1.5, 0.1),
        Python("os.path:exists"),
        Judged("It names a time."),
    )


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("name: bakery", "name: bake ry", r"suite.yaml:1: name: .*pattern"),
        ("budgets: [300, 1200]", "budgets: [0]", r"suite.yaml:3: budgets.0: .*greater than 0"),
        ("budgets: [300, 1200]", "budget: 300", r"suite.yaml:3: budget: Extra inputs"),
        ("- id: white", "- id: heavy", r"suite.yaml:6: the id 'heavy' is used 2 times"),
        ("distractors: [steam]", "distractors: [stone]", "15: stone: both gold and a distractor"),
        ("{contains: double in size}", "{}", r"suite.yaml:10: .*exactly one of contains"),
        ("{contains: double in size}", "{contains: a, exact: b}", "exactly one of contains"),
        ("{contains: double in size}", "{regex: '('}", "no regular expression"),
        ("{contains: double in size}", "{python: system}", "python: .*pattern"),
        ("question: Where", "question:\n  asked: Where", "suite.yaml:21: cases.3.question"),
        ("cases:", "cases: []\nothers:", r"suite.yaml:5: cases: .*at least 1"),
        ("name: bakery", "name: [", r"suite.yaml:\d+: "),
        ("question: Where", "question: 2024-99-99 #", "suite.yaml: the suite has a value"),
        ("{contains: double in size}", "{contains: ' '}", "check.0.contains"),
        ("{contains: double in size}", f"{{regex: '{'(' * 999 + ')' * 999}'}}", "expression|long"),
        ("{contains: double in size}", "{regex: '(?:(?:a{999}){999}){99}'}", "repeats too often"),
        ("tags: single", 'tags: "a|b"', "tags.0"),
        ("- id: white", "- id: Heavy", "is used 2 times"),
    ],
)
def test_a_mistake_is_said_with_its_line(bakery: Path, before: str, after: str, told: str) -> None:
    path = bakery / "evals" / "suite.yaml"
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after, 1))
    with pytest.raises(UsageError, match=told) as error:
        load(path)
    assert "\n" not in str(error.value)


def test_an_unknown_node_is_said_with_the_nearest_ones(bakery: Path) -> None:
    path = bakery / "evals" / "suite.yaml"
    path.write_text(path.read_text().replace("gold: dense-crumb", "gold: dense-crum"))
    with pytest.raises(UsageError, match=r"suite.yaml:6: case 'heavy': no node .*dense-crumb"):
        load(path).on(SkillGraph.load(bakery))


def test_the_published_schema_is_the_one_of_the_code() -> None:
    published = (ROOT / "docs" / "eval-suite.schema.json").read_text(encoding="utf-8")
    assert json.loads(published) == schema()


@pytest.mark.parametrize(
    ("question", "quotes"),
    [
        ("What is a dense crumb?", True),
        ("Dense-crumb again, why?", True),
        ("Why is the crumb of my loaf so dense?", False),
        ("Why is it heavy?", False),
    ],
)
def test_a_question_that_quotes_a_gold_title_is_refused(
    bakery: Path, question: str, quotes: bool
) -> None:
    path = bakery / "evals" / "suite.yaml"
    path.write_text(path.read_text().replace("Why is my loaf so heavy inside?", f'"{question}"'))
    graph = SkillGraph.load(bakery)
    suite = load(path).on(graph)
    assert [leak.case.id for leak in leaks(suite, graph)] == ["heavy"] * quotes
    if quotes:
        with pytest.raises(UsageError, match=r"suite.yaml:6: case 'heavy': .*leaks: allow"):
            refuse_leaks(suite, graph)
        path.write_text("leaks: allow\n" + path.read_text())
    refuse_leaks(load(path).on(graph), graph)


@pytest.mark.parametrize("folder", BUNDLED, ids=lambda folder: folder.name)
def test_the_bundled_suites_ask_what_they_promise(folder: Path) -> None:
    graph = SkillGraph.load(folder)
    suite = load(folder / "evals" / "suite.yaml").on(graph)
    refuse_leaks(suite, graph)
    count = {"ml-reproducibility": 120, "trading": 40}[folder.name]
    assert len(suite.cases) == len({case.question for case in suite.cases}) == count
    by_tag = {tag: [case for case in suite.cases if tag in case.tags] for tag in suite.tags}
    assert len(by_tag["two-hop"]) >= count // 3
    assert len(by_tag["distractor"]) >= count // 6
    assert len(by_tag["unanswerable"]) >= count // 6
    assert all(case.distractors for case in by_tag["distractor"])
    assert {case.id for case in suite.unanswerable} == {case.id for case in by_tag["unanswerable"]}
    for case in by_tag["two-hop"]:
        assert len(case.gold) >= 2
        near = {node: set(graph.neighbors(node)) for node in case.gold}
        for node in case.gold:
            others = set(case.gold) - {node}
            linked = near[node] | {other for other in others if node in near[other]}
            assert linked & others, f"{case.id}: {node} is linked with no other gold node"
    maps = {*graph.maps, *graph.entries}
    assert not maps & {node for case in suite.cases for node in case.gold}
