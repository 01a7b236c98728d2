"""Ranked search over all nodes: BM25F, names and descriptions, and the links between hits.

Method: BM25 over fields as Robertson, Zaragoza and Taylor give it ("Simple BM25 extension
to multiple weighted fields", CIKM 2004): the term frequencies of the fields are weighted
and added before saturation. Names and descriptions are scored once more, as a short text of
their own, and both scores are added. A hit that other hits link to then gains a part of
their scores. A query word that no node holds is replaced by the name words that
are spelled most like it. Long posting lists keep only their strongest entries ("champion
lists", Manning, Raghavan and Schütze, Introduction to Information Retrieval, 7.1.3).

Every score is summed in a fixed order, so equal graphs give equal rankings.
"""

from __future__ import annotations

import math
import threading
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from skillagent.graph import Node, SkillGraph
from skillagent.index.words import query_terms, stem, terms, words

K1, B = 1.2, 0.75
FIELDS = ("title", "description", "tags", "headings", "links to it", "text")
WEIGHTS = (5.0, 3.0, 2.0, 2.0, 1.5)
"""Of all fields but the text, which counts 1."""
SHORT_WEIGHTS = (2.0, 1.0)
SHORT_WEIGHT = 0.5
"""What names and descriptions as a text of their own count beside all fields."""
LINK_SHARE = 0.12
"""The part of a hit's score that the hits it links to gain together."""
LINKED_HITS = 30
CHAMPIONS = 1_000
ANCHORS = 10
"""Of the links to a node, the words around so many are searched."""
TYPO_CUTOFF = 78.0
TYPO_WEIGHT = 0.7

_BUILDING = threading.Lock()


@dataclass(frozen=True, slots=True)
class Hit:
    """One node that answers a query."""

    node: str
    score: float
    why: tuple[tuple[str, tuple[str, ...]], ...]
    """Field → the words of the query found in it, strongest field first."""
    linked_from: tuple[str, ...] = ()
    """Other hits that link to it."""


