"""The answers of the three operations as typed values: what their texts say, for programs.

`to_json` gives the stable form that the CLI documents under `result`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from skillagent.index import Match


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
    """The map's heading it stands under."""
    why: str = ""
    """For a hit: where the query was found."""
    shown_in: int | None = None
    """The call that showed the description."""
    status: str = ""
    """One word for why it should not be relied on, such as `deprecated`; empty if it may be."""


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
    """How far the best hit answers the query; None without a query and for a repeated page."""
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
    """The words beside the link, the same for links of one sentence; or the description of its
    target."""
    types: tuple[str, ...] = ()
    """The frontmatter fields that it stands in."""
    status: str = ""
    """One word for why the node should not be relied on; empty if it may be."""


@dataclass(frozen=True, slots=True)
class UnresolvedLink:
    """A link of a summary that leads to no node."""

    name: str
    """As written, cut if it is long."""
    candidates: tuple[str, ...]
    """Ids that it may mean, if there are several."""


@dataclass(frozen=True, slots=True)
class SectionLine:
    """One section of an outline."""

    title: str
    level: int
    cost: int
    """Tokens of its text; 0 in a long outline, of a section whose line is not shown."""
    rank: int = 0
    """Place among the sections that answer the query, from 1; 0 for all others."""


@dataclass(frozen=True, slots=True)
class NodeSummary:
    """A node short of its text."""

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
    """The first of its links that lead to no node."""
    more_unresolved: int = 0
    status: str = ""
    """One word for why the node should not be relied on; empty if it may be."""
    successors: tuple[LinkLine, ...] = ()
    """The nodes that replace it."""


@dataclass(frozen=True, slots=True)
class SummaryResult(_Result):
    """One summary or several, and the names that led nowhere."""

    kind: ClassVar[str] = "summary"
    nodes: tuple[NodeSummary, ...]
    unknown: tuple[str, ...] = ()
    before: str = ""
    """A sentence above all summaries."""
    brief: bool = False
    """Whether each summary is a line as in a listing."""
    more: int = 0
    """Nodes that did not fit."""


@dataclass(frozen=True, slots=True)
class NeighbourLine(IndexLine):
    """One node of a neighbourhood."""

    steps: int = 0
    """Links from the nearest node asked for; 0 for that node itself."""
    via: str = ""
    """The node whose link leads to it on a shortest way; empty for a node asked for."""
    types: tuple[str, ...] = ()
    """The frontmatter fields that this link stands in."""


@dataclass(frozen=True, slots=True)
class NeighbourhoodResult(_Result):
    """The nodes that links lead to from some nodes, the nearest first."""

    kind: ClassVar[str] = "neighbourhood"
    depth: int
    """How many steps were looked at."""
    lines: tuple[NeighbourLine, ...]
    total: int
    """Nodes within these steps, those asked for included."""
    unknown: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    """The nodes asked for."""


@dataclass(frozen=True, slots=True)
class NodeResult(_Result):
    """The text of a node as far as it was shown."""

    kind: ClassVar[str] = "node"
    id: str
    section: str
    """The heading asked for; empty for the whole node."""
    level: str
    """`node`, `section` or, where nothing fitted, `summary` or `index`; `pointer` for a repeat."""
    text: str
    """The node's text with what it embeds; pointers stand for sections shown before."""
    missing: tuple[SectionLine, ...]
    """Sections that did not fit."""
    embedded: tuple[str, ...] = ()
    """Nodes whose text was shown inside."""
    node_kind: str = ""
    """The node's kind: `node`, `map` or `skill`."""
    status: str = ""
    """One word for why the node should not be relied on; empty if it may be."""
    replaced_by: str = ""
    """The first node that replaces it."""
    brief: bool = False
    """Whether the text tells of `missing` only how many they are."""
    shown_in: tuple[int, ...] = ()
    """For a repeat, the calls that showed the text."""
    message: str = ""
    """Instead of any text: why none can be shown."""
    summary: SummaryResult | None = None
    """Instead of any text: the node's summary."""


@dataclass(frozen=True, slots=True)
class Refusal(_Result):
    """A call that could not be carried out."""

    kind: ClassVar[str] = "error"
    code: str
    """`arguments`, `unknown`, `ambiguous`, `section`, `cursor`, `too_large` or `spent`."""
    message: str
    candidates: tuple[str, ...] = ()


Result = IndexResult | SummaryResult | NeighbourhoodResult | NodeResult | Refusal
