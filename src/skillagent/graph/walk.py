"""Roots on disk → the bytes of their Markdown files, in a fixed order.

Hidden folders and what `.gitignore` or `.skillagentignore` name are skipped; a symbolic
link is followed only to a file inside its root, whatever is exchanged meanwhile (see
`open_root`). Files are read once; one that cannot be read becomes a finding.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from io import FileIO
from pathlib import Path

from skillagent.diagnostics import Diagnostic, finding
from skillagent.errors import GraphError, UsageError
from skillagent.files import STAGED
from skillagent.graph.ignore_files import IGNORE_FILES, Specs, is_ignored, read_rules
from skillagent.graph.node import SUFFIXES
from skillagent.graph.open_root import OUTSIDE, Folder, OpenRoot
from skillagent.markdown import Dialect
from skillagent.progress import Progress, untold

MAX_FILE_BYTES = 8 * 1024 * 1024
HEAD_BYTES = 65_536
"""Of a file that is too large, this much of its beginning is loaded."""

_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Options:
    """How a graph is loaded."""

    dialect: Dialect | None = None
    """How links are written; None to go by what each root holds: Logseq's, else Obsidian's."""
    strict: bool = False
    """A link that several nodes answer to is an error and stays unresolved."""
    max_file_bytes: int = MAX_FILE_BYTES
    """Of a larger file only the first 64 KiB are loaded, with a finding."""
    today: date | None = None
    """The day by which `valid_until` and `stale_after` are judged; None for the system's."""


@dataclass(frozen=True, slots=True)
class Root:
    """One folder that a graph is loaded from."""

    path: Path
    name: str = ""
    """Namespace of its nodes when several roots are loaded."""

    @property
    def folders(self) -> tuple[str, ...]:
        """Names of the folders that it lies in, its own last."""
        try:
            return self.path.resolve().parts[1:]
        except (OSError, RuntimeError):
            return ()

    @classmethod
    def parse(cls, text: str | os.PathLike[str] | Root) -> Root:
        """A root from `path` or `name=path`; the name defaults to the folder's."""
        path = os.fspath(text.path if isinstance(text, Root) else text)
        try:
            if isinstance(text, Root):
                return text if text.name else cls(text.path, text.path.resolve().name)
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

    @property
    def whole(self) -> bool:
        """False where only the beginning was read."""
        return len(self.data) == self.size


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
    try:
        opened = OpenRoot(root.path)
    except OSError as error:
        raise GraphError(f"{root.path}: {error.strerror}") from error
    with opened:
        _Walker(opened, found, options, prefix, progress).walk()
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
    try:
        with OpenRoot(root.path) as opened:
            path = opened.resolve(relative)
            return None if path is None else _read(opened.file(path), relative, options)
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
    with open_file(root, path) as stream:
        size = os.fstat(stream.fileno()).st_size
        if limit is not None and size > limit:
            raise OSError(0, f"it has {size} bytes, above the limit of {limit}")
        return stream.read(-1 if limit is None else limit)


def open_file(root: Root, path: str) -> FileIO:
    """A file of a root, open for reading.

    Args:
        root: where it lies.
        path: relative to the root, `/`-separated.

    Raises:
        OSError: it is gone, no regular file, or led by a link out of the root or to a hidden
            file.
    """
    with OpenRoot(root.path) as opened:
        real = opened.resolve(path)
        if real is None or _hidden(real):
            raise OSError(0, OUTSIDE)
        return opened.file(real)


