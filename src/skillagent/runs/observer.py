"""Follows a session and turns it into events and exchanges, wherever those go.

A recorder writes them to files; a replay compares them with those of a record.

Above: `recorder`, replays. Below: `trace`, `model_exchange`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any, Protocol

from skillagent.disclosure import Answer, LedgerEntry, Toolset
from skillagent.disclosure.results import INSTRUCTIONS_CALL
from skillagent.disclosure.served_call import Asked
from skillagent.messages import Reply, Request, ToolCall
from skillagent.providers import Provider
from skillagent.recording import Exchange
from skillagent.runs.canonical import CanonicalMessages, tool_form
from skillagent.runs.inputs import ModelInputs
from skillagent.runs.model_exchange import (
    ModelAnswer,
    ModelExchange,
    ModelRequest,
    RecordedFailure,
    RecordedReply,
)
from skillagent.runs.trace import TraceBuilder, TraceEvent
from skillagent.secrets import Scrubber

_REPORTED = ("model", "response_id", "fingerprint")
"""Fields of a reply that tell who gave it."""


class Sink(Protocol):
    """Where the events and exchanges of a run go."""

    def request(self, request: ModelRequest) -> None:
        """See a request before its event."""
        ...

    def event(self, event: TraceEvent) -> None:
        """Take one event."""
        ...

    def exchange(self, exchange: ModelExchange) -> None:
        """Take one exchange with the model; its `reply` or `failure` event follows."""
        ...


class Recorder(Protocol):
    """What an agent tells while it answers."""

    def begin(
        self, toolset: Toolset, provider: Provider | None, max_turns: int | None, messages: int
    ) -> None:
        """Follow a session; called before each question and each undo."""
        ...

    def question(self, text: str, provider: Provider) -> None:
        """A question is asked."""
        ...

    def request(self, request: Request) -> None:
        """The model is about to be asked."""
        ...

    def reply(self, reply: Reply, dollars: float | None) -> None:
        """The model has answered."""
        ...

    def failure(
        self, error: str, status: int | None = None, *, interrupted: bool = False, text: str = ""
    ) -> None:
        """The model did not answer, or the answer was stopped."""
        ...

    def call(self, call: ToolCall) -> None:
        """A tool call is about to be carried out."""
        ...

    def answer(self, call: ToolCall, answer: Answer) -> None:
        """A tool call was carried out."""
        ...

    def end(self, reason: str, text: str) -> None:
        """A question was answered, or given up."""
        ...

    def undone(self) -> None:
        """The last question was taken back."""
        ...


class RunObserver:
    """Follows one session and turns it into events and exchanges; a `Recorder`.

    Args:
        sink: receives them.
        scrubber: removes secrets.
        clock: seconds since the epoch.
    """

    def __init__(self, sink: Sink, scrubber: Scrubber, clock: Callable[[], float]) -> None:
        self._sink = sink
        self._clock = clock
        self._scrubber = scrubber
        self._messages = CanonicalMessages(self._scrubber)
        self._trace = TraceBuilder(self._emit, self._scrubber, self._messages)
        self._tools: tuple[object, list[dict[str, Any]]] = (None, [])
        self._model: ModelInputs | None = None
        self._total = -1
        self._is_spent = False
        self._has_instructions = False
        self._asked_at = self._called_at = 0.0
        self._open: ModelRequest | None = None
        self._toolset: Toolset | None = None

    @property
    def _session(self) -> Toolset:
        assert self._toolset is not None
        return self._toolset

    def begin(
        self,
        toolset: Toolset,
        provider: Provider | None,
        max_turns: int | None,
        messages: int,
        calls: int | None = None,
    ) -> None:
        """See `Recorder.begin`, and `RunRecorder.begin` for `calls`."""
        if self._toolset is not None:
            return
        self._toolset = toolset
        self._model = ModelInputs.of(provider, self._scrubber) if provider else None
        self._total, self._is_spent = toolset.budget.total, toolset.spent
        calls = toolset.calls if calls is None else calls
        if messages or calls:
            self._has_instructions = _instructions(toolset) is not None
            self._trace.event("resumed", calls=calls, messages=messages)

    def graph(self, root: str) -> None:
        """The session goes on with another state of the graph, whose root this is."""
        self._trace.event("graph", root=root)

    def question(self, text: str, provider: Provider) -> None:
        """See `Recorder.question`."""
        self.changes(provider)
        self._trace.question(text)

    def changes(self, provider: Provider) -> None:
        """Emit what the user has changed since the last question: the model, the budget."""
        self._compare_model(ModelInputs.of(provider, self._scrubber))
        self._compare_budget(self._session)

    def request(self, request: Request) -> None:
        """See `Recorder.request`."""
        self._write_instructions(request, self._session)
        open_request = ModelRequest(self._body(request))
        self._sink.request(open_request)
        self._trace.request(open_request.canonical.digest)
        self._open = open_request
        self._asked_at = self._clock()

    def reply(self, reply: Reply, dollars: float | None) -> None:
        """See `Recorder.reply`."""
        now = self._clock()
        form = RecordedReply.of(reply)
        clean = self._scrubber.value
        reported = {name: clean(getattr(form, name)) for name in _REPORTED}
        self._exchanged(replace(form, message=clean(form.message), **reported))
        observed = {
            "seconds": round(now - self._asked_at, 6),
            **reported,
            "usage": asdict(reply.usage),
            "dollars": dollars,
        }
        self._trace.reply(reply, observed)

    def failure(
        self, error: str, status: int | None = None, *, interrupted: bool = False, text: str = ""
    ) -> None:
        """See `Recorder.failure`; does nothing if no request is open."""
        if self._open is None:
            return
        # Both at once, because one may have a word of a secret in the other.
        error, text = self._scrubber.value([error, text])
        self._exchanged(RecordedFailure(error, status, interrupted, text))
        self._trace.failure(error, status, interrupted=interrupted)

    def call(self, call: ToolCall, asked: Asked = Asked.TOOL) -> None:
        """See `RunRecorder.call`."""
        self._called_at = self._clock()
        self._trace.call(call, asked)

    def answer(self, call: ToolCall, answer: Answer) -> None:
        """See `Recorder.answer`."""
        seconds = round(self._clock() - self._called_at, 6)
        self._trace.answer(call, answer, {"seconds": seconds})

    def end(self, reason: str, text: str) -> None:
        """See `Recorder.end`."""
        self._is_spent = self._session.spent
        self._trace.end(reason, text)

    def undone(self) -> None:
        """See `Recorder.undone`."""
        self._is_spent = self._session.spent
        self._trace.event("undo")

    def _emit(self, event: TraceEvent) -> None:
        observed = {"at": iso_time(self._clock()), **event.observed}
        self._sink.event(replace(event, observed=observed))

    def _exchanged(self, answer: ModelAnswer) -> None:
        assert self._open is not None
        self._sink.exchange(Exchange.of(self._open, answer))
        self._open = None

    def _compare_model(self, model: ModelInputs) -> None:
        if model != self._model:
            self._trace.event("model", model=model.name, parameters=dict(model.parameters))
        self._model = model

    def _compare_budget(self, toolset: Toolset) -> None:
        before, total = self._total, toolset.budget.total
        if self._is_spent and not toolset.spent and total <= before:
            # It was raised, which reopens a session that was spent, and lowered again.
            before += 1
            self._trace.event("budget", total=before)
        if total != before:
            self._trace.event("budget", total=total)
        self._total = total

    def _write_instructions(self, request: Request, toolset: Toolset) -> None:
        if self._has_instructions or not request.system:
            return
        entry = _instructions(toolset)
        assert entry is not None
        self._has_instructions = True
        self._trace.instructions(request.system, entry)

    def _body(self, request: Request) -> dict[str, Any]:
        if self._tools[0] is not request.tools:
            forms = [tool_form(spec) for spec in request.tools]
            self._tools = request.tools, self._scrubber.value(forms)
        model = self._model
        return {
            "model": model.name if model else "",
            "parameters": dict(model.parameters) if model else {},
            "system": self._scrubber.text(request.system),
            "tools": self._tools[1],
            "messages": [self._messages.of(message) for message in request.messages],
        }


def _instructions(toolset: Toolset) -> LedgerEntry | None:
    """The entry of the instructions; None if there are none so far.

    Instructions that did not fit are an entry without a cost. They are made again when the budget
    has been raised.
    """
    entries = toolset.ledger.entries
    return next((e for e in entries if e.call == INSTRUCTIONS_CALL and e.cost), None)


def iso_time(seconds: float) -> str:
    """A time in UTC as ISO 8601, with milliseconds.

    Args:
        seconds: since the epoch.
    """
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
