"""Suites run as tasks of Inspect AI, with the figures of our own runner."""

from __future__ import annotations

import importlib
import json
import math
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from skillagent import EncodingCounter, SkillGraph
from skillagent.errors import MissingPackageError
from skillagent.evals import Eval, Setup, load, policies, report
from skillagent.evals.judge import Judge
from skillagent.messages import Message, Reply, Request, Role, Stop, Text, ToolCall
from skillagent.providers import Provider
from skillagent.providers.base import Determinism
from tests.conftest import ROOT
from tests.evals.conftest import NODES, SUITE
from tests.evals.inspect_script import turn

pytestmark = [pytest.mark.process, pytest.mark.slow]

BUDGETS = (300, 1_200, 100_000)
LONG = "Every loaf of the archive is listed here, by its year. " * 600
"""More than the 16 KiB that Inspect shows of a result by default."""


class Scripted:
    """The model of `inspect_script`, behind our own protocol."""

    name = "scripted"
    determinism = Determinism.SCRIPTED

    def reply(self, request: Request) -> Iterator[Text | Reply]:
        question = request.messages[0].text
        number = sum(message.role is Role.ASSISTANT for message in request.messages)
        now = turn(question, number)
        calls = [
            ToolCall(f"{number}-{at}", name, arguments)
            for at, (name, arguments) in enumerate(now.calls)
        ]
        stop = Stop.MAX_TOKENS if now.is_cut_off else Stop.TOOL_USE if calls else Stop.END
        parts = (*((Text(now.text),) if now.text else ()), *calls)
        yield Reply(Message(Role.ASSISTANT, parts), stop)


class Strict:
    """The judge of `inspect_script`."""

    name = "judge"

    def reply(self, request: Request) -> Iterator[Text | Reply]:
        answer = request.messages[-1].text.split("<answer>")[1]
        word = "FAIL" if "I do not know" in answer else "PASS"
        yield Reply(Message(Role.ASSISTANT, (Text(word),)), Stop.END)


@pytest.fixture(scope="module")
def suite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bakery")
    for name, text in (NODES | {"long.md": f"# Archive of loaves\n\n{LONG}\n"}).items():
        (folder / name).write_text(text)
    suite = SUITE.replace("budgets: [300, 1200]", f"budgets: {list(BUDGETS)}") + (
        "- id: endless\n  question: How hot is it?\n  gold: stone\n"
        "  check: [{judge: It names a temperature}, {exact: hot}]\n"
    )
    suite = suite.replace("overnight?\n", "overnight?\n  check: {judge: It is honest}\n")
    (folder / "evals").mkdir()
    (folder / "evals" / "suite.yaml").write_text(suite)
    return folder / "evals" / "suite.yaml"


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("logs")


