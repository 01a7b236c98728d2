"""One conversation over one toolset: drives the loop with a provider, event by event.

Wherever it is stopped (an error, Ctrl-C, a closed iterator, a cancelled task), the history
stays one that every API accepts: a question that got no word of an answer is taken back, an
answer in the middle is kept as far as it came, and open tool calls are closed.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator, Iterator
from contextlib import aclosing
from dataclasses import dataclass

from skillagent.agent.events import (
    AnswerText,
    CallFinished,
    CallStarted,
    Done,
    Event,
    TurnFinished,
)
from skillagent.agent.loop import Ended, closed, loop, own_ids
from skillagent.digest import canonical_json
from skillagent.disclosure import Toolset, Turn
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
from skillagent.providers.base import Piece, pieces_async, reads_system_prompt
from skillagent.tokens import TokenCounter

MAX_TURNS = 12


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a question begins, so that it can be undone."""

    messages: int
    """Length of the history before it."""
    calls: int
    """Number of the last tool call before it."""


class Agent:
    """Questions to one model about one graph, on one ledger.

    Args:
        toolset: the three operations, with their budget.
        provider: the model; may be replaced between two questions.
        max_turns: replies for one question at most.
        prices: what models cost; None for the table that comes with the package.
        messages: an earlier conversation to go on with.
        marks: where its questions begin.
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
    ) -> None:
        self.toolset = toolset
        self.provider = provider
        self.max_turns = max_turns
        self.prices = Prices.bundled() if prices is None else prices
        self._messages = messages
        self._marks = marks
        self._run: _Run | None = None

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
            question: of the user.

        Raises:
            UsageError: it is blank.
            ProviderError: the model failed; what was disclosed before stays in the history.
        """
        run = self._begin(question)
        try:
            while not run.ended:
                if isinstance(run.need, Request):
                    pieces = self.provider.reply(run.need)
                    try:
                        for piece in pieces:
                            yield from run.piece(piece)
                    finally:
                        # A stream left open would hold its connection until it is collected.
                        close = getattr(pieces, "close", None)
                        if close is not None:
                            close()
                    yield run.replied()
                else:
                    yield CallStarted(run.need)
                    yield run.called()
        finally:
            self._settle(run)
        yield run.done()

    async def ask_async(self, question: str) -> AsyncGenerator[Event, None]:
        """The same without blocking. Cancelling the task stops the answer.

        Args:
            question: of the user.

        Raises:
            UsageError: it is blank.
            ProviderError: the model failed; what was disclosed before stays in the history.
        """
        run = self._begin(question)
        try:
            while not run.ended:
                if isinstance(run.need, Request):
                    async with aclosing(pieces_async(self.provider, run.need)) as pieces:
                        async for piece in pieces:
                            for event in run.piece(piece):
                                yield event
                    yield run.replied()
                else:
                    yield CallStarted(run.need)
                    yield run.called()
        finally:
            self._settle(run)
        yield run.done()

    def undo(self) -> bool:
        """Take back the last question and all that followed; what was spent stays spent.

        Returns:
            False where there is none.
        """
        if not self._marks:
            return False
        *rest, last = self._marks
        self._marks = tuple(rest)
        self._messages = self._messages[: last.messages]
        self.toolset.forget(last.calls)
        return True

    def _begin(self, question: str) -> _Run:
        """A run of its own; one that was left in the middle ends here."""
        if not question.strip():
            raise UsageError("a question needs words")
        if self._run is not None:
            self._settle(self._run)
        self._run = _Run(self, well_formed(question))
        return self._run

    def _settle(self, run: _Run) -> None:
        # An asynchronous iterator that was left with `break` is closed some time later.
        if run is not self._run:
            return
        self._run = None
        messages = run.history()
        if self.toolset.calls > run.answered:
            # A call that was carried out while the run was stopped: its answer reached nobody.
            self.toolset.forget(run.answered)
        run.account()
        if len(messages) > run.mark.messages:
            self._messages = messages
            self._marks = (*self._marks, run.mark)


