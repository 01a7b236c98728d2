"""Access to a graph, wherever it is kept: a small protocol, and its implementation in memory.

`protocol` has the questions about a graph, `memory` answers them from a loaded `SkillGraph`, and
`digest_cache` keeps token counts for all sessions. `stored_view` answers them from `rows`, which an
engine keeps: `sqlite_rows`. Above: `disclosure`. Below: `index`, `graph`.
"""

from skillagent.store.digest_cache import DigestCache
from skillagent.store.memory import (
    MemoryStore,
    MemoryView,
    embedder_behind,
    graph_behind,
    view_of,
)
from skillagent.store.protocol import GraphStore, GraphView, LinkView, NodeHead
from skillagent.store.stored_view import StoredView

__all__ = [
    "DigestCache",
    "GraphStore",
    "GraphView",
    "LinkView",
    "MemoryStore",
    "MemoryView",
    "NodeHead",
    "StoredView",
    "embedder_behind",
    "graph_behind",
    "view_of",
]
