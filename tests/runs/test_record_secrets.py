"""No key that is planted anywhere reaches a file of a record, and the record is still of use."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from skillagent import Agent, SkillGraph, Toolset
from skillagent.agent import saved
from skillagent.errors import ProviderError
from skillagent.messages import Message, Reply, Request, Role, Stop, Text, ToolCall
from skillagent.repro.verify import check_record
from skillagent.runs import RunRecord, RunRecorder
from tests.conftest import Vault
from tests.secret_samples import SAMPLES

KEYS = sorted(SAMPLES.items())
PLAIN = "correct-horse-battery-staple"
"""A secret of no known form: only the variable that holds it says that it is one."""


class Talkative:
    """A model that repeats a key wherever it can."""

    name = "talkative"

    def __init__(self, key: str, *, fails: bool = False) -> None:
        self._key = key
        self._fails = fails

    def reply(self, request: Request) -> Iterator[Text | Reply]:
        key = self._key
        if self._fails:
            yield Text(f"I know {key}")
            raise ProviderError(f"GET https://x.example/?api_key={key} failed: Bearer {key}", 401)
        if request.messages[-1].text:
            calls = (
                ToolCall("a", "list_index", {"query": key}, json.dumps({"query": key})),
                ToolCall("b", "read_node", {"node": "a", "section": key, "api_key": key}),
                ToolCall("c", "read_node", f'{{"node": "{key}"'),
                ToolCall("d", "read_node", {"node": "a"}),
                ToolCall("e", "read_node", {"node": "plain"}),
            )
            yield Reply(Message(Role.ASSISTANT, (Text(key), *calls)), Stop.TOOL_USE)
        else:
            yield Reply(Message(Role.ASSISTANT, (Text(f"It is {key}."),)), Stop.END, model=key)


def files_of(run: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in run.iterdir()}


def told(agent: Agent, *questions: str) -> Path:
    for question in questions:
        try:
            for _ in agent.ask(question):
                pass
        except ProviderError:
            pass
    assert isinstance(agent.record, RunRecorder)
    assert agent.record.path is not None
    return agent.record.path


def leaked(run: Path, key: str) -> list[str]:
    """Files with the key, with a line of it, or with a word of it that tells something."""
    pieces = [key, json.dumps(key)[1:-1], *(line for line in key.split("\n") if len(line) > 20)]
    pieces += [word.lower() for word in key.replace("_", "-").split("-") if len(word) > 15]
    return [
        name
        for name, text in files_of(run).items()
        if any(piece in text or piece in text.lower() for piece in pieces)
    ]


def graph_with(vault: Vault, key: str) -> SkillGraph:
    return SkillGraph.load(
        vault(
            {
                "graph/a.md": f"# A\n\nThe key is {key}, and no other.\n\n## Part\n\nMore.\n",
                "graph/plain.md": f"# Plain\n\nSay {PLAIN} to enter.\n",
            }
        )
        / "graph"
    )


@pytest.mark.parametrize(("kind", "key"), KEYS)
def test_no_file_of_a_record_has_the_key(kind: str, key: str, vault: Vault, tmp_path: Path) -> None:
    graph = graph_with(vault, key)
    for number, fails in enumerate((False, True)):
        recorder = RunRecorder(
            tmp_path / f"runs{number}",
            with_nodes=True,
            graph=(f"https://user:{key}@example.org/graph",),
            environ={"OPENAI_API_KEY": key, "MY_PASSWORD": PLAIN, "HOME": "/home/me"},
        )
        agent = Agent(Toolset(graph), Talkative(key, fails=fails), record=recorder)
        run = told(agent, f"Is {key} the key?", "And now?")
        assert leaked(run, key) == []
        assert leaked(run, PLAIN) == []
        record = RunRecord.read(run)
        assert record.is_complete
        assert check_record(record).faults == ()


def test_a_conversation_that_goes_on_is_copied_without_its_keys(
    vault: Vault, tmp_path: Path
) -> None:
    key = SAMPLES["OpenAI"]
    graph = graph_with(vault, key)
    agent = Agent(Toolset(graph), Talkative(key))
    for _ in agent.ask(f"Is {key} the key?"):
        pass
    path = tmp_path / "saved.json"
    saved.save(agent, path, "talkative", None)
    assert key in path.read_text(encoding="utf-8")
    conversation = saved.load(path)
    goes_on = Agent(
        Toolset.resume(graph, conversation.state),
        Talkative(key),
        messages=conversation.messages,
        marks=conversation.marks,
        record=RunRecorder(tmp_path / "runs", resumed=path.read_bytes()),
    )
    run = told(goes_on, "And now?")
    assert leaked(run, key) == []
    assert saved.parse(RunRecord.read(run).resumed(), "resumed.json").state.calls == 5
    assert check_record(RunRecord.read(run)).faults == ()


def test_what_has_no_secret_is_copied_as_it_is(tmp_path: Path) -> None:
    recorder = RunRecorder(tmp_path, resumed=b'{"a":  1}')
    assert recorder._clean_conversation() == b'{"a":  1}'


def test_arguments_under_the_name_of_a_secret_are_removed(vault: Vault, tmp_path: Path) -> None:
    graph = graph_with(vault, "nothing")
    secret: dict[str, Any] = {"password": "hunter2-hunter2", "node": "a"}

    class Model(Talkative):
        def reply(self, request: Request) -> Iterator[Text | Reply]:
            call = ToolCall("a", "read_node", secret)
            done = Reply(Message(Role.ASSISTANT, (Text("done"),)), Stop.END)
            first = Reply(Message(Role.ASSISTANT, (call,)), Stop.TOOL_USE)
            yield first if request.messages[-1].text else done

    run = told(Agent(Toolset(graph), Model(""), record=RunRecorder(tmp_path / "runs")), "x")
    assert not any("hunter2" in text for text in files_of(run).values())
