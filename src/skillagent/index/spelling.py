"""Finds words of the graph that are spelled like a word of a query that no node contains."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from unicodedata import combining, normalize

CUTOFF = 78.0
"""Minimum similarity of two words, from 0 to 100: the normalised indel similarity of RapidFuzz."""
SHORTEST = 4
"""Minimum number of letters of a word for which similar words are looked up."""

_ACCENTS = {202, 216, 220, 230}
"""Combining classes: attached below, attached above right, below and above a letter."""
_STROKES = str.maketrans("đħıłøŧ", "dhilot")
"""Letters that Unicode does not decompose into a letter and an accent → their base letter."""


class Spelling:
    """Words and terms of a graph that can be looked up by their spelling.

    Args:
        names: returns the words of the names of nodes, in order; misspelled words are compared
            with these.
        accented: returns the terms of the graph that have a letter which is not ASCII.
        knows: whether the graph has a term.
        count: returns the number of nodes that contain a word.
    """

    def __init__(
        self,
        names: Callable[[], Iterable[str]],
        accented: Callable[[], Iterable[str]],
        knows: Callable[[str], bool],
        count: Callable[[str], int],
    ) -> None:
        self._read_names, self._read_accented = names, accented
        self._knows = knows
        self._count = count

    def nearest(self, word: str) -> str | None:
        """The word of a name with the most similar spelling; None if none is similar enough.

        Of equally similar words, the one that most nodes contain. Accents are ignored, because
        people often omit them.
        """
        from rapidfuzz import fuzz, process

        if len(word) < SHORTEST:
            return self._names.get(plain(word))
        similar = process.extract(
            plain(word), self._choices, scorer=fuzz.ratio, limit=5, score_cutoff=CUTOFF
        )
        best = [self._names[name] for name, score, _ in similar if score == similar[0][1]]
        return min(best, key=lambda name: (-self._count(name), name), default=None)

    def accented(self, term: str) -> str | None:
        """The term of the graph that differs only in its accents; None if there is none."""
        unaccented = plain(term)
        return unaccented if self._knows(unaccented) else self._accented.get(unaccented)

    @property
    def has_accents(self) -> bool:
        """True if any term of the graph has a letter that is not ASCII."""
        return bool(self._accented)

    @cached_property
    def _names(self) -> dict[str, str]:
        """Word without accents → the word as it is in a name."""
        return {plain(word): word for word in self._read_names()}

    @cached_property
    def _choices(self) -> list[str]:
        return list(self._names)

    @cached_property
    def _accented(self) -> dict[str, str]:
        """Term without accents → the term as it is in the graph."""
        return {plain(term): term for term in self._read_accented()}


def plain(word: str) -> str:
    """A word without the accents on its letters."""
    if word.isascii():
        return word
    decomposed = normalize("NFD", word).translate(_STROKES)
    return "".join(letter for letter in decomposed if combining(letter) not in _ACCENTS)
