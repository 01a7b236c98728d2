"""The words of secrets, which a search repeats in lower case and apart from each other.

A query that is a key comes back in an answer as the words that a node matches. No format is left
of them then, so they are removed because the key was seen before.

Above: `scrubber`. Below: nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from skillagent.secrets.formats import has_digit

REMEMBERED = 10_000
"""Most texts of a session that are remembered."""
SHORTEST_WORD = 6
"""Least characters of a word that is removed by itself."""

_WORD = re.compile(r"[^\W_]+")


class SecretWords:
    """Collects the words of the secrets of one session; finds them in any case.

    Only words that look like part of a key are collected, with a digit or with capitals after
    small letters: the words of a pass phrase stand in every other text, too.
    """

    def __init__(self) -> None:
        self._words: set[str] = set()
        self._cleaned: dict[str, str] = {}

    def add(self, secret: str) -> None:
        """Remember the words of a secret."""
        words = {
            word.casefold()
            for word in _WORD.findall(secret)
            if len(word) >= SHORTEST_WORD and _is_of_a_key(word)
        }
        if not words <= self._words:
            self._words |= words
            self._cleaned.clear()

    def cleaned(self, text: str, clean: Callable[[str], str]) -> str:
        """A text without secrets; each text is looked at once, for a conversation repeats them.

        Args:
            text: the text.
            clean: removes its secrets.
        """
        known = self._cleaned.get(text)
        if known is None:
            known = clean(text)
            if len(self._cleaned) < REMEMBERED:
                self._cleaned[text] = known
        return known

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Start and end of every whole word of a text that was remembered."""
        if not self._words:
            return
        for match in _WORD.finditer(text):
            if len(match[0]) >= SHORTEST_WORD and match[0].casefold() in self._words:
                yield match.span()


def _is_of_a_key(word: str) -> bool:
    is_mixed = any(before.islower() and letter.isupper() for before, letter in pairwise(word))
    return is_mixed or (has_digit(word) and any(map(str.isalpha, word)))
