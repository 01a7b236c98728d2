"""Splits a long node into a map and one node for each section, byte for byte."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from skillagent.authoring.add import NewNode, propose_maps
from skillagent.authoring.file_text import Source, read_node
from skillagent.authoring.link_writer import beside, beside_in
from skillagent.authoring.list_insertion import list_edit
from skillagent.authoring.moving.definitions import with_definitions
from skillagent.authoring.moving.parts import DocumentPart
from skillagent.authoring.moving.relocate import Relocation, node_of
from skillagent.authoring.sections import (
    DESCRIPTION_CHARS,
    CutSection,
    FreeNames,
    cut_level,
    header,
    kept_status,
    link_list,
    sections,
    stretch_description,
)
from skillagent.errors import UsageError
from skillagent.files.changes import Changes, changes_of
from skillagent.graph import Node, NodeKind, SkillGraph
from skillagent.graph.kind import MAP_WORDS
from skillagent.markdown import Dialect
from skillagent.markdown.compose import HeaderValue
from skillagent.markdown.document import parse
from skillagent.markdown.edit import Edit
from skillagent.markdown.prose import shortened


def split(
    graph: SkillGraph, name: str, level: int | None = None, dialect: Dialect | None = None
) -> Changes:
    """The changes that split one node into a map and its nodes.

    The node's own file becomes the map: its header and the text before the first section stay,
    and a list of links follows. Each section goes to a file in the same folder, below a header
    with its title and first sentence. If no entry leads to the map, the map that fits it best
    gets a link to it.

    Args:
        graph: of one root.
        name: the node, as `SkillGraph.find` takes it.
        level: heading level to cut at, 1 to 6; None for the highest that has two headings.
        dialect: how the graph's links are written; None for that of the graph.

    Raises:
        ResolveError: no node has the name.
        UsageError: it has fewer than two sections, or a link could not be kept.
    """
    root = graph.roots[0]
    dialect = (dialect or graph.dialect).with_link_fields(graph.link_fields)
    node = graph.find(name)
    if dialect.outline:
        raise UsageError(f"{node.path}: is a Logseq outline; split cuts Markdown at headings")
    cut = sections(node.document, level or cut_level(node.document) or 1)
    if len(cut) < 2:
        have = sorted({heading.level for heading in node.document.headings})
        where = f"at level {level}" if level else "at any level"
        levels = f"its headings are of level {have}" if have else "it has no heading"
        raise UsageError(f"{node.path}: has fewer than two sections {where}; {levels}")
    nodes = list(graph.nodes.values())
    others = graph.others[node.root]
    remarks: list[str] = []
    parts = parts_of(
        node,
        cut,
        FreeNames(nodes, others),
        map_header(node, remarks),
        status=kept_status(node, graph.outdated.get(node.id)),
    )
    top = os.path.realpath(root.path)
    relocation = Relocation(nodes, parts, dialect=dialect, others=others, root=top)
    tails = {
        path: link_list(rows, _text_of(parts, path), short)
        for path, rows in map_lists(cut, parts, relocation).items()
    }
    after = relocation.files(lambda file: read_node(root, file), tails)
    remarks += relocation.gained
    if node.id not in graph.reachable():
        remarks.append(_link_from_best_map(graph, parts[0], relocation, after, dialect))
    by_path = {file.path: file for file in nodes}
    before = {path: read_node(root, by_path[path]) for path in after if path in by_path}
    return changes_of(root.path, before, after, remarks)


def _link_from_best_map(
    graph: SkillGraph,
    part: DocumentPart,
    relocation: Relocation,
    after: dict[str, bytes],
    dialect: Dialect,
) -> str:
    """Link an unreachable new map from the map that fits best.

    Args:
        graph: the graph before the split.
        part: the new map.
        relocation: the move that the part belongs to.
        after: path → new content of each file; the linking map's file is added or changed.
        dialect: how the graph's links are written.

    Returns:
        A remark that says which map links to it.
    """
    node, reachable = part.node, graph.reachable()
    new = NewNode(node.title, node.description)
    near = propose_maps(graph, new, limit=len(graph.nodes))
    place = next(
        (candidate for candidate in near if candidate is not node and candidate.id in reachable),
        None,
    )
    if place is None:
        return f"{node.path}: no link leads to it; link it from a map"
    data = after.get(place.path) or read_node(graph.roots[0], place)
    document = parse(data, place.path, dialect)
    placed = relocation.placed[part]
    link = relocation.link_writer.wikilink(placed, node_of(document, place.path))
    why = beside_in(document, placed.description)
    edit = list_edit(document, [f"{link} - {why}" if why else link])
    source = Source(data, document.text, place.path)
    after[place.path] = source.stretch(0, len(document.text), [edit])
    return f"{node.path}: no link led to it; {place.path} links it now"


def parts_of(
    node: Node,
    cut: Sequence[CutSection],
    names: FreeNames,
    edits: tuple[Edit, ...] = (),
    path: str = "",
    *,
    status: Mapping[str, HeaderValue],
) -> list[DocumentPart]:
    """The parts of a node's file: the one before the sections, then one for each section.

    Args:
        node: the node to split.
        cut: its sections.
        names: chooses the file names.
        edits: edits of the header.
        path: new path of the first part; empty for the node's own path.
        status: further fields for the header of each section, returned by `kept_status`.
    """
    path = path or node.path
    folder = path.rpartition("/")[0]
    parts = [DocumentPart(node, 0, cut[0].start, path, edits=edits)]
    mapped = {section.parent for section in cut}
    for at, section in enumerate(cut):
        title = section.heading.title
        usable = beside(title) == title and not names.holds(title)
        named = title if usable else ""
        stem = names.take(title, node.stem)
        path = f"{folder}/{stem}.md" if folder else f"{stem}.md"
        described = stretch_description(node.document, section)
        head = header(named, described, is_map=at in mapped, status=status)
        text = node.document.text[section.start : section.end]
        if not status and not text.lstrip().startswith("#") and _second_header(head + text, path):
            head = ""
        parts.append(DocumentPart(node, section.start, section.end, path, head))
    return with_definitions(node.document, parts)


def _second_header(text: str, path: str) -> bool:
    """True if an underlined heading such as `Source: x` is read as a second header."""
    return any(diagnostic.code == "SG019" for diagnostic in parse(text, path).diagnostics)


def map_lists(
    cut: Sequence[CutSection], parts: Sequence[DocumentPart], relocation: Relocation
) -> dict[str, list[tuple[int, str, str]]]:
    """Path of each part that lists others → depth, link and description of each item.

    Args:
        cut: the sections.
        parts: the result of `parts_of` for them.
        relocation: the move that the parts belong to.
    """
    lists: dict[str, list[tuple[int, str, str]]] = {}
    for section, part in zip(cut, parts[1:], strict=True):
        placed = relocation.placed[part]
        parent = parts[section.parent + 1]
        link = relocation.link_writer.wikilink(placed, relocation.placed[parent])
        above = cut[section.parent].depth + 1 if section.parent >= 0 else 0
        row = (section.depth - above, link, beside(placed.description))
        lists.setdefault(parent.path, []).append(row)
    return lists


def _text_of(parts: Sequence[DocumentPart], path: str) -> str:
    part = next(part for part in parts if part.path == path)
    return part.node.document.text[part.start : part.end]


def short(description: str) -> str:
    """A description, shortened to fit the line of a list."""
    return shortened(description, DESCRIPTION_CHARS)


def map_header(node: Node, remarks: list[str]) -> tuple[Edit, ...]:
    """Edits of a header that declare its node a map; none, with a remark, if that is not safe."""
    document = node.document
    if node.kind is not NodeKind.NODE:
        return ()
    head = document.frontmatter
    declared = node.declared_kind
    if declared and declared.casefold() not in MAP_WORDS:
        remarks.append(
            f"{node.path}: its type stays {declared!r}; write type: map to make it a map"
        )
        return ()
    if not head.body_start and not document.text.startswith(("---", "+++")):
        return (Edit(0, 0, header("", beside(document.description), is_map=True)),)
    if document.text.startswith("---") and head.fields:
        return (Edit(head.start, head.start, "type: map\n"),)
    remarks.append(f"{node.path}: its header was left alone; declare it a map there")
    return ()
