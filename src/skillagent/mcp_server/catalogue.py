"""What of a graph can be addressed by URI: its files, and the Agent Skills among them.

`skill://<skill-path>/<file-path>` as SEP-2640 sets it: the last segment of a skill's path is
its name. Plain values; `server` puts them on the wire. Nothing is read here that the graph's
own walk did not find, so hidden and ignored files cannot be addressed; a file that is no node
can be only as a part of a skill.

Source: the stable specification of `io.modelcontextprotocol/skills`.
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from skillagent import digest
from skillagent.graph import Node, SkillGraph
from skillagent.graph.walk import Root, read_bytes
from skillagent.markdown import scalar_text
from skillagent.markdown.document import parse

SCHEME = "skill://"
MAX_FILES = 512
MAX_BYTES = 16 * 1024 * 1024
"""What every host must accept of one skill; a larger one is not published as a skill."""
FOLDER = "inode/directory"
MARKDOWN = "text/markdown"
SKILL = "SKILL.md"
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class File:
    """One file that can be read."""

    uri: str
    root: Root
    path: str
    """Relative to the root."""
    mime: str
    node: Node | None

    @property
    def name(self) -> str:
        """Last segment of the path."""
        return self.path.rpartition("/")[2]

    def read(self) -> bytes:
        """The file's bytes as they are now.

        Raises:
            OSError: it has gone since the graph was loaded, or has more than `MAX_BYTES`.
        """
        return read_bytes(self.root, self.path, MAX_BYTES)

    @property
    def size(self) -> int:
        """Bytes on disk now.

        Raises:
            OSError: it has gone.
        """
        return (self.root.path / self.path).stat().st_size


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a skill, as it was when the skill's entry was made."""

    uri: str
    digest: str
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Skill:
    """The entry of one skill."""

    uri: str
    """Of its SKILL.md."""
    frontmatter: Mapping[str, object]
    parts: tuple[Part, ...]

    def to_json(self) -> dict[str, object]:
        resources = [
            {"uri": part.uri, "digest": part.digest, "size": part.size} for part in self.parts
        ]
        return {"uri": self.uri, "frontmatter": self.frontmatter, "resources": resources}


