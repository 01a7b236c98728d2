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
    ({"messages": [USER, said("system", text("x"))]}, "should be 'user' or 'assistant'"),
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
