"""The hosts, each as one value: its files, the form of its entries, how it starts a server.

Claude Code 2.1.330, Codex 0.169.0, Copilot CLI 1.0.102, Gemini CLI 0.61.0 and OpenCode 1.18.33
were run to see what they write, accept, pass on and speak. The others follow documentation:
cursor.com/docs/mcp, code.visualstudio.com (MCP configuration reference), zed.dev/docs/ai/mcp,
modelcontextprotocol.io (connecting to local servers), docs.windsurf.com (Cascade MCP).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from skillagent.errors import UsageError
from skillagent.hosts import environment, variables
from skillagent.hosts.launch import Launch
from skillagent.hosts.locations import Machine


class Scope(StrEnum):
    """Whom an entry is for."""

    USER = "user"
    PROJECT = "project"


class Syntax(StrEnum):
    """How a host writes its file."""

    JSON = "JSON"
    JSONC = "JSON with comments"
    """Comments, but no comma after the last of a list."""
    JSON5 = "JSON with comments and trailing commas"
    TOML = "TOML"


Entry = dict[str, Any]
Files = Callable[[Machine], Path]


@dataclass(frozen=True, slots=True)
class Host:
    """A program that starts MCP servers for its model."""

    name: str
    """As on the command line."""
    title: str
    """As its makers write it."""
    files: Mapping[Scope, Files]
    """Where its configuration is, for each scope that it has."""
    keys: tuple[str, ...]
    """Keys that lead from the top of the file to the table of servers."""
    syntax: Syntax
    entry: Callable[[Launch], Entry]
    """The entry that starts a server."""
    after: str
    """What remains to be done by hand when the entry is there."""
    protocol: str
    """Newest protocol version in which it speaks to a stdio server of today."""
    passes: Callable[[Mapping[str, str], Path], dict[str, str]] = environment.everything
    """The environment that a server gets, from the host's own and its folder."""
    expand: variables.Expand = variables.as_written
    """What it makes of the variables in its file."""
    project: str = ""
    """What stands for the project's folder in that file; empty if servers start in it."""
    in_project: bool = True
    """Whether servers start in the project's folder; else at the top of the disk."""
    local: Callable[[Machine], tuple[str, ...]] | None = None
    """Keys to one more table of servers in the user's file: those of this project alone."""
    program: str = ""
    """Its command line, if that can list servers."""
    listing: tuple[str, ...] = ()
    """Arguments that make it list them."""
    guards: bool = True
    """Whether its command line starts a project's servers only where the user trusts it."""

    def file(self, scope: Scope, machine: Machine) -> Path:
        """Its configuration file.

        Raises:
            UsageError: it has none for this scope.
        """
        if scope not in self.files:
            has = " and ".join(self.files)
            raise UsageError(f"{self.title} has no {scope} configuration; use --scope {has}")
        return self.files[scope](machine)

    def read(self, entry: object) -> Launch | None:
        """What an entry starts; None where it is no local server."""
        if not isinstance(entry, Mapping):
            return None
        command, args = entry.get("command"), entry.get("args", [])
        if isinstance(command, list):
            command, args = (command or [""])[0], command[1:]
        env = entry.get("env", entry.get("environment")) or {}
        cwd = entry.get("cwd")
        if not isinstance(command, str) or not command or not isinstance(args, list):
            return None
        if not isinstance(env, Mapping):
            env = {}
        return Launch(
            command,
            tuple(str(argument) for argument in args),
            {str(key): str(value) for key, value in env.items()},
            cwd if isinstance(cwd, str) else None,
        )

    def started(self, entry: object, machine: Machine) -> Launch | None:
        """What an entry starts on a machine: as `read`, with its variables replaced."""
        launch = self.read(entry)
        if launch is None:
            return None
        return launch.expanded(lambda text: self.expand(text, machine.environ, machine.folder))

    def is_disabled(self, entry: Mapping[str, Any]) -> bool:
        """Whether the entry itself turns the server off."""
        return entry.get("enabled") is False or entry.get("disabled") is True


def _plain(launch: Launch) -> Entry:
    return {"command": launch.command, "args": list(launch.args)}


def _stdio(launch: Launch) -> Entry:
    return {"type": "stdio", **_plain(launch)}


def _claude_code(launch: Launch) -> Entry:
    # All three tools stand in the first request; otherwise a model must search for them.
    return {**_stdio(launch), "alwaysLoad": True}


def _copilot(launch: Launch) -> Entry:
    # A project's file is Claude Code's too, which refuses the type "local" of Copilot's own.
    return {**_stdio(launch), "tools": ["*"]}


def _zed(launch: Launch) -> Entry:
    # Older versions tell the kinds of entries by `source`; newer ones need `args` to be there.
    return {"source": "custom", **_plain(launch), "env": {}}


def _opencode(launch: Launch) -> Entry:
    return {"type": "local", "command": [launch.command, *launch.args], "enabled": True}


def _claude_code_user(machine: Machine) -> Path:
    return machine.place("CLAUDE_CONFIG_DIR", machine.home) / ".claude.json"


def _claude_code_local(machine: Machine) -> tuple[str, ...]:
    return ("projects", str(machine.folder), "mcpServers")


def _zed_user(machine: Machine) -> Path:
    if machine.platform == "win32":
        return machine.application_data / "Zed" / "settings.json"
    if machine.platform == "darwin":
        return machine.home / ".config" / "zed" / "settings.json"
    return machine.xdg_config / "zed" / "settings.json"


