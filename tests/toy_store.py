"""A second implementation of `GraphView`: plain values, texts parsed when they are read.

It stands for a store on disk: no node holds a document, no link its text. Ranking is injected.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from skillagent import SkillGraph
from skillagent.errors import ResolveError
from skillagent.graph import NodeKind, Outdated
from skillagent.markdown import Document, LinkKind
from skillagent.markdown.document import parse
from skillagent.store import DigestCache, GraphView, MemoryView

HEAD = (
    "id title description description_derived kind declared_kind aliases tags topics fields digest"
).split()
LINK = (
    "source target candidates name kind key label fragment start section context sentence is_bare "
    "leads"
).split()


@dataclass(frozen=True)
class Head:
    id: str
    title: str
    description: str
    description_derived: bool
    kind: NodeKind
    declared_kind: str
    aliases: tuple[str, ...]
    tags: tuple[str, ...]
    topics: tuple[str, ...]
    fields: Mapping[str, Any]
    digest: str


@dataclass(frozen=True)
class ToyLink:
    source: str
    target: str | None
    candidates: tuple[str, ...]
    name: str
    kind: LinkKind
    key: str
    label: str
    fragment: str
    start: int
    section: str
    context: str
    sentence: tuple[int, int]
    is_bare: bool
    leads: bool
    near: tuple[str, str]

    def around(self) -> tuple[str, str]:
        return self.near


def _link(link: Any) -> ToyLink:
    return ToyLink(**{name: getattr(link, name) for name in LINK}, near=link.around())


class ToyView:
    """A copy of a graph in plain values.

    Args:
        graph: what is copied.
        ranking: finds and scores nodes.
    """

    def __init__(self, graph: SkillGraph, ranking: GraphView) -> None:
        self.name, self.digest, self._cache = graph.name, graph.digest, DigestCache()
        self.ids = tuple(graph.nodes)
        self.entries, self.maps = graph.entries, graph.maps
        self.gathering, self.most_linked = graph.gathering, graph.most_linked
        self.unmapped, self.link_fields = graph.unmapped, graph.link_fields
        self._heads = {
            node.id: Head(**{name: getattr(node, name) for name in HEAD})
            for node in graph.nodes.values()
        }
        self._texts = {node.id: node.document.text for node in graph.nodes.values()}
        self._paths = {node.id: node.document.path for node in graph.nodes.values()}
        self._dialects = {node.id: node.document.dialect for node in graph.nodes.values()}
        self._outdated = dict(graph.outdated)
        self._links = {node: tuple(map(_link, graph.links_from(node))) for node in self.ids}
        self._backlinks = {node: tuple(map(_link, graph.backlinks(node))) for node in self.ids}
        self._names: dict[str, tuple[str, str] | ResolveError] = {}
        self._locate = graph.locate
        self.search, self.match, self.scores = ranking.search, ranking.match, ranking.scores
        self.relevance, self.weight = ranking.relevance, ranking.weight
        self.passing, self.filter_values = ranking.passing, ranking.filter_values

    def cost(self, node: str, counter: str, count: Callable[[], int]) -> int:
        return self._cache.cost(self._heads[node].digest, counter, count)

    def is_plain(self, node: str, compare: Callable[[], bool]) -> bool:
        return self._cache.is_plain(self._heads[node].digest, compare)

    def head(self, node: str) -> Head:
        return self._heads[node]

    def document(self, node: str) -> Document:
        return parse(self._texts[node], self._paths[node], self._dialects[node])

    def locate(self, name: str) -> tuple[str, str]:
        node, fragment = self._locate(name)
        return node.id, fragment

    def __contains__(self, node: object) -> bool:
        return node in self._heads

    def outdated(self, node: str) -> Outdated | None:
        return self._outdated.get(node)

    def links_from(self, node: str) -> Sequence[ToyLink]:
        return self._links[node]

    def backlinks(self, node: str) -> Sequence[ToyLink]:
        return self._backlinks[node]

    def neighbors(self, node: str) -> Sequence[str]:
        targets = (link.target for link in self._links[node])
        return tuple(dict.fromkeys(target for target in targets if target and target != node))

    def indegree(self, node: str) -> int:
        return len({link.source for link in self._backlinks[node]})


def toy(graph: SkillGraph) -> ToyView:
    """A graph copied into plain values."""
    return ToyView(graph, MemoryView(graph))
