"""Paths inside a root, also those that leave its folder and come back.

Above: `resolve`, `site`.
"""

from __future__ import annotations

import posixpath
from collections.abc import Sequence


def inner_path(path: str, above: Sequence[str]) -> str | None:
    """A path from the root without `..`; `.` for the root itself, None if it leads outside.

    Args:
        path: from the root; `../docs/x` is inside if the root's own folder is `docs`.
        above: names of the folders above the root, and its own name last; empty if unknown.
    """
    path = posixpath.normpath(path)
    if not path.startswith(("../", "/")) and path != "..":
        return path
    parts = path.split("/")
    up = next((at for at, part in enumerate(parts) if part != ".."), len(parts))
    if not 0 < up <= len(above) or tuple(parts[up : 2 * up]) != tuple(above[-up:]):
        return None
    return "/".join(parts[2 * up :]) or "."
