"""What happens while a question is answered, in the order in which it happens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from skillagent.disclosure import Answer
from skillagent.messages import ToolCall, Usage


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
    """From 1, for each question anew."""
    usage: Usage
    dollars: float | None = None
    """What it cost, where the model's price is known."""


@dataclass(frozen=True, slots=True)
class Done:
    """The run ended."""

    reason: str
    """`end`, `refusal`, `max_tokens`, `context_full`, `incomplete`, `pause` or `max_turns`."""
    text: str
    """The last reply's text; empty where it ended with calls that were not run."""


Event: TypeAlias = AnswerText | CallStarted | CallFinished | TurnFinished | Done
