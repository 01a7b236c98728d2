"""A navigator without a model: deterministic, offline, honest about what it is.

It walks a graph the way a model is told to: it lists the nodes that match the question, and reads
them in that order for as long as reading is worth its price (`walk`). Then it quotes (`wording`)
the sentences that answer (`quotes`, `manner`), cut from the texts by `passages`. It sees only what
the tools disclosed (`seen`).
"""

from __future__ import annotations

from collections.abc import Iterator

from skillagent.messages import Message, Reply, Request, Role, Stop, Text, ToolCall
from skillagent.providers.offline.seen import seen_in
from skillagent.providers.offline.walk import next_calls
from skillagent.providers.offline.wording import NOTICE, answer

__all__ = ["NOTICE", "OfflineProvider"]


class OfflineProvider:
    """Answers by walking and quoting; no network, no key, the same answer every time."""

    reads_system_prompt = False
    """It follows rules of its own, so a session need not pay for instructions."""

    @property
    def name(self) -> str:
        return "offline"

    def reply(self, request: Request) -> Iterator[Text | Reply]:
        seen = seen_in(request.messages)
        calls = next_calls(seen)
        if calls:
            number = sum(len(message.tool_calls) for message in request.messages)
            parts = tuple(
                ToolCall(f"call_{number + at}", call.tool, call.arguments)
                for at, call in enumerate(calls)
            )
            yield Reply(Message(Role.ASSISTANT, parts), Stop.TOOL_USE)
            return
        text = answer(seen)
        for paragraph in text.splitlines(keepends=True):
            yield Text(paragraph)
        yield Reply(Message(Role.ASSISTANT, (Text(text),)), Stop.END)
