"""`Provider`: the interface between the agent and any model, blocking or asynchronous."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from typing import Protocol, TypeAlias, runtime_checkable

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
