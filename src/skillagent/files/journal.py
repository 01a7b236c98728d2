"""Many files, changed all or none, also if the process is killed at any moment.

A change is first written down whole in a hidden folder of the graph, the journal: the plan,
each new content, and each old one. From the moment the file `ready` is there, the change can
be completed by whoever comes next; from the moment `undoing` is there, it can be undone. The
files themselves tell how far it got, so every step may be repeated. This is the write-ahead
log with redo and undo of Mohan et al., "ARIES", ACM TODS 17(1), 1992, cut to one transaction.

The layout of the journal:

    plan.json   the files, by path, with digests of their old and new content
    new/3       the new content of file 3, until it takes its place
    old/3       the file that is replaced or removed: the file itself, not a copy
    ready       all of the above is written
    undoing     the change is being taken back
    done        nothing is left to do but to remove the journal
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
    Entry,
    check,
    digest_of,
    keep,
    put_back,
    put_new,
    sha256_of,
    take_away,
)

DECLARATIONS = ("skillagent.toml", "pyproject.toml")
"""Files above the graph that a change may touch: a new graph is declared there."""


@dataclass(frozen=True, slots=True)
class Step:
    """One file of a change."""

    path: Path
    """Absolute, without symbolic links."""
    shown: str
    """As messages name it."""
    before: bytes | None
    """None if there is no such file yet."""
    after: bytes | None
    """None if the file is removed."""


class _Plan(BaseModel):
    """`plan.json`."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    version: int = 1
    inode: int
    """Of the journal's folder. In a copy, or in a clone of a repository, it is another one: what
    such a journal says was not written here, and is not acted upon."""
    files: tuple[Entry, ...]
    folders: tuple[str, ...]
    """Folders that the change makes, relative to the journal's, outermost first."""


def write(top: Path, steps: Sequence[Step]) -> None:
    """Make a change, all of it or nothing.

    Args:
        top: the folder that holds the journal; it is made if it is not there.
        steps: the files, in the order in which they take their places.

    Raises:
        UsageError: a file is not as the step says, or cannot be written, or another process is
            changing the same folder; nothing was changed.
    """
    folders = _missing([top])
    try:
        for folder in folders:
            folder.mkdir()
        with _held(top) as held:
            if not held:
                raise UsageError(f"{top}: another command is changing it; wait, and run this again")
            _recover(top)
            _write(top, steps, folders)
    except BaseException as error:
        _remove_folders(folders)
        if isinstance(error, OSError):
            raise UsageError(f"{_reason(error)}; nothing was changed") from None
        raise


def recover(top: Path) -> str | None:
    """Complete or undo the change that a killed process left in a folder.

    Args:
        top: the folder of a graph; it need not be there.

    Returns:
        What was done, one line for a person; None if there was nothing to do, or the process
        that makes the change is still running.

    Raises:
        UsageError: the change can be neither completed nor undone.
    """
    real = Path(os.path.realpath(top))
    if not os.path.lexists(real / JOURNAL):
        return None
    try:
        with _held(real) as held:
            return _recover(real) if held else None
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
    kept = journal.undo()
    return f"{top}: an interrupted change of {files} was undone{reason}{_and_kept(kept)}"


def _write(top: Path, steps: Sequence[Step], made: Sequence[Path]) -> None:
    for step in steps:
        check(step.path, step.shown, sha256_of(step.before))
    journal = _Journal.begin(top, steps, made)
    try:
        journal.complete()
    except BaseException as error:
        kept = journal.undo()
        if isinstance(error, ConflictError):
            raise UsageError(f"{error}; nothing was changed{_and_kept(kept)}") from None
        raise
    journal.clear()


