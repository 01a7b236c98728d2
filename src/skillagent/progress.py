"""Reports of progress during long work.

Code below the command line never prints. It calls a `Progress`; the default one does nothing, and
the command line passes one that draws a bar.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Protocol, TypeVar

Item = TypeVar("Item")


class Progress(Protocol):
    """Receives reports of progress; called often, so it must be fast."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Report how much of a stage is done.

        Args:
            stage: the work in words for a person, such as `reading files`.
            done: number of items of this stage that are finished.
            total: number of all items of this stage; 0 if it is not known yet.
        """
        ...


def no_progress(stage: str, done: int, total: int) -> None:
    """A `Progress` that ignores every report."""


def tracked(items: Collection[Item], stage: str, progress: Progress) -> Iterator[Item]:
    """The items, while `progress` receives how many of them are finished."""
    total = len(items)
    for done, item in enumerate(items):
        progress(stage, done, total)
        yield item
    progress(stage, total, total)
