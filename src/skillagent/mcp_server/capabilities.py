"""Server identity and capabilities, as `initialize` and `server/discover` report them."""

from __future__ import annotations

from typing import Any

from skillagent import __version__
from skillagent.mcp_server.server_config import ServerConfig

NAME = "skillagent"
TITLE = "Skill graph"
SKILLS_EXTENSION = "io.modelcontextprotocol/skills"
SKILLS_SETTINGS = {"directoryRead": True}
FRESH_MS = 300_000
"""Milliseconds for which a host may cache what does not change while the server runs."""


def server_info() -> dict[str, Any]:
    """Name, title and version of the server."""
    return {"name": NAME, "title": TITLE, "version": __version__}


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
