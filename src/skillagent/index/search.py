"""Ranked search over all nodes: BM25 of all fields, of the names, and a bonus for linked hits.

All fields of a node are scored as one text (`postings`). Names and descriptions are scored again
as a short text, and the two scores are added. The weights of a query's words come from
`query_parser`.

Links between the best hits change their scores (`links`), and so do words that better hits lack
(`novelty`).

If the graph is searched by meaning too, nodes also gain by how close they are to the query
(`meaning`).

All scores are summed in a fixed order, so that equal graphs give equal rankings.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from copy import copy
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from skillagent.graph.outdated import WORDS as STATUS_WORDS
from skillagent.index.analyzer import stem, terms
from skillagent.index.closeness import NO_CLOSENESS, Closeness, add_meaning
from skillagent.index.links import HitLinks
from skillagent.index.novelty import add_novelty
from skillagent.index.postings import Postings
from skillagent.index.query import TELLING, Hit, Match, Query
from skillagent.index.query_parser import QueryParser
from skillagent.index.read_ahead import NoReadAhead, ReadAhead
from skillagent.index.scores import best
from skillagent.index.spelling import Spelling
from skillagent.progress import Progress, no_progress

if TYPE_CHECKING:
    from skillagent.embeddings import Embedder
    from skillagent.graph import SkillGraph
    from skillagent.index.meaning import Meaning
    from skillagent.index.tables import SearchTables

FIELDS = ("title", "description", "tags", "headings", "links to it", "text")
"""What explanations call the fields: those of `analysis.WEIGHTS`, and the text."""
OUTDATED_SHARE = 0.5
"""Part of its score that an outdated node keeps, unless the query asks for outdated nodes."""
BEHIND = 0.999
"""Maximum score of an outdated node, as a part of the score of its successor."""
WHY_WORDS = 12
"""Maximum number of words of the query that explain a hit."""
NONE_BELOW, WEAK_BELOW = 0.25, 0.5
"""Strength of the best hit below which a query has no match, or a weak match. How they were chosen:
`benchmarks.off_subject`."""
UNSURE = 0.4
"""Maximum strength of a hit that contains only words with a spelling similar to the query's."""


