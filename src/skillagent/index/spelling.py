"""Words of a query that no node holds: the known words that may be meant."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import cached_property
from unicodedata import combining, normalize

CUTOFF = 78.0
"""How alike a word must be, of 100: the normalised indel similarity of RapidFuzz."""
SHORTEST = 4
"""Letters of a word that is looked up by likeness."""

_ACCENTS = {202, 216, 220, 230}
"""Combining classes: attached below, attached above right, below and above a letter."""
_STROKES = str.maketrans("đħıłøŧ", "dhilot")
"""Letters whose accent is part of them."""


class Spelling:
    """Known words by how they are written.

    Args:
        names: words of names, in order: what a misspelled word is compared with.
        known: every term that a node holds.
        count: how many nodes hold a name word.
    """

    def __init__(
        self, names: Iterable[str], known: Collection[str], count: Callable[[str], int]
    ) -> None:
        self._names = {plain(word): word for word in names}
        self._known = known
        self._count = count

    def nearest(self, word: str) -> str | None:
        """The name word spelled most like a word; of equals, the one that more nodes hold.

        Accents do not count here: they are what is left out most.
        """
        from rapidfuzz import fuzz, process

        if len(word) < SHORTEST:
            return self._names.get(plain(word))
        near = process.extract(
            plain(word), self._choices, scorer=fuzz.ratio, limit=5, score_cutoff=CUTOFF
        )
        best = [self._names[name] for name, score, _ in near if score == near[0][1]]
        return min(best, key=lambda name: (-self._count(name), name), default=None)

    def accented(self, term: str) -> str | None:
        """The term as nodes hold it, where only its accents differ."""
        bare = plain(term)
        return bare if bare in self._known else self._unaccented.get(bare)

    @property
    def has_accents(self) -> bool:
        """True if any known term has a letter beyond ASCII."""
        return bool(self._unaccented)

    @cached_property
    def _choices(self) -> list[str]:
        return list(self._names)

    @cached_property
    def _unaccented(self) -> dict[str, str]:
        return {plain(term): term for term in self._known if not term.isascii()}


def plain(word: str) -> str:
    """A word without the accents on its letters."""
    if word.isascii():
        return word
    apart = normalize("NFD", word).translate(_STROKES)
    return "".join(letter for letter in apart if combining(letter) not in _ACCENTS)
