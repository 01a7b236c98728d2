"""What a provider reported for one turn of a session, beside our own count.

Above: `ledger`, `state`. Below: `messages`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from skillagent.messages import Usage


@dataclass(frozen=True, slots=True)
class TurnUsage:
    """The usage that a provider reported for one turn, beside our own count."""

    counted: int
    """Tokens of the prompt by our counter, without what the provider adds to it."""
    usage: Usage
    model: str = ""
    """The model that gave the reply."""
    dollars: float | None = None
    """Price of the turn in US dollars; None if the price of the model is not known."""
    disclosed: int = 0
    """Tokens that the session had disclosed before the turn, by our counter."""

    @property
    def ratio(self) -> float:
        """Reported input tokens over counted ones; above 1.0 our counter counts too few."""
        return self.usage.input / self.counted if self.counted else 0.0

    def to_json(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "counted": self.counted,
            **asdict(self.usage),
            "dollars": self.dollars,
            "disclosed": self.disclosed,
        }


Turn = TurnUsage
"""The first public name of `TurnUsage`. It stays, because programs may import it."""
