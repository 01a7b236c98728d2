"""The lists of all terms: which documents contain a term, and its part of their scores.

Scores are BM25 over several fields (Robertson, Zaragoza and Taylor, "Simple BM25 extension to
multiple weighted fields", CIKM 2004): the term frequencies of the fields are weighted and added
before saturation. Long lists keep only the entries with the highest scores ("champion lists",
Manning, Raghavan and Schütze, Introduction to Information Retrieval, 7.1.3). Scores are summed in
a fixed order, so that equal graphs give equal bits.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

K1, B = 2.0, 0.9
"""Parameters of BM25: saturation of term frequencies, and normalisation by length."""
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


class PostingsBuilder:
    """Makes the lists of all terms. Call `add` for each document, then `lists` once."""

    def __init__(self) -> None:
        self._rows: dict[str, tuple[array[int], array[float]]] = {}
        """Term → documents, and the weighted frequency of the term in each."""
        self._lengths: array[float] = array("d")
        """Length of each document, in weighted terms."""

    def add(
        self, fields: Sequence[Sequence[str]], weights: Sequence[float], text: Sequence[str] = ()
    ) -> None:
        """Append one document.

        Args:
            fields: the terms of each weighted field.
            weights: the weight of each of these fields.
            text: the terms of the body, whose weight is 1.
        """
        document = len(self._lengths)
        length = float(len(text))
        weighted: dict[str, float] = {}
        for field, weight in zip(fields, weights, strict=True):
            length += weight * len(field)
            for term, count in Counter(field).items():
                weighted[term] = weighted.get(term, 0.0) + weight * count
        self._lengths.append(length)
        rows = self._rows
        for term, count in Counter(text).items():
            row = rows.get(term)
            if row is None:
                row = rows[term] = (array("i"), array("d"))
            row[0].append(document)
            row[1].append(count + weighted.pop(term, 0.0))
        for term, frequency in weighted.items():
            row = rows.get(term)
            if row is None:
                row = rows[term] = (array("i"), array("d"))
            row[0].append(document)
            row[1].append(frequency)

    def lists(
        self, other: Mapping[str, TermList] | None = None, weight: float = 0.0
    ) -> dict[str, TermList]:
        """Compute the scores from the frequencies, after the last document was added.

        Args:
            other: complete lists of the same documents, with no further terms; their scores are
                added to these. Without them, the lists are complete; otherwise they are shortened
                to `CHAMPIONS`.
            weight: weight of the scores of `other`.
        """
        total = len(self._lengths)
        average = sum(self._lengths) / total if total else 1.0
        norms = [K1 * (1 - B + B * length / (average or 1.0)) for length in self._lengths]
        lists: dict[str, TermList] = {}
        for term in list(self._rows):
            # Frequencies are dropped as soon as their scores are known, to save memory.
            documents, frequencies = self._rows.pop(term)
            count = len(documents)
            idf = inverse_frequency(count, total)
            scores = [
                idf * frequency / (norms[document] + frequency)
                for document, frequency in zip(documents, frequencies, strict=True)
            ]
            if other is not None and (second := other.get(term)):
                added = dict(zip(second.documents, second.scores, strict=True))
                scores = [
                    score + weight * added.get(document, 0.0)
                    for document, score in zip(documents, scores, strict=True)
                ]
            if count > CHAMPIONS and other is not None:
                # The sort is stable: of equal documents, the first ones are kept.
                order = sorted(range(count), key=scores.__getitem__, reverse=True)
                best = sorted(order[:CHAMPIONS])
                documents = array("i", [documents[at] for at in best])
                scores = [scores[at] for at in best]
            lists[term] = TermList(documents, array("d", scores), count)
        return lists


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
