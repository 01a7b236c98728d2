"""How many tokens may be shown: in all, and by one call."""

from __future__ import annotations

from dataclasses import dataclass

from skillagent.errors import UsageError

DEFAULT_BUDGET = 8_000
RESERVE = 120
"""Tokens kept back so that the last answer can say that the budget is spent."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits of one session, in tokens of the session's counter.

    Raises:
        UsageError: a limit is negative.
    """

    total: int = DEFAULT_BUDGET
    """All answers of the session together."""
    per_call: int | None = None
    """One answer at most; None for half of the total."""
    characters: int | None = None
    """Characters of one answer at most, for hosts that cut longer ones; None for no limit."""

    def __post_init__(self) -> None:
        if min(self.total, self.per_call or 0, self.characters or 0) < 0:
            raise UsageError("a budget cannot be negative")

    @property
    def cap(self) -> int:
        """One answer at most."""
        tokens = self.total // 2 if self.per_call is None else min(self.per_call, self.total)
        if self.characters is None:
            return tokens
        # Prose has about four characters a token: plans made for that mostly fit at once.
        return min(tokens, self.characters // 4)

    @property
    def reserve(self) -> int:
        """What only the last answer may use."""
        return min(RESERVE, self.total // 8)
