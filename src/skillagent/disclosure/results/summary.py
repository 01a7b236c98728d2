"""Summaries of nodes as typed values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from skillagent.disclosure.results.base import BaseResult


@dataclass(frozen=True, slots=True)
class LinkLine:
    """One link of a summary."""

    id: str
    """The node at its other end."""
    cost: int
    context: str
    """The words beside the link, the same for all links of a sentence; or its target's
    description."""
    types: tuple[str, ...] = ()
    """The frontmatter fields that hold the link."""
    status: str = ""
    """Why not to rely on the node, in one word; else empty."""
    tag: str = ""
    """The tag around the context if it is from a root that is not trusted; else empty."""


@dataclass(frozen=True, slots=True)
class UnresolvedLink:
    """A link of a summary that leads to no node."""

    name: str
    """As written, cut if it is long."""
    candidates: tuple[str, ...]
    """Ids of the nodes that it may mean, if there are several."""


@dataclass(frozen=True, slots=True)
class SectionLine:
    """One section of an outline."""

    title: str
    level: int
    cost: int
    """Tokens of its text; 0 if a long outline leaves out its line."""
    rank: int = 0
    """Place among the sections that answer the query, from 1; 0 for all others."""


@dataclass(frozen=True, slots=True)
class NodeSummary:
    """A node without its text: description, outline and links."""

    id: str
    title: str
    kind: str
    cost: int
    description: str
    fields: tuple[tuple[str, str], ...]
    outline: tuple[SectionLine, ...]
    links: tuple[LinkLine, ...]
    more_links: int
    backlinks: tuple[LinkLine, ...]
    backlink_count: int
    shown_in: int | None = None
    """The call that showed this summary; then only new links are listed."""
    unresolved: tuple[UnresolvedLink, ...] = ()
    """Some of its links that lead to no node."""
    more_unresolved: int = 0
    status: str = ""
    """Why not to rely on the node, in one word; else empty."""
    successors: tuple[LinkLine, ...] = ()
    """The nodes that replace it."""
    tag: str = ""
    """The tag around its texts if its root is not trusted; else empty."""


@dataclass(frozen=True, slots=True)
class SummaryResult(BaseResult):
    """One summary or several, and sentences about the names that led to no node."""

    kind: ClassVar[str] = "summary"
    nodes: tuple[NodeSummary, ...]
    unknown: tuple[str, ...] = ()
    before: str = ""
    """A sentence above all summaries."""
    brief: bool = False
    """Whether each summary is one line, as in a listing."""
    more: int = 0
    """Nodes that did not fit."""
