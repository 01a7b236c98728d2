"""Draw the README's picture: a real terminal in which `skillagent chat` is used.

    python docs/terminal_picture.py        # writes docs/terminal.svg; needs tmux

tmux runs the chat, types into it and hands over what its screen shows.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

ROOT = Path(__file__).parents[1]
COLUMNS, LINES = 108, 34
TYPED = ("How do I size a position in a volatile market?", "/tokens")
PATIENCE = 20.0
"""Seconds to wait for a screen that shows what is expected."""
THEME = TerminalTheme(
    (22, 24, 29),
    (230, 230, 230),
    [
        (40, 42, 46),
        (224, 108, 117),
        (127, 209, 160),
        (229, 192, 123),
        (97, 175, 239),
        (198, 120, 221),
        (86, 182, 194),
        (171, 178, 191),
    ],
    [(139, 147, 161)] * 8,
)
FORMAT = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">
<title>skillagent chat in a terminal, answering offline</title>
<style>{styles}
.{unique_id}-matrix {{ font-family: ui-monospace, Menlo, Consolas, monospace;
  font-size: {char_height}px; line-height: {line_height}px; }}
</style>
<defs><clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/></clipPath>{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}<g class="{unique_id}-matrix">{matrix}</g></g>
</svg>
"""


def record() -> str:
    """Use the chat in tmux; the screen at the end, with its colours as escape sequences."""
    with tempfile.TemporaryDirectory() as folder:
        screen = _Screen(Path(folder))
        try:
            screen.wait("Ctrl-D leaves")
            for line, shown in zip(TYPED, ("disclosed (", "provider"), strict=True):
                screen.type(line)
                screen.wait(shown)
            return screen.text()
        finally:
            screen.tmux("kill-server")


class _Screen:
    def __init__(self, folder: Path) -> None:
        self._socket = str(folder / "tmux")
        # History and colours of whoever draws the picture have no place in it.
        environment = {
            "XDG_STATE_HOME": str(folder),
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "PS1": "$ ",
        }
        pairs = [f"{name}={value}" for name, value in environment.items()]
        command = ["env", "-i", *pairs, "TERM=tmux-256color", sys.executable, "-m", "skillagent"]
        command += ["chat", str(ROOT / "examples" / "trading")]
        self.tmux("new-session", "-d", "-x", str(COLUMNS), "-y", str(LINES), *command)

    def tmux(self, *arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-S", self._socket, "-f", "/dev/null", *arguments],
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def type(self, line: str) -> None:
        self.tmux("send-keys", "-l", line)
        self.tmux("send-keys", "Enter")

    def text(self) -> str:
        return self.tmux("capture-pane", "-p", "-e")

    def wait(self, shown: str) -> None:
        end = time.monotonic() + PATIENCE
        while shown not in self.tmux("capture-pane", "-p"):
            if time.monotonic() > end:
                raise TimeoutError(f"the screen never showed {shown!r}:\n{self.text()}")
            time.sleep(0.1)


def draw(screen: str) -> str:
    """The screen as an SVG."""
    console = Console(record=True, width=COLUMNS, file=open(os.devnull, "w"))  # noqa: SIM115
    command = "$ python -m skillagent chat examples/trading"
    console.print(Text(command, style="green"))
    console.print(Text.from_ansi(screen.rstrip("\n")), soft_wrap=True)
    return console.export_svg(title="", theme=THEME, code_format=FORMAT, unique_id="terminal")


if __name__ == "__main__":
    Path(__file__).with_name("terminal.svg").write_text(draw(record()), encoding="utf-8")
