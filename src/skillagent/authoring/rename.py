"""Renames or moves a node and keeps every link to it and in it."""

from __future__ import annotations

import os

from skillagent.authoring.file_text import Source, read_node
from skillagent.authoring.link_writer import checked_path
from skillagent.authoring.moving.parts import DocumentPart
from skillagent.authoring.moving.relocate import Relocation, node_of
from skillagent.errors import ResolveError, UsageError
from skillagent.files.changes import Changes, changes_of
from skillagent.graph import Node, SkillGraph
from skillagent.graph.entry import ENTRY_STEMS
from skillagent.graph.file_name import stem_of, without_suffix
from skillagent.graph.logseq import called
from skillagent.graph.resolve import name_key
from skillagent.graph.status import successor_in_status
from skillagent.markdown import Dialect, scalar_text
from skillagent.markdown.compose import header_edit
from skillagent.markdown.document import parse
from skillagent.markdown.edit import Edit, edited
from skillagent.markdown.logseq.properties import property_edit
from skillagent.markdown.logseq_names import PageNames


def rename(
    graph: SkillGraph, name: str, new: str, dialect: Dialect | None = None, *, alias: bool = True
) -> Changes:
    """The changes that give a node another file name.

    Args:
        graph: of one root.
        name: the node, as `SkillGraph.find` takes it.
        new: a file name in the same folder, or a path from the root if it has a `/`; the
            suffix may be left out. In a Logseq graph the name of a page, as links have it.
        dialect: how the graph's links are written; None for that of the graph.
        alias: keep the old file name as an alias, for links from outside the graph.

    Raises:
        ResolveError: no node has the name.
        UsageError: the new name cannot be used, or a link could not be kept.
    """
    dialect = (dialect or graph.dialect).with_link_fields(graph.link_fields)
    root = graph.roots[0]
    node = graph.find(name)
    if dialect.pages:
        new = _page_path(node, new, dialect.pages)
    path = _free_path(graph, node, new)
    moved = DocumentPart(node, 0, len(node.document.text), path)
    top = os.path.realpath(root.path)
    relocation = Relocation(
        list(graph.nodes.values()),
        [moved],
        dialect=dialect,
        others=graph.others[node.root],
        root=top,
    )
    after = relocation.files(lambda other: read_node(root, other), {})
    remarks = [*relocation.gained]
    for other in graph.nodes.values():
        data = after.get(other.path) if other is not node else None
        try:
            followed = with_new_status(graph, node, other, path, data, dialect)
        except UsageError as error:
            remarks.append(str(error))
        else:
            if followed is not None:
                after[other.path] = followed
    by_path = {other.path: other for other in graph.nodes.values()}
    touched = {node.path, *(path for path in after if path in by_path)}
    before = {path: read_node(root, by_path[path]) for path in touched}
    if alias and stem_of(path) != node.stem:
        try:
            after[path] = _with_alias(graph, node, path, after[path], dialect)
        except UsageError as error:
            remarks.append(f"{path}: {node.stem!r} is not kept as an alias: {error}")
    return changes_of(root.path, before, after, remarks)


def _page_path(node: Node, name: str, pages: PageNames) -> str:
    """The path of a node's file for a new page name."""
    folder = node.path.rpartition("/")[0]
    if pages.day(pages_name := pages.name(without_suffix(node.path))):
        raise UsageError(
            f"{node.path}: is the journal of {pages_name}; a journal is named for its day"
        )
    name = name.removeprefix(f"{folder}/") if folder else name
    return f"{folder}/{pages.file_name(name)}"


def _free_path(graph: SkillGraph, node: Node, new: str) -> str:
    """The path for a new name.

    Raises:
        UsageError: it cannot be used.
    """
    suffix = node.path[len(without_suffix(node.path)) :]
    path = new if without_suffix(new) != new else new + suffix
    folder = node.path.rpartition("/")[0]
    if "/" in path:
        path = path.removeprefix("/")
    elif folder:
        path = f"{folder}/{path}"
    path = checked_path(path, graph.nodes.values())
    full = os.path.join(graph.roots[0].path, node.path)
    if path == node.path:
        raise UsageError(f"{node.path}: has that name already")
    if os.path.islink(full):
        raise UsageError(f"{node.path}: is a symbolic link; rename the file that it leads to")
    if os.path.lexists(os.path.join(graph.roots[0].path, path)):
        raise UsageError(f"{path}: exists already; choose another name")
    key = name_key(without_suffix(path))
    for other in graph.nodes.values():
        if other is not node and name_key(without_suffix(other.path)) == key:
            raise UsageError(f"{path}: is too similar to {other.path}; choose another name")
    for old, later in ((node.path, path), (path, node.path)):
        if _is_entry(old) and not _is_entry(later):
            entry_stem = stem_of(old)
            raise UsageError(
                f"a file called {entry_stem} at the top is a graph's entry; leave its name"
            )
    return path


