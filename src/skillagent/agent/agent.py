"""`Agent`: one conversation over one toolset. It drives the loop with a provider.

Wherever it is stopped (an error, Ctrl-C, a closed iterator, a cancelled task), every API accepts
the history that remains: a question without any answer is removed, a partial answer is kept as
far as it came, and open tool calls get a result that says why they were not run.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Generator, Iterator
from contextlib import aclosing
from dataclasses import dataclass

from skillagent.agent.end_reason import EndReason
from skillagent.agent.events import (
    AnswerText,
    CallFinished,
    CallStarted,
    Done,
    Event,
    TurnFinished,
)
from skillagent.agent.loop import Ended, loop, results_message, with_unique_ids
from skillagent.digest import canonical_json
from skillagent.disclosure import Toolset, TurnUsage
from skillagent.errors import ProviderError, UsageError
from skillagent.messages import (
    Message,
    Opaque,
    Reply,
    Request,
    Role,
    Text,
    ToolCall,
    ToolResult,
    Usage,
    well_formed,
)
from skillagent.providers import Prices, Provider
from skillagent.providers.base import ReplyEvent, events_async, reads_system_prompt
from skillagent.runs import Recorder, RunRecorder
from skillagent.tokens import TokenCounter

MAX_TURNS = 12


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a question begins, so that the question can be undone."""

    messages: int
    """Number of messages before it."""
    calls: int
    """Number of the last tool call before it."""


