"""What compatible servers and models really send, odd as it is: nothing lost, nothing refused."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from skillagent import (
    Agent,
    AnthropicProvider,
    MissingKeyError,
    OpenAIProvider,
    Prices,
    ProviderError,
    SkillGraph,
    Toolset,
    UsageError,
)
from skillagent.agent import AnswerText, CallFinished, Done, EndReason, saved
from skillagent.formats import anthropic as anthropic_form
from skillagent.formats import openai as openai_form
from skillagent.messages import (
    Message,
    Opaque,
    Reply,
    Request,
    Role,
    Stop,
    Text,
    ToolCall,
    Usage,
)
from skillagent.models import reasons
from skillagent.testing import Call, Fault, MockLLM, call, calls, say
from tests.conftest import Vault

ASKED = (Message(Role.USER, (Text("q"),)),)


class Stream:
    """An SDK's client that answers every request with the same events, as dictionaries."""

    def __init__(self, *events: dict[str, Any]) -> None:
        self._events = [_Event(event) for event in events]
        self.base_url = "http://127.0.0.1/v1"

    @property
    def messages(self) -> Stream:
        return self

    chat = completions = responses = messages

    def create(self, **body: Any) -> Stream:
        return self

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def __iter__(self) -> Iterator[Any]:
        return iter(self._events)


class _Event(dict[str, Any]):
    def __getattr__(self, name: str) -> Any:
        return _Event(self[name]) if isinstance(self.get(name), dict) else self.get(name)


def reply(provider: Any) -> Reply:
    *_, last = provider.reply(Request("", ASKED, ()))
    assert isinstance(last, Reply)
    return last


def chunks(*deltas: dict[str, Any], finish: str | None = "tool_calls") -> Reply:
    ends: list[tuple[dict[str, Any], str | None]] = [(delta, None) for delta in deltas]
    ends.append(({}, finish))
    made = [{"choices": [{"delta": delta, "finish_reason": end}]} for delta, end in ends]
    return reply(OpenAIProvider("m", api="chat", client=Stream(*made)))


def tool(**fields: Any) -> dict[str, Any]:
    function = {name: fields.pop(name) for name in ("name", "arguments") if name in fields}
    return {"tool_calls": [{**fields, "function": function}]}


A = '{"node": "a"}'
B = '{"node": "b"}'


@pytest.mark.parametrize(
    "deltas",
    [
        pytest.param(
            [
                tool(index=0, id="1", name="read_node", arguments=A),
                tool(index=0, id="2", name="read_node", arguments=B),
            ],
            id="whole calls under one index",
        ),
        pytest.param(
            [
                tool(id="1", name="read_node", arguments='{"node": '),
                tool(arguments='"a"}'),
                tool(id="2", name="read_node", arguments=B),
            ],
            id="no index",
        ),
        pytest.param(
            [
                tool(index=0, id="1", name="read_node", arguments='{"node": '),
                tool(index=0, id="1", name="read_node", arguments='"a"}'),
                tool(index=1, id="2", name="read_node", arguments=B),
            ],
            id="name and id again with each piece",
        ),
        pytest.param(
            [
                tool(index=0, id="1", name="read_node", arguments={"node": "a"}),
                tool(index=1, id="2", name="read_node", arguments={"node": "b"}),
            ],
            id="arguments as an object",
        ),
    ],
)
def test_calls_of_chat_completions_are_told_apart(deltas: list[dict[str, Any]]) -> None:
    found = chunks(*deltas)
    assert [(made.id, made.name, made.arguments) for made in found.message.tool_calls] == [
        ("1", "read_node", {"node": "a"}),
        ("2", "read_node", {"node": "b"}),
    ]
    assert found.stop is Stop.TOOL_USE


def test_an_empty_reason_to_finish_is_none() -> None:
    empty = {"choices": [{"delta": {}, "finish_reason": ""}]}
    text = {"choices": [{"delta": {"content": "Hi."}, "finish_reason": "stop"}]}
    found = reply(OpenAIProvider("m", api="chat", client=Stream(text, empty)))
    assert (found.message.text, found.stop) == ("Hi.", Stop.END)


def test_reasoning_in_words_goes_back_with_the_calls_that_it_led_to() -> None:
    found = chunks(
        {"reasoning_content": "Hm, "}, {"reasoning_content": "a."}, tool(id="1", name="f")
    )
    sent = openai_form.chat_messages("", (*ASKED, found.message))
    assert sent[-1]["reasoning_content"] == "Hm, a."
    said = chunks({"reasoning_content": "Hm."}, {"content": "Hi."}, finish="stop")
    assert "reasoning_content" not in openai_form.chat_messages("", (said.message,))[0]
    assert "Hm" not in json.dumps(anthropic_form.messages((found.message,)))


