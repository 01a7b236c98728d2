"""Wherever an answer is stopped, the history is valid, the ledger right, nothing shown is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import pytest

from skillagent import Agent, Prices, ProviderError, SkillGraph, Toolset
from skillagent.agent import AnswerText, CallFinished, Done, EndReason, Event, saved
from skillagent.errors import UsageError
from skillagent.messages import (
    Message,
    Opaque,
    Reply,
    Request,
    Role,
    Stop,
    Text,
    ToolCall,
    ToolResult,
    Usage,
)
from skillagent.providers.base import ReplyEvent
from skillagent.runs import RunRecorder
from tests.conftest import Vault

FILES: dict[str, str | bytes] = {
    "a.md": "# A\n\nText of a, which links [[b]].",
    "b.md": "# B\n\nText of b.",
}
Step = list[ReplyEvent | BaseException]


class Stepwise:
    """Says pieces, and raises where it is told to; remembers what it was asked."""

    name = "stepwise"

    def __init__(self, *replies: Step) -> None:
        self.replies = list(replies)
        self.requests: list[Request] = []

    def reply(self, request: Request) -> Iterator[ReplyEvent]:
        self.requests.append(request)
        for piece in self.replies.pop(0):
            if isinstance(piece, BaseException):
                raise piece
            yield piece


class StepwiseAsync(Stepwise):
    """The same, and natively asynchronous."""

    async def reply_async(self, request: Request) -> AsyncGenerator[ReplyEvent, None]:
        for piece in self.reply(request):
            await asyncio.sleep(0)
            yield piece


def reads(*nodes: str) -> Reply:
    calls = tuple(ToolCall(f"c-{node}", "read_node", {"node": node}) for node in nodes)
    return Reply(Message(Role.ASSISTANT, calls), Stop.TOOL_USE, Usage(100, 10), "m")


def says(text: str) -> Step:
    answer = Text(text)
    return [answer, Reply(Message(Role.ASSISTANT, (answer,)), Stop.END, Usage(200, 20), "m")]


def agent(vault: Vault, *replies: Step, provider: type[Stepwise] = Stepwise) -> Agent:
    return Agent(Toolset(SkillGraph.load(vault(FILES))), provider(*replies))


def check(chat: Agent) -> None:
    """Every call is answered once, in the next message; nothing else is an answer."""
    open_calls: list[str] = []
    for message in chat.messages:
        results = [part.id for part in message.parts if isinstance(part, ToolResult)]
        assert results == open_calls
        open_calls = [call.id for call in message.tool_calls]
        assert message.parts
    assert not open_calls
    spent = sum(entry.cost for entry in chat.toolset.ledger.entries)
    assert chat.toolset.ledger.spent == spent


def drain(chat: Agent, question: str = "q") -> list[Event]:
    return list(chat.ask(question))


def test_a_question_without_a_word_of_an_answer_is_taken_back(vault: Vault) -> None:
    chat = agent(vault, [ProviderError("down")], says("yes"))
    with pytest.raises(ProviderError, match="down"):
        drain(chat)
    assert [*chat.messages] == []
    drain(chat, "again")
    assert [message.text for message in chat.messages] == ["again", "yes"]
    check(chat)


def test_what_was_disclosed_before_a_failure_stays_in_the_history(vault: Vault) -> None:
    chat = agent(vault, [reads("a")], [ProviderError("down")], says("from what I read"))
    with pytest.raises(ProviderError):
        drain(chat)
    assert len(chat.messages) == 3
    check(chat)
    drain(chat, "go on")
    assert "Text of a" in str(chat.messages[2])
    # It was paid for once, and is still there: it need not be shown again.
    assert "was shown in call 1" in chat.toolset.read_node("a").text


def test_half_an_answer_is_kept_when_the_connection_breaks(vault: Vault) -> None:
    chat = agent(vault, [Usage(50, 1), Text("Half an"), ProviderError("broke")])
    with pytest.raises(ProviderError):
        drain(chat)
    assert [message.text for message in chat.messages] == ["q", "Half an"]
    (turn,) = chat.toolset.ledger.turns
    assert turn.usage == Usage(50, 1)


def test_ctrl_c_in_the_middle_of_an_answer(vault: Vault) -> None:
    chat = agent(vault, [Text("Half an"), KeyboardInterrupt()], says("whole"))
    with pytest.raises(KeyboardInterrupt):
        drain(chat)
    assert [message.text for message in chat.messages] == ["q", "Half an"]
    drain(chat, "and?")
    check(chat)


def test_a_closed_iterator_between_two_calls_closes_the_open_ones(vault: Vault) -> None:
    chat = agent(vault, [reads("a", "b")], says("done"))
    events = chat.ask("q")
    for event in events:
        if isinstance(event, CallFinished):
            break
    events.close()
    check(chat)
    first, second = chat.messages[-1].parts
    assert isinstance(first, ToolResult) and "Text of a" in first.text
    assert isinstance(second, ToolResult) and second.error
    assert "stopped" in second.text
    assert [entry.tool for entry in chat.toolset.ledger.entries] == ["instructions", "read_node"]


def test_a_call_whose_answer_reached_nobody_may_be_made_again(vault: Vault) -> None:
    chat = agent(vault, [reads("a")], says("done"))
    call = chat.toolset.call

    def interrupted(name: str, arguments: object) -> None:
        call(name, arguments)
        raise KeyboardInterrupt

    chat.toolset.call = interrupted  # type: ignore[method-assign,assignment]
    with pytest.raises(KeyboardInterrupt):
        drain(chat)
    chat.toolset.call = call  # type: ignore[method-assign]
    check(chat)
    assert chat.toolset.ledger.withdrawn == (1,)
    assert "Text of a" in chat.toolset.read_node("a").text


def test_an_empty_answer_leaves_no_empty_message(vault: Vault) -> None:
    chat = agent(vault, [Reply(Message(Role.ASSISTANT, ()), Stop.END)], says("yes"))
    assert drain(chat)[-1] == Done(EndReason.END, "")
    assert chat.messages == ()


def test_a_paused_model_is_sent_the_same_again(vault: Vault) -> None:
    half = Text("Half.")
    paused = Reply(Message(Role.ASSISTANT, (half,)), Stop.PAUSE)
    chat = agent(vault, [half, paused], says("Whole."))
    assert drain(chat)[-1] == Done(EndReason.END, "Whole.")
    assert [message.role.value for message in chat.messages] == ["user", "assistant", "assistant"]


def test_undo_takes_back_a_question_and_lets_it_be_read_again(vault: Vault) -> None:
    chat = agent(vault, [reads("a")], says("one"), [reads("b")], says("two"))
    drain(chat, "first")
    drain(chat, "second")
    spent = chat.toolset.ledger.spent
    assert chat.undo()
    assert [message.text for message in chat.messages if message.text] == ["first", "one"]
    assert chat.toolset.ledger.spent == spent
    assert "Text of b" in chat.toolset.read_node("b").text
    assert "was shown in call 1" in chat.toolset.read_node("a").text
    assert chat.undo()
    assert not chat.undo()
    assert chat.messages == ()


@pytest.mark.parametrize("provider", [Stepwise, StepwiseAsync])
def test_the_asynchronous_driver_gives_the_same_events(
    vault: Vault, provider: type[Stepwise]
) -> None:
    script: tuple[Step, ...] = ([reads("a", "b")], says("done"))
    chat = agent(vault, *script, provider=provider)

    async def run() -> list[Event]:
        return [event async for event in chat.ask_async("q")]

    found = [event for event in asyncio.run(run()) if not isinstance(event, CallFinished)]
    again = agent(vault, *script)
    assert found == [event for event in drain(again) if not isinstance(event, CallFinished)]
    assert chat.messages == again.messages


def test_a_cancelled_task_leaves_a_valid_history(vault: Vault) -> None:
    async def run(events_before: int) -> Agent:
        chat = agent(
            vault, [Text("Let me see."), reads("a", "b")], says("done"), provider=StepwiseAsync
        )
        seen = 0

        async def ask() -> None:
            nonlocal seen
            async for _ in chat.ask_async("q"):
                seen += 1
                if seen == events_before:
                    task = asyncio.current_task()
                    assert task
                    task.cancel()
                    await asyncio.sleep(0)

        with pytest.raises(asyncio.CancelledError):
            await asyncio.create_task(ask())
        # The generator is closed when the loop collects it.
        await asyncio.sleep(0.01)
        return chat

    for events_before in range(1, 8):
        chat = asyncio.run(run(events_before))
        check(chat)


def test_each_turn_is_priced_where_the_price_is_known(vault: Vault) -> None:
    usage = Usage(1_000_000, 1_000_000, cache_read=500_000, cache_write=100_000)
    reply = Reply(Message(Role.ASSISTANT, (Text("x"),)), Stop.END, usage, "claude-sonnet-5")
    chat = agent(vault, [reply])
    drain(chat)
    (turn,) = chat.toolset.ledger.turns
    assert turn.dollars == pytest.approx(0.4 * 2 + 0.5 * 0.2 + 0.1 * 2.5 + 10)
    assert Prices.bundled().dollars("claude-sonnet-5-20260801", usage) == turn.dollars
    assert Prices.bundled().dollars("claude-sonnet-5-9", usage) is None


def test_a_users_prices_stand_over_the_bundled_ones(tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    path.write_text('["my-model"]\ninput = 1\noutput = 2\n')
    prices = Prices.load(path)
    assert prices.dollars("openai:my-model", Usage(1_000_000, 500_000)) == 2.0
    assert prices.dollars("gpt-5.4", Usage(1_000_000)) == 2.5
    for wrong in ("[m]\ninput = 1\n", "[m]\ninput = 1\noutput = -1\n", "m = 3\n", "[m\n"):
        path.write_text(wrong)
        with pytest.raises(UsageError, match=r"prices\.toml"):
            Prices.load(path)
    with pytest.raises(UsageError, match="cannot be read"):
        Prices.load(tmp_path / "none.toml")


def test_a_saved_conversation_goes_on_as_if_nothing_had_happened(
    vault: Vault, tmp_path_factory: pytest.TempPathFactory
) -> None:
    thought = Opaque("anthropic", {"type": "thinking", "thinking": "hm", "signature": "s"})
    first = reads("a")
    first = Reply(Message(Role.ASSISTANT, (thought, *first.message.parts)), first.stop)
    chat = agent(vault, [first], says("one"))
    drain(chat)
    path = tmp_path_factory.mktemp("out") / "chat.json"
    saved.save(chat, path, "claude-x", None)
    assert path.stat().st_mode & 0o077 == 0

    found = saved.load(path)
    assert (found.model, found.messages, found.marks) == ("claude-x", chat.messages, chat.marks)
    graph = SkillGraph.load(vault(FILES))
    toolset = Toolset.resume(graph, found.state)
    assert toolset.ledger.to_json() == chat.toolset.ledger.to_json()
    assert toolset.instructions() == chat.toolset.instructions()
    assert toolset.read_node("a").text == chat.toolset.read_node("a").text
    assert toolset.read_node("b").text == chat.toolset.read_node("b").text


def test_a_node_that_changed_since_is_shown_again(vault: Vault) -> None:
    chat = agent(vault, [reads("a", "b")], says("one"))
    drain(chat)
    state = chat.toolset.state()
    graph = SkillGraph.load(vault({**FILES, "a.md": "# A\n\nAnother text of a."}))
    toolset = Toolset.resume(graph, state)
    assert "Another text of a" in toolset.read_node("a").text
    assert "was shown in call 2" in toolset.read_node("b").text


@pytest.mark.parametrize(
    "content",
    ["", "{}", "not json", '{"version": 2}', '[{"type": "text"}]', '{"version":1,"model":3}'],
)
def test_a_file_that_is_no_conversation_is_said_so_in_one_line(
    tmp_path: Path, content: str
) -> None:
    path = tmp_path / "x.json"
    path.write_text(content)
    with pytest.raises(UsageError, match=r"x\.json: not a saved conversation") as error:
        saved.load(path)
    assert "\n" not in str(error.value)
    with pytest.raises(UsageError, match="cannot be read"):
        saved.load(tmp_path / "none.json")


def test_the_budget_can_be_raised_and_never_falls_below_what_is_spent(vault: Vault) -> None:
    toolset = Toolset(SkillGraph.load(vault(FILES)), budget=60)
    toolset.read_node("a")
    while toolset.read_node("b", again=True).text:
        pass
    with pytest.raises(UsageError, match="are spent"):
        toolset.rebudget(toolset.ledger.spent - 1)
    toolset.rebudget(toolset.ledger.spent)
    assert toolset.read_node("b").text == ""
    toolset.rebudget(2_000)
    assert "Text of b" in toolset.read_node("b", again=True).text
    assert toolset.ledger.spent <= 2_000


def test_events_come_while_the_model_speaks(vault: Vault) -> None:
    chat = agent(vault, [Text("a"), Text("b"), *says("ab")[1:]])
    events = chat.ask("q")
    assert next(events) == AnswerText("a")
    assert next(events) == AnswerText("b")
    events.close()


class Full(RunRecorder):
    """A recorder whose disk is full when the model is asked for the second time."""

    requests = 0

    def request(self, request: Request) -> None:
        self.requests += 1
        if self.requests == 2:
            raise UsageError("the disk is full")
        super().request(request)


def test_a_record_that_cannot_be_written_is_the_error_and_the_history_is_kept(
    vault: Vault, tmp_path: Path
) -> None:
    call = ToolCall("1", "read_node", {"node": "a"})
    reply = Reply(Message(Role.ASSISTANT, (call,)), Stop.TOOL_USE)
    recorder = Full(tmp_path / "runs", environ={})
    agent = Agent(Toolset(SkillGraph.load(vault(FILES))), Stepwise([reply]), record=recorder)
    with pytest.raises(UsageError, match="the disk is full"):
        list(agent.ask("Hm?"))
    assert [message.role for message in agent.messages] == [Role.USER, Role.ASSISTANT, Role.USER]
    assert [result.id for result in agent.messages[-1].parts if isinstance(result, ToolResult)]
