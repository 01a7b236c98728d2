"""Conversations that an API stores, and that a later request continues by an id.

Anthropic's `thread` (beta): the SDK's tool runner uses it where it can, and its second request
then holds only the tool results. Source: `BetaMessageThreadParam` and the error codes of
`anthropic.lib.threads`. OpenAI's `previous_response_id`: agents built on Responses use it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NOT_FOUND = "thread_not_found"
_STORED_FIELDS = ("messages", "system", "tools", "tool_choice")


class Threads:
    """Anthropic's stored conversations, by the id of their last answer."""

    def __init__(self) -> None:
        self._by_id: dict[str, dict[str, Any]] = {}

    def continued(self, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """The body with the conversation that it continues; None if that is not stored."""
        thread = body.get("thread")
        if not isinstance(thread, dict) or thread.get("type") != "continue":
            return dict(body)
        stored = self._by_id.get(str(thread.get("previous_message_id")))
        if stored is None:
            return None
        return {**stored, **body, "messages": [*stored["messages"], *body["messages"]]}

    def keep(self, body: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        """Store a conversation.

        Args:
            body: request with the whole conversation.
            answer: answer in the form that is not streamed.
        """
        last = {"role": "assistant", "content": answer["content"]}
        fields = {name: body[name] for name in _STORED_FIELDS if name in body}
        self._by_id[answer["id"]] = {**fields, "messages": [*body["messages"], last]}


class StoredResponses:
    """OpenAI's stored responses, by their ids."""

    def __init__(self) -> None:
        self._by_id: dict[str, list[Any]] = {}

    def continued(self, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """The body with the items that it continues; None if they are not stored."""
        previous = body.get("previous_response_id")
        if previous is None:
            return dict(body)
        stored = self._by_id.get(str(previous))
        if stored is None:
            return None
        rest = {name: value for name, value in body.items() if name != "previous_response_id"}
        return {**rest, "input": [*stored, *_items(body)]}

    def keep(self, body: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        """Store a response.

        Args:
            body: request with the whole conversation.
            answer: answer in the form that is not streamed.
        """
        self._by_id[answer["id"]] = [*_items(body), *answer["output"]]


def _items(body: Mapping[str, Any]) -> list[Any]:
    items = body.get("input") or []
    return [{"role": "user", "content": items}] if isinstance(items, str) else list(items)
