"""What a host's own command line says of its servers: `claude mcp list` and the like.

Each host prints for people and changes its wording, so only three things are read from the
lines that name the server: that there is one, and words of failure or of waiting.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from skillagent.hosts.known import Host

SECONDS = 60.0
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_FAILS = re.compile(r"✗|✘|fail|error|disconnected|unsupported config", re.IGNORECASE)
_WAITS = re.compile(
    r"pending|approv|disabled|untrusted|not trusted|needs|connecting", re.IGNORECASE
)


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
    """What a listing says of a server, and the line that says it."""
    named = re.compile(rf"(?<![\w./\\-]){re.escape(name)}(?![\w./\\-])")
    lines = [" ".join(line.split()) for line in text.splitlines()]
    found = [line for line in lines if _of(line, named)]
    if not found:
        hints = [line for line in lines if _FAILS.search(line) or _WAITS.search(line)]
        return Word.MISSING, hints[0] if hints else ""
    line = found[0]
    # What the command is called must not be taken for what the host says of it.
    rest = named.sub("", re.sub(r"\S*[/\\]\S*", "", line))
    if _FAILS.search(rest):
        return Word.FAILS, line
    return (Word.WAITS if _WAITS.search(rest) else Word.WORKS), line


def _of(line: str, named: re.Pattern[str]) -> bool:
    """Whether a line is about the server: its name is the first word of the line."""
    start = line.lstrip(" •●○✓✔✗✘│*-…")
    return named.match(start) is not None
