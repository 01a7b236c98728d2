"""What the layers above ask of a graph, wherever it is kept: one small protocol, and memory.

`protocol` says what is asked, `memory` answers from a loaded `SkillGraph`, and `figures` keeps
what is counted once for all sessions. Above: `disclosure`. Below: `index`, `graph`.
"""

from skillagent.store.figures import Figures
from skillagent.store.memory import MemoryStore, MemoryView, view_of
from skillagent.store.protocol import GraphStore, GraphView, LinkView, NodeHead

__all__ = [
    "Figures",
    "GraphStore",
    "GraphView",
    "LinkView",
    "MemoryStore",
    "MemoryView",
    "NodeHead",
    "view_of",
]