@pytest.fixture(scope="module")
def outcome(
    suite_file: Path, logs: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """What Inspect's logs of the suite say, with a judge and without."""
    home = str(tmp_path_factory.mktemp("home"))
    done = subprocess.run(
        [sys.executable, "-m", "tests.evals.inspect_script", suite_file, logs, *map(str, BUDGETS)],
        cwd=ROOT,
        env=os.environ | {"HOME": home, "XDG_DATA_HOME": home, "XDG_CACHE_HOME": home},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.fixture
def inspected(outcome: dict[str, Any]) -> dict[int, Any]:
    """Budget → what came of it, with a judge."""
    return {int(budget): run for budget, run in outcome["judged"].items()}


@pytest.fixture(scope="module")
def ours(suite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Eval, Any]:
    """The same suite and the same replies in our own runner."""
    suite = load(suite_file)
    graph = SkillGraph.load(*suite.roots)
    suite = suite.on(graph)

    def provider(name: str, repeat: int) -> Provider:
        return Scripted()

    setup = Setup(graph, suite.cases, EncodingCounter(), provider)
    chosen = policies(["llm"], ["scripted"], setup)
    folder = tmp_path_factory.mktemp("ours")
    plan = Eval(suite, setup, chosen, folder, records=False, judge=Judge(Strict))
    return plan, plan.run()


def test_every_budget_succeeds_and_leaves_a_log(
    outcome: dict[str, Any], inspected: dict[int, Any], logs: Path
) -> None:
    assert [run["status"] for run in inspected.values()] == ["success"] * len(BUDGETS)
    names = {run["log"] for run in (*inspected.values(), outcome["unjudged"])}
    assert names == {path.name for path in logs.iterdir()}


def test_each_sample_spends_what_its_texts_cost_and_never_more_than_the_budget(
    inspected: dict[int, Any],
) -> None:
    counter = EncodingCounter()
    for budget, run in inspected.items():
        for sample in run["samples"].values():
            assert sum(map(counter.count, sample["shown"])) == sample["spent"] <= budget


def test_a_long_text_reaches_the_model_whole(inspected: dict[int, Any]) -> None:
    longest = max(inspected[100_000]["samples"]["heavy"]["shown"], key=len)
    assert longest.count("Every loaf of the archive") == 600
    assert longest.endswith("of 100000 left)")


def test_steps_and_scores_are_those_of_our_own_runner(
    inspected: dict[int, Any], ours: tuple[Eval, Any]
) -> None:
    plan, attempts = ours
    assert len(attempts) == len(BUDGETS) * len(plan.suite.cases)
    for attempt in attempts:
        sample = inspected[attempt.task.budget]["samples"][attempt.task.case]
        assert sample["steps"] == [step.to_json() for step in attempt.steps]
        passed = sample["scores"]["answer_checks"]
        assert math.isnan(passed) if not attempt.passed else passed == all(attempt.passed)


def test_figures_are_those_of_our_own_report(
    inspected: dict[int, Any], ours: tuple[Eval, Any]
) -> None:
    figures = report(*ours)
    for budget, run in inspected.items():
        row = figures.row("llm:scripted", budget)
        (refusals,) = (r for r in figures.refusals if r.budget == budget)
        assert row
        assert row.passes
        assert run["metrics"] == {
            "gold_recall": [4, pytest.approx(row.recall.mean)],
            "all_gold": [4, pytest.approx(row.all_gold.mean)],
            "precision": [4, pytest.approx(row.precision)],
            "false_disclosure": [1, pytest.approx(refusals.disclosed)],
            "answer_checks": [3, pytest.approx(1 / 3)],
        }


def test_a_sample_has_what_its_case_has(inspected: dict[int, Any]) -> None:
    samples = inspected[1_200]["samples"]
    assert samples["heavy"]["target"] == ["double in size"]
    assert samples["granite"]["metadata"] == {
        "gold": ["stone"],
        "distractors": ["steam"],
        "tags": ["single", "slow"],
        "checks": [],
    }
    assert samples["heavy"]["told"]["gold_recall"].startswith("gold: dense-crumb; read: dense-")
    assert samples["endless"]["told"]["answer_checks"].splitlines() == [
        "yes: judged: It names a temperature",
        "no: is 'hot'",
    ]


def test_without_a_grader_rubrics_are_left_out(outcome: dict[str, Any]) -> None:
    assert outcome["unjudged"]["status"] == "success"
    samples = outcome["unjudged"]["samples"]
    assert samples["parking"]["told"]["answer_checks"] == "no model has the role grader"
    assert samples["endless"]["told"]["answer_checks"] == "no: is 'hot'"


def test_without_the_package_one_line_names_what_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "inspect_ai", None)
    monkeypatch.delitem(sys.modules, "skillagent.evals.inspect_tasks", raising=False)
    with pytest.raises(MissingPackageError, match="Inspect AI needs the package 'inspect-ai'"):
        importlib.import_module("skillagent.evals.inspect_tasks")


def test_inspect_finds_the_task_by_its_entry_point() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]
    assert declared["inspect_ai"] == {"skillagent": "skillagent.evals.inspect_tasks"}
