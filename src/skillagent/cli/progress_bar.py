"""A bar on standard error while work takes long: on terminals only, and nothing of it stays."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from skillagent.progress import Progress, untold

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

MOMENT = 0.5
"""Seconds of work before a bar is shown: what is done sooner needs none."""
PAUSE = 0.1
"""Seconds between two drawings."""


@contextlib.contextmanager
def progress_bar(clock: Callable[[], float] = time.monotonic) -> Iterator[Progress]:
    """What long work may tell how far it has come; the bar is gone when the work ends.

    Args:
        clock: seconds, from any moment on.
    """
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield untold
        return
    drawn = _Drawn(clock)
    try:
        yield drawn
    finally:
        drawn.close()


class _Drawn:
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
        """Take the bar from the screen, if there is one."""
        if self._bar is not None:
            self._bar.stop()


def _started() -> Bar:
    # Imported here: most runs end before there is anything to show.
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
