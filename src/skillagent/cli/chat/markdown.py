"""Renders a model's Markdown on a terminal while the model is still writing it.

Complete blocks are rendered and stay. The block still being written is shown below them as plain
text, and is replaced when it is complete.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any, Protocol

from skillagent.cli.output import printable

FRAME = 0.08
"""Minimum seconds between two drawings of the unfinished block."""
_ESCAPES = re.compile(r"([\n\x1b])")
_FENCE = re.compile(r"^[ \t]*(```+|~~~+)")


class Writer(Protocol):
    """Writes an answer piece by piece."""

    def write(self, text: str) -> None: ...

    def finish(self) -> None:
        """Write all that is left, because the answer pauses or ends."""
        ...


class MarkdownWriter:
    """Renders with `rich`.

    Args:
        console: a `rich.console.Console`.
        clock: returns seconds; it only limits how often the unfinished block is drawn.
    """

    def __init__(self, console: Any, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._blocks = BlockSplitter()
        self._live: Any = None
        self._drawn = 0.0
        self._begun = False

    def write(self, text: str) -> None:
        whole = self._blocks.feed(text)
        if whole.strip():
            self._print(whole)
        if self._blocks.growing:
            self._draw()

    def finish(self) -> None:
        tail = self._blocks.rest()
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
            # Links are written out: the text of a node must not hide where a link leads.
            self._console.print(Markdown(text, hyperlinks=False))
        # Stripped, because `rich` puts blank lines around some blocks and not around others.
        # Made printable only here, because entities such as `&#x202E;` have become characters.
        block = "".join(
            piece if piece in "\n\x1b" else printable(piece)
            for piece in _ESCAPES.split(capture.get().strip("\n"))
        )
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
        lines = self._blocks.last_lines(self._console.height)
        self._live.update(Text("".join(lines)), refresh=True)

    def _clear(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None


class BlockSplitter:
    """Divides a text that arrives in pieces at the blank lines outside fenced code."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        """Lines of the block that is not complete yet."""
        self._line = ""
        self._fence = ""

    @property
    def growing(self) -> bool:
        """Whether a block has begun that is not complete yet."""
        return bool(self._line.strip()) or any(line.strip() for line in self._lines[-1:])

    def feed(self, text: str) -> str:
        """Add a piece of text; return the blocks that it completes."""
        *lines, self._line = (self._line + text).split("\n")
        whole: list[str] = []
        for line in lines:
            self._lines.append(line + "\n")
            marks = _FENCE.match(line)
            if self._fence:
                if marks and marks[1].startswith(self._fence) and line.strip() == marks[1]:
                    self._fence = ""
            elif marks:
                self._fence = marks[1]
            elif not line.strip():
                whole += self._lines
                self._lines = []
        return "".join(whole)

    def rest(self) -> str:
        """Return the incomplete block, and start a new text."""
        rest = "".join(self._lines) + self._line
        self._lines, self._line, self._fence = [], "", ""
        return rest

    def last_lines(self, count: int) -> list[str]:
        """The last lines of the block that is not complete yet."""
        return [*self._lines[-count:], self._line]
