"""The lists of all terms: which documents contain a term, and its part of their scores.

Scores are BM25 over several fields (Robertson, Zaragoza and Taylor, "Simple BM25 extension to
multiple weighted fields", CIKM 2004): the term frequencies of the fields are weighted and added
before saturation. The names and the description of a document are scored once more as a short text,
and the two scores are added. Long lists keep only the entries with the highest scores ("champion
lists", Manning, Raghavan and Schütze, Introduction to Information Retrieval, 7.1.3). Scores are
summed in a fixed order, so that equal graphs give equal bits.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol

CHAMPIONS = 1_000
"""Maximum number of entries of a list."""
WORK = 10_000
"""Maximum number of entries that one query adds up; the lists of its best terms come first."""


class TermList(NamedTuple):
    """The documents that contain one term; of a long list, those with the highest scores."""

    documents: array[int]
    """Sorted."""
    scores: array[float]
    """The part of each document's score that comes from the term."""
    frequency: int
    """The number of all documents that contain the term."""


class TermLists(Protocol):
    """Where the lists of terms are kept: a mapping in memory, or rows of a store."""

    def get(self, term: str, /) -> TermList | None:
        """The list of a term; None if no document contains it."""
        ...


_EMPTY = TermList(array("i"), array("d"), 0)


class Postings:
    """Scores documents by the lists of terms.

    Args:
        lists: where the lists are kept.
        total: the number of all documents.
    """

    def __init__(self, lists: TermLists, total: int) -> None:
        self._lists, self._total = lists, total

    def score(self, query: Mapping[str, float]) -> dict[int, float]:
        """Score the documents that contain a term of a query.

        Args:
            query: term → weight. Terms that would exceed `WORK` are ignored, with all that follow.

        Returns:
            Document → score.
        """
        total = self._total
        rows, entries = [], 0
        for term, weight in query.items():
            documents, impacts, _ = self._list(term)
            entries += len(documents)
            if entries > WORK:
                entries -= len(documents)
                break
            rows.append((weight, documents, impacts))
        if entries < 2 * total:
            sparse: dict[int, float] = {}
            for weight, documents, impacts in rows:
                for document, impact in zip(documents, impacts, strict=True):
                    sparse[document] = sparse.get(document, 0.0) + weight * impact
            return sparse
        # If most documents are in several lists, a list of all documents is faster than a mapping.
        dense = [0.0] * total
        for weight, documents, impacts in rows:
            for document, impact in zip(documents, impacts, strict=True):
                dense[document] += weight * impact
        return {document: score for document, score in enumerate(dense) if score}

    def __contains__(self, term: str) -> bool:
        return self._lists.get(term) is not None

    def count(self, term: str) -> int:
        """The number of documents that contain a term."""
        return self._list(term).frequency

    def idf(self, term: str) -> float:
        """The inverse document frequency of a term; highest if no document contains it."""
        return inverse_frequency(self._list(term).frequency, self._total)

    def impact(self, term: str, document: int) -> float:
        """The part of a document's score that comes from a term; 0 if there is none."""
        entries, scores, _ = self._list(term)
        at = bisect_left(entries, document)
        return scores[at] if at < len(entries) and entries[at] == document else 0.0

    def impacts(self, term: str, documents: Iterable[int]) -> list[float]:
        """The part of the score of each of these documents that comes from a term."""
        entries, scores, _ = self._list(term)
        count = len(entries)
        return [
            scores[at]
            if (at := bisect_left(entries, document)) < count and entries[at] == document
            else 0.0
            for document in documents
        ]

    def _list(self, term: str) -> TermList:
        return self._lists.get(term) or _EMPTY


def inverse_frequency(count: int, total: int) -> float:
    """How much a term tells that `count` of `total` documents contain."""
    return math.log(1 + (total - count + 0.5) / (count + 0.5))
