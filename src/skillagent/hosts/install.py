"""The change of a host's configuration file: planned as a value, shown, then written.

Nothing is written that was not planned from the very bytes on disk; what cannot be changed
without a risk to the rest of the file is refused, with the lines to paste by hand. Who plans and
writes holds the file's lock from the one to the other, so that two plans never follow from the
same text.
"""

from __future__ import annotations

import difflib
import io
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from skillagent.errors import UsageError
from skillagent.files.regular import read_regular
from skillagent.hosts import install_record
from skillagent.hosts.editing.json_edit import CannotEditError, Json
from skillagent.hosts.editing.json_text import TextError
from skillagent.hosts.editing.toml_edit import Toml
from skillagent.hosts.install_record import Record
from skillagent.hosts.launch import Launch
from skillagent.hosts.locations import Machine
from skillagent.hosts.registry import Entry, Host, Scope, Syntax

READERS: dict[Syntax, Json | Toml] = {
    Syntax.JSON: Json(),
    Syntax.JSONC: Json(comments=True),
    Syntax.JSON5: Json(comments=True, commas=True),
    Syntax.TOML: Toml(),
}
LIMIT = 64_000_000
"""Bytes that a host's file may have; those of users who talk much have a few million."""


class Kind(StrEnum):
    """What a change does."""

    ADD = "add"
    UPDATE = "update"
    REMOVE = "remove"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one file."""

    kind: Kind
    file: Path
    before: str | None
    """Text on disk; None where there is no file."""
    after: str | None
    """Text to write; None where the file goes."""
    line: int = 0
    """Line of the entry in `before`, where it is there already; 0 if that is not known."""
    record: Record | None = None
    """What is to be remembered once it is written."""
    folders: tuple[str, ...] = ()
    """Folders to remove with the file if they are empty, the innermost first."""

    @property
    def diff(self) -> str:
        """The change as a unified diff; empty where there is none."""
        lines = difflib.unified_diff(
            _lines(self.before),
            _lines(self.after),
            "/dev/null" if self.before is None else str(self.file),
            "/dev/null" if self.after is None else str(self.file),
        )
        return "".join(
            line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
            for line in lines
        )


def _lines(text: str | None) -> list[str]:
    # Not `splitlines`, which also cuts at letters that stay inside a line of JSON.
    return io.StringIO((text or "").replace("\r\n", "\n"), newline="\n").readlines()


def snippet(host: Host, name: str, launch: Launch) -> str:
    """The whole of a file that holds nothing but the entry."""
    return READERS[host.syntax].put("", (*host.keys, name), host.entry(launch))


def install(host: Host, scope: Scope, machine: Machine, name: str, launch: Launch) -> Change:
    """The change that puts an entry into a host's file.

    Raises:
        UsageError: the file cannot be read, is broken, cannot be changed safely, or holds an
            entry of that name that does not start skillagent.
    """
    file = host.file(scope, machine)
    reader = READERS[host.syntax]
    path = (*host.keys, name)
    before = read(file)
    data = loaded(host, file, before)
    wanted = host.entry(launch)
    there = _at(data, path)
    text = before or ""
    line = reader.line(text, path) if there is not None else 0
    if there is not None:
        found = host.read(there)
        if found is None or not found.is_ours:
            raise UsageError(
                f"{at(file, line)}: {name!r} is another server there; give ours another name with "
                f"--name"
            )
        if isinstance(there, dict) and all(there.get(key, ...) == wanted[key] for key in wanted):
            return Change(Kind.NOTHING, file, before, before, line)
    _no_other_layout(host, file, data, name, wanted)
    try:
        after = reader.put(text, path, wanted)
    except CannotEditError as error:
        raise _refusal(file, host, name, wanted, str(error)) from None
    record = install_record.recall(machine.state, real(file))
    if there is None and (record is None or not record.spans):
        absent = _absent(real(file).parent)
        record = Record({}, None, before is None, _missing(data, host.keys), absent)
    record = (record or Record({})).with_span(name, text, after, there=there is not None)
    kind = Kind.ADD if there is None else Kind.UPDATE
    return Change(kind, file, before, after, line, record)


def uninstall(host: Host, scope: Scope, machine: Machine, name: str) -> Change:
    """The change that takes our entry out of a host's file.

    If nothing else has changed since, the file is as it was before `install`; a file and
    folders that it made go with the entry.

    Raises:
        UsageError: the file cannot be read, is broken, or its entry of that name is not ours.
        MissingPackageError: see `install`.
    """
    file = host.file(scope, machine)
    reader = READERS[host.syntax]
    path = (*host.keys, name)
    before = read(file)
    data = loaded(host, file, before)
    there = _at(data, path)
    if before is None or there is None:
        return Change(Kind.NOTHING, file, before, before)
    line = reader.line(before, path)
    found = host.read(there)
    if found is None or not found.is_ours:
        raise UsageError(f"{at(file, line)}: {name!r} is another server there; it was left alone")
    record = install_record.recall(machine.state, real(file)) or Record({})
    after = _former(record, name, before)
    if after is None:
        try:
            after = reader.take(before, path, containers=record.containers)
        except CannotEditError as error:
            raise UsageError(
                f"{at(file, line)}: {name!r} cannot be taken out safely: {error}; remove it by hand"
            ) from None
        alone = record.created and not reader.load(after)
        # Without a record, a file that holds the very bytes of a new one was one.
        fresh = isinstance(there, dict) and before == reader.put("", path, there)
        whole = alone or (name not in record.spans and fresh)
    else:
        whole = record.created and not after
    kept = record.without_span(name, before, after)
    folders = record.folders if whole else ()
    return Change(
        Kind.REMOVE,
        file,
        before,
        None if whole else after,
        line,
        kept if kept.spans else None,
        folders,
    )


def _former(record: Record, name: str, text: str) -> str | None:
    """The text without an entry, byte for byte; None where the record does not lead to it."""
    former = record.before(name, text)
    return record.first(text) if former is None and list(record.spans) == [name] else former


def write(change: Change, machine: Machine) -> str:
    """Carry a change out, whole or not at all.

    The text goes into a new file beside the old one, which then takes its place with its
    mode. A symbolic link stays as it is: what it leads to is changed, made or removed.

    Returns:
        Empty; or, in one line, why the way back could not be remembered.

    Raises:
        UsageError: the file has changed since, or cannot be written.
    """
    if change.kind is Kind.NOTHING:
        return ""
    _unchanged(change)
    target = real(change.file)
    try:
        if change.after is None:
            target.unlink()
            for folder in change.folders:
                try:
                    Path(folder).rmdir()
                except OSError:
                    break
        else:
            # Hosts keep keys in a user's file; a project's is for all who work on it.
            in_project = change.file.is_relative_to(machine.folder)
            _replace(target, change, 0o644 if in_project else 0o600)
    except OSError as error:
        raise UsageError(f"{change.file}: cannot be written: {error.strerror}") from None
    return install_record.remember(machine.state, target, change.record)


def _replace(target: Path, change: Change, mode_if_new: int) -> None:
    assert change.after is not None
    target.parent.mkdir(parents=True, exist_ok=True)
    mode = target.stat().st_mode & 0o7777 if target.exists() else mode_if_new
    descriptor, new = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(change.after.encode("utf-8"))
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(new, mode)
        # As late as can be: a host that writes its own file asks no lock of ours.
        _unchanged(change)
        os.replace(new, target)
    except BaseException:
        os.unlink(new)
        raise


def _unchanged(change: Change) -> None:
    if read(change.file) != change.before:
        raise UsageError(f"{change.file}: it has changed in the meantime; run the command again")


def read(file: Path) -> str | None:
    """The text of a host's file; None where there is none.

    Raises:
        UsageError: it cannot be read, is no regular file, or is not UTF-8.
    """
    try:
        return read_regular(file, LIMIT).decode("utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{file}:{line}: is not UTF-8; it was left alone") from None
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from None


def loaded(host: Host, file: Path, text: str | None) -> dict[str, Any]:
    """What a host's file means; an empty table where there is none.

    Raises:
        UsageError: it is broken; the text names the line.
    """
    try:
        return READERS[host.syntax].load(text or "")
    except TextError as error:
        raise UsageError(
            f"{file}:{error.line}: is not {host.syntax} as {host.title} reads it: {error}; "
            "mend it first"
        ) from None


def table(data: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    """The entries of a host's file, by name; keys lead to them from the top."""
    found = _at(data, keys)
    return dict(found) if isinstance(found, dict) else {}


