"""Compares the events of a replay with the recorded ones, as they come.

The replay is stopped at the first difference, and where the recorded run was stopped.

Above: `answers`. Below: `divergence`, `runs`.
"""

from __future__ import annotations

from skillagent.agent import EndReason
from skillagent.digest import canonical_json
from skillagent.repro.cassette_provider import Stopped
from skillagent.repro.divergence import (
    Divergence,
    DivergenceKind,
    differs_in_secrets,
    of_events,
)
from skillagent.runs import RunRecord, TraceEvent
from skillagent.runs.model_exchange import ModelExchange, ModelRequest
from skillagent.runs.recorder import TRACE
from skillagent.secrets import SCRUBBED


class Diverged(BaseException):
    """The replay has come to an event that is not the recorded one."""

    # No `except Exception` of a provider or a driver may take it for its own failure.

    def __init__(self, divergence: Divergence) -> None:
        super().__init__(divergence.what)
        self.divergence = divergence


class EndOfRecord(BaseException):
    """Everything that was recorded has been replayed; the recorded process was killed here."""


class CannotGoOn(BaseException):
    """What comes now depends on something that was not recorded; the message tells on what."""


class Comparison:
    """A sink that compares each event with the recorded one."""

    def __init__(self, record: RunRecord) -> None:
        self._record = record
        self._events = record.events
        self._recorded = [exchange.request for _, exchange in record.exchanges()]
        self._now: ModelRequest | None = None
        self._turn = 0
        self.place = 0
        """How many events were the same."""
        self._stopped_at = -1
        self._is_over = False

    def request(self, request: ModelRequest) -> None:
        self._now = request
        self._turn += 1

    def exchange(self, exchange: ModelExchange) -> None:
        pass

    def event(self, event: TraceEvent) -> None:
        if self._is_over:
            return  # an agent that is being stopped says how it ended
        if self.place >= len(self._events):
            self._is_over = True
            if self._record.is_complete:
                raise Diverged(self._more(event))
            raise EndOfRecord
        recorded = self._events[self.place]
        if recorded.hashed != event.hashed:
            if self._is_stop() and self._stopped_at != self.place:
                # The user stopped the recorded run at this place, in no request.
                self._stopped_at = self.place
                raise Stopped
            self._is_over = True
            if reason := self._secret_behind(recorded, event):
                raise CannotGoOn(reason)
            raise Diverged(self._different(recorded, event))
        self.place += 1
        if event.kind == "call" and self._is_stop():
            # A call that was stopped was not charged, so it must not be carried out now.
            self._stopped_at = self.place
            raise Stopped

    def _is_stop(self) -> bool:
        """Whether the user stopped the recorded run here."""
        if self.place >= len(self._events):
            return False
        event = self._events[self.place]
        return event.kind == "end" and event.fields.get("reason") == EndReason.INTERRUPTED

    def missing(self) -> Divergence | None:
        """The difference if the replay has ended before the record."""
        if self.place >= len(self._events):
            return None
        event = self._events[self.place]
        what = f"the replay ends here; {event.kind!r} was recorded"
        return Divergence(DivergenceKind.LENGTH, self.place + 1, event.line, what)

    def _more(self, event: TraceEvent) -> Divergence:
        what = f"the record ends here; now comes {event.kind!r}"
        return Divergence(DivergenceKind.LENGTH, self.place + 1, 0, what)

    def _different(self, recorded: TraceEvent, event: TraceEvent) -> Divergence:
        return of_events(self.place, self._turn, recorded, event, self._requests())

    def _requests(self) -> tuple[ModelRequest, ModelRequest] | None:
        """The recorded request of this turn, and the present one."""
        if self._now is None or not 0 < self._turn <= len(self._recorded):
            return None
        return self._recorded[self._turn - 1], self._now

    def _secret_behind(self, recorded: TraceEvent, event: TraceEvent) -> str:
        """Which secret that was not recorded explains a difference; empty if none does."""
        place = f"{TRACE}:{recorded.line}"
        was, now = recorded.hashed, event.hashed
        pair = self._requests()
        if recorded.kind == event.kind == "request" and pair is not None:
            was, now = (canonical_json(dict(request.body)) for request in pair)
        if differs_in_secrets(was, now):
            return (
                f"a secret in {recorded.kind!r} ({place}) was known when it was recorded, from an "
                "environment variable or from text before it, and is not known now"
            )
        if recorded.kind not in ("answer", "instructions"):
            return ""
        call = self._call_before(recorded)
        if call is not None and SCRUBBED in call.hashed:
            return (
                f"a secret in the arguments of {call.fields['id']} ({TRACE}:{call.line}) was not "
                "recorded, and its answer depends on it"
            )
        if SCRUBBED.encode() in self._record.resumed():
            return (
                f"a secret in the conversation before it was not recorded, and {recorded.kind!r} "
                f"({place}) may depend on it"
            )
        return ""

    def _call_before(self, answer: TraceEvent) -> TraceEvent | None:
        """The call that was answered."""
        wanted = answer.fields.get("id")
        calls = (event for event in reversed(self._events[: self.place]) if event.kind == "call")
        return next((event for event in calls if event.fields["id"] == wanted), None)
