"""What a model is shown of a graph, level by level, inside a hard token budget.

Above: `agent`, `cli` and every integration. Below: `index` and `graph`.
"""

from skillagent.disclosure.answer import Answer
from skillagent.disclosure.budget import DEFAULT_BUDGET, Budget
from skillagent.disclosure.ledger import Disclosed, Entry, Ledger, Level, Turn
from skillagent.disclosure.state import State
from skillagent.disclosure.toolset import Toolset

__all__ = [
    "DEFAULT_BUDGET",
    "Answer",
    "Budget",
    "Disclosed",
    "Entry",
    "Ledger",
    "Level",
    "State",
    "Toolset",
    "Turn",
]
