"""The seam between a graph and those who show it: what `disclosure` asks, and no more.

The model is httpx's transports and anyio's backends: flat, small, no base class. A store in
memory, in a file and on a server answer the same questions with the same values, so that every
answer has the same bytes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from skillagent.graph import NodeKind, Outdated
from skillagent.index import Hit, Match
from skillagent.index.filters import Filter
from skillagent.markdown import Document, LinkKind, Value
from skillagent.store.figures import Figures


class NodeHead(Protocol):
    """What may be told of a node without its text."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def description_derived(self) -> bool:
        """True where the author wrote no description."""
        ...

    @property
    def kind(self) -> NodeKind: ...
    @property
    def declared_kind(self) -> str:
        """The author's own word for it."""
        ...

    @property
    def aliases(self) -> tuple[str, ...]: ...
    @property
    def tags(self) -> tuple[str, ...]: ...
    @property
    def topics(self) -> tuple[str, ...]: ...
    @property
    def fields(self) -> Mapping[str, Value]:
        """Every other field of the header."""
        ...

    @property
    def digest(self) -> str:
        """SHA-256 of the file."""
        ...


class LinkView(Protocol):
    """A link with what is told of it; it does not need the document that it is in."""

    @property
    def source(self) -> str: ...
    @property
    def target(self) -> str | None: ...
    @property
    def candidates(self) -> tuple[str, ...]:
        """Ids of all nodes that it may mean, if there are several."""
        ...

    @property
    def name(self) -> str:
        """The target as it is written."""
        ...

    @property
    def kind(self) -> LinkKind: ...
    @property
    def key(self) -> str:
        """The field of the header that it is in; empty in the body."""
        ...

    @property
    def label(self) -> str: ...
    @property
    def fragment(self) -> str: ...
    @property
    def start(self) -> int:
        """Offset in the document's text."""
        ...

    @property
    def section(self) -> str:
        """The nearest heading above it."""
        ...

    @property
    def context(self) -> str:
        """The sentence or list item around it, plain."""
        ...

    @property
    def sentence(self) -> tuple[int, int]:
        """Where that sentence begins and ends in the document."""
        ...

    @property
    def is_bare(self) -> bool:
        """True where no words beside it say why to follow it."""
        ...

    def around(self) -> tuple[str, str]:
        """The raw text before and behind it on its line."""
        ...


class GraphView(Protocol):
    """One state of a graph, which never changes.

    Sequences may be computed as they are read: a caller takes the slice that it needs.
    """

    @property
    def name(self) -> str: ...
    @property
    def digest(self) -> str:
        """Equal for graphs of equal nodes."""
        ...

    @property
    def figures(self) -> Figures:
        """What is counted of its texts, for all who share it."""
        ...

    @property
    def ids(self) -> Sequence[str]:
        """Ids of all nodes, sorted."""
        ...

    @property
    def entries(self) -> Sequence[str]: ...
    @property
    def maps(self) -> Sequence[str]:
        """Ids of the maps, sorted."""
        ...

    @property
    def gathering(self) -> Sequence[str]:
        """Ids of maps and skills, the one with the most links first."""
        ...

    @property
    def most_linked(self) -> Sequence[str]: ...
    @property
    def unmapped(self) -> Sequence[str]: ...
    @property
    def link_fields(self) -> frozenset[str]:
        """Fields of a header whose values are links."""
        ...

    def head(self, node: str) -> NodeHead:
        """What may be told of a node.

        Raises:
            KeyError: there is no node of this id.
        """
        ...

    def document(self, node: str) -> Document:
        """The text of a node, with its headings, blocks and header.

        Raises:
            KeyError: there is no node of this id.
        """
        ...

    def locate(self, name: str) -> tuple[str, str]:
        """The id that a name leads to, and what follows a `#` that is not the node's own.

        Raises:
            ResolveError: no node answers to it, or several do.
        """
        ...

    def __contains__(self, node: object) -> bool: ...

    def outdated(self, node: str) -> Outdated | None:
        """Why a node should not be relied on; None if it may be."""
        ...

    def links_from(self, node: str) -> Sequence[LinkView]:
        """All links in a node, broken ones too, in order of their place."""
        ...

    def backlinks(self, node: str) -> Sequence[LinkView]:
        """All links to a node from other nodes, by source and place."""
        ...

    def neighbors(self, node: str) -> Sequence[str]:
        """Ids of the nodes that a node links to, in order of first mention."""
        ...

    def indegree(self, node: str) -> int:
        """How many other nodes link to a node."""
        ...

    def search(
        self, query: str, limit: int, offset: int = 0, within: Collection[str] | None = None
    ) -> tuple[list[Hit], int]:
        """The best nodes for a query, and how many there are in all.

        Args:
            query: words.
            limit: hits to return.
            offset: hits to leave out.
            within: ids of the nodes that may be hits; None for all.
        """
        ...

    def match(self, query: str, node: str | None = None) -> Match:
        """How far a hit, or the best one, answers a query."""
        ...

    def scores(self, query: str, nodes: Sequence[str]) -> Mapping[str, float]:
        """Node → its score for a query, 0 where it does not answer."""
        ...

    def relevance(self, query: str, node: str, text: str) -> float:
        """How well the text of a link, with the node behind it, answers a query."""
        ...

    def weight(self, query: str, node: str, text: str) -> float:
        """How much of a query a text of a node holds."""
        ...

    def passing(self, filters: Sequence[Filter]) -> frozenset[str]:
        """Ids of the nodes on which all filters hold."""
        ...

    def filter_values(self, field: str) -> Sequence[str]:
        """What a filter on a field can be given, the value of most nodes first."""
        ...


class GraphStore(Protocol):
    """Where a graph is kept while its files may change."""

    def snapshot(self) -> GraphView:
        """The newest state. What was taken before stays as it is."""
        ...
