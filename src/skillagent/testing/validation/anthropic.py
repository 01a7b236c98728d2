"""Mistakes that Anthropic's API refuses; messages are its own where they are known.

Sources: the types of the package `anthropic` 2.12, and messages quoted in public threads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

MAX_MARKS = 4
"""Maximum number of cache marks in one request."""
BLOCKS = frozenset(
    """advisor_tool_result bash_code_execution_tool_result code_execution_tool_result compaction
    connector_text container_upload document fallback image mcp_tool_listing mcp_tool_result
    mcp_tool_use redacted_thinking search_result server_tool_use text
    text_editor_code_execution_tool_result thinking tool_addition tool_removal tool_result
    tool_search_tool_result tool_use web_fetch_tool_result web_search_tool_result""".split()
)
"""Kinds of content, including those in beta."""
_TOOL_FIELDS = frozenset(
    """name description input_schema cache_control type strict defer_loading input_examples
    eager_input_streaming allowed_callers""".split()
)
_SYSTEM_FIELDS = frozenset({"clear_at", "output_config"})
"""Fields of a system message between other messages (beta); Claude Code sends them."""
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")
_ID = re.compile(r"[a-zA-Z0-9_-]+")
_EXTRA = "Extra inputs are not permitted"


def problems(body: Mapping[str, Any], *, answers: bool = True) -> Iterator[str]:
    """All mistakes in a body.

    Args:
        body: parsed body of the request.
        answers: False if the API only counts tokens.
    """
    if answers:
        yield from _max_tokens(body)
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        yield "messages: at least one message is required"
        return
    yield from _tools(body)
    system = body.get("system", [])
    if not isinstance(system, str | list):
        yield "system: Input should be a valid string or list"
    yield from _empty("system", system)
    yield from _messages(messages)
    marks = _marks(body)
    if marks > MAX_MARKS:
        yield f"A maximum of {MAX_MARKS} blocks with cache_control may be provided. Found {marks}."


def _max_tokens(body: Mapping[str, Any]) -> Iterator[str]:
    if "max_tokens" not in body:
        yield "max_tokens: Field required"
    elif not isinstance(body["max_tokens"], int) or isinstance(body["max_tokens"], bool):
        yield "max_tokens: Input should be a valid integer"
    elif body["max_tokens"] < 0:
        yield "max_tokens: Input should be greater than or equal to 0"


def _tools(body: Mapping[str, Any]) -> Iterator[str]:
    tools = body.get("tools") or ()
    names = [tool["name"] for tool in tools if "name" in tool]
    if len(set(names)) != len(names):
        yield "tools: Tool names must be unique."
    for at, tool in enumerate(tools):
        if tool.get("type", "custom") != "custom":
            continue
        for name in sorted(tool.keys() - _TOOL_FIELDS):
            yield f"tools.{at}.custom.{name}: {_EXTRA}"
        if not _NAME.fullmatch(tool["name"]):
            yield f"tools.{at}.custom.name: String should match pattern '^{_NAME.pattern}$'"
        if tool["input_schema"].get("type") != "object":
            yield f"tools.{at}.custom.input_schema.type: Input should be 'object'"
    choice = body.get("tool_choice")
    if choice is not None and not tools:
        yield "tool_choice may only be specified while providing tools."
    elif choice and choice.get("type") == "tool" and choice["name"] not in names:
        yield f"Tool '{choice['name']}' not found in provided tools"


def _messages(messages: list[Mapping[str, Any]]) -> Iterator[str]:
    if messages[0]["role"] != "user":
        yield 'messages: first message must use the "user" role'
    open_calls: list[str] = []
    for at, message in enumerate(messages):
        place, content = f"messages.{at}", message["content"]
        yield from _message_fields(place, message, is_last=at == len(messages) - 1)
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        if isinstance(content, list):
            yield from _empty(f"{place}.content", blocks)
        results = [block["tool_use_id"] for block in blocks if block["type"] == "tool_result"]
        yield from _paired(at, open_calls, results)
        for number, block in enumerate(blocks):
            yield from _block(f"{place}.content.{number}", message["role"], block)
        kinds = [block["type"] == "tool_result" for block in blocks]
        if kinds != sorted(kinds, reverse=True):
            yield (
                f"{place}: `tool_use` ids were found without `tool_result` blocks immediately "
                "after: results come before anything else in their message."
            )
        open_calls = [block["id"] for block in blocks if block["type"] == "tool_use"]
        if len(set(open_calls)) != len(open_calls):
            yield f"{place}: `tool_use` ids must be unique"
    if open_calls:
        yield f"messages: `tool_use` ids without `tool_result` blocks: {', '.join(open_calls)}"


def _message_fields(place: str, message: Mapping[str, Any], *, is_last: bool) -> Iterator[str]:
    role = message["role"]
    if role not in ("user", "assistant", "system"):
        yield f"{place}.role: Input should be 'user', 'assistant' or 'system'"
    more = _SYSTEM_FIELDS if role == "system" else frozenset()
    for name in sorted(message.keys() - {"role", "content"} - more):
        yield f"{place}.{name}: {_EXTRA}"
    if not message["content"] and (role != "assistant" or not is_last):
        yield f"{place}: all messages must have non-empty content"


def _block(place: str, role: str, block: Mapping[str, Any]) -> Iterator[str]:
    kind = block["type"]
    if kind not in BLOCKS:
        yield f"{place}: Input tag '{kind}' found using 'type' does not match any of the expected"
    if kind == "tool_result":
        if role != "user":
            yield f"{place}: `tool_result` blocks can only be in `user` messages"
        if block.get("is_error") and not block.get("content"):
            yield f"{place}: content cannot be empty if `is_error` is true"
    if kind == "tool_use":
        if role != "assistant":
            yield f"{place}: `tool_use` blocks can only be in `assistant` messages"
        if not isinstance(block["input"], dict):
            yield f"{place}.tool_use.input: Input should be a valid dictionary"
        if not _ID.fullmatch(block["id"]):
            yield f"{place}.tool_use.id: String should match pattern '^{_ID.pattern}$'"


def _paired(at: int, calls: list[str], results: list[str]) -> Iterator[str]:
    missing = [name for name in calls if name not in results]
    if missing:
        yield (
            f"messages.{at}: `tool_use` ids were found without `tool_result` blocks immediately "
            f"after: {', '.join(missing)}."
        )
    unknown = [name for name in results if name not in calls]
    if unknown:
        yield f"messages.{at}: unexpected `tool_use_id` in `tool_result`: {', '.join(unknown)}."
    if len(set(results)) != len(results):
        yield f"messages.{at}: each tool_use must have a single result"


def _empty(place: str, blocks: Any) -> Iterator[str]:
    for block in blocks if isinstance(blocks, list) else ():
        if block["type"] == "text" and not block["text"].strip():
            yield f"{place}: text content blocks must contain non-whitespace text"


def _marks(value: Any) -> int:
    if isinstance(value, dict):
        marked = isinstance(value.get("cache_control"), dict)
        # Inside a schema or arguments, `cache_control` is an ordinary name.
        inner = (item for name, item in value.items() if name not in ("input_schema", "input"))
        return marked + sum(map(_marks, inner))
    return sum(_marks(item) for item in value) if isinstance(value, list) else 0
