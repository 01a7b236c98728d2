"""Stores how to undo an install exactly, in a file outside the host's own file.

A host would refuse a mark of ours in its file, and the file alone does not tell whether an
empty table, or the file itself, existed before. So each install adds a record to the state
folder: a digest of the text that it wrote, and the one span in which the former text differed.
If the text still has that digest, the former text is restored byte for byte. If it has not, or
the record is lost, only the entry is removed. Entries may be removed in another order than they
were added, so the record also leads from the newest text to the text before the first entry.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from skillagent import digest
from skillagent.errors import UsageError
from skillagent.files.atomic import write_atomic
from skillagent.files.regular import read_regular
from skillagent.hosts.lock import locked

FILE = "installs.json"
MAX_BYTES = 64_000_000
"""Largest file of records that is read."""


# The fields of both classes are the keys in the file of records.


@dataclass(frozen=True, slots=True)
class TextPatch:
    """The difference that leads from a written text back to the former one."""

    written: str
    """Digest of the written text."""
    start: int
    """Number of characters at the beginning that both texts share."""
    length: int
    """Number of characters after `start` that only the written text has."""
    removed: str
    """What the former text has in their place."""

    def apply(self, text: str) -> str | None:
        """The former text; None if `text` is not the written one."""
        if digest.sha256(text) != self.written:
            return None
        return text[: self.start] + self.removed + text[self.start + self.length :]


@dataclass(frozen=True, slots=True)
class InstallRecord:
    """What installs did to one file."""

    spans: dict[str, TextPatch | None]
    """Name of each entry → the patch to the text before it; None if that is not known."""
    base: TextPatch | None = None
    """The patch to the text before the first entry; None if that is not known."""
    created: bool = False
    """Whether the file did not exist before."""
    containers: int = 0
    """Number of tables around the entry that did not exist before."""
    folders: tuple[str, ...] = ()
    """Folders that did not exist before, the innermost first."""

    def with_entry(self, name: str, before: str, after: str, *, existed: bool) -> InstallRecord:
        """The record after an entry was written.

        If it replaced an earlier version of the entry, the patch leads to the text before both.

        Args:
            name: name of the entry.
            before: the text before the change.
            after: the text after it.
            existed: whether `before` contains an entry of that name.
        """
        # The text before an entry that is not in the record is not known.
        is_unknown = existed and name not in self.spans
        former = self.text_before(name, before) if existed else before
        first = self.first_text(before) if self.spans else before
        return replace(
            self,
            spans={**self.spans, name: _patch_or_none(former, after)},
            base=None if is_unknown else _patch_or_none(first, after),
        )

    def without_entry(self, name: str, before: str, after: str) -> InstallRecord:
        """The record after an entry was removed.

        Args:
            name: name of the entry.
            before: the text before the change.
            after: the text after it.
        """
        spans = {key: patch for key, patch in self.spans.items() if key != name}
        # If the entry is not in the record, the first text may contain it, so restoring that
        # text later would bring it back.
        first = self.first_text(before) if name in self.spans else None
        return replace(self, spans=spans, base=_patch_or_none(first, after))

    def text_before(self, name: str, text: str) -> str | None:
        """The text before an entry; None if `text` is not the one written with that entry."""
        patch = self.spans.get(name)
        return patch.apply(text) if patch else None

    def first_text(self, text: str) -> str | None:
        """The text before the first entry; None if `text` is not the one written last."""
        return self.base.apply(text) if self.base else None


def make_patch(former: str, written: str) -> TextPatch:
    """The shortest patch from a written text to the former one."""
    start = _common_prefix(former, written)
    end = _common_prefix(former[start:][::-1], written[start:][::-1])
    removed = former[start : len(former) - end]
    return TextPatch(digest.sha256(written), start, len(written) - end - start, removed)


def _patch_or_none(former: str | None, written: str) -> TextPatch | None:
    return None if former is None else make_patch(former, written)


def _common_prefix(first: str, second: str) -> int:
    """Number of characters that two texts share at the beginning."""
    pairs = enumerate(zip(first, second, strict=False))
    shorter = min(len(first), len(second))
    return next((position for position, (a, b) in pairs if a != b), shorter)


def read_record(state: Path, file: Path) -> InstallRecord | None:
    """The record of a file; None if there is none, or it cannot be read.

    Args:
        state: the state folder.
        file: the host's file.
    """
    values = _read_all(state).get(str(file))
    if not isinstance(values, dict):
        return None
    try:
        spans = {
            name: TextPatch(**patch) if patch else None for name, patch in values["spans"].items()
        }
        # Records of older versions have no base.
        base = values.get("base")
        return InstallRecord(
            spans=spans,
            base=TextPatch(**base) if base else None,
            created=bool(values["created"]),
            containers=int(values["containers"]),
            folders=tuple(str(folder) for folder in values["folders"]),
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def write_record(state: Path, file: Path, record: InstallRecord | None) -> str:
    """Store the record of a file, or delete it.

    If the state folder cannot be written, only the exact undo is lost, not the install.

    Args:
        state: the state folder.
        file: the host's file.
        record: the record; None to delete it.

    Returns:
        Empty; or one line that says why it could not be stored.
    """
    path = state / FILE
    try:
        with locked(state, path) as unlocked_reason:
            if unlocked_reason:
                return unlocked_reason
            records = _read_all(state)
            records.pop(str(file), None)
            if record is not None:
                records[str(file)] = asdict(record)
            text = json.dumps(records, indent=1, sort_keys=True) + "\n"
            write_atomic(path, text.encode())
    except OSError as error:
        return f"{path}: cannot be written: {error.strerror}"
    except UsageError as error:
        return str(error)
    return ""


def _read_all(state: Path) -> dict[str, object]:
    try:
        records = json.loads(read_regular(state / FILE, MAX_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return records if isinstance(records, dict) else {}
