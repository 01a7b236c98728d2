"""How close nodes are to a query in meaning, and how that changes their scores.

The two rankings are joined by a weighted sum of normalised scores (Bruch, Gai and Ingber, "An
Analysis of Fusion Functions for Hybrid Retrieval", ACM TOIS 2023). A sum of reciprocal ranks was
worse on all sets that were measured; see docs/ranking-benchmark.md.

Above: `search`; `meaning`, which finds out. Below: `scores`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from skillagent.index.scores import best

WEIGHT = 0.5
"""Weight of the closest node in meaning; the best hit by words has as much as its strength, up to
1. So the less the words of a question tell, the more its meaning counts."""
CLOSEST = 10
"""Nodes that are hits by their meaning, even if they contain no word of the query."""
USUAL = 0.15
"""Similarity of a node to a question that it does not answer. How it was chosen:
`benchmarks.off_subject`."""


@dataclass(frozen=True, slots=True)
class Closeness:
    """How close nodes are to one query in meaning."""

    similarity: Mapping[int, float]
    """Document → cosine of the angle between its vector and the query's."""
    shares: Mapping[int, float]
    """Document → where its similarity lies between the mean, 0, and the best, 1. Only for those
    above the mean."""

    def closest(self, documents: Collection[int]) -> dict[int, None]:
        """The documents among these that are most similar to the query; never more than `CLOSEST`.

        Args:
            documents: the documents that can be hits.
        """
        if not self.shares:
            return {}
        shares = {
            document: self.shares[document] for document in documents if document in self.shares
        }
        return dict.fromkeys(document for document, _ in best(shares, CLOSEST))

    def strength(self, document: int) -> float:
        """How well a document answers the query by its meaning; see `SearchIndex.strength`."""
        return max(0.0, self.similarity.get(document, USUAL) - USUAL)


NO_CLOSENESS = Closeness({}, {})


def add_meaning(scores: dict[int, float], closeness: Closeness, strength: float) -> None:
    """Add what meaning tells to the scores by words, also for documents without such a score.

    Args:
        scores: document → its score by words.
        closeness: how close the documents are to the query.
        strength: how well the best document answers the query by its words.
    """
    # The scores keep their scale: what is added is scaled up, not they down.
    scale = WEIGHT * max(scores.values()) / min(strength, 1.0) if scores else WEIGHT
    for document, share in closeness.shares.items():
        scores[document] = scores.get(document, 0.0) + scale * share
