"""Chaos: random faults at given rates, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from skillagent.errors import UsageError
from skillagent.messages import Stop
from skillagent.testing.policies import WRONG
from skillagent.testing.script import Call, Fault, Turn

TurnChange = Callable[[Turn, random.Random], Turn]


def _fault(make: Callable[[random.Random], Fault]) -> TurnChange:
    return lambda turn, dice: replace(turn, fault=make(dice))


KINDS: dict[str, TurnChange] = {
    "400": _fault(lambda dice: Fault.status(400)),
    "401": _fault(lambda dice: Fault.status(401)),
    "429": _fault(lambda dice: Fault.status(429, retry_after=0)),
    "500": _fault(lambda dice: Fault.status(500, times=dice.randint(1, 4))),
    "502": _fault(lambda dice: Fault.status(502)),
    "529": _fault(lambda dice: Fault.status(529, times=dice.randint(1, 4))),
    "reset": _fault(lambda dice: Fault.reset()),
    "timeout": _fault(lambda dice: Fault.timeout()),
    "error_event": _fault(lambda dice: Fault.error_event(dice.randint(0, 4))),
    "cut": _fault(lambda dice: Fault.cut(dice.randint(0, 4))),
    "drop": _fault(lambda dice: Fault.drop(dice.randint(0, 4))),
    "stall": _fault(lambda dice: Fault.stall(dice.randint(0, 4))),
    "corrupt": _fault(lambda dice: Fault.corrupt(dice.randint(0, 4))),
    "garbage": _fault(lambda dice: Fault.garbage()),
    "refusal": lambda turn, dice: Turn(text="I will not.", stop=Stop.REFUSAL),
    "empty": lambda turn, dice: Turn(),
    "max_tokens": lambda turn, dice: replace(turn, stop=Stop.MAX_TOKENS),
    "wrong_call": lambda turn, dice: Turn(calls=(dice.choice(WRONG),)),
    "half_call": lambda turn, dice: Turn(
        calls=(Call("read_node", '{"node": "'),), stop=Stop.MAX_TOKENS
    ),
    "same_id": lambda turn, dice: Turn(
        calls=(Call("list_index", {}, "same"), Call("read_node", {"node": "x"}, "same"))
    ),
}
"""Kinds of fault, each with what it makes of a turn."""


@dataclass(frozen=True, slots=True)
class Chaos:
    """Faults at given rates.

    Raises:
        UsageError: a kind is unknown, a rate is negative, or the rates add up to more than 1.
    """

    rates: Mapping[str, float]
    """Kind of `KINDS` → share of the turns that it changes; together at most 1.0."""
    seed: int = 0

    def __post_init__(self) -> None:
        unknown = sorted(set(self.rates) - set(KINDS))
        if unknown:
            raise UsageError(f"no such chaos: {', '.join(unknown)}; there is {', '.join(KINDS)}")
        if min(self.rates.values(), default=0) < 0 or sum(self.rates.values()) > 1 + 1e-9:
            raise UsageError("rates of chaos are shares: none below 0, together at most 1")

    @classmethod
    def even(cls, total: float, seed: int = 0) -> Chaos:
        """Every kind equally often.

        Args:
            total: share of the turns that any fault changes.
            seed: seed of the random numbers.
        """
        return cls(dict.fromkeys(KINDS, total / len(KINDS)), seed)

    def strike(self, turn: Turn, number: int) -> Turn:
        """The turn, perhaps changed by a fault.

        Args:
            turn: what the model would say.
            number: number of the turn; each has its own random numbers.
        """
        dice = random.Random(f"{self.seed}:{number}")
        remainder = dice.random()
        for kind in sorted(self.rates):
            remainder -= self.rates[kind]
            if remainder < 0:
                return KINDS[kind](turn, dice)
        return turn
