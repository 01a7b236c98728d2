"""Plans a change of a host's configuration file as a value, which is shown and then written.

A change is planned from the bytes on disk. If a change could damage the rest of the file, it is
refused, with the lines to paste by hand. The caller holds the file's lock (see `lock`) while it
plans and writes, so that two processes never plan from the same text.

Above: `cli`, `doctor`. Below: `editing`, `install_record`, `registry`.
"""

from __future__ import annotations

import difflib
import io
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from skillagent.errors import UsageError
from skillagent.files.atomic import write_atomic
from skillagent.files.regular import read_regular
from skillagent.hosts import install_record
from skillagent.hosts.editing.json_edit import CannotEditError, JsonEditor
from skillagent.hosts.editing.json_text import HostSyntaxError
from skillagent.hosts.editing.toml_edit import TomlEditor
from skillagent.hosts.install_record import InstallRecord
from skillagent.hosts.launch import Launch
from skillagent.hosts.locations import Locations
from skillagent.hosts.registry import Host, Scope, ServerEntry, Syntax

EDITORS: dict[Syntax, JsonEditor | TomlEditor] = {
    Syntax.JSON: JsonEditor(),
    Syntax.JSONC: JsonEditor(comments=True),
    Syntax.JSON5: JsonEditor(comments=True, trailing_commas=True),
    Syntax.TOML: TomlEditor(),
}
MAX_BYTES = 64_000_000
"""Largest file of a host that is read. Some hosts keep conversations there: a few megabytes."""


class ChangeKind(StrEnum):
    """What a change does to the entry."""

    ADD = "add"
    UPDATE = "update"
    REMOVE = "remove"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class ConfigChange:
    """A planned change of one file."""

    kind: ChangeKind
    file: Path
    before: str | None
    """Text on disk; None if the file does not exist."""
    after: str | None
    """Text to write; None to remove the file."""
    line: int = 0
    """Line of the entry in `before`; 0 if it is not there, or its line is not known."""
    record: InstallRecord | None = None
    """Record to store when the change is written."""
    folders: tuple[str, ...] = ()
    """Folders to remove with the file if they are empty, the innermost first."""

    @property
    def diff(self) -> str:
        """The change as a unified diff; empty if nothing changes."""
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
    # Not `splitlines`, which also splits at characters that do not end a line of JSON.
    return io.StringIO((text or "").replace("\r\n", "\n"), newline="\n").readlines()


def snippet(host: Host, name: str, launch: Launch) -> str:
    """The text of a file that contains only the entry."""
    return EDITORS[host.syntax].put("", (*host.keys, name), host.entry(launch))


def plan_install(
    host: Host, scope: Scope, locations: Locations, name: str, launch: Launch
) -> ConfigChange:
    """Plan to add an entry to a host's file, or to update it.

    Args:
        host: the host.
        scope: which of its files.
        locations: where the user's files are.
        name: name of the entry.
        launch: the process that the entry starts.

    Raises:
        UsageError: the file cannot be read, is invalid, cannot be changed safely, or contains an
            entry of that name that does not start skillagent.
    """
    file = host.file(scope, locations)
    editor = EDITORS[host.syntax]
    path = (*host.keys, name)
    before = read_text(file)
    text = before or ""
    data = parse(host, file, before)
    entry = host.entry(launch)
    existing = _value_at(data, path)
    line = 0
    if existing is not None:
        line = editor.line(text, path)
        launched = host.read(existing)
        if launched is None or not launched.starts_skillagent:
            raise UsageError(
                f"{place_of(file, line)}: {name!r} is another server there; give ours another "
                "name with --name"
            )
        if _contains(existing, entry):
            return ConfigChange(ChangeKind.NOTHING, file, before, before, line)
    _refuse_unsupported_layout(host, file, data, name, entry)
    try:
        after = editor.put(text, path, entry)
    except CannotEditError as error:
        raise _refusal(host, file, name, entry, str(error)) from None
    record = install_record.read_record(locations.state, real_path(file))
    if existing is None and (record is None or not record.spans):
        record = InstallRecord(
            spans={},
            created=before is None,
            containers=_missing_tables(data, host.keys),
            folders=_missing_folders(real_path(file).parent),
        )
    record = (record or InstallRecord({})).with_entry(
        name, text, after, existed=existing is not None
    )
    kind = ChangeKind.ADD if existing is None else ChangeKind.UPDATE
    return ConfigChange(kind, file, before, after, line, record)


