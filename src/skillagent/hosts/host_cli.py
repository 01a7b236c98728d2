"""What a host's own command line says of its servers: `claude mcp list` and the like.

Each host prints for people and changes its wording, so little is read from the lines that name
a server: that there is one, whether a plugin brings it, and words of failure or of waiting.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from skillagent.hosts.registry import Host

SECONDS = 60.0
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_FAILS = re.compile(r"✗|✘|fail|error|disconnected|unsupported config", re.IGNORECASE)
_WAITS = re.compile(
    r"pending|approv|disabled|untrusted|not trusted|needs|connecting", re.IGNORECASE
)
_PLUGIN = re.compile(r"(?:plugin:skillagent:)?skillagent(?![\w./\\-])")
"""The server of our plugin, as hosts name it; Claude Code puts the plugin's name before."""
_MARK = re.compile(r"^\W*plugin:|\(from skillagent\)|[/\\]scripts[/\\]skillagent\.py serve\b")
"""What tells it from an entry of the same name: Claude Code's prefix, Gemini CLI's remark, and in
Codex, which tells neither, the plugin's launcher. Copilot CLI has a heading for plugins."""


class Word(StrEnum):
    """What a host says of a server."""

    WORKS = "works"
    WAITS = "waits"
    FAILS = "fails"
    MISSING = "missing"
    """It does not name the server at all."""


@dataclass(frozen=True, slots=True)
class Said:
    """The output of a host's command line, or why there is none."""

    text: str
    error: str = ""


def ask(
    host: Host, environ: Mapping[str, str], folder: Path, *, seconds: float = SECONDS
) -> Said | None:
    """Ask a host; None where its command line is not installed.

    Args:
        host: whose command line.
        environ: the user's environment.
        folder: the project.
        seconds: the longest that it may take.
    """
    program = shutil.which(host.program, path=environ.get("PATH", "")) if host.program else None
    if program is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603 - the host that the user installed
            [program, *host.listing],
            cwd=folder,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Said("", f"no answer within {seconds:g} seconds")
    except OSError as error:
        return Said("", error.strerror or str(error))
    text = (done.stdout + b"\n" + done.stderr).decode("utf-8", "replace")
    text = _ANSI.sub("", text)
    return Said(text, f"exit code {done.returncode}" if done.returncode else "")


def judge(text: str, name: str) -> tuple[Word, str]:
    """What a listing says of the server of an entry, and the line that says it."""
    lines = [line for line, of_plugin in _lines(text) if not of_plugin]
    named = re.compile(rf"(?<![\w./\\-]){re.escape(name)}(?![\w./\\-])")
    about = [line for line in lines if _of(line, named)]
    if not about:
        hints = [line for line in lines if _FAILS.search(line) or _WAITS.search(line)]
        return Word.MISSING, hints[0] if hints else ""
    return _word(about[0], named), about[0]


def judge_plugin(text: str) -> tuple[Word, str]:
    """What a listing says of the server that our plugin brings, and the line that says it."""
    about = [line for line, of_plugin in _lines(text) if of_plugin]
    return (_word(about[0], _PLUGIN), about[0]) if about else (Word.MISSING, "")


def _lines(text: str) -> list[tuple[str, bool]]:
    """The lines of a listing, and whether each is about our plugin's server."""
    lines = []
    by_plugins = False
    for line in (" ".join(line.split()) for line in text.splitlines()):
        if line.endswith("servers:"):
            by_plugins = line.startswith("Plugin")
        of_plugin = _of(line, _PLUGIN) and (by_plugins or _MARK.search(line) is not None)
        lines.append((line, of_plugin))
    return lines


def _word(line: str, named: re.Pattern[str]) -> Word:
    # What the command is called must not be taken for what the host says of it.
    rest = named.sub("", re.sub(r"\S*[/\\]\S*", "", line))
    if _FAILS.search(rest):
        return Word.FAILS
    return Word.WAITS if _WAITS.search(rest) else Word.WORKS


def _of(line: str, named: re.Pattern[str]) -> bool:
    """Whether a line is about the server: its name is the first word of the line."""
    start = line.lstrip(" •●○✓✔✗✘│*-…")
    return named.match(start) is not None