def with_new_status(
    graph: SkillGraph, node: Node, other: Node, path: str, data: bytes | None, dialect: Dialect
) -> bytes | None:
    """A file whose status names the renamed node as its successor, with the new name.

    A name in `superseded by x` is text and not a link, so `Relocation` does not see it.

    Args:
        graph: the graph before.
        node: the node that is renamed.
        other: the node whose status is read.
        path: new path of the renamed node.
        data: new content of the other node's file; None if it does not change.
        dialect: how the graph's links are written.

    Returns:
        None if the status does not name the node, or names it by a title or an alias.

    Raises:
        UsageError: the name could not be changed.
    """
    if other is node or not successor_in_status(other)[1]:
        return None
    if data is None:
        data = read_node(graph.roots[0], other)
    document = parse(data, other.path, dialect)
    field, name = successor_in_status(node_of(document, other.path))
    new = _new_name(graph, node, name, path)
    if not new:
        return None
    head = document.frontmatter
    line = head.lines.get(field, 1)
    start = sum(map(len, document.text.splitlines(keepends=True)[: line - 1]))
    value = scalar_text(head.fields[field])
    at, place = document.text.find(value, start, head.body_start), value.rfind(name)
    edit = Edit(at + place, at + place + len(name), new)
    written = value[:place] + new + value[place + len(name) :]
    if at >= 0 and other.whole:
        changed = parse(edited(document.text, [edit]), other.path, dialect)
        if changed.frontmatter.fields == {**head.fields, field: written}:
            return Source(data, document.text, other.path).stretch(0, len(document.text), [edit])
    raise UsageError(f"{other.path}:{line}: {field!r} still names {name!r}; write {new!r} there")


def _new_name(graph: SkillGraph, node: Node, name: str, path: str) -> str:
    """What a name of a node's file becomes with its new path; empty if it stays."""
    try:
        if not name or graph.find(name) is not node:
            return ""
    except ResolveError:
        return ""
    key, suffix = name_key(without_suffix(name)), name[len(without_suffix(name)) :]
    if key == name_key(without_suffix(node.path)) and "/" in node.path:
        return without_suffix(path) + suffix
    if key != name_key(node.stem):
        return ""
    stem = stem_of(path)
    others = (other for other in graph.nodes.values() if other is not node)
    taken = {name_key(word) for other in others for word in (other.stem, *other.aliases)}
    return (without_suffix(path) if name_key(stem) in taken else stem) + suffix


def _with_alias(graph: SkillGraph, node: Node, path: str, data: bytes, dialect: Dialect) -> bytes:
    """A moved file with the old file name as an alias in its header; other bytes unchanged.

    Raises:
        UsageError: another node has that name, or the header cannot be changed.
    """
    old = called(node) if dialect.pages else node.stem
    for other in graph.nodes.values():
        names = {name_key(name) for name in (other.stem, *other.names, *other.aliases)}
        if other is not node and name_key(old) in names:
            raise UsageError(f"{other.path} has that name")
    if name_key(stem_of(path)) == "skill":
        raise UsageError("the header of a skill cannot have one")
    document = parse(data, path, dialect)
    placed = node_of(document, path)
    if name_key(old) in map(name_key, (placed.stem, *placed.names, *placed.aliases)):
        return data
    if dialect.outline:
        words = [*placed.aliases, old]
        edit = property_edit(document.text, document.frontmatter, "alias", words)
    elif "alias" in document.frontmatter.fields:
        edit = None
    else:
        edit = header_edit(document, "aliases", [*placed.aliases, old])
    if edit is None:
        raise UsageError("its header cannot be changed safely; add it there by hand")
    return Source(data, document.text, path).stretch(0, len(document.text), [edit])


def _is_entry(path: str) -> bool:
    return "/" not in path and name_key(stem_of(path)) in ENTRY_STEMS
