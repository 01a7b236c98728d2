"""Variables in a host's file: what a host puts in their place before it starts a server.

Claude Code 2.1.330, Gemini CLI 0.61.0 and OpenCode 1.18.33 were run with each form; what Cursor,
VS Code and Windsurf replace is in their documentation. Codex, Copilot CLI, Claude Desktop and
Zed are taken to replace nothing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path

Expand = Callable[[str, Mapping[str, str], Path], str]
"""A text of the file, the environment of the host, and the project's folder → the text meant."""

_SHELL = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")
_GEMINI = re.compile(_SHELL.pattern + r"|\$(\w+)")
_EDITOR = re.compile(r"\$\{([\w:/]+)\}")
_OPENCODE = re.compile(r"\{env:([^}]+)\}")


def as_written(text: str, environ: Mapping[str, str], folder: Path) -> str:
    """Nothing is replaced."""
    del environ, folder
    return text


def of_shell(text: str, environ: Mapping[str, str], folder: Path) -> str:
    """`${NAME}` and `${NAME:-default}`; a variable that is not set and has no default stays."""
    del folder
    return _SHELL.sub(lambda match: _value(environ, match[1], match[2], match[0]), text)


def of_gemini(text: str, environ: Mapping[str, str], folder: Path) -> str:
    """The same, and `$NAME`."""
    del folder
    return _GEMINI.sub(
        lambda match: _value(environ, match[1] or match[3], match[2], match[0]), text
    )


def _value(environ: Mapping[str, str], name: str, default: str | None, written: str) -> str:
    if default is not None:
        return environ.get(name) or default
    return environ.get(name, written)


def of_editor(text: str, environ: Mapping[str, str], folder: Path) -> str:
    """`${workspaceFolder}`, `${userHome}`, `${env:NAME}` and the like; others stay."""
    values = {
        "workspaceFolder": str(folder),
        "workspaceFolderBasename": folder.name,
        "userHome": environ.get("HOME") or environ.get("USERPROFILE", ""),
        "pathSeparator": os.sep,
        "/": os.sep,
        **{f"env:{name}": value for name, value in environ.items()},
    }
    return _EDITOR.sub(lambda match: values.get(match[1], match[0]), text)


def of_opencode(text: str, environ: Mapping[str, str], folder: Path) -> str:
    """`{env:NAME}`; a variable that is not set is empty."""
    del folder
    return _OPENCODE.sub(lambda match: environ.get(match[1], ""), text)
