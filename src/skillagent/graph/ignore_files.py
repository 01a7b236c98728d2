"""Read `.gitignore` and `.skillagentignore` as git does: the files that a graph leaves out.

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
"""How much of an ignore file is read."""

Specs: TypeAlias = "tuple[tuple[str, GitIgnoreSpec], ...]"
"""The ignore files that apply in a folder: the folder of each, and its rules."""


def read_rules(opened: OpenRoot, path: str) -> GitIgnoreSpec | None:
    """The rules of one ignore file; None if it cannot be read or is outside the root."""
    from pathspec import GitIgnoreSpec

    try:
        target = opened.resolve(path)
        if target is None:
            return None
        with opened.file(target) as stream:
            lines = stream.read(MAX_IGNORE_BYTES).decode("utf-8", "replace").splitlines()
    except OSError:
        return None
    valid = []
    for line in lines:
        try:
            GitIgnoreSpec.from_lines([line])
        except (ValueError, re.error):
            continue  # git ignores an invalid line too
        valid.append(line)
    return GitIgnoreSpec.from_lines(valid)


def is_ignored(relative: str, specs: Specs) -> bool:
    """True if a path is ignored. As in git, the nearest ignore file that matches it decides."""
    for below, spec in reversed(specs):
        verdict = spec.check_file(relative[len(below) :]).include
        if verdict is not None:
            return verdict
    return False
