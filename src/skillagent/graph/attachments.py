"""Files of a root that are no nodes, and the links and images that name them."""

from __future__ import annotations

import os
import posixpath
import re
import unicodedata
from collections.abc import Iterator, Mapping

from skillagent.graph.node import Node
from skillagent.graph.walk import Root
from skillagent.markdown import Document, Kind
from skillagent.markdown.destination import (
    DESTINATION,
    WORDS,
    path_and_fragment,
    without_angles,
)

_IMAGE = re.compile(r"!\[" + WORDS + DESTINATION)


def images(document: Document) -> Iterator[tuple[int, int, str]]:
    """Start and end of each image's address in a body, and the path that it names."""
    if "![" not in document.text:
        return
    for match in _IMAGE.finditer(document.text, document.frontmatter.body_start):
        if not document.masks.code.covering(match.start()):
            path, _ = path_and_fragment(without_angles(match[2]))
            yield match.start(2), match.end(2), path


class Others:
    """The files of the roots that are no nodes, and which of them a link means."""

    def __init__(self, others: Mapping[str, tuple[str, ...]]) -> None:
        self._paths = {root: frozenset(paths) for root, paths in others.items()}
        self._by_name: dict[str, dict[str, list[str]]] = {}
        for root, paths in others.items():
            names = self._by_name.setdefault(root, {})
            for path in paths:
                names.setdefault(path.rpartition("/")[2], []).append(path)

    def find(self, node: Node, target: str, by_path: bool) -> str | None:
        """The path, in the node's root, of the file that a link names; None if there is none.

        Args:
            node: where the link stands.
            target: as written, without fragment, percent signs decoded.
            by_path: True for Markdown, which counts from the folder; a wikilink may also name
                a file by its path from the root, or by its name alone.
        """
        paths = self._paths.get(node.root, frozenset())
        folder = "" if target.startswith("/") else node.path.rpartition("/")[0]
        if not target or "://" in target:
            return None
        near = posixpath.normpath(posixpath.join(folder, target.lstrip("/")))
        if near in paths:
            return near
        if by_path:
            return None
        if target in paths:
            return target
        named = self._by_name.get(node.root, {}).get(target.rpartition("/")[2], [])
        ends = sorted(path for path in named if f"/{path}".endswith(f"/{target}"))
        return min(ends, key=lambda path: (path.count("/"), path)) if ends else None

    def named_in(self, node: Node) -> Iterator[str]:
        """Every such path that a node's links and images name."""
        for reference in node.document.references:
            if reference.kind not in (Kind.COMMENT, Kind.FRONTMATTER):
                found = self.find(node, reference.target, reference.kind is Kind.MARKDOWN)
                if found:
                    yield found
        for _, _, target in images(node.document):
            if found := self.find(node, target, True):
                yield found


def on_disk(root: Root, path: str) -> str:
    """A path as its file system spells it: ours are in Unicode's form NFC, others may not be."""
    if path.isascii() or os.path.lexists(root.path / path):
        return path
    found = ""
    for part in path.split("/"):
        try:
            names = os.listdir(root.path / found)
        except (OSError, ValueError):
            return path
        same = [name for name in names if unicodedata.normalize("NFC", name) == part]
        name = part if part in names else min(same, default="")
        if not name:
            return path
        found = f"{found}/{name}" if found else name
    return found
