"""Why a node is outdated, as a value.

Above: `status`, which finds out; every store of nodes. Below: nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

WORDS = frozenset(
    (
        "archived",
        "deprecated",
        "expired",
        "invalidated",
        "obsolete",
        "outdated",
        "rejected",
        "replaced",
        "retired",
        "stale",
        "superseded",
        "withdrawn",
    )
)
"""The words in a status that mean: do not rely on this node."""


@dataclass(frozen=True, slots=True)
class Outdated:
    """Why a node should not be relied on, and what to read instead."""

    word: str
    """One of `WORDS`."""
    successors: tuple[str, ...] = ()
    """Ids of the nodes that replace it and are in the graph."""
