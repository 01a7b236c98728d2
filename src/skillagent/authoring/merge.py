"""Merges one node into another: its text, its names and every link to it.

The second node's text follows the first one's, under a heading. What both texts define by the same
name (link definitions, footnotes, blocks) is renamed in the second. At the end the new file is
parsed and its links and headings are compared with the old ones: a merge that would lose one is
refused.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

from skillagent.authoring.file_text import Source, read_node
from skillagent.authoring.merged_header import merged_header
from skillagent.authoring.merged_text import Addition, addition
from skillagent.authoring.moving.link_positions import as_written
from skillagent.authoring.moving.parts import DocumentPart, Joined
from skillagent.authoring.moving.relinking import PartEdits
from skillagent.authoring.moving.relocate import Relocation, node_of
from skillagent.authoring.rename import with_new_status
from skillagent.errors import UsageError
from skillagent.files.changes import Changes, changes_of
from skillagent.graph import Node, NodeKind, SkillGraph
from skillagent.graph.resolve import Resolver
from skillagent.markdown import Dialect, Document
from skillagent.markdown.anchors import written_ids
from skillagent.markdown.document import parse
from skillagent.markdown.edit import edited
from skillagent.markdown.link_targets import uses


class _Pair(NamedTuple):
    kept: Node
    gone: Node


def merge(
    graph: SkillGraph,
    name: str,
    other: str,
    description: str | None = None,
    dialect: Dialect | None = None,
) -> Changes:
    """The changes that put one node's text at the end of another, and remove its file.

    The text keeps all its lines. If it begins with its own heading, that becomes the heading of
    the new part, one level or more below the top; else one is written from its title. Links to the
    second node lead to that heading, links to its headings and blocks follow them, and its names
    become aliases of the first node. The header is made by the rule of `merged_header`.

    Args:
        graph: of one root.
        name: the node that stays, as `SkillGraph.find` takes it.
        other: the node that is merged into it.
        description: of the merged node; None keeps that of the node that stays.
        dialect: how the graph's links are written; None for that of the graph.

    Raises:
        ResolveError: no node has one of the names.
        UsageError: the second node is an entry or a skill, the headers cannot be united, or a link
            could not be kept.
    """
    root = graph.roots[0]
    dialect = (dialect or graph.dialect).with_link_fields(graph.link_fields)
    pair = _Pair(graph.find(name), graph.find(other))
    _refuse(graph, pair, dialect)
    read = {node.path: read_node(root, node) for node in pair}
    added = addition(pair.kept.document, pair.gone)
    kept_part, gone_part, joined = _parts(pair, added, dialect)
    relocation = Relocation(
        list(graph.nodes.values()),
        [kept_part, gone_part],
        dialect=dialect,
        joined=joined,
        others=graph.others[pair.kept.root],
        root=os.path.realpath(root.path),
    )
    after = relocation.files(lambda node: read_node(root, node), {})
    remarks = [*relocation.gained]
    plans = relocation.plan(kept_part), relocation.plan(gone_part)
    data = _joined_bytes(pair, read, added, plans)
    linked = parse(edited(pair.gone.document.text, plans[1].edits), pair.gone.path, dialect)
    data = merged_header(graph, pair, data, linked, description, dialect, remarks)
    _verify(graph, pair, relocation, plans, parse(data, pair.kept.path, dialect), dialect)
    after[pair.kept.path] = data
    for node in graph.nodes.values():
        if node not in pair:
            path, old = pair.kept.path, after.get(node.path)
            followed = with_new_status(graph, pair.gone, node, path, old, dialect)
            if followed is not None:
                after[node.path] = followed
    by_path = {node.path: node for node in graph.nodes.values()}
    before = {path: read_node(root, by_path[path]) for path in after} | read
    return changes_of(root.path, before, after, remarks)


def _refuse(graph: SkillGraph, pair: _Pair, dialect: Dialect) -> None:
    kept, gone = pair
    if kept is gone:
        raise UsageError(f"{kept.path}: cannot be merged into itself; name two nodes")
    if dialect.outline:
        raise UsageError(f"{gone.path}: is a Logseq outline; merge joins Markdown under headings")
    if gone.id in graph.entries:
        raise UsageError(f"{gone.path}: is the entry of the graph; merge the other node into it")
    if gone.kind is NodeKind.SKILL:
        raise UsageError(f"{gone.path}: is a skill, which hosts load by its file; leave it")
    for node in pair:
        if os.path.islink(os.path.join(graph.roots[0].path, node.path)):
            raise UsageError(f"{node.path}: is a symbolic link; name the file that it leads to")
    for name in sorted(_ids(kept.document) & _ids(gone.document)):
        # Of two equal ids in one file only the first is found.
        raise UsageError(f"{gone.path}: has the id {name!r}, which {kept.path} has, too; rename it")


def _ids(document: Document) -> frozenset[str]:
    return written_ids(document.text, document.headings, document.excluded.code)


def _parts(
    pair: _Pair, added: Addition, dialect: Dialect
) -> tuple[DocumentPart, DocumentPart, Node]:
    """Both texts as parts, and the node that they become, its links and header not yet changed.

    Raises:
        UsageError: the headings of the two would not be read as before.
    """
    kept, gone = pair
    body = edited(gone.document.text, added.edits)[gone.document.frontmatter.body_start :]
    text = kept.document.text + added.joint + body[added.skipped :]
    document = parse(text, kept.path, dialect)
    above = len(kept.document.headings) + added.has_new_heading
    titles = [heading.title for heading in document.headings]
    own = [heading.title for heading in gone.document.headings]
    first = [heading.title for heading in kept.document.headings] + added.new_title
    if titles[:above] != first or len(titles) != above + len(own):
        raise UsageError(f"{kept.path}: its end is open code or an open comment; close it first")
    if titles[above:] != own:
        raise UsageError(f"{gone.path}: a heading cannot be moved below another; write it with #")
    whole = [(0, len(node.document.text)) for node in pair]
    top = Joined(0, -1, {})
    below = Joined(above, above - added.has_new_heading, added.blocks)
    return (
        DocumentPart(kept, *whole[0], kept.path, joined=top),
        DocumentPart(gone, *whole[1], kept.path, edits=added.edits, joined=below),
        node_of(document, kept.path),
    )


def _joined_bytes(
    pair: _Pair, read: dict[str, bytes], added: Addition, plans: tuple[PartEdits, PartEdits]
) -> bytes:
    """Both texts with their links rewritten, the second without its header."""
    kept, gone = (Source(read[node.path], node.document.text, node.path) for node in pair)
    start = pair.gone.document.frontmatter.body_start + added.skipped
    end = len(pair.gone.document.text)
    first = kept.stretch(0, len(pair.kept.document.text), plans[0].edits)
    second = gone.stretch(start, end, [edit for edit in plans[1].edits if edit.start >= start])
    text = second.decode().removeprefix("\ufeff").replace("\r\n", "\n")
    return first + (added.joint + text).replace("\n", kept.newline).encode()


def _verify(
    graph: SkillGraph,
    pair: _Pair,
    relocation: Relocation,
    plans: tuple[PartEdits, PartEdits],
    document: Document,
    dialect: Dialect,
) -> None:
    """Compare the links of the merged file with those of the two files.

    Raises:
        UsageError: one is lost, or a text has become a link.
    """
    kept = pair.kept
    here = node_of(document, kept.path)
    joined = next(node for part, node in relocation.placed.items() if part.joined)
    rest = [node for node in relocation.placed.values() if node is not joined]
    others = graph.others[kept.root]
    resolver = Resolver([*rest, here], others, dialect, graph.roots[0].folders)
    in_header: set[Node | None] = set()
    in_body: list[tuple[int, Node | None]] = []
    for reference in document.references:
        leads = resolver.link(as_written(reference, document), here).node
        leads = joined if leads is here else leads
        if reference.start < document.frontmatter.body_start:
            in_header.add(leads)
        else:
            in_body.append((reference.line, leads))
    wanted: list[tuple[str, Node | None]] = []
    for node, plan in zip(pair, plans, strict=True):
        for place, target in plan.expected:
            where = f"{node.path}:{node.document.text.count(chr(10), 0, place) + 1}"
            if place >= node.document.frontmatter.body_start:
                wanted.append((where, target))
            elif target is not None and target not in in_header:
                raise UsageError(f"{where}: this link in the header could not be kept")
    if (text := _lost_link(wanted, in_body)) or (text := _gained_use(pair, document)):
        raise UsageError(text)


def _lost_link(
    wanted: Sequence[tuple[str, Node | None]], links: Sequence[tuple[int, Node | None]]
) -> str:
    """What is wrong with the links of the body; empty if nothing is."""
    for at, (where, target) in enumerate(wanted):
        if at >= len(links) or (target is not None and links[at][1] is not target):
            return f"{where}: this link could not be kept; write it as [[name]] or [text](path.md)"
    if len(links) > len(wanted):
        return "a text would become a link; put it in code"
    return ""


def _gained_use(pair: _Pair, document: Document) -> str:
    """Which text would become a link by a definition of the other file; empty for none."""
    counts = [len(list(_uses(read))) for read in (*(node.document for node in pair), document)]
    if counts[0] + counts[1] == counts[2]:
        return ""
    return (
        f"{pair.gone.path}: a text in brackets would become a link by a definition of "
        f"{pair.kept.path}; put it in code"
    )


def _uses(document: Document) -> list[int]:
    start = document.frontmatter.body_start
    return [use.start for use in uses(document.text, start, document.excluded.code)]