class SearchIndex:
    """The search index of one graph. `SearchIndex.of` builds it once for each graph.

    Args:
        tables: what is ranked.
        ahead: is told which documents will be asked about.
    """

    def __init__(self, tables: SearchTables, ahead: ReadAhead | None = None) -> None:
        self._tables, self._ahead = tables, ahead or NoReadAhead()
        self._postings = Postings(tables.lists, len(tables))
        self._languages = tables.languages
        self._parsed: Query | None = None
        self._last: _Ranking | None = None
        self._meaning: Meaning | None = None
        spelling = Spelling(
            tables.name_words,
            tables.accented_terms,
            self._postings.__contains__,
            self._count_word,
        )
        self._parser = QueryParser(self._postings, spelling, self._languages)
        self._links = HitLinks(tables, self._postings, self._ahead)
        self._summaries: dict[str, frozenset[str]] = {}

    def _count_word(self, word: str) -> int:
        return max(self._postings.count(stem(word, code)) for code in self._languages.every)

    @classmethod
    def of(
        cls,
        graph: SkillGraph,
        progress: Progress = no_progress,
        embedder: Embedder | None = None,
    ) -> SearchIndex:
        """The index of a graph, built at the first call.

        Args:
            graph: which keeps it.
            progress: told of each node while it is built.
            embedder: the model by which it is searched by meaning, too; None for words alone.
        """
        # Imported late: a stored graph has its tables, and is not searched by meaning.
        from skillagent.index.tables import GraphTables

        index = graph.keep(cls, lambda: cls(GraphTables(graph, progress)))
        if embedder is None:
            return index
        from skillagent.index.meaning import Meaning

        name = embedder.name
        return graph.keep((cls, name), lambda: index._with(Meaning(graph, embedder, progress)))

    def _with(self, meaning: Meaning) -> SearchIndex:
        index = copy(self)
        index._meaning, index._parsed, index._last = meaning, None, None
        return index

    def search(
        self,
        query: str,
        limit: int = 10,
        offset: int = 0,
        within: Collection[str] | None = None,
    ) -> tuple[list[Hit], int]:
        """The best nodes for a query.

        Args:
            query: words in any order; words of names can be misspelled.
            limit: maximum number of hits.
            offset: number of hits to skip, for paging.
            within: ids of the nodes that can be hits; None means all nodes.

        Returns:
            The hits, best first, and the total number of hits. Every node that contains one of
            the words is a hit, and by meaning the closest ones; `match` says whether the hits
            answer the query.
        """
        ranking = self._rank(query)
        scores = ranking.scores
        if within is not None:
            allowed = [self._tables.number(node) for node in within]
            scores = {document: scores[document] for document in allowed if document in scores}
        closest = ranking.closeness.closest(scores)
        if closest:
            kept = ranking.by_words | closest.keys()
            scores = {document: score for document, score in scores.items() if document in kept}
        order = best(scores, offset + limit)[offset:]
        documents = [document for document, _ in order]
        linked = {document: ranking.linked.get(document, ()) for document in documents}
        self._ahead.hits(documents, [source for sources in linked.values() for source in sources])
        hits = [
            Hit(
                self._tables.id(document),
                round(score, 6),
                self._why(document, ranking.query),
                tuple(map(self._tables.id, linked[document])),
                document in closest,
            )
            for document, score in order
        ]
        return hits, len(scores)

    def alike(self, text: str, limit: int) -> list[tuple[str, float]]:
        """The nodes that have most words of a text, best first, each with its score.

        Neither links nor other hits change a score here, so that two scores can be compared.

        Args:
            text: the words.
            limit: maximum number of nodes.
        """
        scores = self._postings.score(self._parse(text).weights)
        return [(self._tables.id(document), score) for document, score in best(scores, limit)]

    def match(self, query: str, node: str | None = None) -> Match:
        """How well the graph answers a query, judged by the `strength` of one hit.

        Args:
            query: the query, as for `search`.
            node: id of the hit; None means the best one.
        """
        strength = self.strength(query, node)
        if strength < NONE_BELOW:
            return Match.NONE
        return Match.WEAK if strength < WEAK_BELOW else Match.GOOD

    def strength(self, query: str, node: str | None = None) -> float:
        """How well one hit answers a query; 0 means not at all.

        This is the share of the query's words that the hit contains. Each word is weighted by
        1 + idf and by the square root of its part of the score. The share is multiplied by the
        square root of the number of these words, because several words of a question are rarely
        in one node by chance. A hit that contains only words with similar spelling is never
        better than weak. In a search by meaning, the similarity above what is usual is added.

        Args:
            query: the query, as for `search`.
            node: id of the hit; None means the best one.
        """
        ranking = self._rank(query)
        if not ranking.scores:
            return 0.0
        document = best(ranking.scores, 1)[0][0] if node is None else self._tables.number(node)
        by_words = self._strength_by_words(ranking.query, document)
        return by_words + ranking.closeness.strength(document)

    def _strength_by_words(self, parsed: Query, document: int) -> float:
        contained, evidence = set(), 0.0
        for term, weight in parsed.weights.items():
            if impact := self._postings.impact(term, document):
                contained.add(term)
                idf = self._postings.idf(term)
                evidence += weight * math.sqrt(impact / idf) * (1 + idf)
        strength = evidence / parsed.total * math.sqrt(len(contained))
        return min(strength, UNSURE) if contained <= parsed.respelled else strength

    def _rank(self, query: str) -> _Ranking:
        # The same query often follows for its next page, and for judging its hits.
        last = self._last
        if last is None or last.query.text != query:
            parsed = self._parse(query)
            scores = self._postings.score(parsed.weights)
            linked = self._links.add(parsed, scores)
            add_novelty(parsed, scores, self._postings)
            by_words = scores.keys() if self._meaning is None else frozenset(scores)
            closeness = self._add_meaning(parsed, scores)
            self._lower_outdated(parsed, scores)
            last = self._last = _Ranking(parsed, scores, linked, by_words, closeness)
        return last

    def _add_meaning(self, query: Query, scores: dict[int, float]) -> Closeness:
        if self._meaning is None:
            return NO_CLOSENESS
        closeness = self._meaning.closeness(query.text)
        words = self._strength_by_words(query, best(scores, 1)[0][0]) if scores else 0.0
        add_meaning(scores, closeness, words)
        return closeness

    def _lower_outdated(self, query: Query, scores: dict[int, float]) -> None:
        """Lower the scores of outdated nodes, and rank each behind its successors."""
        outdated = self._tables.outdated
        if not outdated or not STATUS_WORDS.isdisjoint(query.text.casefold().split()):
            return
        number = self._tables.number
        lowered: dict[int, float] = {}
        for node, reason in outdated.items():
            if (score := scores.get(number(node))) is not None:
                successors = [scores.get(number(name), 0.0) for name in reason.successors]
                limits = (BEHIND * successor for successor in successors if successor)
                lowered[number(node)] = min(OUTDATED_SHARE * score, *limits, math.inf)
        scores.update(lowered)

    def scores_of(self, query: str, nodes: Sequence[str]) -> dict[str, float]:
        """Node → its score for a query; 0 if it has nothing in common with it.

        Args:
            query: the query, as for `search`.
            nodes: ids of the nodes.
        """
        scores = self._rank(query).scores
        return {node: scores.get(self._tables.number(node), 0.0) for node in nodes}

    def relevance(self, query: str, node: str, text: str) -> float:
        """How well a link answers a query, by its text and its target; 0 means not at all.

        Args:
            query: the query.
            node: id of the link's target.
            text: the text around the link.
        """
        gains = self._parse(query).gains
        summary, context = self._summary_terms(node), set(terms(text, self._languages.of(node)))
        return sum(gain for term, gain in gains.items() if term in context or term in summary)

    def weight(self, query: str, node: str, text: str) -> float:
        """How much of a query a text contains, by the rarity of the words.

        Args:
            query: the query.
            node: id of the node that contains the text, and has its language.
            text: a part of the node; each repetition of a word adds less.
        """
        counts = Counter(terms(text, self._languages.of(node)))
        return sum(
            gain * counts[term] / (counts[term] + 1)
            for term, gain in self._parse(query).gains.items()
        )

    def _summary_terms(self, node: str) -> frozenset[str]:
        summary = self._summaries.get(node)
        if summary is None:
            text = self._tables.summary(node)
            summary = self._summaries[node] = frozenset(terms(text, self._languages.of(node)))
        return summary

    def _parse(self, text: str) -> Query:
        # The same query ranks hits first, and then the links of several summaries.
        query = self._parsed
        if query is None or query.text != text:
            query = self._parsed = self._parser.parse(text)
        return query

    def _why(self, document: int, query: Query) -> tuple[tuple[str, tuple[str, ...]], ...]:
        telling = tuple(islice(query.weights, TELLING))
        strongest = self._strongest(document, frozenset(telling))
        places: dict[str, int] = {}
        for term in telling:
            if term in strongest:
                places[term] = strongest[term]
            elif self._postings.impact(term, document):
                places[term] = len(FIELDS) - 1
            if len(places) == WHY_WORDS:
                break
        named: dict[int, list[str]] = {}
        for term in sorted(places, key=query.order.__getitem__):
            named.setdefault(places[term], []).append(query.words[term])
        return tuple((FIELDS[place], tuple(named[place])) for place in sorted(named))

    def _strongest(self, document: int, searched: frozenset[str]) -> dict[str, int]:
        """Term → number in `FIELDS` of the field with most weight that contains it, except text."""
        places: dict[str, int] = {}
        for place, field in enumerate(self._tables.fields(document)):
            for term in searched & field:
                places.setdefault(term, place)
        return places


@dataclass(frozen=True, slots=True)
class _Ranking:
    """The scores of a query."""

    query: Query
    scores: dict[int, float]
    """Document → its score; by meaning, also of documents that are not close enough for a hit."""
    linked: dict[int, list[int]]
    """Document → other hits that link to it; only for the best documents."""
    by_words: AbstractSet[int]
    """The documents that contain a word of the query."""
    closeness: Closeness
    """How close the documents are to the query in meaning."""
