"""Describes each host as one value: its files, the form of its entries, how it starts a server.

Claude Code 2.1.330, Codex 0.169.0, Copilot CLI 1.0.102, Gemini CLI 0.61.0 and OpenCode 1.18.33
were run to see which files they write, which entries they accept, which variables they pass on
and which protocol version they speak. The others follow their documentation:
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
from skillagent.hosts.locations import Locations


class Scope(StrEnum):
    """For whom an entry is."""

    USER = "user"
    """All projects of one user."""
    PROJECT = "project"
    """All users of one project."""


class Syntax(StrEnum):
    """The syntax of a host's file."""

    JSON = "JSON"
    JSONC = "JSON with comments"
    """Comments, but no trailing commas."""
    JSON5 = "JSON with comments and trailing commas"
    TOML = "TOML"


ServerEntry = dict[str, Any]
FilePath = Callable[[Locations], Path]


@dataclass(frozen=True, slots=True)
class UnsupportedLayout:
    """A layout of a host's file that another version of the host uses, and that we do not edit."""

    title: str
    """The version of the host, as people call it."""
    keys: tuple[str, ...]
    """Keys that lead to its table of servers, and tell that a file has this layout."""
    without: frozenset[str] = frozenset()
    """Keys that its entries do not have."""

    def is_used(self, servers: object) -> bool:
        """Whether the value at `keys` is a table of servers, and not one server of that name."""
        return isinstance(servers, dict) and "type" not in servers


@dataclass(frozen=True, slots=True)
class Host:
    """A program that starts MCP servers for its model."""

    name: str
    """Name on the command line."""
    title: str
    """Name as its makers write it."""
    files: Mapping[Scope, FilePath]
    """Its configuration file for each scope that it supports."""
    keys: tuple[str, ...]
    """Keys that lead from the top of the file to the table of servers."""
    syntax: Syntax
    entry: Callable[[Launch], ServerEntry]
    """Makes the entry that starts a server."""
    next_step: str
    """What the user has to do when the entry is written."""
    protocol: str
    """Newest protocol version in which the host speaks to a stdio server."""
    server_environment: environment.PassOn = environment.all_variables
    """Gives the environment of a server from the host's own environment and the project."""
    expand_variables: variables.Expand = variables.unexpanded
    """Expands the variables in its file."""
    project_variable: str = ""
    """Variable for the project's folder in its file; empty if servers start in that folder."""
    starts_in_project: bool = True
    """Whether servers start in the project's folder; otherwise in the root of the disk."""
    local_keys: Callable[[Locations], tuple[str, ...]] | None = None
    """Keys of a second table of servers in the user's file, for this project only."""
    cli_program: str = ""
    """Its command-line program, if that can list servers."""
    cli_list_arguments: tuple[str, ...] = ()
    """Arguments with which that program lists servers."""
    cli_checks_trust: bool = True
    """Whether that program starts a project's servers only if the user trusts the project."""
    unsupported_layout: UnsupportedLayout | None = None
    """Another layout of its file, in which entries must be written by hand."""

    def file(self, scope: Scope, locations: Locations) -> Path:
        """The configuration file for a scope.

        Raises:
            UsageError: the host has no file for this scope.
        """
        if scope not in self.files:
            scopes = " and ".join(self.files)
            raise UsageError(f"{self.title} has no {scope} configuration; use --scope {scopes}")
        return self.files[scope](locations)

    def read(self, entry: object) -> Launch | None:
        """The process that an entry starts, as written; None if it is not a local server."""
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

    def started(self, entry: object, locations: Locations) -> Launch | None:
        """The process that an entry starts: that of `read`, with its variables expanded."""
        launch = self.read(entry)
        if launch is None:
            return None
        return launch.expanded(
            lambda text: self.expand_variables(text, locations.environ, locations.project)
        )

    def is_disabled(self, entry: Mapping[str, Any]) -> bool:
        """Whether the entry itself turns the server off."""
        return entry.get("enabled") is False or entry.get("disabled") is True


