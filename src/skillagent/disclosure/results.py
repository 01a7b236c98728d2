"""The answers as typed values: what their texts say, for programs.

`to_json` gives the stable form that the CLI documents under `result`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from skillagent.index import Match

INSTRUCTIONS_CALL = 0
"""The call number of the system prompt."""


@dataclass(frozen=True, slots=True)
class _Result:
    kind: ClassVar[str]

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, **asdict(self)}


@dataclass(frozen=True, slots=True)
class IndexLine:
    """One node in a listing."""

    id: str
    kind: str
    cost: int
    """Tokens of its whole text."""
    description: str
    """Empty if `shown_in` is set: it was shown before."""
    heading: str = ""
    """The heading of the map under which it is listed."""
    why: str = ""
    """For a hit: where it matches the query."""
    shown_in: int | None = None
    """The call that showed the description."""
    status: str = ""
    """Why not to rely on the node, in one word such as `deprecated`; else empty."""
    score: int | None = None
    """For a hit of a search by words: its score in percent of the best hit's score."""


@dataclass(frozen=True, slots=True)
class IndexResult(_Result):
    """A page of a map's listing or of a search."""

    kind: ClassVar[str] = "index"
    map: str | None
    query: str | None
    lines: tuple[IndexLine, ...]
    total: int
    """Lines on all pages."""
    cursor: str | None
    """For the next page; None on the last one."""
    match: Match | None = None
    """How well the best hit answers the query; None without a query and for a repeated page."""
    title: str = ""
    """The line above all others."""
    footnote: str = ""
    """The line below them, on the last page."""
    shown_in: int | None = None
    """For a repeated page, the call that listed it."""


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


@dataclass(frozen=True, slots=True)
class SummaryResult(_Result):
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
class NeighbourhoodResult(_Result):
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


@dataclass(frozen=True, slots=True)
class NodeResult(_Result):
    """The text of a node, or the part of it that is shown."""

    kind: ClassVar[str] = "node"
    id: str
    section: str
    """The heading that the call asks for; empty for the whole node."""
    level: str
    """`node` or `section`; `summary` or `index` if no text fits; `pointer` if all was shown
    before."""
    text: str
    """The node's text with what it embeds; pointers replace sections that were shown before."""
    missing: tuple[SectionLine, ...]
    """Sections that do not fit."""
    embedded: tuple[str, ...] = ()
    """Ids of the nodes whose text it embeds."""
    node_kind: str = ""
    """The node's kind: `node`, `map` or `skill`."""
    status: str = ""
    """Why not to rely on the node, in one word; else empty."""
    replaced_by: str = ""
    """The first node that replaces it."""
    brief: bool = False
    """Whether the answer's text gives only the number of `missing` sections."""
    shown_in: tuple[int, ...] = ()
    """For a pointer, the calls that showed the text."""
    message: str = ""
    """Why no text can be shown; else empty."""
    summary: SummaryResult | None = None
    """The node's summary, shown because no text fits."""


@dataclass(frozen=True, slots=True)
class Refusal(_Result):
    """A call that could not be carried out."""

    kind: ClassVar[str] = "error"
    code: str
    """`arguments`, `unknown`, `ambiguous`, `section`, `cursor`, `too_large`, `frozen` or
    `spent`."""
    message: str
    candidates: tuple[str, ...] = ()


Result = IndexResult | SummaryResult | NeighbourhoodResult | NodeResult | Refusal
