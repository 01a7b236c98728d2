"""Rules about files that a text names only in code, so that no link leads to them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from skillagent.diagnostics import Diagnostic, finding
from skillagent.graph import Node, SkillGraph
from skillagent.graph.attachments import Attachments
from skillagent.lint.inspection import Inspection

_PATH = re.compile(r"(?:\./|(?:\.\./)+)?[\w-][\w.-]*(?:/[\w-][\w.-]*)+\.[A-Za-z]\w{0,7}")
"""A relative path with a folder and a suffix. `run.py` alone may be any file."""
_CAPTION = re.compile(r"[ \t]*:?[ \t]*\n\s*(?:```|~~~)")
"""What follows a path that is the caption of the code below it."""
_ORDER = re.compile(
    r"\b(?:run|running|execute|invoke|call|start|launch|read|see|load|open|follow)\s+\Z",
    re.IGNORECASE,
)
SKILL_FOLDERS = frozenset(("assets", "references", "scripts"))
"""The folders of a skill's own files, by the specification of Agent Skills."""
REFERENCES = "references"
"""The one of them that a text names only for the skill's own files."""
SHOWN = 3
"""Files that a finding names."""


@dataclass(frozen=True, slots=True)
class _Named:
    """A path in a code span."""

    path: str
    """As written."""
    line: int
    ordered: bool
    """Whether the text tells the reader to run or read the file: `run` is the word before it."""


def unlinked(inspection: Inspection) -> Iterator[Diagnostic]:
    """Files of the graph that a node names in code and does not link; one finding a node."""
    files = _Files(inspection.graph)
    for node in inspection.graph.nodes.values():
        named: dict[str, _Named] = {}
        for name in _named_in(node):
            path = files.find(node, name.path)
            if path and path != node.path:
                named.setdefault(path, name)
        linked = files.linked(node) if named else set()
        names = [name for path, name in named.items() if path not in linked]
        if names:
            shown = ", ".join(name.path for name in names[:SHOWN])
            more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
            message = f"named in code only, no link leads there from here: {shown}{more}"
            yield finding("SG331", node.document.path, names[0].line, message)


def missing(inspection: Inspection) -> Iterator[Diagnostic]:
    """Files of a skill's own folders that its text names in code and that do not exist."""
    files = _Files(inspection.graph)
    for node in inspection.graph.nodes.values():
        reported = set()
        for name in _named_in(node):
            if name.path not in reported and files.is_missing(node, name):
                reported.add(name.path)
                message = f"{name.path} does not exist"
                yield finding("SG332", node.document.path, name.line, message)


def _named_in(node: Node) -> Iterator[_Named]:
    """The paths that are whole code spans of a body."""
    document = node.document
    text = document.text
    line, counted = 1, 0
    for start, end in zip(*document.excluded.code, strict=True):
        if text[start] != "`" or end - start > 200:
            continue
        code = text[start:end].strip("`").strip()
        if _PATH.fullmatch(code) and not _CAPTION.match(text, end):
            before = text[max(0, start - 20) : start]
            line += text.count("\n", counted, start)
            counted = start
            yield _Named(code, line, _ORDER.search(before) is not None)


class _Files:
    """The files of a graph by their paths."""

    def __init__(self, graph: SkillGraph) -> None:
        self._graph = graph
        self._attachments = Attachments(graph.others)
        self._others = {root: frozenset(paths) for root, paths in graph.others.items()}

    @cached_property
    def _nodes(self) -> Mapping[tuple[str, str], str]:
        """Root and path → id."""
        return {(node.root, node.path): node.id for node in self._graph.nodes.values()}

    @cached_property
    def _skill_folders(self) -> frozenset[tuple[str, str]]:
        return frozenset(
            (node.root, posixpath.dirname(node.path))
            for node in self._graph.nodes.values()
            if node.stem.casefold() == "skill"
        )

    def find(self, node: Node, name: str) -> str | None:
        """The path in the node's root of a file that its text names; None if there is none."""
        for path in self._places(node, name):
            if (node.root, path) in self._nodes or self._is_attachment(node.root, path):
                return path
        return None

    def _is_attachment(self, root: str, path: str) -> bool:
        """Whether a path is a file that is not a node, and not a folder such as `v0.x`."""
        return path in self._others.get(root, ()) and (root, path) not in self._folders

    @cached_property
    def _folders(self) -> frozenset[tuple[str, str]]:
        """Root and path of every folder that contains a file."""
        files = {(root, path) for root, paths in self._others.items() for path in paths}
        return frozenset((root, posixpath.dirname(path)) for root, path in files | set(self._nodes))

    def is_missing(self, node: Node, name: _Named) -> bool:
        """Whether a path names a file of the node's own skill, which has no such file.

        A text may name files of another skill, or of a project that it is about. So no file of
        the graph may have the path; and scripts and assets count only if the skill has others,
        and if the text tells the reader to run or read them.
        """
        folder = name.path.removeprefix("./").partition("/")[0]
        skill = self._skill_of(node)
        if skill is None or folder not in SKILL_FOLDERS or self._names_any(node.root, name.path):
            return False
        has_folder = posixpath.join(skill, folder) in self._others.get(node.root, ())
        if folder != REFERENCES and not (has_folder and name.ordered):
            return False
        # Ignored files are on the disk, but not in the graph.
        (root,) = (root for root in self._graph.roots if root.name == node.root or not node.root)
        return not any((root.path / path).exists() for path in self._places(node, name.path))

    def _names_any(self, root: str, name: str) -> bool:
        """Whether a path names any file of a root: a text may name that of another skill."""
        return name.removeprefix("./") in self._ends[root]

    @cached_property
    def _ends(self) -> Mapping[str, frozenset[str]]:
        """Root → the ends of all paths in it that begin with a folder of a skill's own files."""
        paths: dict[str, set[str]] = {}
        for root, names in self._others.items():
            paths.setdefault(root, set()).update(names)
        for root, path in self._nodes:
            paths.setdefault(root, set()).add(path)
        return {root: frozenset(_ends_in(names)) for root, names in paths.items()}

    def linked(self, node: Node) -> set[str]:
        """The paths in the node's root of all files that it links to."""
        nodes = self._graph.nodes
        paths = {nodes[target].path for target in self._graph.neighbors(node.id)}
        return paths | set(self._attachments.named_in(node))

    def _places(self, node: Node, name: str) -> Iterator[str]:
        """Where a path may lead: from the node's folder, its skill's folder, or the root."""
        folders = dict.fromkeys((posixpath.dirname(node.path), self._skill_of(node) or "", ""))
        for folder in folders:
            path = posixpath.normpath(posixpath.join(folder, name))
            if not path.startswith("../"):
                yield path

    def _skill_of(self, node: Node) -> str | None:
        """The nearest folder at or above a node that is a skill; None if there is none."""
        folder = posixpath.dirname(node.path)
        while (node.root, folder) not in self._skill_folders:
            if not folder:
                return None
            folder = posixpath.dirname(folder)
        return folder


def _ends_in(paths: Iterable[str]) -> Iterator[str]:
    for path in paths:
        parts = path.split("/")
        for at, part in enumerate(parts):
            if part in SKILL_FOLDERS:
                yield "/".join(parts[at:])
