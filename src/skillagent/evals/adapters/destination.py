"""Writes a made suite into a folder, all of it or nothing.

Above: `cli`. Below: `made_suite`.
"""

from __future__ import annotations

import os
from pathlib import Path

from skillagent.errors import UsageError
from skillagent.evals.adapters.made_suite import MadeSuite
from skillagent.evals.suite_file import FOLDER, NAMES
from skillagent.evals.suite_text import suite_text
from skillagent.files.changes import Changes, changes_of
from skillagent.files.regular import read_regular
from skillagent.graph.file_name import SUFFIXES

SUITE = f"{FOLDER}/{NAMES[0]}"
_MARK = "# Made by `skillagent suite "
"""How a suite begins that this command has written."""


def changes_to(folder: Path, kind: str, made: MadeSuite, *, replace: bool) -> Changes:
    """The changes that write a suite.

    Args:
        folder: where it goes.
        kind: name of the adapter.
        made: the suite.
        replace: whether a suite that this command made before may be replaced.

    Raises:
        UsageError: the folder has other files, or the suite has no case.
    """
    if not made.cases:
        counts = (f"{count:,} because {why}" for why, count in sorted(made.left_out.items()))
        reasons = ": " + "; ".join(counts) if made.left_out else ""
        raise UsageError(f"{made.name}: no question can be used{reasons}")
    before = earlier_suite(folder, replace=replace)
    after = {**made.files, SUITE: _text(kind, made).encode()}
    return changes_of(folder, before, after)


def earlier_suite(folder: Path, *, replace: bool) -> dict[str, bytes]:
    """The files of a suite that is about to be replaced; none if the folder is empty or missing.

    Args:
        folder: a folder.
        replace: whether a suite may be replaced.

    Raises:
        UsageError: the folder is no folder or cannot be read, or has files that may not be
            replaced.
    """
    if os.path.lexists(folder) and not folder.is_dir():
        raise UsageError(f"{folder}: it is no folder; choose another place")
    try:
        paths = sorted(path for path in folder.rglob("*") if path.is_symlink() or path.is_file())
        if not paths:
            return {}
        if not replace:
            raise UsageError(f"{folder}: it is not empty; give --force to replace a suite in it")
        suite = folder / SUITE
        if not suite.is_file() or not read_regular(suite).startswith(_MARK.encode()):
            raise UsageError(
                f"{folder}: it has files, and no suite of this command; choose another place"
            )
        for path in paths:
            is_ours = path == suite or path.suffix in SUFFIXES
            if not is_ours or path.is_symlink():
                raise UsageError(f"{path}: it is no file of a suite; move it away first")
        return {path.relative_to(folder).as_posix(): read_regular(path) for path in paths}
    except OSError as error:
        raise UsageError(f"{folder}: it cannot be read: {error.strerror}") from None


def _text(kind: str, made: MadeSuite) -> str:
    fields = {"name": made.name, "description": made.description, "graph": ".."}
    head = f"{_MARK}{kind}`.\n"
    if made.leaks:
        head += f"# leaks: {made.leaks}\n"
        fields["leaks"] = "allow"
    return head + suite_text(fields, made.cases)
