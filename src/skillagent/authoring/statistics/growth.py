"""The growth of a graph's folder: Markdown files and links by month, from git's history.

git only lists commits and trees and prints stored files: `rev-list`, `ls-tree` and `cat-file`.
None of these runs a filter, a textconv program or a hook; `environment.git_state` forbids fetching.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from skillagent.environment.git_state import git_output, repository_above
from skillagent.graph.file_name import SUFFIXES
from skillagent.markdown import Dialect
from skillagent.markdown.document import parse
from skillagent.progress import Progress, no_progress, tracked

MONTHS = 36
"""Most months that are counted, the latest ones."""
COMMITS = 50_000
"""Most commits that are looked at, the latest ones."""
FILE_BYTES = 1_000_000
"""Bytes above which a file's links are not counted."""
ALL_BYTES = 64_000_000
"""Most bytes of all file states that are read; older months are then left out."""
BATCH_BYTES = 8_000_000
SECONDS = 20.0
"""Maximum time of one git process."""


@dataclass(frozen=True, slots=True)
class Month:
    """The folder as it was in the last commit of a month."""

    month: str
    """Year and month of the commit in UTC, such as `2026-03`."""
    files: int
    """Markdown files."""
    links: int
    """Links in them, as written."""


@dataclass(frozen=True, slots=True)
class Growth:
    """The months that have commits, the oldest first."""

    months: tuple[Month, ...]
    earlier: bool
    """Whether older months were not counted, because there are too many or too large ones."""


class _Blob(NamedTuple):
    digest: str
    size: int


def growth(
    folder: Path,
    dialect: Dialect,
    progress: Progress = no_progress,
    *,
    months: int = MONTHS,
    seconds: float = SECONDS,
) -> Growth | None:
    """Markdown files and links of a folder at the end of each month with a commit.

    Only first parents are followed: the line of commits that was checked out. Files whose name or
    folder begins with a dot do not count.

    Args:
        folder: the folder of the graph, in a git repository or not.
        dialect: how its links are written.
        progress: called for each month that was counted.
        months: most months to count.
        seconds: maximum time of one git process.

    Returns:
        None if the folder is not in a repository with a commit, git is not installed, or it takes
        too long.
    """
    real = Path(os.path.realpath(folder))
    top = repository_above(real)
    if top is None:
        return None
    inside = real.relative_to(top).as_posix()
    try:
        commits = _last_commits(top, seconds)
        counted = _Links(top, dialect, seconds)
        rows: list[Month] = []
        for month, commit in tracked(commits[:months], "counting months", progress):
            tree = f"{commit}:{'' if inside == '.' else inside}"
            files = _files(git_output(top, seconds, "ls-tree", "-r", "-l", "-z", tree))
            if not counted.read(files):
                break
            links = sum(counted.of[blob.digest] for blob in files)
            rows.append(Month(month, len(files), links))
    except subprocess.TimeoutExpired:
        return None
    if not any(row.files for row in rows):
        return None
    earlier = len(rows) < len(commits) and rows[-1].files > 0
    while not rows[-1].files:
        rows.pop()  # the graph did not exist yet
    return Growth(tuple(reversed(rows)), earlier)


def _last_commits(top: Path, seconds: float) -> list[tuple[str, str]]:
    """The last commit of each month, the latest month first."""
    listed = git_output(
        top, seconds, "rev-list", "--first-parent", "--timestamp", f"--max-count={COMMITS}", "HEAD"
    )
    last: dict[str, str] = {}
    for line in listed.decode("ascii", "replace").splitlines():
        seconds_text, _, commit = line.partition(" ")
        try:
            day = datetime.fromtimestamp(int(seconds_text), UTC)
        except (ValueError, OverflowError, OSError):
            continue
        last.setdefault(f"{day:%Y-%m}", commit)
    return sorted(last.items(), reverse=True)


def _files(listed: bytes) -> list[_Blob]:
    """The Markdown files that `git ls-tree -r -l -z` lists."""
    files = []
    for row in listed.split(b"\0"):
        head, _, name = row.partition(b"\t")
        path = name.decode("utf-8", "replace")
        fields = head.decode("ascii", "replace").split()
        is_file = len(fields) == 4 and fields[0].startswith("100") and fields[3].isdigit()
        hidden = any(part.startswith(".") for part in path.split("/"))
        if is_file and not hidden and path.lower().endswith(SUFFIXES):
            files.append(_Blob(fields[2], int(fields[3])))
    return files


class _Links:
    """Counts the links of stored files, each state of a file once."""

    def __init__(self, top: Path, dialect: Dialect, seconds: float) -> None:
        self._top, self._dialect, self._seconds = top, dialect, seconds
        self._room = ALL_BYTES
        self.of: dict[str, int] = {}
        """Id of a blob → links in it."""

    def read(self, blobs: Sequence[_Blob]) -> bool:
        """Count the links of further files; False if they would exceed the limit."""
        new = {blob.digest: blob.size for blob in blobs if blob.digest not in self.of}
        self.of.update((digest, 0) for digest, size in new.items() if size > FILE_BYTES)
        new = {digest: size for digest, size in new.items() if size <= FILE_BYTES}
        self._room -= sum(new.values())
        if self._room < 0:
            return False
        for batch in _batches(new):
            asked = "".join(f"{digest}\n" for digest in batch).encode()
            printed = git_output(self._top, self._seconds, "cat-file", "--batch", given=asked)
            self.of.update(dict.fromkeys(batch, 0))  # one that is missing here has no links
            for digest, data in _contents(printed):
                self.of[digest] = len(parse(data, "", self._dialect).references)
        return True


def _batches(sizes: Mapping[str, int]) -> Iterator[list[str]]:
    batch: list[str] = []
    total = 0
    for digest, size in sizes.items():
        batch.append(digest)
        total += size
        if total > BATCH_BYTES:
            yield batch
            batch, total = [], 0
    if batch:
        yield batch


def _contents(printed: bytes) -> Iterator[tuple[str, bytes]]:
    """Id and content of each file that `git cat-file --batch` printed."""
    place = 0
    while place < len(printed):
        end = printed.find(b"\n", place)
        fields = printed[place:end].decode("ascii", "replace").split()
        place = end + 1
        if len(fields) == 3 and fields[2].isdigit():
            size = int(fields[2])
            yield fields[0], printed[place : place + size]
            place += size + 1
