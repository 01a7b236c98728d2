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

from skillagent.agent import Agent, Mark, saved
from skillagent.agent.agent import MAX_TURNS
from skillagent.disclosure import Budget, Toolset
from skillagent.disclosure.served_call import Asked
from skillagent.embeddings import Embedder, embedder_of
from skillagent.errors import ProviderError, UsageError
from skillagent.messages import Message, ToolCall
from skillagent.providers import Provider
from skillagent.repro.cassette_provider import CassetteProvider, Stopped
from skillagent.repro.comparison import CannotGoOn, Comparison, Diverged, EndOfRecord
from skillagent.repro.consistency import cassette_faults
from skillagent.repro.divergence import (
    Divergence,
    DivergenceKind,
)
from skillagent.repro.no_network import no_network
from skillagent.repro.recorded_calls import call_again
from skillagent.runs import RunObserver, RunRecord, TraceEvent
from skillagent.runs.inputs import ModelInputs
from skillagent.runs.recorder import SESSION, TRACE
from skillagent.secrets import Scrubber, SecretWords
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
    sink = Comparison(record)
    try:
        Replay(record, graph, sink, provider).run()
    except Diverged as stop:
        return Replayed(sink.place, len(record.events), stop.divergence)
    except EndOfRecord:
        pass
    except CannotGoOn as stop:
        return Replayed(sink.place, len(record.events), None, str(stop))
    return Replayed(sink.place, len(record.events), sink.missing())


class NotRecordedError(UsageError):
    """A record cannot be replayed, because it does not have the beginning of its session."""


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
        UsageError: the counter, or the model of a search by meaning, is not available.
        MissingPackageError: a package of that model is not installed.
    """
    inputs = record.manifest.inputs
    counter = counter_named(inputs.counter)
    semantic = recorded_embedder(record) or False
    if resumed := record.resumed():
        conversation = saved.parse(resumed, str(record.folder))
        toolset = Toolset.resume(graph, conversation.state, counter=counter, semantic=semantic)
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
        semantic=semantic,
        untrusted=inputs.untrusted,
    )
    return Session(toolset)


def recorded_embedder(record: RunRecord) -> Embedder | None:
    """The model by which a run searched by meaning; None if it searched by words alone.

    Raises:
        MissingPackageError: a package of the model is not installed.
        UsageError: another model is installed, whose hits may be others.
    """
    wanted = record.manifest.inputs.semantic
    embedder = embedder_of(wanted is not None)
    if embedder is not None and embedder.name != wanted:
        raise UsageError(
            f"{record.folder}: it was searched by meaning with {wanted}, but {embedder.name} is "
            "installed"
        )
    return embedder


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
                raise CannotGoOn(
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