class _Run:
    """One question on its way, without I/O: what both drivers share."""

    def __init__(self, agent: Agent, question: str) -> None:
        self._agent = agent
        self._toolset = agent.toolset
        self._before = agent.messages
        self.mark = Mark(len(agent.messages), agent.toolset.calls)
        self.answered = agent.toolset.calls
        """The last call whose answer is in the history."""
        self._turn = 0
        self._text = self._held = ""
        self._usage = Usage()
        self._reply: Reply | None = None
        self._results: list[ToolResult] = []
        self._ended: Ended | None = None
        asked = (*agent.messages, Message(Role.USER, (Text(question),)))
        system = self._toolset.instructions() if reads_system_prompt(agent.provider) else ""
        self._loop = loop(asked, system, self._toolset.specs, agent.max_turns)
        self._request = Request("", asked, ())
        self.need: Request | ToolCall = self._request
        self._advance(None)

    @property
    def ended(self) -> bool:
        return self._ended is not None

    def piece(self, piece: Piece) -> Iterator[Event]:
        """Take in what the model said."""
        if isinstance(piece, Reply):
            self._reply, self._usage = piece, piece.usage
        elif isinstance(piece, Usage):
            self._usage = piece
        else:
            text = self._held + piece.text
            # Half of a surrogate pair waits for its other half.
            self._held = text[-1:] if "\ud800" <= text[-1:] <= "\udbff" else ""
            text = well_formed(text.removesuffix(self._held) if self._held else text)
            self._text += text
            if text:
                yield AnswerText(text)

    def replied(self) -> TurnFinished:
        """The reply is whole: go on."""
        if self._reply is None:
            raise ProviderError(f"{self._agent.provider.name} ended without a reply")
        reply = self._reply = own_ids(self._reply, self._request.messages)
        self._turn += 1
        dollars = self.account()
        self._results = []
        self._advance(reply)
        return TurnFinished(self._turn, reply.usage, dollars)

    def called(self) -> CallFinished:
        """Carry out the call that is needed, and go on."""
        call = self.need
        assert isinstance(call, ToolCall)
        answer = self._toolset.call(call.name, call.arguments)
        result = answer.as_result(call.id)
        self._results.append(result)
        self.answered = answer.call
        self._advance(result)
        return CallFinished(call, answer)

    def done(self) -> Done:
        assert self._ended is not None
        last = self._ended.messages[-1]
        return Done(self._ended.reason, last.text if last.role is Role.ASSISTANT else "")

    def history(self) -> tuple[Message, ...]:
        """The conversation as it may be kept, wherever the run stands."""
        found = self._request.messages
        if self._ended is not None:
            found = self._ended.messages
        elif isinstance(self.need, ToolCall):
            assert self._reply is not None
            calls = self._reply.message.tool_calls
            rest = closed(calls, self._results, "the user stopped the answer")
            found = (*found, self._reply.message, rest)
        elif self._text.strip():
            found = (*found, Message(Role.ASSISTANT, (Text(self._text),)))
        unanswered = len(found) == len(self._before) + 1
        return self._before if unanswered else found

    def account(self) -> float | None:
        """Note in the ledger, once, what the provider says that the reply took."""
        usage = self._usage
        if usage == Usage():
            return None
        model = self._reply.model if self._reply else ""
        model = model or self._agent.provider.name
        dollars = self._agent.prices.dollars(model, usage)
        counted = count_request(self._request, self._toolset.counter)
        ledger = self._toolset.ledger
        self._usage = Usage()
        ledger.reconcile(Turn(counted, usage, model, dollars, ledger.spent))
        return dollars

    def _advance(self, found: Reply | ToolResult | None) -> None:
        try:
            need = next(self._loop) if found is None else self._loop.send(found)
        except StopIteration as stop:
            self._ended = stop.value
            return
        if isinstance(need, Request):
            self._request, self._reply, self._text, self._held = need, None, "", ""
        self.need = need


def count_request(request: Request, counter: TokenCounter) -> int:
    """Tokens of a whole request, without a provider's own framing."""
    texts = [request.system]
    texts += [spec.description + canonical_json(spec.parameters) for spec in request.tools]
    for message in request.messages:
        for part in message.parts:
            if isinstance(part, ToolCall):
                given = part.arguments
                text = given if isinstance(given, str) else part.raw or canonical_json(given)
                texts.append(part.name + text)
            elif isinstance(part, Opaque):
                texts.append(canonical_json(part.data))
            else:
                texts.append(part.text)
    return sum(map(counter.count, texts))
