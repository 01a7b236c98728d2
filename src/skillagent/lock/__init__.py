"""The lock of a graph: the recorded digests of all its files, and what is done with them.

- `graph_lock` has the values, their text and their root; `merkle` computes the root.
- `locking` locks a loaded graph; `reading` reads a lock file, `form` is the form that it must have.
- `drift` says how a graph differs from its lock.
- `frozen` shows only what is as it was locked.
- `signature` signs a lock file, and checks who signed it. Import it from its own module: it
  starts another program, which nothing that only shows a graph needs.

Above: `disclosure`, and every package that compares a graph with a lock. Below: `store`, `graph`.
"""

from skillagent.lock.drift import Drift, drift
from skillagent.lock.frozen import FrozenView, view_of
from skillagent.lock.graph_lock import (
    FILE,
    GraphLock,
    LockedFile,
    LockedNode,
    Proof,
    is_in,
    node_leaf,
)
from skillagent.lock.locking import lock_of
from skillagent.lock.reading import parsed_lock, read_lock

__all__ = [
    "FILE",
    "Drift",
    "FrozenView",
    "GraphLock",
    "LockedFile",
    "LockedNode",
    "Proof",
    "drift",
    "is_in",
    "lock_of",
    "node_leaf",
    "parsed_lock",
    "read_lock",
    "view_of",
]
