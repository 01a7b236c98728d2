"""The ranking for comparison: BM25 of the whole text, plus BM25 of names and descriptions.

It uses `bm25s`, with English stemming and stop words. The parameters (k1, b, and the weight of
names and descriptions) are those with the best mean reciprocal rank on the tuning half of a set.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

from benchmarks.ranking_sets import Question
from skillagent import SkillGraph
from skillagent.evals.policies.lexical import tokens

try:
    import bm25s
except ImportError as error:
    raise SystemExit("the ranking benchmark needs bm25s: pip install bm25s") from error

K1 = (0.9, 1.2, 1.6, 2.0, 2.5)
B = (0.3, 0.5, 0.75, 0.9)
WEIGHTS = (0.0, 0.25, 0.5, 1.0, 2.0)


class FusedBM25:
    """Ranks the nodes of a graph by the sum of both scores.

    Args:
        graph: the graph whose nodes are ranked.
        k1, b: parameters of BM25.
        weight: weight of names and descriptions; the weight of the whole text is 1.
    """

    def __init__(self, graph: SkillGraph, k1: float, b: float, weight: float) -> None:
        self.k1, self.b, self.weight = k1, b, weight
        nodes = graph.nodes.values()
        self._ids = list(graph.nodes)
        self._whole = _index([node.document.text for node in nodes], k1, b)
        self._short = _index([f"{node.title}\n{node.description}" for node in nodes], k1, b)

    def rank(self, query: str) -> list[str]:
        """All nodes with a score, best first; equal ones in their order in the graph."""
        words = tokens([query])[0]
        if not words:
            return []
        scores = self._whole.get_scores(words) + self.weight * self._short.get_scores(words)
        order = sorted(range(len(self._ids)), key=lambda at: (-scores[at], at))
        return [self._ids[at] for at in order if scores[at] > 0]

    def __str__(self) -> str:
        return f"k1 {self.k1}, b {self.b}, names and descriptions × {self.weight}"


def tuned(graph: SkillGraph, questions: Sequence[Question]) -> FusedBM25:
    """The ranking with the best parameters for these questions; the first of equal ones."""
    ranked = [FusedBM25(graph, k1, b, weight) for k1, b, weight in product(K1, B, WEIGHTS)]
    return max(ranked, key=lambda ranker: _reciprocal_rank(ranker, questions))


def _reciprocal_rank(ranker: FusedBM25, questions: Sequence[Question]) -> float:
    total = 0.0
    for question in questions:
        order = ranker.rank(question.text)
        places = [order.index(node) for node in question.gold if node in order]
        total += sum(1 / (1 + place) for place in places) / len(question.gold)
    return total


def _index(texts: list[str], k1: float, b: float) -> Any:
    index = bm25s.BM25(k1=k1, b=b)
    index.index(tokens(texts), show_progress=False)
    return index
