"""Writes folders and files of an export, and refuses to overwrite any others."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from skillagent import digest
from skillagent.errors import UsageError
from skillagent.exports.provenance import FORMAT, RECORD, read_record
from skillagent.files.atomic import write_atomic
from skillagent.graph import Root


def earlier_export(folder: Path, place: str = RECORD, form: str = FORMAT) -> dict[str, bytes]:
    """The files in the destination folder, all of which an earlier export must have written.

    The record of that export must list every file in the folder with its present digest.

    Args:
        folder: destination of the next export; may be empty or missing.
        place: path of the record in it.
        form: what the record says of its own format.

    Returns:
        Path → bytes, the record included.

    Raises:
        UsageError: it has other or changed files; nothing was changed.
    """
    if not os.path.lexists(folder):
        return {}
    if folder.is_symlink() or not folder.is_dir():
        raise UsageError(f"{folder}: not a folder; choose another place")
    files = sorted(_files(folder))
    if not files and not any(folder.iterdir()):
        return {}
    record = read_record(folder, place, form)
    if record is None or not isinstance(record.get("files"), dict):
        raise UsageError(f"{folder}: not empty, and not an earlier export; choose another place")
    listed = record["files"]
    content = {}
    for file in files:
        if file != place and file not in listed:
            raise UsageError(f"{folder}/{file}: not from the earlier export; move it away first")
        content[file] = (folder / file).read_bytes()
        if file != place and digest.sha256(content[file]) != listed[file]:
            raise UsageError(f"{folder}/{file}: changed since the earlier export; move it first")
    return content


def _files(folder: Path) -> Iterator[str]:
    for above, folders, names in os.walk(folder):
        below = Path(above).relative_to(folder)
        links = [name for name in folders if (Path(above) / name).is_symlink()]
        yield from ((below / name).as_posix() for name in (*names, *links))


def check_apart(root: Root, targets: Iterable[Path]) -> None:
    """Check that destinations are outside a root, and do not contain it.

    Raises:
        UsageError: one is not.
    """
    top = os.path.realpath(root.path)
    for target in targets:
        real = os.path.realpath(target)
        if os.path.commonpath((top, real)) in (top, real):
            raise UsageError(f"{target}: is inside the graph {root.path}, or contains it")


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a new folder, given as path → bytes."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def write_file(path: Path, text: str, *, replace: bool) -> None:
    """Write one file, whole or not at all.

    Raises:
        UsageError: it exists, and `replace` is off.
        OSError: it cannot be written.
    """
    if path.is_dir():
        raise UsageError(f"{path}: a folder; name a file")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        write_atomic(path, text.encode("utf-8", "replace"), mode=0o644, replace=replace)
    except FileExistsError:
        raise UsageError(f"{path}: exists; give --force to replace it") from None
