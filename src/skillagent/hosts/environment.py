"""Environment variables that each host passes on to a server that it starts.

A server that works by hand and fails in a host often lacks a variable. The rules were found by
letting each command-line host start a server that writes its environment to a file; those of
Gemini CLI and the MCP SDKs are in their source code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

PassOn = Callable[[Mapping[str, str], Path], dict[str, str]]
"""The host's own environment and the project's folder → the environment of a server."""

_CODEX = frozenset(
    "CURL_CA_BUNDLE GIT_SSL_CAINFO HOME LANG LC_ALL LOGNAME NODE_EXTRA_CA_CERTS PATH PIP_CERT "
    "REQUESTS_CA_BUNDLE SHELL SSL_CERT_FILE TERM TMPDIR TZ USER __CF_USER_TEXT_ENCODING".split()
)
_SDK = frozenset("HOME LOGNAME PATH SHELL TERM USER".split())
_WINDOWS = frozenset(
    "APPDATA COMSPEC HOMEDRIVE HOMEPATH LOCALAPPDATA PATH PATHEXT PROCESSOR_ARCHITECTURE "
    "SYSTEMDRIVE SYSTEMROOT TEMP TMP USERDOMAIN USERNAME USERPROFILE WINDIR".split()
)
"""No process starts on Windows without these, so every host passes them on."""
_GEMINI_SECRET = re.compile(
    "TOKEN|SECRET|PASSWORD|PASSWD|KEY|AUTH|CREDENTIAL|CREDS|PRIVATE|CERT", re.IGNORECASE
)


def all_variables(environ: Mapping[str, str], folder: Path) -> dict[str, str]:
    """All variables.

    Args:
        environ: the host's own environment.
        folder: the project.
    """
    del folder
    return dict(environ)


def claude_code(environ: Mapping[str, str], folder: Path) -> dict[str, str]:
    """All variables, and one with the path of the project; arguments as in `all_variables`."""
    return {**environ, "CLAUDECODE": "1", "CLAUDE_PROJECT_DIR": str(folder)}


def codex(environ: Mapping[str, str], folder: Path) -> dict[str, str]:
    """The variables of a short list; arguments as in `all_variables`."""
    del folder
    return _only(environ, _CODEX)


def gemini(environ: Mapping[str, str], folder: Path) -> dict[str, str]:
    """All variables whose name does not suggest a secret; arguments as in `all_variables`."""
    del folder
    passed_on = {
        name: value
        for name, value in environ.items()
        if name.startswith(("GEMINI_CLI_", "GIT_CONFIG_")) or not _GEMINI_SECRET.search(name)
    }
    return {**passed_on, "GEMINI_CLI": "1"}


def sdk_default(environ: Mapping[str, str], folder: Path) -> dict[str, str]:
    """The variables that the MCP SDKs pass on by default; arguments as in `all_variables`."""
    del folder
    return _only(environ, _SDK)


def _only(environ: Mapping[str, str], names: frozenset[str]) -> dict[str, str]:
    passed_on = names | _WINDOWS if "SYSTEMROOT" in environ else names
    return {name: value for name, value in environ.items() if name in passed_on}
