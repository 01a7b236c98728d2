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
    LOG = "log"
    """The history of a folder, which is read only on request."""


GATHERING = frozenset((NodeKind.MAP, NodeKind.SKILL))
"""The kinds of nodes that gather links to others."""

MAP_WORDS = {"map", "moc", "index", "hub", "toc", "map of content", "map-of-content"}
"""The types and tags of a node that make it a map."""
