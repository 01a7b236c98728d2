"""Shows a graph to a model, level by level, inside a hard token budget.

Above: `agent`, `cli` and every integration. Below: `index` and `graph`.
"""

from skillagent.disclosure.answer import Answer
from skillagent.disclosure.budget import DEFAULT_BUDGET, Budget
from skillagent.disclosure.ledger import Disclosed, Ledger, LedgerEntry, Level, TurnUsage
from skillagent.disclosure.state import SessionState
from skillagent.disclosure.toolset import Toolset

Turn = TurnUsage
"""The first public name of `TurnUsage`. It stays, because programs may import it."""

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
