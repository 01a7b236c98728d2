"""Several changes as one patch for `git apply`.

All changes were planned on the same files. Where two change different lines of a file, both are in
the patch; one that changes the same lines as an earlier one is left out. So is one that creates a
file with the name of a new file of an earlier one: a link by that name could mean both.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from skillagent.files.changes import Changes, FileChange


@dataclass(frozen=True, slots=True)
class Patch:
    """A patch, and which changes are not in it."""

    data: bytes
    left_out: tuple[int, ...]
    """Indexes of the changes that an earlier one excludes."""


class _LineEdit(NamedTuple):
    """New lines in place of some lines of a file."""

    start: int
    end: int
    lines: tuple[bytes, ...]


def patch(changes: Sequence[Changes]) -> Patch:
    """The patch that makes several changes, each in full or not at all.

    Args:
        changes: planned on the same files; an earlier one has priority.
    """
    files: dict[str, _File] = {}
    new_names: set[str] = set()
    left_out = []
    for index, change in enumerate(changes):
        tried = {
            file.shown: files.get(file.shown, _File(file)).with_change(file)
            for file in change.files
        }
        new = {_name(file) for file in change.files if file.before is None}
        if any(merged is None for merged in tried.values()) or not new.isdisjoint(new_names):
            left_out.append(index)
        else:
            new_names |= new
            files.update((path, merged) for path, merged in tried.items() if merged)
    data = b"".join(b"".join(file.diff(path)) for path, file in sorted(files.items()))
    return Patch(data, tuple(left_out))


def _name(file: FileChange) -> str:
    return file.shown.rpartition("/")[2].casefold()


class _File:
    """One file with the edits of the changes so far."""

    def __init__(self, first: FileChange, edits: Iterable[_LineEdit] = ()) -> None:
        self._before = first.before
        self._created_or_removed: FileChange | None = None
        self._edits = list(edits)

    def with_change(self, change: FileChange) -> _File | None:
        """The file with one more change; None if that excludes an earlier one."""
        whole = self._created_or_removed
        if whole is not None or (self._edits and None in (change.before, change.after)):
            return None
        if change.before is None or change.after is None:
            merged = _File(change)
            merged._created_or_removed = change
            return merged
        new = list(_line_edits(_lines(change.before), _lines(change.after)))
        merged = _File(change, self._edits)
        for edit in new:
            if any(_excludes(edit, other) for other in self._edits):
                return None
        merged._edits += new
        return merged

    def diff(self, path: str) -> Iterator[bytes]:
        """The lines of a unified diff."""
        old = _lines(self._before)
        new: list[bytes] = []
        place = 0
        for edit in sorted(self._edits, key=lambda edit: edit[:2]):  # stable: the earlier one first
            new += [*old[place : edit.start], *edit.lines]
            place = edit.end
        new += old[place:]
        names = [f"a/{path}", f"b/{path}"]
        if (change := self._created_or_removed) is not None:
            old, new = _lines(change.before), _lines(change.after)
            names[change.after is None] = "/dev/null"
        # A tab ends a name that has blanks.
        head = [f"{name}\t" if " " in name else name for name in names]
        lines = difflib.diff_bytes(
            difflib.unified_diff, old, new, head[0].encode(), head[1].encode()
        )
        for line in lines:
            yield line if line.endswith(b"\n") else line + b"\n\\ No newline at end of file\n"


def _excludes(edit: _LineEdit, other: _LineEdit) -> bool:
    """True if two edits change the same lines; two that only insert never do."""
    if edit.start == edit.end and other.start == other.end:
        return False
    return edit.start <= other.end and other.start <= edit.end


def _line_edits(old: Sequence[bytes], new: Sequence[bytes]) -> Iterator[_LineEdit]:
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for tag, start, end, first, last in matcher.get_opcodes():
        if tag != "equal":
            yield _LineEdit(start, end, tuple(new[first:last]))


def _lines(data: bytes | None) -> list[bytes]:
    """Lines that end with a line feed, as git has them; a carriage return stays in its line."""
    lines = (data or b"").split(b"\n")
    return [line + b"\n" for line in lines[:-1]] + [line for line in lines[-1:] if line]
