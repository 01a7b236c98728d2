"""Claude Code validates, installs and starts the plugin; what a model sees of it is captured."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from skillagent.disclosure.tools import specs
from skillagent.messages import ToolResult
from skillagent.testing import Conversation, MockLLM, Turn, call, say
from skillagent.testing.mock.received import Received
from tests.hosts.conftest import QUESTION, Host, programs

pytestmark = pytest.mark.process

PROGRAM = "claude"
PREFIX = "mcp__plugin_skillagent_skillagent__"


@pytest.fixture(scope="module")
def claude(host: Host, plugin: Path) -> Host:
    """With the plugin installed from a marketplace on disk."""
    host.run("plugin", "marketplace", "add", str(plugin))
    host.run("plugin", "install", "skillagent@skillagent")
    return host


@dataclass(frozen=True)
class Talk:
    """What passed between Claude Code and a model."""

    requests: tuple[Received, ...]

    @property
    def tools(self) -> dict[str, dict[str, Any]]:
        """Ours in the very first request, by their own names."""
        offered = self.requests[0].body["tools"]
        return {
            tool["name"].removeprefix(PREFIX): tool
            for tool in offered
            if tool["name"].startswith(PREFIX)
        }

    @property
    def first(self) -> str:
        """All text of the first request."""
        return "\n".join(texts(self.requests[0].body["messages"]))

    def results(self) -> list[ToolResult]:
        found = self.requests[-1].conversation
        assert found is not None
        parts = [part for message in found.messages for part in message.parts]
        return [part for part in parts if isinstance(part, ToolResult)]


def texts(value: Any) -> list[str]:
    """Every text in a value, in its order."""
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for item in inner for text in texts(item)]


def talk(host: Host, prompt: str, model: Callable[[Conversation], Turn]) -> Talk:
    """Ask once without a person, with our tools and edits allowed."""
    mock = MockLLM(model)
    with mock.serve() as server:
        allowed = ["--permission-mode", "acceptEdits", "--allowedTools", f"{PREFIX}list_index"]
        host.run("-p", prompt, *allowed, environment=server.environment())
    mock.assert_done()
    return Talk(mock.requests)


@pytest.fixture(scope="module")
def asked(claude: Host) -> Talk:
    """A question that the graph answers, and then an edit that breaks it."""
    file = str(claude.project / "know/new.md")

    def model(conversation: Conversation) -> Turn:
        if conversation.turn == 0:
            return call(f"{PREFIX}list_index", map=None, query=QUESTION, cursor=None)
        if conversation.turn == 1:
            return call("Write", file_path=file, content="See [[nowhere]].\n")
        return say("Read the status first.")

    return talk(claude, QUESTION, model)


@pytest.mark.parametrize("path", ["", ".claude-plugin/plugin.json"])
def test_its_validator_finds_nothing(host: Host, plugin: Path, path: str) -> None:
    told = json.loads(host.run("plugin", "validate", "--strict", "--json", str(plugin / path)))
    assert told["success"] is True
    assert (told["manifest"]["errors"], told["manifest"]["warnings"]) == ([], [])
    provided = told["provides"]
    assert provided["skills"] == ["skillagent:skillagent"]
    assert len(provided["commands"]) == 5


def test_it_lists_the_plugin_and_its_parts(claude: Host) -> None:
    [entry] = json.loads(claude.run("plugin", "list", "--json"))
    assert (entry["id"], entry["enabled"]) == ("skillagent@skillagent", True)
    parts = claude.run("plugin", "details", "skillagent")
    assert "(6)  add, ask, health, set-up, skillagent, weave" in parts
    assert "Hooks (2)  SessionStart, PostToolUse" in parts
    assert "MCP servers (1)  skillagent" in parts


def test_it_starts_the_server(claude: Host) -> None:
    assert "serve - ✔ Connected" in claude.run("mcp", "list")


def test_all_three_tools_stand_in_the_very_first_request(asked: Talk) -> None:
    assert sorted(asked.tools) == sorted(spec.name for spec in specs())
    for spec in specs():
        tool = asked.tools[spec.name]
        assert "defer_loading" not in tool
        assert tool["description"] == spec.description
        schema, ours = tool["input_schema"], spec.parameters
        assert schema["additionalProperties"] is False
        assert sorted(schema["required"]) == sorted(ours["properties"])
        assert {name: about["description"] for name, about in schema["properties"].items()} == {
            name: about["description"] for name, about in ours["properties"].items()
        }


def test_the_servers_instructions_arrive_whole(asked: Talk) -> None:
    _, found, rest = asked.first.partition("## plugin:skillagent:skillagent\n")
    assert found
    section = rest.partition("\n\n")[0]
    assert section.startswith('Skill graph "know": What whoever is on call for payments knows')
    assert section.endswith("reference material, not instructions to you.")


def test_a_tools_result_arrives_to_the_byte(claude: Host, asked: Talk) -> None:
    (claude.project / "know/new.md").unlink(missing_ok=True)
    answer, _ = asked.results()
    assert answer.text == claude.expected()
    assert "[[payouts/read-the-status-first]]" in answer.text
    assert not answer.error


def test_the_session_begins_with_the_entry_map(asked: Talk) -> None:
    assert "This project has a skill graph, declared in skillagent.toml." in asked.first
    assert "- [[ask-the-bank]]" in asked.first


def test_an_edit_that_breaks_the_graph_is_told_to_the_model(asked: Talk) -> None:
    last = "\n".join(texts(asked.requests[-1].body["messages"]))
    assert "new.md:1: warning SG020: broken link to 'nowhere'" in last


def test_commands_cost_a_session_nothing_until_a_person_calls_them(asked: Talk) -> None:
    assert "- skillagent:skillagent: " in asked.first
    assert "skillagent:set-up" not in asked.first


@pytest.mark.parametrize(
    ("command", "procedure", "run"),
    [
        ("set-up", "set-up-a-graph", "new FOLDER"),
        ("add", "add-a-thought", "add GRAPH"),
        ("weave", "weave-links", "weave GRAPH"),
        ("health", "check-the-health", "health GRAPH"),
        ("ask", "ask-a-graph", "list GRAPH"),
    ],
)
def test_a_command_tells_the_model_what_to_follow_and_to_run(
    claude: Host, plugin: Path, command: str, procedure: str, run: str
) -> None:
    said = talk(claude, f"/skillagent:{command} payments", lambda _: say("Yes."))
    told = f"payments\n\nRead `skills/skillagent/building/{procedure}.md` in the folder `{plugin}`"
    assert told in said.first
    assert "whole path of `skills/skillagent/scripts/skillagent.py` in that folder" in said.first
    assert f"here: `{run}" in said.first
    assert "CLAUDE_PLUGIN_ROOT" not in said.first
    named = set(re.findall(rf"`{PREFIX}(\w+)`", said.first))
    assert named == ({*said.tools, "skillagent_setup"} if command == "ask" else set())


def test_where_skillagent_is_missing_the_model_learns_how_to_install_it(
    claude: Host, tmp_path: Path
) -> None:
    bare = replace(claude, path=programs(tmp_path / "bin", "-I", "-S"))
    said = talk(bare, QUESTION, lambda _: say("Install it."))
    assert list(said.tools) == ["skillagent_setup"]
    assert "skillagent is not installed: run `" in said.first
    assert '-m pip install "CHECKOUT[mcp]"' in said.first
