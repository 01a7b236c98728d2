"""Server identity and capabilities, as `initialize` and `server/discover` report them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from skillagent import __version__
from skillagent.mcp_server.server_config import ServerConfig

NAME = "skillagent"
TITLE = "Skill graph"
SKILLS_EXTENSION = "io.modelcontextprotocol/skills"
SKILLS_SETTINGS = {"directoryRead": True}
APPS_EXTENSION = "io.modelcontextprotocol/ui"
"""MCP Apps (SEP-1865): pages of a server, which a host shows. The SDK has the same constants, but
is imported later."""
APP_TYPE = "text/html;profile=mcp-app"
APP_URI = "ui://skillagent/graph"
"""Address of the page that shows the graph."""
APP_META = {"ui": {"resourceUri": APP_URI}}
"""`_meta` of a tool whose results that page shows."""
FRESH_MS = 300_000
"""Milliseconds for which a host may cache what does not change while the server runs."""


def server_info() -> dict[str, Any]:
    """Name, title and version of the server."""
    return {"name": NAME, "title": TITLE, "version": __version__}


def shows_apps(host: Mapping[str, Any]) -> bool:
    """Whether a host says that it shows MCP Apps.

    Args:
        host: its capabilities, in JSON values.
    """
    extensions = host.get("extensions")
    settings = extensions.get(APPS_EXTENSION) if isinstance(extensions, Mapping) else None
    media_types = settings.get("mimeTypes") if isinstance(settings, Mapping) else None
    return isinstance(media_types, list) and APP_TYPE in media_types


def with_apps(reported: Mapping[str, Any]) -> dict[str, Any]:
    """The capabilities that are reported to a host that shows MCP Apps.

    Args:
        reported: those that are reported to every other host.
    """
    if "extensions" not in reported:
        return dict(reported)
    return {**reported, "extensions": {**reported["extensions"], APPS_EXTENSION: {}}}


def capabilities(config: ServerConfig, *, modern: bool) -> dict[str, Any]:
    """The capabilities that the SDK reports for a server; a test compares the two.

    Args:
        config: settings of the server: whether it has resources and watches files.
        modern: True for protocol 2026-07-28, which has no handshake and where a host
            subscribes to changes; False for the versions with a handshake.
    """
    if config.resources == "off":
        return {"tools": {"listChanged": False}}
    extensions = {"extensions": {SKILLS_EXTENSION: SKILLS_SETTINGS}} if modern else {}
    changes = {"listChanged": modern or config.watch, "subscribe": modern}
    return {
        "completions": {},
        **extensions,
        "resources": changes,
        "tools": {"listChanged": modern},
    }
