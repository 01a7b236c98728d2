"""MCP's inspector lists and calls all there is, over stdio and HTTP, in both protocol eras."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from skillagent.disclosure.tools import specs
from tests.conftest import ROOT
from tests.hosts.conftest import GUIDE, HOSTS, served

pytestmark = pytest.mark.process

ERAS = ("legacy", "modern")
CALLS: dict[str, dict[str, Any]] = {
    "list_index": {"map": None, "query": "a link is broken", "cursor": None},
    "read_summary": {"nodes": ["link-resolution"], "query": None},
    "read_node": {"node": "link-resolution", "section": None, "again": None},
}


@pytest.fixture(scope="module", params=["stdio", "http"])
def target(request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """How the inspector reaches the server."""
    if request.param == "stdio":
        # One session pays for all that is read, and whoever verifies digests reads every file.
        yield [sys.executable, "-m", "skillagent", "serve", str(GUIDE), "--resources=free"]
        return
    with served() as url:
        yield [url, "--transport", "http"]


@pytest.fixture
def inspect(target: list[str], tmp_path: Path) -> Any:
    def run(era: str, *arguments: str) -> str:
        program = HOSTS / "node_modules/.bin/inspector"
        command = [str(HOSTS / "node"), str(program), "--cli", *target, "--protocol-era", era]
        done = subprocess.run(
            [*command, *arguments],
            env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


@pytest.mark.parametrize("era", ERAS)
def test_the_schemas_are_portable_and_every_tool_answers_in_one_text(
    inspect: Any, era: str
) -> None:
    tools = json.loads(inspect(era, "--method", "tools/list", "--strict"))["tools"]
    assert [tool["name"] for tool in tools] == [spec.name for spec in specs()] == list(CALLS)
    for name, arguments in CALLS.items():
        given = ["--tool-name", name, "--tool-args-json", json.dumps(arguments)]
        result = json.loads(inspect(era, "--method", "tools/call", *given))
        [block] = result["content"]
        assert block["type"] == "text"
        assert "link-resolution" in block["text"]
        assert "structuredContent" not in result
        assert not result.get("isError")


@pytest.mark.parametrize("era", ERAS)
def test_files_are_resources(inspect: Any, era: str) -> None:
    resources = json.loads(inspect(era, "--method", "resources/list"))["resources"]
    [uri] = [entry["uri"] for entry in resources if entry["uri"].endswith("/SKILL.md")]
    [contents] = json.loads(inspect(era, "--method", "resources/read", "--uri", uri))["contents"]
    assert contents["text"] == (GUIDE / "SKILL.md").read_text(encoding="utf-8")
    templates = json.loads(inspect(era, "--method", "resources/templates/list"))
    assert len(templates["resourceTemplates"]) == 1


def test_the_skills_digests_are_those_of_its_files(inspect: Any) -> None:
    """An extension of the newer protocol: the older one has no place to declare it."""
    told = inspect("modern", "--method", "skills/list", "--verify", "--require-digests")
    report = json.loads(told.splitlines()[0])
    assert (report["name"], report["conformance"], report["frontmatter"]) == ("skillagent", [], [])
    files = [path for path in GUIDE.rglob("*") if path.is_file() and "__pycache__" not in str(path)]
    assert {entry["status"] for entry in report["files"]} == {"verified"}
    assert len(report["files"]) == len(files)
