"""Mistakes that OpenAI's two APIs refuse; messages are their own where they are known.

Sources: the types of the package `openai` 3.54, and messages quoted in public threads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from skillagent.models import reasons

ITEMS = frozenset(
    """additional_tools apply_patch_call apply_patch_call_output code_interpreter_call compaction
    compaction_trigger computer_call computer_call_output configuration_update custom_tool_call
    custom_tool_call_output file_search_call function_call function_call_output
    image_generation_call item_reference local_shell_call local_shell_call_output
    mcp_approval_request mcp_approval_response mcp_call mcp_list_tools message program
    program_output reasoning shell_call shell_call_output tool_search_call tool_search_output
    web_search_call""".split()
)
_PARTS = {
    "assistant": ("output_text", "refusal"),
    "user": ("input_text", "input_image", "input_file", "input_audio"),
}
_CHAT_PARTS = {
    "assistant": ("text", "refusal"),
    "user": ("text", "image_url", "input_audio", "file"),
}
_CHAT_FIELDS = {
    # The SDK sends its own objects back, including the fields that it added when parsing.
    "assistant": """role content name refusal tool_calls function_call audio annotations
        parsed reasoning_content""".split(),
    "tool": ["role", "content", "tool_call_id", "name"],
}
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_KEYWORDS = frozenset(
    """type description properties required additionalProperties items enum anyOf const $ref $defs
    $schema definitions title pattern format minimum maximum exclusiveMinimum exclusiveMaximum
    multipleOf minItems maxItems default""".split()
)


def chat_problems(body: Mapping[str, Any]) -> Iterator[str]:
    """All mistakes in a body of Chat Completions.

    Args:
        body: parsed body of the request.
    """
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        yield "'messages' must contain at least one message."
        return
    yield from _chat_options(body)
    for at, tool in enumerate(body.get("tools") or ()):
        if tool.get("type") == "function":
            yield from _function(tool["function"], f"tools[{at}].function")
        elif tool.get("type") != "custom":
            yield f"Invalid value: {tool.get('type')!r} in 'tools'."
    open_calls: list[str] = []
    for at, message in enumerate(messages):
        place = f"messages[{at}]"
        yield from _chat_fields(message, place)
        if message["role"] == "tool":
            yield from _chat_result(message, place, open_calls)
            continue
        if open_calls:
            yield (
                "An assistant message with 'tool_calls' must be followed by tool messages "
                f"responding to each 'tool_call_id': {', '.join(open_calls)}"
            )
        yield from _chat_calls(message, place)
        open_calls = [call["id"] for call in message.get("tool_calls") or ()]
    if open_calls:
        yield f"'tool_calls' without tool messages: {', '.join(open_calls)}"


def _chat_fields(message: Mapping[str, Any], place: str) -> Iterator[str]:
    role = message["role"]
    if role not in ("system", "developer", "user", "assistant", "tool"):
        yield f"Invalid value: {role!r} in '{place}.role'."
    for name in sorted(message.keys() - set(_CHAT_FIELDS.get(role, ("role", "content", "name")))):
        yield f"Unknown parameter: '{place}.{name}'."
    yield from _kinds(message.get("content"), _CHAT_PARTS.get(role, ("text",)), f"{place}.content")


def _chat_result(message: Mapping[str, Any], place: str, open_calls: list[str]) -> Iterator[str]:
    """Mistakes in a tool message; its call is removed from the open ones."""
    if message["tool_call_id"] not in open_calls:
        yield (
            "messages with role 'tool' must be a response to a preceeding message with "
            f"'tool_calls': {place}"
        )
    else:
        open_calls.remove(message["tool_call_id"])
    if not isinstance(message["content"], str | list):
        yield f"Invalid type for '{place}.content'."


def _chat_calls(message: Mapping[str, Any], place: str) -> Iterator[str]:
    calls = message.get("tool_calls") or []
    if message.get("content") is None and not calls and not message.get("refusal"):
        yield f"Invalid value for 'content': expected a string, got null: {place}"
    for call in calls:
        if not isinstance(call["function"]["arguments"], str) or not call["function"]["name"]:
            yield f"Invalid '{place}.tool_calls'."
    ids = [call["id"] for call in calls]
    yield from _twice(ids, f"Duplicate 'id' in '{place}.tool_calls'.")


def _chat_options(body: Mapping[str, Any]) -> Iterator[str]:
    options = body.get("stream_options")
    if options is not None and not isinstance(options, Mapping):
        yield "Invalid type for 'stream_options': expected an object."
    if options is not None and not body.get("stream"):
        yield "The 'stream_options' parameter is only allowed when 'stream' is enabled."
    if body.get("max_tokens") is not None:
        if body.get("max_completion_tokens") is not None:
            yield (
                "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not "
                "supported."
            )
        if reasons(str(body.get("model"))):
            yield (
                "Unsupported parameter: 'max_tokens' is not supported with this model. "
                "Use 'max_completion_tokens' instead."
            )
    for name in ("tool_choice", "parallel_tool_calls"):
        if body.get(name) is not None and not body.get("tools"):
            yield f"'{name}' is only allowed when 'tools' are specified."


def responses_problems(body: Mapping[str, Any]) -> Iterator[str]:
    """All mistakes in a body of Responses.

    Args:
        body: parsed body of the request.
    """
    items = body.get("input", "")
    continues = body.get("previous_response_id") or body.get("conversation")
    if not items and not continues and not body.get("prompt"):
        yield "One of 'input' or 'previous_response_id' must be provided."
    yield from _responses_tools(body.get("tools") or ())
    if isinstance(items, str):
        return
    calls: list[str] = []
    answered: list[str] = []
    for at, item in enumerate(items):
        kind = item.get("type", "message")
        yield from _item(item, f"input[{at}]", stores=body.get("store") is not False)
        if kind == "function_call":
            calls.append(item["call_id"])
        elif kind == "function_call_output":
            if item["call_id"] not in calls and not continues:
                yield f"No tool call found for function call output with call_id {item['call_id']}."
            answered.append(item["call_id"])
    yield from _twice(calls, "Duplicate 'call_id' in 'input'.")
    yield from _twice(answered, "Duplicate function call output in 'input'.")
    for call in calls:
        if call not in answered:
            yield f"No tool output found for function call {call}."


def _responses_tools(tools: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for at, tool in enumerate(tools):
        if tool.get("type") == "function":
            yield from _function(tool, f"tools[{at}]")
        elif "type" not in tool:
            yield f"Missing required parameter: 'tools[{at}].type'."


def _item(item: Mapping[str, Any], place: str, *, stores: bool) -> Iterator[str]:
    """Mistakes in one item of the input.

    Args:
        item: item as it was sent.
        place: its place in the body.
        stores: whether the API keeps reasoning, so that an item may refer to it.
    """
    kind = item.get("type", "message")
    if kind not in ITEMS:
        yield f"Invalid value: {kind!r} in '{place}.type'."
    elif kind == "message":
        role = item["role"]
        if role not in ("system", "developer", "user", "assistant"):
            yield f"Invalid value: {role!r} in '{place}.role'."
        if not isinstance(item["content"], str | list):
            yield f"Invalid type for '{place}.content'."
        yield from _kinds(item["content"], _PARTS.get(role, _PARTS["user"]), f"{place}.content")
    elif kind == "function_call":
        if not isinstance(item["arguments"], str) or not item["name"]:
            yield f"Invalid '{place}'."
    elif kind == "reasoning" and "encrypted_content" not in item and not stores:
        yield f"Item '{item.get('id')}' of type 'reasoning' was not stored."


def _kinds(content: Any, allowed: tuple[str, ...], place: str) -> Iterator[str]:
    for at, part in enumerate(content if isinstance(content, list) else ()):
        if part["type"] not in allowed:
            names = ", ".join(f"'{name}'" for name in allowed)
            yield (
                f"Invalid value: '{part['type']}' in '{place}[{at}].type'. "
                f"Supported values are: {names}."
            )


def _function(function: Mapping[str, Any], place: str) -> Iterator[str]:
    name = function.get("name")
    if not name:
        yield f"Missing required parameter: '{place}.name'."
        return
    if not _NAME.fullmatch(name):
        yield (
            f"Invalid '{place}.name': string does not match pattern. Expected a string that "
            "matches the pattern '^[a-zA-Z0-9_-]+$'."
        )
    schema = function.get("parameters")
    if schema and schema.get("type") != "object":
        yield (
            f"Invalid schema for function '{name}': schema must be a JSON Schema of "
            f"'type: \"object\"', got 'type: \"{schema.get('type')}\"'."
        )
    if function.get("strict"):
        for message in _subset(function["parameters"], ()):
            yield f"Invalid schema for function '{name}': {message}"


def _subset(schema: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    """Parts of a schema that strict mode refuses."""
    place = f"In context={path}, "
    for name in sorted(schema.keys() - _KEYWORDS):
        yield f"{place}'{name}' is not permitted."
    kinds = schema.get("type")
    if kinds == "object" or (isinstance(kinds, list) and "object" in kinds):
        properties = schema.get("properties", {})
        if schema.get("additionalProperties") is not False:
            yield f"{place}'additionalProperties' is required to be supplied and to be false."
        if set(schema.get("required", ())) != set(properties):
            yield (
                f"{place}'required' is required to be supplied and to be an array including every "
                "key in properties."
            )
        for name, inner in properties.items():
            yield from _subset(inner, (*path, "properties", name))
    for group in ("$defs", "definitions"):
        for name, inner in schema.get(group, {}).items():
            yield from _subset(inner, (*path, group, name))
    if isinstance(schema.get("items"), Mapping):
        yield from _subset(schema["items"], (*path, "items"))
    for at, inner in enumerate(schema.get("anyOf", ())):
        yield from _subset(inner, (*path, "anyOf", str(at)))


def _twice(names: list[str], message: str) -> Iterator[str]:
    if len(set(names)) != len(names):
        yield message
