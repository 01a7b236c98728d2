"""Changes many files, all or none, even if the process is killed at any moment.

The whole change is first written to a hidden folder of the graph, the journal: the plan, each new
content and each old one. As soon as the file `ready` exists, the next command can complete the
change; as soon as `undoing` exists, it undoes the change. The content of the files shows which
steps are done, so every step can be repeated. This is the write-ahead log with redo and undo of
Mohan et al., "ARIES", ACM TODS 17(1), 1992, reduced to one transaction.

The journal contains:

    plan.json   the paths of the files, with digests of their old and new content
    new/3       the new content of file 3, until it is moved to its path
    old/3       file 3 as it was: the file itself (a hard link), not a copy
    ready       everything above is written
    undoing     the change is being undone
    done        only the journal itself still has to be removed
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from skillagent.errors import UsageError
from skillagent.files import JOURNAL
from skillagent.files.placing import (
    ConflictError,
    PlannedFile,
    check,
    digest_of,
    keep,
    put_back,
    put_new,
    sha256_of,
    take_away,
)

WORKFLOW_FILE = ".github/workflows/skillagent.yml"
"""The file in a repository that checks its graph."""
OUTSIDE = ("skillagent.toml", "pyproject.toml", WORKFLOW_FILE)
"""Files, relative to any folder above the graph, that a change may also write: a new graph is
declared in one of the first two, and checked by the third."""


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file before and after a change."""

    path: Path
    """Absolute path without symbolic links."""
    shown: str
    """Name of the file in messages and in the diff."""
    before: bytes | None
    """None if the file does not exist yet."""
    after: bytes | None
    """None if the file is removed."""


class _JournalPlan(BaseModel):
    """The content of `plan.json`."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    version: int = 1
    inode: int
    """Inode of the journal's folder. A copy of the folder, or a clone of a repository that contains
    it, has another inode; such a journal was not written here and is never carried out."""
    files: tuple[PlannedFile, ...]
    folders: tuple[str, ...]
    """Folders that the change creates, relative to the graph's folder, outermost first."""


def write(top: Path, changes: Sequence[FileChange]) -> None:
    """Make a change, all of it or nothing.

    Args:
        top: the folder that contains the journal; it is created if it does not exist.
        changes: the files, in the order in which they are written.

    Raises:
        UsageError: a file was changed after the plan was made, or cannot be written, or another
            process is changing the same folder; nothing was changed.
    """
    folders = _missing([top])
    try:
        for folder in folders:
            folder.mkdir()
        with _locked(top) as locked:
            if not locked:
                raise UsageError(f"{top}: another command is changing it; wait, and run this again")
            _recover(top)
            _write(top, changes, folders)
    except BaseException as error:
        _remove_folders(folders)
        if isinstance(error, OSError):
            raise UsageError(f"{_reason(error)}; nothing was changed") from None
        raise


def recover(top: Path) -> str | None:
    """Complete or undo the change that a killed process left in a folder.

    Args:
        top: the folder of a graph; it does not have to exist.

    Returns:
        One line for a person that says what was done; None if there was nothing to do, or if the
        process that makes the change is still running.

    Raises:
        UsageError: the change can be neither completed nor undone.
    """
    real = Path(os.path.realpath(top))
    if not os.path.lexists(real / JOURNAL):
        return None
    try:
        with _locked(real) as locked:
            return _recover(real) if locked else None
    except OSError as error:
        raise UsageError(
            f"{real / JOURNAL}: an interrupted change can be neither completed nor undone: "
            f"{_reason(error)}"
        ) from None


def _recover(top: Path) -> str | None:
    place = top / JOURNAL
    if not os.path.lexists(place):
        return None
    journal = _Journal.read(top)
    if journal is None:
        return f"{top}: a change was interrupted before its first file or after its last one"
    count = len(journal.plan.files)
    files = "1 file" if count == 1 else f"{count} files"
    reason = ""
    if not journal.is_undoing:
        try:
            journal.complete()
        except ConflictError as error:
            reason = f", for {error}"
        else:
            journal.clear()
            return f"{top}: an interrupted change of {files} was completed"
    untouched = journal.undo()
    return f"{top}: an interrupted change of {files} was undone{reason}{_left_alone(untouched)}"


def _write(top: Path, changes: Sequence[FileChange], new_folders: Sequence[Path]) -> None:
    for change in changes:
        check(change.path, change.shown, sha256_of(change.before))
    journal = _Journal.begin(top, changes, new_folders)
    try:
        journal.complete()
    except BaseException as error:
        untouched = journal.undo()
        if isinstance(error, ConflictError):
            raise UsageError(f"{error}; nothing was changed{_left_alone(untouched)}") from None
        raise
    journal.clear()


