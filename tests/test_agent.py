"""The loop without I/O, the session that drives it, and the offline navigator."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from skillagent import Agent, OfflineProvider, ProviderError, SkillGraph, Toolset
from skillagent.agent import AnswerText, CallFinished, CallStarted, Done, EndReason, TurnFinished
from skillagent.agent.loop import Ended, loop
from skillagent.disclosure import Level
from skillagent.messages import (
    Message,
    Reply,
    Request,
    Role,
    Stop,
    Text,
    ToolCall,
    ToolResult,
    Usage,
)
from skillagent.providers.offline import NOTICE
from tests.conftest import BUNDLED, Vault

QUESTION = "Why do two runs with the same seed give different losses on a GPU?"


class Scripted:
    """A provider that says what it was told to, and remembers what it was asked."""

    name = "scripted"

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.requests: list[Request] = []

    def reply(self, request: Request) -> Iterator[Text | Reply]:
        self.requests.append(request)
        if self.replies:
            reply = self.replies.pop(0)
            if reply.message.text:
                yield Text(reply.message.text)
            yield reply


def says(text: str, stop: Stop = Stop.END) -> Reply:
    return Reply(Message(Role.ASSISTANT, (Text(text),)), stop, Usage(10, 2))


def calls(*names: str, stop: Stop = Stop.TOOL_USE) -> Reply:
    parts = tuple(ToolCall(f"id{at}", "read_node", {"node": name}) for at, name in enumerate(names))
    return Reply(Message(Role.ASSISTANT, parts), stop)


def session(vault: Vault, *replies: Reply, max_turns: int = 4) -> Agent:
    graph = SkillGraph.load(vault({"a.md": "About a.", "b.md": "About b."}))
    return Agent(Toolset(graph), Scripted(*replies), max_turns)


def test_parallel_calls_are_answered_in_one_message(vault: Vault) -> None:
    chat = session(vault, calls("a", "b"), says("done"))
    events = list(chat.ask("question"))
    assert [type(event) for event in events] == [
        TurnFinished,
        CallStarted,
        CallFinished,
        CallStarted,
        CallFinished,
        AnswerText,
        TurnFinished,
        Done,
    ]
    results = chat.messages[2].parts
    assert [part.id for part in results if isinstance(part, ToolResult)] == ["id0", "id1"]
    assert events[-1] == Done(EndReason.END, "done")


@pytest.mark.parametrize("stop", [stop for stop in Stop if stop is not Stop.TOOL_USE])
def test_a_call_in_a_reply_that_was_cut_off_is_closed_but_not_run(vault: Vault, stop: Stop) -> None:
    reply = calls("a", "b", stop=stop)
    chat = session(vault, reply)
    assert list(chat.ask("question"))[-1] == Done(EndReason(stop.value), "")
    text = f"not run: the reply ended early ({stop.value})"
    results = tuple(ToolResult(call, text, error=True) for call in ("id0", "id1"))
    assert chat.messages[1:] == (reply.message, Message(Role.USER, results))
    assert [entry.tool for entry in chat.toolset.ledger.entries] == ["instructions"]


def test_a_reply_that_announces_calls_and_makes_none_ends_the_run(vault: Vault) -> None:
    chat = session(vault, says("No call after all.", Stop.TOOL_USE))
    assert list(chat.ask("question"))[-1] == Done(EndReason.END, "No call after all.")
    assert len(chat.messages) == 2


def test_a_refusal_ends_the_run(vault: Vault) -> None:
    chat = session(vault, says("I cannot.", Stop.REFUSAL))
    assert list(chat.ask("question"))[-1] == Done(EndReason.REFUSAL, "I cannot.")


def test_turns_are_bounded(vault: Vault) -> None:
    chat = session(vault, *(calls("a") for _ in range(9)), max_turns=3)
    assert list(chat.ask("question"))[-1] == Done(EndReason.MAX_TURNS, "")
    assert len(chat.messages) == 7


def test_a_provider_that_says_nothing_is_an_error_and_leaves_history_alone(vault: Vault) -> None:
    chat = session(vault)
    with pytest.raises(ProviderError, match="without a reply"):
        list(chat.ask("question"))
    assert chat.messages == ()


def test_the_system_prompt_and_tools_are_the_same_on_every_turn(vault: Vault) -> None:
    provider = Scripted(calls("a"), calls("b"), says("done"), says("again"))
    graph = SkillGraph.load(vault({"a.md": "About a.", "b.md": "About b."}))
    chat = Agent(Toolset(graph), provider)
    list(chat.ask("one"))
    list(chat.ask("two"))
    assert len({(request.system, str(request.tools)) for request in provider.requests}) == 1
    assert provider.requests[-1].messages[: len(provider.requests[0].messages)] == (
        provider.requests[0].messages
    )


def test_a_providers_usage_is_reconciled_after_each_turn(vault: Vault) -> None:
    chat = session(vault, calls("a"), says("done"))
    list(chat.ask("question"))
    (turn,) = chat.toolset.ledger.turns  # only the second reply reported its usage
    assert turn.usage.input == 10
    assert turn.counted > chat.toolset.ledger.spent


def test_the_loop_itself_does_nothing_but_yield() -> None:
    run = loop((Message(Role.USER, (Text("q"),)),), "system", (), 2)
    need = next(run)
    assert isinstance(need, Request)
    with pytest.raises(StopIteration) as stop:
        run.send(says("a"))
    assert stop.value.value == Ended(EndReason.END, (*need.messages, says("a").message))


def test_the_navigator_lists_reads_and_cites() -> None:
    chat = Agent(Toolset(SkillGraph.load(BUNDLED)), OfflineProvider())
    events = list(chat.ask(QUESTION))
    names = [event.call.name for event in events if isinstance(event, CallFinished)]
    assert names[0] == "list_index"
    assert set(names[1:]) == {"read_node", "list_index"}  # a second page, as the first pays
    done = events[-1]
    assert isinstance(done, Done)
    assert done.text.startswith(NOTICE)
    assert "[[determinism/gpu-atomics-and-kernel-selection]]" in done.text
    entries = chat.toolset.ledger.entries
    read = {item.node for entry in entries for item in entry.disclosed if item.level is Level.NODE}
    quoted = re.findall(r"\[\[(.+?)\]\]", done.text.partition("See also")[0])
    assert len(set(quoted)) >= 3
    assert set(quoted) <= read


def test_the_navigator_answers_the_same_every_time() -> None:
    graph = SkillGraph.load(BUNDLED)

    def run() -> list[str]:
        return [str(event) for event in Agent(Toolset(graph), OfflineProvider()).ask(QUESTION)]

    assert run() == run()


def test_the_navigator_quotes_only_what_was_disclosed() -> None:
    chat = Agent(Toolset(SkillGraph.load(BUNDLED)), OfflineProvider())
    done = list(chat.ask(QUESTION))[-1]
    assert isinstance(done, Done)
    shown = " ".join(
        part.text
        for message in chat.messages
        for part in message.parts
        if isinstance(part, ToolResult)
    )
    shown = " ".join((chat.toolset.instructions() + shown).replace("*", "").split())
    for line in done.text.splitlines():
        quote = line.strip().removeprefix("- ").partition(" [[")[0]
        if line.lstrip().startswith("- "):
            assert " ".join(quote.split()[:4]).replace("`", "") in shown.replace("`", "")


@pytest.mark.parametrize("question", ["???", "zzzz qqqq", "the of and"])
def test_the_navigator_admits_that_it_found_nothing(vault: Vault, question: str) -> None:
    graph = SkillGraph.load(vault({"a.md": "About ships.", "b.md": "About shoes."}))
    done = list(Agent(Toolset(graph), OfflineProvider()).ask(question))[-1]
    assert isinstance(done, Done)
    assert done.text.startswith(NOTICE)


def test_a_second_question_walks_again() -> None:
    chat = Agent(Toolset(SkillGraph.load(BUNDLED), 12_000), OfflineProvider())
    list(chat.ask(QUESTION))
    done = list(chat.ask("How do I pin a Docker base image?"))[-1]
    assert isinstance(done, Done)
    assert "[[environment/container-digests-not-tags]]" in done.text


def test_the_navigator_stops_when_the_budget_is_spent() -> None:
    chat = Agent(Toolset(SkillGraph.load(BUNDLED), 700), OfflineProvider())
    done = list(chat.ask(QUESTION))[-1]
    assert isinstance(done, Done)
    assert done.reason == "end"
    assert chat.toolset.ledger.spent <= 700
