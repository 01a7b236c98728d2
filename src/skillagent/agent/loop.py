"""The agent loop as a generator without I/O: it yields what it needs and is sent it.

A driver answers a `Request` with the model's `Reply` and a `ToolCall` with its
`ToolResult`; the loop never talks to a model, a tool or a clock itself. So one loop serves
synchronous and asynchronous drivers, replays and tests.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeAlias

from skillagent.disclosure import Answer
from skillagent.messages import (
    Message,
    Reply,
    Request,
    Role,
    Stop,
    ToolCall,
    ToolResult,
    ToolSpec,
    Usage,
)


@dataclass(frozen=True, slots=True)
class AnswerText:
    """A piece of the model's answer, as it comes."""

    text: str


@dataclass(frozen=True, slots=True)
class CallStarted:
    """The model asked for a tool."""

    call: ToolCall


@dataclass(frozen=True, slots=True)
class CallFinished:
    """A tool answered."""

    call: ToolCall
    answer: Answer


@dataclass(frozen=True, slots=True)
class TurnFinished:
    """A reply ended, with what the provider says that it took."""

    turn: int
    usage: Usage


@dataclass(frozen=True, slots=True)
class Done:
    """The run ended."""

    reason: str
    """`end`, `refusal`, `max_tokens`, `incomplete` or `max_turns`."""
    text: str
    """The last reply's text."""


Event: TypeAlias = AnswerText | CallStarted | CallFinished | TurnFinished | Done
Need: TypeAlias = Request | ToolCall


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
        messages = (*messages, reply.message)
        if not calls:
            return Ended("end" if reply.stop is Stop.TOOL_USE else reply.stop.value, messages)
        results: list[ToolResult] = []
        for call in calls:
            if reply.stop is Stop.TOOL_USE:
                result = yield call
                assert isinstance(result, ToolResult)
            else:
                # A reply that was cut off may hold half a call: it is answered, never run.
                text = f"not run: the reply ended early ({reply.stop.value})"
                result = ToolResult(call.id, text, error=True)
            results.append(result)
        messages = (*messages, Message(Role.USER, tuple(results)))
        if reply.stop is not Stop.TOOL_USE:
            return Ended(reply.stop.value, messages)
    return Ended("max_turns", messages)
