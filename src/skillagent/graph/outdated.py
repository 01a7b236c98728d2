"""Why a node is outdated, as a value.

Above: `status`, which finds out; every store of nodes. Below: nothing.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outdated:
    """Why a node should not be relied on, and what to read instead."""

    word: str
    """One of `status.WORDS`."""
    successors: tuple[str, ...] = ()
    """Ids of the nodes that replace it and are in the graph."""
