"""Running a suite: attempts on disk, run records, going on, reports."""

from __future__ import annotations

import json
import linecache
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from skillagent import SkillGraph
from skillagent.errors import ProviderError, UsageError
from skillagent.evals import Attempt, Eval, Setup, Suite, load, policies, report
from skillagent.evals.results_file import PREVIOUS, RESULTS
from skillagent.evals.running import RECORDS
from skillagent.graph import Options
from skillagent.messages import Message, Reply, Request, Role, Stop, Text
from skillagent.providers import Provider
from skillagent.repro.control import Verdict
from skillagent.repro.graph_at_hand import graph_at_hand
from skillagent.repro.verify import checks
from skillagent.runs import RunRecord
from skillagent.tokens import default_counter
from tests.evals.conftest import offline, planned


def _lines(folder: Path) -> list[str]:
    return (folder / RESULTS).read_text().splitlines()


def test_every_policy_runs_every_case_in_every_budget(suite: Suite, tmp_path: Path) -> None:
    plan = planned(suite, tmp_path / "out")
    attempts = plan.run()
    assert [attempt.task for attempt in attempts] == list(plan.tasks)
    assert len(attempts) == 2 * 2 * 4
    by_case = {a.task.case: a for a in attempts if a.task[:2] == ("graph", 1200)}
    assert by_case["heavy"].passed == (True,)
    assert by_case["white"].answer is not None


def test_two_runs_give_the_same_report(suite: Suite, tmp_path: Path) -> None:
    plans = [planned(suite, tmp_path / name) for name in ("one", "two")]
    one, two = (json.dumps(report(plan, plan.run()).to_json()) for plan in plans)
    assert one == two


def test_every_task_leaves_a_run_record_that_can_be_verified(
    suite: Suite, bakery: Path, tmp_path: Path
) -> None:
    plan = planned(suite, tmp_path / "out", "bm25-fused", "flat-catalogue", "graph", records=True)
    for attempt in plan.run():
        record = RunRecord.read(tmp_path / "out" / RECORDS / attempt.record)
        assert record.manifest.spent == attempt.spent
        with graph_at_hand(record, [str(bakery)], Options()) as graph:
            levels = checks(record, graph, 3)
        assert not [fault for level in levels for fault in level.faults], attempt.task
        assert not any(level.skipped for level in levels[:3])


def test_an_interrupted_eval_goes_on_where_it_stopped(suite: Suite, tmp_path: Path) -> None:
    whole = planned(suite, tmp_path / "whole").run()
    folder = tmp_path / "out"

    def stop_at_the_fifth(stage: str, done: int, total: int) -> None:
        if stage == "running cases" and done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        planned(suite, folder).run(stop_at_the_fifth)
    before = _lines(folder)
    assert len(before) == 1 + 5
    with (folder / RESULTS).open("a") as stream:
        stream.write('{"case": "cut in the mid')  # as a killed process leaves it
    counted: list[int] = []
    attempts = planned(suite, folder).run(lambda stage, done, total: counted.append(total))
    assert attempts == whole
    assert counted[-1] == len(whole) - 5
    assert _lines(folder)[: len(before)] == before


@pytest.mark.parametrize("change", ["graph", "cases", "settings", "finished"])
def test_an_eval_of_another_making_begins_anew(
    suite: Suite, bakery: Path, tmp_path: Path, change: str
) -> None:
    folder = tmp_path / "out"
    first = planned(suite, folder, "graph", records=True)
    first.run()
    path = folder / RESULTS
    if change != "finished":
        path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    if change == "graph":
        (bakery / "stone.md").write_text("# Stone\n\nIt is not needed.\n")
    if change == "cases":
        suite = replace(suite, cases=suite.cases[:2])
    plan = planned(suite, folder, "graph", records=True)
    if change == "settings":
        plan = replace(plan, settings={"temperature": "0.5"})
    counted: list[int] = []
    attempts = plan.run(lambda stage, done, total: counted.append(total))
    assert counted[-1] == len(plan.tasks)
    assert len((folder / PREVIOUS).read_text().splitlines()) > len(first.tasks)
    records = {path.name for path in (folder / RECORDS).iterdir() if path.is_dir()}
    assert records == {attempt.record for attempt in attempts}


def test_a_second_eval_keeps_out_of_the_folder_of_a_running_one(
    suite: Suite, tmp_path: Path
) -> None:
    folder = tmp_path / "out"

    def start_another(stage: str, done: int, total: int) -> None:
        with pytest.raises(UsageError, match="another eval writes here"):
            planned(suite, folder).run()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        planned(suite, folder).run(start_another)


def test_a_file_that_is_no_results_file_is_left_alone(suite: Suite, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / RESULTS).write_text("my own notes\n")
    with pytest.raises(UsageError, match="no results of an eval"):
        planned(suite, folder).run()
    assert (folder / RESULTS).read_text() == "my own notes\n"


