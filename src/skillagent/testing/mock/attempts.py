"""Chooses the turn that answers a request: a retry gets the same turn again.

Above: `mock`, which holds its lock during each call. Below: `script` and `chaos`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from skillagent.digest import sha256
from skillagent.testing.conversation import Conversation
from skillagent.testing.mock.chaos import Chaos
from skillagent.testing.script import Policy, Turn

RETRIES = "x-stainless-retry-count"
"""Header in which both SDKs count how often they have sent the request before."""
REMEMBERED = 4_096
"""Number of requests whose turns are remembered; older ones are no longer seen as retried."""


@dataclass(slots=True)
class _Attempt:
    """A turn, until a client has received it."""

    turn: Turn
    number: int
    struck: int = 0
    """How often its fault has struck."""
    answered: str = ""
    """Digest of the request that it answered; empty while it is still in the script."""


class Attempts:
    """Turns in their order, or from a policy; each is repeated until it has arrived.

    Requests are distinguished by their bodies, so that retries of several conversations at the
    same time do not take each other's turns.

    Args:
        script: turns in their order, or a policy.
        chaos: random faults.
    """

    def __init__(self, script: Iterable[Turn] | Policy, chaos: Chaos | None = None) -> None:
        self._policy: Policy | None = script if callable(script) else None
        self._left = [] if callable(script) else list(script)
        self.script = tuple(self._left)
        self._chaos = chaos
        self._number = 0
        self._head: _Attempt | None = None
        self._by_body: dict[str, _Attempt] = {}

    @property
    def left(self) -> tuple[Turn, ...]:
        """The turns of the script that have not been used."""
        return tuple(self._left)

    def next(
        self, conversation: Conversation, headers: Mapping[str, str], raw: bytes
    ) -> tuple[Turn, int] | None:
        """The turn that answers, and its number from 1; None if no turn is left.

        Args:
            conversation: what the request says, for a policy.
            headers: headers of the request by lower-case names.
            raw: body of the request.
        """
        key = sha256(raw)
        attempt = self._by_body.get(key)
        is_retry = headers.get(RETRIES, "0") != "0"
        if attempt is not None and attempt.answered:
            if is_retry and attempt.answered == key:
                # The answer broke off or came too late, so the client sends the request again.
                return replace(attempt.turn, fault=None), attempt.number
            attempt = None
        if attempt is None:
            attempt = self._new(conversation)
            if attempt is None:
                return None
            self._by_body[key] = attempt
            if len(self._by_body) > REMEMBERED:
                del self._by_body[next(iter(self._by_body))]
        return self._strike(attempt, key), attempt.number

    def _new(self, conversation: Conversation) -> _Attempt | None:
        """A turn for a request that was not seen before; None if no turn is left.

        In a script, a turn whose fault replaced it goes to the next request, whatever that is: an
        agent whose request was refused seldom sends exactly the same one again.
        """
        if self._head is not None:
            return self._head
        if self._policy is None and not self._left:
            return None
        self._number += 1
        turn = self._policy(conversation) if self._policy is not None else self._left[0]
        if self._chaos is not None:
            turn = self._chaos.strike(turn, self._number)
        attempt = _Attempt(turn, self._number)
        if self._policy is None:
            self._head = attempt
        return attempt

    def _strike(self, attempt: _Attempt, key: str) -> Turn:
        fault = attempt.turn.fault
        strikes = fault is not None and attempt.struck < fault.times
        if strikes and fault is not None and (not fault.in_answer or fault.times > 1):
            attempt.struck += 1
            return attempt.turn
        attempt.answered = key
        if attempt is self._head:
            self._head, self._left = None, self._left[1:]
        return attempt.turn if strikes else replace(attempt.turn, fault=None)
