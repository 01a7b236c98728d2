"""How far long work has come, told to whoever shows it.

Code below the command line never prints: it tells a `Progress`, which drops what it is told
unless the caller gives another.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Protocol, TypeVar

Item = TypeVar("Item")


class Progress(Protocol):
    """Takes in how far the work has come; called often, so it must be quick."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """One more step is done.

        Args:
            stage: what is being done, in words for a person, such as `reading files`.
            done: items of this stage that are finished.
            total: items of this stage in all; 0 where that is not known yet.
        """
        ...


def untold(stage: str, done: int, total: int) -> None:
    """Nobody is watching."""


def tracked(items: Collection[Item], stage: str, progress: Progress) -> Iterator[Item]:
    """The items, while `progress` is told how many of them are finished."""
    total = len(items)
    for done, item in enumerate(items):
        progress(stage, done, total)
        yield item
    progress(stage, total, total)
