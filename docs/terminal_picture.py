"""Draw the README's picture: what `skillagent chat` printed, as an SVG.

    python docs/terminal_picture.py        # writes docs/terminal.svg

The text is captured from a real run; dim lines are those of standard error.
"""

from __future__ import annotations

import contextlib
import io
import textwrap
from html import escape
from pathlib import Path

from skillagent.cli import main

QUESTION = "Why do two runs with the same seed give different losses on a GPU?"
COLUMNS, LINE, CHAR, MARGIN = 104, 19, 8.05, 16
BACKGROUND, BRIGHT, DIM, PROMPT = "#16181d", "#e6e6e6", "#8b93a1", "#7fd1a0"


class _Tee(io.StringIO):
    """Notes which stream wrote what, in order."""

    def __init__(self, colour: str, lines: list[tuple[str, str]]) -> None:
        super().__init__()
        self._colour, self._lines = colour, lines

    def write(self, text: str) -> int:
        self._lines.append((text, self._colour))
        return len(text)


def record() -> list[tuple[str, str]]:
    """Run the chat; every line as (text, colour)."""
    parts: list[tuple[str, str]] = []
    with (
        contextlib.redirect_stdout(_Tee(BRIGHT, parts)),
        contextlib.redirect_stderr(_Tee(DIM, parts)),
    ):
        main(["chat", "-p", QUESTION])
    lines = [(f'$ python -m skillagent chat -p "{QUESTION}"', PROMPT)]
    text, colour = "", DIM
    for part, part_colour in parts:
        if part_colour != colour and text:
            lines.append((text, colour))
            text = ""
        colour = part_colour
        *whole, text = (text + part).split("\n")
        lines += [(line, colour) for line in whole]
    return lines + ([(text, colour)] if text else [])


def draw(lines: list[tuple[str, str]]) -> str:
    """The lines as an SVG of a terminal."""
    wrapped = [
        (part, colour)
        for line, colour in lines
        for part in textwrap.wrap(line, COLUMNS, subsequent_indent="    ") or [""]
    ]
    width = round(COLUMNS * CHAR + 2 * MARGIN)
    height = len(wrapped) * LINE + 2 * MARGIN
    rows = "\n".join(
        f'<text x="{MARGIN}" y="{MARGIN + LINE * number + 14}" fill="{colour}" '
        f'xml:space="preserve">{escape(text)}</text>'
        for number, (text, colour) in enumerate(wrapped)
        if text
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" font-family="ui-monospace, Menlo, Consolas, monospace" '
        f'font-size="13.4">\n<title>skillagent chat answering a question offline</title>\n'
        f'<rect width="{width}" height="{height}" rx="8" fill="{BACKGROUND}"/>\n{rows}\n</svg>\n'
    )


if __name__ == "__main__":
    Path(__file__).with_name("terminal.svg").write_text(draw(record()), encoding="utf-8")
