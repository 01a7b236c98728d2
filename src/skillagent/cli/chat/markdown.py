"""A model's Markdown on a terminal while it is still being written.

Whole blocks are printed for good; the block being written is shown below them as plain
text and replaced once it is whole.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any, Protocol

FRAME = 0.08
"""Seconds between two drawings of the unfinished block."""
_FENCE = re.compile(r"^ {0,3}(```+|~~~+)", re.MULTILINE)


class Writer(Protocol):
    """Where the answer goes."""

    def write(self, text: str) -> None: ...

    def finish(self) -> None:
        """The answer pauses or ends: nothing of it may be left unwritten."""
        ...


class MarkdownWriter:
    """Renders with `rich`.

    Args:
        console: a `rich.console.Console`.
        clock: seconds, for the pace of drawing only.
    """

    def __init__(self, console: Any, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._tail = ""
        self._live: Any = None
        self._drawn = 0.0
        self._begun = False

    def write(self, text: str) -> None:
        self._tail += text
        whole, self._tail = split_blocks(self._tail)
        if whole.strip():
            self._print(whole)
        if self._tail.strip():
            self._draw()

    def finish(self) -> None:
        tail, self._tail = self._tail, ""
        if tail.strip():
            self._print(tail)
        else:
            self._clear()
        if self._begun:
            self._console.file.write("\n")
            self._console.file.flush()
        self._begun = False

    def _print(self, text: str) -> None:
        from rich.markdown import Markdown

        self._clear()
        with self._console.capture() as capture:
            # Links are spelled out: what a node holds must not hide where it leads.
            self._console.print(Markdown(text, hyperlinks=False))
        # `rich` puts blank lines around some blocks and not around others.
        block = capture.get().strip("\n")
        self._console.file.write(f"\n{block}\n")
        self._console.file.flush()
        self._begun = True

    def _draw(self) -> None:
        from rich.live import Live
        from rich.text import Text

        now = self._clock()
        if self._live is None:
            self._live = Live(console=self._console, auto_refresh=False, transient=True)
            self._live.start()
        elif now - self._drawn < FRAME:
            return
        self._drawn = now
        self._live.update(Text(self._tail), refresh=True)

    def _clear(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None


def split_blocks(text: str) -> tuple[str, str]:
    """Divide at the last blank line that is outside of fenced code.

    Returns:
        Blocks that are whole, and what may still grow.
    """
    cut = 0
    fence = ""
    at = 0
    for line in text.splitlines(keepends=True):
        at += len(line)
        marks = _FENCE.match(line)
        if fence:
            if marks and marks[1].startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
        elif marks:
            fence = marks[1]
        elif not line.strip() and line.endswith("\n"):
            cut = at
    return text[:cut], text[cut:]