def test_half_an_object_goes_back_as_a_whole_one() -> None:
    half = Message(Role.ASSISTANT, (ToolCall("1", "f", '{"node": "a', '{"node": "a'),))
    (sent,) = openai_form.chat_messages("", (half,))
    assert json.loads(sent["tool_calls"][0]["function"]["arguments"]) == {
        "INVALID_JSON": '{"node": "a'
    }


def test_an_answer_that_ends_with_reasoning_is_sent_without_it() -> None:
    thought = Opaque("anthropic", {"type": "thinking", "thinking": "Hm.", "signature": "s"})
    alone = (*ASKED, Message(Role.ASSISTANT, (thought,)), *ASKED)
    assert [message["role"] for message in anthropic_form.messages(alone)] == ["user", "user"]
    blank = (*ASKED, Message(Role.ASSISTANT, (thought, Text(" "))), *ASKED)
    assert len(anthropic_form.messages(blank)) == 2
    item = Opaque("openai", {"type": "reasoning", "id": "r", "encrypted_content": "x"})
    assert len(openai_form.responses_items((*ASKED, Message(Role.ASSISTANT, (item,))))) == 1
    both = (*ASKED, Message(Role.ASSISTANT, (item, Text("Hi."))))
    assert len(openai_form.responses_items(both)) == 3
    assert len(openai_form.responses_items(both, reasoning=False)) == 2


def test_only_reasoning_models_are_sent_reasoning() -> None:
    assert [reasons(name) for name in ("gpt-5.5", "o4-mini", "gpt-5-chat-latest", "gpt-4.1")] == [
        True,
        True,
        False,
        False,
    ]


def delta(index: int, kind: str, **fields: str) -> dict[str, Any]:
    inner = {"type": kind, **fields}
    return {"type": "content_block_delta", "index": index, "delta": inner}


def test_reasoning_without_a_signature_is_not_kept() -> None:
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": {"model": "m", "usage": {"input_tokens": 1}}},
        {
            "type": "content_block_start",
            "index": 0,
            "content_block": {"type": "thinking", "thinking": "Hm.", "signature": ""},
        },
        {"type": "content_block_stop", "index": 0},
        {
            "type": "content_block_start",
            "index": 1,
            "content_block": {"type": "tool_use", "id": "1", "name": "f", "input": {}},
        },
        {
            "type": "content_block_delta",
            "index": 1,
            "delta": {"type": "input_json_delta", "partial_json": A},
        },
        {"type": "content_block_stop", "index": 1},
        {
            "type": "content_block_start",
            "index": 2,
            "content_block": {"type": "server_tool_use", "id": "2", "name": "g", "input": {}},
        },
        {
            "type": "content_block_delta",
            "index": 2,
            "delta": {"type": "input_json_delta", "partial_json": B},
        },
        {"type": "content_block_stop", "index": 2},
        {
            "type": "content_block_start",
            "index": 3,
            "content_block": {"type": "compaction", "content": ""},
        },
        {
            "type": "content_block_delta",
            "index": 3,
            "delta": {"type": "compaction_delta", "content": "x"},
        },
        {"type": "content_block_stop", "index": 3},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn"},
            "usage": {"output_tokens": 2},
        },
        {"type": "message_stop"},
    ]
    found = reply(AnthropicProvider("m", client=Stream(*events)))
    one, two = found.message.parts
    assert isinstance(one, ToolCall) and one.arguments == {"node": "a"}
    assert isinstance(two, Opaque) and two.data["input"] == {"node": "b"}
    assert "json" not in two.data
    # A server that does not say that it waits for its tools still wants them run.
    assert found.stop is Stop.TOOL_USE


@pytest.mark.parametrize(
    "output",
    [
        [{"type": "message", "content": "Hi."}],
        [{"type": "message", "content": [{"type": "output_text", "text": "Hi."}]}],
        [],
    ],
)
def test_the_last_event_of_responses_may_be_sparse(output: list[Any]) -> None:
    item = {"type": "message", "content": [{"type": "output_text", "text": "Hi."}]}
    events: list[dict[str, Any]] = [
        {"type": "response.output_text.delta", "delta": "Hi."},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": {"status": "completed", "output": output}},
    ]
    found = reply(OpenAIProvider("m", api="responses", client=Stream(*events)))
    assert (found.message.text, found.stop) == ("Hi.", Stop.END)


