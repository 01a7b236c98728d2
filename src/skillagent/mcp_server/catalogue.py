"""Lists the files and Agent Skills of a graph that have a URI: the server's resources.

A URI is `skill://<skill-path>/<file-path>`, where the last segment of the skill path is the
skill's name. Only files that loading the graph found are listed, so hidden and ignored files
have no URI. A file that is not a node is listed only if it belongs to a skill.

Above: `graph_loader`, which keeps one catalogue beside each graph, and `resources`, which turns
files into MCP values. Below: `graph`.

Source: SEP-2640, the specification of `io.modelcontextprotocol/skills`.
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from skillagent import digest
from skillagent.graph import Node, SkillGraph
from skillagent.graph.resolve import SEPARATOR
from skillagent.graph.walk import Root, read_bytes
from skillagent.lock import GraphLock
from skillagent.markdown import scalar_text
from skillagent.markdown.document import parse

SCHEME = "skill://"
MAX_FILES = 512
MAX_BYTES = 16 * 1024 * 1024
"""The size of a skill that every host must accept; a larger one is not published as a skill."""
FOLDER_TYPE = "inode/directory"
MARKDOWN_TYPE = "text/markdown"
SKILL_FILE = "SKILL.md"
_SKILL_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_MAX_NAME = 64


@dataclass(frozen=True, slots=True)
class ResourceFile:
    """One file that a host can read by its URI."""

    uri: str
    root: Root
    path: str
    """Relative to the root."""
    mime_type: str
    node: Node | None
    """The node that the file holds; None for another file of a skill."""
    locked: str = ""
    """The digest that its bytes must have; empty if the graph is not frozen by a lock."""

    @property
    def name(self) -> str:
        """Last segment of the path."""
        return self.path.rpartition("/")[2]

    def read(self) -> bytes:
        """The current content of the file.

        Raises:
            OSError: it was removed after the graph was loaded, is larger than `MAX_BYTES`, or is
                not as it was locked.
        """
        data = read_bytes(self.root, self.path, MAX_BYTES)
        if self.locked and digest.sha256(data) != self.locked:
            raise OSError(0, "it has changed since this graph was locked")
        return data

    @property
    def size(self) -> int:
        """The current size in bytes.

        Raises:
            OSError: the file was removed.
        """
        return (self.root.path / self.path).stat().st_size


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """One file of a skill, as it was when the skill was listed."""

    uri: str
    digest: str
    size: int
    """In bytes."""


@dataclass(frozen=True, slots=True)
class PublishedSkill:
    """One skill, as `skills/list` and `skills/get` report it."""

    uri: str
    """URI of its SKILL.md."""
    frontmatter: Mapping[str, object]
    files: tuple[PublishedFile, ...]

    def to_json(self) -> dict[str, object]:
        resources = [
            {"uri": file.uri, "digest": file.digest, "size": file.size} for file in self.files
        ]
        return {"uri": self.uri, "frontmatter": self.frontmatter, "resources": resources}


class _Content(NamedTuple):
    """What a skill reports of a file's content."""

    digest: str
    size: int
    """In bytes."""


class _CachedContent(NamedTuple):
    stamp: tuple[int, int, int]
    """Modification time, size and inode of the file when it was read."""
    content: _Content


class Catalogue:
    """All files and skills of one graph, by URI.

    Args:
        graph: the graph whose files are listed.
        lock: lists only files that it records; None lists all.
        untrusted: names of the roots whose files are not listed: hosts would take their skills for
            instructions, and their files have no marks.
    """

    def __init__(
        self, graph: SkillGraph, lock: GraphLock | None = None, untrusted: Collection[str] = ()
    ) -> None:
        self.entries = frozenset(graph.entries)
        self.files: dict[str, ResourceFile] = {}
        """URI → file: first the entries of the graph, then the other files, each by URI."""
        self.folders: dict[str, set[str]] = {}
        """URI of a folder → URIs of its direct children."""
        self._contents: dict[str, _CachedContent] = {}
        files = _files(graph, self.folders, untrusted)
        if lock is not None:
            files = _locked(files, lock, several=len(graph.roots) > 1)
        files.sort(key=lambda file: (not self.is_entry(file), file.uri))
        for file in files:
            self.files.setdefault(file.uri, file)
            self._add_to_folders(file.uri)

    def is_entry(self, file: ResourceFile) -> bool:
        """Whether a file is the entry of its root."""
        return file.node is not None and file.node.id in self.entries

    def skills(self) -> tuple[PublishedSkill, ...]:
        """All skills, with the current content of their files."""
        skills = (self.skill(uri) for uri, file in self.files.items() if file.name == SKILL_FILE)
        return tuple(skill for skill in skills if skill)

    def skill(self, uri: str) -> PublishedSkill | None:
        """One skill, with the current content of its files.

        Args:
            uri: URI of its SKILL.md.

        Returns:
            None if no valid skill of a size that hosts accept is there.
        """
        file = self.files.get(uri)
        if file is None or file.node is None or file.name != SKILL_FILE:
            return None
        document = file.node.document
        if self._content(file) != (file.node.digest, file.node.size):
            # The file has changed since the graph was loaded. Its digest is computed from the
            # new bytes, so the frontmatter must come from them too.
            try:
                document = parse(file.read(), file.path)
            except OSError:
                return None
        header = document.frontmatter.fields
        folder = uri.removesuffix(f"/{SKILL_FILE}")
        if not _is_valid_header(header, folder.rpartition("/")[2]):
            return None
        files = self._skill_files(folder + "/")
        if files is None:
            return None
        return PublishedSkill(
            uri, {key: _json_value(value) for key, value in header.items()}, files
        )

    def _skill_files(self, folder_uri: str) -> tuple[PublishedFile, ...] | None:
        """Every file of a skill; None if there are more, or larger ones, than hosts accept."""
        uris = sorted(uri for uri in self.files if uri.startswith(folder_uri))
        if len(uris) > MAX_FILES:
            return None
        skill_files, size = [], 0
        for uri in uris:
            file = self.files[uri]
            try:
                # Checked before reading: the file may be larger than all memory.
                size += file.size
            except OSError:
                continue
            if size > MAX_BYTES:
                return None
            if content := self._content(file):
                skill_files.append(PublishedFile(uri, *content))
        return tuple(skill_files)

    def _content(self, file: ResourceFile) -> _Content | None:
        """Digest and size of a file now; it is read again only if it has changed."""
        try:
            status = (file.root.path / file.path).stat()
            stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
            cached = self._contents.get(file.uri)
            if cached is None or cached.stamp != stamp:
                data = file.read()
                cached = _CachedContent(stamp, _Content(digest.sha256(data), len(data)))
                self._contents[file.uri] = cached
        except OSError:
            return None
        return cached.content

    def _add_to_folders(self, uri: str) -> None:
        child, folder = uri, uri.rpartition("/")[0]
        while folder not in ("", "skill:/", SCHEME.rstrip("/")):
            children = self.folders.setdefault(folder, set())
            if child in children:
                return
            children.add(child)
            child, folder = folder, folder.rpartition("/")[0]