class _Journal:
    """A change that is written down, in a folder that this process holds."""

    def __init__(self, top: Path, plan: _Plan) -> None:
        self.plan = plan
        self._top = top
        self._place = top / JOURNAL

    @classmethod
    def begin(cls, top: Path, steps: Sequence[Step], made: Sequence[Path]) -> _Journal:
        """Write a change down.

        Args:
            top: the folder that holds the journal.
            steps: the files.
            made: folders that were made for the journal, outermost first.
        """
        place = top / JOURNAL
        place.mkdir(mode=0o700)
        try:
            for name in ("new", "old"):
                (place / name).mkdir()
            folders = [*made, *_missing(step.path.parent for step in steps if step.before is None)]
            plan = _Plan(
                inode=place.stat().st_ino,
                files=tuple(
                    Entry(
                        path=os.path.relpath(step.path, top),
                        shown=step.shown,
                        before=sha256_of(step.before),
                        after=sha256_of(step.after),
                    )
                    for step in steps
                ),
                folders=tuple(os.path.relpath(folder, top) for folder in folders),
            )
            _durable(place / "plan.json", plan.model_dump_json(indent=1).encode())
            for number, step in enumerate(steps):
                new, old = place / "new" / str(number), place / "old" / str(number)
                if step.after is not None:
                    new.write_bytes(step.after)
                if step.before is not None and step.after is not None:
                    keep(step.path, old)
                    shutil.copymode(step.path, new)
            _durable(place / "ready")
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            raise
        return cls(top, plan)

    @classmethod
    def read(cls, top: Path) -> _Journal | None:
        """The journal that a killed process left; None if no file waits, and it was removed.

        Raises:
            UsageError: it was not written here, for this folder.
        """
        place = top / JOURNAL
        if place.is_symlink() or not place.is_dir():
            raise UsageError(f"{place}: is no journal of a change; move it away")
        if not (place / "ready").exists() or (place / "done").exists():
            shutil.rmtree(place)
            return None
        try:
            plan = _Plan.model_validate_json((place / "plan.json").read_bytes())
        except (FileNotFoundError, ValidationError):
            raise UsageError(f"{place}: is no journal of a change; move it away") from None
        if plan.inode != place.stat().st_ino:
            raise UsageError(
                f"{place}: was copied here with an interrupted change of another folder; compare "
                "the files in it with yours, then remove it"
            )
        for file in plan.files:
            path = Path(os.path.normpath(top / file.path))
            above = path.parent in top.parents and path.name in DECLARATIONS
            if not (above or path.is_relative_to(top)):
                raise UsageError(f"{place}: names a file outside {top}; move it away")
        return cls(top, plan)

    @property
    def is_undoing(self) -> bool:
        return (self._place / "undoing").exists()

    def complete(self) -> None:
        """Give every file its new content, of those that do not have it yet.

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
            # A program that opened the old file before it gave way may have written to it since.
            if file.before is not None:
                check(old, file.shown, file.before)

    def undo(self) -> list[str]:
        """Put the old files back, the last one first, and drop the journal.

        Returns:
            Names of files that another program has written meanwhile and that were left alone.

        Raises:
            UsageError: a file cannot be put back; the journal stays.
        """
        kept = []
        try:
            _durable(self._place / "undoing")
            for number in reversed(range(len(self.plan.files))):
                file = self.plan.files[number]
                new, old, path = self._places(number)
                if os.path.lexists(new) and digest_of(path) != file.after:
                    continue  # it never got its new content
                if file.before is None:
                    kept += take_away(path, file)
                elif os.path.lexists(old):
                    kept += put_back(old, path, file)
            self.clear()
        except OSError as error:
            raise UsageError(
                f"{self._place}: the change cannot be undone yet: {_reason(error)}; mend that and "
                "run any command on the folder"
            ) from None
        _remove_folders([self._top / folder for folder in self.plan.folders])
        return kept

    def clear(self) -> None:
        """Remove the journal, when nothing is left to do."""
        _durable(self._place / "done")
        for name in ("new", "old"):
            shutil.rmtree(self._place / name)
        # The mark goes last: what is left without it must not be taken for an unfinished change.
        for name in ("ready", "undoing", "plan.json", "done"):
            (self._place / name).unlink(missing_ok=True)
        self._place.rmdir()

    def _places(self, number: int) -> tuple[Path, Path, Path]:
        """Of a file: its new content, its old one, and itself."""
        name = str(number)
        path = Path(os.path.normpath(self._top / self.plan.files[number].path))
        return self._place / "new" / name, self._place / "old" / name, path


def _durable(path: Path, data: bytes = b"") -> None:
    with open(path, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _missing(folders: Iterable[Path]) -> list[Path]:
    """Those of some folders, and of the folders above them, that are not there; outermost first."""
    missing: set[Path] = set()
    for folder in folders:
        while folder not in missing and not folder.is_dir():
            missing.add(folder)
            folder = folder.parent
    return sorted(missing)


def _remove_folders(folders: Sequence[Path]) -> None:
    """Remove folders that were made, given outermost first; one that holds something stays."""
    for folder in reversed(folders):
        with contextlib.suppress(OSError):
            folder.rmdir()


@contextlib.contextmanager
def _held(folder: Path) -> Iterator[bool]:
    """Hold a folder against other processes that change it; False if another one holds it.

    The system releases the lock when the process ends, however it ends. On Windows, and on file
    systems that have no locks, nothing is held: there, two changes at once are not kept apart.
    """
    if sys.platform == "win32":
        yield True
        return
    import fcntl

    number = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        except OSError:
            pass
        yield True
    finally:
        os.close(number)


def _reason(error: OSError) -> str:
    where = error.filename2 or error.filename or "a file"
    return f"{where}: cannot be written: {error.strerror}"


def _and_kept(kept: Sequence[str]) -> str:
    if not kept:
        return ""
    return f"; written by another program meanwhile and left alone: {', '.join(kept)}"
