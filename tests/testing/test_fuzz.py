"""Whatever is sent, the mock answers: 200, or a 400 in the provider's form, never an exception."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillagent.testing import MockLLM, say

SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
FUNCTION = {
    "name": "f",
    "strict": True,
    "parameters": {**SCHEMA, "additionalProperties": False, "anyOf": [], "$defs": {}},
}
USER = {"role": "user", "content": [{"type": "text", "text": "q"}]}
VALID: dict[str, dict[str, Any]] = {
    "/v1/messages": {
        "model": "m",
        "max_tokens": 9,
        "stream": True,
        "system": [{"type": "text", "text": "s", "cache_control": {"type": "ephemeral"}}],
        "tools": [{"name": "f", "input_schema": SCHEMA}],
        "tool_choice": {"type": "tool", "name": "f"},
        "thread": {"type": "new"},
        "messages": [
            USER,
            {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": "t", "signature": "s"},
                    {"type": "tool_use", "id": "t1", "name": "f", "input": {"a": "b"}},
                ],
            },
            {
                "role": "user",
                "content": [
                    {
                        "type": "tool_result",
                        "tool_use_id": "t1",
                        "is_error": True,
                        "content": [{"type": "text", "text": "x"}],
                    }
                ],
            },
        ],
    },
    "/v1/chat/completions": {
        "model": "m",
        "stream": True,
        "stream_options": {"include_usage": True},
        "tools": [{"type": "function", "function": FUNCTION}],
        "messages": [
            {"role": "system", "content": "s"},
            USER,
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
                ],
            },
            {"role": "tool", "tool_call_id": "c", "content": "x"},
        ],
    },
    "/v1/responses": {
        "model": "m",
        "stream": True,
        "instructions": "s",
        "store": True,
        "tools": [{"type": "function", **FUNCTION}],
        "input": [
            {"role": "user", "content": [{"type": "input_text", "text": "q"}]},
            {"type": "reasoning", "id": "r", "summary": [], "encrypted_content": "e"},
            {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c", "output": "x"},
        ],
    },
}
VALID["/v1/messages/count_tokens"] = {
    name: VALID["/v1/messages"][name] for name in ("model", "system", "tools", "messages")
}
VALID["/v1/responses/input_tokens"] = {
    name: VALID["/v1/responses"][name] for name in ("model", "instructions", "tools", "input")
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 10**6) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "role", "content", "text", "name", "id", "x"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to everything in a JSON value."""
    found = [path] if path else []
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in items:
            found += places(inner, (*path, key))
    return found


def answered(path: str, raw: bytes) -> None:
    mock = MockLLM([say("x")])
    answer = mock.respond(path, {}, raw)
    assert answer.status in (200, 400, 404)
    assert answer.body
    if answer.status == 400:
        assert json.loads(answer.body)["error"]["message"]
    assert mock.transcript()
    assert len(mock.requests) == 1


@given(st.sampled_from(sorted(VALID)), st.data())
def test_a_request_with_one_thing_wrong_is_answered(path: str, data: st.DataObject) -> None:
    body = copy.deepcopy(VALID[path])
    *way, last = data.draw(st.sampled_from(places(body)))
    inside: Any = body
    for key in way:
        inside = inside[key]
    if data.draw(st.booleans()):
        inside[last] = data.draw(JSON)
    elif isinstance(inside, list):
        inside.append(copy.deepcopy(inside[last]))
    else:
        del inside[last]
    answered(path, json.dumps(body).encode())


@pytest.mark.parametrize("path", sorted(VALID))
def test_what_the_others_are_made_of_is_valid(path: str) -> None:
    raw = json.dumps(VALID[path]).encode()
    assert MockLLM([say("x")]).respond(path, {}, raw).status == 200


@given(st.sampled_from(sorted(VALID)), st.binary(max_size=40))
def test_a_body_of_any_bytes_is_answered(path: str, raw: bytes) -> None:
    answered(path, raw)


@pytest.mark.parametrize(
    "raw",
    [b"[" * 100_000, b'{"a":' * 100_000, b'{"model": NaN}', b'{"model": 1e999}'],
    ids=["lists", "objects", "no number", "too large"],
)
def test_a_body_that_no_parser_takes_is_refused(raw: bytes) -> None:
    answered("/v1/messages", raw)
