"""What the real APIs refuse, the mock refuses: with a 400 and the provider's own body."""

from __future__ import annotations

import json
from typing import Any

import pytest

from skillagent.testing import MockLLM, say

USER = {"role": "user", "content": "q"}
USE = {"type": "tool_use", "id": "t1", "name": "f", "input": {}}
RESULT = {"type": "tool_result", "tool_use_id": "t1", "content": "x"}
CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
ITEM = {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"}
OUTPUT = {"type": "function_call_output", "call_id": "c1", "output": "x"}
MARK = {"cache_control": {"type": "ephemeral"}}


def said(role: str, *blocks: Any) -> dict[str, Any]:
    return {"role": role, "content": list(blocks)}


def text(words: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": words, **more}


def strict(parameters: dict[str, Any]) -> dict[str, Any]:
    return {"type": "function", "name": "f", "strict": True, "parameters": parameters}


CLOSED = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
ANTHROPIC: list[tuple[dict[str, Any], str]] = [
    ({"nonsense": 1}, "nonsense: Extra inputs are not permitted"),
    ({"model": ""}, "model: Field required"),
    ({"messages": []}, "at least one message"),
    ({"messages": [said("assistant", text("x"))]}, 'must use the "user" role'),
    ({"messages": [USER, said("robot", text("x"))]}, "should be 'user', 'assistant' or"),
    ({"max_tokens": None}, "max_tokens: Input should be a valid integer"),
    ({"max_tokens": -1}, "greater than or equal to 0"),
    ({"system": 3}, "system: Input should be"),
    ({"messages": [{**USER, "x": 1}]}, "messages.0.x: Extra inputs"),
    ({"messages": [{**USER, "output_config": {}}]}, "messages.0.output_config: Extra inputs"),
    ({"messages": [{"role": "user", "content": ""}]}, "non-empty content"),
    ({"messages": [said("user", {"type": "bogus"})]}, "Input tag 'bogus'"),
    ({"messages": [said("user", USE), said("user", RESULT)]}, "only be in `assistant` messages"),
    (
        {"messages": [USER, said("assistant", USE), said("user", text("x"), RESULT)]},
        "results come before anything else",
    ),
    (
        {
            "messages": [
                USER,
                said("assistant", {**USE, "id": "a b"}),
                said("user", {**RESULT, "tool_use_id": "a b"}),
            ]
        },
        "tool_use.id: String should match pattern",
    ),
    ({"tools": [{"name": "a b", "input_schema": {"type": "object"}}]}, "should match pattern"),
    ({"tool_choice": {"type": "auto"}}, "only be specified while providing tools"),
    (
        {
            "tools": [{"name": "f", "input_schema": {"type": "object"}}],
            "tool_choice": {"type": "tool", "name": "g"},
        },
        "Tool 'g' not found",
    ),
    ({"messages": [said("user", text("  "))]}, "non-whitespace text"),
    ({"messages": [said("user"), USER]}, "non-empty content"),
    ({"messages": [USER, said("assistant", USE)]}, "ids without `tool_result`"),
    ({"messages": [USER, said("assistant", USE), USER]}, "without `tool_result` blocks"),
    ({"messages": [said("user", RESULT)]}, "unexpected `tool_use_id`"),
    (
        {"messages": [USER, said("assistant", USE), said("user", RESULT, RESULT)]},
        "must have a single result",
    ),
    (
        {"messages": [USER, said("assistant", USE, USE), said("user", RESULT)]},
        "`tool_use` ids must be unique",
    ),
    (
        {
            "messages": [
                USER,
                said("assistant", USE),
                said("user", {"type": "tool_result", "tool_use_id": "t1", "is_error": True}),
            ]
        },
        "content cannot be empty if `is_error`",
    ),
    (
        {
            "messages": [
                USER,
                said("assistant", {**USE, "input": "{}"}),
                said("user", RESULT),
            ]
        },
        "valid dictionary",
    ),
    ({"system": [text("s", **MARK)] * 5}, "maximum of 4 blocks with cache_control"),
    ({"tools": [{"name": "f", "input_schema": {"type": "object"}}] * 2}, "names must be unique"),
    ({"tools": [{"name": "f", "input_schema": {"type": "array"}}]}, "should be 'object'"),
    ({"tools": [{"name": "f", "input_schema": {"type": "object"}, "x": 1}]}, "Extra inputs"),
    ({"model": "claude-sonnet-5-5", "temperature": 0.5}, "`temperature` is not supported"),
    ({"messages": 3}, "at least one message"),
    ({"messages": [{"role": "user"}]}, "malformed"),
]
CHAT: list[tuple[dict[str, Any], str]] = [
    ({"nonsense": 1}, "Unknown parameter: 'nonsense'"),
    ({"messages": []}, "at least one message"),
    ({"messages": [{"role": "robot", "content": "x"}]}, "Invalid value: 'robot'"),
    ({"messages": [{"role": "tool", "tool_call_id": "c1", "content": "x"}]}, "must be a response"),
    (
        {"messages": [USER, {"role": "assistant", "content": None, "tool_calls": [CALL]}]},
        "without tool messages",
    ),
    (
        {"messages": [USER, {"role": "assistant", "tool_calls": [CALL]}, USER]},
        "must be followed by tool messages",
    ),
    ({"messages": [USER, {"role": "assistant", "content": None}]}, "got null"),
    (
        {
            "messages": [
                USER,
                {"role": "assistant", "tool_calls": [CALL, CALL]},
                {"role": "tool", "tool_call_id": "c1", "content": "x"},
            ]
        },
        "Duplicate",
    ),
    (
        {"tools": [{"type": "function", "function": strict({"type": "object"})}]},
        "'additionalProperties' is required",
    ),
    ({"model": "gpt-5.5", "temperature": 0.5}, "`temperature` is not supported"),
    ({"model": "gpt-5.5", "max_tokens": 9}, "Use 'max_completion_tokens' instead"),
    ({"max_tokens": 9, "max_completion_tokens": 9}, "at the same time"),
    ({"stream_options": {"include_usage": True}}, "only allowed when 'stream' is enabled"),
    ({"tool_choice": "auto"}, "only allowed when 'tools' are specified"),
    ({"parallel_tool_calls": False}, "only allowed when 'tools' are specified"),
    ({"messages": [{**USER, "x": 1}]}, "Unknown parameter: 'messages[0].x'"),
    (
        {"messages": [{"role": "user", "content": [{"type": "input_text", "text": "x"}]}]},
        "Supported values are: 'text', 'image_url'",
    ),
    ({"tools": [{"type": "function", "function": {"parameters": {}}}]}, "Missing required"),
    ({"tools": [{"type": "function", "function": {"name": "a b"}}]}, "does not match pattern"),
    (
        {
            "tools": [
                {"type": "function", "function": {"name": "f", "parameters": {"type": "array"}}}
            ]
        },
        "got 'type: \"array\"'",
    ),
]
RESPONSES: list[tuple[dict[str, Any], str]] = [
    ({"nonsense": 1}, "Unknown parameter: 'nonsense'"),
    ({"input": []}, "must be provided"),
    ({"input": [USER, ITEM]}, "No tool output found for function call c1"),
    ({"input": [USER, OUTPUT]}, "No tool call found"),
    ({"input": [USER, ITEM, ITEM, OUTPUT]}, "Duplicate 'call_id'"),
    ({"input": [USER, ITEM, OUTPUT, OUTPUT]}, "Duplicate function call output"),
    ({"input": [{"role": "robot", "content": "x"}]}, "Invalid value: 'robot'"),
    ({"input": [USER, {**ITEM, "arguments": {}}, OUTPUT]}, "Invalid 'input[1]'"),
    ({"input": [{"type": "reasoning", "id": "r"}], "store": False}, "was not stored"),
    ({"input": [{"type": "nonsense"}]}, "Invalid value: 'nonsense' in 'input[0].type'"),
    ({"input": [USER, OUTPUT, ITEM]}, "No tool call found"),
    (
        {"input": [{"role": "user", "content": [{"type": "text", "text": "x"}]}]},
        "Supported values are: 'input_text'",
    ),
    (
        {"input": [{"role": "assistant", "content": [{"type": "input_text", "text": "x"}]}]},
        "Supported values are: 'output_text', 'refusal'",
    ),
    ({"tools": [{"type": "function", "function": {"name": "f"}}]}, "'tools[0].name'"),
    ({"tools": [{"name": "f"}]}, "'tools[0].type'"),
    (
        {"tools": [strict({**CLOSED, "$defs": {"a": {"type": "object"}}})]},
        "In context=('$defs', 'a')",
    ),
    ({"tools": [strict({**CLOSED, "properties": {"a": {"type": "string"}}})]}, "'required' is"),
    ({"tools": [strict({**CLOSED, "minProperties": 1})]}, "'minProperties' is not permitted"),
    (
        {
            "tools": [
                strict(
                    {
                        **CLOSED,
                        "properties": {"a": {"type": "array", "items": {"type": "object"}}},
                        "required": ["a"],
                    }
                )
            ]
        },
        "In context=('properties', 'a', 'items')",
    ),
]
CASES = [
    *(("/v1/messages", {"max_tokens": 9, "messages": [USER]}, *case) for case in ANTHROPIC),
    *(("/v1/chat/completions", {"messages": [USER]}, *case) for case in CHAT),
    *(("/v1/responses", {"input": [USER]}, *case) for case in RESPONSES),
]


@pytest.mark.parametrize(
    ("path", "valid", "change", "told"),
    CASES,
    ids=[f"{at} {case[3]}" for at, case in enumerate(CASES)],
)
def test_a_wrong_request_gets_a_400_that_says_why(
    path: str, valid: dict[str, Any], change: dict[str, Any], told: str
) -> None:
    mock = MockLLM([say("never")])
    raw = json.dumps({"model": "m", **valid, **change}).encode()
    answer = mock.respond(path, {}, raw)
    assert answer.status == 400
    body = json.loads(answer.body)
    assert told in body["error"]["message"]
    assert (body.get("type") == "error") == (path == "/v1/messages")
    with pytest.raises(AssertionError, match="was refused"):
        mock.assert_done()


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (
            "/v1/messages",
            {
                "max_tokens": 9,
                "system": [text("s", **MARK)],
                "cache_control": MARK["cache_control"],
                "messages": [USER, said("assistant", text("x"), USE), said("user", RESULT)],
            },
        ),
        ("/v1/messages", {"max_tokens": 9, "messages": [USER, USER]}),
        ("/v1/messages", {"max_tokens": 9, "messages": [USER, said("system", text("now"))]}),
        (
            "/v1/messages",
            {
                "max_tokens": 9,
                "messages": [USER, said("assistant", USE), said("user", RESULT, text("x"))],
                "tools": [{"name": "f", "input_schema": {"type": "object"}}],
                "tool_choice": {"type": "tool", "name": "f"},
            },
        ),
        (
            "/v1/messages",
            {"model": "claude-3-5", "max_tokens": 9, "temperature": 1, "messages": [USER]},
        ),
        (
            "/v1/chat/completions",
            {
                "messages": [
                    {"role": "system", "content": "s"},
                    USER,
                    {"role": "assistant", "content": None, "tool_calls": [CALL]},
                    {"role": "tool", "tool_call_id": "c1", "content": ""},
                    {"role": "assistant", "content": "x"},
                ],
                "tools": [{"type": "function", "function": strict(CLOSED)}],
            },
        ),
        ("/v1/responses", {"input": [USER, ITEM, OUTPUT], "tools": [strict(CLOSED)]}),
        ("/v1/responses", {"input": "q", "store": False}),
        ("/v1/responses", {"input": "q", "client_metadata": {"codex": "0.169"}}),
        (
            "/v1/messages",
            {
                "max_tokens": 9,
                "messages": [
                    USER,
                    {**said("system", text("x")), "output_config": {"effort": "medium"}},
                    {**said("system", text("y")), "clear_at": "never"},
                ],
            },
        ),
    ],
)
def test_a_right_request_is_answered(path: str, body: dict[str, Any]) -> None:
    mock = MockLLM([say("yes")])
    assert mock.respond(path, {}, json.dumps({"model": "m", **body}).encode()).status == 200
    mock.assert_done()


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"\xff\xfe"])
def test_a_body_that_is_no_object_is_refused(raw: bytes) -> None:
    assert MockLLM([say("x")]).respond("/v1/responses", {}, raw).status == 400


def test_an_unknown_address_is_a_404_and_noticed() -> None:
    mock = MockLLM([])
    assert mock.respond("/v1/embeddings", {}, b"{}").status == 404
    with pytest.raises(AssertionError, match="unknown address: /v1/embeddings"):
        mock.assert_done()


@pytest.mark.parametrize("path", ["/v1/messages", "/v1/messages/count_tokens"])
def test_only_answers_need_a_limit_of_tokens(path: str) -> None:
    body = {"model": "m", "messages": [USER]}
    answer = MockLLM([]).respond(path, {}, json.dumps(body).encode())
    assert answer.status == (200 if path.endswith("count_tokens") else 400)


def test_a_word_of_the_system_in_mid_conversation_is_read_as_such() -> None:
    mock = MockLLM([say("x")])
    body = {
        "model": "m",
        "max_tokens": 9,
        "system": "first",
        "messages": [USER, said("system", text("then"))],
    }
    assert mock.respond("/v1/messages", {}, json.dumps(body).encode()).status == 200
    conversation = mock.requests[0].conversation
    assert conversation is not None
    assert conversation.system == "first\nthen"
    assert len(conversation.messages) == 1
