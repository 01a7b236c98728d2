"""What a fix is given: a node, and what it needs to write a link.

Above: the fixes. Below: `link_writer`.
"""

from __future__ import annotations

from dataclasses import dataclass

from skillagent.authoring.link_writer import LinkWriter
from skillagent.graph import Node
from skillagent.graph.resolve import Resolver
from skillagent.markdown import Document


@dataclass(frozen=True, slots=True)
class Place:
    """A file to correct."""

    node: Node
    resolver: Resolver
    """Resolves links of the root that contains it."""
    links: LinkWriter
    """Writes links of that root."""

    @property
    def document(self) -> Document:
        """The file as it is now."""
        return self.node.document
