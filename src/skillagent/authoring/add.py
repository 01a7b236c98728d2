"""Adds a node and a link to it in a map, so that it can be reached at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from skillagent.authoring.file_text import Source, read_node
from skillagent.authoring.link_writer import (
    LinkWriter,
    beside_in,
    checked_path,
    file_name,
    folded,
    one_line,
)
from skillagent.authoring.list_insertion import list_edit
from skillagent.authoring.moving.relocate import node_of
from skillagent.errors import UsageError
from skillagent.files.changes import Changes, changes_of
from skillagent.graph import Node, NodeKind, SkillGraph
from skillagent.graph.logseq import PAGES
from skillagent.graph.resolve import Resolver
from skillagent.index.search import SearchIndex
from skillagent.markdown import Dialect
from skillagent.markdown.compose import HeaderValue, composed
from skillagent.markdown.document import parse
from skillagent.markdown.edit import Edit, edited
from skillagent.markdown.logseq.properties import property_lines

CLOSE = 88.0
"""Score, of 100, from which two titles count as the same (rapidfuzz `token_sort_ratio`)."""
PROPOSED = 3


@dataclass(frozen=True, slots=True)
class NewNode:
    """What an author gives for a new node."""

    name: str
    """Its title, from which the file name is made."""
    description: str
    tags: tuple[str, ...] = ()
    body: str = ""
    """Text below the heading; if it begins with a heading, that one is used."""


@dataclass(frozen=True, slots=True)
class Place:
    """The place of the link to a new node."""

    map: str
    """The map, as `SkillGraph.find` takes it."""
    why: str = ""
    """The words after the link; empty for the node's description."""
    heading: str | None = None
    """Title of the section that has the list; None for the last list of the map."""


def add_node(
    graph: SkillGraph,
    new: NewNode,
    place: Place | None,
    *,
    force: bool = False,
    dialect: Dialect | None = None,
) -> Changes:
    """The changes that add a node.

    Args:
        graph: of one root.
        new: the node.
        place: where to link it; None to add no link.
        force: add it although a node has nearly the same name.
        dialect: how the graph's links are written; None for that of the graph.

    Raises:
        ResolveError: no node has the map's name.
        UsageError: a node has the name or nearly the same one, or an argument cannot be used.
    """
    dialect = (dialect or graph.dialect).with_link_fields(graph.link_fields)
    root = graph.roots[0]
    name = one_line(new.name, "the name")
    stem = dialect.pages.file_name(name) if dialect.pages else file_name(name)
    if not stem:
        raise UsageError(f"{name!r} cannot name a file: it has no letter and no digit")
    if near := like_names(graph, name):
        title, node, same = near[0]
        if not force or any(other.stem == stem for _, other, _ in near):
            how = "exists" if same else "nearly exists"
            more = "" if force else "; --force adds it all the same"
            raise UsageError(f"{name!r} {how}: {node.path} ({title}){more}")
    map_node = _map_of(graph, place.map) if place else None
    folder = map_node.path.rpartition("/")[0] if map_node else ""
    if dialect.pages and folder in ("", dialect.pages.journals):
        folder = PAGES
    path = f"{folder}/{stem}.md" if folder else f"{stem}.md"
    path = checked_path(path, graph.nodes.values())
    if path in graph.others[root_name(graph)]:
        raise UsageError(f"{path}: exists already")
    description = one_line(new.description, "the description")
    fields: dict[str, HeaderValue] = {"description": description}
    if new.tags:
        fields["tags"] = [one_line(tag, "a tag") for tag in new.tags]
    header = property_lines(fields) if dialect.outline else composed(fields)
    text = f"{header}\n{_body(name, new.body, dialect)}"
    before: dict[str, bytes] = {}
    after = {path: text.encode("utf-8")}
    if place and map_node:
        added = node_of(parse(text, path, dialect), path)
        if place.why:
            why = one_line(place.why, "the sentence")
        else:
            why = beside_in(map_node.document, description)
        link = _link_writer(graph, added, dialect).wikilink(added, map_node)
        edit = item_edit(map_node, f"{link} - {why}", place.heading, dialect)
        before[map_node.path] = read_node(root, map_node)
        source = Source(before[map_node.path], map_node.document.text, map_node.path)
        after[map_node.path] = source.stretch(0, len(map_node.document.text), [edit])
    return changes_of(root.path, before, after)


