"""Chooses the names of exported skills and of their files.

Files of an export are named with letters, digits, `-`, `_` and `.` only, so that every link
between them is plain text in any host, browser and file system.
"""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Iterable

from skillagent.graph.file_name import SUFFIXES, stem_of
from skillagent.lint.agent_skills import MAX_NAME

REFERENCES = "references"
"""Folder of a skill for all nodes but its entry."""
_FREE_STEMS = {"index": "overview", "log": "history"}
"""Stem that a bundle reserves → the stem of a node that has it."""
MAX_PART_BYTES = 200
"""Longest part of a path, in bytes: file systems allow 255, and a number may be added."""


def skill_name(text: str) -> str:
    """A valid name of a skill for any text: `My Graph` → `my-graph`."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain)[:MAX_NAME].strip("-")
    return name or "graph"


def skill_names(texts: Iterable[str]) -> list[str]:
    """A valid name for each text, no two of them equal."""
    names: list[str] = []
    for text in texts:
        name, number = skill_name(text), 2
        stem = name[: MAX_NAME - 5].strip("-")
        while name in names:
            name, number = f"{stem}-{number}", number + 1
        names.append(name)
    return names


class _ExportNames:
    """Chooses the path in an export for each path of a root; no two differ only in case.

    Args:
        top: the folders that all files are in.
    """

    def __init__(self, *top: str) -> None:
        self._top = top
        self._files: set[str] = set()
        self._folders: set[str] = set()

    def attachment(self, path: str) -> str:
        """The path of a file that is not a node."""
        folder, _, name = path.rpartition("/")
        stem, suffix = posixpath.splitext(_part(name))
        if suffix.lower() in SUFFIXES:
            suffix += "-file"
        return self._free(folder, stem or "file", suffix)

    def _free(self, folder: str, stem: str, suffix: str) -> str:
        parts = [_part(part).rstrip(".-") or "folder" for part in folder.split("/") if part]
        if tuple(parts[: len(self._top)]) == self._top:
            del parts[: len(self._top)]  # files of an exported skill keep their paths
        number = 1
        while True:
            mark = "" if number == 1 else f"-{number}"
            # If a file already has the folder's name, the number goes to the folder.
            above = [*self._top, *parts]
            if number > 1 and parts and self._folder_is_file(above):
                above[len(self._top)] += mark
            path = "/".join([*above, stem + mark + suffix])
            key = path.casefold()
            taken = key in self._files or key in self._folders or self._folder_is_file(above)
            if not taken:
                break
            number += 1
        self._files.add(key)
        for depth in range(1, len(above) + 1):
            self._folders.add("/".join(above[:depth]).casefold())
        return path

    def _folder_is_file(self, parts: list[str]) -> bool:
        return any(
            "/".join(parts[:depth]).casefold() in self._files for depth in range(1, len(parts) + 1)
        )


class SkillPaths(_ExportNames):
    """Chooses the path in a skill for each path of a root."""

    def __init__(self) -> None:
        super().__init__(REFERENCES)

    def node(self, path: str) -> str:
        """The path of a node: always `.md`, and never `SKILL.md`, which hosts would list."""
        stem = _stem(path)
        return self._free(path.rpartition("/")[0], "index" if _is(stem, "skill") else stem, ".md")


class BundlePaths(_ExportNames):
    """Chooses the path in a bundle of the Open Knowledge Format for each path of a root."""

    def node(self, path: str) -> str:
        """The path of a node: always `.md`, and never that of a listing or a log."""
        stem = _stem(path)
        for reserved, free in _FREE_STEMS.items():
            stem = free if _is(stem, reserved) else stem
        if _is(stem, "skill") and path.rpartition("/")[2].casefold() != "skill.md":
            stem = "skill-text"  # no skill before, such as SKILL.markdown
        return self._free(path.rpartition("/")[0], stem, ".md")


def _stem(path: str) -> str:
    return _part(stem_of(path)).rstrip(".-") or "node"


def _is(stem: str, other: str) -> bool:
    return stem.casefold() == other


def _part(name: str) -> str:
    """One part of a path with letters, digits, `-`, `_` and `.` only."""
    chars = [
        char if char.isalnum() or char in "-_." or unicodedata.category(char)[0] == "M" else "-"
        for char in unicodedata.normalize("NFC", name)
    ]
    plain = re.sub(r"-{2,}", "-", "".join(chars)).lstrip(".-")
    return plain.encode()[:MAX_PART_BYTES].decode("utf-8", "ignore")
