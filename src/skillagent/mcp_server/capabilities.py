"""What a server says of itself: its name, and what it can do in each protocol era."""

from __future__ import annotations

from typing import Any

from skillagent import __version__
from skillagent.mcp_server.server_config import Offer

NAME = "skillagent"
TITLE = "Skill graph"
SKILLS = "io.modelcontextprotocol/skills"
SKILLS_SETTINGS = {"directoryRead": True}
FRESH_MS = 300_000
"""How long a host may keep, in milliseconds, what does not change while the server runs."""


def server_info() -> dict[str, Any]:
    """Name, title and version."""
    return {"name": NAME, "title": TITLE, "version": __version__}


def capabilities(offer: Offer, *, modern: bool) -> dict[str, Any]:
    """What the SDK says that the server can do; a test compares.

    Args:
        offer: with or without resources, watched or not.
        modern: in the protocol without a handshake, where a host listens for changes.
    """
    if offer.resources == "off":
        return {"tools": {"listChanged": False}}
    extensions = {"extensions": {SKILLS: SKILLS_SETTINGS}} if modern else {}
    changes = {"listChanged": modern or offer.watch, "subscribe": modern}
    return {
        "completions": {},
        **extensions,
        "resources": changes,
        "tools": {"listChanged": modern},
    }
