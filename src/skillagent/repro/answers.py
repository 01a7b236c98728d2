"""Replays the answers of a record: recorded replies, today's code, and the recorded graph.

The agent runs again, with a provider that gives the recorded replies. Every event is compared
with the recorded one as it comes, so the replay stops at the first difference and names it. No
socket can be opened meanwhile.

Above: `verify`, `cli`. Below: `agent`, `cassette_provider`, `divergence`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from skillagent.agent import Agent, EndReason, Mark, saved
from skillagent.agent.agent import MAX_TURNS
from skillagent.digest import canonical_json
from skillagent.disclosure import Budget, Toolset
from skillagent.disclosure.served_call import Asked
from skillagent.errors import ProviderError, UsageError
from skillagent.messages import Message, ToolCall
from skillagent.providers import Provider
from skillagent.repro.cassette_provider import CassetteProvider, Stopped
from skillagent.repro.consistency import cassette_faults
from skillagent.repro.divergence import (
    Divergence,
    DivergenceKind,
    differs_in_secrets,
    of_events,
)
from skillagent.repro.no_network import no_network
from skillagent.repro.recorded_calls import call_again
from skillagent.runs import RunObserver, RunRecord, TraceEvent
from skillagent.runs.inputs import ModelInputs
from skillagent.runs.model_exchange import ModelExchange, ModelRequest
from skillagent.runs.recorder import SESSION, TRACE
from skillagent.secrets import SCRUBBED, Scrubber, SecretWords
from skillagent.store import GraphView
from skillagent.tokens import counter_named


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay showed."""

    same: int
    """How many events were the same."""
    events: int
    """How many were recorded."""
    divergence: Divergence | None
    """The first difference; None if there is none."""
    stopped: str = ""
    """Why the replay could not go on after the events that are the same; empty if it did."""

    def to_json(self) -> dict[str, Any]:
        return {
            "same": self.same,
            "events": self.events,
            "divergence": self.divergence and self.divergence.to_json(),
            "stopped": self.stopped,
        }


def replay_answers(record: RunRecord, graph: GraphView) -> Replayed:
    """Run a record again with its recorded replies.

    Args:
        record: the record.
        graph: the graph that was recorded, or another state of it.

    Raises:
        UsageError: the record cannot be replayed: its token counter is not available, or the
            conversation before it was not recorded.
    """
    is_damaged = record.damage and not record.is_cut_off
    if is_damaged and record.manifest.status == "complete":
        divergence = Divergence(DivergenceKind.TRACE, 0, 0, record.damage[0], record.damage[1:])
        return Replayed(0, len(record.events), divergence)
    if faults := cassette_faults(record):
        divergence = Divergence(DivergenceKind.CASSETTE, 0, 0, faults[0], faults[1:])
        return Replayed(0, len(record.events), divergence)
    with no_network():
        return replay_with(record, graph)


def replay_with(record: RunRecord, graph: GraphView, provider: Provider | None = None) -> Replayed:
    """Run a record again with a provider, and compare every event.

    Args:
        record: the record.
        graph: the graph.
        provider: answers the requests; None for the recorded replies.

    Raises:
        UsageError: see `replay_answers`.
    """
    sink = _Comparison(record)
    try:
        Replay(record, graph, sink, provider).run()
    except _Diverged as stop:
        return Replayed(sink.place, len(record.events), stop.divergence)
    except _EndOfRecord:
        pass
    except _CannotGoOn as stop:
        return Replayed(sink.place, len(record.events), None, str(stop))
    return Replayed(sink.place, len(record.events), sink.missing())


class _Diverged(BaseException):
    """The replay has come to an event that is not the recorded one."""

    # No `except Exception` of a provider or a driver may take it for its own failure.

    def __init__(self, divergence: Divergence) -> None:
        super().__init__(divergence.what)
        self.divergence = divergence


class _EndOfRecord(BaseException):
    """Everything that was recorded has been replayed; the recorded process was killed here."""


class _CannotGoOn(BaseException):
    """What comes now depends on something that was not recorded; the message tells on what."""


class NotRecordedError(UsageError):
    """A record cannot be replayed, because it does not have the beginning of its session."""


class _Comparison:
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
                raise _Diverged(self._more(event))
            raise _EndOfRecord
        recorded = self._events[self.place]
        if recorded.hashed != event.hashed:
            if self._is_stop() and self._stopped_at != self.place:
                # The user stopped the recorded run at this place, in no request.
                self._stopped_at = self.place
                raise Stopped
            self._is_over = True
            if reason := self._secret_behind(recorded, event):
                raise _CannotGoOn(reason)
            raise _Diverged(self._different(recorded, event))
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


