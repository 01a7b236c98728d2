"""The events of a stream: their order, their numbers, and what stands in them beside the text."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from skillagent.messages import Stop, Usage
from skillagent.testing import Call, Fault, MockLLM, Turn, calls, say

PATHS = {
    "messages": "/v1/messages",
    "chat": "/v1/chat/completions",
    "responses": "/v1/responses",
}
QUESTION = [{"role": "user", "content": "q"}]
FULL = calls(
    Call("f", {"a": "b" * 40}),
    Call("g", {}),
    text="Some text in pieces.",
    thinking="Hm. Well, now.",
)


def events(api: str, turn: Turn, **more: Any) -> list[dict[str, Any]]:
    body: dict[str, Any] = {"model": "m", "stream": True, **more}
    body |= {"input": QUESTION} if api == "responses" else {"messages": QUESTION}
    body |= {"max_tokens": 9} if api == "messages" else {}
    answer = MockLLM([turn]).respond(PATHS[api], {}, json.dumps(body).encode())
    assert answer.status == 200, answer.body
    lines = [line for line in answer.body.splitlines() if line.startswith(b"data: ")]
    return [json.loads(line[6:]) for line in lines if line != b"data: [DONE]"]


def test_events_of_responses_are_numbered_without_a_gap() -> None:
    for turn in (FULL, say("A long text in pieces.", fault=Fault.error_event(1))):
        found = events("responses", turn)
        assert [event["sequence_number"] for event in found] == list(range(len(found)))
    assert found[-1]["type"] == "error"


def test_reasoning_of_responses_is_streamed_as_its_summary() -> None:
    found = [event for event in events("responses", FULL) if "reasoning_summary" in event["type"]]
    kinds = [event["type"].removeprefix("response.reasoning_summary_") for event in found]
    assert (kinds[0], kinds[-2], kinds[-1]) == ("part.added", "text.done", "part.done")
    assert set(kinds[1:-2]) == {"text.delta"}
    assert "".join(event["delta"] for event in found[1:-2]) == found[-2]["text"] == FULL.thinking


@pytest.mark.parametrize("api", PATHS)
@pytest.mark.parametrize("chunk", [1, 3, 1_000])
def test_the_pieces_make_the_whole_whatever_their_size(api: str, chunk: int) -> None:
    texts: dict[Any, str] = {}
    for event in events(api, replace(FULL, chunk=chunk)):
        if api == "messages" and event["type"] == "content_block_delta":
            delta = event["delta"]
            piece = delta.get("text") or delta.get("partial_json") or ""
            texts[event["index"]] = texts.get(event["index"], "") + piece
        elif api == "responses" and event["type"].endswith(".delta"):
            key = event["output_index"]
            texts[key] = texts.get(key, "") + event["delta"]
        elif api == "chat":
            delta = event["choices"][0]["delta"]
            texts["text"] = texts.get("text", "") + (delta.get("content") or "")
            for made in delta.get("tool_calls", ()):
                key = made["index"]
                texts[key] = texts.get(key, "") + made["function"]["arguments"]
    assert {FULL.text, *(call.text for call in FULL.calls)} <= set(texts.values())


def test_every_block_of_messages_is_opened_filled_and_closed_in_its_order() -> None:
    found = events("messages", FULL)
    assert [event["type"] for event in found[:2]] == ["message_start", "ping"]
    assert [event["type"] for event in found[-2:]] == ["message_delta", "message_stop"]
    order = [
        (event["index"], event["type"].removeprefix("content_block_"))
        for event in found
        if "content_block" in event["type"]
    ]
    assert order == sorted(order, key=lambda pair: pair[0])
    for index in range(4):
        kinds = [kind for at, kind in order if at == index]
        assert (kinds[0], kinds[-1]) == ("start", "stop")
        assert set(kinds[1:-1]) <= {"delta"}


@pytest.mark.parametrize("asked", [True, False])
def test_chunks_of_chat_have_a_field_for_usage_only_where_it_was_asked_for(asked: bool) -> None:
    more = {"stream_options": {"include_usage": True}} if asked else {}
    *others, last = events("chat", say("x", usage=Usage(7, 3)), **more)
    assert all(("usage" in event) is asked and not event.get("usage") for event in others)
    assert (last["choices"] == []) is asked
    assert (last.get("usage") or {}).get("total_tokens") == (10 if asked else None)


def test_a_refusal_of_anthropic_says_so_in_its_details() -> None:
    pytest.importorskip("anthropic.types.refusal_stop_details")
    client = MockLLM([Turn(stop=Stop.REFUSAL), say("x")]).anthropic()
    asked: Any = {"model": "m", "max_tokens": 9, "messages": QUESTION}
    assert client.messages.create(**asked).stop_details.type == "refusal"
    assert client.messages.create(**asked).stop_details is None


@pytest.mark.parametrize("api", PATHS)
def test_half_a_surrogate_pair_is_sent_as_its_escape(api: str) -> None:
    assert "\\ud83d" in json.dumps(events(api, say("broken \ud83d")))


def test_a_transport_serves_an_asynchronous_client_of_any_library() -> None:
    http = pytest.importorskip("httpx2", reason="the SDKs here are older")
    mock = MockLLM([say("x")])

    async def ask() -> int:
        async with http.AsyncClient(transport=mock.async_transport()) as client:
            body = {"model": "m", "messages": QUESTION}
            answer = await client.post("http://any.invalid/v1/chat/completions", json=body)
            return int(answer.status_code)

    assert asyncio.run(ask()) == 200
    mock.assert_done()
