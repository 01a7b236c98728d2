"""The store in memory: a loaded graph, its search index, and a cache that survives reloads."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property

from skillagent.embeddings import Embedder
from skillagent.errors import UsageError
from skillagent.graph import Link, Node, Outdated, SkillGraph
from skillagent.index import Hit, Match, SearchIndex, filters
from skillagent.index.filters import Filter, GraphFacets
from skillagent.markdown import Document
from skillagent.progress import Progress, no_progress
from skillagent.store.digest_cache import DigestCache
from skillagent.store.protocol import GraphView


class MemoryView:
    """A `SkillGraph` as a `GraphView`.

    Args:
        graph: the loaded graph.
        cache: the cache of an earlier view; None for an empty one.
        embedder: the model by which it is searched by meaning, too; None for words alone.
    """

    def __init__(
        self,
        graph: SkillGraph,
        cache: DigestCache | None = None,
        embedder: Embedder | None = None,
    ) -> None:
        self.graph = graph
        self.cache = cache or DigestCache()
        self.embedder = embedder

    def followed_by(self, graph: SkillGraph) -> MemoryView:
        """A view of a newer state of the graph, with the same cache and embedder."""
        return MemoryView(graph, self.cache, self.embedder)

    def searched_by(self, embedder: Embedder) -> MemoryView:
        """The same view, searched by meaning, too."""
        if self.embedder is not None and self.embedder.name == embedder.name:
            return self
        view = copy.copy(self)
        view.embedder = embedder
        view.__dict__.pop("index", None)  # that of words alone
        return view

    @cached_property
    def index(self) -> SearchIndex:
        """The search index, built when it is first used."""
        return self.build_index()

    def build_index(self, progress: Progress = no_progress) -> SearchIndex:
        """Build the search index now, if no query has needed it yet.

        Args:
            progress: receives how far it is.
        """
        return SearchIndex.of(self.graph, progress, self.embedder)

    @property
    def _facets(self) -> GraphFacets:
        return self.graph.keep(GraphFacets, lambda: GraphFacets(self.graph))

    @property
    def name(self) -> str:
        return self.graph.name

    @property
    def digest(self) -> str:
        return self.graph.digest

    @cached_property
    def ids(self) -> Sequence[str]:
        return tuple(self.graph.nodes)

    @property
    def entries(self) -> Sequence[str]:
        return self.graph.entries

    @property
    def maps(self) -> Sequence[str]:
        return self.graph.maps

    @property
    def gathering(self) -> Sequence[str]:
        return self.graph.gathering

    @property
    def most_linked(self) -> Sequence[str]:
        return self.graph.most_linked

    @property
    def unmapped(self) -> Sequence[str]:
        return self.graph.unmapped

    @cached_property
    def link_fields(self) -> frozenset[str]:
        return self.graph.link_fields

    def cost(self, node: str, counter: str, count: Callable[[], int]) -> int:
        return self.cache.cost(self.graph.nodes[node].digest, counter, count)

    def is_plain(self, node: str, compare: Callable[[], bool]) -> bool:
        return self.cache.is_plain(self.graph.nodes[node].digest, compare)

    def head(self, node: str) -> Node:
        return self.graph.nodes[node]

    def document(self, node: str) -> Document:
        return self.graph.nodes[node].document

    def locate(self, name: str) -> tuple[str, str]:
        node, fragment = self.graph.locate(name)
        return node.id, fragment

    def __contains__(self, node: object) -> bool:
        return node in self.graph.nodes

    def outdated(self, node: str) -> Outdated | None:
        return self.graph.outdated.get(node)

    def links_from(self, node: str) -> Sequence[Link]:
        return self.graph.links_from(node)

    def backlinks(self, node: str) -> Sequence[Link]:
        return self.graph.backlinks(node)

    def neighbors(self, node: str) -> Sequence[str]:
        return self.graph.neighbors(node)

    def indegree(self, node: str) -> int:
        return self.graph.indegree(node)

    def search(
        self, query: str, limit: int, offset: int = 0, within: Collection[str] | None = None
    ) -> tuple[list[Hit], int]:
        return self.index.search(query, limit, offset, within)

    def match(self, query: str, node: str | None = None) -> Match:
        return self.index.match(query, node)

    def scores(self, query: str, nodes: Sequence[str]) -> Mapping[str, float]:
        return self.index.scores_of(query, nodes)

    def relevance(self, query: str, node: str, text: str) -> float:
        return self.index.relevance(query, node, text)

    def weight(self, query: str, node: str, text: str) -> float:
        return self.index.weight(query, node, text)

    def passing(self, filters_: Sequence[Filter]) -> frozenset[str]:
        return filters.passing(self._facets, filters_)

    def filter_values(self, field: str) -> Sequence[str]:
        return filters.values_of(self._facets, field)


class MemoryStore:
    """A `GraphStore` whose graph is replaced as a whole when its files change.

    Args:
        graph: the graph at the beginning.
    """

    def __init__(self, graph: SkillGraph) -> None:
        self._view = graph.keep(MemoryView, lambda: MemoryView(graph))

    def snapshot(self) -> MemoryView:
        return self._view

    def replace(self, graph: SkillGraph) -> MemoryView:
        """Make another graph the newest state; see `MemoryView.followed_by`."""
        self._view = self._view.followed_by(graph)
        return self._view


def view_of(graph: SkillGraph | GraphView, embedder: Embedder | None = None) -> GraphView:
    """The view of a graph, the same at every call with one `SkillGraph`; a view as it is.

    Args:
        graph: a graph, or a view of one.
        embedder: the model by which it is searched by meaning, too; None leaves a view as it is.

    Raises:
        UsageError: the graph is in a store that cannot be searched by meaning.
    """
    if isinstance(graph, SkillGraph):
        view: GraphView = graph.keep(MemoryView, lambda: MemoryView(graph))
    else:
        view = graph
    if embedder is None:
        return view
    if not isinstance(view, MemoryView):
        raise UsageError("only a graph that is loaded into memory can be searched by meaning")
    return view.searched_by(embedder)


def graph_behind(view: GraphView) -> SkillGraph | None:
    """The loaded graph that a view shows; None for a view of another store."""
    return view.graph if isinstance(view, MemoryView) else None


def embedder_behind(view: GraphView) -> Embedder | None:
    """The model by which a view is searched by meaning, too; None for words alone."""
    return view.embedder if isinstance(view, MemoryView) else None
