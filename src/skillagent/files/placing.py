"""One file of a change: given its new content, or its old one back.

What another program has written meanwhile is never written over. Above: `journal`. Below:
`atomic`, `regular`.
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


class Entry(BaseModel):
    """One file of a plan, as it is written down."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    path: str
    """Relative to the folder of the journal."""
    shown: str
    before: str | None
    """Digest of the old content; None if the file is new."""
    after: str | None
    """Digest of the new content; None if the file is removed."""


class ConflictError(UsageError):
    """A file is not as it was when the change was planned."""


def put_new(new: Path, path: Path, file: Entry) -> None:
    """Let new content take its place, unless another program wrote there meanwhile."""
    if digest_of(path) == file.after:
        new.unlink()  # a killed process got so far
        return
    check(path, file.shown, file.before)
    if digest_of(new) != file.after:
        # Only plan and marks are flushed to disk: a flush for each file would cost seconds.
        raise ConflictError(f"{file.shown}: its new content was lost in a crash of the system")
    if file.before is None:
        try:
            # Unlike a rename, a hard link never replaces a file that came meanwhile.
            os.link(new, path)
            new.unlink()
        except FileExistsError:
            raise ConflictError(f"{file.shown}: is there already") from None
        except OSError:  # a file system without hard links
            _move(new, path)
    else:
        _move(new, path)


def take_away(path: Path, file: Entry) -> list[str]:
    """Remove a new file; one that another program has written since is left and named."""
    digest = digest_of(path)
    if digest == file.after:
        path.unlink()
    return [] if digest in (None, file.after) else [file.shown]


def put_back(old: Path, path: Path, file: Entry) -> list[str]:
    """Put an old file back; one that another program has written since is left and named."""
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
    """Rename a file, also to another file system below the same folder."""
    try:
        os.replace(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        mode = stat.S_IMODE(source.stat().st_mode)
        write_atomic(target, source.read_bytes(), mode=mode)
        source.unlink()


def keep(path: Path, old: Path) -> None:
    """Keep a file under a second name, so that a later write to it is seen there too."""
    try:
        os.link(path, old)
    except OSError:  # a file system without hard links
        shutil.copy2(path, old)


def check(path: Path, shown: str, wanted: str | None) -> None:
    try:
        digest = digest_of(path)
    except OSError as error:
        raise ConflictError(f"{shown}: cannot be read: {error.strerror}") from None
    if digest == wanted:
        return
    if wanted is None:
        raise ConflictError(f"{shown}: is there already")
    raise ConflictError(f"{shown}: has changed meanwhile")


def digest_of(path: Path) -> str | None:
    """The digest of a regular file; None if nothing is there."""
    try:
        return sha256(read_regular(path, follow=False))
    except (FileNotFoundError, NotADirectoryError):
        return None


def sha256_of(data: bytes | None) -> str | None:
    return None if data is None else sha256(data)
