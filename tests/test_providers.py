"""Both SDKs, unmodified, against the mock: what the user sees of every fault, and what it costs."""

from __future__ import annotations

import asyncio
import importlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest

from skillagent import (
    Agent,
    AnthropicProvider,
    MissingKeyError,
    MissingPackageError,
    OpenAIProvider,
    Provider,
    ProviderError,
    SkillGraph,
    Toolset,
    UsageError,
    provider_for,
)
from skillagent.agent import AnswerText, CallFinished, Done, EndReason, Event
from skillagent.messages import Message, Request, Role, Stop, Text, ToolResult, Usage
from skillagent.models import reasons, takes_sampling
from skillagent.testing import Call, Fault, MockLLM, Server, Turn, call, calls, say
from skillagent.testing.wire.events import WireAnswer
from tests.conftest import Vault

FILES: dict[str, str | bytes] = {
    "index.md": "# Index\n\n- [[a]] - first\n- [[b]] - second\n",
    "a.md": "# A\n\nText of a, see [[b]].\n",
    "b.md": "# B\n\nText of b, with ünïcode.\n",
}
Script = list[Turn]


@dataclass(frozen=True)
class Api:
    """One way to a model, in process or over a socket."""

    name: str
    in_process: Callable[[MockLLM], Provider]
    over_socket: Callable[[str], Provider]


def _anthropic(mock: MockLLM, **options: Any) -> Provider:
    return AnthropicProvider(
        "claude-sonnet-5-5",
        client=mock.anthropic(**options),
        async_client=mock.async_anthropic(**options),
    )


def _openai(mock: MockLLM, api: Any, **options: Any) -> Provider:
    return OpenAIProvider(
        "gpt-6-sol",
        api=api,
        client=mock.openai(**options),
        async_client=mock.async_openai(**options),
    )


