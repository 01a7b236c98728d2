"""The files of a graph whose index is stored: read one by one, and compared with the index.

Above: `stored_view`, `indexing`. Below: `graph`.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from skillagent.errors import StoredIndexError
from skillagent.graph.walk import Options, Root, read_file
from skillagent.store.stored_values import StoredHead

if TYPE_CHECKING:
    from skillagent.graph import SkillGraph


class GraphFiles:
    """The files of a graph.

    Args:
        roots: the folders that it was loaded from.
        options: how it was loaded.
    """

    def __init__(self, roots: Sequence[Root], options: Options) -> None:
        self.roots, self.options = tuple(roots), options

    def text(self, head: StoredHead) -> str:
        """The text of a node's file.

        Raises:
            StoredIndexError: the file is not as it was indexed.
        """
        from skillagent.graph.attachments import on_disk

        root = next((root for root in self.roots if root.name == head.root), self.roots[0])
        # In a locale without UTF-8, Python spells the name of a file in another way.
        path = os.fsdecode(head.path.encode("utf-8", "surrogatepass"))
        source = read_file(root, on_disk(root, path), self.options)
        if source is None or source.digest != head.digest:
            raise StoredIndexError(f"{head.path}: changed since the graph was indexed")
        return source.text

    def load(self) -> SkillGraph:
        """The graph as it is now, for what its index does not answer."""
        from skillagent.graph import SkillGraph

        return SkillGraph.load(*self.roots, options=self.options)