def plan_uninstall(host: Host, scope: Scope, locations: Locations, name: str) -> ConfigChange:
    """Plan to remove our entry from a host's file.

    If nothing else has changed since `plan_install`, the file gets its former text. A file and
    folders that the install created are removed with the entry.

    Args:
        host: the host.
        scope: which of its files.
        locations: where the user's files are.
        name: name of the entry.

    Raises:
        UsageError: the file cannot be read, is invalid, or its entry of that name is not ours.
    """
    file = host.file(scope, locations)
    editor = EDITORS[host.syntax]
    path = (*host.keys, name)
    before = read_text(file)
    existing = _value_at(parse(host, file, before), path)
    if before is None or existing is None:
        return ConfigChange(ChangeKind.NOTHING, file, before, before)
    line = editor.line(before, path)
    launched = host.read(existing)
    if launched is None or not launched.starts_skillagent:
        raise UsageError(
            f"{place_of(file, line)}: {name!r} is another server there; it was left alone"
        )
    record = install_record.read_record(locations.state, real_path(file)) or InstallRecord({})
    after = _former_text(record, name, before)
    if after is not None:
        remove_file = record.created and not after
    else:
        try:
            after = editor.take(before, path, containers=record.containers)
        except CannotEditError as error:
            raise UsageError(
                f"{place_of(file, line)}: {name!r} cannot be removed safely: {error}; remove it "
                "by hand"
            ) from None
        is_empty = record.created and not editor.load(after)
        # Without a record, a file with exactly the bytes of a new one was created by an install.
        is_new = isinstance(existing, dict) and before == editor.put("", path, existing)
        remove_file = is_empty or (name not in record.spans and is_new)
    new_record = record.without_entry(name, before, after)
    return ConfigChange(
        kind=ChangeKind.REMOVE,
        file=file,
        before=before,
        after=None if remove_file else after,
        line=line,
        record=new_record if new_record.spans else None,
        folders=record.folders if remove_file else (),
    )


def _former_text(record: InstallRecord, name: str, text: str) -> str | None:
    """The text without an entry, byte for byte; None if the record does not lead to it."""
    former = record.text_before(name, text)
    if former is None and list(record.spans) == [name]:
        return record.first_text(text)
    return former


def write(change: ConfigChange, locations: Locations) -> str:
    """Write a change, completely or not at all.

    The file keeps its mode. If it is a symbolic link, the target is changed, created or removed,
    and the link stays.

    Args:
        change: the planned change.
        locations: where the user's files are.

    Returns:
        Empty; or one line that says why the record for an exact undo could not be stored.

    Raises:
        UsageError: the file has changed since the plan, or cannot be written.
    """
    if change.kind is ChangeKind.NOTHING:
        return ""
    _refuse_stale(change)
    target = real_path(change.file)
    try:
        if change.after is None:
            target.unlink()
            _remove_empty(change.folders)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            # Checked again as late as possible: a host that writes its file takes no lock of ours.
            write_atomic(
                target,
                change.after.encode("utf-8"),
                mode=_mode(change.file, target, locations),
                before_replace=lambda: _refuse_stale(change),
            )
    except OSError as error:
        raise UsageError(f"{change.file}: cannot be written: {error.strerror}") from None
    return install_record.write_record(locations.state, target, change.record)


