"""Gives one file of a change its new content, or its old content back.

A file that another program has changed in the meantime is never overwritten. Above: `journal`.
Below: `atomic`, `regular`.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from skillagent.digest import sha256
from skillagent.errors import UsageError
from skillagent.files.atomic import write_atomic
from skillagent.files.regular import read_regular


class PlannedFile(BaseModel):
    """One file of a change, as `plan.json` of the journal lists it."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    path: str
    """Path relative to the folder that contains the journal."""
    shown: str
    """Name of the file in messages."""
    before: str | None
    """Digest of the old content; None if the file is new."""
    after: str | None
    """Digest of the new content; None if the file is removed."""


class ConflictError(UsageError):
    """A file was changed by another program after the change was planned."""


def put_new(new: Path, path: Path, file: PlannedFile) -> None:
    """Move new content to its path.

    Args:
        new: the file in the journal that contains the new content.
        path: path of the file to create or replace.
        file: what `plan.json` says about the file.

    Raises:
        ConflictError: another program has changed the file.
        OSError: the file cannot be written.
    """
    if digest_of(path) == file.after:
        new.unlink()  # A killed process has already written it.
        return
    check(path, file.shown, file.before)
    if digest_of(new) != file.after:
        # Only the plan and the marks are flushed to disk. To flush each file would take seconds.
        raise ConflictError(f"{file.shown}: its new content was lost in a crash of the system")
    if file.before is None:
        try:
            # Unlike a rename, a hard link never replaces a file that another program just wrote.
            os.link(new, path)
            new.unlink()
        except FileExistsError:
            raise ConflictError(f"{file.shown}: is there already") from None
        except OSError:  # a file system without hard links
            _move(new, path)
    else:
        _move(new, path)


def take_away(path: Path, file: PlannedFile) -> list[str]:
    """Undo the creation of a file.

    Returns:
        The name of the file if another program has changed it; then it is not removed.
    """
    digest = digest_of(path)
    if digest == file.after:
        path.unlink()
    return [] if digest in (None, file.after) else [file.shown]


def put_back(old: Path, path: Path, file: PlannedFile) -> list[str]:
    """Undo the change or removal of a file.

    Returns:
        The name of the file if another program has changed it. Then it is kept, and the old file
        is put beside it under another name.
    """
    digest = digest_of(path)
    if digest is None or digest == file.after:
        _move(old, path)
        return []
    number = 1
    while os.path.lexists(spare := path.with_name(f"{path.name}.before-{number}")):
        number += 1
    _move(old, spare)
    return [f"{file.shown} (as it was before: {spare.name})"]


def _move(source: Path, target: Path) -> None:
    """Rename a file, even if a file system is mounted between the two paths."""
    try:
        os.replace(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        mode = stat.S_IMODE(source.stat().st_mode)
        write_atomic(target, source.read_bytes(), mode=mode)
        source.unlink()


def keep(path: Path, old: Path) -> None:
    """Give a file a second name, under which later writes to it can still be detected."""
    try:
        os.link(path, old)
    except OSError:  # a file system without hard links
        shutil.copy2(path, old)


def check(path: Path, shown: str, expected: str | None) -> None:
    """Check that a file is as the plan says.

    Args:
        path: path of the file.
        shown: name of the file in messages.
        expected: digest of its content; None if there must be no file.

    Raises:
        ConflictError: the file is different, or cannot be read.
    """
    try:
        digest = digest_of(path)
    except OSError as error:
        raise ConflictError(f"{shown}: cannot be read: {error.strerror}") from None
    if digest == expected:
        return
    if expected is None:
        raise ConflictError(f"{shown}: is there already")
    raise ConflictError(f"{shown}: has changed meanwhile")


def digest_of(path: Path) -> str | None:
    """The digest of a regular file; None if it does not exist.

    Raises:
        OSError: it cannot be read, or is no regular file.
    """
    try:
        return sha256(read_regular(path, follow=False))
    except (FileNotFoundError, NotADirectoryError):
        return None


def sha256_of(data: bytes | None) -> str | None:
    return None if data is None else sha256(data)
