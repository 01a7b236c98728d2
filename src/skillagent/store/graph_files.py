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

    def stamp(self, head: StoredHead) -> object:
        """What tells whether a node's file was written again, without reading it."""
        try:
            status = os.stat(self._root(head).path / _on_system(head.path))
        except (OSError, ValueError):
            return None
        return (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)

    def _root(self, head: StoredHead) -> Root:
        return next((root for root in self.roots if root.name == head.root), self.roots[0])

    def text(self, head: StoredHead) -> str:
        """The text of a node's file.

        Raises:
            StoredIndexError: the file is not as it was indexed.
        """
        from skillagent.graph.attachments import on_disk

        root = self._root(head)
        source = read_file(root, on_disk(root, _on_system(head.path)), self.options)
        if source is None or source.digest != head.digest:
            raise StoredIndexError(f"{head.path}: changed since the graph was indexed")
        return source.text

    def load(self) -> SkillGraph:
        """The graph as it is now, for what its index does not answer."""
        from skillagent.graph import SkillGraph

        return SkillGraph.load(*self.roots, options=self.options)


def _on_system(path: str) -> str:
    """A path as this process spells it: without UTF-8 in its locale, Python has another form."""
    return os.fsdecode(path.encode("utf-8", "surrogatepass"))
