"""An embedding model for tests: words of one concept have one direction."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

CONCEPTS = (
    {"car", "cars", "automobile", "vehicle"},
    {"bread", "loaf", "sourdough"},
    {"harbour", "port", "quay"},
    {"seed", "random"},
)
OTHERS = 256


class Concepts:
    """Counts the words of each concept; all other words have small components of their own.

    Args:
        name: name of the model.
    """

    def __init__(self, name: str = "concepts") -> None:
        self.name = name
        self.texts: list[str] = []
        """All texts that were embedded, in order."""

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        self.texts += texts
        return [self._vector(text) for text in texts]

    @staticmethod
    def _vector(text: str) -> list[float]:
        words = re.findall(r"[a-z]+", text.casefold())
        others = [0.0] * OTHERS
        for word in words:
            if not any(word in concept for concept in CONCEPTS):
                others[zlib.crc32(word.encode()) % OTHERS] += 0.1
        return [*(float(sum(word in concept for word in words)) for concept in CONCEPTS), *others]
