"""Finds the titles of documents in the text of others.

Titles are kept in a tree, word by word, so the time grows with the text and not with the number
of titles. Letters must have the same case. Of two titles that begin at one word the longer counts.

Above: `passages`. Below: nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

SHORTEST = 5
"""Fewest characters of a title that is searched for; shorter ones are mostly common words."""

_TOKEN = re.compile(r"\w+|\W")


class Mention(NamedTuple):
    """A title in a text."""

    title: str
    start: int
    end: int


@dataclass(slots=True)
class _Branch:
    """Titles that begin with the same tokens."""

    title: str = ""
    """The title that ends here; empty if none does."""
    longer: dict[str, _Branch] = field(default_factory=dict)


class Titles:
    """Titles that are searched for.

    Args:
        titles: the titles; those that are too short are left out.
    """

    def __init__(self, titles: Iterable[str]) -> None:
        self._root = _Branch()
        for title in titles:
            if len(title) >= SHORTEST:
                branch = self._root
                for token in _TOKEN.findall(title):
                    branch = branch.longer.setdefault(token, _Branch())
                branch.title = title

    def mentions(self, text: str, own: str) -> Iterator[Mention]:
        """All titles in a text, from left to right; they do not overlap.

        Args:
            text: the text.
            own: the title of the text itself, which is not searched for; a shorter one that it
                begins with is.
        """
        tokens = list(_TOKEN.finditer(text))
        at = 0
        while at < len(tokens):
            title, count = self._longest(tokens, at, own)
            if count:
                yield Mention(title, tokens[at].start(), tokens[at + count - 1].end())
            at += count or 1

    def _longest(self, tokens: list[re.Match[str]], at: int, own: str) -> tuple[str, int]:
        title, count = "", 0
        branch = self._root
        for place in range(at, len(tokens)):
            following = branch.longer.get(tokens[place][0])
            if following is None:
                break
            branch = following
            if branch.title and branch.title != own:
                title, count = branch.title, place - at + 1
        return title, count