class _Walker:
    """One root while it is walked."""

    def __init__(
        self, opened: OpenRoot, found: Walk, options: Options, prefix: str, progress: Progress
    ) -> None:
        self._opened = opened
        self._found = found
        self._options = options
        self._prefix = prefix
        self._progress = progress

    def walk(self) -> None:
        stack: list[tuple[str, Specs]] = [("", ())]
        while stack:
            stack += self._folder(*stack.pop())

    def _folder(self, below: str, specs: Specs) -> list[tuple[str, Specs]]:
        """Read the files of one folder; the folders in it, with the rules that hold there."""
        try:
            folder = self._opened.folder(below[:-1])
        except OSError as error:
            return self._unlisted(below, error)
        inner: list[tuple[str, Specs]] = []
        with closing(folder):
            try:
                entries = folder.entries()
            except OSError as error:
                return self._unlisted(below, error)
            names = {entry.name for entry in entries}
            for name in IGNORE_FILES:
                if name in names and (spec := read_rules(self._opened, below + name)):
                    specs = (*specs, (below, spec))
            for entry in entries:
                name = entry.name
                if name[0] == ".":
                    if name.startswith(STAGED):
                        self._left_behind(below + name)
                    continue
                relative = below + name
                if entry.is_dir(follow_symlinks=False):
                    if not (specs and is_ignored(relative + "/", specs)):
                        self._other(relative)
                        inner.append((relative + "/", specs))
                elif specs and is_ignored(relative, specs):
                    continue
                elif entry.is_symlink():
                    self._link(relative, specs)
                elif name.lower().endswith(SUFFIXES):
                    self._file(folder, name, relative)
                else:
                    self._other(relative)
        return inner

    def _link(self, relative: str, specs: Specs) -> None:
        """A symbolic link: followed to a file inside the root that is not hidden."""
        is_markdown = relative.lower().endswith(SUFFIXES)
        full = os.path.join(self._opened.top, relative)
        try:
            target = self._opened.resolve(relative)
        except OSError as error:
            self._unread(relative, error)
            return
        if target is None:
            if is_markdown or os.path.isdir(full):
                shown = self._prefix + _safe(relative)
                message = "a symbolic link that leads out of the root"
                self._found.diagnostics.append(finding("SG006", shown, 0, message))
            else:
                self._other(relative)
        elif target and (_hidden(target) or (specs and is_ignored(target, specs))):
            return  # a link must not show what the root hides
        elif is_markdown and not os.path.isdir(full):
            self._file(self._opened, target, relative)
        else:
            self._other(relative)

    def _file(self, holder: Folder | OpenRoot, name: str, relative: str) -> None:
        """Read one Markdown file.

        Args:
            holder: what it is opened from.
            name: its name, or path, there.
            relative: its path in the root, or that of the link to it.
        """
        shown = self._prefix + _safe(relative)
        if shown != self._prefix + unicodedata.normalize("NFC", _utf_8(relative)):
            self._found.diagnostics.append(finding("SG008", shown, 0, "unprintable file name"))
        try:
            source = _read(holder.file(name), relative, self._options)
        except OSError as error:
            self._unread(relative, error)
            return
        limit = self._options.max_file_bytes
        if source.size > limit:
            message = (
                f"{source.size} bytes, above the limit of {limit}; "
                f"only the first {len(source.data)} were loaded"
            )
            self._found.diagnostics.append(finding("SG002", shown, 0, message))
        self._found.files.append(source)
        self._progress("reading files", len(self._found.files), 0)

    def _left_behind(self, relative: str) -> None:
        shown = self._prefix + _safe(relative)
        message = "left by a command that was interrupted"
        self._found.diagnostics.append(finding("SG029", shown, 0, message))

    def _other(self, relative: str) -> None:
        self._found.others.add(unicodedata.normalize("NFC", relative))

    def _unread(self, relative: str, error: OSError) -> None:
        self._found.unread += 1
        message = f"cannot be read: {error.strerror or type(error).__name__}"
        shown = self._prefix + _safe(relative)
        self._found.diagnostics.append(finding("SG001", shown, 0, message))

    def _unlisted(self, below: str, error: OSError) -> list[tuple[str, Specs]]:
        if not below:
            raise GraphError(f"{self._found.root.path}: {error.strerror}") from error
        message = f"the folder cannot be listed: {error.strerror}"
        shown = self._prefix + _safe(below)
        self._found.diagnostics.append(finding("SG001", shown, 0, message))
        return []


def _read(stream: FileIO, relative: str, options: Options) -> SourceFile:
    with stream:
        size = os.fstat(stream.fileno()).st_size
        if size > options.max_file_bytes:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            stream.seek(0)
            data = stream.read(min(HEAD_BYTES, options.max_file_bytes))
            data = _whole_characters(data)
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


def _hidden(path: str) -> bool:
    """Whether a path in the root, or a folder on the way to it, is hidden."""
    return any(part.startswith(".") for part in path.split("/"))


def _utf_8(name: str) -> str:
    """A file name as UTF-8, whatever the locale; bytes that are none stand as surrogates."""
    return os.fsencode(name).decode("utf-8", "surrogateescape")


def _safe(relative: str) -> str:
    name = unicodedata.normalize("NFC", _utf_8(relative))
    return _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", name)
