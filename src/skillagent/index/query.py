"""A query as terms with weights, the nodes that it finds, and how well a graph answers it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

TELLING = 64
"""Number of the terms of a query, best first, by which hits are compared and explained."""


class Match(StrEnum):
    """How well a graph answers a query, judged by its best hit."""

    GOOD = "good"
    WEAK = "weak"
    """The best hit has only weak evidence: one common word, or a word with similar spelling."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Query:
    """The terms of a query and their weights."""

    text: str
    words: dict[str, str]
    """Term → the word of the query from which it was made."""
    order: dict[str, int]
    """Term → its position in the query."""
    weights: dict[str, float]
    """Term → its weight; first the term with the largest weight times idf (see `gains`)."""
    gains: dict[str, float]
    """Term → its weight times its inverse document frequency (idf), in the same order."""
    total: float
    """Sum over all words, also those that no node contains, of their weight times 1 + idf."""
    respelled: frozenset[str]
    """Terms that replace a word which no node contains by one with similar spelling."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A node that contains words of a query, or is close to it in meaning."""

    node: str
    score: float
    why: tuple[tuple[str, tuple[str, ...]], ...]
    """Fields with the words of the query that they contain, the field with most weight first."""
    linked_from: tuple[str, ...] = ()
    """Ids of other hits that link to it."""
    is_close: bool = False
    """Whether it is among the closest nodes in meaning."""
