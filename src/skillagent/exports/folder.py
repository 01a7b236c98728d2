"""Writing a folder as a whole or not at all, and never over what somebody else made."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from skillagent import digest
from skillagent.errors import UsageError
from skillagent.exports.original import RECORD, read_record


def check_free(folder: Path) -> None:
    """Allow a folder that is missing, empty, or exactly what an earlier export wrote.

    An export is known by its record: every file in the folder must be listed there, with the
    digest that it has now.

    Raises:
        UsageError: it holds anything else; nothing was touched.
    """
    if not os.path.lexists(folder):
        return
    if folder.is_symlink() or not folder.is_dir():
        raise UsageError(f"{folder}: not a folder; choose another place")
    files = sorted(_files(folder))
    if not files and not any(folder.iterdir()):
        return
    record = read_record(folder)
    if record is None or not isinstance(record.get("files"), dict):
        raise UsageError(f"{folder}: not empty, and no earlier export; choose another place")
    listed = record["files"]
    for file in files:
        if file == RECORD:
            continue
        if file not in listed:
            raise UsageError(f"{folder}/{file}: not from the earlier export; move it away first")
        if digest.sha256((folder / file).read_bytes()) != listed[file]:
            raise UsageError(f"{folder}/{file}: changed since the earlier export; move it first")


def _files(folder: Path) -> Iterator[str]:
    for above, folders, names in os.walk(folder):
        below = Path(above).relative_to(folder)
        links = [name for name in folders if (Path(above) / name).is_symlink()]
        yield from ((below / name).as_posix() for name in (*names, *links))


@contextmanager
def staging(parent: Path) -> Iterator[Path]:
    """A hidden folder beside the place where the result will stand; gone afterwards.

    After a failure the folders above that were made for it are gone as well.
    """
    missing = [folder for folder in (parent, *parent.parents) if not folder.exists()]
    parent.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix=".skillagent-", dir=parent))
    try:
        yield place
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        for folder in missing:
            with suppress(OSError):
                folder.rmdir()
        raise
    shutil.rmtree(place, ignore_errors=True)


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a new folder, given as path → bytes."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def put(made: Mapping[Path, Path], spare: Path) -> None:
    """Move finished folders to their places; if one fails, all places are as before.

    Args:
        made: place → finished folder on the same file system.
        spare: folder for what stood there before.
    """
    old: dict[Path, Path] = {}
    done: list[Path] = []
    try:
        for number, (place, folder) in enumerate(made.items()):
            if place.exists():
                aside = spare / f"before-{number}"
                os.rename(place, aside)
                old[place] = aside
            os.rename(folder, place)
            done.append(place)
    except BaseException:
        for place in done:
            with suppress(OSError):
                os.rename(place, made[place])
        for place, aside in old.items():
            with suppress(OSError):
                os.rename(aside, place)
        raise


def write_file(path: Path, text: str, *, replace: bool) -> None:
    """Write one file as a whole or not at all.

    Raises:
        UsageError: it exists, and `replace` is off.
        OSError: it cannot be written.
    """
    if path.is_dir():
        raise UsageError(f"{path}: a folder; name a file")
    path.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(prefix=".skillagent-", dir=path.parent)
    try:
        with os.fdopen(number, "wb") as stream:
            stream.write(text.encode("utf-8", "replace"))
        os.chmod(name, 0o644)
        if replace:
            os.replace(name, path)
        else:
            try:
                os.link(name, path)  # unlike a rename, this never replaces
            except FileExistsError:
                raise UsageError(f"{path}: exists; give --force to replace it") from None
            os.unlink(name)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