def test_a_call_that_ends_without_its_item_is_run() -> None:
    item = {"type": "function_call", "call_id": "1", "name": "f", "arguments": ""}
    events: list[dict[str, Any]] = [
        {"type": "response.output_item.added", "output_index": 0, "item": item},
        {"type": "response.function_call_arguments.done", "output_index": 0, "arguments": A},
        {"type": "response.completed", "response": {"status": "completed", "output": []}},
    ]
    found = reply(OpenAIProvider("m", api="responses", client=Stream(*events)))
    assert found.message.tool_calls == (ToolCall("1", "f", {"node": "a"}),)
    assert found.stop is Stop.TOOL_USE


def test_a_stream_that_is_none_leads_to_chat_completions_or_is_said() -> None:
    chunk = {"choices": [{"delta": {"content": "Hi."}, "finish_reason": "stop"}]}
    provider = OpenAIProvider("m", client=Stream(chunk))
    assert reply(provider).message.text == "Hi."
    assert provider.api == "chat"
    for nothing in (
        OpenAIProvider("m", api="chat", client=Stream()),
        OpenAIProvider("m", api="responses", client=Stream({"error": "Unexpected endpoint"})),
        AnthropicProvider("m", client=Stream({"error": "Unexpected endpoint"})),
    ):
        with pytest.raises(ProviderError, match="not a stream"):
            reply(nothing)


@pytest.fixture
def graph(vault: Vault) -> SkillGraph:
    return SkillGraph.load(vault({"a.md": "# A\n\nText of a.", "b.md": "# B\n\nText of b."}))


def test_ids_become_ones_that_every_api_takes(graph: SkillGraph) -> None:
    odd = calls(
        Call("read_node", {"node": "a"}, "functions.read_node:0"),
        Call("read_node", {"node": "b"}, "functions.read_node:0"),
        Call("read_node", {"node": "a"}, "x" * 90),
        *(Call("read_node", {"node": "b"}, f"{'x' * 60}{number}") for number in range(9)),
    )
    mock = MockLLM([odd, say("Done.")])
    agent = Agent(Toolset(graph), OpenAIProvider("m", api="chat", client=mock.openai()))
    assert list(agent.ask("q"))[-1] == Done(EndReason.END, "Done.")
    ids = [made.id for made in agent.messages[1].tool_calls]
    assert ids[:4] == [
        "functions_read_node_0",
        "functions_read_node_0_2",
        "x" * 40,
        "x" * 38 + "_2",
    ]
    assert ids[-1] == "x" * 37 + "_10"
    assert len(set(ids)) == len(ids)
    mock.assert_done()


class Says:
    """A provider that says these pieces and then all of them."""

    name = "says"

    def __init__(self, *pieces: str) -> None:
        self._pieces = pieces

    def reply(self, request: Request) -> Iterator[Text | Reply]:
        for piece in self._pieces:
            yield Text(piece)
        whole = Message(Role.ASSISTANT, (Text("".join(self._pieces)),))
        yield Reply(whole, Stop.END, Usage(1, 1))


def test_half_a_pair_waits_for_its_other_half_and_alone_is_replaced(
    graph: SkillGraph, tmp_path_factory: pytest.TempPathFactory
) -> None:
    agent = Agent(Toolset(graph), Says("ok \ud83d", "\ude00 and \udc00"))
    events = list(agent.ask("caf\udce9?"))
    texts = [event.text for event in events if isinstance(event, AnswerText)]
    assert "".join(texts) == "ok \N{GRINNING FACE} and �"
    assert [message.text for message in agent.messages] == ["caf�?", "ok \N{GRINNING FACE} and �"]
    path = tmp_path_factory.mktemp("out") / "x.json"
    saved.save(agent, path, "m", None)
    assert saved.load(path).messages == agent.messages


