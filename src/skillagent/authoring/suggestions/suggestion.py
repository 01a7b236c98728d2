"""One proposed change to a graph."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from skillagent.files.changes import Changes

KINDS = ("maps", "split", "merge", "links")
"""The kinds of suggestions."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A change that may be proposed, before it is planned."""

    kind: str
    """One of `KINDS`."""
    what: str
    """What to do, one line."""
    evidence: str
    """Why, with numbers and names, one line."""
    nodes: tuple[str, ...]
    """Ids of the nodes that it is about."""
    use: float
    """Expected use. One unit is one node that a reader finds, or is spared, thanks to the change.

    A map counts the nodes that no map lists yet; a split, each 1,000 tokens that a reader of one
    part is spared; a merge, one node for two that are equal, and half of one for two neighbours;
    a link, half of a node.
    """
    plan: Callable[[], Changes]
    """Plans the change; raises `UsageError` where it is not possible."""

    @property
    def order(self) -> tuple[float, int, str, str]:
        """Sort key: the most useful first."""
        return -round(self.use, 6), KINDS.index(self.kind), self.nodes[0], self.what


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A proposed change that can be applied."""

    number: int
    """From 1, in the order of use."""
    kind: str
    what: str
    evidence: str
    nodes: tuple[str, ...]
    use: float
    changes: Changes

    def to_json(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "kind": self.kind,
            "what": self.what,
            "evidence": self.evidence,
            "nodes": list(self.nodes),
            "use": round(self.use, 2),
            "changes": self.changes.to_json(dry_run=True),
        }
