"""A message is accepted if the SDK accepts it; every other one is refused with a reason."""

from __future__ import annotations

import json
from typing import Any

import mcp_types as types
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillagent.mcp_server.framing import Id, RejectedMessage, is_blank, read
from tests.mcp_server.odd_messages import GOOD, HALVES, ODD_LINES


@pytest.mark.parametrize(("data", "code", "number"), ODD_LINES)
def test_an_invalid_message_is_refused_with_its_id(
    data: bytes, code: int, number: Id | list[Id] | None
) -> None:
    refused = read(data)
    assert isinstance(refused, RejectedMessage)
    answer = json.loads(refused.answer())
    several = answer if isinstance(answer, list) else [answer]
    assert [one["id"] for one in several] == (number if isinstance(number, list) else [number])
    for one in several:
        types.jsonrpc_message_adapter.validate_python(one, by_name=False)
        assert one["error"]["code"] == code
        assert len(one["error"]["message"]) < 120
        assert one["error"]["message"].isprintable()


@pytest.mark.parametrize("kind", GOOD)
def test_an_odd_request_is_accepted(kind: str) -> None:
    data, number = GOOD[kind]
    text = read(data)
    assert isinstance(text, str)
    message = types.jsonrpc_message_adapter.validate_json(text, by_name=False)
    assert isinstance(message, types.JSONRPCRequest)
    assert (message.id, message.method) == (number, "ping")


@pytest.mark.parametrize("data", [b"", b" ", b"\r", b"\xef\xbb\xbf", b"\xef\xbb\xbf \t\r"])
def test_a_blank_line_is_recognised(data: bytes) -> None:
    assert is_blank(data)


@pytest.mark.parametrize("kind", HALVES)
def test_halves_are_replaced_and_nothing_else(kind: str) -> None:
    template = (
        '{"jsonrpc": "2.0", "id": 1, "method": "m", "params": {"a": "\\\\ud83d \\ud83d\\ude00 %"}}'
    )
    text = read(template.encode().replace(b"%", HALVES[kind]))
    assert isinstance(text, str)
    said = json.loads(text)["params"]["a"]
    assert said.startswith("\\ud83d \U0001f600 \ufffd")
    assert said.encode().decode() == said


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("\ud83d"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
messages = st.fixed_dictionaries(
    {},
    optional={
        "jsonrpc": st.just("2.0") | st.just("2.0") | values,
        "id": st.integers() | st.text() | values,
        "method": st.text() | values,
        "params": st.dictionaries(st.text(), values, max_size=3) | values,
        "result": st.dictionaries(st.text(), values, max_size=3) | values,
        "error": st.fixed_dictionaries(
            {"code": st.integers() | values, "message": st.text() | values}
        )
        | values,
    },
)


@given(messages | st.lists(messages, max_size=3) | values)
def test_the_sdk_accepts_every_accepted_message_as_the_same_kind(message: Any) -> None:
    text = read(json.dumps(message).encode())
    if isinstance(text, RejectedMessage):
        assert json.loads(text.answer())
        return
    made = types.jsonrpc_message_adapter.validate_json(text, by_name=False)
    assert isinstance(made, types.JSONRPCRequest) == ("id" in message and "method" in message)


@given(st.binary(max_size=40))
def test_any_bytes_are_read(data: bytes) -> None:
    assert is_blank(data) or isinstance(read(data), RejectedMessage)
