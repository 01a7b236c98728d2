"""Expands the variables in a host's configuration file as the host does before it starts a server.

Claude Code 2.1.330, Gemini CLI 0.61.0 and OpenCode 1.18.33 were run with each form. The forms of
Cursor, VS Code and Windsurf are in their documentation. Codex, Copilot CLI, Claude Desktop and
Zed are assumed to expand nothing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path

Expand = Callable[[str, Mapping[str, str], Path], str]
"""A text of the file, the host's environment, and the project's folder → the expanded text."""

_SHELL = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")
_GEMINI = re.compile(_SHELL.pattern + r"|\$(\w+)")
_EDITOR = re.compile(r"\$\{([\w:/]+)\}")
_OPENCODE = re.compile(r"\{env:([^}]+)\}")


def unexpanded(text: str, environ: Mapping[str, str], folder: Path) -> str:
    """The text as it is, for hosts that expand nothing."""
    del environ, folder
    return text


def shell_expanded(text: str, environ: Mapping[str, str], folder: Path) -> str:
    """Expands `${NAME}` and `${NAME:-default}`; an unset variable without a default stays."""
    del folder
    return _SHELL.sub(lambda match: _value(environ, match[1], match[2], match[0]), text)


def gemini_expanded(text: str, environ: Mapping[str, str], folder: Path) -> str:
    """Expands the forms of `shell_expanded`, and `$NAME`."""
    del folder
    return _GEMINI.sub(
        lambda match: _value(environ, match[1] or match[3], match[2], match[0]), text
    )


def _value(environ: Mapping[str, str], name: str, default: str | None, written: str) -> str:
    if default is not None:
        return environ.get(name) or default
    return environ.get(name, written)


def editor_expanded(text: str, environ: Mapping[str, str], folder: Path) -> str:
    """Expands `${workspaceFolder}`, `${userHome}`, `${env:NAME}` and the like; others stay."""
    values = {
        "workspaceFolder": str(folder),
        "workspaceFolderBasename": folder.name,
        "userHome": environ.get("HOME") or environ.get("USERPROFILE", ""),
        "pathSeparator": os.sep,
        "/": os.sep,
        **{f"env:{name}": value for name, value in environ.items()},
    }
    return _EDITOR.sub(lambda match: values.get(match[1], match[0]), text)


def opencode_expanded(text: str, environ: Mapping[str, str], folder: Path) -> str:
    """Expands `{env:NAME}`; an unset variable is empty."""
    del folder
    return _OPENCODE.sub(lambda match: environ.get(match[1], ""), text)
