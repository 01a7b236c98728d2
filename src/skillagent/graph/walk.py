"""Find and read the Markdown files of a root, in a fixed order.

Hidden folders and everything that `.gitignore` or `.skillagentignore` excludes are skipped. A
symbolic link is followed only to a file inside its root, even if another process replaces
files during the walk (see `open_root`). Each file is opened once: its bytes are hashed, decoded
and dropped before the next file is read, so that only the texts stay in memory. A file that
cannot be read becomes a finding.

Above: `build`. Below: `open_root`, `ignore_files`.
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
from skillagent.markdown.decoding import decode
from skillagent.progress import Progress, untold

MAX_FILE_BYTES = 8 * 1024 * 1024
HEAD_BYTES = 65_536
"""How much of a file above the size limit is loaded, from its beginning."""

_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Options:
    """How a graph is loaded."""

    dialect: Dialect | None = None
    """How links are written. None: Logseq's form for a Logseq graph, otherwise Obsidian's."""
    strict: bool = False
    """A link whose name fits several nodes is an error and stays unresolved."""
    max_file_bytes: int = MAX_FILE_BYTES
    """Size limit in bytes. Only the first 64 KiB of a larger file are loaded, with a finding."""
    today: date | None = None
    """The day that `valid_until` and `stale_after` are compared with; None for the current day."""


@dataclass(frozen=True, slots=True)
class Root:
    """One folder that a graph is loaded from."""

    path: Path
    name: str = ""
    """Namespace of its nodes if several roots are loaded."""

    @property
    def folders(self) -> tuple[str, ...]:
        """Names of the folders above it, and its own name last."""
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
    """One Markdown file as it was read. Its bytes are not kept."""

    path: str
    """Relative to the root, `/`-separated, NFC, safe to print."""
    raw_path: str
    """The path before it was normalised to NFC."""
    text: str
    """The decoded text; only its beginning if `whole` is false."""
    size: int
    """Bytes on disk."""
    digest: str
    """SHA-256 of all bytes on disk, as `sha256:…`."""
    whole: bool
    """False if the file is above the size limit, so that only its beginning was decoded."""
    diagnostics: tuple[Diagnostic, ...]
    """Findings about the file itself: its size and its encoding."""


@dataclass(slots=True)
class RootFiles:
    """The files and folders of one root."""

    root: Root
    files: list[SourceFile] = field(default_factory=list)
    """The Markdown files that could be read."""
    others: set[str] = field(default_factory=set)
    """Paths of all other files, and of folders: targets that are not nodes."""
    unread: int = 0
    """How many Markdown files could not be read."""
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


def walk(root: Root, options: Options, prefix: str = "", progress: Progress = untold) -> RootFiles:
    """Read every Markdown file below a root, sorted by path.

    Args:
        root: the folder.
        options: gives the size limit.
        prefix: text to put before the paths in findings.
        progress: called for each file that was read.

    Raises:
        GraphError: the root itself cannot be listed.
    """
    contents = RootFiles(root)
    try:
        opened = OpenRoot(root.path)
    except OSError as error:
        raise GraphError(f"{root.path}: {error.strerror}") from error
    with opened:
        _Walker(opened, contents, options, prefix, progress).walk()
    # If two names differ only in their Unicode form, the normalised one comes first.
    contents.files.sort(key=lambda file: (file.path, file.path != file.raw_path, file.raw_path))
    return contents


def top_files(root: Root) -> list[str]:
    """Names of the Markdown files at the top of a root, sorted; empty if it cannot be listed."""
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
    """Read one Markdown file of a root as `walk` does; None if that is not possible."""
    try:
        with OpenRoot(root.path) as opened:
            path = opened.resolve(relative)
            return None if path is None else _read(opened.file(path), relative, options, "")
    except OSError:
        return None


def read_bytes(root: Root, path: str, limit: int | None = None) -> bytes:
    """The current bytes of a file.

    Args:
        root: the root that contains it.
        path: relative to the root, `/`-separated.
        limit: largest size in bytes; None for no limit.

    Raises:
        OSError: the file does not exist, is too large or not a regular file, or a symbolic
            link leads out of the root or to a hidden file.
    """
    with open_file(root, path) as stream:
        size = os.fstat(stream.fileno()).st_size
        if limit is not None and size > limit:
            raise OSError(0, f"it has {size} bytes, above the limit of {limit}")
        return stream.read(-1 if limit is None else limit)


def open_file(root: Root, path: str) -> FileIO:
    """Open a file for reading.

    Args:
        root: the root that contains it.
        path: relative to the root, `/`-separated.

    Raises:
        OSError: the file does not exist or is not a regular file, or a symbolic link leads out
            of the root or to a hidden file.
    """
    with OpenRoot(root.path) as opened:
        real = opened.resolve(path)
        if real is None or _is_hidden(real):
            raise OSError(0, OUTSIDE)
        return opened.file(real)


class _Walker:
    """Reads one root, folder by folder."""

    def __init__(
        self,
        opened: OpenRoot,
        contents: RootFiles,
        options: Options,
        prefix: str,
        progress: Progress,
    ) -> None:
        self._opened = opened
        self._contents = contents
        self._options = options
        self._prefix = prefix
        self._progress = progress

    def walk(self) -> None:
        stack: list[tuple[str, Specs]] = [("", ())]
        while stack:
            stack += self._folder(*stack.pop())

    def _folder(self, below: str, specs: Specs) -> list[tuple[str, Specs]]:
        """Read the files of one folder.

        Args:
            below: path of the folder with a `/` at its end; empty for the root.
            specs: the ignore rules of the folders above.

        Returns:
            The folders inside it, each with the ignore rules that apply there.
        """
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
            specs = self._with_rules_of(below, {entry.name for entry in entries}, specs)
            for entry in entries:
                if entry.name[0] == ".":
                    self._hidden(below + entry.name, entry.name)
                elif not entry.is_dir(follow_symlinks=False):
                    self._entry(folder, entry, below + entry.name, specs)
                elif not (specs and is_ignored(f"{below}{entry.name}/", specs)):
                    self._other(below + entry.name)
                    inner.append((f"{below}{entry.name}/", specs))
        return inner

    def _with_rules_of(self, below: str, names: set[str], specs: Specs) -> Specs:
        """The ignore rules that apply in a folder: those from above and its own."""
        for name in IGNORE_FILES:
            if name in names and (spec := read_rules(self._opened, below + name)):
                specs = (*specs, (below, spec))
        return specs

    def _hidden(self, relative: str, name: str) -> None:
        """Skip a hidden entry, but report what an interrupted command left."""
        if name.startswith(STAGED):
            self._report("SG029", relative, "left by a command that was interrupted")

    def _entry(self, folder: Folder, entry: os.DirEntry[str], relative: str, specs: Specs) -> None:
        """One entry of a folder that is not a folder itself."""
        if specs and is_ignored(relative, specs):
            return
        if entry.is_symlink():
            self._link(relative, specs)
        elif entry.name.lower().endswith(SUFFIXES):
            self._file(folder, entry.name, relative)
        else:
            self._other(relative)

    def _link(self, relative: str, specs: Specs) -> None:
        """A symbolic link: followed only to a file inside the root that is not hidden."""
        is_markdown = relative.lower().endswith(SUFFIXES)
        full = os.path.join(self._opened.top, relative)
        try:
            target = self._opened.resolve(relative)
        except OSError as error:
            self._unread(relative, error)
            return
        if target is None:
            if is_markdown or os.path.isdir(full):
                self._report("SG006", relative, "a symbolic link that leads out of the root")
            else:
                self._other(relative)
        elif target and (_is_hidden(target) or (specs and is_ignored(target, specs))):
            return  # a link must not show what the root hides
        elif is_markdown and not os.path.isdir(full):
            self._file(self._opened, target, relative)
        else:
            self._other(relative)

    def _file(self, parent: Folder | OpenRoot, name: str, relative: str) -> None:
        """Read one Markdown file.

        Args:
            parent: the open folder that the file is opened from.
            name: its name or path in that folder.
            relative: its path in the root, or the path of the link to it.
        """
        safe = _safe(relative)
        if safe != unicodedata.normalize("NFC", _utf_8(relative)):
            self._report("SG008", relative, "unprintable file name")
        try:
            source = _read(parent.file(name), relative, self._options, self._prefix)
        except OSError as error:
            self._unread(relative, error)
            return
        self._contents.files.append(source)
        self._progress("reading files", len(self._contents.files), 0)

    def _other(self, relative: str) -> None:
        self._contents.others.add(unicodedata.normalize("NFC", relative))

    def _unread(self, relative: str, error: OSError) -> None:
        self._contents.unread += 1
        self._report("SG001", relative, f"cannot be read: {error.strerror or type(error).__name__}")

    def _unlisted(self, below: str, error: OSError) -> list[tuple[str, Specs]]:
        if not below:
            raise GraphError(f"{self._contents.root.path}: {error.strerror}") from error
        self._report("SG001", below, f"the folder cannot be listed: {error.strerror}")
        return []

    def _report(self, code: str, relative: str, message: str) -> None:
        shown = self._prefix + _safe(relative)
        self._contents.diagnostics.append(finding(code, shown, 0, message))


def _read(stream: FileIO, relative: str, options: Options, prefix: str) -> SourceFile:
    """Hash and decode an open file, and close it.

    Args:
        stream: the file, at its beginning.
        relative: its path in the root.
        options: gives the size limit.
        prefix: text to put before the path in findings.

    Raises:
        OSError: it cannot be read.
    """
    limit = options.max_file_bytes
    with stream:
        size = os.fstat(stream.fileno()).st_size
        whole = size <= limit
        if whole:
            data = stream.read()
            digest = hashlib.sha256(data).hexdigest()
            size = len(data)
        else:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            stream.seek(0)
            data = _whole_characters(stream.read(min(HEAD_BYTES, limit)))
    path = raw_path = relative
    if not relative.isascii() or not relative.isprintable():
        path = _safe(relative)
        if path != unicodedata.normalize("NFC", relative):
            raw_path = path  # never shown: it has characters that terminals and tokenizers reject
    text, findings = decode(data, prefix + path)
    if not whole:
        message = (
            f"{size} bytes, above the limit of {limit}; only the first {len(data)} were loaded"
        )
        findings.append(finding("SG002", prefix + path, 0, message))
    return SourceFile(path, raw_path, text, size, "sha256:" + digest, whole, tuple(findings))


def _whole_characters(data: bytes) -> bytes:
    """The beginning of a file, without the last line or character if that is incomplete."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data[: len(data) // 4 * 4]
    if b"\n" in data:
        return data[: data.rfind(b"\n") + 1]
    for length in range(len(data), max(0, len(data) - 4), -1):
        if data[length - 1] < 0x80 or (length < len(data) and data[length] & 0xC0 != 0x80):
            return data[:length]
    return data


def _is_hidden(path: str) -> bool:
    """Whether a path in the root, or a folder on that path, is hidden."""
    return any(part.startswith(".") for part in path.split("/"))


def _utf_8(name: str) -> str:
    """A file name read as UTF-8 in any locale; invalid bytes become surrogates."""
    return os.fsencode(name).decode("utf-8", "surrogateescape")


def _safe(relative: str) -> str:
    name = unicodedata.normalize("NFC", _utf_8(relative))
    return _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", name)