@pytest.mark.process
def test_a_killed_eval_goes_on_and_gives_the_same(bakery: Path, tmp_path: Path) -> None:
    suite = load(bakery / "evals" / "suite.yaml")
    folder, code = (
        tmp_path / "out",
        (
            "import os, sys, signal\n"
            "from pathlib import Path\n"
            "from skillagent.evals import load\n"
            "from tests.evals.conftest import offline, planned\n"
            "def kill(stage, done, total):\n"
            "    if stage == 'running cases' and done == 7:\n"
            "        os.kill(os.getpid(), signal.SIGKILL)\n"
            "planned(load(sys.argv[1]), Path(sys.argv[2]), records=True).run(kill)\n"
        ),
    )
    command = [sys.executable, "-c", code, str(suite.file), str(folder)]
    killed = subprocess.run(command, cwd=Path(__file__).parents[2], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert len(_lines(folder)) == 1 + 7
    attempts = planned(suite, folder, records=True).run()
    assert [replace(a, record="") for a in attempts] == [
        replace(a, record="") for a in planned(suite, tmp_path / "whole").run()
    ]
    for attempt in attempts:
        assert RunRecord.read(folder / RECORDS / attempt.record).manifest.outcome


class Moody:
    """A model that answers without reading: another answer each time, or a failure."""

    name = "moody"
    parameters: dict[str, object] = {}  # noqa: RUF012  # as a provider has them

    def __init__(self, answers: Iterator[str]) -> None:
        self._answers = answers

    def reply(self, request: Request) -> Iterator[Reply]:
        text = next(self._answers)
        if text == "fail":
            raise ProviderError("the model cannot be reached")
        yield Reply(Message(Role.ASSISTANT, (Text(text),)), Stop.END)


def _moody(suite: Suite, folder: Path, answers: Iterator[str], repeats: int = 1) -> Eval:
    graph = SkillGraph.load(*suite.roots)
    suite = replace(suite.on(graph), repeats=repeats, budgets=(1_200,))

    def provider(name: str, repeat: int) -> Provider:
        return Moody(answers)

    setup = Setup(graph, suite.cases, default_counter(), provider)
    chosen = policies(["bm25-fused", "llm"], ["moody"], setup)
    return Eval(suite, setup, chosen, folder, records=False)


def _always(text: str) -> Iterator[str]:
    while True:
        yield text


def test_a_model_is_asked_at_least_twice_and_compared_with_itself(
    suite: Suite, tmp_path: Path
) -> None:
    plan = _moody(suite, tmp_path / "out", _always("double in size"))
    done = report(plan, plan.run())
    row = done.row("llm:moody", 1_200)
    assert row is not None and row.passes is not None
    assert (row.passes.repeats, row.passes.once) == (2, 1.0)
    difference = done.difference("llm:moody", 1_200)
    assert difference is not None and difference.control is not None
    assert difference.verdict is Verdict.UNDERPOWERED  # three questions cannot show anything
    plain = done.difference("llm:moody", 1_200, "all_gold")
    assert plain is not None and plain.against == "bm25-fused"


def test_failed_attempts_are_said_and_made_again(suite: Suite, tmp_path: Path) -> None:
    failing = _moody(suite, tmp_path / "out", _always("fail"))
    done = report(failing, failing.run())
    assert done.failed == 2 * 4
    again = _moody(suite, tmp_path / "out", _always("fine"))
    counted: list[int] = []
    attempts = again.run(lambda stage, done, total: counted.append(total))
    assert counted[-1] == 2 * 4
    assert not any(attempt.error for attempt in attempts)
    assert report(again, attempts).failed == 0


def test_secrets_in_answers_are_not_written(
    suite: Suite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "sk-ant-" + "a1B2" * 12
    monkeypatch.setenv("MY_TOKEN", "correct-horse-battery")
    plan = _moody(suite, tmp_path / "out", _always(f"{secret} and correct-horse-battery"))
    plan.run()
    written = (tmp_path / "out" / RESULTS).read_text()
    assert secret not in written
    assert "correct-horse-battery" not in written


def test_an_attempt_survives_its_file(suite: Suite, tmp_path: Path) -> None:
    for attempt in planned(suite, tmp_path / "out").run():
        assert Attempt.from_json(json.loads(json.dumps(attempt.to_json()))) == attempt


def test_the_environment_has_no_part_in_a_report(
    suite: Suite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = planned(suite, tmp_path / "out")
    text = json.dumps(report(plan, plan.run()).to_json())
    assert str(tmp_path) not in text
    assert os.uname().nodename not in text


@pytest.mark.parametrize("name", ["..", ".", "", "../mine", "/"])
def test_no_name_in_a_results_file_leads_out_of_the_folder_of_records(
    suite: Suite, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / "out"
    planned(suite, folder, "graph").run()
    lines = [json.loads(line) for line in _lines(folder)]
    lines[1]["record"] = name
    (folder / RESULTS).write_text("".join(json.dumps(line) + "\n" for line in lines))
    (folder / "manifest.json").write_text("{}")
    (folder / "mine").mkdir()
    (folder / "mine" / "manifest.json").write_text("{}")
    planned(suite, folder, "graph").run()
    assert (folder / "manifest.json").exists()
    assert (folder / "mine" / "manifest.json").exists()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("policy", ["graph"]),
        ("record", 7),
        ("passed", ["no"]),
        ("steps", [["read_node", "12", [], [], []]]),
        ("steps", [["read_node", -5, [], [], []]]),
        ("steps", [["read_node", 5, [["a"]], [], []]]),
    ],
)
def test_an_attempt_that_was_damaged_is_made_again(
    suite: Suite, tmp_path: Path, key: str, value: object
) -> None:
    folder = tmp_path / "out"
    attempts = planned(suite, folder, "graph").run()
    lines = [json.loads(line) for line in _lines(folder)[:-1]]
    lines[2][key] = value
    (folder / RESULTS).write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert planned(suite, folder, "graph").run() == attempts


def test_an_eval_with_another_function_begins_anew(
    suite: Suite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    digests = []
    for text in ("def walk(question, session): ...\n", "def walk(question, session): return ''\n"):
        (tmp_path / "changing_policy.py").write_text(text)
        sys.modules.pop("changing_policy", None)
        linecache.clearcache()
        graph = SkillGraph.load(*suite.roots)
        setup = Setup(graph, suite.cases, default_counter(), offline)
        chosen = policies(["changing_policy:walk"], (), setup, allow_python=True)
        plan = Eval(suite.on(graph), setup, chosen, tmp_path / "out", records=False)
        digests.append(plan.made_of["functions"])
    assert digests[0] != digests[1]
