"""The plugin's cases for `claude plugin eval`, by the form that its documentation gives.

Source: code.claude.com, plugin-evals, for Claude Code 2.1.269 and later; each case was loaded by
2.1.332. The host itself runs them with a model, so what is held here is the form.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
import regex
import yaml

from tests.conftest import ROOT

EVALS = ROOT / "evals"
CASES = sorted(path.parent for path in EVALS.rglob("prompt.md"))
PROMPT_KEYS = {
    *("schema_version", "name", "description", "tags", "plugins", "runs", "expected_outcome"),
    *("model", "max_turns", "timeout_seconds", "allowed_tools", "append_system_prompt", "env"),
}
READ_ONLY_TOOLS = {"Read", "Glob", "Grep", "Skill"}
GRADER_KEYS = {
    "regex": {"pattern", "flags", "match", "target"},
    "tool_used": {"tool", "input_match", "min", "max"},
    "tool_order": {"before", "after"},
    "file_exists": {"path", "exists"},
    "llm": {"criteria", "focus"},
    "baseline": {"baseline_file", "criteria"},
}
LINKS = (
    "- [Debian](https://www.debian.org)\n- [Python](https://www.python.org)\n"
    "- [Wikipedia](https://www.wikipedia.org)"
)
SERVER = "mcp__plugin_skillagent_skillagent__"
"""What the names of our tools begin with in the host."""


def parts(path: Path) -> tuple[dict[str, Any], str]:
    """The header of a file, and what follows it."""
    text = path.read_text(encoding="utf-8")
    if not text.startswith("---\n"):
        return {}, text.strip()
    _, header, body = text.split("---\n", 2)
    return yaml.safe_load(header), body.strip()


def graders(case: Path) -> dict[str, tuple[dict[str, Any], str]]:
    return {path.stem: parts(path) for path in sorted((case / "graders").glob("*.md"))}


def our_tools() -> set[str]:
    tools = json.loads((ROOT / "src/skillagent/mcp_server/tools.json").read_text(encoding="utf-8"))
    return {tool["name"] for tool in tools}


def test_the_cases_are_in_the_wheel() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    places = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert places["evals"] == "skillagent/_plugin/evals"


def test_there_are_three_to_five_cases_one_of_which_is_none_of_ours() -> None:
    assert 3 <= len(CASES) <= 5
    assert any("negative" in parts(case / "prompt.md")[0]["tags"] for case in CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_prompt_has_the_keys_of_the_format_and_asks_something(case: Path) -> None:
    header, prompt = parts(case / "prompt.md")
    assert set(header) <= PROMPT_KEYS
    assert set(header["allowed_tools"]) <= READ_ONLY_TOOLS
    assert 1 <= header["max_turns"] <= 200
    assert prompt


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_graders_have_the_keys_of_their_kind(case: Path) -> None:
    for name, (header, body) in graders(case).items():
        kind = header.pop("type")
        arm = header.pop("arm", None)
        header.pop("weight", None)
        assert set(header) <= GRADER_KEYS[kind], name
        assert arm in (None, "with-only", "both"), name
        if kind == "regex":
            assert set(header.get("flags", "")) <= set("gimsuy")
            assert "(?i)" not in body
            regex.compile(body)
        if kind == "llm":
            assert "PASS if" in body
            assert "FAIL if" in body
        if "input_match" in header:
            regex.compile(header["input_match"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_case_is_scored_in_both_arms(case: Path) -> None:
    """With two arms, a grader about the tool Skill is shown and not scored, unless it says so."""
    scored = [
        name
        for name, (header, _) in graders(case).items()
        if header.get("arm") == "both"
        or (header.get("arm") is None and header.get("tool") != "Skill")
    ]
    assert scored


def test_a_skill_that_must_stay_closed_is_scored() -> None:
    for case in CASES:
        for name, (header, _) in graders(case).items():
            if header.get("tool") == "Skill" and header.get("max") == 0:
                assert header["min"] == 0, name
                assert header["arm"] == "both", name


@pytest.mark.parametrize(
    ("case", "right", "wrong"),
    [
        ("finding-explained/link-has-its-path", "[[b/refund]]", "[[a/refund]]"),
        ("finding-explained/link-has-its-path", "[[b/refund|refund]]", "[[refund]]"),
        ("long-skill-cut-up/names-the-command", "skillagent split skills/on-call", "split it"),
        ("bounded-answer/gives-the-option", "--budget 3000", "--budget 30000"),
        ("bounded-answer/gives-the-option", "--budget=3k", "3000 tokens"),
        ("bounded-answer/no-option-is-made-up", "--budget 3000", "--max-tokens 3000"),
        ("ask-the-graph/gives-the-command", "halt-refunds --ledger blue", "halt-refunds"),
        (
            "unrelated-request/list-is-sorted",
            LINKS,
            "- [Wikipedia](https://www.wikipedia.org)\n- [Debian](https://www.debian.org)",
        ),
    ],
)
def test_a_pattern_tells_a_right_answer_from_a_wrong_one(case: str, right: str, wrong: str) -> None:
    folder, name = case.split("/")
    header, pattern = graders(EVALS / folder)[name]
    passing, failing = (right, wrong) if "match" not in header else (wrong, right)
    assert regex.search(pattern, passing)
    assert not regex.search(pattern, failing)


def test_tools_and_mocks_are_those_of_our_server() -> None:
    named = [
        tool
        for case in CASES
        for header, _ in graders(case).values()
        for tool in (header.get("tool"), header.get("before"), header.get("after"))
        if tool and tool.startswith(SERVER)
    ]
    assert named
    assert {tool.removeprefix(SERVER) for tool in named} <= our_tools()
    mocks = EVALS / "ask-the-graph" / "mocks" / "skillagent"
    assert {path.stem for path in mocks.glob("*.md")} == our_tools()
    tools = json.loads((ROOT / "src/skillagent/mcp_server/tools.json").read_text(encoding="utf-8"))
    saved = json.loads((mocks / "_tools.json").read_text(encoding="utf-8"))
    assert saved == {"tools": tools}, "write it again from src/skillagent/mcp_server/tools.json"


def test_every_node_of_the_mocked_graph_can_be_read() -> None:
    mocks = EVALS / "ask-the-graph" / "mocks" / "skillagent"
    header, _ = parts(mocks / "read_node.md")
    listed = regex.findall(r"^- \[\[([^]]+)\]\]", parts(mocks / "list_index.md")[1], regex.M)
    fixtures = {path.stem for path in (mocks / "fixtures").glob("*.md")}
    assert set(listed) == fixtures == set(header["expect"]["node"])
