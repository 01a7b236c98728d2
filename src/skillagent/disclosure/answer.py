"""The answer to one call: its text, the same as values, and its cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from skillagent.disclosure.ledger import Disclosed

if TYPE_CHECKING:
    from skillagent.disclosure.results import Result
    from skillagent.messages import ToolResult


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one call."""

    text: str
    """What the model receives; empty once the budget is spent."""
    cost: int
    """Tokens of `text`."""
    remaining: int
    """Tokens left in the budget after it."""
    error: bool
    """Whether the call was refused."""
    result: Result
    """What `text` says, as typed values."""
    disclosed: tuple[Disclosed, ...] = ()
    call: int = 0
    """The call's number in the ledger."""
    room: int = 0
    """Tokens that later answers may cost: `remaining` without the reserve for the last one."""

    def as_result(self, call_id: str) -> ToolResult:
        """The answer as a tool result, independent of any provider.

        Args:
            call_id: the id that the provider gave the call.
        """
        from skillagent.messages import ToolResult

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
