"""The seam between the agent and any model: one method, and its twin for asynchronous use."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from typing import Protocol, TypeAlias, runtime_checkable

from skillagent.messages import Reply, Request, Text, Usage

Piece: TypeAlias = Text | Usage | Reply
"""Some of the answer's text; the usage as far as it is known; the whole reply, at the end."""


class Provider(Protocol):
    """A model, or something that stands in for one."""

    @property
    def name(self) -> str:
        """What traces and the chat call it."""
        ...

    def reply(self, request: Request) -> Iterator[Piece]:
        """Answer one request: pieces of text as they come, then exactly one `Reply`.

        A provider may also yield a `Usage` as soon as it knows one, so that an answer that is
        stopped is accounted for.

        Raises:
            ProviderError: the model could not be reached or answered with nonsense.
        """
        ...


@runtime_checkable
class AsyncProvider(Protocol):
    """A provider that can answer without blocking."""

    def reply_async(self, request: Request) -> AsyncGenerator[Piece, None]:
        """The same as `Provider.reply`."""
        ...


def reads_system_prompt(provider: Provider) -> bool:
    """False for one that follows rules of its own: what nobody reads need not be disclosed.

    Such a provider says so by an attribute `reads_system_prompt`.
    """
    return bool(getattr(provider, "reads_system_prompt", True))


async def pieces_async(provider: Provider, request: Request) -> AsyncGenerator[Piece, None]:
    """Any provider's pieces without blocking: one that only blocks runs in a thread.

    Such a thread cannot be stopped in the middle of a piece: it is waited for at the end.
    """
    import asyncio

    if isinstance(provider, AsyncProvider):
        async with aclosing(provider.reply_async(request)) as native:
            async for found in native:
                yield found
        return
    pieces = iter(provider.reply(request))

    def following() -> Piece | None:
        return next(pieces, None)

    while piece := await asyncio.to_thread(following):
        yield piece
