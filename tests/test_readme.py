"""The README's command lines work as they are typed, in order, in a clean checkout."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from skillagent import Agent, SkillGraph, Toolset
from skillagent.providers.offline import OfflineProvider
from tests.conftest import BUNDLED, ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
SET_UP = re.compile(r"^(sh \.ci/test|pip install -q '\.\[(mcp|eval)\]')$")
"""What installs packages, from the network: done already where these tests run."""
FIRST = "python3 -m venv .venv && . .venv/bin/activate && pip install -q '.[chat]' && "


def lines() -> list[str]:
    """Every command line of the README, in order."""
    blocks = re.findall(r"^```sh\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    return [line for block in blocks for line in block.splitlines()]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What a clone of this repository would hold."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    )
    folder = tmp_path / "skillagent"
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.mark.process
def test_every_line_works_as_typed(checkout: Path, tmp_path: Path) -> None:
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environ = {**os.environ, "HOME": str(tmp_path / "home"), "PATH": programs}
    (tmp_path / "home").mkdir()
    ran = 0
    for line in lines():
        if SET_UP.match(line):
            continue
        command = line.removeprefix(FIRST)
        if command.partition("#")[0].strip() == "skillagent eval":
            command = "skillagent eval --budget 1k"  # a quarter of the time
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=checkout,
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            text=True,
        )
        exits = re.search(r"# exits (\d+): ", line)
        code = int(exits[1]) if exits else 0
        assert done.returncode == code, (line, done.stdout, done.stderr)
        ran += 1
    assert ran > 15


def test_two_lines_set_everything_up() -> None:
    assert lines()[0].startswith(FIRST + "skillagent chat -p ")
    assert lines()[1] == "sh .ci/test"


def test_it_is_short_and_its_files_are_there() -> None:
    assert len(README.splitlines()) < 190
    for path in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / path).exists(), path


def test_every_extra_is_named() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for extra in project["optional-dependencies"]:
        assert f"`{extra}`" in README, extra


def test_lines_are_plain_shell() -> None:
    for line in lines():
        assert shlex.split(line, comments=True), line


def test_the_first_example_costs_what_is_said_of_it() -> None:
    graph = SkillGraph.load(BUNDLED)
    question = re.findall(r'skillagent chat -p "(.+?)"', README)[0]
    agent = Agent(Toolset(graph), OfflineProvider())
    list(agent.ask(question))
    whole = sum(node.cost(agent.toolset.counter) for node in graph.nodes.values())
    said = f"has {len(graph.nodes)} nodes and {whole:,} tokens; the question is answered with "
    assert f"{said}{agent.toolset.ledger.spent:,} of them" in README


@pytest.mark.process
@pytest.mark.parametrize(
    "line", ['{"name": "list_index", "input": {}}', '{"name": "list_index", "argumnts": {}}']
)
def test_a_line_of_call_with_another_key_is_refused(line: str) -> None:
    command = [sys.executable, "-m", "skillagent", "call", str(BUNDLED)]
    done = subprocess.run(command, input=line.encode(), capture_output=True, check=False)
    assert done.returncode == 1
    assert "is not part of a call; write" in done.stdout.decode()
