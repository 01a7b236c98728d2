"""Conversations that an API holds under the id of its last answer.

Anthropic's `thread` (beta): the SDK's tool runner uses it where it can, and its second request
then holds only the tool results. Source: `BetaMessageThreadParam` and the error codes of
`anthropic.lib.threads`. OpenAI's `previous_response_id`: so do agents built on Responses.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NOT_FOUND = "thread_not_found"
_KEPT = ("messages", "system", "tools", "tool_choice")


class Threads:
    """What is held, by the id of the answer that ended it."""

    def __init__(self) -> None:
        self._held: dict[str, dict[str, Any]] = {}

    def whole(self, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """The body with the conversation that it continues; None where that is not held."""
        thread = body.get("thread")
        if not isinstance(thread, dict) or thread.get("type") != "continue":
            return dict(body)
        held = self._held.get(str(thread.get("previous_message_id")))
        if held is None:
            return None
        return {**held, **body, "messages": [*held["messages"], *body["messages"]]}

    def keep(self, body: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        """Hold a conversation.

        Args:
            body: with the whole conversation.
            answer: as without a stream.
        """
        said = {"role": "assistant", "content": answer["content"]}
        held = {name: body[name] for name in _KEPT if name in body}
        self._held[answer["id"]] = {**held, "messages": [*body["messages"], said]}


class Stored:
    """Responses that can be gone on from, by their ids."""

    def __init__(self) -> None:
        self._held: dict[str, list[Any]] = {}

    def whole(self, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """The body with the items that it goes on from; None where they are not held."""
        before = body.get("previous_response_id")
        if before is None:
            return dict(body)
        held = self._held.get(str(before))
        if held is None:
            return None
        rest = {name: value for name, value in body.items() if name != "previous_response_id"}
        return {**rest, "input": [*held, *_items(body)]}

    def keep(self, body: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        """Hold a response.

        Args:
            body: with the whole conversation.
            answer: as without a stream.
        """
        self._held[answer["id"]] = [*_items(body), *answer["output"]]


def _items(body: Mapping[str, Any]) -> list[Any]:
    given = body.get("input") or []
    return [{"role": "user", "content": given}] if isinstance(given, str) else list(given)