def item_edit(map_node: Node, item: str, heading: str | None, dialect: Dialect) -> Edit:
    """The edit that adds an item with a link to a map.

    Raises:
        UsageError: the link would not be parsed as one, or the map has no such heading.
    """
    document = map_node.document
    edit = list_edit(document, [item], heading)
    text = edited(document.text, [edit])
    if len(parse(text, "", dialect).references) <= len(document.references):
        raise UsageError(f"{map_node.path}: a link at its end would be in code or a comment")
    return edit


def _link_writer(graph: SkillGraph, added: Node, dialect: Dialect) -> LinkWriter:
    return LinkWriter(resolver_of(graph, [*graph.nodes.values(), added], dialect), dialect)


def root_name(graph: SkillGraph) -> str:
    """The value of `Node.root` in a graph of one root."""
    return next(iter(graph.others))


def resolver_of(graph: SkillGraph, nodes: Sequence[Node], dialect: Dialect) -> Resolver:
    """A resolver of some nodes, and of the other files, of a graph of one root."""
    return Resolver(nodes, graph.others[root_name(graph)], dialect, graph.roots[0].folders)


def like_names(graph: SkillGraph, name: str) -> list[tuple[str, Node, bool]]:
    """Nodes that have a name or nearly the same one, the most similar first.

    Returns:
        The similar name, its node, and whether it differs only in case, blanks and dashes.
    """
    from rapidfuzz import fuzz

    wanted = {folded(name), folded(file_name(name))}
    rows: list[tuple[float, str, str, Node, bool]] = []
    for node in graph.nodes.values():
        best: tuple[float, str, str, Node, bool] | None = None
        for called in dict.fromkeys((node.title, node.stem, *node.names, *node.aliases)):
            key = folded(called)
            same = key in wanted or folded(file_name(called)) in wanted
            score = max(fuzz.token_sort_ratio(key, want, score_cutoff=CLOSE) for want in wanted)
            if same or score:
                row = (-101.0 if same else -score, node.id, called, node, same)
                best = row if best is None or row[:3] < best[:3] else best
        if best:
            rows.append(best)
    rows.sort(key=lambda row: row[:3])
    return [(called, node, same) for _, _, called, node, same in rows]


def propose_maps(graph: SkillGraph, new: NewNode, limit: int = PROPOSED) -> list[Node]:
    """The maps that fit a node best: those that search finds, or that link to nodes it finds.

    Args:
        graph: the graph to search.
        new: the node.
        limit: most maps to return.
    """
    hits, _ = SearchIndex.of(graph).search(f"{new.name} {new.description}", limit=30)
    scores = dict.fromkeys((*graph.entries, *graph.gathering), 0.0)
    for hit in hits:
        if hit.node in scores:
            scores[hit.node] += hit.score
            continue
        above = {link.source for link in graph.backlinks(hit.node)} & scores.keys()
        for node in above:
            scores[node] += hit.score / (2 * len(above))
    for entry in graph.entries:
        scores[entry] /= 2  # an entry fits every node a little: prefer a map
    ranked = sorted(scores, key=lambda node: (-scores[node], node))
    best = [node for node in ranked if scores[node] > 0] or ranked
    return [graph.nodes[node] for node in best[:limit]]


def _map_of(graph: SkillGraph, name: str) -> Node:
    node = graph.find(name)
    if node.kind is NodeKind.NODE and node.id not in graph.entries:
        raise UsageError(f"{node.path}: is not a map; write type: map in its header to make it one")
    return node


def _body(name: str, body: str, dialect: Dialect) -> str:
    text = body.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip("\n")
    document = parse(text, "", dialect)
    if document.frontmatter.body_start:
        raise UsageError("the body begins with a header; give description and tags as options")
    headings = document.headings
    if not text.strip():
        return f"# {name}\n"
    if headings and headings[0].level == 1 and not text[: headings[0].start].strip():
        return f"{text}\n"
    return f"# {name}\n\n{text}\n"
