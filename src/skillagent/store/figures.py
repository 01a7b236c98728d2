"""What is counted of texts, kept by the digest of the file: for all sessions and across reloads."""

from __future__ import annotations

from collections.abc import Callable


class Figures:
    """Costs of nodes, and which files are shown exactly as they are written.

    Two threads that ask for the same figure at once may both count it; they count the same.
    """

    def __init__(self) -> None:
        self._costs: dict[tuple[str, str], int] = {}
        self._plain: dict[str, bool] = {}

    def cost(self, digest: str, counter: str, count: Callable[[], int]) -> int:
        """Tokens of a node's whole text, counted at the first call.

        Args:
            digest: of the node's file.
            counter: name of the token counter, and of the form in which the text is shown.
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
            digest: of the file.
            compare: compares the text that is shown with the one that is written.
        """
        plain = self._plain.get(digest)
        if plain is None:
            plain = self._plain[digest] = compare()
        return plain
