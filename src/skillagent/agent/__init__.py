"""The agent: a loop without I/O that lets a model walk a graph, and its drivers.

Above: `cli` and `integrations`. Below: `disclosure` and `providers`, which ignore each other.
"""

from skillagent.agent.agent import Agent, Mark
from skillagent.agent.end_reason import EndReason
from skillagent.agent.events import (
    AnswerText,
    CallFinished,
    CallStarted,
    Done,
    Event,
    TurnFinished,
)

__all__ = [
    "Agent",
    "AnswerText",
    "CallFinished",
    "CallStarted",
    "Done",
    "EndReason",
    "Event",
    "Mark",
    "TurnFinished",
]
