"""A request to a model in the form in which requests are matched and compared.

Above: `exchange` and `difference`. Below: `digest`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from skillagent.digest import canonical_json, sha256

RESPONSES_APIS = ("responses", "input_tokens")
"""Kinds whose body has the fields of OpenAI's Responses API."""


class _Absent:
    def __repr__(self) -> str:
        return "absent"


ABSENT = _Absent()
"""The value of a field that a request does not have; None is a value that it may have."""


@dataclass(frozen=True, slots=True)
class RequestParts:
    """A body divided into what can differ. Together the parts are the whole body."""

    system: Any
    model: Any
    tools: Mapping[str, Any]
    """Definitions by the tools' names."""
    messages: Sequence[Any]
    parameters: Mapping[str, Any]
    """All other fields."""


@dataclass(frozen=True, slots=True)
class CanonicalRequest:
    """What identifies a request: two requests with the same digest are the same request.

    It has no address, no headers and no key: the same question to another server, or with
    another key, matches.
    """

    kind: str
    """The API, or any other name for the form of the body; it decides how `parts` reads it."""
    body: Any
    """JSON, without secrets; None for a request without a body."""

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON of kind and body.

        Raises:
            ValueError: the body holds NaN or an infinity.
            TypeError: the body is not JSON.
        """
        return sha256(canonical_json([self.kind, self.body]))

    @property
    def parts(self) -> RequestParts:
        """The body divided into system prompt, model, tools, messages and parameters."""
        if not isinstance(self.body, Mapping):
            parameters = {} if self.body is None else {"body": self.body}
            return RequestParts(ABSENT, ABSENT, {}, (), parameters)
        fields = dict(self.body)
        tools = _take_tools(fields)
        # A field of another API is no part of its own here, only one more parameter.
        is_responses = self.kind in RESPONSES_APIS
        messages = _take_messages(fields, "input" if is_responses else "messages")
        system = fields.pop("instructions" if is_responses else "system", ABSENT)
        return RequestParts(system, fields.pop("model", ABSENT), tools, messages, fields)


def _take_tools(fields: dict[str, Any]) -> dict[str, Any]:
    tools: dict[str, Any] = {}
    if isinstance(fields.get("tools"), list | tuple) and fields["tools"]:
        for tool in fields.pop("tools"):
            name = _tool_name(tool)
            while name in tools:
                name += " (again)"
            tools[name] = tool
    return tools


def _tool_name(tool: Any) -> str:
    if not isinstance(tool, Mapping):
        return canonical_json(tool)
    function = tool.get("function")
    inner = function.get("name") if isinstance(function, Mapping) else None
    return str(tool.get("name") or inner or tool.get("type"))


def _take_messages(fields: dict[str, Any], name: str) -> Sequence[Any]:
    if not fields.get(name) or not isinstance(fields[name], list | tuple | str):
        return ()
    messages: Sequence[Any] | str = fields.pop(name)
    if isinstance(messages, str):
        # The same text inside a list would be another request.
        fields[f"form of {name}"] = "text"
        return [messages]
    return messages
