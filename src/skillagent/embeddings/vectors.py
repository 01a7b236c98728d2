"""The form of vectors: one signed byte a component, so that products of two are exact.

Sums of floating-point numbers depend on their order, and this order depends on the machine. Whole
numbers do not have this problem. The last bits of what a model computes differ between machines,
too; rounding to a byte hides nearly all such differences.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from skillagent.embeddings.embedder import Embedder
from skillagent.progress import Progress, no_progress

if TYPE_CHECKING:
    from skillagent.embeddings.vector_cache import VectorCache

UNIT = 127
"""Length of a vector in its form as bytes."""
BATCH = 32
"""Texts between two writes to the file: so much is lost if a process is killed."""


def compact(vector: Sequence[float]) -> bytes:
    """A vector of length `UNIT` in the same direction, one signed byte a component."""
    length = math.sqrt(math.fsum(part * part for part in vector))
    scale = UNIT / length if length else 0.0
    return array("b", [round(part * scale) for part in vector]).tobytes()


def vectors_of(
    texts: Iterable[str],
    embedder: Embedder,
    cache: VectorCache,
    progress: Progress = no_progress,
) -> dict[str, bytes]:
    """Text → its vector in the form of `compact`; only texts that are not kept are computed.

    Args:
        texts: the texts.
        embedder: computes the vectors.
        cache: keeps the vectors of this embedder.
        progress: receives how many of the missing texts are done.
    """
    wanted = list(dict.fromkeys(texts))
    vectors = cache.read(wanted)
    missing = [text for text in wanted if text not in vectors]
    for start in range(0, len(missing), BATCH):
        progress("embedding", start, len(missing))
        batch = missing[start : start + BATCH]
        new = dict(zip(batch, map(compact, embedder.embed(batch)), strict=True))
        cache.write(new)
        vectors.update(new)
    if missing:
        progress("embedding", len(missing), len(missing))
    return vectors