def _plain(launch: Launch) -> ServerEntry:
    return {"command": launch.command, "args": list(launch.args)}


def _stdio(launch: Launch) -> ServerEntry:
    return {"type": "stdio", **_plain(launch)}


def _claude_code(launch: Launch) -> ServerEntry:
    # With it, the first request has all three tools; otherwise the model must search for them.
    return {**_stdio(launch), "alwaysLoad": True}


def _copilot(launch: Launch) -> ServerEntry:
    # Claude Code reads the same file of a project, and refuses Copilot's own type "local".
    return {**_stdio(launch), "tools": ["*"]}


def _zed(launch: Launch) -> ServerEntry:
    # Older versions need `source`, and newer ones need `args`.
    return {"source": "custom", **_plain(launch), "env": {}}


def _opencode(launch: Launch) -> ServerEntry:
    return {"type": "local", "command": [launch.command, *launch.args], "enabled": True}


def _claude_code_user(locations: Locations) -> Path:
    return locations.folder_from("CLAUDE_CONFIG_DIR", locations.home) / ".claude.json"


def _claude_code_local(locations: Locations) -> tuple[str, ...]:
    return ("projects", str(locations.project), "mcpServers")


def _zed_user(locations: Locations) -> Path:
    if locations.platform == "win32":
        return locations.application_data / "Zed" / "settings.json"
    if locations.platform == "darwin":
        return locations.home / ".config" / "zed" / "settings.json"
    return locations.xdg_config / "zed" / "settings.json"


def _either(folder: Path) -> Path:
    """OpenCode's file in a folder: the one with comments if it exists."""
    commented = folder / "opencode.jsonc"
    return commented if commented.exists() else folder / "opencode.json"


def _in_project(*parts: str) -> FilePath:
    return lambda locations: locations.project.joinpath(*parts)


_RESTART = "restart it, or reload its MCP servers"

