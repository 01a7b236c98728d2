"""What the mock remembers between requests, and what it can be asked beside the next turn."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from typing import Any

import pytest

from skillagent.testing import Call, Expect, MockLLM, Server, Turn, call, calls, say
from skillagent.testing.wire.events import WireAnswer

QUESTION = [{"role": "user", "content": "q"}]


def test_a_response_can_be_gone_on_from_by_its_id() -> None:
    mock = MockLLM([call("f", a=1), say("Done.", expect=Expect(user="q", result="ok", turn=1))])
    client = mock.openai()
    first = client.responses.create(model="m", input="q")
    output = {"type": "function_call_output", "call_id": first.output[0].call_id, "output": "ok"}
    second = client.responses.create(model="m", previous_response_id=first.id, input=[output])
    assert second.output_text == "Done."
    mock.assert_tools("f")
    mock.assert_done()


@pytest.mark.parametrize("stored", [True, False])
def test_one_that_is_not_held_cannot(stored: bool) -> None:
    mock = MockLLM([say("x"), say("y")])
    body: dict[str, Any] = {"model": "m", "input": "q", "store": stored}
    first = json.loads(mock.respond("/v1/responses", {}, json.dumps(body).encode()).body)
    then = {**body, "previous_response_id": first["id"] if not stored else "resp_other"}
    answer = mock.respond("/v1/responses", {}, json.dumps(then).encode())
    assert answer.status == 400
    assert b"not found" in answer.body
    with pytest.raises(AssertionError, match="Previous response with id"):
        mock.assert_done()


def test_what_a_held_response_asked_for_must_be_answered() -> None:
    mock = MockLLM([call("f"), say("x")])
    first = mock.openai().responses.create(model="m", input="q")
    body = {"model": "m", "previous_response_id": first.id, "input": "never mind"}
    answer = mock.respond("/v1/responses", {}, json.dumps(body).encode())
    assert b"No tool output found for function call" in answer.body


def test_what_an_sdk_parsed_can_be_sent_back_as_it_is() -> None:
    tool = {"name": "f", "strict": True, "parameters": {"type": "object", "properties": {}}}
    tool["parameters"] |= {"additionalProperties": False, "required": []}  # type: ignore[operator]
    tools: list[Any] = [{"type": "function", "function": tool}]
    for name in ("create", "parse"):
        mock = MockLLM([call("f"), say("x")])
        completions = mock.openai().chat.completions
        found = getattr(completions, name)(model="m", messages=QUESTION, tools=tools)
        said = found.choices[0].message
        result = {"role": "tool", "tool_call_id": said.tool_calls[0].id, "content": "ok"}
        completions.create(model="m", messages=[*QUESTION, said, result])
        mock.assert_done()


def test_any_one_model_can_be_looked_up() -> None:
    mock = MockLLM([])
    assert mock.anthropic().models.retrieve("claude-any").id == "claude-any"
    assert mock.openai().models.retrieve("org/gpt-any").id == "org/gpt-any"
    assert [request.api for request in mock.requests] == ["models", "models"]


def test_a_turn_may_expect_its_place_in_the_conversation() -> None:
    mock = MockLLM([say("x", expect=Expect(turn=2))])
    with pytest.raises(Exception, match="answers so far: expected 2, came 0"):
        mock.openai(max_retries=0).responses.create(model="m", input="q")


@pytest.mark.process
def test_a_body_that_comes_in_chunks_is_read_to_its_end() -> None:
    body = json.dumps({"model": "m", "messages": QUESTION}).encode()
    parts = [body[:7], body[7:]]
    chunks = b"".join(b"%x;note=1\r\n%b\r\n" % (len(part), part) for part in parts)
    head = b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
    mock = MockLLM([say("one"), say("two")])
    with (
        mock.serve() as server,
        socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2]))) as connection,
    ):
        connection.settimeout(5)
        for answer in (b"one", b"two"):
            connection.sendall(head + chunks + b"0\r\n\r\n")
            assert answer in connection.recv(4_096)
    mock.assert_done()


def agent(*made: Turn) -> MockLLM:
    """A mock whose calls were all answered."""
    mock = MockLLM([*made, say("Done.")])
    client, said = mock.openai(), list(QUESTION)
    for _ in made:
        found = client.responses.create(model="m", input=said)
        asked = [item for item in found.output if item.type == "function_call"]
        said += [item.to_dict() for item in asked]
        said += [
            {"type": "function_call_output", "call_id": item.call_id, "output": "ok"}
            for item in asked
        ]
    client.responses.create(model="m", input=said)
    mock.assert_done()
    return mock


def test_tools_are_asserted_by_name_or_with_their_arguments() -> None:
    mock = agent(
        call("find", query="x"), calls(Call("read", '{"b": 2,  "a": 1}'), Call("read", "{"))
    )
    mock.assert_tools("find", "read", "read")
    mock.assert_tools("find", Call("read", {"a": 1, "b": 2}), Call("read", "{"))


@pytest.mark.parametrize(
    ("expected", "told"),
    [
        ((), "+ find"),
        (("read", "find"), "- find"),
        (("find",), "+ read"),
        (("find", "read", "read"), "- read"),
        ((Call("find", {"query": "y"}), "read"), '- find({"query":"y"})'),
        ((Call("find", {"query": "y"}), "read"), '+ find({"query":"x"})'),
    ],
)
def test_other_calls_fail_with_what_came(expected: tuple[str | Call, ...], told: str) -> None:
    mock = agent(call("find", query="x"), call("read", a=1))
    with pytest.raises(AssertionError) as error:
        mock.assert_tools(*expected)
    assert told in str(error.value).splitlines()
    assert "assistant: Done." in str(error.value)


class Broken:
    """Answers nothing."""

    def respond(self, path: str, headers: Mapping[str, str], raw: bytes) -> WireAnswer:
        raise RuntimeError("out of order")


@pytest.mark.process
@pytest.mark.parametrize(
    ("head", "status", "told"),
    [
        (b"content-length: 0", b"500", b"the mock raised RuntimeError('out of order')"),
        (b"content-length: many", b"400", b"cannot be read"),
        (b"transfer-encoding: chunked\r\n\r\nmany", b"400", b"cannot be read"),
    ],
)
def test_what_goes_wrong_in_the_server_is_said_and_no_reset(
    head: bytes, status: bytes, told: bytes
) -> None:
    with Server(Broken()) as server:
        where = ("127.0.0.1", int(server.url.rpartition(":")[2]))
        with socket.create_connection(where) as connection:
            connection.settimeout(5)
            connection.sendall(b"POST /v1/responses HTTP/1.1\r\nhost: x\r\n" + head + b"\r\n\r\n")
            answer = connection.recv(4_096)
    assert answer.split()[1] == status
    assert told in answer
