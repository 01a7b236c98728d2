"""`Provider`: the interface between the agent and any model, blocking or asynchronous."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from enum import StrEnum
from typing import Any, Protocol, TypeAlias, runtime_checkable

from skillagent.messages import Reply, Request, Text, Usage

ReplyEvent: TypeAlias = Text | Usage | Reply
"""A piece of the answer's text; the usage as far as it is known; the whole reply, at the end."""


class Provider(Protocol):
    """A model, or anything that answers like one."""

    @property
    def name(self) -> str:
        """Name for traces and the chat."""
        ...

    def reply(self, request: Request) -> Iterator[ReplyEvent]:
        """Answer one request: pieces of text as they arrive, then exactly one `Reply`.

        A provider may also yield a `Usage` as soon as it knows one, so that an answer that is
        stopped early is still charged.

        Raises:
            ProviderError: the model cannot be reached, or its answer cannot be used.
        """
        ...


@runtime_checkable
class AsyncProvider(Protocol):
    """A provider that can answer without blocking."""

    def reply_async(self, request: Request) -> AsyncGenerator[ReplyEvent, None]:
        """Answer one request without blocking; see `Provider.reply`."""
        ...


class Determinism(StrEnum):
    """Whether the same request gets the same reply."""

    SCRIPTED = "scripted"
    """Fixed rules answer: always the same."""
    REPLAYED = "replayed"
    """A recording answers: always the same."""
    SEEDED = "seeded-best-effort"
    """A model that was sent a seed: often the same, without any promise."""
    SAMPLED = "sampled"
    """A model: what it answers may differ every time, also at temperature 0."""


def determinism_of(provider: Provider) -> Determinism:
    """Whether the same request to a provider gets the same reply.

    A provider that follows fixed rules or a recording has an attribute `determinism`. For every
    other one it depends on whether a seed is sent.
    """
    own = getattr(provider, "determinism", None)
    if own is not None:
        return Determinism(own)
    return Determinism.SEEDED if "seed" in parameters_of(provider) else Determinism.SAMPLED


def parameters_of(provider: Provider) -> Mapping[str, Any]:
    """What a provider sends with each request beside the conversation, as JSON values.

    A provider has them as an attribute `parameters`; `omitted` in it lists the names of those
    that were asked for but that the model does not take.
    """
    parameters: Mapping[str, Any] = getattr(provider, "parameters", {})
    return parameters


def sent_parameters(**wanted: tuple[Any, bool]) -> dict[str, Any]:
    """The value of a provider's `parameters`.

    Args:
        wanted: name → the value that was asked for, or None, and whether it is sent.
    """
    asked = {name: pair for name, pair in sorted(wanted.items()) if pair[0] is not None}
    omitted = [name for name, (_, is_sent) in asked.items() if not is_sent]
    sent = {name: value for name, (value, is_sent) in asked.items() if is_sent}
    return {**sent, **({"omitted": omitted} if omitted else {})}


def reads_system_prompt(provider: Provider) -> bool:
    """False for a provider that follows fixed rules, such as the offline navigator.

    Instructions that nobody reads need not be disclosed and charged. Such a provider has an
    attribute `reads_system_prompt` that is False.
    """
    return bool(getattr(provider, "reads_system_prompt", True))


async def events_async(provider: Provider, request: Request) -> AsyncGenerator[ReplyEvent, None]:
    """The events of any provider without blocking; a blocking provider runs in a thread.

    Such a thread cannot be stopped while it waits for an event: the end waits for it.

    Args:
        provider: any provider.
        request: request to answer.

    Raises:
        ProviderError: see `Provider.reply`.
    """
    import asyncio

    if isinstance(provider, AsyncProvider):
        async with aclosing(provider.reply_async(request)) as events:
            async for event in events:
                yield event
        return
    blocking_events = iter(provider.reply(request))

    def next_event() -> ReplyEvent | None:
        return next(blocking_events, None)

    while (blocking_event := await asyncio.to_thread(next_event)) is not None:
        yield blocking_event
