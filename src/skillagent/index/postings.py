"""Term → documents and their part of the score, summed in a fixed order.

BM25 over fields as Robertson, Zaragoza and Taylor give it ("Simple BM25 extension to multiple
weighted fields", CIKM 2004): the term frequencies of the fields are weighted and added before
saturation. Long lists keep only their strongest entries ("champion lists", Manning, Raghavan
and Schütze, Introduction to Information Retrieval, 7.1.3).
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

K1, B = 2.0, 0.9
CHAMPIONS = 1_000
"""Entries that a list keeps."""
WORK = 10_000
"""Entries that one query may sum up: the lists of its most telling terms, as far as they go."""

_NOWHERE: tuple[array[int], array[float]] = (array("i"), array("d"))


class Postings:
    """The terms of all documents; filled with `add`, then closed."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[array[int], array[float]]] = {}
        self._lengths: array[float] = array("d")
        self._frequencies: dict[str, int] = {}
        """How many documents a term is in, where its row keeps only the strongest."""
        self._idf: dict[str, float] = {}

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
        for held, weight in zip(fields, weights, strict=True):
            length += weight * len(held)
            for term, count in Counter(held).items():
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

    def close(self, other: Postings | None = None, weight: float = 0.0) -> None:
        """Turn frequencies into parts of the score, once every document is there.

        Args:
            other: closed postings of the same documents, whose terms are among these.
            weight: what their parts count, to be added to these.
        """
        total = len(self._lengths)
        average = sum(self._lengths) / total if total else 1.0
        norms = [K1 * (1 - B + B * length / (average or 1.0)) for length in self._lengths]
        for term, (documents, frequencies) in self.rows.items():
            count = len(documents)
            idf = self._idf[term] = _idf(count, total)
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
            if count > CHAMPIONS and other is not None:
                # A stable sort: of equals, the first document stays.
                order = sorted(range(count), key=impacts.__getitem__, reverse=True)
                best = sorted(order[:CHAMPIONS])
                documents = array("i", [documents[at] for at in best])
                impacts = [impacts[at] for at in best]
                self._frequencies[term] = count
            self.rows[term] = (documents, array("d", impacts))

    def score(self, query: Mapping[str, float]) -> dict[int, float]:
        """Document → score.

        Args:
            query: term → what it counts; once `WORK` is used up, the terms that follow are
                left out.
        """
        total = len(self._lengths)
        rows, entries = [], 0
        for term, weight in query.items():
            documents, impacts = self.rows[term]
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
        # Most documents are met often, so a list of all of them is filled faster than a dictionary.
        dense = [0.0] * total
        for weight, documents, impacts in rows:
            for document, impact in zip(documents, impacts, strict=True):
                dense[document] += weight * impact
        return {document: score for document, score in enumerate(dense) if score}

    def count(self, term: str) -> int:
        """How many documents the term counts for."""
        return self._frequencies.get(term, len(self.rows[term][0]) if term in self.rows else 0)

    def idf(self, term: str) -> float:
        """How much it tells that a document holds the term; most for one that none holds."""
        idf = self._idf.get(term)
        return _idf(0, len(self._lengths)) if idf is None else idf

    def impact(self, term: str, document: int) -> float:
        """The term's part of the document's score, 0 if it does not count for it."""
        held, parts = self.rows.get(term, _NOWHERE)
        at = bisect_left(held, document)
        return parts[at] if at < len(held) and held[at] == document else 0.0

    def impacts(self, term: str, documents: Iterable[int]) -> list[float]:
        """The term's part of the score of each of some documents."""
        held, parts = self.rows.get(term, _NOWHERE)
        count = len(held)
        return [
            parts[at]
            if (at := bisect_left(held, document)) < count and held[at] == document
            else 0.0
            for document in documents
        ]


def _idf(count: int, total: int) -> float:
    return math.log(1 + (total - count + 0.5) / (count + 0.5))
