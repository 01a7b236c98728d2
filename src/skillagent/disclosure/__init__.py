"""Shows a graph to a model, level by level, inside a hard token budget.

Names are imported when they are first used. Above: `agent`, `cli` and every integration. Below:
`index` and `graph`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skillagent.lazy_names import importing

if TYPE_CHECKING:
    from skillagent.disclosure.answer import Answer
    from skillagent.disclosure.budget import DEFAULT_BUDGET, Budget
    from skillagent.disclosure.ledger import Disclosed, Ledger, LedgerEntry, Level
    from skillagent.disclosure.state import SessionState
    from skillagent.disclosure.toolset import Toolset
    from skillagent.disclosure.turn_usage import Turn, TurnUsage

__all__ = [
    "DEFAULT_BUDGET",
    "Answer",
    "Budget",
    "Disclosed",
    "Ledger",
    "LedgerEntry",
    "Level",
    "SessionState",
    "Toolset",
    "Turn",
    "TurnUsage",
]

__getattr__ = importing(
    __name__,
    {
        "DEFAULT_BUDGET": "budget",
        "Answer": "answer",
        "Budget": "budget",
        "Disclosed": "ledger",
        "Ledger": "ledger",
        "LedgerEntry": "ledger",
        "Level": "ledger",
        "SessionState": "state",
        "Toolset": "toolset",
        "Turn": "turn_usage",
        "TurnUsage": "turn_usage",
    },
)