def at(file: Path, line: int) -> str:
    """A place in a file; the file alone where the line is not known."""
    return f"{file}:{line}" if line else str(file)


def real(file: Path) -> Path:
    """The file itself, where its name is a symbolic link."""
    return Path(os.path.realpath(file))


def _at(data: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    found: Any = data
    for key in path:
        if not isinstance(found, Mapping) or key not in found:
            return None
        found = found[key]
    return found


def _missing(data: Mapping[str, Any], keys: tuple[str, ...]) -> int:
    return sum(_at(data, keys[: length + 1]) is None for length in range(len(keys)))


def _absent(folder: Path) -> tuple[str, ...]:
    absent = []
    while not folder.exists():
        absent.append(str(folder))
        folder = folder.parent
    return tuple(absent)


def _no_other_layout(
    host: Host, file: Path, data: Mapping[str, Any], name: str, entry: Entry
) -> None:
    """OpenCode 2 keeps servers one level deeper than the version that was tried."""
    inner = _at(data, ("mcp", "servers"))
    if host.name == "opencode" and isinstance(inner, dict) and "type" not in inner:
        deeper = {key: value for key, value in entry.items() if key != "enabled"}
        raise _refusal(
            file, host, name, deeper, "it is of OpenCode 2, which was not tried", "mcp.servers"
        )


def _refusal(
    file: Path, host: Host, name: str, entry: Entry, why: str, where: str = ""
) -> UsageError:
    if host.syntax is Syntax.TOML:
        shown = " ".join(Toml().put("", (*host.keys, name), entry).splitlines())
        return UsageError(f"{file}: cannot be changed safely: {why}; write there: {shown}")
    shown = f"{json.dumps(name)}: {json.dumps(entry, ensure_ascii=False)}"
    table = where or ".".join(host.keys)
    return UsageError(f"{file}: cannot be changed safely: {why}; paste under {table}: {shown}")