def _either(folder: Path) -> Path:
    """OpenCode's file in a folder: the one with comments if it is there."""
    commented = folder / "opencode.jsonc"
    return commented if commented.exists() else folder / "opencode.json"


def _in_project(*parts: str) -> Files:
    return lambda machine: machine.folder.joinpath(*parts)


_RESTART = "restart it, or reload its MCP servers"

_ALL = (
    Host(
        "claude-code",
        "Claude Code",
        {Scope.PROJECT: _in_project(".mcp.json"), Scope.USER: _claude_code_user},
        ("mcpServers",),
        Syntax.JSON,
        _claude_code,
        "start `claude` in the project; it asks once whether a project's server may run",
        "2026-07-28",
        environment.claude_code,
        variables.of_shell,
        local=_claude_code_local,
        program="claude",
        listing=("mcp", "list"),
    ),
    Host(
        "codex",
        "Codex",
        {
            Scope.PROJECT: _in_project(".codex", "config.toml"),
            Scope.USER: lambda machine: (
                machine.place("CODEX_HOME", machine.home / ".codex") / "config.toml"
            ),
        },
        ("mcp_servers",),
        Syntax.TOML,
        _plain,
        "start a new session; a project's file counts only where the project is trusted",
        "2025-06-18",
        environment.codex,
        program="codex",
        listing=("mcp", "list"),
    ),
    Host(
        "cursor",
        "Cursor",
        {
            Scope.PROJECT: _in_project(".cursor", "mcp.json"),
            Scope.USER: lambda machine: machine.home / ".cursor" / "mcp.json",
        },
        ("mcpServers",),
        Syntax.JSON5,
        _stdio,
        f"{_RESTART}, and turn the server on in its settings",
        "2025-11-25",
        expand=variables.of_editor,
        project="${workspaceFolder}",
    ),
    Host(
        "gemini",
        "Gemini CLI",
        {
            Scope.PROJECT: _in_project(".gemini", "settings.json"),
            Scope.USER: lambda machine: (
                machine.place("GEMINI_CLI_HOME", machine.home) / ".gemini" / "settings.json"
            ),
        },
        ("mcpServers",),
        Syntax.JSONC,
        _plain,
        "start a new session; servers run only in folders that are trusted",
        "2025-06-18",
        environment.gemini,
        variables.of_gemini,
        program="gemini",
        listing=("mcp", "list"),
    ),
    Host(
        "vscode",
        "VS Code",
        {
            Scope.PROJECT: _in_project(".vscode", "mcp.json"),
            Scope.USER: lambda machine: machine.application_data / "Code" / "User" / "mcp.json",
        },
        ("servers",),
        Syntax.JSON5,
        _stdio,
        "start the server with the line above its entry; tools show in agent mode",
        "2025-11-25",
        expand=variables.of_editor,
        project="${workspaceFolder}",
    ),
    Host(
        "copilot",
        "Copilot CLI",
        {
            # It reads .github/mcp.json only where this one is not there.
            Scope.PROJECT: _in_project(".mcp.json"),
            Scope.USER: lambda machine: (
                machine.place("COPILOT_HOME", machine.home / ".copilot") / "mcp-config.json"
            ),
        },
        ("mcpServers",),
        Syntax.JSONC,
        _copilot,
        "start a new session; a project's servers run only where the folder is trusted",
        "2026-07-28",
        program="copilot",
        listing=("mcp", "list"),
    ),
    Host(
        "claude-desktop",
        "Claude Desktop",
        {
            Scope.USER: lambda machine: (
                machine.application_data / "Claude" / "claude_desktop_config.json"
            )
        },
        ("mcpServers",),
        Syntax.JSON,
        _plain,
        "quit the program whole and start it again",
        "2025-06-18",
        environment.sdk_default,
        in_project=False,
    ),
    Host(
        "windsurf",
        "Windsurf",
        {Scope.USER: lambda machine: machine.home / ".codeium" / "windsurf" / "mcp_config.json"},
        ("mcpServers",),
        Syntax.JSON,
        _plain,
        "refresh the list of servers in Cascade",
        "2025-06-18",
        expand=variables.of_editor,
        in_project=False,
    ),
    Host(
        "zed",
        "Zed",
        {Scope.USER: _zed_user},
        ("context_servers",),
        Syntax.JSON5,
        _zed,
        "look for the green dot in the Agent panel's settings",
        "2025-11-25",
    ),
    Host(
        "opencode",
        "OpenCode",
        {
            Scope.PROJECT: lambda machine: _either(machine.folder),
            Scope.USER: lambda machine: _either(machine.xdg_config / "opencode"),
        },
        ("mcp",),
        Syntax.JSON5,
        _opencode,
        "start a new session",
        "2025-11-25",
        expand=variables.of_opencode,
        program="opencode",
        listing=("mcp", "list"),
        guards=False,
    ),
)

HOSTS: dict[str, Host] = {host.name: host for host in sorted(_ALL, key=lambda host: host.name)}
"""Every host that `install` and `doctor` know, by name."""


def known(name: str) -> Host:
    """The host of that name.

    Raises:
        UsageError: there is none.
    """
    if name in HOSTS:
        return HOSTS[name]
    raise UsageError(f"{name!r} is no host that is known here; known: {', '.join(HOSTS)}")
