"""Whatever a user does in a session, its record agrees with itself and can be replayed."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillagent import Agent, Budget, OfflineProvider, SkillGraph, Toolset
from skillagent.agent import saved
from skillagent.errors import ProviderError
from skillagent.messages import Message, Reply, Request, Role, Stop, Text, ToolCall, Usage
from skillagent.providers import Provider
from skillagent.repro.graph_at_hand import GraphAtHand
from skillagent.repro.verify import checks
from skillagent.runs import RunRecord, RunRecorder
from skillagent.store import view_of
from tests.repro.conftest import FILES

QUESTIONS = ("How much do I buy?", "When do I sell?", "Was verlieren wir? 🎲", "x")
CALLS: tuple[tuple[str, Any], ...] = (
    ("list_index", {}),
    ("list_index", {"query": "buy"}),
    ("read_node", {"node": "sizing"}),
    ("read_node", {"node": "nowhere"}),
    ("read_summary", {"nodes": ["stops", "deep/risk"], "depth": 2.5}),
    ("read_summary", {"nodes": ["stops"]}),
    ("read_node", '{"node": "sizing"'),
    ("dance", {"far": 1e300, "\ud800": "half"}),
    ("list_index", {"cursor": "x" * 900}),
)


@dataclass
class Drawn:
    """A model that does what was drawn for each of its turns."""

    turns: list[Any]
    name: str = "drawn:model"
    parameters: dict[str, Any] = field(default_factory=lambda: {"temperature": 0.25})

    def reply(self, request: Request) -> Iterator[Text | Reply | Usage]:
        turn: Any = self.turns.pop(0) if self.turns else "answer"
        if turn == "error":
            yield Text("half of an ans")
            raise ProviderError(f"{self.name} is overloaded (529): try again", 529)
        if turn == "pause":
            yield Reply(Message(Role.ASSISTANT, (Text("wait"),)), Stop.PAUSE)
        elif turn == "cut":
            part = ToolCall("same", "read_node", {"node": "sizing"})
            yield Reply(Message(Role.ASSISTANT, (part,)), Stop.MAX_TOKENS)
        elif turn == "answer":
            yield Text("Buy ")
            yield Text("less.")
            usage = Usage(900, 30, 0, 0)
            yield Reply(Message(Role.ASSISTANT, (Text("Buy less."),)), Stop.END, usage, "m-1", "r")
        else:
            # Models repeat ids, so all of a reply's calls have the same one.
            calls = tuple(ToolCall("same", *CALLS[number]) for number in turn)
            yield Reply(Message(Role.ASSISTANT, (Text("Look:"), *calls)), Stop.TOOL_USE)


TURNS = st.lists(
    st.one_of(
        st.lists(st.integers(0, len(CALLS) - 1), min_size=1, max_size=3),
        st.sampled_from(["answer", "error", "pause", "cut"]),
    ),
    max_size=4,
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.sampled_from(QUESTIONS), TURNS, st.integers(0, 12)),
        st.tuples(st.just("undo")),
        st.tuples(st.just("budget"), st.integers(0, 4_000)),
        st.tuples(st.just("model"), st.sampled_from(["drawn:other", "offline"])),
    ),
    min_size=1,
    max_size=6,
)


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> SkillGraph:
    folder = tmp_path_factory.mktemp("graph")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return SkillGraph.load(folder)


@given(
    STEPS,
    st.sampled_from(
        [Budget(4_000), Budget(600), Budget(0), Budget(4_000, 120), Budget(900, None, 400)]
    ),
    st.booleans(),
    st.booleans(),
)
def test_every_session_is_replayed_to_the_same_digest(
    graph: SkillGraph, steps: list[Any], budget: Budget, hidden_text: bool, resumed: bool
) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        agent = Agent(Toolset(graph, budget, hidden_text=hidden_text), Drawn([]), 5)
        if resumed:
            agent = _resumed(agent, folder)
        else:
            agent.record = RunRecorder(folder)
        for step in steps:
            _take(agent, step)
        _check(agent, graph)
    finally:
        shutil.rmtree(folder)


def _resumed(agent: Agent, folder: Path) -> Agent:
    """The agent of a conversation that was saved after one question."""
    _ask(agent, Drawn([[1], [2]]), QUESTIONS[0], 99)
    path = folder / "saved.json"
    saved.save(agent, path, agent.provider.name, None)
    conversation = saved.load(path)
    return Agent(
        Toolset.resume(agent.toolset.graph, conversation.state),
        agent.provider,
        5,
        messages=conversation.messages,
        marks=conversation.marks,
        record=RunRecorder(folder / "runs", resumed=path.read_bytes()),
    )


def _take(agent: Agent, step: Any) -> None:
    kind, *rest = step
    if kind == "ask":
        question, turns, stop_after = rest
        name = agent.provider.name
        provider: Provider = OfflineProvider() if name == "offline" else Drawn(list(turns), name)
        _ask(agent, provider, question, stop_after)
    elif kind == "undo":
        agent.undo()
    elif kind == "budget" and rest[0] >= agent.toolset.ledger.spent:
        agent.toolset.rebudget(rest[0])
    elif kind == "model":
        agent.provider = OfflineProvider() if rest[0] == "offline" else Drawn([], rest[0])


def _ask(agent: Agent, provider: Provider, question: str, stop_after: int) -> None:
    """Ask, and stop after some events; a number above 9 never stops."""
    agent.provider = provider
    with closing(agent.ask(question)) as events:
        try:
            for number, _ in enumerate(events):
                if number == stop_after and stop_after < 10:
                    return
        except ProviderError:
            pass


def _check(agent: Agent, graph: SkillGraph) -> None:
    recorder = agent.record
    assert isinstance(recorder, RunRecorder)
    if recorder.path is None:
        return
    record = RunRecord.read(recorder.path)
    assert record.is_complete, record.where_it_ended
    at_hand = GraphAtHand(view_of(graph), "", is_recorded=True, now=graph)
    for check in checks(record, at_hand, 3):
        assert not check.faults, (check, [event.hashed for event in record.events])
