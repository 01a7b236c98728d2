"""What one call gave, and the closing line that states what all of it costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from skillagent.disclosure.ledger import Disclosed
from skillagent.disclosure.results import Result
from skillagent.messages import ToolResult


@dataclass(frozen=True, slots=True)
class Answer:
    """What one call gave."""

    text: str
    """What the model receives; empty once the budget is spent."""
    cost: int
    """Tokens of `text`."""
    remaining: int
    """Tokens left behind it."""
    error: bool
    """True where the call was refused."""
    result: Result
    """The same as typed values."""
    disclosed: tuple[Disclosed, ...] = ()
    call: int = 0
    """Number of the call in the ledger."""
    room: int = 0
    """Tokens that later answers may cost: what remains, but for what the last one needs."""

    def as_result(self, call_id: str) -> ToolResult:
        """The answer as the result of a call, in no provider's own form."""
        data = {**self.result.to_json(), "room": self.room}
        return ToolResult(call_id, self.text, self.error, data)

    def to_json(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "cost": self.cost,
            "remaining": self.remaining,
            "error": self.error,
            "result": self.result.to_json(),
        }


def closed(body: str, count: Callable[[str], int], line: Callable[[int], str]) -> tuple[str, int]:
    """A text with its last line, and what both cost: the line states that very number.

    Args:
        body: what stands above the line.
        count: tokens of a text.
        line: the line, for a cost in tokens.
    """
    if not body.isascii():
        # Half a surrogate pair, as in a model's own query, has no UTF-8 form.
        body = body.encode("utf-8", "replace").decode("utf-8")
    cost = count(body)
    # A guess that mostly holds at once: the line's own tokens, for about this number.
    cost += count(f"\n{line(cost)}")
    for filler in ("", " .", " . ."):
        # The number changes its own length at most a few times before it holds; where it
        # never does, one more token in the line settles it.
        for _ in range(6):
            text = f"{body}\n{line(cost)}{filler}"
            found = count(text)
            if found == cost:
                return text, cost
            cost = found
    # No fixed point: the line may be off by a token, the charge is not.
    text = f"{body}\n{line(cost)}"
    return text, count(text)
