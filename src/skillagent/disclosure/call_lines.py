"""Tool calls as lines of JSON, for programs in any language: `{"name": …, "arguments": {…}}`.

Above: `cli`, replays of such sessions. Below: `toolset`.
"""

from __future__ import annotations

import json

from skillagent.disclosure.answer import Answer
from skillagent.disclosure.toolset import Toolset
from skillagent.messages import ToolCall

_EXAMPLE = '{"name": "read_node", "arguments": {"node": "x"}}'


def answer_line(tools: Toolset, line: str) -> Answer:
    """Carry out the call of one line; what is wrong with the line is the answer.

    Args:
        tools: toolset of the session.
        line: JSON text.
    """
    call = parsed_line(line)
    if isinstance(call, str):
        return tools.refuse("", {"raw": line[:200]}, call)
    return tools.call(call.name, call.arguments)


def parsed_line(line: str) -> ToolCall | str:
    """The call of one line, without an id; or what is wrong with the line."""
    try:
        call = json.loads(line)
    except (ValueError, RecursionError):
        return f"the line is not JSON; write {_EXAMPLE}"
    if not isinstance(call, dict) or not isinstance(call.get("name"), str):
        return f"the line has no tool name; write {_EXAMPLE}"
    if unknown := sorted(call.keys() - {"name", "arguments"}):
        # A misspelled "arguments" would otherwise be a call without any.
        return f"{unknown[0]!r} is not part of a call; write {_EXAMPLE}"
    arguments = call.get("arguments")
    return ToolCall("", call["name"], {} if arguments is None else arguments)