APIS = [
    Api(
        "anthropic",
        lambda mock: _anthropic(mock, max_retries=0),
        lambda url: AnthropicProvider("claude-sonnet-5-5", base_url=url),
    ),
    Api(
        "responses",
        lambda mock: _openai(mock, "responses", max_retries=0),
        lambda url: OpenAIProvider("gpt-6-sol", base_url=f"{url}/v1"),
    ),
    Api(
        "chat",
        lambda mock: _openai(mock, "chat", max_retries=0),
        lambda url: OpenAIProvider("gpt-6-sol", base_url=f"{url}/v1", api="chat"),
    ),
]
every_api = pytest.mark.parametrize("api", APIS, ids=lambda api: api.name)


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that opens nothing, and no address but those of the tests."""
    for name in ("ANTHROPIC_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.setenv(name, "sk-test")
    for name in ("ANTHROPIC_BASE_URL", "OPENAI_BASE_URL", "ANTHROPIC_AUTH_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def graph(vault: Vault) -> SkillGraph:
    return SkillGraph.load(vault(FILES))


def agent(graph: SkillGraph, provider: Provider, budget: int = 4_000) -> Agent:
    return Agent(Toolset(graph, budget), provider)


def check(chat: Agent) -> None:
    """The history is one that every API accepts, and the ledger adds up."""
    open_calls: list[str] = []
    for message in chat.messages:
        assert message.parts
        assert [p.id for p in message.parts if isinstance(p, ToolResult)] == open_calls
        open_calls = [found.id for found in message.tool_calls]
        assert len(set(open_calls)) == len(open_calls)
    assert not open_calls
    ledger = chat.toolset.ledger
    assert sum(entry.cost for entry in ledger.entries) == ledger.spent <= ledger.total


@every_api
def test_text_streams_and_usage_is_the_providers_own(graph: SkillGraph, api: Api) -> None:
    usage = Usage(input=900, output=5, cache_read=800)
    mock = MockLLM([say("The whole answer, with ünïcode.", usage=usage)])
    chat = agent(graph, api.in_process(mock))
    events = list(chat.ask("q"))
    texts = [event.text for event in events if isinstance(event, AnswerText)]
    assert len(texts) > 1
    assert "".join(texts) == "The whole answer, with ünïcode."
    assert events[-1] == Done(EndReason.END, "The whole answer, with ünïcode.")
    (turn,) = chat.toolset.ledger.turns
    assert turn.usage == usage
    assert turn.model == ("claude-sonnet-5-5" if api.name == "anthropic" else "gpt-6-sol")
    mock.assert_done()


@pytest.mark.process
@every_api
@pytest.mark.parametrize("way", ["in process", "socket", "async"])
def test_parallel_calls_are_run_in_order_and_answered_together(
    graph: SkillGraph, api: Api, way: str
) -> None:
    mock = MockLLM(
        [
            calls(
                Call("read_node", {"node": "a"}),
                Call("read_node", {"node": "b"}),
                text="Let me look.",
            ),
            say("Done."),
        ]
    )
    if way == "socket":
        with mock.serve() as server:
            chat = agent(graph, api.over_socket(server.url))
            events = list(chat.ask("q"))
    elif way == "async":
        chat = agent(graph, api.in_process(mock))
        events = asyncio.run(_collect(chat))
    else:
        chat = agent(graph, api.in_process(mock))
        events = list(chat.ask("q"))
    read = [event.call.arguments for event in events if isinstance(event, CallFinished)]
    assert read == [{"node": "a"}, {"node": "b"}]
    assert events[-1] == Done(EndReason.END, "Done.")
    results = [part.text for part in chat.messages[2].parts if isinstance(part, ToolResult)]
    assert ["Text of a" in results[0], "Text of b" in results[1]] == [True, True]
    check(chat)
    mock.assert_done()
    mock.assert_tools("read_node", "read_node")


async def _collect(chat: Agent) -> list[Event]:
    return [event async for event in chat.ask_async("q")]


@every_api
@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (Call("read_node", '{"node": "a'), "not valid JSON"),
        (Call("read_node", "[1]"), "must be a JSON object"),
        (Call("read_node", '{"node": NaN}'), "read_node takes"),
        (Call("read_node", {"nodes": ["a"]}), "is missing"),
        (Call("delete_everything", {}), "there is no tool 'delete_everything'"),
        (Call("read_node", {"node": "zz"}), "no node 'zz'"),
    ],
)
def test_a_call_that_makes_no_sense_is_answered_and_the_model_goes_on(
    graph: SkillGraph, api: Api, wrong: Call, told: str
) -> None:
    mock = MockLLM([calls(wrong), call("read_node", node="a"), say("Done.")])
    chat = agent(graph, api.in_process(mock))
    events = list(chat.ask("q"))
    first, second = [event.answer for event in events if isinstance(event, CallFinished)]
    assert first.error and told in first.text
    assert not second.error
    assert events[-1] == Done(EndReason.END, "Done.")
    check(chat)
    mock.assert_done()


@every_api
def test_a_refusal_is_said_and_ends_the_run(graph: SkillGraph, api: Api) -> None:
    mock = MockLLM([Turn(text="I cannot help with that.", stop=Stop.REFUSAL), say("Hello.")])
    chat = agent(graph, api.in_process(mock))
    assert list(chat.ask("q"))[-1] == Done(EndReason.REFUSAL, "I cannot help with that.")
    assert list(chat.ask("hello"))[-1] == Done(EndReason.END, "Hello.")
    check(chat)


@every_api
def test_the_longest_reply_in_the_middle_of_a_call_runs_nothing(
    graph: SkillGraph, api: Api
) -> None:
    cut = Turn(text="I read", calls=(Call("read_node", '{"node": "'),), stop=Stop.MAX_TOKENS)
    mock = MockLLM([cut, say("Shorter.")])
    chat = agent(graph, api.in_process(mock))
    done = list(chat.ask("q"))[-1]
    assert isinstance(done, Done)
    assert done.reason == "max_tokens"
    assert [entry.tool for entry in chat.toolset.ledger.entries] == ["instructions"]
    assert list(chat.ask("shorter"))[-1] == Done(EndReason.END, "Shorter.")
    check(chat)
    mock.assert_done()


@pytest.mark.process
@every_api
@pytest.mark.parametrize("way", ["in process", "socket"])
def test_a_stream_that_ends_early_is_never_acted_on(graph: SkillGraph, api: Api, way: str) -> None:
    early = call("read_node", node="a-long-name-of-a-node", fault=Fault.cut(after=2))
    mock = MockLLM([early, say("Again.")])
    if way == "socket":
        with mock.serve() as server:
            chat = agent(graph, api.over_socket(server.url))
            first, second = list(chat.ask("q"))[-1], list(chat.ask("again"))[-1]
    else:
        chat = agent(graph, api.in_process(mock))
        first, second = list(chat.ask("q"))[-1], list(chat.ask("again"))[-1]
    assert isinstance(first, Done)
    assert first.reason == "incomplete"
    assert [entry.tool for entry in chat.toolset.ledger.entries] == ["instructions"]
    assert second == Done(EndReason.END, "Again.")
    check(chat)


@pytest.mark.process
@every_api
def test_an_overloaded_model_that_recovers_is_not_noticed(graph: SkillGraph, api: Api) -> None:
    mock = MockLLM([say("Here.", fault=Fault.status(529, retry_after=0))])
    with mock.serve() as server:
        chat = agent(graph, api.over_socket(server.url))
        assert list(chat.ask("q"))[-1] == Done(EndReason.END, "Here.")
    assert len(chat.toolset.ledger.turns) == 1
    assert len(mock.requests) == 2
    mock.assert_done()


FAULTS = [
    (Fault.status(400), r"answered 400"),
    (Fault.status(401), r"refuses the key \(401\).*; check (ANTHROPIC|OPENAI)_API_KEY"),
    (Fault.status(403), r"answered 403"),
    (Fault.status(404), r"no such model or address \(404\)"),
    (Fault.status(413), r"so long a conversation \(413\)"),
    (Fault.status(429), r"no more requests for now \(429\)"),
    (Fault.status(500), r"answered 500"),
    (Fault.status(502), r"answered 502"),
    (Fault.status(529), r"overloaded \(529\)"),
    (Fault.error_event(after=2), r"overloaded|mid-answer"),
    (Fault.reset(), r"cannot be reached|broke"),
    (Fault.drop(after=2), r"broke|cannot be reached"),
    (Fault.corrupt(after=2), r"unreadable"),
]


@every_api
@pytest.mark.parametrize(("fault", "told"), FAULTS, ids=[str(told) for _, told in FAULTS])
def test_a_fault_is_one_line_and_the_conversation_goes_on(
    graph: SkillGraph, api: Api, fault: Fault, told: str
) -> None:
    mock = MockLLM(
        [
            call("read_node", node="a"),
            Turn(text="This is a rather long answer, in several pieces.", fault=fault),
            say("Whole."),
        ]
    )
    chat = agent(graph, api.in_process(mock))
    with pytest.raises(ProviderError, match=told) as error:
        list(chat.ask("q"))
    assert "\n" not in str(error.value)
    check(chat)
    spent = chat.toolset.ledger.spent
    assert "Text of a" in str(chat.messages)
    # The turn that failed is used up only where its answer had begun.
    done = list(chat.ask("go on"))[-1]
    assert isinstance(done, Done)
    assert done.reason == "end"
    assert chat.toolset.ledger.spent == spent
    check(chat)


@every_api
def test_garbage_instead_of_a_stream_is_not_taken_for_an_answer(
    graph: SkillGraph, api: Api
) -> None:
    mock = MockLLM([say("x", fault=Fault.garbage()), say("Whole.")])
    chat = agent(graph, api.in_process(mock))
    try:
        done = list(chat.ask("q"))[-1]
    except ProviderError:
        pass
    else:
        assert done == Done(EndReason.INCOMPLETE, "")
    assert chat.messages == ()


@pytest.mark.process
@every_api
@pytest.mark.parametrize("fault", [Fault.timeout(), Fault.stall(after=2)], ids=str)
def test_a_model_that_stands_still_is_given_up(graph: SkillGraph, api: Api, fault: Fault) -> None:
    mock = MockLLM([Turn(text="A long answer that stands still.", fault=fault)])
    with mock.serve() as server:
        url = server.url
        provider: Provider
        if api.name == "anthropic":
            import anthropic

            provider = AnthropicProvider(
                "claude-x", client=anthropic.Anthropic(base_url=url, timeout=0.3, max_retries=0)
            )
        else:
            import openai

            client = openai.OpenAI(base_url=f"{url}/v1", timeout=0.3, max_retries=0)
            which: Any = api.name
            provider = OpenAIProvider("gpt-x", api=which, client=client)
        chat = agent(graph, provider)
        with pytest.raises(ProviderError, match=r"in time|broke"):
            list(chat.ask("q"))
    check(chat)


@every_api
def test_prompt_caches_hold_over_a_long_conversation(graph: SkillGraph, api: Api) -> None:
    script: Script = []
    for number in range(6):
        script += [call("list_index", query=f"word {number}"), call("read_node", node="a")]
        script += [say(f"Answer {number}.")]
    mock = MockLLM(script)
    chat = agent(graph, api.in_process(mock), 2_000)
    for number in range(6):
        list(chat.ask(f"question {number}"))
    bodies = [request.body for request in mock.requests]
    assert len(bodies) == 18
    history = "input" if api.name == "responses" else "messages"
    for earlier, later in pairwise(bodies):
        for name in sorted(earlier.keys() - {history}):
            assert json.dumps(earlier[name]) == json.dumps(later[name])
        before, after = earlier[history], later[history]
        assert json.dumps(before) == json.dumps(after[: len(before)])
        assert len(after) > len(before)
    if api.name == "anthropic":
        assert bodies[0]["system"][0]["cache_control"] == {"type": "ephemeral"}
        assert bodies[0]["cache_control"] == {"type": "ephemeral"}


@every_api
def test_thoughts_are_sent_back_as_they_came(graph: SkillGraph, api: Api) -> None:
    if api.name == "chat":
        pytest.skip("Chat Completions sends no reasoning back")
    mock = MockLLM([call("read_node", node="a", thinking="Let me see."), say("Done.")])
    chat = agent(graph, api.in_process(mock))
    list(chat.ask("q"))
    sent = json.dumps(mock.requests[-1].body)
    assert ('"signature"' if api.name == "anthropic" else '"encrypted_content"') in sent
    # Another maker's model is not shown them.
    other = MockLLM([say("Hello.")])
    chat.provider = APIS[1 if api.name == "anthropic" else 0].in_process(other)
    list(chat.ask("and you?"))
    body = json.dumps(other.requests[0].body)
    assert "signature" not in body
    assert '"encrypted_content"' not in body.replace('["reasoning.encrypted_content"]', "")


@pytest.mark.process
def test_a_server_without_responses_is_asked_over_chat_completions(graph: SkillGraph) -> None:
    mock = MockLLM([say("Local.", fault=Fault.status(404))])
    with mock.serve() as server:
        provider = OpenAIProvider("qwen", base_url=server.openai_url)
        chat = agent(graph, provider)
        assert list(chat.ask("q"))[-1] == Done(EndReason.END, "Local.")
    assert [request.api for request in mock.requests] == ["responses", "chat"]
    assert provider.name == "openai-chat:qwen"


@pytest.mark.parametrize(
    ("model", "sampling"),
    [
        ("claude-opus-4-7", False),
        ("claude-sonnet-5-5", False),
        ("claude-sonnet-4-5-20250929", True),
        ("claude-3-5-haiku-20241022", True),
        ("gpt-4.1", True),
        ("gpt-4o-mini", True),
        ("gpt-5.4", False),
        ("gpt-6-sol", False),
        ("o4-mini", False),
        ("qwen3:8b", True),
        ("openai/gpt-5.5", False),
    ],
)
def test_a_temperature_is_sent_only_where_the_model_takes_one(model: str, sampling: bool) -> None:
    assert takes_sampling(model) is sampling


def test_the_temperature_reaches_the_wire(graph: SkillGraph) -> None:
    mock = MockLLM([say("x"), say("y"), say("z"), say("w")])
    for provider in (
        AnthropicProvider("claude-sonnet-4-6", client=mock.anthropic(), temperature=0.5),
        AnthropicProvider("claude-sonnet-5", client=mock.anthropic(), temperature=0.5),
        OpenAIProvider("gpt-4.1", client=mock.openai(), temperature=0.5),
        OpenAIProvider("gpt-5.5", client=mock.openai(), temperature=0.5),
    ):
        list(agent(graph, provider).ask("q"))
    sent = [request.body.get("temperature") for request in mock.requests]
    assert sent == [0.5, None, 0.5, None]
    assert reasons("gpt-5.5") and not reasons("gpt-4.1")


@pytest.mark.parametrize(
    ("name", "provider"),
    [
        ("claude-sonnet-5-5", "anthropic:claude-sonnet-5-5"),
        ("anthropic:whatever-6", "anthropic:whatever-6"),
        ("gpt-9-nova", "openai:gpt-9-nova"),
        ("o9", "openai:o9"),
        ("openai-chat:mistral:7b", "openai-chat:mistral:7b"),
        ("offline", "offline"),
    ],
)
def test_any_model_name_leads_to_its_provider(name: str, provider: str) -> None:
    assert provider_for(name).name == provider


def test_a_name_that_tells_no_provider_is_asked_back() -> None:
    with pytest.raises(UsageError, match="whose model is 'foo'"):
        provider_for("foo")
    with pytest.raises(UsageError, match="names no model"):
        provider_for("openai:")
    assert provider_for("qwen3:8b", base_url="http://127.0.0.1:1/v1").name == "openai:qwen3:8b"


@pytest.mark.parametrize("maker", ["anthropic", "openai"])
def test_a_missing_key_or_package_is_one_line_that_says_what_to_do(
    graph: SkillGraph, maker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    variable = f"{maker.upper()}_API_KEY"
    monkeypatch.delenv(variable)
    monkeypatch.setenv("HOME", "/nonexistent")
    with pytest.raises(MissingKeyError, match=f"set {variable}"):
        list(agent(graph, provider_for(f"{maker}:m")).ask("q"))
    monkeypatch.setitem(__import__("sys").modules, maker, None)
    with pytest.raises(MissingPackageError, match=rf"pip install .*\[{maker}\]"):
        list(agent(graph, provider_for(f"{maker}:m")).ask("q"))


@every_api
def test_half_a_surrogate_pair_does_not_break_the_request(graph: SkillGraph, api: Api) -> None:
    mock = MockLLM([say("Fine.")])
    chat = agent(graph, api.in_process(mock))
    assert list(chat.ask("broken \ud83d emoji"))[-1] == Done(EndReason.END, "Fine.")


@pytest.mark.process
@every_api
def test_stopping_a_stream_closes_its_connection(graph: SkillGraph, api: Api) -> None:
    mock = MockLLM([Turn(text="A long answer in many pieces. " * 50, chunk=4), say("New.")])
    with mock.serve() as server:
        chat = agent(graph, api.over_socket(server.url))
        events = chat.ask("q")
        for event in events:
            if isinstance(event, AnswerText):
                break
        events.close()
        assert [message.role.value for message in chat.messages] == ["user", "assistant"]
        assert list(chat.ask("new"))[-1] == Done(EndReason.END, "New.")
    check(chat)


def test_the_usage_so_far_is_kept_when_an_answer_is_stopped(graph: SkillGraph) -> None:
    mock = MockLLM([Turn(text="A long answer. " * 20, usage=Usage(input=500, output=60))])
    chat = agent(graph, APIS[0].in_process(mock))
    events = chat.ask("q")
    for event in events:
        if isinstance(event, AnswerText):
            break
    events.close()
    (turn,) = chat.toolset.ledger.turns
    assert turn.usage.input == 500


def test_pieces_are_texts_usages_and_one_reply(graph: SkillGraph) -> None:
    from skillagent.messages import Message, Reply, Request, Role

    request = Request("s", (Message(Role.USER, (Text("q"),)),), ())
    for api in APIS:
        pieces: Iterator[Any] = iter(
            api.in_process(MockLLM([say("One two three.")])).reply(request)
        )
        *others, last = list(pieces)
        assert isinstance(last, Reply)
        assert {type(piece) for piece in others} <= {Text, Usage}


@pytest.mark.process
@pytest.mark.parametrize("maker", ["anthropic", "openai"])
@pytest.mark.parametrize("before", [0, 290], ids=["whole", "cut"])
def test_a_provider_that_repeats_the_request_does_not_show_its_key(maker: str, before: int) -> None:
    """A key of no known format, that only this client has; cut, it would be like no key at all."""
    key = "correct-horse-battery-staple"

    class Repeats:
        def respond(self, path: str, headers: Mapping[str, str], raw: bytes) -> WireAnswer:
            said = "x" * before + json.dumps(dict(headers))
            body = json.dumps({"type": "error", "error": {"type": "t", "message": said}})
            return WireAnswer(400, (("content-type", "application/json"),), (body.encode(),))

    with Server(Repeats()) as server:
        provider: Provider
        if maker == "anthropic":
            anthropic = importlib.import_module("anthropic")
            client = anthropic.Anthropic(api_key=key, base_url=server.url, max_retries=0)
            provider = AnthropicProvider("claude-x", client=client)
        else:
            openai = importlib.import_module("openai")
            client = openai.OpenAI(api_key=key, base_url=server.openai_url, max_retries=0)
            provider = OpenAIProvider("gpt-x", api="chat", client=client)
        request = Request("", (Message(Role.USER, (Text("Hello?"),)),), ())
        with pytest.raises(ProviderError, match="answered 400") as raised:
            list(provider.reply(request))
    assert "correct-horse" not in str(raised.value)
