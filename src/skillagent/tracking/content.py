"""Texts of a run as the content of spans, in the JSON form that the conventions define."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from skillagent.digest import canonical_json
from skillagent.messages import Role
from skillagent.runs import RunRecord
from skillagent.runs.run_events import CallAnswer, CallStart, ModelReply
from skillagent.tracking import conventions as names
from skillagent.tracking.span import Attributes


class Content:
    """The texts of a record; none if they were not asked for.

    Args:
        record: the record.
        wanted: whether they were asked for.

    Raises:
        UsageError: the cassette, which has the requests, cannot be read.
    """

    def __init__(self, record: RunRecord, *, wanted: bool) -> None:
        self._wanted = wanted
        has_model = wanted and record.manifest.inputs.model is not None
        exchanges = record.exchanges() if has_model else ()
        self._bodies = {exchange.digest: exchange.request.body for _, exchange in exchanges}

    def question(self, text: str) -> Attributes:
        """What the user asked."""
        return self._if_wanted({names.INPUT_MESSAGES: _text(Role.USER, text)})

    def end(self, text: str) -> Attributes:
        """What the user was answered."""
        return self._if_wanted({names.OUTPUT_MESSAGES: _text(Role.ASSISTANT, text)})

    def request(self, digest: str) -> Attributes:
        """What the model was sent; nothing if the cassette does not have it."""
        body = self._bodies.get(digest, {})
        sent: dict[str, str] = {}
        if body.get("system"):
            sent[names.SYSTEM_INSTRUCTIONS] = canonical_json(
                [{"type": "text", "content": body["system"]}]
            )
        if body.get("messages"):
            sent[names.INPUT_MESSAGES] = _messages(body["messages"])
        return sent

    def reply(self, reply: ModelReply) -> Attributes:
        """What the model replied."""
        message = {"role": Role.ASSISTANT, "parts": reply.parts}
        return self._if_wanted({names.OUTPUT_MESSAGES: _messages([message])})

    def call(self, call: CallStart) -> Attributes:
        """The arguments of a call."""
        arguments = call.arguments
        text = arguments if isinstance(arguments, str) else canonical_json(arguments)
        return self._if_wanted({names.TOOL_ARGUMENTS: text})

    def answer(self, answer: CallAnswer) -> Attributes:
        """The answer to a call."""
        return self._if_wanted({names.TOOL_RESULT: answer.text})

    def _if_wanted(self, attributes: Attributes) -> Attributes:
        return attributes if self._wanted else {}


def _text(role: Role, text: str) -> str:
    return _messages([{"role": role, "parts": [{"type": "text", "text": text}]}])


def _messages(recorded: Iterable[Mapping[str, Any]]) -> str:
    return canonical_json([_message(message) for message in recorded])


def _message(message: Mapping[str, Any]) -> dict[str, Any]:
    parts = message["parts"]
    has_results = any(part["type"] == "tool_result" for part in parts)
    role = "tool" if has_results else message["role"]
    return {"role": role, "parts": [_part(part) for part in parts]}


def _part(part: Mapping[str, Any]) -> dict[str, Any]:
    if part["type"] == "text":
        return {"type": "text", "content": part["text"]}
    if part["type"] == "tool_result":
        return {"type": "tool_call_response", "id": part["id"], "response": part["text"]}
    # A tool call has the same form. A block of one API only is a part of a type of its own, which
    # the conventions admit.
    return dict(part)
