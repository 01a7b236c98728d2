"""The nodes around some nodes as typed values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from skillagent.disclosure.results.base import BaseResult
from skillagent.disclosure.results.listing import IndexLine


@dataclass(frozen=True, slots=True)
class NeighbourLine(IndexLine):
    """One node of a neighbourhood."""

    steps: int = 0
    """Links between it and the nearest start; 0 for a start."""
    via: str = ""
    """The node before it on a shortest path; empty for a start."""
    types: tuple[str, ...] = ()
    """The frontmatter fields that hold the link from there."""


@dataclass(frozen=True, slots=True)
class NeighbourhoodResult(BaseResult):
    """The nodes that links lead to from some nodes, the nearest first."""

    kind: ClassVar[str] = "neighbourhood"
    depth: int
    """Steps from the starts at most."""
    lines: tuple[NeighbourLine, ...]
    total: int
    """Nodes within these steps, with the starts."""
    unknown: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    """The nodes that the call names."""
