"""The JSON form of an agent's events: what `chat --json` prints, and back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from skillagent import Agent, SkillGraph, Toolset
from skillagent.agent import CallFinished, CallStarted, Done, EndReason, Event
from skillagent.agent.events import from_json, to_json
from skillagent.messages import Message, Reply, Request, Role, Stop, Text, ToolCall, Usage
from tests.conftest import Vault


class Scripted:
    """A provider that gives prepared replies."""

    name = "scripted"

    def __init__(self, *replies: Reply) -> None:
        self._replies = iter(replies)

    def reply(self, request: Request) -> Iterator[Text | Reply]:
        reply = next(self._replies)
        if reply.message.text:
            yield Text(reply.message.text)
        yield reply


def run(vault: Vault) -> list[Event]:
    """A run with every kind of event, and an answer of every kind of result."""
    calls = (
        ToolCall("1", "list_index", {"query": "About"}),
        ToolCall("2", "read_summary", {"nodes": ["a", "nowhere"]}),
        ToolCall("3", "read_node", {"node": "a"}),
        ToolCall("4", "read_node", {"node": "nowhere"}),
        ToolCall("5", "read_node", '{"node": '),
    )
    graph = SkillGraph.load(
        vault(
            {"a.md": "---\ndescription: About a\nextra: x\n---\n# A\n\nSee [[b]].\n", "b.md": "B."}
        )
    )
    provider = Scripted(
        Reply(Message(Role.ASSISTANT, calls), Stop.TOOL_USE, Usage(10, 2, 3, 1)),
        Reply(Message(Role.ASSISTANT, (Text("The answer."),)), Stop.END),
    )
    return list(Agent(Toolset(graph), provider).ask("question"))


def test_events_come_back_from_their_json(vault: Vault) -> None:
    events = run(vault)
    lines = [json.dumps(to_json(event)) for event in events]
    restored = list(from_json(json.loads(line) for line in lines))
    assert [json.dumps(to_json(event)) for event in restored] == lines
    without_session = [
        replace(event, answer=replace(event.answer, disclosed=(), call=0, room=0))
        if isinstance(event, CallFinished)
        else event
        for event in events
    ]
    assert restored == without_session
    kinds = {event.answer.result.kind for event in restored if isinstance(event, CallFinished)}
    assert kinds == {"index", "summary", "node", "error"}


def test_the_reason_of_an_end_is_a_value_of_the_enumeration(vault: Vault) -> None:
    done = run(vault)[-1]
    assert done == Done(EndReason.END, "The answer.")
    assert json.dumps(to_json(done)) == '{"event": "done", "reason": "end", "text": "The answer."}'
    [restored] = from_json([{"event": "done", "reason": "interrupted", "text": "", "kept": True}])
    assert restored == Done(EndReason.INTERRUPTED, "")


def test_every_way_in_which_a_reply_stops_is_a_reason_to_end() -> None:
    goes_on = {Stop.TOOL_USE}
    assert {stop.value for stop in Stop if stop not in goes_on} < set(EndReason)


@pytest.mark.parametrize(
    ("objects", "message"),
    [
        ([{"event": "word"}], "event 1: unknown kind 'word'"),
        ([{}], "event 1: unknown kind None"),
        ([{"event": "text"}], r"event 1 \(text\): .*text"),
        ([{"event": "done", "reason": "bored", "text": ""}], r"event 1 \(done\): .*reason"),
        ([{"event": "result", "id": "1"}], r"event 1 \(result\): no call '1' before this result"),
        (
            [
                to_json(CallStarted(ToolCall("1", "read_node", {}))),
                {"event": "result", "id": "1", "result": {"kind": "odd"}},
            ],
            r"event 2 \(result\): unknown kind of result 'odd'",
        ),
        (
            [to_json(CallStarted(ToolCall("1", "read_node", {}))), {"event": "result", "id": "1"}],
            r"event 2 \(result\): 'result'",
        ),
    ],
)
def test_what_is_not_an_event_is_refused(objects: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(ValueError, match=f"(?s){message}"):
        list(from_json(objects))
