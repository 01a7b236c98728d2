"""What ranking reads of a graph: a small protocol, and its values in memory.

Documents are numbers from 0, in the order of the nodes' ids. A store on disk reads each value when
it is asked for.

Above: `search`, `links`. Below: `postings`, `spelling`, `detection`, the graph.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from skillagent.graph import Node, Outdated, SkillGraph
from skillagent.index.analyzer import stem, terms, words
from skillagent.index.detection import Languages, detect
from skillagent.index.postings import PostingsBuilder, TermList, TermLists
from skillagent.progress import Progress, no_progress, tracked

WEIGHTS = (5.0, 3.0, 2.0, 2.0, 1.5)
"""Weights of title, description, tags, headings and the words around links to a node; its text has
weight 1."""
SHORT_WEIGHTS = (2.0, 1.0)
"""Weights of names and of descriptions in the short text."""
SHORT_WEIGHT = 0.5
"""Weight of the short text's score, which is added to the score of all fields."""
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
        """The terms that have a letter which is not ASCII, each once."""
        ...


class GraphTables:
    """The tables of a loaded graph.

    Args:
        graph: the graph.
        progress: receives how many nodes are indexed.
    """

    def __init__(self, graph: SkillGraph, progress: Progress = no_progress) -> None:
        self._graph = graph
        self._ids = list(graph.nodes)
        self._numbers = {node: number for number, node in enumerate(self._ids)}
        self.languages = detect(graph)
        self._fields: list[tuple[frozenset[str], ...]] = []
        names: dict[str, None] = {}
        whole, short = PostingsBuilder(), PostingsBuilder()
        anchors = self._anchors()
        for node in tracked(graph.nodes.values(), "indexing", progress):
            language = self.languages.of(node.id)
            words_of_names = words("\n".join(_names(node)))
            names.update(dict.fromkeys(words_of_names))
            described = () if node.description_derived else terms(node.description, language)
            fields = (
                [stem(word, language) for word in words_of_names],
                described,
                terms(" ".join((*node.tags, *node.topics)), language),
                terms("\n".join(heading.title for heading in node.document.headings), language),
                anchors.get(node.id, ()),
            )
            whole.add(fields, WEIGHTS, terms(node.document.body, language))
            short.add(fields[:2], SHORT_WEIGHTS)
            self._fields.append(tuple(map(frozenset, fields)))
        self.lists: Mapping[str, TermList] = whole.lists(short.lists(), SHORT_WEIGHT)
        self._name_words = tuple(names)

    def _anchors(self) -> dict[str, list[str]]:
        """Node → the terms around the first `ANCHORS` links to it."""
        anchors: dict[str, list[str]] = {}
        counts: dict[str, int] = {}
        for link in self._graph.links:
            target = link.target
            if not target or target == link.source or counts.get(target, 0) >= ANCHORS:
                continue
            counts[target] = counts.get(target, 0) + 1
            before, after = link.around()
            language = self.languages.of(link.source)
            text = f"{before} {link.label} {after}"
            anchors.setdefault(target, []).extend(terms(text, language))
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
        return [term for term in self.lists if not term.isascii()]


def _names(node: Node) -> tuple[str, ...]:
    return (node.path.rpartition(".")[0], node.title, *node.aliases)
