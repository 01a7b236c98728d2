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
