"""Roots on disk → the bytes of their Markdown files, in a fixed order.

Hidden folders and what `.gitignore` or `.skillagentignore` name are skipped; a symbolic
link is followed only to a file inside its root. Files are read once; one that cannot be
read becomes a finding.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING

from skillagent.diagnostics import Diagnostic, finding
from skillagent.errors import GraphError, UsageError
from skillagent.markdown import OBSIDIAN, Dialect
from skillagent.progress import Progress, untold

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

MAX_FILE_BYTES = 8 * 1024 * 1024
HEAD_BYTES = 65_536
"""Of a file that is too large, this much of its beginning is loaded."""
SUFFIXES = (".md", ".markdown")
MAX_IGNORE_BYTES = 1024 * 1024
IGNORE_FILES = (".gitignore", ".skillagentignore")

_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Options:
    """How a graph is loaded."""

    dialect: Dialect = OBSIDIAN
    """How links are written."""
    strict: bool = False
    """A link that several nodes answer to is an error and stays unresolved."""
    max_file_bytes: int = MAX_FILE_BYTES
    """Of a larger file only the first 64 KiB are loaded, with a finding."""


@dataclass(frozen=True, slots=True)
class Root:
    """One folder that a graph is loaded from."""

    path: Path
    name: str = ""
    """Namespace of its nodes when several roots are loaded."""

    @classmethod
    def parse(cls, text: str | os.PathLike[str] | Root) -> Root:
        """A root from `path` or `name=path`; the name defaults to the folder's."""
        if isinstance(text, Root):
            return text if text.name else Root(text.path, text.path.resolve().name)
        path = os.fspath(text)
        try:
            name, equals, rest = path.partition("=")
            if equals and re.fullmatch(r"[\w.-]+", name) and not Path(path).exists():
                if not rest:
                    raise UsageError(f"{path}: no folder behind the name")
                return cls(Path(rest), name)
            return cls(Path(path), Path(path).resolve().name)
        except (OSError, ValueError, RuntimeError) as error:
            raise GraphError(f"{path[:200]!r} is no folder: {error}") from None


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One Markdown file as found."""

    path: str
    """Relative to the root, `/`-separated, NFC, safe to print."""
    raw_path: str
    """The same before NFC."""
    data: bytes
    size: int
    """Bytes on disk."""
    digest: str
    """SHA-256 of all bytes on disk, as `sha256:…`."""


@dataclass(slots=True)
class Walk:
    """What one root holds."""

    root: Root
    files: list[SourceFile] = field(default_factory=list)
    others: set[str] = field(default_factory=set)
    """Paths of all other files, and of folders: targets that are not nodes."""
    unread: int = 0
    """Markdown files that could not be read."""
    diagnostics: list[Diagnostic] = field(default_factory=list)


def roots_of(paths: Sequence[str | os.PathLike[str] | Root]) -> tuple[Root, ...]:
    """The roots to load, each with its own name.

    Raises:
        UsageError: no root was given, or two have the same name.
        GraphError: a root is not a folder.
    """
    if not paths:
        raise UsageError("give at least one folder")
    roots = tuple(Root.parse(path) for path in paths)
    for root in roots:
        try:
            there = root.path.exists()
        except (OSError, ValueError) as error:
            raise GraphError(f"{str(root.path)[:200]!r} is no folder: {error}") from None
        if not there:
            raise GraphError(f"{root.path}: no such folder")
        if not root.path.is_dir():
            raise GraphError(f"{root.path}: not a folder; give the folder that holds the graph")
    names = [root.name for root in roots]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise UsageError(f"two roots are called {twice[0]!r}: name them, as in other={twice[0]}")
    return roots


def walk(root: Root, options: Options, prefix: str = "", progress: Progress = untold) -> Walk:
    """Every Markdown file below a root, sorted by path.

    Args:
        root: the folder.
        options: for the size limit.
        prefix: set before the paths in findings.
        progress: told of each file that was read.

    Raises:
        GraphError: the folder itself cannot be listed.
    """
    found = Walk(root)
    top = os.path.realpath(root.path)
    for full, relative, is_link in _paths(top, found, prefix):
        shown = prefix + _safe(relative)
        if is_link and not _inside(full, top):
            found.diagnostics.append(
                finding("SG006", shown, 0, "a symbolic link that leads out of the root")
            )
            continue
        if shown != prefix + unicodedata.normalize("NFC", _utf_8(relative)):
            found.diagnostics.append(finding("SG008", shown, 0, "unprintable file name"))
        try:
            source = _read(full, relative, options, is_link)
        except OSError as error:
            found.unread += 1
            message = f"cannot be read: {error.strerror or type(error).__name__}"
            found.diagnostics.append(finding("SG001", shown, 0, message))
            continue
        if source.size > options.max_file_bytes:
            message = (
                f"{source.size} bytes, above the limit of {options.max_file_bytes}; "
                f"only the first {len(source.data)} were loaded"
            )
            found.diagnostics.append(finding("SG002", shown, 0, message))
        found.files.append(source)
        progress("reading files", len(found.files), 0)
    # Of two names that are equal but for Unicode form, the normal form comes first.
    found.files.sort(key=lambda file: (file.path, file.path != file.raw_path, file.raw_path))
    return found


def top_files(root: Root) -> list[str]:
    """Names of the Markdown files at the top of a root, sorted; none where it cannot be listed."""
    try:
        with os.scandir(root.path) as scan:
            return sorted(
                entry.name
                for entry in scan
                if entry.name[0] != "." and entry.name.lower().endswith(SUFFIXES)
            )
    except OSError:
        return []


def read_file(root: Root, relative: str, options: Options) -> SourceFile | None:
    """One Markdown file of a root, read as `walk` reads it; None where it cannot be."""
    top = os.path.realpath(root.path)
    full = os.path.join(top, relative)
    try:
        is_link = os.path.islink(full)
        if is_link and not _inside(full, top):
            return None
        return _read(full, relative, options, is_link)
    except OSError:
        return None


def read_bytes(root: Root, path: str, limit: int | None = None) -> bytes:
    """A file of a root as it is now.

    Args:
        root: where it lies.
        path: relative to the root, `/`-separated.
        limit: bytes that it may have; None for any number.

    Raises:
        OSError: it is gone, too large, no regular file, or led by a link out of the root or to
            a hidden file.
    """
    top = os.path.realpath(root.path)
    full = os.path.realpath(os.path.join(top, path))
    if not _inside(full, top) or _hidden(full, top):
        raise OSError(0, "it lies outside the root")
    with _opened(full, follow=False) as stream:
        # A folder on the way may have been swapped for a link meanwhile.
        opened = f"/proc/self/fd/{stream.fileno()}"
        if os.path.exists(opened) and not _inside(opened, top):
            raise OSError(0, "it lies outside the root")
        size = os.fstat(stream.fileno()).st_size
        if limit is not None and size > limit:
            raise OSError(0, f"it has {size} bytes, above the limit of {limit}")
        return stream.read(-1 if limit is None else limit)


def _paths(top: str, found: Walk, prefix: str) -> Iterator[tuple[str, str, bool]]:
    """Full path, relative path and whether it is a symbolic link, of each Markdown file."""
    stack: list[tuple[str, str, tuple[tuple[str, GitIgnoreSpec], ...]]] = [(top, "", ())]
    while stack:
        folder, below, specs = stack.pop()
        try:
            with os.scandir(folder) as scan:
                entries = list(scan)
        except OSError as error:
            if not below:
                raise GraphError(f"{folder}: {error.strerror}") from error
            message = f"the folder cannot be listed: {error.strerror}"
            found.diagnostics.append(finding("SG001", prefix + _safe(below), 0, message))
            continue
        names = {entry.name for entry in entries}
        for name in IGNORE_FILES:
            if name in names and (spec := _spec(os.path.join(folder, name), top)):
                specs = (*specs, (below, spec))
        for entry in entries:
            name = entry.name
            if name[0] == ".":
                continue
            relative = below + name
            is_link = entry.is_symlink()
            if entry.is_dir(follow_symlinks=False):
                if not (specs and _ignored(relative + "/", specs)):
                    found.others.add(unicodedata.normalize("NFC", relative))
                    stack.append((entry.path, relative + "/", specs))
                continue
            if specs and _ignored(relative, specs):
                continue
            if is_link and _leads_to_ignored(entry.path, top, specs):
                continue
            if name.lower().endswith(SUFFIXES) and not (is_link and os.path.isdir(entry.path)):
                yield entry.path, relative, is_link
            elif is_link and os.path.isdir(entry.path) and not _inside(entry.path, top):
                found.diagnostics.append(
                    finding("SG006", prefix + _safe(relative), 0, "a link out of the root")
                )
            else:
                found.others.add(unicodedata.normalize("NFC", relative))


def _read(full: str, relative: str, options: Options, is_link: bool) -> SourceFile:
    with _opened(full, follow=is_link) as stream:
        status = os.fstat(stream.fileno())
        if status.st_size > options.max_file_bytes:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            stream.seek(0)
            data = stream.read(min(HEAD_BYTES, options.max_file_bytes))
            data = _whole_characters(data)
            size = status.st_size
        else:
            data = stream.read()
            digest = hashlib.sha256(data).hexdigest()
            size = len(data)
    path = raw_path = relative
    if not relative.isascii() or not relative.isprintable():
        path = _safe(relative)
        if path != unicodedata.normalize("NFC", relative):
            raw_path = path  # never shown: it holds what a terminal or a counter chokes on
    return SourceFile(path, raw_path, data, size, "sha256:" + digest)


def _opened(path: str, *, follow: bool) -> FileIO:
    """A regular file, open for reading; never a pipe or a device, which could block for ever."""
    # A file may be swapped for a link or a pipe after the listing: neither is opened.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    if not follow:
        flags |= getattr(os, "O_NOFOLLOW", 0)
    number = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise OSError(0, "not a regular file")
    return FileIO(number, "rb")


def _whole_characters(data: bytes) -> bytes:
    """The beginning of a file without a line, or at least a character, that was cut off."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data[: len(data) // 4 * 4]
    if b"\n" in data:
        return data[: data.rfind(b"\n") + 1]
    for length in range(len(data), max(0, len(data) - 4), -1):
        if data[length - 1] < 0x80 or (length < len(data) and data[length] & 0xC0 != 0x80):
            return data[:length]
    return data


