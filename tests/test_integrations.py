"""The Anthropic SDK's own tool runner with our tools."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from skillagent import SkillGraph, Toolset
from skillagent.integrations.anthropic_runner import async_runner_tools, runner_tools
from skillagent.testing import Call, MockLLM, call, calls, say
from tests.conftest import Vault


@pytest.fixture
def tools(vault: Vault) -> Toolset:
    folder: Path = vault({"a.md": "# A\n\nText of a.", "b.md": "# B\n\nText of b."})
    return Toolset(SkillGraph.load(folder), 600)


def script() -> MockLLM:
    return MockLLM(
        [
            calls(Call("read_node", {"node": "a"}), Call("read_node", {"node": "zz"})),
            call("read_node", nodes="b"),
            say("Done."),
        ]
    )


OPTIONS = {"model": "claude-sonnet-5-5", "max_tokens": 500}
QUESTION = [{"role": "user", "content": "q"}]


@pytest.mark.parametrize("way", ["sync", "async"])
def test_the_runner_runs_our_tools_and_is_told_what_is_wrong(tools: Toolset, way: str) -> None:
    mock = script()
    if way == "sync":
        runner = mock.anthropic().beta.messages.tool_runner(
            tools=runner_tools(tools), messages=QUESTION, **OPTIONS
        )
        last = runner.until_done()
    else:

        async def run() -> object:
            runner = mock.async_anthropic().beta.messages.tool_runner(
                tools=async_runner_tools(tools), messages=QUESTION, **OPTIONS
            )
            return await runner.until_done()

        last = asyncio.run(run())
    assert "Done." in str(last)
    mock.assert_done()
    results = [
        part
        for request in mock.requests
        if request.conversation
        for part in request.conversation.results
    ]
    assert [result.error for result in results] == [False, True, True]
    assert "Text of a" in results[0].text
    assert "no node 'zz'" in results[1].text
    assert "read_node takes" in results[2].text
    assert [tool["name"] for tool in mock.requests[0].body["tools"]] == [
        spec.name for spec in tools.specs
    ]
    schema = mock.requests[0].body["tools"][0]["input_schema"]
    assert json.dumps(schema) == json.dumps(tools.anthropic()[0]["input_schema"])


def test_the_budget_holds_in_the_runner_too(tools: Toolset) -> None:
    greedy = MockLLM([*(call("read_node", node="a", again=True) for _ in range(25)), say("Done.")])
    greedy.anthropic().beta.messages.tool_runner(
        tools=runner_tools(tools), messages=QUESTION, **OPTIONS
    ).until_done()
    greedy.assert_done()
    assert tools.ledger.spent <= 600
    assert tools.ledger.entries[-1].cost == 0
