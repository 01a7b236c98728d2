"""What ranking reads of a graph: a small protocol, and its values in memory.

Documents are numbers from 0, in the order of the nodes' ids. A store on disk reads each value when
it is asked for.

Above: `search`, `links`. Below: `postings`, `spelling`, `detection`, the graph.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from skillagent.graph import Node, Outdated, SkillGraph
from skillagent.index.analysis import Analysis, analysis_of
from skillagent.index.analyzer import terms
from skillagent.index.detection import Languages, detect
from skillagent.index.entries import PostingsBuilder, ScoredLists
from skillagent.index.postings import TermLists
from skillagent.progress import Progress, no_progress, tracked

ANCHORS = 10
"""Maximum number of links to a node whose surrounding words are indexed for that node."""


class SearchTables(Protocol):
    """The tables that `SearchIndex` ranks by."""

    @property
    def lists(self) -> TermLists:
        """The lists of all terms."""
        ...

    @property
    def languages(self) -> Languages: ...
    @property
    def outdated(self) -> Mapping[str, Outdated]:
        """Id → why the node should not be relied on; only for such nodes."""
        ...

    def __len__(self) -> int:
        """The number of documents."""
        ...

    def id(self, document: int) -> str:
        """The id of the node that a document is made of."""
        ...

    def number(self, node: str) -> int:
        """The document of the node with an id."""
        ...

    def fields(self, document: int) -> Sequence[frozenset[str]]:
        """The terms of each weighted field, in the order of `WEIGHTS`."""
        ...

    def neighbors(self, document: int) -> Sequence[int]:
        """The documents that a document links to, in the order of their first link."""
        ...

    def indegree(self, document: int) -> int:
        """The number of other documents that link to a document."""
        ...

    def summary(self, node: str) -> str:
        """The names and the description of a node."""
        ...

    def name_words(self) -> Sequence[str]:
        """The words of all names, each once, in the order of the nodes."""
        ...

    def accented_terms(self) -> Sequence[str]:
        """The terms that have a letter which is not ASCII, sorted."""
        ...


def anchor_terms(around: tuple[str, str], label: str, language: str) -> list[str]:
    """The terms around a link, which are indexed for the node that it leads to.

    Args:
        around: the text before and after the link.
        label: its label.
        language: that of the node that contains it.
    """
    before, after = around
    return terms(f"{before} {label} {after}", language)


class GraphTables:
    """The tables of a loaded graph.

    Args:
        graph: the graph.
        progress: receives how many nodes are indexed.
        analyse: returns the terms of a node in a language.
    """

    def __init__(
        self,
        graph: SkillGraph,
        progress: Progress = no_progress,
        analyse: Callable[[Node, str], Analysis] = analysis_of,
    ) -> None:
        self._graph = graph
        self._ids = list(graph.nodes)
        self._numbers = {node: number for number, node in enumerate(self._ids)}
        self.detected = detect(graph)
        self.anchors = self._anchors()
        """Node → the terms around links to it."""
        self._fields: list[tuple[frozenset[str], ...]] = []
        names: dict[str, None] = {}
        builder = PostingsBuilder()
        for node in tracked(graph.nodes.values(), "indexing", progress):
            language = self.languages.of(node.id)
            analysis, anchors = analyse(node, language), self.anchors.get(node.id, ())
            names.update(dict.fromkeys(analysis.name_words))
            self._fields.append(tuple(map(frozenset, (*analysis.fields, anchors))))
            builder.add(analysis.frequencies(anchors))
        self._name_words = tuple(names)
        self.lengths = builder.lengths
        """The number of documents and their lengths; see `Norms.of`."""
        self.entries = builder.entries()
        """Term → what an index keeps of it."""
        self.lists: TermLists = ScoredLists(self.entries, len(self._ids))

    @property
    def languages(self) -> Languages:
        return self.detected.languages

    def _anchors(self) -> dict[str, list[str]]:
        anchors: dict[str, list[str]] = {}
        counts: dict[str, int] = {}
        for link in self._graph.links:
            target = link.target
            if not target or target == link.source or counts.get(target, 0) >= ANCHORS:
                continue
            counts[target] = counts.get(target, 0) + 1
            language = self.languages.of(link.source)
            anchors.setdefault(target, []).extend(anchor_terms(link.around(), link.label, language))
        return anchors

    @property
    def outdated(self) -> Mapping[str, Outdated]:
        return self._graph.outdated

    def __len__(self) -> int:
        return len(self._ids)

    def id(self, document: int) -> str:
        return self._ids[document]

    def number(self, node: str) -> int:
        return self._numbers[node]

    def fields(self, document: int) -> Sequence[frozenset[str]]:
        return self._fields[document]

    def neighbors(self, document: int) -> Sequence[int]:
        return [self._numbers[node] for node in self._graph.neighbors(self._ids[document])]

    def indegree(self, document: int) -> int:
        return self._graph.indegree(self._ids[document])

    def summary(self, node: str) -> str:
        target = self._graph.nodes[node]
        return f"{target.title} {target.stem} {target.description}"

    def name_words(self) -> Sequence[str]:
        return self._name_words

    def accented_terms(self) -> Sequence[str]:
        return sorted(term for term in self.entries if not term.isascii())
