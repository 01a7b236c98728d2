"""BM25 by the package `bm25s`, with English stemming and stop words: the search of the baselines.

Source: S. Robertson and H. Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond,
Foundations and Trends in Information Retrieval 3 (2009), in the variant of Lucene.

Above: the policies that search. Below: nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import Stemmer

from skillagent.errors import MissingPackageError

K1, B = 1.5, 0.75
"""What `bm25s` uses by default."""


class Lexical:
    """Ranks texts for a question.

    Args:
        texts: key → text.
        k1, b: parameters of BM25.
        split: the texts as `tokens` splits them, for several rankings of the same texts.

    Raises:
        MissingPackageError: `bm25s` is not installed.
    """

    def __init__(
        self,
        texts: Mapping[str, str],
        k1: float = K1,
        b: float = B,
        *,
        split: list[list[str]] | None = None,
    ) -> None:
        self._keys = list(texts)
        self._index = _bm25s().BM25(k1=k1, b=b)
        split = tokens(list(texts.values())) if split is None else split
        self._index.index(split, show_progress=False)

    def scores(self, question: str) -> list[float]:
        """The score of each text, in their order; all 0.0 if the question has no words."""
        words = tokens([question])[0]
        if not words:
            return [0.0] * len(self._keys)
        return [float(score) for score in self._index.get_scores(words)]

    def rank(self, question: str) -> list[str]:
        """The keys with a score, best first; equal ones in their order."""
        return ranked(self._keys, self.scores(question))


def ranked(keys: Sequence[str], scores: Sequence[float]) -> list[str]:
    """The keys with a score above zero, best first; equal ones in their order."""
    order = sorted(range(len(keys)), key=lambda at: (-scores[at], at))
    return [keys[at] for at in order if scores[at] > 0]


def tokens(texts: list[str]) -> list[list[str]]:
    """The stems of each text, without stop words."""
    split: list[list[str]] = _bm25s().tokenize(
        texts,
        stopwords="en",
        stemmer=Stemmer.Stemmer("english"),
        return_ids=False,
        show_progress=False,
    )
    return split


def _bm25s() -> Any:
    try:
        import bm25s
    except ImportError:
        raise MissingPackageError("bm25s", "eval", "a baseline that searches") from None
    return bm25s
