"""Anthropic Messages: tool definitions, blocks and conversations.

Source: the request and response types of the package `anthropic`, 1.0 and later.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from skillagent.formats.blocks import field, tool_call
from skillagent.messages import Message, Opaque, Part, Role, Text, ToolCall, ToolResult, ToolSpec

API = "anthropic"
_REASONING = ("thinking", "redacted_thinking")


def tool(spec: ToolSpec) -> dict[str, Any]:
    """A definition for `tools=`."""
    return {
        "name": spec.name,
        "description": spec.description,
        "input_schema": dict(spec.parameters),
    }


def call(block: object) -> ToolCall:
    """A `tool_use` block as a call."""
    return tool_call(field(block, "id"), field(block, "name"), field(block, "input", {}))


def result(tool_result: ToolResult) -> dict[str, Any]:
    """The `tool_result` block for the next user message."""
    block: dict[str, Any] = {"type": "tool_result", "tool_use_id": tool_result.id}
    if tool_result.text:
        block["content"] = tool_result.text
    # Answers are empty once the budget is spent, and the API refuses an error without content.
    if tool_result.error and tool_result.text:
        block["is_error"] = True
    return block


def messages(conversation: Iterable[Message]) -> list[dict[str, Any]]:
    """A conversation for `messages=`, without the empty parts that the API would refuse."""
    entries = []
    for message in conversation:
        blocks = [block for part in message.parts if (block := _block(part)) is not None]
        # The API refuses an answer that ends with reasoning, as an answer that was cut off may.
        while blocks and blocks[-1]["type"] in _REASONING:
            blocks.pop()
        if blocks:
            role = "user" if message.role is Role.USER else "assistant"
            entries.append({"role": role, "content": blocks})
    return entries


def _block(part: Part) -> dict[str, Any] | None:
    if isinstance(part, Text):
        return {"type": "text", "text": part.text} if part.text.strip() else None
    if isinstance(part, ToolCall):
        # The API accepts only an object; its documentation wraps other text like this.
        arguments = part.arguments
        wrapped = {"INVALID_JSON": arguments} if isinstance(arguments, str) else dict(arguments)
        return {"type": "tool_use", "id": part.id, "name": part.name, "input": wrapped}
    if isinstance(part, ToolResult):
        return result(part)
    assert isinstance(part, Opaque)
    return dict(part.data) if part.api == API else None
