"""The official SDKs, unmodified, parse everything that the mock says."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillagent.messages import Stop, Usage
from skillagent.testing import Call, Expect, Fault, MockLLM, call, calls, say

TOOL = {
    "name": "read_node",
    "description": "Read.",
    "parameters": {
        "type": "object",
        "properties": {"node": {"type": "string"}},
        "required": ["node"],
        "additionalProperties": False,
    },
}
QUESTION: list[Any] = [{"role": "user", "content": "q"}]
FULL = calls(
    Call("read_node", {"node": "ä"}, "id-1"),
    Call("read_node", {"node": "b"}),
    text="Let me look, ünïcode and all.",
    thinking="Hm.",
    usage=Usage(900, 50, cache_read=800, cache_write=40),
)


def messages(client: Any, **options: Any) -> Any:
    tools = [{"name": "read_node", "input_schema": TOOL["parameters"]}]
    return client.messages.create(
        model="claude-x", max_tokens=99, messages=QUESTION, tools=tools, **options
    )


def chat(client: Any, **options: Any) -> Any:
    tools = [{"type": "function", "function": {**TOOL, "strict": True}}]
    return client.chat.completions.create(model="gpt-x", messages=QUESTION, tools=tools, **options)


def responses(client: Any, **options: Any) -> Any:
    tools = [{"type": "function", **TOOL, "strict": True}]
    return client.responses.create(model="gpt-x", input=QUESTION, tools=tools, **options)


def test_messages_whole() -> None:
    mock = MockLLM([FULL])
    found = messages(mock.anthropic())
    thinking, text, first, second = found.content
    assert (thinking.type, thinking.thinking, bool(thinking.signature)) == ("thinking", "Hm.", True)
    assert text.text == "Let me look, ünïcode and all."
    assert (first.id, first.input, second.input) == ("id-1", {"node": "ä"}, {"node": "b"})
    assert found.stop_reason == "tool_use"
    usage = found.usage
    assert (usage.input_tokens, usage.output_tokens) == (60, 50)
    assert (usage.cache_read_input_tokens, usage.cache_creation_input_tokens) == (800, 40)
    mock.assert_done()


def test_messages_streamed_through_the_sdks_own_accumulator() -> None:
    with (
        MockLLM([FULL])
        .anthropic()
        .messages.stream(model="claude-x", max_tokens=99, messages=QUESTION) as stream
    ):
        text = "".join(stream.text_stream)
        found = stream.get_final_message()
    assert text == "Let me look, ünïcode and all."
    whole = messages(MockLLM([FULL]).anthropic())
    assert [block.to_dict() for block in found.content] == [
        block.to_dict() for block in whole.content
    ]
    assert found.usage.output_tokens == whole.usage.output_tokens


def test_chat_whole_and_streamed() -> None:
    found = chat(MockLLM([FULL]).openai())
    message = found.choices[0].message
    assert message.content == "Let me look, ünïcode and all."
    assert [json.loads(made.function.arguments) for made in message.tool_calls] == [
        {"node": "ä"},
        {"node": "b"},
    ]
    assert found.choices[0].finish_reason == "tool_calls"
    assert found.usage.prompt_tokens_details.cached_tokens == 800
    with (
        MockLLM([FULL])
        .openai()
        .chat.completions.stream(
            model="gpt-x", messages=QUESTION, stream_options={"include_usage": True}
        ) as stream
    ):
        events = list(stream)
        final = stream.get_final_completion()
    assert events
    assert final.choices[0].message.content == message.content
    assert [made.function.arguments for made in final.choices[0].message.tool_calls] == [
        made.function.arguments for made in message.tool_calls
    ]
    assert final.usage.total_tokens == found.usage.total_tokens == 950


def test_chat_sends_usage_only_where_it_is_asked_for() -> None:
    chunks = list(chat(MockLLM([say("x")]).openai(), stream=True))
    assert not any(chunk.usage for chunk in chunks)


def test_responses_whole_and_streamed() -> None:
    found = responses(MockLLM([FULL]).openai())
    assert found.output_text == "Let me look, ünïcode and all."
    assert [item.type for item in found.output] == [
        "reasoning",
        "message",
        "function_call",
        "function_call",
    ]
    assert found.output[2].call_id == "id-1"
    assert found.usage.input_tokens_details.cached_tokens == 800
    with MockLLM([FULL]).openai().responses.stream(model="gpt-x", input=QUESTION) as stream:
        kinds = [event.type for event in stream]
        final = stream.get_final_response()
    assert kinds[0] == "response.created"
    assert kinds[-1] == "response.completed"
    assert final.output_text == found.output_text
    assert [item.type for item in final.output] == [item.type for item in found.output]


@pytest.mark.parametrize(
    ("stop", "anthropic", "chat_reason", "status"),
    [
        (None, "end_turn", "stop", "completed"),
        (Stop.MAX_TOKENS, "max_tokens", "length", "incomplete"),
        (Stop.REFUSAL, "refusal", "stop", "completed"),
        (Stop.CONTEXT_FULL, "model_context_window_exceeded", "length", "incomplete"),
        ("content_filter", "content_filter", "content_filter", "incomplete"),
    ],
)
def test_every_end_has_each_providers_own_name(
    stop: Stop | str | None, anthropic: str, chat_reason: str, status: str
) -> None:
    mock = MockLLM([say("x", stop=stop) for _ in range(3)])
    assert messages(mock.anthropic()).stop_reason == anthropic
    assert chat(mock.openai()).choices[0].finish_reason == chat_reason
    assert responses(mock.openai()).status == status
    mock.assert_done()


def test_a_refusal_of_openai_is_a_refusal() -> None:
    mock = MockLLM([say("No.", stop=Stop.REFUSAL)] * 2)
    assert chat(mock.openai()).choices[0].message.refusal == "No."
    assert responses(mock.openai()).output[0].content[0].refusal == "No."


def test_tokens_are_counted_and_models_listed() -> None:
    mock = MockLLM([])
    counted = mock.anthropic().messages.count_tokens(model="claude-x", messages=QUESTION)
    assert counted.input_tokens > 0
    assert mock.openai().responses.input_tokens.count(model="gpt-x", input="q").input_tokens > 0
    assert [model.id for model in mock.anthropic().models.list()][:1] == ["claude-mock"]
    assert [model.id for model in mock.openai().models.list()][-1:] == ["gpt-mock"]
    mock.assert_done()


def test_asynchronous_clients_are_served_too() -> None:
    mock = MockLLM([say("one"), say("two"), say("three")])

    async def run() -> list[Any]:
        first = await messages(mock.async_anthropic())
        second = await chat(mock.async_openai())
        stream = await responses(mock.async_openai(), stream=True)
        return [first.content[0].text, second.choices[0].message.content, [e async for e in stream]]

    one, two, events = asyncio.run(run())
    assert (one, two, events[-1].response.output_text) == ("one", "two", "three")


@given(text=st.text(), chunk=st.integers(1, 7))
def test_any_text_comes_through_in_any_pieces(text: str, chunk: int) -> None:
    mock = MockLLM([say(text, chunk=chunk)] * 3)
    client, other = mock.anthropic(), mock.openai()
    streamed = messages(client, stream=True)
    found = "".join(
        event.delta.text
        for event in streamed
        if event.type == "content_block_delta" and event.delta.type == "text_delta"
    )
    assert found == text
    chunks = chat(other, stream=True)
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == text
    events = responses(other, stream=True)
    pieces = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert "".join(pieces) == text


def test_the_same_seed_gives_the_same_bytes() -> None:
    def run(seed: int) -> list[bytes]:
        mock = MockLLM([FULL, say("x")], seed=seed)
        body = {"model": "m", "max_tokens": 9, "messages": QUESTION, "stream": True}
        raw = json.dumps(body).encode()
        return [mock.respond("/v1/messages", {}, raw).body for _ in range(2)]

    assert run(1) == run(1) != run(2)


def test_a_clients_retry_does_not_use_up_the_script() -> None:
    mock = MockLLM([say("one", fault=Fault.status(529, retry_after=0, times=2)), say("two")])
    client = mock.anthropic(max_retries=3)
    assert messages(client).content[0].text == "one"
    assert messages(client).content[0].text == "two"
    assert [request.status for request in mock.requests] == [529, 529, 200, 200]
    mock.assert_done()


@pytest.mark.parametrize(
    ("code", "anthropic", "openai"),
    [
        (400, "BadRequestError", "BadRequestError"),
        (401, "AuthenticationError", "AuthenticationError"),
        (403, "PermissionDeniedError", "PermissionDeniedError"),
        (404, "NotFoundError", "NotFoundError"),
        (429, "RateLimitError", "RateLimitError"),
        (500, "InternalServerError", "InternalServerError"),
        (502, "InternalServerError", "InternalServerError"),
        (529, "OverloadedError", "InternalServerError"),
    ],
)
def test_every_status_becomes_the_sdks_own_exception(
    code: int, anthropic: str, openai: str
) -> None:
    mock = MockLLM([say("x", fault=Fault.status(code, times=9))])
    for ask, client, name in (
        (messages, mock.anthropic(max_retries=0), anthropic),
        (chat, mock.openai(max_retries=0), openai),
        (responses, mock.openai(max_retries=0), openai),
    ):
        with pytest.raises(Exception) as error:  # noqa: PT011
            ask(client)
        assert name in [kind.__name__ for kind in type(error.value).__mro__]
        if code != 502:
            assert type(error.value).__name__ == name or code == 529
            assert error.value.request_id  # type: ignore[attr-defined]


def test_what_the_script_did_not_expect_is_said_with_what_came() -> None:
    expect = Expect(system="ships", user="shoes", tools=("a", "b"), model="gpt-x")
    mock = MockLLM([say("x", expect=expect), say("never asked for")])
    with pytest.raises(Exception, match="expected 'ships'"):
        messages(mock.anthropic())
    with pytest.raises(AssertionError) as error:
        mock.assert_done()
    text = str(error.value)
    assert "system prompt: expected 'ships' in ''" in text
    assert "last words of the user: expected 'shoes' in 'q'" in text
    assert "tools: expected ['a', 'b'], came ['read_node']" in text
    assert "1 of 2 turns were not used" in text
    assert "'never asked for'" in text
    assert "request 1: /v1/messages → 400" in text


def test_one_request_too_many_is_an_error() -> None:
    mock = MockLLM([])
    with pytest.raises(Exception, match="the script is used up"):
        chat(mock.openai())
    with pytest.raises(AssertionError, match="after the last turn"):
        mock.assert_done()


def test_the_transcript_can_be_read() -> None:
    mock = MockLLM([call("read_node", node="a"), say("Done.")])
    client = mock.anthropic()
    first = messages(client)
    result = {"type": "tool_result", "tool_use_id": first.content[0].id, "content": "Text of a"}
    client.messages.create(
        model="claude-x",
        max_tokens=9,
        system="Be brief.",
        messages=[
            *QUESTION,
            {"role": "assistant", "content": first.content},
            {"role": "user", "content": [result]},
        ],
    )
    assert mock.transcript().splitlines() == [
        "request 1: /v1/messages → 200",
        "request 2: /v1/messages → 200",
        "",
        "model claude-x, tools none",
        "system: Be brief.",
        "user: q",
        'assistant: → read_node({"node":"a"})  [toolu_000000000000010001]',
        "user: ← [toolu_000000000000010001] Text of a",
        "assistant: Done.",
    ]
    mock.assert_tools("read_node")
    with pytest.raises(AssertionError, match=r"(?m)^- x\n\+ read_node$"):
        mock.assert_tools("x")
