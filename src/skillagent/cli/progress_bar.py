"""A progress bar on standard error, for work that takes long; it is removed at the end."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from skillagent.progress import Progress, no_progress

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

MOMENT = 0.5
"""Seconds before the bar appears; shorter work shows none."""
PAUSE = 0.1
"""Seconds between two updates of the bar."""


@contextlib.contextmanager
def progress_bar(clock: Callable[[], float] = time.monotonic) -> Iterator[Progress]:
    """A `Progress` that draws a bar, until the `with` block ends; on a terminal only.

    Args:
        clock: the current time in seconds, from any starting point.
    """
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield no_progress
        return
    drawing = _DrawnProgress(clock)
    try:
        yield drawing
    finally:
        drawing.close()


class _DrawnProgress:
    """A `Progress` that draws a bar."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._next = clock() + MOMENT
        self._bar: Bar | None = None
        self._task: TaskID | None = None
        self._stage = ""

    def __call__(self, stage: str, done: int, total: int) -> None:
        now = self._clock()
        if now < self._next:
            return
        self._next = now + PAUSE
        bar = self._bar = self._bar or _started()
        if stage != self._stage or self._task is None:
            if self._task is not None:
                bar.remove_task(self._task)
            self._stage, self._task = stage, bar.add_task(stage)
        bar.update(self._task, completed=done, total=total or None)
        bar.refresh()

    def close(self) -> None:
        """Remove the bar from the screen, if there is one."""
        if self._bar is not None:
            self._bar.stop()


def _started() -> Bar:
    # Imported late, because most commands end before a bar is shown.
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bar

    bar = Bar(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        console=Console(file=sys.stderr),
        auto_refresh=False,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    bar.start()
    return bar
