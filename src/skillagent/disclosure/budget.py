"""The budget of a session: how many tokens all answers, and one answer, may cost."""

from __future__ import annotations

from dataclasses import dataclass

from skillagent.errors import UsageError

DEFAULT_BUDGET = 8_000
RESERVE, SMALL_RESERVE = 120, 30
"""Tokens kept for the last answer, which says that the budget is spent: at most, and enough for its
shortest text."""


@dataclass(frozen=True, slots=True)
class Budget:
    """The limits of one session, in tokens as the session's counter counts them.

    Raises:
        UsageError: a limit is negative.
    """

    total: int = DEFAULT_BUDGET
    """Most tokens of all answers together."""
    per_call: int | None = None
    """Most tokens of one answer; None for half of the total."""
    characters: int | None = None
    """Most characters of one answer, for hosts that cut longer ones; None for no limit."""

    def __post_init__(self) -> None:
        if min(self.total, self.per_call or 0, self.characters or 0) < 0:
            raise UsageError("a budget cannot be negative")

    @property
    def cap(self) -> int:
        """Most tokens of one answer."""
        tokens = self.total // 2 if self.per_call is None else min(self.per_call, self.total)
        if self.characters is None:
            return tokens
        # Prose has about four characters a token: drafts made for that mostly fit at once.
        return min(tokens, self.characters // 4)

    @property
    def reserve(self) -> int:
        """Tokens that only the last answer may use."""
        return min(RESERVE, max(SMALL_RESERVE, self.total // 16), self.total // 8)
