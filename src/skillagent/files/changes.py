"""The changes that a command makes to files: shown as a diff, or written all or none."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from skillagent.errors import UsageError
from skillagent.files import journal
from skillagent.files.journal import FileChange

__all__ = ["Changes", "FileChange", "changes_of"]


@dataclass(frozen=True, slots=True)
class Changes:
    """All files that one command creates, changes and removes."""

    top: Path
    """The folder of the graph. It contains the journal while files are written, and may be new."""
    files: tuple[FileChange, ...]
    remarks: tuple[str, ...] = ()
    """Information for the user, one line each."""

    def diff(self) -> str:
        """A unified diff of every file."""
        return "".join(_diff(change) for change in self.files)

    def to_json(self, *, dry_run: bool) -> dict[str, object]:
        """The names of the files that are created, changed and removed.

        Args:
            dry_run: whether nothing is written; then the diff is included.
        """
        account: dict[str, object] = {
            "dry_run": dry_run,
            "created": [change.shown for change in self.files if change.before is None],
            "changed": [
                change.shown
                for change in self.files
                if change.before is not None and change.after is not None
            ],
            "removed": [change.shown for change in self.files if change.after is None],
            "remarks": list(self.remarks),
        }
        if dry_run:
            account["diff"] = self.diff()
        return account

    def write(self) -> None:
        """Make the changes, all of them or none.

        If the process is killed, it leaves a journal, and `journal.recover` completes the changes
        or undoes them. New files are written first and old ones removed last, so that each text
        is in at least one file at every moment.

        Raises:
            UsageError: a file was changed after the plan was made, or cannot be written, or
                another process is changing the same folder; nothing was changed.
        """
        if self.files:
            journal.write(self.top, sorted(self.files, key=_order))


def changes_of(
    top: Path,
    before: dict[str, bytes],
    after: dict[str, bytes],
    remarks: Iterable[str] = (),
) -> Changes:
    """The changes from one set of files to another, without the files that stay equal.

    Args:
        top: the folder that the paths are relative to.
        before: path → content; a file that is missing in `after` is removed.
        after: path → content; a file that is missing in `before` is new.
        remarks: information for the user, one line each.

    Raises:
        UsageError: a path leads out of the folder, or two paths lead to one file.
    """
    real = Path(os.path.realpath(top))
    files = [
        FileChange(Path(os.path.realpath(real / path)), path, before.get(path), after.get(path))
        for path in sorted({*before, *after})
        if before.get(path) != after.get(path)
    ]
    by_file: dict[Path, FileChange] = {}
    for change in files:
        if not change.path.is_relative_to(real):
            raise UsageError(f"{change.shown}: lies outside {top}")
        first = by_file.setdefault(change.path, change)
        if first.after != change.after:
            raise UsageError(f"{change.shown}: is the same file as {first.shown}; remove the link")
    return Changes(real, tuple(by_file.values()), tuple(remarks))


def _order(change: FileChange) -> tuple[bool, bool, bool]:
    """Sorting key: new files, those that grow, those that become shorter, those removed."""
    before, after = change.before, change.after
    shrinks = before is not None and after is not None and len(after) < len(before)
    return after is None, shrinks, before is not None


def _diff(change: FileChange) -> str:
    old, new = _lines(change.before), _lines(change.after)
    name_before = "/dev/null" if change.before is None else f"a/{change.shown}"
    name_after = "/dev/null" if change.after is None else f"b/{change.shown}"
    lines = []
    for line in difflib.unified_diff(old, new, name_before, name_after):
        lines.append(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n")
    return "".join(lines)


def _lines(data: bytes | None) -> list[str]:
    text = (data or b"").decode("utf-8", "replace").replace("\r\n", "\n")
    return [line + "\n" for line in text.split("\n")[:-1]] + [
        line for line in text.split("\n")[-1:] if line
    ]
