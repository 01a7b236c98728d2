"""What `.gitignore` and `.skillagentignore` leave out of a graph, read as git reads them.

Above: `walk`. Below: `open_root`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from skillagent.graph.open_root import OpenRoot

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

IGNORE_FILES = (".gitignore", ".skillagentignore")
MAX_IGNORE_BYTES = 1024 * 1024
"""So much of an ignore file is read."""

Specs: TypeAlias = "tuple[tuple[str, GitIgnoreSpec], ...]"
"""The ignore files that hold in a folder: the folder each lies in, and its rules."""


def read_rules(opened: OpenRoot, path: str) -> GitIgnoreSpec | None:
    """The rules of one ignore file; None where it cannot be read or lies outside the root."""
    from pathspec import GitIgnoreSpec

    try:
        target = opened.resolve(path)
        if target is None:
            return None
        with opened.file(target) as stream:
            lines = stream.read(MAX_IGNORE_BYTES).decode("utf-8", "replace").splitlines()
    except OSError:
        return None
    kept = []
    for line in lines:
        try:
            GitIgnoreSpec.from_lines([line])
        except (ValueError, re.error):
            continue  # as git does, a line that makes no sense is passed over
        kept.append(line)
    return GitIgnoreSpec.from_lines(kept)


def is_ignored(relative: str, specs: Specs) -> bool:
    """The nearest ignore file that says anything about the path decides, as in git."""
    for below, spec in reversed(specs):
        verdict = spec.check_file(relative[len(below) :]).include
        if verdict is not None:
            return verdict
    return False