class Catalogue:
    """Every file and skill of one graph, by URI. Made once a graph; see `of`."""

    def __init__(self, graph: SkillGraph) -> None:
        self.entries = frozenset(graph.entries)
        self.files: dict[str, File] = {}
        """URI → file: first the entries, then by URI."""
        self._read: dict[str, tuple[tuple[int, ...], tuple[str, int]]] = {}
        self.folders: dict[str, set[str]] = {}
        """URI of a folder → URIs of what lies directly in it."""
        several = len(graph.roots) > 1
        nodes: dict[str, list[Node]] = {}
        for node in graph.nodes.values():
            nodes.setdefault(node.root, []).append(node)
        found: list[File] = []
        for root in graph.roots:
            key = root.name if several else ""
            own = nodes.get(key, [])
            base = _base(root, own, several)
            found += [
                File(_uri(base, node.path), root, node.path, MARKDOWN, node)
                for node in own
                # A name that cannot be printed, or is spelled in another form, is not its file's.
                if (root.path / node.path).exists()
            ]
            skills = {_folder(node.path) for node in own if node.path.rpartition("/")[2] == SKILL}
            found += [
                File(_uri(base, path), root, path, _mime(path), None)
                for path in graph.others.get(key, ())
                if not skills.isdisjoint(_folders(path)) and _is_plain(root.path / path)
            ]
            self.folders.setdefault(_uri(base), set())
        found.sort(key=lambda file: (not self.is_entry(file), file.uri))
        for file in found:
            self.files.setdefault(file.uri, file)
            self._place(file.uri)

    @classmethod
    def of(cls, graph: SkillGraph) -> Catalogue:
        """The catalogue of a graph, made when first asked for."""
        return graph.keep(cls, lambda: cls(graph))

    def is_entry(self, file: File) -> bool:
        """Whether a file is the entry of its root."""
        return file.node is not None and file.node.id in self.entries

    def skills(self) -> tuple[Skill, ...]:
        """The entries of all skills, from the files as they are now."""
        found = (self.skill(uri) for uri, file in self.files.items() if file.name == SKILL)
        return tuple(skill for skill in found if skill)

    def skill(self, uri: str) -> Skill | None:
        """The entry of one skill, from the files as they are now; None where it is none.

        Args:
            uri: of its SKILL.md.
        """
        file = self.files.get(uri)
        if file is None or file.node is None or file.name != SKILL:
            return None
        document = file.node.document
        if self._part(file) != (file.node.digest, file.node.size):
            # Changed since the graph was loaded: what is read now must be what is told.
            try:
                document = parse(file.read(), file.path)
            except OSError:
                return None
        header = document.frontmatter.fields
        name, about = header.get("name"), header.get("description")
        folder = uri.removesuffix(f"/{SKILL}")
        if not (isinstance(name, str) and _NAME.fullmatch(name) and len(name) <= 64):
            return None
        if folder.rpartition("/")[2] != name or not scalar_text(about).strip():
            return None
        parts = self._parts(folder + "/")
        if parts is None:
            return None
        return Skill(uri, {key: _plain(value) for key, value in header.items()}, parts)

    def _parts(self, folder: str) -> tuple[Part, ...] | None:
        """Every file of a skill; None where a host need not take so many, or so large ones."""
        inside = sorted(uri for uri in self.files if uri.startswith(folder))
        if len(inside) > MAX_FILES:
            return None
        found, size = [], 0
        for uri in inside:
            file = self.files[uri]
            try:
                # Asked before it is read: it may be larger than all memory.
                size += file.size
            except OSError:
                continue
            if size > MAX_BYTES:
                return None
            if part := self._part(file):
                found.append(Part(uri, *part))
        return tuple(found)

    def _part(self, file: File) -> tuple[str, int] | None:
        """Digest and size of a file as it is now; read again only where it has changed."""
        try:
            status = (file.root.path / file.path).stat()
            stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
            known = self._read.get(file.uri)
            if known is None or known[0] != stamp:
                data = file.read()
                known = self._read[file.uri] = (stamp, (digest.sha256(data), len(data)))
        except OSError:
            return None
        return known[1]

    def _place(self, uri: str) -> None:
        child, folder = uri, uri.rpartition("/")[0]
        while folder not in ("", "skill:/", SCHEME.rstrip("/")):
            children = self.folders.setdefault(folder, set())
            if child in children:
                return
            children.add(child)
            child, folder = folder, folder.rpartition("/")[0]


def _base(root: Root, nodes: Iterable[Node], several: bool) -> str:
    """What stands before the paths of a root: the skill's name where the root is one.

    Of several roots each begins with its own name, so that none stands inside another.
    """
    top = next((node for node in nodes if node.path == SKILL), None)
    name = top.document.frontmatter.fields.get("name") if top else None
    if not (isinstance(name, str) and _NAME.fullmatch(name)) or name == root.name:
        return root.name
    return f"{root.name}/{name}" if several else name


def _uri(base: str, path: str = "") -> str:
    whole = f"{base}/{path}" if path else base
    return SCHEME + quote(whole.encode("utf-8", "replace"), safe="/")


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _folders(path: str) -> Iterable[str]:
    """Every folder that a path lies in, the root as the empty string."""
    while path:
        path = _folder(path)
        yield path


def _is_plain(path: Path) -> bool:
    """A file, and no link: what it leads to could lie outside, or be listed twice."""
    return path.is_file() and not path.is_symlink()


def _mime(path: str) -> str:
    return mimetypes.guess_type(path)[0] or "application/octet-stream"


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return str(value)
