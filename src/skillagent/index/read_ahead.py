"""Tells a store which documents a search will ask about one by one.

A store on another machine then reads them at once, because each question would cost a round trip.

Above: `search`, `links`, and the stores that read ahead.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class ReadAhead(Protocol):
    """What a search will read of `SearchTables`."""

    def links(self, documents: Sequence[int]) -> None:
        """`neighbors` and `indegree` of these documents will be read."""
        ...

    def hits(self, documents: Sequence[int], others: Sequence[int]) -> None:
        """`id` and `fields` of these documents will be read, and `id` of the others."""
        ...


class NoReadAhead:
    """For tables that answer at once."""

    def links(self, documents: Sequence[int]) -> None:
        """Do nothing."""

    def hits(self, documents: Sequence[int], others: Sequence[int]) -> None:
        """Do nothing."""
