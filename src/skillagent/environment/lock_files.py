"""The lock files of a project, by their digests."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from skillagent.digest import sha256
from skillagent.files.regular import read_regular

LIMIT = 64_000_000
"""Maximum size of a lock file, in bytes; a larger one is left out."""
_NAME = re.compile(
    r"pylock\.toml|pylock\.[^.]+\.toml|(uv|poetry|pdm|pixi|Pipfile)\.lock|requirements[\w.-]*\.lock"
    r"|conda-lock\.yml"
)


def lock_files(project: Path, top: Path | None) -> Mapping[str, str]:
    """Digests of the lock files in the nearest folder that has some.

    Args:
        project: the folder in which the search begins.
        top: the last folder above it that is searched; None searches only `project`.

    Returns:
        Name → SHA-256 of the bytes, sorted by name.
    """
    for folder in (project, *project.parents):
        if locks := _locks(folder):
            return locks
        if top is None or folder == top:
            break
    return {}


def _locks(folder: Path) -> dict[str, str]:
    digests = {}
    try:
        names = sorted(path.name for path in folder.iterdir() if _NAME.fullmatch(path.name))
    except OSError:
        return {}
    for name in names:
        try:
            digests[name] = sha256(read_regular(folder / name, LIMIT))
        except OSError:
            continue
    return digests
