"""Locks a loaded graph: takes the digests of its nodes, and computes those of its other files.

Above: `drift`. Below: `graph_lock`; `graph`, which loaded and hashed the nodes.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping

from skillagent.digest import sha256
from skillagent.errors import UsageError
from skillagent.graph import Node, Root, SkillGraph
from skillagent.graph.attachments import on_disk
from skillagent.graph.collection_pause import collection_paused
from skillagent.graph.open_root import OpenRoot
from skillagent.graph.resolve import SEPARATOR
from skillagent.graph.source_file import safe_path
from skillagent.graph.walk import read_bytes
from skillagent.lock.graph_lock import FILE, GraphLock, LockedFile, LockedNode
from skillagent.markdown.decoding import decode
from skillagent.tokens import DEFAULT_ENCODING

OWN_FILES = frozenset({FILE, f"{FILE}.sig"})
"""Names at the top of a root that are never entries: the lock and its signature."""
_UNREAD = "SG001"


def lock_of(
    graph: SkillGraph, *, tokenizer: str = DEFAULT_ENCODING, other_files: bool = True
) -> GraphLock:
    """The lock of a graph as it was loaded; its files that are not nodes are read now.

    Args:
        graph: the graph.
        tokenizer: name of the counter that its users count by.
        other_files: whether to read the files that are not nodes; the root is the same without.

    Raises:
        UsageError: a file cannot be read, or two files cannot be told apart by their names.
    """
    with collection_paused():
        files = _other_files(graph) if other_files else {}
        return _locked_graph(graph, tokenizer, files)


def _other_files(graph: SkillGraph) -> dict[str, LockedFile]:
    for diagnostic in graph.diagnostics:
        if diagnostic.code == _UNREAD:
            raise _unreadable(diagnostic.path, diagnostic.message)
    files: dict[str, LockedFile] = {}
    for key, root in _by_key(graph).items():
        for path, file in _files(root, graph.others.get(key, ())):
            name = _in_lock(key, path)
            if name in files:
                raise UsageError(f"{name}: two files have this name in a lock; rename one")
            files[name] = file
    return files


def _by_key(graph: SkillGraph) -> dict[str, Root]:
    """`Node.root` → the root."""
    several = len(graph.roots) > 1
    return {root.name if several else "": root for root in graph.roots}


def _locked_graph(graph: SkillGraph, tokenizer: str, files: Mapping[str, LockedFile]) -> GraphLock:
    by_key = _by_key(graph)
    return GraphLock(
        tokenizer=tokenizer,
        dialects=tuple(dialect.name for dialect in graph.dialects),
        entries=graph.entries,
        nodes={
            node.id: LockedNode(
                path=_in_lock(node.root, node.path),
                size=node.size,
                digest=node.digest,
                text=_text_digest(node, by_key[node.root]),
                links=_links(graph, node.id),
            )
            for node in graph.nodes.values()
        },
        files=files,
    )


def _in_lock(root: str, path: str) -> str:
    return f"{root}{SEPARATOR}{path}" if root else path


def _links(graph: SkillGraph, node: str) -> tuple[tuple[str, str | None], ...]:
    pairs = {(link.name, link.target) for link in graph.links_from(node)}
    return tuple(sorted(pairs, key=lambda pair: (pair[0], pair[1] or "")))


def _text_digest(node: Node, root: Root) -> str:
    if node.whole:
        return sha256(node.document.text)
    # Loading kept only the beginning of a large file.
    try:
        data = read_bytes(root, on_disk(root, node.path))
    except OSError as error:
        raise _unreadable(node.path, f"cannot be read: {error.strerror}") from None
    if sha256(data) != node.digest:
        raise UsageError(f"{node.path}: was changed while the graph was locked; lock it again")
    return sha256(decode(data, node.path)[0])


def _files(root: Root, paths: tuple[str, ...]) -> Iterator[tuple[str, LockedFile]]:
    """Each regular file of a root that is not a node, by its path as the lock writes it.

    Args:
        root: the root.
        paths: paths of files and folders.
    """
    with OpenRoot(root.path) as opened:
        for path in paths:
            if path in OWN_FILES:
                continue
            try:
                file = _locked(opened, on_disk(root, path))
            except OSError as error:
                raise _unreadable(path, f"cannot be read: {error.strerror}") from None
            if file:
                yield safe_path(path), file


def _locked(opened: OpenRoot, path: str) -> LockedFile | None:
    """What is recorded of a file; None for a folder, a device or a link that leads nowhere.

    Raises:
        OSError: it cannot be read.
    """
    real = opened.resolve(path)
    if real is None:
        return None
    try:
        if not stat.S_ISREG(os.stat(os.path.join(opened.top, real)).st_mode):
            return None
    except FileNotFoundError:
        return None
    with opened.file(real) as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return LockedFile(stream.tell(), f"sha256:{digest}")


def _unreadable(path: str, why: str) -> UsageError:
    return UsageError(
        f"{path}: {why}; a lock records every file: make it readable, remove it, or name it in "
        ".skillagentignore"
    )
