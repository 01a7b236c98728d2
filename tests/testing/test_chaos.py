"""A thousand conversations in which anything goes wrong: no hang, no crash, no token too many."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import pytest

from skillagent import Agent, AnthropicProvider, OpenAIProvider, ProviderError, SkillGraph, Toolset
from skillagent.agent import Done, EndReason
from skillagent.errors import UsageError
from skillagent.messages import ToolResult
from skillagent.testing import Chaos, MockLLM, policies, say
from skillagent.testing.assertions import (
    assert_charged,
    assert_disclosed,
    assert_no_call_after_spent,
)
from skillagent.testing.mock.chaos import KINDS
from tests.conftest import ROOT

CONVERSATIONS = 1_000
PART = CONVERSATIONS // 4
GRAPH = ROOT / "examples" / "trading"
REASONS = {"end", "refusal", "max_tokens", "incomplete", "max_turns"}


@pytest.fixture(scope="module")
def graph() -> SkillGraph:
    return SkillGraph.load(GRAPH)


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDKs wait before they try again; here nobody does."""
    monkeypatch.setattr(time, "sleep", lambda seconds: None)


def providers(mock: MockLLM) -> list[Any]:
    return [
        AnthropicProvider("claude-x", client=mock.anthropic()),
        OpenAIProvider("gpt-x", api="responses", client=mock.openai()),
        OpenAIProvider("gpt-x", api="chat", client=mock.openai()),
    ]


def history_is_valid(agent: Agent) -> bool:
    open_calls: list[str] = []
    for message in agent.messages:
        results = [part.id for part in message.parts if isinstance(part, ToolResult)]
        if not message.parts or results != open_calls:
            return False
        open_calls = [call.id for call in message.tool_calls]
    return not open_calls


def converse(graph: SkillGraph, seed: int) -> tuple[list[EndReason | str], Agent, MockLLM]:
    """Three questions under chaos; how each ended."""
    mock = MockLLM(policies.wanders(seed), chaos=Chaos.even(0.5, seed), seed=seed)
    budget = (600, 1_500, 6_000)[seed // 3 % 3]
    agent = Agent(Toolset(graph, budget), providers(mock)[seed % 3], max_turns=8)
    outcomes: list[EndReason | str] = []
    for question in ("How do I size a position?", "And the stop?", "Anything else?"):
        try:
            done = list(agent.ask(question))[-1]
            assert isinstance(done, Done)
            outcomes.append(done.reason)
        except ProviderError as error:
            outcomes.append("failed" if "\n" not in str(error) else str(error))
        assert history_is_valid(agent)
        assert_charged(agent.toolset)
    # Nothing that was sent was refused: every history was one that the real API accepts.
    mock.assert_done()
    return outcomes, agent, mock


@pytest.mark.slow
@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize("first", range(0, CONVERSATIONS, PART))
def test_a_thousand_conversations_end_clearly(graph: SkillGraph, first: int) -> None:
    ends: Counter[str] = Counter()
    for seed in range(first, first + PART):
        outcomes, _, _ = converse(graph, seed)
        ends.update(outcomes)
    assert set(ends) <= {*REASONS, "failed"}
    assert ends.total() == 3 * PART
    # The dice do reach every outcome: a test in which nothing went wrong would prove nothing.
    assert min(ends[reason] for reason in ("end", "failed", "incomplete", "refusal")) > 7


@pytest.mark.slow
@pytest.mark.usefixtures("no_waiting")
def test_the_same_seed_gives_the_same_conversation(graph: SkillGraph) -> None:
    for seed in range(12):
        first, again = converse(graph, seed), converse(graph, seed)
        assert first[0] == again[0]
        assert first[2].transcript() == again[2].transcript()
        assert first[1].messages == again[1].messages


def test_every_kind_of_chaos_strikes_at_its_rate() -> None:
    for kind in KINDS:
        chaos = Chaos({kind: 1.0}, seed=1)
        assert chaos.strike(say("untouched"), 1) != say("untouched")
    struck = sum(
        Chaos.even(0.5, seed=3).strike(say("x"), number) != say("x") for number in range(2_000)
    )
    assert 900 < struck < 1_100


@pytest.mark.parametrize(
    ("rates", "told"),
    [({"quake": 0.1}, "no such chaos: quake"), ({"429": 0.8, "cut": 0.3}, "at most 1")],
)
def test_rates_that_make_no_sense_are_refused(rates: dict[str, float], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        Chaos(rates)


@pytest.mark.parametrize("way", [0, 1, 2])
def test_the_walker_walks(graph: SkillGraph, way: int) -> None:
    mock = MockLLM(policies.walks())
    agent = Agent(Toolset(graph, 4_000), providers(mock)[way])
    done = list(agent.ask("How do I size a position in a volatile market?"))[-1]
    assert isinstance(done, Done)
    assert "[[position-sizing/" in done.text
    mock.assert_tools("list_index", "read_summary", "read_node", "read_node")
    assert_disclosed(agent.toolset, "position-sizing/size-by-volatility-not-by-conviction")
    with pytest.raises(AssertionError, match="not disclosed at level node: SKILL; shown was"):
        assert_disclosed(agent.toolset, "SKILL", level="node")
    with pytest.raises(AssertionError, match="tokens charged, 10 allowed"):
        assert_charged(agent.toolset, at_most=10)
    assert_no_call_after_spent(agent.toolset)


def test_the_greedy_one_is_held_to_the_budget(graph: SkillGraph) -> None:
    mock = MockLLM(policies.greedy())
    agent = Agent(Toolset(graph, 1_500), providers(mock)[0], max_turns=40)
    done = list(agent.ask("Tell me everything."))[-1]
    assert done == Done(EndReason.END, "I have read all that I could get.")
    assert_charged(agent.toolset, at_most=1_500)
    while agent.toolset.read_node("SKILL", again=True).text:
        pass
    with pytest.raises(AssertionError, match="called after the budget was spent"):
        assert_no_call_after_spent(agent.toolset)


def test_the_one_that_is_always_wrong_is_told_so_each_time(graph: SkillGraph) -> None:
    mock = MockLLM(policies.always_wrong())
    agent = Agent(Toolset(graph, 4_000), providers(mock)[1])
    assert list(agent.ask("q"))[-1] == Done(EndReason.END, "I give up.")
    entries = [entry for entry in agent.toolset.ledger.entries if entry.call]
    assert len(entries) == len(policies.WRONG)
    assert all(entry.error for entry in entries)


def test_the_same_call_over_and_over_ends_with_max_turns(graph: SkillGraph) -> None:
    from skillagent.testing import call

    mock = MockLLM(policies.repeats(call("read_node", node="SKILL")))
    agent = Agent(Toolset(graph, 4_000), providers(mock)[2], max_turns=6)
    done = list(agent.ask("q"))[-1]
    assert isinstance(done, Done)
    assert done.reason == "max_turns"
    costs = [entry.cost for entry in agent.toolset.ledger.entries if entry.call]
    assert costs[0] > 5 * costs[1]
