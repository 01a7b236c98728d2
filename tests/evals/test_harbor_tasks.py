"""Harbor tasks: accepted by harbor's own models, and graded as `skillagent eval` grades."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import tomllib
import typing
from pathlib import Path
from typing import Any

import pytest
import typing_extensions

from skillagent.cli import main
from skillagent.evals.checks import Check, Contains, Exact, Matches, Numeric
from skillagent.evals.harbor_tasks import BASE_IMAGE, solution
from skillagent.evals.suite import Case
from skillagent.graph import SkillGraph
from tests.conftest import ROOT
from tests.evals import kiln

HARBOR = Path(sys.prefix) / "harbor"
"""Where .ci/harbor puts harbor."""
SUITE = """\
name: kiln
graph: ..
budgets: [500, 2000]
cases:
- id: damp
  question: How long must clay dry?
  gold: cracks
  tags: [single]
  check: [{contains: hours}, {numeric: {value: 48, tolerance: 1}}]
- id: dull
  question: At which heat does it shine?
  gold: glazes
  check: {regex: '12\\d0'}
- id: unchecked
  question: What else is there?
  gold: glazes
"""


@pytest.fixture
def harbor(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The models of the program that the format comes from."""
    if not (HARBOR / "toml").is_dir():
        pytest.skip("harbor is not installed: run .ci/harbor")
    # Harbor asks for Python 3.12; this name is all that its models need of it.
    monkeypatch.setattr(typing, "override", typing_extensions.override, raising=False)
    monkeypatch.syspath_prepend(str(HARBOR))
    return importlib.import_module("harbor.models.task.task")


@pytest.fixture
def tasks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """The tasks of the suite."""
    folder = kiln.write(tmp_path / "kiln", suite=SUITE)
    out = tmp_path / "tasks"
    assert main(["export", "harbor", str(folder), "-o", str(out)]) == 0
    done = capsys.readouterr().out
    assert done == f"{out}: 2 tasks; left out, without a check of the answer: 1\n"
    return out


# form


def test_harbor_accepts_every_task(tasks: Path, harbor: Any) -> None:
    assert sorted(path.name for path in tasks.iterdir()) == ["damp", "dull"]
    for folder in tasks.iterdir():
        task = harbor.Task(folder)
        assert task.name == f"kiln/{folder.name}"
        assert task.config.schema_version == "1.4"
        assert harbor.Task.is_valid_dir(folder)
        [server] = task.config.environment.mcp_servers
        assert (server.name, server.transport, server.command) == (
            *("skillagent", "stdio"),
            "skillagent",
        )
        # What harbor does not know would be dropped by its models.
        written = tomllib.loads((folder / "task.toml").read_text(encoding="utf-8"))
        read = task.config.model_dump(mode="json")
        for section, values in written.items():
            if isinstance(values, dict):
                assert set(values) <= set(read[section]), section


def test_the_server_is_started_for_the_graph_with_the_largest_budget(tasks: Path) -> None:
    config = tomllib.loads((tasks / "damp" / "task.toml").read_text(encoding="utf-8"))
    [server] = config["environment"]["mcp_servers"]
    served = ["serve", "/graph/kiln", "--dialect", "obsidian", "--budget", "2000", "--no-watch"]
    assert server["args"] == served
    assert config["metadata"]["gold"] == ["cracks"]


def test_the_environment_has_the_nodes_and_no_answers(tasks: Path) -> None:
    environment = tasks / "damp" / "environment"
    assert sorted(
        path.relative_to(environment).as_posix()
        for path in environment.rglob("*")
        if path.is_file()
    ) == [
        "Dockerfile",
        "graph/kiln/SKILL.md",
        "graph/kiln/cracks.md",
        "graph/kiln/glazes.md",
        "skills/skill-graph/SKILL.md",
    ]
    copied = SkillGraph.load(environment / "graph" / "kiln")
    assert copied.digest == SkillGraph.load(tasks.parent / "kiln").digest
    dockerfile = (environment / "Dockerfile").read_text(encoding="utf-8")
    for copy in ("COPY graph /graph", "COPY skills /skills", "skillagent-graph[mcp]=="):
        assert copy in dockerfile


