"""Finds the files that links and images of imported documents need, to copy them along.

Links are not changed: a file is copied to the same relative path. Files that cannot be copied,
or are outside the source, are named in a remark.
"""

from __future__ import annotations

import os
import posixpath
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from urllib.parse import unquote

from skillagent.graph import Node, Root
from skillagent.graph.attachments import Attachments, on_disk
from skillagent.graph.file_name import SUFFIXES
from skillagent.graph.resolve import Resolver
from skillagent.graph.walk import read_bytes
from skillagent.markdown import Dialect, LinkKind, Reference
from skillagent.markdown.destination import meaning
from skillagent.markdown.link_targets import destinations

MAX_BYTES = 256 * 1024 * 1024
"""Limit of all copies together; files beyond it are not copied."""
SHOWN = 3
_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:|//|#|\?|$")
_IN_HTML = re.compile(r"<[A-Za-z][^<>]*?\s(?:src|href)[ \t]*=[ \t]*[\"']([^\"'<>\n]+)")


@dataclass(frozen=True, slots=True)
class Attached:
    """Files to copy with documents."""

    files: dict[str, bytes]
    """Path relative to the source → content."""
    remarks: tuple[str, ...]
    """Names links that work in the source and will be broken."""


def attached(
    root: Root, nodes: Sequence[Node], others: Iterable[str], dialect: Dialect
) -> Attached:
    """The files of a folder that its documents link to or show.

    Args:
        root: the folder.
        nodes: its documents.
        others: paths of all other files and folders in it.
        dialect: how links are written.
    """
    others = sorted(others)
    other_files = Attachments({"": tuple(others)})
    resolver = Resolver(nodes, others, dialect, root.folders)
    folders = {node.path[:at] for node in nodes for at, char in enumerate(node.path) if char == "/"}
    wanted: set[str] = set()
    named: dict[str, list[str]] = {}
    outside: list[str] = []
    for node in nodes:
        for target, by_path in _targets(node):
            kind = LinkKind.MARKDOWN if by_path else LinkKind.WIKILINK
            if resolver.link(Reference(kind, target, "", "", 0, 0, 0), node).node:
                continue
            where = f"{node.path}: {target}"
            if path := other_files.find(node, target, by_path):
                if path in folders:
                    continue  # it will be there with its documents
                wanted.add(path)
                named.setdefault(path, []).append(where)
            elif by_path and _led_somewhere(root, posixpath.normpath(_near(node, target))):
                outside.append(where)
    files, left = _copied(root, wanted, others)
    lost = sorted({*outside, *(where for path in left for where in named[path])})
    if not lost:
        return Attached(files, ())
    more = f" and {len(lost) - SHOWN} more" if len(lost) > SHOWN else ""
    shown = "; ".join(lost[:SHOWN])
    links = "1 link leads" if len(lost) == 1 else f"{len(lost)} links lead"
    return Attached(files, (f"{links} to files that were not copied: {shown}{more}",))


def files_beside(root: Root, node: Node) -> tuple[str, ...]:
    """Paths in a document that are files in its folder or below, and not documents.

    Args:
        root: the folder of the document.
        node: the document.
    """
    paths = set()
    for target, _ in _targets(node):
        path = posixpath.normpath(_near(node, target))
        hidden = any(part.startswith(".") for part in path.split("/"))
        document = path.lower().endswith(SUFFIXES)
        if not (hidden or document) and os.path.isfile(os.path.join(root.path, path)):
            paths.add(path)
    return tuple(sorted(paths))


def _led_somewhere(root: Root, path: str) -> bool:
    """True for an existing file outside the source; documents beside it have another remark."""
    document = path.lower().endswith(SUFFIXES) and not path.startswith("../")
    return not document and os.path.exists(os.path.join(root.path, path))


def _near(node: Node, target: str) -> str:
    return posixpath.join(posixpath.dirname(node.path), target.lstrip("/"))


def _targets(node: Node) -> Iterator[tuple[str, bool]]:
    """Targets of links, images and HTML in a document, and whether each is a path."""
    document = node.document
    text, code, body = document.text, document.excluded.code, document.frontmatter.body_start
    for reference in document.references:
        is_named = reference.kind in (LinkKind.WIKILINK, LinkKind.EMBED) or reference.is_name
        if reference.target and is_named:
            yield reference.target, False
    addresses = [
        meaning(text[destination.start : destination.stop])
        for destination in destinations(text, body, len(text), code)
    ]
    addresses += [
        unescape(match[1])
        for match in _IN_HTML.finditer(text, body)
        if not code.covering(match.start())
    ]
    for address in addresses:
        path = unquote(address.partition("#")[0].partition("?")[0])
        if not _ELSEWHERE.match(address) and "\0" not in path:
            yield path, True


def _copied(
    root: Root, wanted: Iterable[str], others: Sequence[str]
) -> tuple[dict[str, bytes], list[str]]:
    """Contents by path, for a folder those of all files below it; and paths not copied."""
    files: dict[str, bytes] = {}
    left: list[str] = []
    room = MAX_BYTES
    for path in sorted(wanted):
        # "0" is the character after "/": all paths in a folder sort between these two.
        inside = others[bisect_left(others, f"{path}/") : bisect_left(others, f"{path}0")]
        before = len(files)
        for file in inside or [path]:
            if file.lower().endswith(SUFFIXES):
                continue
            try:
                data = files[file] if file in files else read_bytes(root, on_disk(root, file), room)
            except OSError:
                continue  # a folder, deleted, beyond the limit, or a link out of the source
            room -= len(data) if file not in files else 0
            files[file] = data
        if len(files) == before and path not in files:
            left.append(path)
    return files, left
