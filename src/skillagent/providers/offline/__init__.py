"""A navigator without a model: deterministic, offline, and each answer says that it is no model.

It walks a graph as a model is told to: it lists the nodes that match the question, and reads them
in that order while reading is worth its tokens (`walk`). Then it writes an answer (`wording`) from
the sentences that answer best (`quotes`, `manner`), which `passages` cuts from the texts. It knows
only what the tools have disclosed (`walk_state`).
"""

from __future__ import annotations

from collections.abc import Iterator

from skillagent.messages import Message, Reply, Request, Role, Stop, Text, ToolCall
from skillagent.providers.base import Determinism
from skillagent.providers.offline.walk import next_calls
from skillagent.providers.offline.walk_state import state_after
from skillagent.providers.offline.wording import NOTICE, answer

__all__ = ["NOTICE", "OfflineProvider"]


class OfflineProvider:
    """Answers by walking and quoting: no network, no key, the same answer every time."""

    reads_system_prompt = False
    """It follows its own rules, so a session need not pay for instructions."""
    determinism = Determinism.SCRIPTED

    @property
    def name(self) -> str:
        return "offline"

    def reply(self, request: Request) -> Iterator[Text | Reply]:
        state = state_after(request.messages)
        calls = next_calls(state)
        if calls:
            first = sum(len(message.tool_calls) for message in request.messages)
            parts = tuple(
                ToolCall(f"call_{number}", call.tool, call.arguments)
                for number, call in enumerate(calls, first)
            )
            yield Reply(Message(Role.ASSISTANT, parts), Stop.TOOL_USE)
            return
        text = answer(state)
        for paragraph in text.splitlines(keepends=True):
            yield Text(paragraph)
        yield Reply(Message(Role.ASSISTANT, (Text(text),)), Stop.END)
