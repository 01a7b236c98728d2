"""How close the nodes of a graph are to a query in meaning, and how that changes a ranking.

Each node has two vectors: one for its title and description, one for these with the beginning of
its text. The closer one counts. Vectors have whole numbers, so similarities are exact on every
machine.

The two rankings are joined by a weighted sum of normalised scores (Bruch, Gai and Ingber, "An
Analysis of Fusion Functions for Hybrid Retrieval", ACM TOIS 2023). A sum of reciprocal ranks was
worse on all sets that were measured; see docs/ranking-benchmark.md.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from skillagent.embeddings import Embedder, compact, vectors_of
from skillagent.embeddings.vectors import UNIT
from skillagent.errors import MissingPackageError
from skillagent.graph import Node, SkillGraph
from skillagent.index.scores import best
from skillagent.progress import Progress, no_progress

BEGINNING = 2_000
"""Characters of a text that are embedded; the model reads about 1,200 of them."""
WEIGHT = 0.5
"""Weight of the closest node in meaning; the best hit by words has as much as its strength, up to
1. So the less the words of a question tell, the more its meaning counts."""
CLOSEST = 10
"""Nodes that are hits by their meaning, even if they contain no word of the query."""
USUAL = 0.15
"""Similarity of a node to a question that it does not answer. How it was chosen:
`benchmarks.off_subject`."""
PLACES = 3
"""Decimal places of scores by meaning: smaller differences between machines do not change them."""


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


class Meaning:
    """The vectors of a graph's nodes.

    Args:
        graph: the graph.
        embedder: computes the vectors of texts.
        progress: receives how many texts are embedded.

    Raises:
        MissingPackageError: the package `numpy` is not installed.
    """

    def __init__(
        self, graph: SkillGraph, embedder: Embedder, progress: Progress = no_progress
    ) -> None:
        # Imported late, because SQLite would make every start slower.
        from skillagent.embeddings.vector_cache import user_cache

        self._embedder = embedder
        heads, wholes = [], []
        for node in graph.nodes.values():
            head = _head(node)
            heads.append(head[:BEGINNING])
            wholes.append(f"{head}\n{node.document.body}"[:BEGINNING])
        vectors = vectors_of((*heads, *wholes), embedder, user_cache(embedder.name), progress)
        self._matrices = [
            _matrix([vectors[text] for text in texts]) for texts in (heads, wholes) if texts
        ]

    def closeness(self, query: str) -> Closeness:
        """How close each node is to a query."""
        if not query.strip() or not self._matrices:
            return NO_CLOSENESS
        (vector,) = self._embedder.embed([query[:BEGINNING]])
        (column,) = _matrix([compact(vector)])
        # Every partial sum is a whole number below 2^24, which a 32-bit float holds exactly.
        products = [(matrix @ column).tolist() for matrix in self._matrices]
        similar = [max(pair) for pair in zip(*products, strict=True)]
        mean, top = sum(similar) / len(similar), max(similar)
        shares = {
            document: round((value - mean) / (top - mean), PLACES)
            for document, value in enumerate(similar)
            if value > mean
        }
        unit = UNIT * UNIT
        return Closeness(
            {document: round(value / unit, PLACES) for document, value in enumerate(similar)},
            shares,
        )


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


def _head(node: Node) -> str:
    return node.title if node.description_derived else f"{node.title}\n{node.description}"


def _matrix(vectors: list[bytes]) -> Any:
    """Vectors as the rows of a matrix of 32-bit floats."""
    try:
        import numpy
    except ImportError:
        raise MissingPackageError("numpy", "semantic", "search by meaning") from None
    rows = numpy.frombuffer(b"".join(vectors), dtype=numpy.int8)
    return rows.reshape(len(vectors), -1).astype(numpy.float32)