def test_the_skill_that_comes_along_is_valid(
    tasks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    skill = tasks / "damp" / "environment" / "skills" / "skill-graph"
    assert main(["check", str(skill)]) == 0
    assert "0 errors, 0 warnings" in capsys.readouterr().out


def test_the_base_image_is_that_of_our_own_image() -> None:
    assert f"FROM {BASE_IMAGE} AS base" in (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_several_roots_are_served_by_name(tmp_path: Path) -> None:
    folder = kiln.write(tmp_path / "kiln", suite=SUITE.replace("gold: ", "gold: a::"))
    kiln.write(tmp_path / "other")
    graph = ["--graph", f"a={folder}", "--graph", f"b={tmp_path / 'other'}"]
    out = tmp_path / "tasks"
    assert main(["export", "harbor", str(folder), *graph, "-o", str(out)]) == 0
    config = tomllib.loads((out / "damp" / "task.toml").read_text(encoding="utf-8"))
    [server] = config["environment"]["mcp_servers"]
    assert server["args"][:3] == ["serve", "a=/graph/a", "b=/graph/b"]
    environment = out / "damp" / "environment" / "graph"
    assert (environment / "b" / "cracks.md").is_file()


# grading


def reward(task: Path, folder: Path, answer: str | None) -> str:
    """The reward that tests/test.sh writes, with the places of the image below a folder."""
    folder.mkdir()
    script = (task / "tests" / "test.sh").read_text(encoding="utf-8")
    for place in ("/logs/verifier", "/app/answer.txt"):
        script = script.replace(place, f"{folder}{place}")
    (folder / "app").mkdir()
    if answer is not None:
        (folder / "app" / "answer.txt").write_text(answer, encoding="utf-8")
    for name in ("checks.json", "check_answer.py"):
        (folder / name).write_bytes((task / "tests" / name).read_bytes())
    (folder / "test.sh").write_text(script, encoding="utf-8")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(
        ["bash", str(folder / "test.sh")],
        env={**os.environ, "PATH": path},
        check=True,
        capture_output=True,
    )
    return (folder / "logs" / "verifier" / "reward.txt").read_text().strip()


@pytest.mark.process
@pytest.mark.parametrize(
    ("case", "answer", "expected"),
    [
        ("damp", "Dry it for 48 hours.", "1"),
        ("damp", "Dry it for 40 hours.", "0"),
        ("damp", None, "0"),
        ("dull", "1240 degrees", "1"),
    ],
)
def test_the_test_script_gives_the_reward(
    tasks: Path, tmp_path: Path, case: str, answer: str | None, expected: str
) -> None:
    assert reward(tasks / case, tmp_path / "image", answer) == expected


@pytest.mark.process
def test_the_solution_passes(tasks: Path, tmp_path: Path) -> None:
    script = (tasks / "damp" / "solution" / "solve.sh").read_text(encoding="utf-8")
    (tmp_path / "app").mkdir()
    solve = script.replace("/app/answer.txt", f"{tmp_path}/app/answer.txt")
    subprocess.run(["bash", "-c", solve], check=True)
    answer = (tmp_path / "app" / "answer.txt").read_text(encoding="utf-8")
    assert reward(tasks / "damp", tmp_path / "image", answer) == "1"
    assert not (tasks / "dull" / "solution").exists()


@pytest.mark.parametrize(
    ("checks", "answer"),
    [
        ((Exact("It's $HOME"),), "It's $HOME"),
        ((Contains("a"), Contains("b")), "a\nb"),
        ((Numeric(0.5),), "0.5"),
        ((Contains("x1"), Matches(r"x\d")), "x1"),
        ((Matches("a+"),), None),
        ((Exact("a"), Contains("b")), None),
    ],
)
def test_a_solution_is_given_where_the_checks_give_one(
    checks: tuple[Check, ...], answer: str | None
) -> None:
    assert solution(Case("a", "?", checks=checks)) == answer


# refusals


@pytest.mark.parametrize(
    ("check", "error"),
    [
        (
            "judge: Is kind",
            "suite.yaml:4: case 'a': a Harbor task cannot check that an answer judged",
        ),
        ("python: 'm:f'", "a Harbor task cannot check that an answer m:f returns true"),
    ],
)
def test_a_check_that_no_script_carries_out_is_refused_in_one_line(
    tmp_path: Path, check: str, error: str, capsys: pytest.CaptureFixture[str]
) -> None:
    suite = (
        f"name: k\ngraph: ..\ncases:\n- {{id: a, question: Q, gold: cracks, check: {{{check}}}}}\n"
    )
    folder = kiln.write(tmp_path / "kiln", suite=suite)
    assert main(["export", "harbor", str(folder), "-o", str(tmp_path / "t")]) == 2
    err = capsys.readouterr().err
    assert error in err
    assert err.count("\n") == 1
    assert not (tmp_path / "t").exists()


def test_a_suite_without_checks_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = kiln.write(tmp_path / "kiln", suite=SUITE)
    command = ["export", "harbor", str(folder), "-o", str(tmp_path / "t"), "--case", "unchecked"]
    assert main(command) == 2
    assert "no case has a check that a task could grade" in capsys.readouterr().err
    assert main([*command[:-1], "dulll"]) == 2
    assert "there is no case 'dulll'" in capsys.readouterr().err


def test_a_folder_with_files_is_left_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = kiln.write(tmp_path / "kiln", suite=SUITE)
    out = tmp_path / "t"
    out.mkdir()
    command = ["export", "harbor", str(folder), "-o", str(out)]
    (out / "mine.txt").write_text("mine")
    assert main(command) == 2
    assert "t: cannot be written: Directory not empty" in capsys.readouterr().err
    assert [path.name for path in out.iterdir()] == ["mine.txt"]
    (out / "mine.txt").unlink()
    assert main(command) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kiln", "t"]


def test_the_same_suite_gives_the_same_bytes(tmp_path: Path) -> None:
    folder = kiln.write(tmp_path / "kiln", suite=SUITE)
    for name in ("one", "two"):
        assert main(["export", "harbor", str(folder), "-o", str(tmp_path / name)]) == 0
    files = [path for path in (tmp_path / "one").rglob("*") if path.is_file()]
    assert files
    for path in files:
        again = tmp_path / "two" / path.relative_to(tmp_path / "one")
        assert path.read_bytes() == again.read_bytes()
    forms = json.loads((tmp_path / "one" / "damp" / "tests" / "checks.json").read_text())
    assert forms == [{"contains": "hours"}, {"numeric": {"value": 48.0, "tolerance": 1.0}}]
