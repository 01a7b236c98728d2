"""Replays the answers of a record: recorded replies, today's code, and the recorded graph.

The agent runs again, with a provider that gives the recorded replies. Every event is compared
with the recorded one as it comes, so the replay stops at the first difference and names it. No
socket can be opened meanwhile.

Above: `verify`, `cli`. Below: `agent`, `cassette_provider`, `divergence`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from skillagent.agent import Agent, Mark, saved
from skillagent.disclosure import Answer, Budget, Toolset
from skillagent.disclosure.call_lines import answer_line
from skillagent.errors import ProviderError, UsageError
from skillagent.messages import Message, ToolCall
from skillagent.providers import Provider
from skillagent.repro.cassette_provider import CassetteProvider, Stopped
from skillagent.repro.consistency import cassette_faults
from skillagent.repro.divergence import Divergence, DivergenceKind, of_events
from skillagent.repro.no_network import no_network
from skillagent.runs import RunObserver, RunRecord, TraceEvent
from skillagent.runs.inputs import ModelInputs
from skillagent.runs.model_exchange import ModelExchange, ModelRequest
from skillagent.secrets import Scrubber
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

    def to_json(self) -> dict[str, Any]:
        return {
            "same": self.same,
            "events": self.events,
            "divergence": self.divergence and self.divergence.to_json(),
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
    if record.damage and record.manifest.status == "complete":
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
    return Replayed(sink.place, len(record.events), sink.missing())


class _Diverged(BaseException):
    """The replay has come to an event that is not the recorded one."""

    # No `except Exception` of a provider or a driver may take it for its own failure.

    def __init__(self, divergence: Divergence) -> None:
        super().__init__(divergence.what)
        self.divergence = divergence


class _EndOfRecord(BaseException):
    """Everything that was recorded has been replayed; the recorded process was killed here."""


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
            is_stop = recorded.kind == "end" and recorded.fields.get("reason") == "interrupted"
            if is_stop and self._stopped_at != self.place:
                # The user stopped the recorded run at this place, in no request.
                self._stopped_at = self.place
                raise Stopped
            self._is_over = True
            raise _Diverged(self._different(recorded, event))
        self.place += 1

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
        pair = None
        if self._now is not None and 0 < self._turn <= len(self._recorded):
            pair = self._recorded[self._turn - 1], self._now
        return of_events(self.place, self._turn, recorded, event, pair)


@dataclass(frozen=True, slots=True)
class Session:
    """The session of a record as it was when the record began."""

    toolset: Toolset
    messages: tuple[Message, ...] = ()
    marks: tuple[Mark, ...] = ()


def session_of(record: RunRecord, graph: GraphView) -> Session:
    """A new session with the budget, the counter and the earlier conversation of a record.

    Raises:
        UsageError: the counter is not available, or the record does not have the earlier
            conversation.
    """
    inputs = record.manifest.inputs
    counter = counter_named(inputs["counter"])
    if resumed := record.resumed():
        conversation = saved.parse(resumed, str(record.folder))
        toolset = Toolset.resume(graph, conversation.state, counter=counter)
        if inputs["budget"] != toolset.budget.total:
            toolset.rebudget(inputs["budget"])
        return Session(toolset, conversation.messages, conversation.marks)
    if any(event.kind == "resumed" for event in record.events[:1]):
        raise UsageError(f"{record.folder}: it continues a conversation that was not recorded")
    budget = Budget(inputs["budget"], inputs["per_call"], inputs["characters"])
    hidden_text = inputs["hidden_text"]
    return Session(Toolset(graph, budget, counter=counter, hidden_text=hidden_text))


def call_again(toolset: Toolset, event: TraceEvent) -> Answer:
    """Carry out a recorded call.

    Args:
        toolset: the toolset.
        event: a `call` event; without a tool, its arguments are a line that was no call.
    """
    tool, arguments = str(event.fields["tool"]), event.fields["arguments"]
    return toolset.call(tool, arguments) if tool else answer_line(toolset, str(arguments))


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
        self._observer = RunObserver(sink, Scrubber(), lambda: 0.0)
        self._agent: Agent | None = None
        self._cassette: CassetteProvider | None = None
        model = inputs["model"]
        if model is not None:
            exchanges = [exchange for _, exchange in record.exchanges()]
            self._cassette = CassetteProvider(ModelInputs(**model), exchanges)
            self._agent = Agent(
                session.toolset,
                provider or self._cassette,
                inputs["max_turns"],
                messages=session.messages,
                marks=session.marks,
                record=self._observer,
            )

    def run(self) -> None:
        """Do what the user of the recorded run did."""
        events = self._record.events
        if self._agent is None:
            self._observer.begin(self.toolset, None, None, 0)
        for event in events:
            if event.kind == "question":
                self._ask(str(event.fields["text"]))
            elif event.kind == "undo" and self._agent is not None:
                self._agent.undo()
            elif event.kind == "budget":
                self.toolset.rebudget(event.fields["total"])
            elif event.kind == "model" and self._cassette is not None:
                fields = event.fields
                self._cassette.model = ModelInputs(fields["model"], fields["parameters"])
            elif event.kind == "call" and self._agent is None:
                self._call(event)

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

    def _call(self, event: TraceEvent) -> None:
        call = ToolCall(
            str(event.fields["id"]), str(event.fields["tool"]), event.fields["arguments"]
        )
        self._observer.call(call)
        self._observer.answer(call, call_again(self.toolset, event))
