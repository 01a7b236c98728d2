"""Turns the text of a query into terms with weights.

A word that a query repeats gets more weight, up to a limit: the third part of BM25 (`K3`; Robertson
and Zaragoza, "The Probabilistic Relevance Framework", 2009, 3.4.1). A word that no node contains is
replaced by the word of a name with the most similar spelling.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from skillagent.index.analyzer import is_part, query_words
from skillagent.index.detection import Languages
from skillagent.index.languages import stems
from skillagent.index.postings import Postings
from skillagent.index.query import Query
from skillagent.index.spelling import Spelling

K3 = 8.0
"""How fast the weight of a repeated word approaches its limit, which is 1 + K3."""
QUERY_WORDS = 300
"""Maximum number of different words of a query; the words after them are ignored."""
RESPELLED = 4
"""Maximum number of words for which similar spellings are looked up; the first ones."""
RESPELLED_WEIGHT = 0.7
"""Weight of a word with similar spelling, as a part of the weight of the original word."""
PART = 0.25
"""Weight of an unknown pair of characters: most pairs are not words."""


class QueryParser:
    """Parses queries to one graph.

    Args:
        postings: the postings of all nodes.
        spelling: the words of the graph.
        languages: the languages of the graph.
    """

    def __init__(self, postings: Postings, spelling: Spelling, languages: Languages) -> None:
        self._postings, self._spelling, self._languages = postings, spelling, languages
        self._stems = [stems(code) for code in languages.every]

    def parse(self, text: str) -> Query:
        """The terms of a query, with their weights."""
        counts: dict[str, float] = {}
        words: dict[str, str] = {}
        unknown: list[tuple[str, float]] = []
        word_counts = query_words(text, self._languages.of_query(text))
        for word, count in islice(word_counts.items(), QUERY_WORDS):
            known_terms = self._known_terms(word)
            for term in known_terms:
                counts[term] = counts.get(term, 0.0) + count
                words.setdefault(term, word)
            if not known_terms:
                unknown.append((word, count))
        idf = self._postings.idf
        weights = {term: _saturated(count) for term, count in counts.items()}
        total = sum([weight * (1 + idf(term)) for term, weight in weights.items()])
        missed = [_saturated(PART * count if is_part(word) else count) for word, count in unknown]
        total += sum(missed) * (1 + idf(""))
        respelled: set[str] = set()
        for word, count in unknown[:RESPELLED]:
            similar = self._spelling.nearest(word)
            for term in self._known_terms(similar) if similar else ():
                respelled.add(term)
                words.setdefault(term, f"{word}→{similar}")
                weights[term] = weights.get(term, 0.0) + RESPELLED_WEIGHT * _saturated(count)
        ranked = sorted([(-weight * idf(term), term) for term, weight in weights.items()])
        return Query(
            text,
            words,
            {term: number for number, term in enumerate(words)},
            {term: weights[term] for _, term in ranked},
            {term: -negative for negative, term in ranked},
            total,
            frozenset(respelled),
        )

    def _known_terms(self, word: str) -> Sequence[str]:
        """The stems of a word that nodes contain; if there are none, those with other accents."""
        postings, tables = self._postings, self._stems
        if len(tables) == 1:
            term = tables[0][word]
            if term in postings:
                return (term,)
            candidates = {term: None}
        else:
            candidates = dict.fromkeys(table[word] for table in tables)
            if in_graph := [term for term in candidates if term in postings]:
                return in_graph
        if word.isascii() and not self._spelling.has_accents:
            return ()
        return [accented for stem in candidates if (accented := self._spelling.accented(stem))]


def _saturated(count: float) -> float:
    return (1 + K3) * count / (K3 + count)
