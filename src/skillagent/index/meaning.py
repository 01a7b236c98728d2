"""How close the nodes of a graph are to a query in meaning.

Each node has two vectors: one for its title and description, one for these with the beginning of
its text. The closer one counts. Vectors have whole numbers, so similarities are exact on every
machine.

Above: `search`. Below: `closeness`, `embeddings`.
"""

from __future__ import annotations

from typing import Any

from skillagent.embeddings import Embedder, compact, vectors_of
from skillagent.embeddings.vectors import UNIT
from skillagent.errors import MissingPackageError
from skillagent.graph import Node, NodeKind, SkillGraph
from skillagent.index.closeness import NO_CLOSENESS, Closeness
from skillagent.progress import Progress, no_progress

BEGINNING = 2_000
"""Characters of a text that are embedded; the model reads about 1,200 of them."""
PLACES = 3
"""Decimal places of scores by meaning: smaller differences between machines do not change them."""


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
            body = "" if node.kind is NodeKind.LOG else node.document.body
            wholes.append(f"{head}\n{body}"[:BEGINNING])
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


def _head(node: Node) -> str:
    if node.description_derived or node.kind is NodeKind.LOG:
        return node.title
    return f"{node.title}\n{node.description}"


def _matrix(vectors: list[bytes]) -> Any:
    """Vectors as the rows of a matrix of 32-bit floats."""
    try:
        import numpy
    except ImportError:
        raise MissingPackageError("numpy", "semantic", "search by meaning") from None
    rows = numpy.frombuffer(b"".join(vectors), dtype=numpy.int8)
    return rows.reshape(len(vectors), -1).astype(numpy.float32)