@pytest.mark.parametrize(
    "given", ['{"node": "\\ud800"}', '{"node": ' + "[" * 300 + "]" * 300 + "}"]
)
def test_odd_arguments_are_answered_and_can_be_saved(
    graph: SkillGraph, given: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    mock = MockLLM([calls(Call("read_node", given)), say("Done.")])
    agent = Agent(Toolset(graph), OpenAIProvider("m", api="chat", client=mock.openai()))
    assert list(agent.ask("q"))[-1] == Done(EndReason.END, "Done.")
    saved.save(agent, tmp_path_factory.mktemp("out") / "x.json", "m", None)
    mock.assert_done()


def test_a_conversation_that_cannot_be_written_leaves_nothing_behind(
    graph: SkillGraph, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("out")
    (folder / "taken").mkdir()
    agent = Agent(Toolset(graph), Says("x"))
    with pytest.raises(UsageError, match="cannot be written"):
        saved.save(agent, folder / "taken", "m", None)
    assert [path.name for path in folder.iterdir()] == ["taken"]


@pytest.mark.process
def test_a_key_with_an_odd_character_is_not_printed(
    graph: SkillGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    with MockLLM([say("x")]).serve() as server:
        for secret in ("sk-SECRET\r", "sk-SECRET-ü"):
            monkeypatch.setenv("OPENAI_API_KEY", secret)
            provider = OpenAIProvider("m", base_url=server.openai_url)
            with pytest.raises(MissingKeyError, match="without odd characters") as error:
                list(Agent(Toolset(graph), provider).ask("q"))
            assert "SECRET" not in str(error.value)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-SECRET\n")
        with pytest.raises(MissingKeyError, match="without odd characters") as error:
            list(Agent(Toolset(graph), AnthropicProvider("m", base_url=server.url)).ask("q"))
        assert "SECRET" not in str(error.value)


@pytest.mark.process
def test_a_provider_that_repeats_the_key_does_not_get_it_printed(
    graph: SkillGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-SECRET")
    fault = Fault.status(401, message="Incorrect API key provided: sk-SECRET.", times=9)
    with MockLLM([say("x", fault=fault)]).serve() as server:
        provider = OpenAIProvider("m", api="chat", base_url=server.openai_url)
        with pytest.raises(ProviderError, match="refuses the key") as error:
            list(Agent(Toolset(graph), provider).ask("q"))
    assert "SECRET" not in str(error.value)


def test_an_asynchronous_answer_that_was_left_does_not_disturb_the_next(graph: SkillGraph) -> None:
    mock = MockLLM([call("read_node", node="a"), say("One."), say("Two.")])
    provider = AnthropicProvider("m", async_client=mock.async_anthropic())
    agent = Agent(Toolset(graph), provider)

    async def run() -> None:
        async for event in agent.ask_async("one"):
            if isinstance(event, CallFinished):
                break
        assert [event async for event in agent.ask_async("two")][-1] == Done(EndReason.END, "One.")

    asyncio.run(run())
    assert [message.text for message in agent.messages if message.text] == ["one", "two", "One."]
    assert len(agent.marks) == 2
    assert agent.toolset.ledger.withdrawn == ()


def test_a_blank_question_is_refused(graph: SkillGraph) -> None:
    with pytest.raises(UsageError, match="needs words"):
        list(Agent(Toolset(graph), Says("x")).ask("  "))


def test_undo_of_the_question_that_spent_the_budget_lets_the_model_be_told_again(
    graph: SkillGraph,
) -> None:
    toolset = Toolset(graph, 200)
    mock = MockLLM([*(call("read_node", node="a", again=True) for _ in range(9)), say("Done.")])
    agent = Agent(toolset, AnthropicProvider("m", client=mock.anthropic()))
    list(agent.ask("q"))
    assert toolset.ledger.entries[-1].cost == 0
    agent.undo()
    toolset.rebudget(260)
    assert toolset.read_node("b").text


def test_a_node_that_changed_and_was_read_again_is_known_at_the_next_resume(vault: Vault) -> None:
    first = Toolset(SkillGraph.load(vault({"a.md": "# A\n\nOld text.", "b.md": "Text of b."})))
    first.read_node("a")
    changed = SkillGraph.load(vault({"a.md": "# A\n\nNew text.", "b.md": "Text of b."}))
    second = Toolset.resume(changed, first.state())
    assert "New text" in second.read_node("a").text
    third = Toolset.resume(changed, second.state())
    assert "was shown in call 2" in third.read_node("a").text


def test_prices_of_names_with_a_colon() -> None:
    from skillagent.providers import Price

    prices = Prices({"qwen3:8b": Price(1.0, 2.0)})
    for name in ("qwen3:8b", "openai:qwen3:8b", "openai-chat:qwen3:8b"):
        assert prices.dollars(name, Usage(1_000_000)) == 1.0
    assert prices.dollars("8b", Usage(1_000_000)) is None