def _inside(path: str, top: str) -> bool:
    real = os.path.realpath(path)
    return os.path.commonpath((real, top)) == top


def _hidden(path: str, top: str) -> bool:
    """Whether a path in the root, or a folder on the way to it, is hidden."""
    return any(part.startswith(".") for part in os.path.relpath(path, top).split(os.sep))


def _utf_8(name: str) -> str:
    """A file name as UTF-8, whatever the locale; bytes that are none stand as surrogates."""
    return os.fsencode(name).decode("utf-8", "surrogateescape")


def _safe(relative: str) -> str:
    name = unicodedata.normalize("NFC", _utf_8(relative))
    return _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", name)


def _spec(path: str, top: str) -> GitIgnoreSpec | None:
    from pathspec import GitIgnoreSpec

    if not _inside(path, top):
        return None
    try:
        with _opened(path, follow=True) as stream:
            lines = stream.read(MAX_IGNORE_BYTES).decode("utf-8", "replace").splitlines()
    except OSError:
        return None
    kept = []
    for line in lines:
        try:
            GitIgnoreSpec.from_lines([line])
        except (ValueError, re.error):
            continue  # as git does, a line that makes no sense is passed over
        kept.append(line)
    return GitIgnoreSpec.from_lines(kept)


def _leads_to_ignored(path: str, top: str, specs: tuple[tuple[str, GitIgnoreSpec], ...]) -> bool:
    """Whether a link inside the root shows what the root hides."""
    real = os.path.realpath(path)
    if real == top or not _inside(real, top):
        return False
    target = os.path.relpath(real, top).replace(os.sep, "/")
    return _hidden(real, top) or bool(specs and _ignored(target, specs))


def _ignored(relative: str, specs: tuple[tuple[str, GitIgnoreSpec], ...]) -> bool:
    """The nearest ignore file that says anything about the path decides, as in git."""
    for below, spec in reversed(specs):
        verdict = spec.check_file(relative[len(below) :]).include
        if verdict is not None:
            return verdict
    return False