class _Journal:
    """A journal on disk, in a folder that this process has locked."""

    def __init__(self, top: Path, plan: _JournalPlan) -> None:
        self.plan = plan
        self._top = top
        self._place = top / JOURNAL

    @classmethod
    def begin(
        cls, top: Path, changes: Sequence[FileChange], new_folders: Sequence[Path]
    ) -> _Journal:
        """Write the journal of a change.

        Args:
            top: the folder that contains the journal.
            changes: the files, in the order in which they are written.
            new_folders: folders that were created for the journal, outermost first.
        """
        place = top / JOURNAL
        place.mkdir(mode=0o700)
        try:
            for name in ("new", "old"):
                (place / name).mkdir()
            created = (change.path.parent for change in changes if change.before is None)
            folders = [*new_folders, *_missing(created)]
            plan = _JournalPlan(
                inode=place.stat().st_ino,
                files=tuple(
                    PlannedFile(
                        path=os.path.relpath(change.path, top),
                        shown=change.shown,
                        before=sha256_of(change.before),
                        after=sha256_of(change.after),
                    )
                    for change in changes
                ),
                folders=tuple(os.path.relpath(folder, top) for folder in folders),
            )
            _durable(place / "plan.json", plan.model_dump_json(indent=1).encode())
            for number, change in enumerate(changes):
                new, old = place / "new" / str(number), place / "old" / str(number)
                if change.after is not None:
                    new.write_bytes(change.after)
                if change.before is not None and change.after is not None:
                    keep(change.path, old)
                    shutil.copymode(change.path, new)
            _durable(place / "ready")
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            raise
        return cls(top, plan)

    @classmethod
    def read(cls, top: Path) -> _Journal | None:
        """Read the journal that a killed process left.

        Returns:
            None if no file still has to be written; then the journal is removed.

        Raises:
            UsageError: it is no journal, or it was written for another folder.
        """
        place = top / JOURNAL
        if place.is_symlink() or not place.is_dir():
            raise UsageError(f"{place}: is no journal of a change; move it away")
        if not (place / "ready").exists() or (place / "done").exists():
            shutil.rmtree(place)
            return None
        try:
            plan = _JournalPlan.model_validate_json((place / "plan.json").read_bytes())
        except (FileNotFoundError, ValidationError):
            raise UsageError(f"{place}: is no journal of a change; move it away") from None
        if plan.inode != place.stat().st_ino:
            raise UsageError(
                f"{place}: was copied here with an interrupted change of another folder; compare "
                "the files in it with yours, then remove it"
            )
        for file in plan.files:
            path = Path(os.path.normpath(top / file.path))
            is_allowed = any(path == above / name for above in top.parents for name in OUTSIDE)
            if not (is_allowed or path.is_relative_to(top)):
                raise UsageError(f"{place}: names a file outside {top}; move it away")
        return cls(top, plan)

    @property
    def is_undoing(self) -> bool:
        return (self._place / "undoing").exists()

    def complete(self) -> None:
        """Give every file its new content, if it does not have it yet.

        Raises:
            ConflictError: another program has changed a file.
            OSError: a file cannot be written.
        """
        for folder in self.plan.folders:
            (self._top / folder).mkdir(exist_ok=True)
        places = [self._places(number) for number in range(len(self.plan.files))]
        for file, (new, old, path) in zip(self.plan.files, places, strict=True):
            if file.after is None:
                if not os.path.lexists(old):
                    check(path, file.shown, file.before)
                    os.rename(path, old)
            elif os.path.lexists(new):
                put_new(new, path, file)
        for file, (_, old, _) in zip(self.plan.files, places, strict=True):
            # A program that opened the old file earlier may have written to it until now.
            if file.before is not None:
                check(old, file.shown, file.before)

    def undo(self) -> list[str]:
        """Put the old files back, the last one first, and remove the journal.

        Returns:
            Names of the files that were left alone because another program has changed them.

        Raises:
            UsageError: a file cannot be put back; the journal is kept.
        """
        untouched = []
        try:
            _durable(self._place / "undoing")
            for number in reversed(range(len(self.plan.files))):
                file = self.plan.files[number]
                new, old, path = self._places(number)
                if os.path.lexists(new) and digest_of(path) != file.after:
                    continue  # The new content was never moved to its path.
                if file.before is None:
                    untouched += take_away(path, file)
                elif os.path.lexists(old):
                    untouched += put_back(old, path, file)
            self.clear()
        except OSError as error:
            raise UsageError(
                f"{self._place}: the change cannot be undone yet: {_reason(error)}; mend that and "
                "run any command on the folder"
            ) from None
        _remove_folders([self._top / folder for folder in self.plan.folders])
        return untouched

    def clear(self) -> None:
        """Remove the journal, after all files are written or put back."""
        _durable(self._place / "done")
        for name in ("new", "old"):
            shutil.rmtree(self._place / name)
        # `done` is removed last: without it, the rest would look like an unfinished change.
        for name in ("ready", "undoing", "plan.json", "done"):
            (self._place / name).unlink(missing_ok=True)
        self._place.rmdir()

    def _places(self, number: int) -> tuple[Path, Path, Path]:
        """Paths of a file's new content, of its old content, and of the file itself."""
        name = str(number)
        path = Path(os.path.normpath(self._top / self.plan.files[number].path))
        return self._place / "new" / name, self._place / "old" / name, path


def _durable(path: Path, data: bytes = b"") -> None:
    with open(path, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _missing(folders: Iterable[Path]) -> list[Path]:
    """The given folders and their parents that do not exist, outermost first."""
    missing: set[Path] = set()
    for folder in folders:
        while folder not in missing and not folder.is_dir():
            missing.add(folder)
            folder = folder.parent
    return sorted(missing)


def _remove_folders(folders: Sequence[Path]) -> None:
    """Remove the given folders, listed outermost first; a folder that is not empty stays."""
    for folder in reversed(folders):
        with contextlib.suppress(OSError):
            folder.rmdir()


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    """Lock a folder against other processes that change it; False if it is locked already.

    The system releases the lock when the process ends, for any reason. On Windows, and on file
    systems without locks, nothing is locked: there, two changes at the same time are not detected.
    """
    if sys.platform == "win32":
        yield True
        return
    import fcntl

    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        except OSError:
            pass
        yield True
    finally:
        os.close(descriptor)


def _reason(error: OSError) -> str:
    path = error.filename2 or error.filename or "a file"
    return f"{path}: cannot be written: {error.strerror}"


def _left_alone(names: Sequence[str]) -> str:
    if not names:
        return ""
    return f"; written by another program meanwhile and left alone: {', '.join(names)}"
