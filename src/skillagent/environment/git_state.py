"""The commit and the uncommitted changes of a git repository.

git runs once, as `git status`: without locks that would disturb the user's own commands, without
hooks, the file system monitor and a pager, without fetching what a partial clone left out, and
without the variables that point git at another repository.
Filters do run, such as that of Git LFS: without them, git cannot tell whether a file was changed.
No diff is made, because its text depends on the version of git and on the user's settings.
"""

from __future__ import annotations

import os
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from skillagent.digest import canonical_json, sha256
from skillagent.files.regular import read_regular

SECONDS = 5.0
"""Maximum time of one git process."""
MAX_FILES = 10_000
MAX_BYTES = 64_000_000
"""At most so many changed files are read, and so many bytes of them together."""
_OPTIONS = (
    "--no-optional-locks",
    "--no-pager",
    "-c",
    "core.fsmonitor=false",
    "-c",
    f"core.hooksPath={os.devnull}",
)
_ENVIRONMENT = {"LC_ALL": "C", "GIT_ALLOW_PROTOCOL": "", "GIT_NO_LAZY_FETCH": "1"}
"""The messages in English. A fetch would run the program that the repository's settings name."""
_STATUS = ("status", "--porcelain=v2", "--branch", "-z", "--untracked-files=all", "--no-renames")
_FIELDS = {"1": 7, "u": 9}
"""Kind of an entry of `git status` → number of its fields between kind and path."""


@dataclass(frozen=True, slots=True)
class GitState:
    """The code of a repository as it is on disk."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    commit: str
    """The commit that is checked out."""
    dirty: bool | None = None
    """Whether files were changed or added since; None if git took too long to tell."""
    changes: str | None = None
    """SHA-256 of all changed and untracked files, by path, kind and digest of their bytes; None if
    there are none or too many to read. The same changes on the same commit give the same digest."""

    @classmethod
    def of(cls, folder: Path, seconds: float = SECONDS) -> GitState | None:
        """The state of the repository that contains a folder.

        Args:
            folder: any folder of the working tree.
            seconds: maximum time of one git process, of which there are at most two, and as many
                more for each changed submodule.

        Returns:
            None if git is not installed, or there is no working tree with a commit.
        """
        top = repository_above(folder)
        if top is None:
            return None
        try:
            status = git_output(top, seconds, *_STATUS)
        except subprocess.TimeoutExpired:
            return cls._only_commit(top, seconds)
        commit, paths = _commit_and_paths(status)
        if not commit:
            return None
        return cls(commit, bool(paths), _digest(top, paths, seconds) if paths else None)

    @classmethod
    def _only_commit(cls, top: Path, seconds: float) -> GitState | None:
        """The commit of a working tree whose files take too long to compare."""
        try:
            commit = git_output(top, seconds, "rev-parse", "--verify", "HEAD")
        except subprocess.TimeoutExpired:
            return None
        return cls(commit.decode().strip()) if commit else None


def repository_above(folder: Path) -> Path | None:
    """The nearest folder with a `.git`, from `folder` upwards."""
    start = Path(os.path.abspath(folder))
    return next((path for path in (start, *start.parents) if os.path.exists(path / ".git")), None)


def git_output(top: Path, seconds: float, *arguments: str, given: bytes = b"") -> bytes:
    """What git prints; nothing if it fails or is not installed.

    Args:
        top: top folder of the repository.
        seconds: maximum time.
        arguments: command and options; whoever calls has checked what comes from a file.
        given: what git reads from its standard input.

    Raises:
        subprocess.TimeoutExpired: it took too long, and was stopped.
    """
    kept = ("GIT_CONFIG_", "GIT_CEILING_DIRECTORIES")
    environ = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name.startswith(kept)
    }
    try:
        done = subprocess.run(  # noqa: S603 - no shell; see `arguments`
            ["git", *_OPTIONS, *arguments],  # noqa: S607 - git is wherever the user has it
            cwd=top,
            env={**environ, **_ENVIRONMENT},
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
        )
    except OSError:
        return b""
    return done.stdout if done.returncode == 0 else b""


def _commit_and_paths(status: bytes) -> tuple[str, list[str]]:
    """The commit, empty if there is none yet, and the paths that differ from it, sorted."""
    commit, paths = "", []
    for entry in status.split(b"\0"):
        kind, _, rest = os.fsdecode(entry).partition(" ")
        if kind == "#":
            key, _, value = rest.partition(" ")
            if key == "branch.oid" and value != "(initial)":
                commit = value
        elif kind == "?":
            paths.append(rest)
        elif kind in _FIELDS:
            paths.append(rest.split(" ", _FIELDS[kind])[-1])
    return commit, sorted(paths)


def _digest(top: Path, paths: list[str], seconds: float) -> str | None:
    if len(paths) > MAX_FILES:
        return None
    entries, room = [], MAX_BYTES
    for path in paths:
        try:
            status = os.lstat(top / path)
            room -= status.st_size
            if room < 0:
                return None
            entries.append([path, *_content(top / path, status.st_mode, seconds)])
        except OSError:
            entries.append([path, "missing"])
    return sha256(canonical_json(entries))


def _content(path: Path, mode: int, seconds: float) -> tuple[str, ...]:
    """What tells one content of a path from another: its kind, and a digest or the target.

    Raises:
        OSError: it cannot be read.
    """
    if stat.S_ISLNK(mode):
        return "link", os.readlink(path)
    if stat.S_ISDIR(mode):
        # A submodule, or another repository inside this one.
        state = GitState.of(path, seconds) if os.path.exists(path / ".git") else None
        return ("repository", state.commit, state.changes or "") if state else ("folder",)
    kind = "program" if mode & stat.S_IXUSR else "file"
    return kind, sha256(read_regular(path, MAX_BYTES, follow=False))
