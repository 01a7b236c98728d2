"""Copilot CLI installs the plugin from the same marketplace and offers its tools to a model."""

from __future__ import annotations

from pathlib import Path

import pytest

from skillagent.disclosure.tools import specs
from skillagent.messages import ToolResult
from skillagent.testing import Conversation, MockLLM, Turn, call, say
from skillagent.testing.mock.received import Received
from tests.hosts.conftest import QUESTION, Host

pytestmark = pytest.mark.process

PROGRAM = "copilot"
PREFIX = "skillagent-"


@pytest.fixture(scope="module")
def copilot(host: Host, plugin: Path) -> Host:
    host.run("plugin", "marketplace", "add", str(plugin))
    host.run("plugin", "install", "skillagent@skillagent")
    return host


@pytest.fixture(scope="module")
def requests(copilot: Host) -> tuple[Received, ...]:
    """Of one question that the graph answers."""

    def model(conversation: Conversation) -> Turn:
        if conversation.turn == 0:
            return call(f"{PREFIX}list_index", map=None, query=QUESTION, cursor=None)
        return say("Read the status first.")

    mock = MockLLM(model)
    with mock.serve() as server:
        provider = {
            "COPILOT_PROVIDER_BASE_URL": server.openai_url,
            "COPILOT_PROVIDER_TYPE": "openai",
            "COPILOT_PROVIDER_API_KEY": "mock",
            "COPILOT_MODEL": "gpt-5",
            "COPILOT_OFFLINE": "true",
        }
        copilot.run("-p", QUESTION, "--allow-all-tools", environment=provider)
    mock.assert_done()
    return mock.requests


def test_it_lists_the_plugin_its_skills_and_its_server(copilot: Host) -> None:
    assert "skillagent@skillagent (v0.1.0) (enabled)" in copilot.run("plugin", "list")
    skills = copilot.run("skill", "list").partition("Builtin skills")[0]
    assert "ml-reproducibility" not in skills
    assert "  skillagent - " in skills
    assert "  skillagent (local)" in copilot.run("mcp", "list")


def test_all_three_tools_stand_in_the_first_request(requests: tuple[Received, ...]) -> None:
    offered = {
        tool["function"]["name"].removeprefix(PREFIX): tool["function"]
        for tool in requests[0].body["tools"]
        if tool["function"]["name"].startswith(PREFIX)
    }
    assert sorted(offered) == sorted(spec.name for spec in specs())
    for spec in specs():
        tool = offered[spec.name]
        assert tool["description"] == spec.description
        assert sorted(tool["parameters"]["properties"]) == sorted(spec.parameters["properties"])


def test_the_skills_stand_beside_the_tools(requests: tuple[Received, ...]) -> None:
    """It shows a model no instructions of a server; what our skill says must do."""
    sent = requests[0].raw.decode()
    assert "Answer from it: list_index" not in sent
    assert "<name>skillagent</name>" in sent


def test_a_tools_result_arrives_to_the_byte(copilot: Host, requests: tuple[Received, ...]) -> None:
    """Of the project's graph, though Copilot starts the server in the plugin's folder."""
    conversation = requests[-1].conversation
    assert conversation is not None
    parts = [part for message in conversation.messages for part in message.parts]
    [result] = [part for part in parts if isinstance(part, ToolResult)]
    assert result.text == copilot.expected()
