"""What a node is for.

Above: `node`, and every store of nodes. Below: nothing.
"""

from __future__ import annotations

from enum import StrEnum


class NodeKind(StrEnum):
    """The purpose of a node."""

    NODE = "node"
    MAP = "map"
    SKILL = "skill"


MAP_WORDS = {"map", "moc", "index", "hub", "toc", "map of content", "map-of-content"}
"""The types and tags of a node that make it a map."""
