"""The agent loop as a generator without I/O: it yields what it needs and is sent it.

A driver answers a `Request` with the model's `Reply` and a `ToolCall` with its
`ToolResult`; the loop never talks to a model, a tool or a clock itself. So one loop serves
synchronous and asynchronous drivers, replays and tests.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias

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
"""Characters of a call's id that every API takes."""
_NOT_IN_AN_ID = re.compile(r"[^A-Za-z0-9_-]")


@dataclass(frozen=True, slots=True)
class Ended:
    """How the loop ended, with the whole conversation."""

    reason: str
    messages: tuple[Message, ...]


def loop(
    messages: tuple[Message, ...], system: str, tools: tuple[ToolSpec, ...], max_turns: int
) -> Generator[Need, Reply | ToolResult, Ended]:
    """Run until the model answers without calling a tool.

    Args:
        messages: the conversation, ending with the user's.
        system: the system prompt.
        tools: what the model may call.
        max_turns: replies at most.

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
            return Ended("end" if reply.stop is Stop.TOOL_USE else reply.stop.value, messages)
        if reply.stop is not Stop.TOOL_USE:
            # A reply that was cut off may hold half a call: it is answered, never run.
            why = f"the reply ended early ({reply.stop.value})"
            return Ended(reply.stop.value, (*messages, closed(calls, (), why)))
        results: list[ToolResult] = []
        for call in calls:
            result = yield call
            assert isinstance(result, ToolResult)
            results.append(result)
        messages = (*messages, closed(calls, results, ""))
    return Ended("max_turns", messages)


def own_ids(reply: Reply, earlier: Iterable[Message]) -> Reply:
    """The reply with ids that every API takes, each call's its own in the whole conversation.

    Models repeat ids now and then, above all local ones, and APIs differ in what they may hold.

    Args:
        reply: as the model gave it.
        earlier: the conversation before it.
    """
    taken = {call.id for message in earlier for call in message.tool_calls}
    parts: list[Part] = []
    for part in reply.message.parts:
        if isinstance(part, ToolCall):
            tidy = _NOT_IN_AN_ID.sub("_", part.id)
            own, number = tidy[:MAX_ID], 1
            while own in taken:
                number += 1
                own = f"{tidy[: MAX_ID - len(str(number)) - 1]}_{number}"
            taken.add(own)
            part = replace(part, id=own)
        elif isinstance(part, Text):
            part = Text(well_formed(part.text))
        parts.append(part)
    return replace(reply, message=Message(reply.message.role, tuple(parts)))


def closed(calls: Iterable[ToolCall], results: Iterable[ToolResult], why: str) -> Message:
    """The message that answers every call, for no API takes one without its result.

    Args:
        calls: of one reply.
        results: those there are, in the order of their calls.
        why: the others were not run.
    """
    found = list(results)
    missing = list(calls)[len(found) :]
    found += [ToolResult(call.id, f"not run: {why}", error=True) for call in missing]
    return Message(Role.USER, tuple(found))
