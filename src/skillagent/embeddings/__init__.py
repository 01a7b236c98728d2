"""Vectors for the meaning of texts: the model that makes them, and the file that keeps them.

`embedder` is the protocol of a model, `minilm` the one that packages ship, `vectors` the form in
which vectors are kept and compared, `vector_cache` the file. Above: `index`, which ranks by them.
"""

from skillagent.embeddings.embedder import Embedder, embedder_of
from skillagent.embeddings.vectors import compact, vectors_of

__all__ = ["Embedder", "compact", "embedder_of", "vectors_of"]
