"""The protocol of an embedding model: texts of similar meaning get vectors of similar direction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Embedder(Protocol):
    """An embedding model."""

    @property
    def name(self) -> str:
        """Names the model and its version.

        Vectors are kept under this name, and run records have it. So whatever changes a vector
        must change the name.
        """
        ...

    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """The vector of each text, all of the same length; threads may call it at the same time.

        A vector must not depend on the other texts of the call.
        """
        ...


def embedder_of(semantic: bool | Embedder) -> Embedder | None:
    """The model by which a graph is searched.

    Args:
        semantic: True for the model that the extra `semantic` installs, False for none; a model
            is returned as it is.

    Raises:
        MissingPackageError: a package of the extra is not installed.
    """
    if isinstance(semantic, bool):
        if not semantic:
            return None
        # Imported late, because most searches need no model.
        from skillagent.embeddings.minilm import installed_model

        return installed_model()
    return semantic
