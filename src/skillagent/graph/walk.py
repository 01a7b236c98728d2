"""Find and read the Markdown files of a root, in a fixed order.

Hidden folders and everything that `.gitignore` or `.skillagentignore` excludes are skipped. A
symbolic link is followed only to a file inside its root, even if another process replaces
files during the walk (see `open_root`). Each file is opened once: its bytes are hashed, decoded
and dropped before the next file is read, so that only the texts stay in memory. A file that
cannot be read becomes a finding.

Above: `graph_root`. Below: `source_file`, `open_root`, `ignore_files`.
"""

from __future__ import annotations

import os
import re
import sys
import unicodedata
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING

from skillagent.errors import GraphError, UsageError
from skillagent.files import STAGED
from skillagent.graph.file_name import SUFFIXES
from skillagent.graph.ignore_files import IGNORE_FILES, Specs, is_ignored, read_rules
from skillagent.graph.open_root import OUTSIDE, Folder, OpenRoot
from skillagent.graph.source_file import SourceFile, read_source, safe_path, utf_8
from skillagent.progress import Progress, no_progress

if TYPE_CHECKING:
    from datetime import date

    from skillagent.diagnostics import Diagnostic
    from skillagent.markdown import Dialect

MAX_FILE_BYTES = 8 * 1024 * 1024
_NAMES_ARE_UTF_8 = sys.getfilesystemencoding() == "utf-8"


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
    hidden: int = 0
    """How many Markdown files were left out because the settings of the root hide them."""
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


def walk(
    root: Root,
    options: Options,
    prefix: str = "",
    progress: Progress = no_progress,
    hidden: tuple[str, ...] = (),
) -> RootFiles:
    """Read every Markdown file below a root, sorted by path.

    Args:
        root: the folder.
        options: gives the size limit.
        prefix: text to put before the paths in findings.
        progress: called for each file that was read.
        hidden: what the paths of files to leave out begin with, from the root, with a `/` first.

    Raises:
        GraphError: the root itself cannot be listed.
    """
    contents = RootFiles(root)
    try:
        opened = OpenRoot(root.path)
    except OSError as error:
        raise GraphError(f"{root.path}: {error.strerror}") from error
    with opened:
        Walker(opened, contents, options, prefix, progress, hidden).walk()
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
            return (
                None
                if path is None
                else read_source(opened.file(path), relative, options.max_file_bytes)
            )
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


class Walker:
    """Reads one root, folder by folder."""

    def __init__(
        self,
        opened: OpenRoot,
        contents: RootFiles,
        options: Options,
        prefix: str,
        progress: Progress,
        hidden: tuple[str, ...],
    ) -> None:
        self._hidden_paths = hidden
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
            is_filtered = bool(specs or self._hidden_paths)
            names = []
            for entry in entries:
                name = entry.name
                if name[0] == ".":
                    self._hidden(below + name, name)
                elif entry.is_dir(follow_symlinks=False):
                    inner += self._inner(f"{below}{name}/", specs)
                elif is_filtered and self._is_left_out(below + name, specs):
                    continue
                elif entry.is_symlink():
                    self._link(below + name, specs)
                elif name.lower().endswith(SUFFIXES):
                    names.append(name)
                else:
                    self._other(below + name)
            self._files(folder, below, names)
        return inner

    def _with_rules_of(self, below: str, names: set[str], specs: Specs) -> Specs:
        """The ignore rules that apply in a folder: those from above and its own."""
        for name in IGNORE_FILES:
            if name in names and (spec := read_rules(self._opened, below + name)):
                specs = (*specs, (below, spec))
        return specs

    def _is_hidden_path(self, relative: str) -> bool:
        """True if the settings of the root hide a path."""
        hidden = self._hidden_paths
        return bool(hidden) and f"/{unicodedata.normalize('NFC', relative)}".startswith(hidden)

    def _hidden(self, relative: str, name: str) -> None:
        """Skip a hidden entry, but report what an interrupted command left."""
        if name.startswith(STAGED):
            self._report("SG029", relative, "left by a command that was interrupted")

    def _inner(self, path: str, specs: Specs) -> list[tuple[str, Specs]]:
        """A folder inside another one, to be searched with these rules; empty if it is ignored."""
        if specs and is_ignored(path, specs):
            return []
        if not self._is_hidden_path(path):
            self._other(path[:-1])
        # A hidden folder is searched too, to count its files.
        return [(path, specs)]

    def _is_left_out(self, relative: str, specs: Specs) -> bool:
        """Whether ignore rules or the settings of the root leave out a file."""
        if specs and is_ignored(relative, specs):
            return True
        if self._is_hidden_path(relative):
            self._contents.hidden += relative.lower().endswith(SUFFIXES)
            return True
        return False

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
        elif target and (
            _is_hidden(target)
            or self._is_hidden_path(target)
            or (specs and is_ignored(target, specs))
        ):
            return  # a link must not show what the root hides
        elif is_markdown and not os.path.isdir(full):
            self._file(self._opened, target, relative)
        else:
            self._other(relative)

    def _files(self, folder: Folder, below: str, names: Sequence[str]) -> None:
        """Read the Markdown files of one folder.

        Args:
            folder: the folder, which is open.
            below: its path with a `/` at its end; empty for the root.
            names: the names of the files, which are no links, in no order.
        """
        for name in names:
            self._file(folder, name, below + name)

    def _file(self, parent: Folder | OpenRoot, name: str, relative: str) -> None:
        """Read one Markdown file.

        Args:
            parent: the open folder that the file is opened from.
            name: its name or path in that folder.
            relative: its path in the root, or the path of the link to it.
        """
        self._check_name(relative)
        try:
            self._read(parent, name, relative)
        except OSError as error:
            self._unread(relative, error)

    def _check_name(self, relative: str) -> None:
        if is_printable(relative):
            return
        if safe_path(relative) != unicodedata.normalize("NFC", utf_8(relative)):
            self._report("SG008", relative, "unprintable file name")

    def _read(self, parent: Folder | OpenRoot, name: str, relative: str) -> None:
        source = read_source(
            parent.file(name), relative, self._options.max_file_bytes, self._prefix
        )
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
        from skillagent.diagnostics import finding  # late: most roots have none

        shown = self._prefix + safe_path(relative)
        self._contents.diagnostics.append(finding(code, shown, 0, message))


def is_printable(relative: str) -> bool:
    """Whether a path can be printed as it is; in doubt False, as this only saves time."""
    return relative.isprintable() and (relative.isascii() or _NAMES_ARE_UTF_8)


def _is_hidden(path: str) -> bool:
    """Whether a path in the root, or a folder on that path, is hidden."""
    return any(part.startswith(".") for part in path.split("/"))
