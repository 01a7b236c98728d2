"""What an index keeps of each term, and the lists that a query makes of it.

Nothing in these entries depends on how many documents there are, or contain the term, and the
average length is rounded. So a document that changes changes only the entries of its own terms.

Above: `tables`, `store`. Below: `postings`, which scores documents by the lists.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from skillagent.index.postings import CHAMPIONS, TermList, inverse_frequency

K1, B = 2.0, 0.9
"""Parameters of BM25: saturation of term frequencies, and normalisation by length."""
SHORT_WEIGHT = 0.5
"""Weight of the short text's score, which is added to the score of all fields."""
RESERVE = 250
"""How many more entries an index keeps of a long list, to fill the places of those that go."""
STEPS = 64
"""An average length is rounded to one of so many values between two powers of two."""


class Frequencies(NamedTuple):
    """How often one document contains each of its terms."""

    whole: Mapping[str, float]
    """Term → its weighted frequency in all fields and in the text."""
    length: float
    """Length of the document in weighted terms: a multiple of 0.5, so that sums are exact."""
    short: Mapping[str, float]
    """The same for its names and its description alone."""
    short_length: float


def weighted(
    fields: Sequence[Sequence[str]], weights: Sequence[float], text: Mapping[str, int]
) -> tuple[dict[str, float], float]:
    """Term → its weighted frequency in a document; and the length of the document.

    Args:
        fields: the terms of each weighted field.
        weights: the weight of each of these fields.
        text: how often the body contains each of its terms; the weight of the body is 1.
    """
    frequencies: dict[str, float] = {term: float(count) for term, count in text.items()}
    length = float(sum(text.values()))
    for terms, weight in zip(fields, weights, strict=True):
        length += weight * len(terms)
        for term, count in Counter(terms).items():
            frequencies[term] = frequencies.get(term, 0.0) + weight * count
    return frequencies, length


class Limit(NamedTuple):
    """The best entry that may be missing in a list, and with it all that come after it."""

    part: float
    """0 if none is missing."""
    document: int

    def admits(self, part: float, document: int) -> bool:
        """Whether an entry comes before: it has a higher part, or the same and comes first."""
        return part > self.part or (part == self.part and part > 0 and document < self.document)


COMPLETE = Limit(0.0, 0)


@dataclass(slots=True)
class Entries:
    """What an index keeps of one term: of a long list, the best entries and a reserve.

    The part of an entry is its share of BM25 without the inverse document frequency, which changes
    with every document.
    """

    count: int = 0
    """The number of all documents that contain the term."""
    short_count: int = 0
    """The number of all documents whose short text contains it."""
    limit: Limit = COMPLETE
    short_limit: Limit = COMPLETE
    """The same for the parts of short texts."""
    documents: array[int] = field(default_factory=lambda: array("i"))
    """Sorted."""
    parts: array[float] = field(default_factory=lambda: array("d"))
    """The part of each of these documents."""
    short_documents: array[int] = field(default_factory=lambda: array("i"))
    """Those of these documents whose short text contains the term; sorted."""
    short_parts: array[float] = field(default_factory=lambda: array("d"))

    def shorten(self) -> None:
        """Drop what is neither among the best entries nor in the reserve."""
        if len(self.documents) <= CHAMPIONS + RESERVE:
            return
        best, self.limit = _best(self.documents, self.parts)
        short, self.short_limit = _best(self.short_documents, self.short_parts)
        kept = {self.documents[at] for at in best} | {self.short_documents[at] for at in short}
        self.documents, self.parts = _only(kept, self.documents, self.parts)
        self.short_documents, self.short_parts = _only(kept, self.short_documents, self.short_parts)

    def put(self, document: int, part: float, short_part: float) -> None:
        """Replace the entry of one document. The counts are the caller's.

        Args:
            document: the document.
            part: its new part; 0 if it does not contain the term any more.
            short_part: the same for its short text.
        """
        is_kept = self.limit.admits(part, document)
        is_kept = is_kept or self.short_limit.admits(short_part, document)
        _put(self.documents, self.parts, document, part if is_kept else 0.0)
        _put(self.short_documents, self.short_parts, document, short_part if is_kept else 0.0)

    @property
    def has_champions(self) -> bool:
        """Whether the best entries are still known, although others are not."""
        return _reaches(self.documents, self.parts, self.limit) and _reaches(
            self.short_documents, self.short_parts, self.short_limit
        )

    def scored(self, total: int) -> TermList:
        """The list with its scores; of a long one, `CHAMPIONS` entries.

        Args:
            total: the number of all documents.
        """
        documents, parts = self.documents, self.parts
        if self.count > CHAMPIONS:
            best = _highest(parts, CHAMPIONS)
            short = _highest(self.short_parts, CHAMPIONS)
            kept = {documents[at] for at in best} | {self.short_documents[at] for at in short}
            documents, parts = _only(kept, documents, parts)
        idf = inverse_frequency(self.count, total)
        scores = array("d", [idf * part for part in parts])
        if self.short_count:
            weight = SHORT_WEIGHT * inverse_frequency(self.short_count, total)
            for document, part in zip(self.short_documents, self.short_parts, strict=True):
                at = bisect_left(documents, document)
                if at < len(documents) and documents[at] == document:
                    scores[at] += weight * part
        if len(scores) > CHAMPIONS:
            best = _highest(scores, CHAMPIONS)
            documents, scores = _only({documents[at] for at in best}, documents, scores)
        return TermList(documents, scores, self.count)


