"""Run records of every kind, made by the real recorder, for tests of whatever reads records."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from skillagent import Agent, OfflineProvider, ProviderError, SkillGraph, Toolset
from skillagent.agent import CallStarted
from skillagent.messages import (
    JsonObject,
    Message,
    Opaque,
    Part,
    Reply,
    Request,
    Role,
    Stop,
    Text,
    ToolCall,
    Usage,
)
from skillagent.providers import Prices
from skillagent.providers.base import ReplyEvent
from skillagent.providers.prices import Price
from skillagent.runs import Determinism, RunRecord, RunRecorder

FILES: dict[str, str] = {
    "index.md": "---\ndescription: All of it\ntype: map\n---\n# Index\n\n- [[seed]] - fix it\n"
    "- [[split]] - keep them apart\n",
    "seed.md": "---\ndescription: One seed for all\n---\n# Seed\n\nSet it once, see [[split]].\n",
    "split.md": "---\ndescription: Train and test\n---\n# Split\n\nNever mix.\n",
}


LITTLE, MORE = Usage(100, 10), Usage(200, 20, 150)


class Scripted:
    """A model that gives these replies; an exception among them is raised in its place."""

    def __init__(
        self, *replies: Reply | BaseException, name: str = "a-model", parameters: Any = None
    ) -> None:
        self.name = name
        self.parameters = parameters or {}
        self._replies = iter(replies)

    def reply(self, request: Request) -> Iterator[ReplyEvent]:
        reply = next(self._replies)
        if isinstance(reply, BaseException):
            yield Text("The begin")
            raise reply
        yield from (part for part in reply.message.parts if isinstance(part, Text))
        yield reply


def says(text: str, *parts: Part, usage: Usage = MORE) -> Reply:
    content = (*parts, Text(text))
    return Reply(Message(Role.ASSISTANT, content), Stop.END, usage, "a-model-0901")


def reads(*nodes: str, usage: Usage = LITTLE) -> Reply:
    return calls(*({"node": node} for node in nodes), usage=usage)


def calls(*arguments: JsonObject | str, usage: Usage = LITTLE) -> Reply:
    """A reply that calls `read_node` with each of these arguments."""
    made = tuple(ToolCall(f"toolu_{n}", "read_node", each) for n, each in enumerate(arguments))
    return Reply(Message(Role.ASSISTANT, made), Stop.TOOL_USE, usage, "a-model-0901")


class Maker:
    """Makes records of one graph; its clock adds a second at each look."""

    def __init__(self, folder: Path, files: Mapping[str, str] = FILES) -> None:
        self.folder = folder
        for name, text in files.items():
            (folder / "graph" / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / "graph" / name).write_text(text, encoding="utf-8")
        self._ticks = itertools.count(1_700_000_000)

    def toolset(self, budget: int = 2_000) -> Toolset:
        return Toolset(SkillGraph.load(self.folder / "graph"), budget)

    def recorder(self, determinism: Determinism = Determinism.SAMPLED) -> RunRecorder:
        return RunRecorder(
            self.folder / "runs",
            clock=lambda: next(self._ticks),
            environ={},
            determinism=determinism,
        )

    def agent(self, provider: Any, *, budget: int = 2_000, **more: Any) -> Agent:
        return Agent(self.toolset(budget), provider, record=self.recorder(), **more)


def answered(agent: Agent, *questions: str) -> Path:
    """The record of an agent that was asked these questions."""
    for question in questions:
        for _ in agent.ask(question):
            pass
    return folder_of(agent)


def folder_of(agent: Agent) -> Path:
    assert isinstance(agent.record, RunRecorder)
    assert agent.record.path is not None
    return agent.record.path


def offline(make: Maker) -> Path:
    return answered(make.agent(OfflineProvider()), "How do I set a seed?", "And the split?")


def with_usage(make: Maker) -> Path:
    thought = Opaque("anthropic", {"type": "thinking", "thinking": "hm", "signature": "s"})
    model = Scripted(reads("seed", "nowhere"), says("Once.", thought), parameters={"seed": 3})
    return answered(make.agent(model), "How?")


def priced(make: Maker) -> Path:
    prices = Prices({"a-model-0901": Price(input=1.0, output=2.0)})
    model = Scripted(reads("seed"), says("Once."))
    return answered(make.agent(model, prices=prices), "How?")


def without_usage(make: Maker) -> Path:
    model = Scripted(reads("seed", usage=Usage()), says("Once.", usage=Usage()))
    return answered(make.agent(model), "How?")


def undone(make: Maker) -> Path:
    agent = make.agent(Scripted(says("One."), says("Two."), says("Three.")))
    answered(agent, "First?", "Second?")
    agent.undo()
    return answered(agent, "Third?")


def stopped_in_the_answer(make: Maker) -> Path:
    agent = make.agent(Scripted(says("Half of it")))
    events = agent.ask("How?")
    next(events)
    events.close()
    return folder_of(agent)


def stopped_in_a_call(make: Maker) -> Path:
    agent = make.agent(Scripted(reads("seed", "split")))
    events = agent.ask("How?")
    while not isinstance(next(events), CallStarted):
        pass
    events.close()
    return folder_of(agent)


def failed(make: Maker) -> Path:
    agent = make.agent(Scripted(reads("seed"), ProviderError("overloaded", 529)))
    with pytest.raises(ProviderError):
        answered(agent, "How?")
    return folder_of(agent)


def other_model_and_budget(make: Maker) -> Path:
    agent = make.agent(OfflineProvider())
    answered(agent, "How do I set a seed?")
    agent.provider = Scripted(reads("split"), says("So."), name="another")
    agent.toolset.rebudget(3_000)
    return answered(agent, "And the split?")


def too_many_turns(make: Maker) -> Path:
    return answered(make.agent(Scripted(reads("seed"), reads("split")), max_turns=1), "How?")


def odd_arguments(make: Maker) -> Path:
    odd = '{"node": ', {"node": "seed", "depth": 0.5}, '{"node": 1e999}', '["seed"]'
    model = Scripted(calls(*odd), says("Hm."))
    return answered(make.agent(model), "How?")


def spent(make: Maker) -> Path:
    agent = make.agent(Scripted(reads("seed", "split", "index"), says("Out.")), budget=260)
    return answered(agent, "How?")


def resumed(make: Maker) -> Path:
    before = Agent(make.toolset(), Scripted(reads("seed"), says("One.")))
    for _ in before.ask("First?"):
        pass
    after = Agent(
        before.toolset,
        Scripted(reads("split"), says("Two.")),
        messages=before.messages,
        marks=before.marks,
        record=make.recorder(),
    )
    return answered(after, "Second?")


def without_model(make: Maker) -> Path:
    """A session of `call` or `serve`: two calls at once, and one that got no answer."""
    toolset, recorder = make.toolset(), make.recorder()
    recorder.begin(toolset, None, None)
    first, second = (ToolCall(str(n), "read_node", {"node": n}) for n in ("seed", "split"))
    for call in (first, second):
        recorder.call(call)
    for call in (second, first):
        recorder.answer(call, toolset.call(call.name, call.arguments))
    recorder.call(ToolCall("3", "list_index", {}))
    recorder.close()
    assert recorder.path is not None
    return recorder.path


def before_the_first_event(make: Maker) -> Path:
    recorder = make.recorder()
    recorder.begin(make.toolset(), None, None)
    assert recorder.path is not None
    return recorder.path


def killed_while_writing(make: Maker) -> Path:
    folder = with_usage(make)
    trace = (folder / "trace.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "trace.jsonl").write_bytes(b"".join(trace[:5]) + trace[5][:20])
    (folder / "cassette.jsonl").unlink()
    return folder


def killed_while_waiting(make: Maker) -> Path:
    return cut(offline(make), 2)


def without_the_call(make: Maker) -> Path:
    """A trace whose line with a call was taken out."""
    folder = without_model(make)
    lines = (folder / "trace.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "trace.jsonl").write_bytes(b"".join(lines[1:]))
    return folder


def of_a_later_version(make: Maker) -> Path:
    return added(offline(make), b'{"event": "dreamt", "of": [0.5, "sheep"]}\n')


def no_json(make: Maker) -> Path:
    return added(offline(make), b'{"event": "budget", "total": NaN}\n')


KINDS: dict[str, Callable[[Maker], Path]] = {
    kind.__name__: kind
    for kind in (
        offline,
        with_usage,
        priced,
        without_usage,
        undone,
        stopped_in_the_answer,
        stopped_in_a_call,
        failed,
        other_model_and_budget,
        too_many_turns,
        odd_arguments,
        spent,
        resumed,
        without_model,
        before_the_first_event,
        killed_while_writing,
        killed_while_waiting,
        without_the_call,
        of_a_later_version,
        no_json,
    )
}


def cut(folder: Path, lines: int) -> Path:
    """Leave only the first lines of a trace."""
    trace = (folder / "trace.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "trace.jsonl").write_bytes(b"".join(trace[:lines]))
    return folder


def added(folder: Path, line: bytes) -> Path:
    """Add a line to a trace."""
    with (folder / "trace.jsonl").open("ab") as trace:
        trace.write(line)
    return folder


def rewritten(folder: Path, place: int, **fields: Any) -> RunRecord:
    """The record with other fields in one event of its trace.

    Args:
        folder: folder of the record.
        place: place of the event.
        fields: the new values.
    """
    lines = (folder / "trace.jsonl").read_text("utf-8").splitlines()
    lines[place] = json.dumps(json.loads(lines[place]) | fields)
    (folder / "trace.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return RunRecord.read(folder)
