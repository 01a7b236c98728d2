"""OpenAI Responses and Chat Completions: tool definitions, calls and conversations.

Source: the request and response types of the package `openai`, 3.0 and later.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from skillagent.digest import canonical_json
from skillagent.formats.blocks import field, tool_call
from skillagent.messages import (
    Message,
    Opaque,
    Role,
    Text,
    ToolCall,
    ToolResult,
    ToolSpec,
)

API = "openai"
CHAT_API = "openai-chat"
"""`Opaque.api` of reasoning as plain text, as DeepSeek and others send it over Chat Completions."""


def responses_tool(spec: ToolSpec) -> dict[str, Any]:
    """A definition for `tools=` of Responses."""
    return {"type": "function", **_function(spec)}


def chat_tool(spec: ToolSpec) -> dict[str, Any]:
    """A definition for `tools=` of Chat Completions."""
    return {"type": "function", "function": _function(spec)}


def _function(spec: ToolSpec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "description": spec.description,
        "parameters": dict(spec.parameters),
        "strict": True,
    }


def is_responses(item: object) -> bool:
    """True for a call of Responses (`function_call`), False for one of Chat Completions."""
    return bool(field(item, "type") == "function_call")


def call(item: object) -> ToolCall:
    """A `function_call` item, or an entry of `message.tool_calls`, as a call."""
    if is_responses(item):
        return tool_call(field(item, "call_id"), field(item, "name"), field(item, "arguments", ""))
    function = field(item, "function", {})
    return tool_call(field(item, "id"), field(function, "name"), field(function, "arguments", ""))


def responses_result(result: ToolResult) -> dict[str, Any]:
    """The item to append to `input=`."""
    return {"type": "function_call_output", "call_id": result.id, "output": result.text}


def chat_result(result: ToolResult) -> dict[str, Any]:
    """The message to append to `messages=`."""
    return {"role": "tool", "tool_call_id": result.id, "content": result.text}


def responses_items(
    conversation: Iterable[Message], *, reasoning: bool = True
) -> list[dict[str, Any]]:
    """A conversation for `input=` of Responses.

    Args:
        conversation: messages of the conversation.
        reasoning: False for a model that accepts no reasoning of another model.
    """
    items: list[dict[str, Any]] = []
    for message in conversation:
        for at, part in enumerate(message.parts):
            if isinstance(part, Text):
                if part.text:
                    items.append({"role": message.role.value, "content": part.text})
            elif isinstance(part, ToolCall):
                items.append(
                    {
                        "type": "function_call",
                        "call_id": part.id,
                        "name": part.name,
                        "arguments": _arguments(part),
                    }
                )
            elif isinstance(part, ToolResult):
                items.append(responses_result(part))
            elif part.api == API and reasoning and at < len(message.parts) - 1:
                # The API refuses reasoning without the item that followed it.
                items.append(dict(part.data))
    return items


def chat_messages(system: str, conversation: Iterable[Message]) -> list[dict[str, Any]]:
    """A conversation for `messages=` of Chat Completions."""
    entries: list[dict[str, Any]] = [{"role": "system", "content": system}] if system else []
    for message in conversation:
        if message.role is Role.ASSISTANT:
            entries += _assistant(message)
            continue
        entries += [chat_result(part) for part in message.parts if isinstance(part, ToolResult)]
        if message.text:
            entries.append({"role": "user", "content": message.text})
    return entries


def _assistant(message: Message) -> list[dict[str, Any]]:
    calls = [
        {
            "id": part.id,
            "type": "function",
            "function": {"name": part.name, "arguments": _arguments(part)},
        }
        for part in message.tool_calls
    ]
    if not calls and not message.text:
        return []
    turn: dict[str, Any] = {"role": "assistant", "content": message.text or None}
    if not calls:
        return [turn]
    # Providers that send reasoning as text require it back with the calls that followed it.
    for part in message.parts:
        if isinstance(part, Opaque) and part.api == CHAT_API:
            turn |= part.data
    return [{**turn, "tool_calls": calls}]


def _arguments(call: ToolCall) -> str:
    if isinstance(call.arguments, str):
        # Servers that parse the history refuse malformed JSON, and with it the conversation.
        return canonical_json({"INVALID_JSON": call.arguments})
    return call.raw.strip() or canonical_json(call.arguments)
