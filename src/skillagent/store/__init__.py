"""Access to a graph, wherever it is kept: a small protocol, and its implementation in memory.

`protocol` has the questions about a graph, `memory` answers them from a loaded `SkillGraph`, and
`digest_cache` keeps token counts for all sessions. `stored_view` answers them from `rows`, which an
engine keeps: `sqlite_rows`. Names are imported when they are first used.

Above: `disclosure`. Below: `index`, `graph`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skillagent.lazy_names import importing

if TYPE_CHECKING:
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

__getattr__ = importing(
    __name__,
    {
        "DigestCache": "digest_cache",
        "GraphStore": "protocol",
        "GraphView": "protocol",
        "LinkView": "protocol",
        "MemoryStore": "memory",
        "MemoryView": "memory",
        "NodeHead": "protocol",
        "StoredView": "stored_view",
        "embedder_behind": "memory",
        "graph_behind": "memory",
        "view_of": "memory",
    },
)
