"""A provider that answers from a cassette, in the recorded order.

Above: `answers`. Below: `runs`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from skillagent.errors import ProviderError
from skillagent.messages import Reply, Request, Text
from skillagent.providers.base import Determinism, ReplyEvent
from skillagent.runs.inputs import ModelInputs
from skillagent.runs.model_exchange import ModelExchange, RecordedFailure


class Stopped(BaseException):
    """The recorded run was stopped here by its user, as Ctrl-C does."""


class CassetteProvider:
    """Gives the recorded replies; it never looks at a request.

    Whether a request is the recorded one is for the replay to compare, which names the difference.

    Args:
        model: the model that was recorded, for the name and the parameters.
        exchanges: the recorded exchanges, in order.
        has_instructions: whether a model was given a system prompt, which tells how a model is
            asked of which no exchange was recorded.
    """

    determinism = Determinism.REPLAYED

    def __init__(
        self,
        model: ModelInputs,
        exchanges: Sequence[ModelExchange],
        *,
        has_instructions: bool = True,
    ) -> None:
        self.model = model
        self._has_instructions = has_instructions
        self._exchanges = exchanges
        self._next = 0

    @property
    def reads_system_prompt(self) -> bool:
        """Whether the next recorded request has a system prompt.

        The last request of a process that was killed has no exchange: the model's earlier requests
        tell.
        """
        bodies = [exchange.request.body for exchange in self._exchanges[self._next :][:1]]
        if not bodies:
            bodies = [exchange.request.body for exchange in reversed(self._exchanges)]
            bodies = [body for body in bodies if body.get("model") == self.name]
        return bool(bodies[0].get("system")) if bodies else self._has_instructions

    @property
    def name(self) -> str:
        return self.model.name

    @property
    def parameters(self) -> Mapping[str, Any]:
        return self.model.parameters

    def reply(self, request: Request) -> Iterator[ReplyEvent]:
        """Give the next recorded reply; see `Provider.reply`.

        Raises:
            ProviderError: the recorded request failed.
            Stopped: the recorded answer was stopped by its user.
        """
        if self._next >= len(self._exchanges):
            raise ProviderError("the cassette has no more exchanges")
        answer = self._exchanges[self._next].answer
        self._next += 1
        if isinstance(answer, RecordedFailure):
            if answer.text:
                yield Text(answer.text)
            if answer.interrupted:
                raise Stopped
            raise ProviderError(answer.failure, answer.status)
        yield from _pieces(answer.reply)


def _pieces(reply: Reply) -> Iterator[ReplyEvent]:
    for part in reply.message.parts:
        if isinstance(part, Text):
            yield part
    yield reply