@dataclass(frozen=True, slots=True)
class Session:
    """The session of a record as it was when the record began."""

    toolset: Toolset
    messages: tuple[Message, ...] = ()
    marks: tuple[Mark, ...] = ()


def session_of(record: RunRecord, graph: GraphView) -> Session:
    """A new session with the budget, the counter and the earlier conversation of a record.

    Raises:
        NotRecordedError: the record does not have the earlier conversation.
        UsageError: the counter is not available.
    """
    inputs = record.manifest.inputs
    counter = counter_named(inputs.counter)
    if resumed := record.resumed():
        conversation = saved.parse(resumed, str(record.folder))
        toolset = Toolset.resume(graph, conversation.state, counter=counter)
        if inputs.budget != toolset.budget.total:
            toolset.rebudget(inputs.budget)
        return Session(toolset, conversation.messages, conversation.marks)
    if any(event.kind == "resumed" for event in record.events[:1]):
        raise NotRecordedError(
            f"{record.folder}: it continues a session whose beginning was not recorded"
        )
    budget = Budget(inputs.budget, inputs.per_call, inputs.characters)
    toolset = Toolset(
        graph,
        budget,
        counter=counter,
        session=str(record.manifest.observed.get(SESSION, "")),
        hidden_text=inputs.hidden_text,
    )
    return Session(toolset)


class Replay:
    """Drives an agent, or a toolset, through what a record says its user did.

    Args:
        record: the record.
        graph: the graph.
        sink: receives the events.
        provider: answers instead of the cassette.
    """

    def __init__(
        self,
        record: RunRecord,
        graph: GraphView,
        sink: Any,
        provider: Provider | None = None,
    ) -> None:
        self._record = record
        inputs = record.manifest.inputs
        session = session_of(record, graph)
        self.toolset = session.toolset
        self._observer = RunObserver(sink, Scrubber(words=SecretWords()), lambda: 0.0)
        self._agent: Agent | None = None
        self._cassette: CassetteProvider | None = None
        model = inputs.model
        if model is not None:
            exchanges = [exchange for _, exchange in record.exchanges()]
            instructed = bool(session.toolset.state().instructions) or any(
                event.kind == "instructions" for event in record.events
            )
            self._cassette = CassetteProvider(model, exchanges, has_instructions=instructed)
            self._agent = Agent(
                session.toolset,
                provider or self._cassette,
                inputs.max_turns or MAX_TURNS,
                messages=session.messages,
                marks=session.marks,
                record=self._observer,
            )

    def run(self) -> None:
        """Do what the user of the recorded run did."""
        events = self._record.events
        agent = self._agent
        if agent is None:
            self._observer.begin(self.toolset, None, None, 0)
        else:
            messages = len(agent.messages)
            self._observer.begin(self.toolset, agent.provider, agent.max_turns, messages)
        for event, following in pairwise((*events, None)):
            assert event is not None
            if event.kind == "question":
                self._ask(str(event.fields["text"]))
            elif event.kind == "undo" and agent is not None:
                agent.undo()
            elif event.kind == "budget":
                self.toolset.rebudget(event.fields["total"])
            elif event.kind == "model" and self._cassette is not None:
                fields = event.fields
                self._cassette.model = ModelInputs(fields["model"], fields["parameters"])
            elif event.kind == "graph":
                raise _CannotGoOn(
                    f"the graph changed during the session ({TRACE}:{event.line}), and a record "
                    "has only its first state; --decisions goes on with the graph of today"
                )
            elif event.kind == "call" and agent is None:
                self._call(event, following)
        if agent is not None:
            # A process may have been killed after these events, before that of the question.
            self._observer.changes(agent.provider)

    def _ask(self, question: str) -> None:
        assert self._agent is not None
        events = self._agent.ask(question)
        try:
            for _ in events:
                pass
        except (ProviderError, Stopped):
            pass  # as in the recorded run, where it was an event, too
        finally:
            events.close()

    def _call(self, event: TraceEvent, answer: TraceEvent | None) -> None:
        call = ToolCall(
            str(event.fields["id"]), str(event.fields["tool"]), event.fields["arguments"]
        )
        self._observer.call(call, Asked(event.fields.get("asked", "")))
        self._observer.answer(call, call_again(self.toolset, event, answer))
