"""A model walking a graph: the loop without I/O, and the agent that drives it.

Above: `cli` and integrations. Below: `disclosure` and `providers`, which ignore each other.
"""

from skillagent.agent.agent import Agent, Mark
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
    "Event",
    "Mark",
    "TurnFinished",
]