def _mode(file: Path, target: Path, locations: Locations) -> int:
    """Permission bits of a file: its own, or those for a new one."""
    if target.exists():
        return target.stat().st_mode & 0o7777
    # Hosts keep keys in a user's file. A project's file is for all who work on the project.
    return 0o644 if file.is_relative_to(locations.project) else 0o600


def _remove_empty(folders: tuple[str, ...]) -> None:
    for folder in folders:
        try:
            Path(folder).rmdir()
        except OSError:
            break


def _refuse_stale(change: ConfigChange) -> None:
    if read_text(change.file) != change.before:
        raise UsageError(f"{change.file}: it has changed in the meantime; run the command again")


def read_text(file: Path) -> str | None:
    """The text of a host's file; None if the file does not exist.

    Raises:
        UsageError: it cannot be read, is not a regular file, or is not UTF-8.
    """
    try:
        return read_regular(file, MAX_BYTES).decode("utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{file}:{line}: is not UTF-8; it was left alone") from None
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from None


def parse(host: Host, file: Path, text: str | None) -> dict[str, Any]:
    """The content of a host's file; empty if the file does not exist.

    Args:
        host: the host.
        file: path of the file, for the error.
        text: text of the file; None if it does not exist.

    Raises:
        UsageError: the text is invalid; the error names the line.
    """
    try:
        return EDITORS[host.syntax].load(text or "")
    except HostSyntaxError as error:
        raise UsageError(
            f"{file}:{error.line}: is not {host.syntax} as {host.title} reads it: {error}; "
            "correct it first"
        ) from None


def servers(data: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    """A table of servers, by name; empty if there is none.

    Args:
        data: content of a host's file.
        keys: keys that lead to the table from the top.
    """
    table = _value_at(data, keys)
    return dict(table) if isinstance(table, dict) else {}


def place_of(file: Path, line: int) -> str:
    """A place in a file as FILE:LINE; only the file if the line is 0, that is, unknown."""
    return f"{file}:{line}" if line else str(file)


def real_path(file: Path) -> Path:
    """The path of a file with all symbolic links resolved."""
    return Path(os.path.realpath(file))


def _value_at(data: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = data
    for key in path:
        if not isinstance(value, Mapping) or key not in value:
            return None
        value = value[key]
    return value


def _contains(existing: object, entry: ServerEntry) -> bool:
    """Whether an existing entry has all the values of the wanted one."""
    return isinstance(existing, dict) and all(
        existing.get(key, ...) == value for key, value in entry.items()
    )


def _missing_tables(data: Mapping[str, Any], keys: tuple[str, ...]) -> int:
    return sum(_value_at(data, keys[: length + 1]) is None for length in range(len(keys)))


def _missing_folders(folder: Path) -> tuple[str, ...]:
    missing = []
    while not folder.exists():
        missing.append(str(folder))
        folder = folder.parent
    return tuple(missing)


def _refuse_unsupported_layout(
    host: Host, file: Path, data: Mapping[str, Any], name: str, entry: ServerEntry
) -> None:
    layout = host.unsupported_layout
    if layout is None or not layout.is_used(_value_at(data, layout.keys)):
        return
    layout_entry = {key: value for key, value in entry.items() if key not in layout.without}
    why = f"it has the layout of {layout.title}, which was not tested"
    raise _refusal(host, file, name, layout_entry, why, ".".join(layout.keys))


def _refusal(
    host: Host, file: Path, name: str, entry: ServerEntry, why: str, table: str = ""
) -> UsageError:
    """The error for a file that must be changed by hand, with the text to write."""
    reason = f"{file}: cannot be changed safely: {why}"
    if host.syntax is Syntax.TOML:
        text = " ".join(TomlEditor().put("", (*host.keys, name), entry).splitlines())
        return UsageError(f"{reason}; write there: {text}")
    text = f"{json.dumps(name)}: {json.dumps(entry, ensure_ascii=False)}"
    return UsageError(f"{reason}; paste under {table or '.'.join(host.keys)}: {text}")
