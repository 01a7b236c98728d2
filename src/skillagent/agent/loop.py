"""The agent loop as a generator without I/O.

It yields what it needs, and its driver sends the answer: a `Reply` for a `Request`, a
`ToolResult` for a `ToolCall`. The loop itself uses no model, tool or clock, so the same loop
serves synchronous and asynchronous drivers, replays and tests.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias

from skillagent.agent.end_reason import EndReason
from skillagent.messages import (
    Message,
    Part,
    Reply,
    Request,
    Role,
    Stop,
    Text,
    ToolCall,
    ToolResult,
    ToolSpec,
    well_formed,
)

Need: TypeAlias = Request | ToolCall
MAX_ID = 40
"""Characters of a call's id that every API accepts."""
_NOT_IN_AN_ID = re.compile(r"[^A-Za-z0-9_-]")


@dataclass(frozen=True, slots=True)
class Ended:
    """How the loop ended, with the whole conversation."""

    reason: EndReason
    messages: tuple[Message, ...]


def loop(
    messages: tuple[Message, ...], system: str, tools: tuple[ToolSpec, ...], max_turns: int
) -> Generator[Need, Reply | ToolResult, Ended]:
    """Run until the model answers without calling a tool.

    Args:
        messages: conversation, ending with the user's message.
        system: system prompt.
        tools: tools that the model may call.
        max_turns: maximum number of replies.

    Yields:
        A `Request`, to be sent a `Reply`; or a `ToolCall`, to be sent a `ToolResult`.
    """
    for _ in range(max_turns):
        reply = yield Request(system, messages, tools)
        assert isinstance(reply, Reply)
        calls = reply.message.tool_calls
        if reply.message.parts:
            messages = (*messages, reply.message)
        if not calls:
            if reply.stop is Stop.PAUSE:
                continue
            is_end = reply.stop is Stop.TOOL_USE
            return Ended(EndReason.END if is_end else EndReason(reply.stop.value), messages)
        if reply.stop is not Stop.TOOL_USE:
            # A reply that was cut off may contain half a call: it gets an answer but is not run.
            reason = f"the reply ended early ({reply.stop.value})"
            return Ended(
                EndReason(reply.stop.value), (*messages, results_message(calls, (), reason))
            )
        results: list[ToolResult] = []
        for call in calls:
            result = yield call
            assert isinstance(result, ToolResult)
            results.append(result)
        messages = (*messages, results_message(calls, results, ""))
    return Ended(EndReason.MAX_TURNS, messages)


def with_unique_ids(reply: Reply, earlier: Iterable[Message]) -> Reply:
    """The reply with call ids that every API accepts and that are unique in the conversation.

    Models, above all local ones, repeat ids now and then, and APIs accept different characters.

    Args:
        reply: reply of the model.
        earlier: conversation before it.
    """
    taken = {call.id for message in earlier for call in message.tool_calls}
    parts: list[Part] = []
    for part in reply.message.parts:
        if isinstance(part, ToolCall):
            accepted = _NOT_IN_AN_ID.sub("_", part.id)
            unique, number = accepted[:MAX_ID], 1
            while unique in taken:
                number += 1
                unique = f"{accepted[: MAX_ID - len(str(number)) - 1]}_{number}"
            taken.add(unique)
            part = replace(part, id=unique)
        elif isinstance(part, Text):
            part = Text(well_formed(part.text))
        parts.append(part)
    return replace(reply, message=Message(reply.message.role, tuple(parts)))


def results_message(
    calls: Iterable[ToolCall], results: Iterable[ToolResult], reason: str
) -> Message:
    """The message that answers every call: no API accepts a call without its result.

    Args:
        calls: all calls of one reply.
        results: results of the calls that were run, in the order of the calls.
        reason: why the others were not run.
    """
    parts = list(results)
    not_run = list(calls)[len(parts) :]
    parts += [ToolResult(call.id, f"not run: {reason}", error=True) for call in not_run]
    return Message(Role.USER, tuple(parts))