def _files(
    graph: SkillGraph, folders: dict[str, set[str]], untrusted: Collection[str]
) -> list[ResourceFile]:
    """The files of all trusted roots; the URI of each root is added to `folders`."""
    several = len(graph.roots) > 1
    nodes_by_root: dict[str, list[Node]] = {}
    for node in graph.nodes.values():
        nodes_by_root.setdefault(node.root, []).append(node)
    files: list[ResourceFile] = []
    for root in graph.roots:
        if root.name in untrusted:
            continue
        key = root.name if several else ""
        nodes = nodes_by_root.get(key, [])
        base = _base(root, nodes, several)
        files += [
            ResourceFile(_uri(base, node.path), root, node.path, MARKDOWN_TYPE, node)
            for node in nodes
            # A path that cannot be printed, or has another Unicode form, leads to no file.
            if (root.path / node.path).exists()
        ]
        skill_folders = {
            _parent(node.path) for node in nodes if node.path.rpartition("/")[2] == SKILL_FILE
        }
        files += [
            ResourceFile(_uri(base, path), root, path, _mime_type(path), None)
            for path in graph.others.get(key, ())
            if not skill_folders.isdisjoint(_parents(path)) and _is_regular(root.path / path)
        ]
        folders.setdefault(_uri(base), set())
    return files


def _locked(files: Iterable[ResourceFile], lock: GraphLock, *, several: bool) -> list[ResourceFile]:
    """The files that a lock records, with the digests that they must have."""
    locked = []
    for file in files:
        path = f"{file.root.name}{SEPARATOR}{file.path}" if several else file.path
        entry = lock.nodes.get(file.node.id) if file.node else lock.files.get(path)
        if entry:
            locked.append(replace(file, locked=entry.digest))
    return locked


def _base(root: Root, nodes: Iterable[Node], several: bool) -> str:
    """The first segments of a root's URIs: the skill's name if the root is a skill.

    With several roots, each begins with its own name, so that none lies inside another.
    """
    top = next((node for node in nodes if node.path == SKILL_FILE), None)
    name = top.document.frontmatter.fields.get("name") if top else None
    if not (isinstance(name, str) and _SKILL_NAME.fullmatch(name)) or name == root.name:
        return root.name
    return f"{root.name}/{name}" if several else name


def _is_valid_header(header: Mapping[str, object], folder_name: str) -> bool:
    """Whether the name is valid and that of the folder, and a description is there."""
    name = header.get("name")
    return (
        isinstance(name, str)
        and _SKILL_NAME.fullmatch(name) is not None
        and len(name) <= _MAX_NAME
        and name == folder_name
        and bool(scalar_text(header.get("description")).strip())
    )


def _uri(base: str, path: str = "") -> str:
    whole = f"{base}/{path}" if path else base
    return SCHEME + quote(whole.encode("utf-8", "replace"), safe="/")


def _parent(path: str) -> str:
    return path.rpartition("/")[0]


def _parents(path: str) -> Iterable[str]:
    """Every folder that contains a path; the root is the empty string."""
    while path:
        path = _parent(path)
        yield path


def _is_regular(path: Path) -> bool:
    """Whether a path is a file and not a link, whose target could be outside or listed twice."""
    return path.is_file() and not path.is_symlink()


def _mime_type(path: str) -> str:
    return mimetypes.guess_type(path)[0] or "application/octet-stream"


def _json_value(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _json_value(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_json_value(inner) for inner in value]
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return str(value)
