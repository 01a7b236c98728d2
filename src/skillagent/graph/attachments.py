"""Attachments: files of a root that are not nodes, and the links and images that name them.

Above: `exports` and `authoring`, which copy and move them; `resolve`, which
links to none. Below: nodes, `walk`.
"""

from __future__ import annotations

import os
import posixpath
import unicodedata
from collections.abc import Iterator, Mapping

from skillagent.graph.node import Node
from skillagent.graph.walk import Root
from skillagent.markdown import Document, LinkKind
from skillagent.markdown.destination import (
    DESTINATION,
    WORDS,
    path_and_fragment,
    without_angles,
)
from skillagent.markdown.lazy_pattern import lazy_pattern

_SUFFIXES = frozenset(
    "png jpg jpeg gif bmp svg webp avif tif tiff ico heic mp3 wav m4a ogg 3gp flac opus mp4 "
    "webm ogv mov mkv avi pdf canvas base excalidraw drawio csv tsv xls xlsx doc docx ppt pptx "
    "odt ods zip gz tar 7z html htm css js ts jsx tsx json jsonl yaml yml toml xml txt log ini "
    "cfg py ipynb rs go java kt swift c h cpp hpp cs rb php sh bash zsh ps1 bat sql r jl tex "
    "bib".split()
)
_IMAGE = lazy_pattern(r"!\[" + WORDS + DESTINATION)


def has_attachment_suffix(target: str) -> bool:
    """True for the name of an image, a script or another file that is never a node."""
    return target.rpartition(".")[2].lower() in _SUFFIXES and "." in target


def images(document: Document) -> Iterator[tuple[int, int, str]]:
    """Each image of a body: start and end of its address, and the path in it."""
    if "![" not in document.text:
        return
    for match in _IMAGE.finditer(document.text, document.frontmatter.body_start):
        if not document.excluded.code.covering(match.start()):
            path, _ = path_and_fragment(without_angles(match[2]))
            yield match.start(2), match.end(2), path


class Attachments:
    """Finds the attachment that a link names.

    Args:
        others: `Node.root` → paths of the files and folders there that are not nodes.
    """

    def __init__(self, others: Mapping[str, tuple[str, ...]]) -> None:
        self._paths = {root: frozenset(paths) for root, paths in others.items()}
        self._by_name: dict[str, dict[str, list[str]]] = {}
        for root, paths in others.items():
            names = self._by_name.setdefault(root, {})
            for path in paths:
                names.setdefault(path.rpartition("/")[2], []).append(path)

    def find(self, node: Node, target: str, by_path: bool) -> str | None:
        """The path in the node's root of the file that a link names; None if there is none.

        Args:
            node: the node with the link.
            target: the target as written, without fragment, percent escapes decoded.
            by_path: True for a Markdown link, whose path begins at the node's folder. A
                wikilink may also name a file by its path from the root, or by its name alone.
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
        """The path of every attachment that a node's links and images name."""
        for reference in node.document.references:
            if reference.kind not in (LinkKind.COMMENT, LinkKind.FRONTMATTER):
                path = self.find(node, reference.target, reference.kind is LinkKind.MARKDOWN)
                if path:
                    yield path
        for _, _, target in images(node.document):
            if path := self.find(node, target, True):
                yield path


def on_disk(root: Root, path: str) -> str:
    """A path as the file system spells it: paths here are in NFC, names on disk may not be."""
    if path.isascii() or os.path.lexists(root.path / path):
        return path
    actual = ""
    for part in path.split("/"):
        try:
            names = os.listdir(root.path / actual)
        except (OSError, ValueError):
            return path
        same = [name for name in names if unicodedata.normalize("NFC", name) == part]
        name = part if part in names else min(same, default="")
        if not name:
            return path
        actual = f"{actual}/{name}" if actual else name
    return actual
