"""Keeps what was computed from a file, by its digest: for all sessions, and across reloads."""

from __future__ import annotations

from collections.abc import Callable


class DigestCache:
    """Token counts of nodes, and which files are shown exactly as they are written.

    It needs no lock: two threads that ask at the same time may both compute a value, but the same.
    """

    def __init__(self) -> None:
        self._costs: dict[tuple[str, str], int] = {}
        self._plain: dict[str, bool] = {}

    def cost(self, digest: str, counter: str, count: Callable[[], int]) -> int:
        """Tokens of a node's whole text, counted at the first call.

        Args:
            digest: SHA-256 of the node's file.
            counter: name of the token counter; another name if the text is shown in another form.
            count: counts the tokens.
        """
        key = (digest, counter)
        cost = self._costs.get(key)
        if cost is None:
            cost = self._costs[key] = count()
        return cost

    def is_plain(self, digest: str, compare: Callable[[], bool]) -> bool:
        """Whether a file is shown exactly as it is written, compared at the first call.

        Args:
            digest: SHA-256 of the file.
            compare: compares the text that is shown with the file's.
        """
        plain = self._plain.get(digest)
        if plain is None:
            plain = self._plain[digest] = compare()
        return plain
