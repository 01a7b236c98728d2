"""Where the index of a graph is kept: one file in the user's cache folder, or in a folder named.

The name of the file is made of the paths of the roots and of the options, so that two ways to read
one folder do not replace each other's index.

Above: `opening`. Below: `graph`.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from skillagent.files.user_cache import cache_folder
from skillagent.graph.walk import Options, Root


@dataclass(frozen=True, slots=True)
class IndexPlace:
    """The file of one index."""

    path: Path

    @classmethod
    def of(cls, roots: Sequence[Root], options: Options, folder: Path | None = None) -> IndexPlace:
        """The place of the index of a graph.

        Args:
            roots: the folders of the graph, each with its name.
            options: how it is loaded.
            folder: where indexes are kept; None for the user's cache folder.
        """
        dialect = options.dialect.settings if options.dialect else ""
        named = [(root.name, os.path.realpath(root.path)) for root in roots]
        key = repr((named, dialect, replace(options, dialect=None)))
        name = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        return cls((folder or user_folder()) / f"{name}.sqlite")

    @property
    def changes(self) -> Path:
        """The file with what changed since the index was built."""
        return self.path.with_suffix(".changes.sqlite")

    def stamp(self) -> object:
        """What tells whether another process has written the index since, without reading it."""
        stamps = []
        for path in (self.path, self.changes):
            with contextlib.suppress(OSError):
                status = path.stat()
                stamps.append((status.st_ino, status.st_mtime_ns, status.st_ctime_ns))
        return stamps

    @property
    def lock(self) -> Path:
        """The file that a process locks while it builds the index."""
        return self.path.with_suffix(".lock")

    @property
    def damaged(self) -> Path:
        """Where a file is put that cannot be used as the index."""
        return self.path.with_suffix(".damaged")


def user_folder() -> Path:
    """The folder with all indexes of this user."""
    return Path(cache_folder()) / "index"