class Agent:
    """Questions to one model about one graph, on one ledger.

    Args:
        toolset: the three operations, with their budget.
        provider: the model; it may be replaced between two questions.
        max_turns: maximum number of replies for one question.
        prices: prices of models; None for the bundled table.
        messages: earlier conversation to continue.
        marks: where the questions of that conversation begin.
        record: a recorder for this conversation, or the folder in which a record of it is made.
    """

    def __init__(
        self,
        toolset: Toolset,
        provider: Provider,
        max_turns: int = MAX_TURNS,
        *,
        prices: Prices | None = None,
        messages: tuple[Message, ...] = (),
        marks: tuple[Mark, ...] = (),
        record: Recorder | str | os.PathLike[str] | None = None,
    ) -> None:
        self.toolset = toolset
        self.provider = provider
        self.max_turns = max_turns
        self.prices = Prices.bundled() if prices is None else prices
        self._messages = messages
        self._marks = marks
        self._run: _Run | None = None
        if isinstance(record, str | os.PathLike):
            record = RunRecorder(record)
        self.record: Recorder | None = record
        """Records the conversation; None if nothing is recorded."""

    @property
    def messages(self) -> tuple[Message, ...]:
        """The conversation so far; every tool call in it has its result."""
        return self._messages

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Where each question of the conversation begins."""
        return self._marks

    def ask(self, question: str) -> Generator[Event, None, None]:
        """Answer one question. Closing the iterator stops the answer.

        Args:
            question: text of the user.

        Raises:
            UsageError: the question is blank, or the run cannot be recorded.
            ProviderError: the model failed; what was disclosed before stays in the history.
        """
        run = self._begin(question)
        try:
            while not run.ended:
                if isinstance(run.need, Request):
                    reply_events = self.provider.reply(run.need)
                    try:
                        for reply_event in reply_events:
                            yield from run.receive(reply_event)
                    finally:
                        # An open stream would keep its connection until garbage collection.
                        close = getattr(reply_events, "close", None)
                        if close is not None:
                            close()
                    yield run.replied()
                else:
                    yield CallStarted(run.need)
                    yield run.called()
        except ProviderError as error:
            run.failed(error)
            raise
        finally:
            self._settle(run)
        yield run.done()

    async def ask_async(self, question: str) -> AsyncGenerator[Event, None]:
        """Answer one question without blocking. Cancelling the task stops the answer.

        Args:
            question: text of the user.

        Raises:
            UsageError: the question is blank, or the run cannot be recorded.
            ProviderError: the model failed; what was disclosed before stays in the history.
        """
        run = self._begin(question)
        try:
            while not run.ended:
                if isinstance(run.need, Request):
                    async with aclosing(events_async(self.provider, run.need)) as reply_events:
                        async for reply_event in reply_events:
                            for event in run.receive(reply_event):
                                yield event
                    yield run.replied()
                else:
                    yield CallStarted(run.need)
                    yield run.called()
        except ProviderError as error:
            run.failed(error)
            raise
        finally:
            self._settle(run)
        yield run.done()

    def undo(self) -> bool:
        """Remove the last question and all that followed. The tokens it cost stay spent.

        Returns:
            False if there is no question.
        """
        if not self._marks:
            return False
        if self.record:
            self.record.begin(self.toolset, self.provider, self.max_turns, len(self._messages))
        *rest, last = self._marks
        self._marks = tuple(rest)
        self._messages = self._messages[: last.messages]
        self.toolset.forget(last.calls)
        if self.record:
            self.record.undone()
        return True

    def _begin(self, question: str) -> _Run:
        """Start a run, after settling one that was abandoned in the middle."""
        if not question.strip():
            raise UsageError("a question needs words")
        if self._run is not None:
            self._settle(self._run)
        question = well_formed(question)
        if self.record:
            self.record.begin(self.toolset, self.provider, self.max_turns, len(self._messages))
            self.record.question(question, self.provider)
        try:
            self._run = _Run(self, question)
        except BaseException:
            if self.record:
                self.record.end(EndReason.INTERRUPTED, "")
            raise
        return self._run

    def _settle(self, run: _Run) -> None:
        """Take over the history of a run, once."""
        # An asynchronous iterator that was left with `break` is closed only some time later.
        if run is not self._run:
            return
        self._run = None
        messages = run.history()
        if self.toolset.calls > run.answered:
            # A call was run while the run was stopped, so the model never saw its answer.
            self.toolset.forget(run.answered)
        run.account()
        run.record_end()
        if len(messages) > run.mark.messages:
            self._messages = messages
            self._marks = (*self._marks, run.mark)


class _Run:
    """The state of one run, without I/O: what both drivers share."""

    def __init__(self, agent: Agent, question: str) -> None:
        self._agent = agent
        self._toolset = agent.toolset
        self._before = agent.messages
        self.mark = Mark(len(agent.messages), agent.toolset.calls)
        self.answered = agent.toolset.calls
        """Number of the last call whose answer is in the history."""
        self._turn = 0
        self._text = self._half_pair = ""
        self._usage = Usage()
        self._reply: Reply | None = None
        self._results: list[ToolResult] = []
        self._ended: Ended | None = None
        self._failure: ProviderError | None = None
        messages = (*agent.messages, Message(Role.USER, (Text(question),)))
        system = self._toolset.instructions() if reads_system_prompt(agent.provider) else ""
        self._loop = loop(messages, system, self._toolset.specs, agent.max_turns)
        self._request = Request("", messages, ())
        self.need: Request | ToolCall = self._request
        self._advance(None)

    @property
    def ended(self) -> bool:
        return self._ended is not None

    def receive(self, reply_event: ReplyEvent) -> Iterator[Event]:
        """Process one event of the provider."""
        if isinstance(reply_event, Reply):
            self._reply, self._usage = reply_event, reply_event.usage
        elif isinstance(reply_event, Usage):
            self._usage = reply_event
        else:
            text = self._half_pair + reply_event.text
            # The first half of a surrogate pair waits for the second one.
            self._half_pair = text[-1:] if "\ud800" <= text[-1:] <= "\udbff" else ""
            text = well_formed(text.removesuffix(self._half_pair) if self._half_pair else text)
            self._text += text
            if text:
                yield AnswerText(text)

    def replied(self) -> TurnFinished:
        """Advance after a complete reply."""
        if self._reply is None:
            raise ProviderError(f"{self._agent.provider.name} ended without a reply")
        reply = self._reply = with_unique_ids(self._reply, self._request.messages)
        self._turn += 1
        dollars = self.account()
        if self._agent.record:
            self._agent.record.reply(reply, dollars)
        self._results = []
        self._advance(reply)
        return TurnFinished(self._turn, reply.usage, dollars)

    def called(self) -> CallFinished:
        """Run the tool call that the loop needs, and advance."""
        call = self.need
        assert isinstance(call, ToolCall)
        if self._agent.record:
            self._agent.record.call(call)
        answer = self._toolset.call(call.name, call.arguments)
        if self._agent.record:
            self._agent.record.answer(call, answer)
        result = answer.as_result(call.id)
        self._results.append(result)
        self.answered = answer.call
        self._advance(result)
        return CallFinished(call, answer)

    def failed(self, error: ProviderError) -> None:
        """The provider gave no complete reply."""
        self._failure = error

    def done(self) -> Done:
        assert self._ended is not None
        last = self._ended.messages[-1]
        return Done(self._ended.reason, last.text if last.role is Role.ASSISTANT else "")

    def record_end(self) -> None:
        """Record how the run ended."""
        record = self._agent.record
        if record is None:
            return
        # Not every provider gives the text in pieces before it gives the whole reply.
        text = self._reply.message.text if self._reply else self._text
        if self._ended is not None:
            done = self.done()
            record.end(done.reason, done.text)
        elif self._failure is not None:
            record.failure(str(self._failure), self._failure.status, text=text)
            record.end(EndReason.FAILED, text)
        else:
            record.failure("the answer was stopped", interrupted=True, text=text)
            record.end(EndReason.INTERRUPTED, text)

    def history(self) -> tuple[Message, ...]:
        """The conversation in a form that may be kept, however far the run has come."""
        messages = self._request.messages
        if self._ended is not None:
            messages = self._ended.messages
        elif isinstance(self.need, ToolCall):
            assert self._reply is not None
            calls = self._reply.message.tool_calls
            results = results_message(calls, self._results, "the user stopped the answer")
            messages = (*messages, self._reply.message, results)
        elif self._text.strip():
            messages = (*messages, Message(Role.ASSISTANT, (Text(self._text),)))
        is_unanswered = len(messages) == len(self._before) + 1
        return self._before if is_unanswered else messages

    def account(self) -> float | None:
        """Record the provider's usage of a reply in the ledger, once.

        Returns:
            The cost in US dollars; None if it is not known.
        """
        usage = self._usage
        if usage == Usage():
            return None
        model = self._reply.model if self._reply else ""
        model = model or self._agent.provider.name
        dollars = self._agent.prices.dollars(model, usage)
        counted = count_request(self._request, self._toolset.counter)
        ledger = self._toolset.ledger
        self._usage = Usage()
        ledger.reconcile(TurnUsage(counted, usage, model, dollars, ledger.spent))
        return dollars

    def _advance(self, answer: Reply | ToolResult | None) -> None:
        """Give the loop what it asked for (None at the start), and store its next need."""
        try:
            need = next(self._loop) if answer is None else self._loop.send(answer)
        except StopIteration as stop:
            self._ended = stop.value
            return
        if isinstance(need, Request):
            self._request, self._reply, self._text, self._half_pair = need, None, "", ""
        self.need = need
        if isinstance(need, Request) and self._agent.record:
            self._agent.record.request(need)


def count_request(request: Request, counter: TokenCounter) -> int:
    """Tokens of a whole request, without the tokens that a provider's own format adds."""
    texts = [request.system]
    texts += [spec.description + canonical_json(spec.parameters) for spec in request.tools]
    for message in request.messages:
        for part in message.parts:
            if isinstance(part, ToolCall):
                arguments = part.arguments
                if not isinstance(arguments, str):
                    arguments = part.raw or canonical_json(arguments)
                texts.append(part.name + arguments)
            elif isinstance(part, Opaque):
                texts.append(canonical_json(part.data))
            else:
                texts.append(part.text)
    return sum(map(counter.count, texts))
