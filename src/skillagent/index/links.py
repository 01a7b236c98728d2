"""What links between the best hits of a query add to their scores.

Each hit gives a part of its score to its neighbours, as in one step of a personalised PageRank
(Haveliwala, "Topic-Sensitive PageRank", 2002). A hit gets a further part of the scores of the hits
that link to it, as far as the two contain different words of the query: then the link connects two
parts of the answer. Nodes with the same words gain nothing from each other here. Such a hit may
rise to its place behind the hits that link to it, never above them: they are what led to it. Both
parts are divided by the number of links of a node, because one link of many tells little. Neither
changes which hit is the best one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from skillagent.index.postings import Postings
from skillagent.index.query import TELLING, Query
from skillagent.index.read_ahead import ReadAhead
from skillagent.index.scores import best, difference

if TYPE_CHECKING:
    from skillagent.index.tables import SearchTables

LINKED_HITS = 30
"""Number of the best hits between which links are considered."""
SPREAD = 0.12
"""Part of its score that a hit gives to its neighbours together, in both directions of links."""
LINK_SHARE = 2.0
"""Maximum part of its score that a hit gives to the hits together to which it links."""
FOLLOWS = 0.95
"""Maximum score that links give to a hit: a part of the score of the hit that links to it, or of
the best hit."""


class HitLinks:
    """The links of one graph, as far as they change scores.

    Args:
        tables: the links.
        postings: the postings of all documents.
        ahead: is told which links will be read.
    """

    def __init__(self, tables: SearchTables, postings: Postings, ahead: ReadAhead) -> None:
        self._tables, self._postings, self._ahead = tables, postings, ahead

    def add(self, query: Query, scores: dict[int, float]) -> dict[int, list[int]]:
        """Raise the scores of the best hits that links connect.

        Args:
            query: the query, as it is parsed.
            scores: document → score; changed in place.

        Returns:
            Document → the other of the best documents that link to it.
        """
        linked = self._between([document for document, _ in best(scores, LINKED_HITS)])
        self._spread(scores, linked)
        involved = dict.fromkeys(linked)
        for sources in linked.values():
            involved.update(dict.fromkeys(sources))
        by_term = [
            [weight * impact for impact in self._postings.impacts(term, involved)]
            for term, weight in islice(query.weights.items(), TELLING)
        ]
        parts = dict(zip(involved, zip(*by_term, strict=True), strict=True)) if involved else {}
        before = {document: scores[document] for document in involved}
        for document, sources in linked.items():
            lift = limit = 0.0
            for source in sources:
                if apart := difference(parts[document], parts[source]):
                    links = len(self._tables.neighbors(source))
                    lift += LINK_SHARE * math.sqrt(apart) * before[source] / links
                    limit = max(limit, FOLLOWS * before[source])
            scores[document] = max(before[document], min(before[document] + lift, limit))
        return linked

    def _spread(self, scores: dict[int, float], linked: Mapping[int, Sequence[int]]) -> None:
        """Give a part of the score of each hit to its neighbours.

        Args:
            scores: document → score; changed in place.
            linked: document → the hits that link to it.
        """
        pairs = [(document, source) for document, sources in linked.items() for source in sources]
        given = {
            document: SPREAD * scores[document] / self._degree(document)
            for pair in pairs
            for document in pair
        }
        raised = {document: scores[document] for document in given}
        for document, source in pairs:
            raised[document] += given[source]
            raised[source] += given[document]
        limit = FOLLOWS * max(scores.values(), default=0.0)
        for document, score in raised.items():
            scores[document] = max(scores[document], min(score, limit))

    def _degree(self, document: int) -> int:
        """The number of links from a node and to it."""
        return len(self._tables.neighbors(document)) + self._tables.indegree(document)

    def _between(self, documents: list[int]) -> dict[int, list[int]]:
        """Document → the others of these documents that link to it, in their order."""
        self._ahead.links(documents)
        candidates = set(documents)
        linked: dict[int, list[int]] = {}
        for source in documents:
            for target in self._tables.neighbors(source):
                if target in candidates:
                    linked.setdefault(target, []).append(source)
        return linked
