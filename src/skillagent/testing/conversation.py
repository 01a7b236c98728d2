"""`Conversation`: a request of any of the three APIs in one neutral form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from skillagent.messages import (
    Message,
    Opaque,
    Part,
    Role,
    Text,
    ToolCall,
    ToolResult,
    parse_arguments,
)

MESSAGES, CHAT, RESPONSES = "messages", "chat", "responses"


@dataclass(frozen=True, slots=True)
class Conversation:
    """What a model was sent."""

    api: str
    """`messages`, `chat` or `responses`."""
    model: str
    system: str
    tools: tuple[Mapping[str, Any], ...]
    """Definitions as the client sent them."""
    messages: tuple[Message, ...]
    stream: bool

    @property
    def tool_names(self) -> tuple[str, ...]:
        """Names of the tools offered."""
        return tuple(
            str(tool.get("name") or tool.get("function", {}).get("name")) for tool in self.tools
        )

    @property
    def results(self) -> tuple[ToolResult, ...]:
        """The tool results of the last message."""
        last = self.messages[-1:]
        return tuple(
            part for message in last for part in message.parts if isinstance(part, ToolResult)
        )

    @property
    def turn(self) -> int:
        """Number of answers of the model so far."""
        return sum(message.role is Role.ASSISTANT for message in self.messages)


def read(api: str, body: Mapping[str, Any]) -> Conversation:
    """The conversation in a valid body."""
    if api == MESSAGES:
        system, messages = _anthropic(body)
    elif api == CHAT:
        system, messages = _chat(body["messages"])
    else:
        system, messages = _items(body.get("input", ""), str(body.get("instructions") or ""))
    return Conversation(
        api,
        str(body.get("model", "")),
        system,
        tuple(body.get("tools") or ()),
        tuple(messages),
        bool(body.get("stream")),
    )


def _text(content: Any) -> str:
    """A string, or the texts of a list of blocks."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    return "".join(str(block.get("text", "")) for block in content if isinstance(block, dict))


def _anthropic(body: Mapping[str, Any]) -> tuple[str, list[Message]]:
    system = [_text(body.get("system", ""))]
    messages = []
    for message in body["messages"]:
        content = message["content"]
        if message["role"] == "system":
            system.append(_text(content))
            continue
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        parts = tuple(_block(block) for block in blocks)
        messages.append(Message(Role(message["role"]), parts))
    return "\n".join(text for text in system if text), messages


def _block(block: Mapping[str, Any]) -> Part:
    kind = block["type"]
    if kind == "text":
        return Text(block["text"])
    if kind == "tool_use":
        return ToolCall(block["id"], block["name"], block["input"])
    if kind == "tool_result":
        text = _text(block.get("content", ""))
        return ToolResult(block["tool_use_id"], text, bool(block.get("is_error")))
    return Opaque("anthropic", block)


def _chat(entries: Iterable[Mapping[str, Any]]) -> tuple[str, list[Message]]:
    system: list[str] = []
    messages: list[Message] = []
    for message in entries:
        role, text = message["role"], _text(message.get("content"))
        if role in ("system", "developer"):
            system.append(text)
        elif role == "tool":
            _append(messages, Role.USER, ToolResult(message["tool_call_id"], text))
        else:
            parts: list[Part] = [Text(text)] if text else []
            for call in message.get("tool_calls") or ():
                name, raw = call["function"]["name"], call["function"]["arguments"]
                parts.append(ToolCall(call["id"], name, parse_arguments(raw), raw))
            messages.append(Message(Role(role), tuple(parts)))
    return "\n".join(system), messages


def _items(items: Any, instructions: str) -> tuple[str, list[Message]]:
    system = [instructions] if instructions else []
    messages: list[Message] = []
    if isinstance(items, str):
        items = [{"role": "user", "content": items}]
    for item in items:
        kind = item.get("type", "message")
        if kind == "message" and item["role"] in ("system", "developer"):
            system.append(_text(item["content"]))
        elif kind == "message":
            _append(messages, Role(item["role"]), Text(_text(item["content"])))
        elif kind == "function_call":
            raw = item["arguments"]
            call = ToolCall(item["call_id"], item["name"], parse_arguments(raw), raw)
            _append(messages, Role.ASSISTANT, call)
        elif kind == "function_call_output":
            _append(messages, Role.USER, ToolResult(item["call_id"], _text(item["output"])))
        else:
            _append(messages, Role.ASSISTANT, Opaque("openai", item))
    return "\n".join(system), messages


def _append(messages: list[Message], role: Role, part: Part) -> None:
    """Add a part, to the last message if that has the same role: items form no messages."""
    if messages and messages[-1].role is role:
        messages[-1] = Message(role, (*messages[-1].parts, part))
    else:
        messages.append(Message(role, (part,)))
