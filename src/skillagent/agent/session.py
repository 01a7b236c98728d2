"""One conversation over one toolset: drives the loop with a provider, event by event."""

from __future__ import annotations

from collections.abc import Generator, Iterator

from skillagent.agent.loop import (
    AnswerText,
    CallFinished,
    CallStarted,
    Done,
    Event,
    TurnFinished,
    loop,
)
from skillagent.digest import canonical_json
from skillagent.disclosure import Toolset
from skillagent.errors import ProviderError
from skillagent.messages import Message, Reply, Request, Role, Text, ToolCall, ToolResult
from skillagent.providers import Provider

MAX_TURNS = 12


class Session:
    """Questions to one model about one graph, on one ledger.

    Args:
        toolset: the three operations, with their budget.
        provider: the model.
        max_turns: replies for one question at most.
    """

    def __init__(self, toolset: Toolset, provider: Provider, max_turns: int = MAX_TURNS) -> None:
        self.toolset = toolset
        self.provider = provider
        self.max_turns = max_turns
        self._messages: tuple[Message, ...] = ()

    @property
    def messages(self) -> tuple[Message, ...]:
        """The conversation so far; every tool call in it has its result."""
        return self._messages

    def ask(self, question: str) -> Iterator[Event]:
        """Answer one question; the history grows only once the run has ended.

        Raises:
            ProviderError: the model failed.
        """
        messages = (*self._messages, Message(Role.USER, (Text(question),)))
        run = loop(messages, self.toolset.instructions(), self.toolset.specs, self.max_turns)
        need = next(run)
        turn = 0
        try:
            while True:
                if isinstance(need, Request):
                    turn += 1
                    reply = yield from self._reply(need)
                    yield TurnFinished(turn, reply.usage)
                    need = run.send(reply)
                else:
                    result = yield from self._call(need)
                    need = run.send(result)
        except StopIteration as stop:
            ended = stop.value
        self._messages = ended.messages
        last = ended.messages[-1]
        yield Done(ended.reason, last.text if last.role is Role.ASSISTANT else "")

    def _reply(self, request: Request) -> Generator[Event, None, Reply]:
        for part in self.provider.reply(request):
            if isinstance(part, Reply):
                if part.usage.input:
                    self.toolset.ledger.reconcile(self._counted(request), part.usage.input)
                return part
            yield AnswerText(part.text)
        raise ProviderError(f"{self.provider.name} ended without a reply")

    def _counted(self, request: Request) -> int:
        """Tokens of a whole request by our counter, without a provider's own framing."""
        texts = [request.system]
        texts += [spec.description + canonical_json(spec.parameters) for spec in request.tools]
        for message in request.messages:
            for part in message.parts:
                if isinstance(part, ToolCall):
                    texts.append(part.name + canonical_json(part.arguments))
                else:
                    texts.append(part.text)
        return sum(map(self.toolset.counter.count, texts))

    def _call(self, call: ToolCall) -> Generator[Event, None, ToolResult]:
        yield CallStarted(call)
        answer = self.toolset.call(call.name, call.arguments)
        yield CallFinished(call, answer)
        return ToolResult(call.id, answer.text, answer.error, answer.result.to_json())