def _highest(values: Sequence[float], most: int) -> Sequence[int]:
    """The places of the highest values, in their order; of equal values, the first ones."""
    if len(values) <= most:
        return range(len(values))
    # Sorting the values alone is several times as fast as sorting their places.
    lowest = sorted(values, reverse=True)[most - 1]
    above = [at for at, value in enumerate(values) if value > lowest]
    equal = [at for at, value in enumerate(values) if value == lowest]
    return sorted((*above, *equal[: most - len(above)]))


def _best(documents: Sequence[int], parts: Sequence[float]) -> tuple[Sequence[int], Limit]:
    """The places of the entries that are kept of a long list, and the first one that is not."""
    kept = _highest(parts, CHAMPIONS + RESERVE)
    if len(kept) == len(parts):
        return kept, COMPLETE
    left_out = set(range(len(parts))).difference(kept)
    first = min(left_out, key=lambda at: (-parts[at], at))
    return kept, Limit(parts[first], documents[first])


def _only(
    kept: Container[int], documents: Sequence[int], values: Sequence[float]
) -> tuple[array[int], array[float]]:
    """Those entries of a list whose document is kept."""
    both = [pair for pair in zip(documents, values, strict=True) if pair[0] in kept]
    return array("i", [document for document, _ in both]), array("d", [value for _, value in both])


def _put(documents: array[int], values: array[float], document: int, value: float) -> None:
    """Replace the value of one document in a list; 0 removes it."""
    at = bisect_left(documents, document)
    if at < len(documents) and documents[at] == document:
        if value:
            values[at] = value
        else:
            del documents[at], values[at]
    elif value:
        documents.insert(at, document)
        values.insert(at, value)


def _reaches(documents: Sequence[int], parts: Sequence[float], limit: Limit) -> bool:
    """Whether a list has as many entries before its limit as a query reads."""
    if limit == COMPLETE:
        return True
    return sum(map(limit.admits, parts, documents)) >= CHAMPIONS


class Norms(NamedTuple):
    """The average lengths by which documents are compared, rounded."""

    whole: float
    short: float

    @classmethod
    def of(cls, documents: int, length: float, short_length: float) -> Norms:
        """The averages of a number of documents, from the sums of their lengths."""
        return cls(_rounded(length / (documents or 1)), _rounded(short_length / (documents or 1)))

    def parts(self, frequencies: Frequencies) -> dict[str, tuple[float, float]]:
        """Term → its part in one document, and in its short text; 0 if that does not contain it."""
        norm = norm_of(frequencies.length, self.whole)
        short_norm = norm_of(frequencies.short_length, self.short)
        short = frequencies.short
        return {
            term: (frequency / (norm + frequency), _share(short.get(term, 0.0), short_norm))
            for term, frequency in frequencies.whole.items()
        }