class _Postings:
    """Term → documents, and their part of the score for it."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[array[int], array[float]]] = {}
        self._lengths: array[float] = array("d")
        self._frequencies: dict[str, int] = {}
        """How many documents a term is in, where its row keeps only the strongest."""

    def add(
        self, fields: Sequence[Sequence[str]], weights: Sequence[float], text: Sequence[str] = ()
    ) -> None:
        """Append one document.

        Args:
            fields: the terms of each weighted field.
            weights: what a term in each of them counts.
            text: the terms of the body, which count 1.
        """
        document = len(self._lengths)
        length = float(len(text))
        bag: dict[str, float] = {}
        for found, weight in zip(fields, weights, strict=True):
            length += weight * len(found)
            for term, count in Counter(found).items():
                bag[term] = bag.get(term, 0.0) + weight * count
        self._lengths.append(length)
        rows = self.rows
        for term, count in Counter(text).items():
            row = rows.get(term)
            if row is None:
                row = rows[term] = (array("i"), array("d"))
            row[0].append(document)
            row[1].append(count + bag.pop(term, 0.0))
        for term, frequency in bag.items():
            row = rows.get(term)
            if row is None:
                row = rows[term] = (array("i"), array("d"))
            row[0].append(document)
            row[1].append(frequency)

    def close(self, other: _Postings | None = None, weight: float = 0.0) -> None:
        """Turn frequencies into parts of the score, once every document is there.

        Args:
            other: closed postings of the same documents, whose terms are among these.
            weight: what their parts count, to be added to these.
        """
        total = len(self._lengths)
        average = sum(self._lengths) / total if total else 1.0
        norms = [K1 * (1 - B + B * length / (average or 1.0)) for length in self._lengths]
        for term, (documents, frequencies) in self.rows.items():
            found = len(documents)
            idf = math.log(1 + (total - found + 0.5) / (found + 0.5))
            impacts = [
                idf * frequency / (norms[document] + frequency)
                for document, frequency in zip(documents, frequencies, strict=True)
            ]
            if other is not None and term in other.rows:
                more = dict(zip(*other.rows[term], strict=True))
                impacts = [
                    impact + weight * more.get(document, 0.0)
                    for document, impact in zip(documents, impacts, strict=True)
                ]
            if found > CHAMPIONS and other is not None:
                # A stable sort: of equals, the first document stays.
                order = sorted(range(found), key=impacts.__getitem__, reverse=True)
                best = sorted(order[:CHAMPIONS])
                documents = array("i", [documents[at] for at in best])
                impacts = [impacts[at] for at in best]
                self._frequencies[term] = found
            self.rows[term] = (documents, array("d", impacts))

    def score(self, query: Mapping[str, float]) -> dict[int, float]:
        """Document → score, for weighted terms."""
        scores: dict[int, float] = {}
        for term in sorted(query):
            weight = query[term]
            for document, impact in zip(*self.rows.get(term, ((), ())), strict=True):
                scores[document] = scores.get(document, 0.0) + weight * impact
        return scores

    def count(self, term: str) -> int:
        """How many documents the term counts for."""
        return self._frequencies.get(term, len(self.rows[term][0]) if term in self.rows else 0)

    def holds(self, term: str, document: int) -> bool:
        """True if the term counts for the document."""
        documents = self.rows[term][0] if term in self.rows else ()
        at = bisect_left(documents, document)
        return at < len(documents) and documents[at] == document


class SearchIndex:
    """The searchable form of one graph; build it with `SearchIndex.of`, which keeps it."""

    def __init__(self, graph: SkillGraph) -> None:
        self._graph = graph
        self._ids = list(graph.nodes)
        self._postings, short = _Postings(), _Postings()
        self._fields: list[tuple[frozenset[str], ...]] = []
        """Document → the terms of each field but the text."""
        self._parsed: tuple[str, dict[str, tuple[str, float]]] = ("", {})
        self._last: tuple[str, tuple[dict[int, float], dict[int, list[int]]]] = ("", ({}, {}))
        self._wanted: tuple[str, list[tuple[str, float]]] = ("", [])
        self._name_words: dict[str, None] = {}
        anchors = self._anchors()
        for node in graph.nodes.values():
            names = terms("\n".join(_names(node)))
            for word in words("\n".join(_names(node))):
                self._name_words[word] = None
            described = () if node.description_derived else terms(node.description)
            fields = (
                names,
                described,
                terms(" ".join((*node.tags, *node.topics))),
                terms("\n".join(heading.title for heading in node.document.headings)),
                anchors.get(node.id, ()),
            )
            self._postings.add(fields, WEIGHTS, terms(node.document.body))
            short.add(fields[:2], SHORT_WEIGHTS)
            self._fields.append(tuple(map(frozenset, fields)))
        short.close()
        self._postings.close(short, SHORT_WEIGHT)

    def _anchors(self) -> dict[str, list[str]]:
        """Node → the terms around the links to it, of at most `ANCHORS` links a node."""
        found: dict[str, list[str]] = {}
        count: dict[str, int] = {}
        for link in self._graph.links:
            target = link.target
            if not target or target == link.source or count.get(target, 0) >= ANCHORS:
                continue
            count[target] = count.get(target, 0) + 1
            before, after = link.around()
            found.setdefault(target, []).extend(terms(f"{before} {link.label} {after}"))
        return found

    @classmethod
    def of(cls, graph: SkillGraph) -> SearchIndex:
        """The index of a graph, built at the first call."""
        found = graph.derived.get(cls)
        if not isinstance(found, SearchIndex):
            # Who comes meanwhile waits: a second build would only make both slower.
            with _BUILDING:
                found = graph.derived.get(cls)
                if not isinstance(found, SearchIndex):
                    found = graph.derived[cls] = cls(graph)
        return found

    def search(self, query: str, limit: int = 10, offset: int = 0) -> tuple[list[Hit], int]:
        """The best nodes for a query.

        Args:
            query: words in any order; a node's name need not be spelled right.
            limit: hits to return.
            offset: hits to leave out, for paging.

        Returns:
            The hits, best first, and how many there are in all.
        """
        asked = self._query(query)
        scores, linked = self._scored(query)
        order = _top(scores, max(offset + limit, LINKED_HITS))
        hits = [
            Hit(
                self._ids[document],
                round(score, 6),
                self._why(document, asked),
                tuple(self._ids[source] for source in linked.get(document, ())),
            )
            for document, score in order[offset : offset + limit]
        ]
        return hits, len(scores)

    def _scored(self, query: str) -> tuple[dict[int, float], dict[int, list[int]]]:
        """Document → score, and of the best documents: each → the others that link to it."""
        known, found = self._last
        if known == query:
            return found
        weights = {term: weight for term, (_, weight) in self._query(query).items()}
        scores = self._postings.score(weights)
        before = dict(_top(scores, LINKED_HITS))
        linked = self._links_between(list(before))
        for document, sources in linked.items():
            for source in sources:
                out = len(self._graph.neighbors(self._ids[source]))
                scores[document] += LINK_SHARE * before[source] / math.sqrt(out)
        # One query is asked again for its next page, and to rank the links of its hits.
        self._last = (query, (scores, linked))
        return scores, linked

    def scores_of(self, query: str, nodes: Sequence[str]) -> dict[str, float]:
        """Node → its score for a query, 0 where it does not answer, of the nodes given."""
        scores, _ = self._scored(query)
        return {node: scores.get(self._numbers[node], 0.0) for node in nodes}

    def relevance(self, query: str, node: str, text: str) -> float:
        """How well a link's text, with the node behind it, answers a query; 0 if not at all."""
        wanted = self._weighted(query)
        summary, near = self._summary_terms(node), set(terms(text))
        return sum(value for term, value in wanted if term in near or term in summary)

    def weight(self, query: str, text: str) -> float:
        """How much of a query a text holds: its words by their rarity, repeats counting less."""
        counts = Counter(terms(text))
        return sum(
            value * counts[term] / (counts[term] + 1) for term, value in self._weighted(query)
        )

    def _weighted(self, query: str) -> list[tuple[str, float]]:
        """Term of a query → its weight, sorted."""
        known, wanted = self._wanted
        if known != query:
            asked = sorted((term, weight) for term, (_, weight) in self._query(query).items())
            wanted = [(term, weight * self._idf(term)) for term, weight in asked]
            self._wanted = (query, wanted)
        return wanted

    def _summary_terms(self, node: str) -> frozenset[str]:
        found = self._summaries.get(node)
        if found is None:
            target = self._graph.nodes[node]
            text = f"{target.title} {target.stem} {target.description}"
            found = self._summaries[node] = frozenset(terms(text))
        return found

    @cached_property
    def _summaries(self) -> dict[str, frozenset[str]]:
        return {}

    def _idf(self, term: str) -> float:
        found = self._postings.count(term)
        return math.log(1 + (len(self._ids) - found + 0.5) / (found + 0.5))

    def _query(self, query: str) -> dict[str, tuple[str, float]]:
        """Term → (word of the query, weight), misspelled words replaced."""
        known, parsed = self._parsed
        if known == query:
            return parsed
        result: dict[str, tuple[str, float]] = {}
        for term, word in query_terms(query).items():
            if term in self._postings.rows or len(word) < 4:
                result.setdefault(term, (word, 1.0))
                continue
            for near in self._nearest_words(word):
                result.setdefault(stem(near), (f"{word}→{near}", TYPO_WEIGHT))
        # One query ranks a page of hits and then the links of several summaries.
        self._parsed = (query, result)
        return result

    def _nearest_words(self, word: str) -> list[str]:
        from rapidfuzz import fuzz, process

        found = process.extract(
            word, list(self._name_words), scorer=fuzz.ratio, limit=5, score_cutoff=TYPO_CUTOFF
        )
        best = sorted((-score, near) for near, score, _ in found)
        return [near for _, near in best[:2]]

    def _why(
        self, document: int, asked: Mapping[str, tuple[str, float]]
    ) -> tuple[tuple[str, tuple[str, ...]], ...]:
        found: dict[int, list[str]] = {}
        fields = self._fields[document]
        for term, (word, _) in asked.items():
            place = next((at for at, held in enumerate(fields) if term in held), None)
            if place is None and self._postings.holds(term, document):
                place = len(fields)
            if place is not None:
                found.setdefault(place, []).append(word)
        return tuple((FIELDS[place], tuple(found[place])) for place in sorted(found))

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {node: number for number, node in enumerate(self._ids)}

    def _links_between(self, documents: list[int]) -> dict[int, list[int]]:
        """Of some documents: each → those of them that link to it, in their order."""
        wanted = set(documents)
        found: dict[int, list[int]] = {}
        for source in documents:
            for target in self._graph.neighbors(self._ids[source]):
                number = self._numbers[target]
                if number in wanted:
                    found.setdefault(number, []).append(source)
        return found


def _names(node: Node) -> tuple[str, ...]:
    return (node.path.rpartition(".")[0], node.title, *node.aliases)


def _top(scores: Mapping[int, float], count: int) -> list[tuple[int, float]]:
    """The best documents with their scores, best first; of equals, the first document."""
    if len(scores) > 4 * count:
        # Sorting plain floats finds the cut; only what passes it is sorted with its document.
        cut = sorted(scores.values(), reverse=True)[count - 1]
        items = [item for item in scores.items() if item[1] >= cut]
    else:
        items = list(scores.items())
    return sorted(items, key=lambda item: (-item[1], item[0]))[:count]
