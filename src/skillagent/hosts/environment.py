"""What of its environment a host passes on to a server that it starts.

A server that runs by hand and fails in a host mostly misses a variable. Seen by letting each
command-line host start a server that writes down what it got; Gemini CLI's and the MCP SDK's
rules are in their source.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

_CODEX = frozenset(
    "CURL_CA_BUNDLE GIT_SSL_CAINFO HOME LANG LC_ALL LOGNAME NODE_EXTRA_CA_CERTS PATH PIP_CERT "
    "REQUESTS_CA_BUNDLE SHELL SSL_CERT_FILE TERM TMPDIR TZ USER __CF_USER_TEXT_ENCODING".split()
)
_SDK = frozenset("HOME LOGNAME PATH SHELL TERM USER".split())
_WINDOWS = frozenset(
    "APPDATA COMSPEC HOMEDRIVE HOMEPATH LOCALAPPDATA PATH PATHEXT PROCESSOR_ARCHITECTURE "
    "SYSTEMDRIVE SYSTEMROOT TEMP TMP USERDOMAIN USERNAME USERPROFILE WINDIR".split()
)
"""Without these, nothing starts on Windows, so every host passes them on."""
_GEMINI_SECRET = re.compile(
    "TOKEN|SECRET|PASSWORD|PASSWD|KEY|AUTH|CREDENTIAL|CREDS|PRIVATE|CERT", re.IGNORECASE
)


def everything(environ: Mapping[str, str], folder: Path) -> dict[str, str]:
    """All of it."""
    del folder
    return dict(environ)


def claude_code(environ: Mapping[str, str], folder: Path) -> dict[str, str]:
    """All of it, and the project's folder by name."""
    return {**environ, "CLAUDECODE": "1", "CLAUDE_PROJECT_DIR": str(folder)}


def codex(environ: Mapping[str, str], folder: Path) -> dict[str, str]:
    """A short list of names."""
    del folder
    return _only(environ, _CODEX)


def gemini(environ: Mapping[str, str], folder: Path) -> dict[str, str]:
    """All but names that sound like secrets."""
    del folder
    kept = {
        name: value
        for name, value in environ.items()
        if name.startswith(("GEMINI_CLI_", "GIT_CONFIG_")) or not _GEMINI_SECRET.search(name)
    }
    return {**kept, "GEMINI_CLI": "1"}


def sdk_default(environ: Mapping[str, str], folder: Path) -> dict[str, str]:
    """What the MCP SDKs pass on by default."""
    del folder
    return _only(environ, _SDK)


def _only(environ: Mapping[str, str], names: frozenset[str]) -> dict[str, str]:
    kept = names | _WINDOWS if "SYSTEMROOT" in environ else names
    return {name: value for name, value in environ.items() if name in kept}