def norm_of(length: float, average: float) -> float:
    """What a frequency in a text of some length is compared with."""
    return K1 * (1 - B + B * length / average)


def _share(frequency: float, norm: float) -> float:
    return frequency / (norm + frequency) if frequency else 0.0


def _rounded(average: float) -> float:
    """An average that stays the same when one of many documents changes a little."""
    fraction, exponent = math.frexp(average or 1.0)
    return math.ldexp(round(fraction * STEPS * 2) / (STEPS * 2), exponent)


class PostingsBuilder:
    """Makes the entries of all terms. Call `add` for each document, then `entries` once."""

    def __init__(self) -> None:
        self._whole = _Lists()
        self._short = _Lists()

    def add(self, frequencies: Frequencies) -> None:
        """Append one document."""
        self._whole.add(frequencies.whole, frequencies.length)
        self._short.add(frequencies.short, frequencies.short_length)

    @property
    def lengths(self) -> tuple[int, float, float]:
        """How many documents there are, and the sums of the lengths; see `Norms.of`."""
        return len(self._whole.lengths), sum(self._whole.lengths), sum(self._short.lengths)

    def entries(self) -> dict[str, Entries]:
        """Compute the parts from the frequencies, after the last document was added."""
        norms = Norms.of(*self.lengths)
        whole, short = self._whole.norms(norms.whole), self._short.norms(norms.short)
        lists: dict[str, Entries] = {}
        for term in list(self._whole.rows):
            # Frequencies are dropped as soon as the parts are known, to save memory.
            documents, parts = self._whole.parts(term, whole)
            short_documents, short_parts = self._short.parts(term, short)
            entries = lists[term] = Entries(
                count=len(documents),
                short_count=len(short_documents),
                documents=documents,
                parts=parts,
                short_documents=short_documents,
                short_parts=short_parts,
            )
            entries.shorten()
        return lists


class _Lists:
    """The frequencies of all terms in one kind of text."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[array[int], array[float]]] = {}
        """Term → documents, and the frequency of the term in each."""
        self.lengths: array[float] = array("d")
        """Length of each document."""

    def add(self, frequencies: Mapping[str, float], length: float) -> None:
        document = len(self.lengths)
        self.lengths.append(length)
        rows = self.rows
        for term, frequency in frequencies.items():
            row = rows.get(term)
            if row is None:
                row = rows[term] = (array("i"), array("d"))
            row[0].append(document)
            row[1].append(frequency)

    def norms(self, average: float) -> list[float]:
        return [norm_of(length, average) for length in self.lengths]

    def parts(self, term: str, norms: Sequence[float]) -> tuple[array[int], array[float]]:
        """The documents of a term and its parts in them; its frequencies are dropped."""
        if term not in self.rows:
            return array("i"), array("d")
        documents, frequencies = self.rows.pop(term)
        parts = [
            frequency / (norms[document] + frequency)
            for document, frequency in zip(documents, frequencies, strict=True)
        ]
        return documents, array("d", parts)


class ScoredLists:
    """The lists of a mapping of entries, each made when it is asked for.

    Args:
        entries: term → its entries.
        total: the number of all documents.
    """

    def __init__(self, entries: Mapping[str, Entries], total: int) -> None:
        self._entries, self._total = entries, total
        self._lists: dict[str, TermList] = {}

    def get(self, term: str) -> TermList | None:
        """The list of a term; None if no document contains it."""
        scored = self._lists.get(term)
        if scored is None and (entries := self._entries.get(term)):
            scored = self._lists[term] = entries.scored(self._total)
        return scored
