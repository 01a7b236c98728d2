"""Which turn answers a request: a retry gets its own again, and faults strike as often as said.

Above: `mock`, which holds its lock while it asks. Below: `script` and `chaos`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from skillagent.digest import sha256
from skillagent.testing.conversation import Conversation
from skillagent.testing.mock.chaos import Chaos
from skillagent.testing.script import Policy, Turn

RETRIES = "x-stainless-retry-count"
"""The header in which both SDKs count how often they have asked before."""
HELD = 4_096
"""Requests of which it is known how they were answered; older ones are retried no more."""


@dataclass(slots=True)
class _Attempt:
    """A turn on its way to a client."""

    turn: Turn
    number: int
    struck: int = 0
    """How often its fault has."""
    given: str = ""
    """Digest of the request that it answered; empty while it is still in the script."""


class Attempts:
    """Turns in their order, or from a policy, each given out until it has arrived.

    Requests are told apart by their bodies, so that retries of several conversations at once
    do not get in each other's way.

    Args:
        script: turns in their order, or a policy.
        chaos: what becomes of them.
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
        """What the script still holds."""
        return tuple(self._left)

    def next(
        self, conversation: Conversation, headers: Mapping[str, str], raw: bytes
    ) -> tuple[Turn, int] | None:
        """The turn that answers, and its number from 1; None if there is none left.

        Args:
            conversation: for a policy.
            headers: of the request, by lower-case names.
            raw: its body.
        """
        key = sha256(raw)
        attempt = self._by_body.get(key)
        retry = headers.get(RETRIES, "0") != "0"
        if attempt is not None and attempt.given:
            if retry and attempt.given == key:
                # It broke in mid-answer, or came too late: the client asks for it once more.
                return replace(attempt.turn, fault=None), attempt.number
            attempt = None
        if attempt is None:
            attempt = self._new(conversation)
            if attempt is None:
                return None
            self._by_body[key] = attempt
            if len(self._by_body) > HELD:
                del self._by_body[next(iter(self._by_body))]
        return self._strike(attempt, key), attempt.number

    def _new(self, conversation: Conversation) -> _Attempt | None:
        """A turn for a request that was not seen before.

        In a script, one whose fault left it there goes to whoever asks next: an agent that was
        refused seldom asks the very same again.
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
        attempt.given = key
        if attempt is self._head:
            self._head, self._left = None, self._left[1:]
        return attempt.turn if strikes else replace(attempt.turn, fault=None)
