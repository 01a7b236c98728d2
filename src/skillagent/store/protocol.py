"""The protocols between a graph and the code that shows it: what `disclosure` needs, and no more.

Modelled on httpx's transports and anyio's backends: flat, small, no base class. Stores in memory,
in a file and on a server give the same values, so that every answer has the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from skillagent.graph import NodeKind, Outdated
    from skillagent.index import Hit, Match
    from skillagent.index.filters import Filter
    from skillagent.markdown import Document, LinkKind, Value


class NodeHead(Protocol):
    """A node without its text."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def description_derived(self) -> bool:
        """Whether the description comes from the text, because the author wrote none."""
        ...

    @property
    def kind(self) -> NodeKind: ...
    @property
    def declared_kind(self) -> str:
        """The kind as the author wrote it; empty if the author wrote none."""
        ...

    @property
    def aliases(self) -> tuple[str, ...]: ...
    @property
    def tags(self) -> tuple[str, ...]: ...
    @property
    def topics(self) -> tuple[str, ...]: ...
    @property
    def fields(self) -> Mapping[str, Value]:
        """All other fields of the frontmatter."""
        ...

    @property
    def digest(self) -> str:
        """SHA-256 of the file."""
        ...


class LinkView(Protocol):
    """A link with its context, independent of the document that it is in."""

    @property
    def source(self) -> str: ...
    @property
    def target(self) -> str | None:
        """Id of the node that it leads to; None if there is none, or several."""
        ...

    @property
    def candidates(self) -> tuple[str, ...]:
        """Ids of the nodes that it may mean, if there are several."""
        ...

    @property
    def name(self) -> str:
        """The target as the author wrote it."""
        ...

    @property
    def kind(self) -> LinkKind: ...
    @property
    def key(self) -> str:
        """The frontmatter field that it is in; empty in the body."""
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
        """Title of the nearest heading above it."""
        ...

    @property
    def context(self) -> str:
        """The sentence or list item around it, as plain text."""
        ...

    @property
    def sentence(self) -> tuple[int, int]:
        """Offsets of that sentence in the document's text."""
        ...

    @property
    def is_bare(self) -> bool:
        """Whether it has no words beside it that say why to follow it."""
        ...

    @property
    def leads(self) -> bool:
        """Whether the context begins with the link."""
        ...

    def around(self) -> tuple[str, str]:
        """The text before and after it on its line, as written."""
        ...


class GraphView(Protocol):
    """One state of a graph, which never changes.

    A sequence may be computed while it is read, so take only the slice that you need.
    """

    @property
    def name(self) -> str: ...
    @property
    def digest(self) -> str:
        """The same for graphs with the same nodes."""
        ...

    @property
    def ids(self) -> Sequence[str]:
        """Ids of all nodes, sorted."""
        ...

    @property
    def entries(self) -> Sequence[str]:
        """Ids of the entries, one for each root that has one."""
        ...

    @property
    def maps(self) -> Sequence[str]:
        """Ids of the maps, sorted."""
        ...

    @property
    def gathering(self) -> Sequence[str]:
        """Ids of maps and skills, those with the most links first."""
        ...

    @property
    def most_linked(self) -> Sequence[str]:
        """Ids of nodes, those with the most backlinks first."""
        ...

    @property
    def unmapped(self) -> Sequence[str]:
        """Ids of the nodes that no map leads to, sorted."""
        ...

    @property
    def link_fields(self) -> frozenset[str]:
        """Frontmatter fields whose values are links."""
        ...

    def cost(self, node: str, counter: str, count: Callable[[], int]) -> int:
        """Tokens of a node's whole text, counted once for all sessions.

        Args:
            node: id of the node.
            counter: name of the token counter; another name if the text is shown in another form.
            count: counts the tokens.
        """
        ...

    def is_plain(self, node: str, compare: Callable[[], bool]) -> bool:
        """Whether a node's file is shown exactly as it is written, compared once.

        Args:
            node: id of the node.
            compare: compares the text that is shown with the file's.
        """
        ...

    def head(self, node: str) -> NodeHead:
        """A node without its text.

        Raises:
            KeyError: there is no node with this id.
        """
        ...

    def document(self, node: str) -> Document:
        """The text of a node, with its frontmatter, headings and blocks.

        Raises:
            KeyError: there is no node with this id.
        """
        ...

    def locate(self, name: str) -> tuple[str, str]:
        """The id of the node that a name leads to, and the heading or block after `#`.

        Args:
            name: an id, title or alias, as in a wikilink.

        Raises:
            ResolveError: the name leads to no node, or to several.
        """
        ...

    def __contains__(self, node: object) -> bool: ...

    def outdated(self, node: str) -> Outdated | None:
        """Why not to rely on a node; None if nothing speaks against it."""
        ...

    def links_from(self, node: str) -> Sequence[LinkView]:
        """All links of a node, with broken ones, in the order of its text."""
        ...

    def backlinks(self, node: str) -> Sequence[LinkView]:
        """All links from other nodes to a node, sorted by source and offset."""
        ...

    def neighbors(self, node: str) -> Sequence[str]:
        """Ids of the nodes that a node links to, in the order of their first link."""
        ...

    def indegree(self, node: str) -> int:
        """The number of other nodes that link to a node."""
        ...

    def search(
        self, query: str, limit: int, offset: int = 0, within: Collection[str] | None = None
    ) -> tuple[list[Hit], int]:
        """Some hits of a query, best first, and the number of all hits.

        Args:
            query: words to rank by.
            limit: most hits to return.
            offset: number of better hits to leave out.
            within: ids of the nodes that may be hits; None for all.
        """
        ...

    def match(self, query: str, node: str | None = None) -> Match:
        """How well a node, or the best hit, answers a query.

        Args:
            query: words.
            node: id of the node; None for the best hit.
        """
        ...

    def scores(self, query: str, nodes: Sequence[str]) -> Mapping[str, float]:
        """Node → its score for a query; 0 if it is no hit."""
        ...

    def relevance(self, query: str, node: str, text: str) -> float:
        """How well a link answers a query.

        Args:
            query: words.
            node: id of the node at its other end, whose title and description count too.
            text: the text of the link's line.
        """
        ...

    def weight(self, query: str, node: str, text: str) -> float:
        """The weight of the query's words that a part of a node's text has."""
        ...

    def passing(self, filters: Sequence[Filter]) -> frozenset[str]:
        """Ids of the nodes that pass all filters."""
        ...

    def filter_values(self, field: str) -> Sequence[str]:
        """The values of a field that a filter can name, the most frequent first."""
        ...


class GraphStore(Protocol):
    """A place that keeps a graph whose files may change."""

    def snapshot(self) -> GraphView:
        """The newest state of the graph. Views that were taken earlier do not change."""
        ...
