"""What is wrong with a request, in the provider's own words as far as they are known.

Each check yields the message of the 400 that the real API answers with. Fields are those of
the SDKs' types (anthropic 2.12, openai 3.54), and older ones that are still taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from skillagent.models import takes_sampling

_FIELDS = {
    "messages": """cache_control container context_management diagnostics fallbacks inference_geo
        max_tokens mcp_servers messages metadata model output_config output_format service_tier
        speed stop_sequences stream system temperature thinking tool_choice tools top_k top_p
        user_profile_id workspace_id betas billing_policy compaction fallback_credit_token
        thread""",
    "count_tokens": """cache_control context_management mcp_servers messages model output_config
        speed system thinking tool_choice tools user_profile_id workspace_id""",
    "chat": """audio frequency_penalty function_call functions logit_bias logprobs
        max_completion_tokens max_tokens messages metadata modalities model moderation n
        parallel_tool_calls prediction presence_penalty prompt_cache_key prompt_cache_options
        prompt_cache_retention reasoning_effort response_format safety_identifier seed
        service_tier stop store stream stream_options temperature tool_choice tools top_logprobs
        top_p user verbosity web_search_options""",
    "responses": """access_programs background background_options context_management conversation
        image include input instructions max_output_tokens max_tool_calls metadata model
        moderation parallel_tool_calls previous_response_id prompt prompt_cache_key
        prompt_cache_options prompt_cache_retention reasoning safety_identifier service_tier store
        stream stream_options temperature text tool_choice tools top_logprobs top_p truncation
        user""",
}
_FIELDS["input_tokens"] = _FIELDS["responses"]
FIELDS = {api: frozenset(names.split()) for api, names in _FIELDS.items()}
MAX_MARKS = 4
"""Cache marks in one request to Anthropic."""


def problem(api: str, body: Mapping[str, Any]) -> str | None:
    """The first thing that is wrong with a body; None if it is valid.

    Args:
        api: `messages`, `count_tokens`, `chat`, `responses` or `input_tokens`.
        body: as it was sent.
    """
    checks = {
        "messages": _anthropic,
        "count_tokens": _anthropic,
        "chat": _chat,
        "responses": _responses,
        "input_tokens": _responses,
    }
    try:
        return next(_common(api, body), None) or next(checks[api](body), None)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        return f"the request is malformed: {type(error).__name__}: {error}"


def _common(api: str, body: Mapping[str, Any]) -> Iterator[str]:
    for name in body:
        if name not in FIELDS[api]:
            if api in ("messages", "count_tokens"):
                yield f"{name}: Extra inputs are not permitted"
            else:
                yield f"Unknown parameter: '{name}'."
    if not isinstance(body.get("model"), str) or not body["model"]:
        yield "model: Field required"
    if not takes_sampling(str(body.get("model"))):
        for name in ("temperature", "top_p", "top_k"):
            if body.get(name) is not None:
                yield f"`{name}` is not supported with this model."


def _anthropic(body: Mapping[str, Any]) -> Iterator[str]:
    if "max_tokens" in FIELDS["messages"] and "stream" in body and "max_tokens" not in body:
        yield "max_tokens: Field required"
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        yield "messages: at least one message is required"
        return
    if messages[0]["role"] != "user":
        yield 'messages: first message must use the "user" role'
    names = [tool["name"] for tool in body.get("tools") or () if "name" in tool]
    yield from _twice(names, "tools: Tool names must be unique.")
    for tool in body.get("tools") or ():
        if "type" not in tool or tool["type"] == "custom":
            yield from _anthropic_tool(tool)
    yield from _empty("system", body.get("system", []))
    open_calls: list[str] = []
    for at, message in enumerate(messages):
        if message["role"] not in ("user", "assistant"):
            yield f"messages.{at}.role: Input should be 'user' or 'assistant'"
        content = message["content"]
        if not content and at < len(messages) - 1:
            yield f"messages.{at}: all messages must have non-empty content"
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        yield from _empty(f"messages.{at}.content", blocks)
        results = [block["tool_use_id"] for block in blocks if block["type"] == "tool_result"]
        yield from _paired(at, open_calls, results)
        for block in blocks:
            if block.get("is_error") and not block.get("content"):
                yield f"messages.{at}: content cannot be empty if `is_error` is true"
            if block["type"] == "tool_use" and not isinstance(block["input"], dict):
                yield f"messages.{at}: tool_use.input: Input should be a valid dictionary"
        open_calls = [block["id"] for block in blocks if block["type"] == "tool_use"]
        yield from _twice(open_calls, f"messages.{at}: `tool_use` ids must be unique")
    if open_calls:
        yield f"messages: `tool_use` ids without `tool_result` blocks: {', '.join(open_calls)}"
    marks = _marks(body)
    if marks > MAX_MARKS:
        yield f"A maximum of {MAX_MARKS} blocks with cache_control may be provided. Found {marks}."


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
    yield from _twice(results, f"messages.{at}: each tool_use must have a single result")


def _anthropic_tool(tool: Mapping[str, Any]) -> Iterator[str]:
    known = {"name", "description", "input_schema", "cache_control", "type", "strict"}
    known |= {"defer_loading", "input_examples", "eager_input_streaming", "allowed_callers"}
    for name in tool.keys() - known:
        yield f"tools.{tool.get('name')}.{name}: Extra inputs are not permitted"
    if tool["input_schema"].get("type") != "object":
        yield f"tools.{tool.get('name')}.input_schema.type: Input should be 'object'"


def _empty(place: str, blocks: Any) -> Iterator[str]:
    for block in blocks if isinstance(blocks, list) else ():
        if block["type"] == "text" and not block["text"].strip():
            yield f"{place}: text content blocks must contain non-whitespace text"


def _marks(value: Any) -> int:
    if isinstance(value, Mapping):
        return ("cache_control" in value) + sum(_marks(item) for item in value.values())
    return sum(_marks(item) for item in value) if isinstance(value, list) else 0


def _chat(body: Mapping[str, Any]) -> Iterator[str]:
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        yield "'messages' must contain at least one message."
        return
    for tool in body.get("tools") or ():
        if tool.get("type") != "function":
            yield f"Invalid value: {tool.get('type')!r} in 'tools'."
            continue
        yield from _strict(tool["function"], "function")
    open_calls: list[str] = []
    for at, message in enumerate(messages):
        role = message["role"]
        if role not in ("system", "developer", "user", "assistant", "tool"):
            yield f"Invalid value: {role!r} in 'messages[{at}].role'."
        if role == "tool":
            if message["tool_call_id"] not in open_calls:
                yield (
                    "messages with role 'tool' must be a response to a preceeding message with "
                    f"'tool_calls': messages[{at}]"
                )
            else:
                open_calls.remove(message["tool_call_id"])
            if not isinstance(message["content"], str | list):
                yield f"Invalid type for 'messages[{at}].content'."
            continue
        if open_calls:
            yield (
                "An assistant message with 'tool_calls' must be followed by tool messages "
                f"responding to each 'tool_call_id': {', '.join(open_calls)}"
            )
        calls = message.get("tool_calls") or []
        if message.get("content") is None and not calls and not message.get("refusal"):
            yield f"Invalid value for 'content': expected a string, got null: messages[{at}]"
        for call in calls:
            if not isinstance(call["function"]["arguments"], str) or not call["function"]["name"]:
                yield f"Invalid 'messages[{at}].tool_calls'."
        open_calls = [call["id"] for call in calls]
        yield from _twice(open_calls, f"Duplicate 'id' in 'messages[{at}].tool_calls'.")
    if open_calls:
        yield f"'tool_calls' without tool messages: {', '.join(open_calls)}"


def _responses(body: Mapping[str, Any]) -> Iterator[str]:
    items = body.get("input", "")
    if not items and not body.get("previous_response_id"):
        yield "One of 'input' or 'previous_response_id' must be provided."
    for tool in body.get("tools") or ():
        if tool.get("type") == "function":
            yield from _strict(tool, "tool")
    if isinstance(items, str):
        return
    calls: list[str] = []
    answered: list[str] = []
    for at, item in enumerate(items):
        kind = item.get("type", "message")
        if kind == "message":
            if item["role"] not in ("system", "developer", "user", "assistant"):
                yield f"Invalid value: {item['role']!r} in 'input[{at}].role'."
            if not isinstance(item["content"], str | list):
                yield f"Invalid type for 'input[{at}].content'."
        elif kind == "function_call":
            if not isinstance(item["arguments"], str) or not item["name"]:
                yield f"Invalid 'input[{at}]'."
            calls.append(item["call_id"])
        elif kind == "function_call_output":
            if item["call_id"] not in calls and not body.get("previous_response_id"):
                yield f"No tool call found for function call output with call_id {item['call_id']}."
            answered.append(item["call_id"])
        elif kind == "reasoning":
            if "encrypted_content" not in item and body.get("store") is False:
                yield f"Item '{item.get('id')}' of type 'reasoning' was not stored."
        elif "type" not in item:
            yield f"Invalid value in 'input[{at}]'."
    yield from _twice(calls, "Duplicate 'call_id' in 'input'.")
    yield from _twice(answered, "Duplicate function call output in 'input'.")
    for call in calls:
        if call not in answered:
            yield f"No tool output found for function call {call}."


def _strict(function: Mapping[str, Any], place: str) -> Iterator[str]:
    """What OpenAI's strict mode refuses in a schema."""
    if not function["name"]:
        yield f"Missing '{place}.name'."
    if function.get("strict"):
        for message in _subset(function["parameters"], ()):
            yield f"Invalid schema for function '{function['name']}': {message}"


_KEYWORDS = frozenset(
    """type description properties required additionalProperties items enum anyOf const $ref $defs
    definitions title pattern format minimum maximum exclusiveMinimum exclusiveMaximum multipleOf
    minItems maxItems default""".split()
)


def _subset(schema: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    place = f"In context={path}, "
    for name in schema.keys() - _KEYWORDS:
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
    if isinstance(schema.get("items"), Mapping):
        yield from _subset(schema["items"], (*path, "items"))
    for at, inner in enumerate(schema.get("anyOf", ())):
        yield from _subset(inner, (*path, "anyOf", str(at)))


def _twice(names: list[str], message: str) -> Iterator[str]:
    if len(set(names)) != len(names):
        yield message
