"""A question as the index understands it, and how well it is answered."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Match(StrEnum):
    """How far the nodes of a graph answer a query."""

    GOOD = "good"
    WEAK = "weak"
    """The best hit rests on little: one common word, or one that is only spelled alike."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Query:
    """The terms that a query is searched by."""

    text: str
    words: dict[str, str]
    """Term → the word of the query that it stands for."""
    order: dict[str, int]
    """Term → its place in the query."""
    weights: dict[str, float]
    """Term → what it counts, the term that can add most to a score first."""
    tells: dict[str, float]
    """Term → what it counts, times its idf, in the same order."""
    told: float
    """The sum of what each word counts, times 1 + idf, those that no node holds among them."""
    respelled: frozenset[str]
    """Terms that stand for a word which no node holds."""
