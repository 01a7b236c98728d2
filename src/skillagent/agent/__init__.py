"""A model walking a graph: the loop without I/O, and the session that drives it.

Above: `cli` and integrations. Below: `disclosure` and `providers`, which ignore each other.
"""

from skillagent.agent.loop import (
    AnswerText,
    CallFinished,
    CallStarted,
    Done,
    Event,
    TurnFinished,
)
from skillagent.agent.session import Session

__all__ = [
    "AnswerText",
    "CallFinished",
    "CallStarted",
    "Done",
    "Event",
    "Session",
    "TurnFinished",
]
