"""Conversations that Anthropic's API holds under the id of its last answer (`thread`, beta).

The SDK's tool runner uses them where it can: its second request then holds only the tool
results. Source: `BetaMessageThreadParam` and the error codes of `anthropic.lib.threads`.
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
        """Hold a conversation, if its request asks for it.

        Args:
            body: with the whole conversation.
            answer: as without a stream.
        """
        if not body.get("thread"):
            return
        said = {"role": "assistant", "content": answer["content"]}
        held = {name: body[name] for name in _KEPT if name in body}
        self._held[answer["id"]] = {**held, "messages": [*body["messages"], said]}
