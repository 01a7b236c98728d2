"""The script of the mock and the requests to it, for `benchmarks.mock`."""

from __future__ import annotations

import json
from typing import Any

from skillagent.testing import Conversation, Turn, call, say

QUESTION = "How do I make two training runs give the same numbers, on one machine and on another?"
RESULT = "Set every seed, pin every version, and ask for deterministic kernels. See [[seeds]]. " * 8
TEXT = "Set every seed, pin every version, and ask for deterministic kernels (see seeds)."
DESCRIPTION = "Read one node of the skill graph in full. Ask for it only where its summary fits."
SCHEMA = {
    "type": "object",
    "properties": {"node": {"type": "string", "description": "Name of the node."}},
    "required": ["node"],
    "additionalProperties": False,
}


def policy(conversation: Conversation) -> Turn:
    """The script: first a tool call, and a short text after its result."""
    return say(TEXT) if conversation.results else call("read_node", node="determinism/seeds")


def request(api: str, stream: bool, answered: bool) -> dict[str, Any]:
    """The body of a request.

    Args:
        api: `messages`, `chat` or `responses`.
        stream: whether the answer is streamed.
        answered: whether the request contains the result of the tool call.
    """
    name, arguments = "read_node", {"node": "determinism/seeds"}
    text = json.dumps(arguments)
    system = "Answer from the skill graph, and name the nodes you read."
    tool = {"name": name, "description": DESCRIPTION}
    question: dict[str, Any] = {"role": "user", "content": QUESTION}
    if api == "messages":
        tool_use: dict[str, Any] = {"type": "tool_use", "id": "toolu_1", "name": name}
        tool_use["input"] = arguments
        result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": RESULT}
        turn: list[dict[str, Any]] = [
            {"role": "assistant", "content": [tool_use]},
            {"role": "user", "content": [result]},
        ]
        body = {
            "model": "claude-sonnet-5-5",
            "max_tokens": 1_000,
            "system": system,
            "tools": [{**tool, "input_schema": SCHEMA}],
            "messages": [question, *(turn if answered else ())],
        }
    elif api == "chat":
        function = {"name": name, "arguments": text}
        tool_call = {"id": "call_1", "type": "function", "function": function}
        turn = [
            {"role": "assistant", "content": None, "tool_calls": [tool_call]},
            {"role": "tool", "tool_call_id": "call_1", "content": RESULT},
        ]
        body = {
            "model": "gpt-6-sol",
            "tools": [{"type": "function", "function": {**tool, "parameters": SCHEMA}}],
            "messages": [
                {"role": "system", "content": system},
                question,
                *(turn if answered else ()),
            ],
        }
        if stream:
            body["stream_options"] = {"include_usage": True}
    else:
        turn = [
            {"type": "function_call", "call_id": "call_1", "name": name, "arguments": text},
            {"type": "function_call_output", "call_id": "call_1", "output": RESULT},
        ]
        body = {
            "model": "gpt-6-sol",
            "instructions": system,
            "tools": [{"type": "function", **tool, "parameters": SCHEMA}],
            "input": [question, *(turn if answered else ())],
        }
    return {**body, "stream": True} if stream else body
