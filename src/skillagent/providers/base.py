"""The seam between the agent and any model: one method."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from skillagent.messages import Reply, Request, Text


class Provider(Protocol):
    """A model, or something that stands in for one."""

    @property
    def name(self) -> str:
        """What traces and the chat call it."""
        ...

    def reply(self, request: Request) -> Iterator[Text | Reply]:
        """Answer one request: pieces of text as they come, then exactly one `Reply`.

        Raises:
            ProviderError: the model could not be reached or answered with nonsense.
        """
        ...