_ALL = (
    Host(
        name="claude-code",
        title="Claude Code",
        files={Scope.PROJECT: _in_project(".mcp.json"), Scope.USER: _claude_code_user},
        keys=("mcpServers",),
        syntax=Syntax.JSON,
        entry=_claude_code,
        next_step="start `claude` in the project; it asks once whether a project's server may run",
        protocol="2026-07-28",
        server_environment=environment.claude_code,
        expand_variables=variables.shell_expanded,
        local_keys=_claude_code_local,
        cli_program="claude",
        cli_list_arguments=("mcp", "list"),
    ),
    Host(
        name="codex",
        title="Codex",
        files={
            Scope.PROJECT: _in_project(".codex", "config.toml"),
            Scope.USER: lambda locations: (
                locations.folder_from("CODEX_HOME", locations.home / ".codex") / "config.toml"
            ),
        },
        keys=("mcp_servers",),
        syntax=Syntax.TOML,
        entry=_plain,
        next_step="start a new session; a project's file counts only where the project is trusted",
        protocol="2025-06-18",
        server_environment=environment.codex,
        cli_program="codex",
        cli_list_arguments=("mcp", "list"),
    ),
    Host(
        name="cursor",
        title="Cursor",
        files={
            Scope.PROJECT: _in_project(".cursor", "mcp.json"),
            Scope.USER: lambda locations: locations.home / ".cursor" / "mcp.json",
        },
        keys=("mcpServers",),
        syntax=Syntax.JSON5,
        entry=_stdio,
        next_step=f"{_RESTART}, and turn the server on in its settings",
        protocol="2025-11-25",
        expand_variables=variables.editor_expanded,
        project_variable="${workspaceFolder}",
    ),
    Host(
        name="gemini",
        title="Gemini CLI",
        files={
            Scope.PROJECT: _in_project(".gemini", "settings.json"),
            Scope.USER: lambda locations: (
                locations.folder_from("GEMINI_CLI_HOME", locations.home)
                / ".gemini"
                / "settings.json"
            ),
        },
        keys=("mcpServers",),
        syntax=Syntax.JSONC,
        entry=_plain,
        next_step="start a new session; servers run only in folders that are trusted",
        protocol="2025-06-18",
        server_environment=environment.gemini,
        expand_variables=variables.gemini_expanded,
        cli_program="gemini",
        cli_list_arguments=("mcp", "list"),
    ),
    Host(
        name="vscode",
        title="VS Code",
        files={
            Scope.PROJECT: _in_project(".vscode", "mcp.json"),
            Scope.USER: lambda locations: locations.application_data / "Code" / "User" / "mcp.json",
        },
        keys=("servers",),
        syntax=Syntax.JSON5,
        entry=_stdio,
        next_step="start the server with the line above its entry; tools show in agent mode",
        protocol="2025-11-25",
        expand_variables=variables.editor_expanded,
        project_variable="${workspaceFolder}",
    ),
    Host(
        name="copilot",
        title="Copilot CLI",
        files={
            # It reads .github/mcp.json only if this file does not exist.
            Scope.PROJECT: _in_project(".mcp.json"),
            Scope.USER: lambda locations: (
                locations.folder_from("COPILOT_HOME", locations.home / ".copilot")
                / "mcp-config.json"
            ),
        },
        keys=("mcpServers",),
        syntax=Syntax.JSONC,
        entry=_copilot,
        next_step="start a new session; a project's servers run only where the folder is trusted",
        protocol="2026-07-28",
        cli_program="copilot",
        cli_list_arguments=("mcp", "list"),
    ),
    Host(
        name="claude-desktop",
        title="Claude Desktop",
        files={
            Scope.USER: lambda locations: (
                locations.application_data / "Claude" / "claude_desktop_config.json"
            )
        },
        keys=("mcpServers",),
        syntax=Syntax.JSON,
        entry=_plain,
        next_step="quit the program completely and start it again",
        protocol="2025-06-18",
        server_environment=environment.sdk_default,
        starts_in_project=False,
    ),
    Host(
        name="windsurf",
        title="Windsurf",
        files={
            Scope.USER: lambda locations: (
                locations.home / ".codeium" / "windsurf" / "mcp_config.json"
            )
        },
        keys=("mcpServers",),
        syntax=Syntax.JSON,
        entry=_plain,
        next_step="refresh the list of servers in Cascade",
        protocol="2025-06-18",
        expand_variables=variables.editor_expanded,
        starts_in_project=False,
    ),
    Host(
        name="zed",
        title="Zed",
        files={Scope.USER: _zed_user},
        keys=("context_servers",),
        syntax=Syntax.JSON5,
        entry=_zed,
        next_step="look for the green dot in the Agent panel's settings",
        protocol="2025-11-25",
    ),
    Host(
        name="opencode",
        title="OpenCode",
        files={
            Scope.PROJECT: lambda locations: _either(locations.project),
            Scope.USER: lambda locations: _either(locations.xdg_config / "opencode"),
        },
        keys=("mcp",),
        syntax=Syntax.JSON5,
        entry=_opencode,
        next_step="start a new session",
        protocol="2025-11-25",
        expand_variables=variables.opencode_expanded,
        cli_program="opencode",
        cli_list_arguments=("mcp", "list"),
        cli_checks_trust=False,
        unsupported_layout=UnsupportedLayout(
            title="OpenCode 2", keys=("mcp", "servers"), without=frozenset({"enabled"})
        ),
    ),
)

HOSTS: dict[str, Host] = {host.name: host for host in sorted(_ALL, key=lambda host: host.name)}
"""Every host that `install` and `doctor` support, by name."""


def host_named(name: str) -> Host:
    """The host with a name.

    Raises:
        UsageError: there is no such host.
    """
    if name in HOSTS:
        return HOSTS[name]
    raise UsageError(f"there is no host {name!r}; hosts are {', '.join(HOSTS)}")
