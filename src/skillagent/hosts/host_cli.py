"""Asks a host's own command line about its servers: `claude mcp list` and the like.

Each host prints text for people and changes its wording. So only a few facts are read, from the
lines that name a server: that it is listed, whether a plugin brings it, and words for failing
or waiting.
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
"""Seconds to wait for a host's answer."""
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_FAILING = re.compile(r"✗|✘|fail|error|disconnected|unsupported config", re.IGNORECASE)
_WAITING = re.compile(
    r"pending|approv|disabled|untrusted|not trusted|needs|connecting", re.IGNORECASE
)
_PLUGIN = re.compile(r"(?:plugin:skillagent:)?skillagent(?![\w./\\-])")
"""The name of our plugin's server in lists; Claude Code puts the plugin's name before it."""
_PLUGIN_MARK = re.compile(
    r"^\W*plugin:|\(from skillagent\)|[/\\]scripts[/\\]skillagent\.py serve\b"
)
"""What distinguishes that server from an entry of the same name: Claude Code's prefix, Gemini
CLI's remark or, in Codex, which has neither, the plugin's launcher. Copilot CLI lists the servers
of plugins under their own heading instead."""


class ServerStatus(StrEnum):
    """The status of a server, according to a host."""

    WORKS = "works"
    WAITS = "waits"
    """It is turned off, or the user has to approve it."""
    FAILS = "fails"
    MISSING = "missing"
    """The host does not list the server."""


@dataclass(frozen=True, slots=True)
class CliOutput:
    """What a host's command line printed."""

    text: str
    error: str = ""
    """Why the program failed; empty if it did not."""


def list_servers(
    host: Host, environ: Mapping[str, str], folder: Path, *, seconds: float = SECONDS
) -> CliOutput | None:
    """Let a host list its servers.

    Args:
        host: the host.
        environ: the user's environment variables.
        folder: the project.
        seconds: seconds to wait for an answer.

    Returns:
        What the host printed; None if its command line is not installed.
    """
    path = environ.get("PATH", "")
    program = shutil.which(host.cli_program, path=path) if host.cli_program else None
    if program is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603 - the host that the user installed
            [program, *host.cli_list_arguments],
            cwd=folder,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return CliOutput("", f"no answer within {seconds:g} seconds")
    except OSError as error:
        return CliOutput("", error.strerror or str(error))
    text = (done.stdout + b"\n" + done.stderr).decode("utf-8", "replace")
    text = _ANSI.sub("", text)
    return CliOutput(text, f"exit code {done.returncode}" if done.returncode else "")


def entry_status(text: str, name: str) -> tuple[ServerStatus, str]:
    """The status of an entry's server, and the line that tells it.

    Args:
        text: what the host printed.
        name: name of the entry.

    Returns:
        For a missing server, a line that may explain it, or an empty one.
    """
    lines = [line for line, is_plugin in _lines(text) if not is_plugin]
    name_pattern = re.compile(rf"(?<![\w./\\-]){re.escape(name)}(?![\w./\\-])")
    matches = [line for line in lines if _names_server(line, name_pattern)]
    if not matches:
        hints = [line for line in lines if _FAILING.search(line) or _WAITING.search(line)]
        return ServerStatus.MISSING, hints[0] if hints else ""
    return _status(matches[0], name_pattern), matches[0]


def plugin_status(text: str) -> tuple[ServerStatus, str]:
    """The status of our plugin's server, and the line that tells it; see `entry_status`."""
    matches = [line for line, is_plugin in _lines(text) if is_plugin]
    return (_status(matches[0], _PLUGIN), matches[0]) if matches else (ServerStatus.MISSING, "")


def _lines(text: str) -> list[tuple[str, bool]]:
    """The lines of a list, and whether each names our plugin's server."""
    lines = []
    is_plugin_section = False
    for line in (" ".join(line.split()) for line in text.splitlines()):
        if line.endswith("servers:"):
            is_plugin_section = line.startswith("Plugin")
        is_plugin = _names_server(line, _PLUGIN) and (
            is_plugin_section or _PLUGIN_MARK.search(line) is not None
        )
        lines.append((line, is_plugin))
    return lines


def _status(line: str, name_pattern: re.Pattern[str]) -> ServerStatus:
    # Paths and the name are removed first: a folder named "failed" is not a failure.
    rest = name_pattern.sub("", re.sub(r"\S*[/\\]\S*", "", line))
    if _FAILING.search(rest):
        return ServerStatus.FAILS
    return ServerStatus.WAITS if _WAITING.search(rest) else ServerStatus.WORKS


def _names_server(line: str, name_pattern: re.Pattern[str]) -> bool:
    """Whether the first word of a line is the server's name."""
    start = line.lstrip(" •●○✓✔✗✘│*-…")
    return name_pattern.match(start) is not None
