"""What a tool would write: shown as a diff, or written all at once.

Every new content is first put beside its file; only when all are there do they take their
places, and what fails on the way is undone. A file that is not what the plan was made from
stops the whole.
"""

from __future__ import annotations

import contextlib
import difflib
import os
import shutil
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from skillagent.errors import UsageError


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file before and after."""

    path: Path
    """Absolute."""
    shown: str
    """As messages and the diff name it."""
    before: bytes | None
    """None where there is no such file yet."""
    after: bytes | None
    """None where the file goes."""


@dataclass(frozen=True, slots=True)
class Changes:
    """All that one command would write."""

    files: tuple[FileChange, ...]
    remarks: tuple[str, ...] = ()
    """What its user should know, one line each."""

    def diff(self) -> str:
        """A unified diff of every file."""
        return "".join(_diff(change) for change in self.files)

    def to_json(self, *, dry_run: bool) -> dict[str, object]:
        """What is created, changed and removed, and the diff if nothing was written."""
        found: dict[str, object] = {
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
            found["diff"] = self.diff()
        return found

    def write(self) -> None:
        """Make the changes, all of them or none.

        Raises:
            UsageError: a file is not as it was when the plan was made, or cannot be written.
        """
        undo = contextlib.ExitStack()
        staged: list[tuple[FileChange, str]] = []
        try:
            with contextlib.ExitStack() as cleaning:
                for change in self.files:
                    _check(change)
                    if change.after is not None:
                        name = _stage(change, undo)
                        cleaning.callback(_unlink, name)
                        staged.append((change, name))
                for change, name in staged:
                    _place(change, name, undo)
                for change in self.files:
                    if change.after is None:
                        _remove(change, undo)
        except BaseException as error:
            undo.close()
            if isinstance(error, OSError):
                where = error.filename2 or error.filename or "a file"
                message = f"{where}: cannot be written: {error.strerror}; nothing was changed"
                raise UsageError(message) from None
            raise
        undo.pop_all()


def changes_of(
    top: Path,
    before: dict[str, bytes],
    after: dict[str, bytes],
    remarks: Iterable[str] = (),
) -> Changes:
    """The changes from one set of files to another, those that stay equal left out.

    Args:
        top: the folder that the paths are relative to.
        before: path → content of the files that are touched; one missing in `after` goes.
        after: path → content; one missing in `before` is new.
        remarks: for the user.
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
        other = by_file.setdefault(change.path, change)
        if other.after != change.after:
            raise UsageError(f"{change.shown}: is the same file as {other.shown}; remove the link")
    return Changes(tuple(by_file.values()), tuple(remarks))


def _check(change: FileChange) -> None:
    try:
        found: bytes | None = change.path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        found = None
    if found == change.before:
        return
    if change.before is None:
        raise UsageError(f"{change.shown}: is there already; nothing was changed")
    raise UsageError(f"{change.shown}: has changed meanwhile; nothing was changed")


def _stage(change: FileChange, undo: contextlib.ExitStack) -> str:
    """Write the new content beside its file, in folders that are made where there are none."""
    assert change.after is not None
    folder = change.path.parent
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for folder in reversed(missing):
        folder.mkdir()
        undo.callback(_rmdir, folder)
    name = str(change.path.with_name(f".skillagent-{os.getpid()}-{change.path.name}"))
    number = os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
    try:
        with os.fdopen(number, "wb") as stream:
            stream.write(change.after)
        if change.before is not None:
            shutil.copymode(change.path, name)
    except BaseException:
        _unlink(name)
        raise
    return name


def _place(change: FileChange, name: str, undo: contextlib.ExitStack) -> None:
    if change.before is not None:
        os.replace(name, change.path)
        undo.callback(_restore, change)
        return
    # A hard link never takes the place of a file that came meanwhile, as a rename would.
    try:
        os.link(name, change.path)
    except FileExistsError:
        raise UsageError(f"{change.shown}: is there already; nothing was changed") from None
    except OSError:
        with open(change.path, "xb") as stream:
            stream.write(change.after or b"")
    undo.callback(_unlink, change.path)


def _remove(change: FileChange, undo: contextlib.ExitStack) -> None:
    mode = stat.S_IMODE(change.path.stat().st_mode)
    change.path.unlink()
    undo.callback(change.path.chmod, mode)
    undo.callback(_restore, change)


def _restore(change: FileChange) -> None:
    change.path.write_bytes(change.before or b"")


def _unlink(path: str | Path) -> None:
    with contextlib.suppress(OSError):
        os.unlink(path)


def _rmdir(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.rmdir()


def _diff(change: FileChange) -> str:
    old, new = _lines(change.before), _lines(change.after)
    name_before = "/dev/null" if change.before is None else f"a/{change.shown}"
    name_after = "/dev/null" if change.after is None else f"b/{change.shown}"
    found = []
    for line in difflib.unified_diff(old, new, name_before, name_after):
        found.append(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n")
    return "".join(found)


def _lines(data: bytes | None) -> list[str]:
    text = (data or b"").decode("utf-8", "replace").replace("\r\n", "\n")
    return [line + "\n" for line in text.split("\n")[:-1]] + [
        line for line in text.split("\n")[-1:] if line
    ]
