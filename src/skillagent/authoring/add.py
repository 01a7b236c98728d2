"""A new node, hung on a map at once, so that it is reachable from its first moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from skillagent.authoring.file_text import Source, read_node
from skillagent.authoring.link_writer import (
    LinkWriter,
    beside,
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
from skillagent.markdown.compose import Given, composed
from skillagent.markdown.document import parse
from skillagent.markdown.edit import edited
from skillagent.markdown.logseq.properties import property_lines

CLOSE = 88.0
"""Two titles as like as this, of 100, are taken for one (rapidfuzz's ratio, words sorted)."""
PROPOSED = 3


@dataclass(frozen=True, slots=True)
class NewNode:
    """What an author brings for a node."""

    name: str
    """Its claim or title; the file name is made from it."""
    description: str
    tags: tuple[str, ...] = ()
    body: str = ""
    """Text below the heading; a heading of its own at its top is kept instead."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node is hung."""

    map: str
    """The map, as `SkillGraph.find` takes it."""
    why: str = ""
    """The words beside the link; the node's description if empty."""
    heading: str | None = None
    """The list stands under this heading; None for the last list."""


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
        place: its map; None to hang it nowhere.
        force: go on although a node has nearly the same name.
        dialect: how the graph's links are written; None as it was loaded.

    Raises:
        ResolveError: no node has the map's name.
        UsageError: the name exists or nearly does, or something given cannot be used.
    """
    dialect = (dialect or graph.dialect).with_link_fields(graph.link_fields)
    root = graph.roots[0]
    name = one_line(new.name, "the name")
    stem = dialect.pages.file_name(name) if dialect.pages else file_name(name)
    if not stem:
        raise UsageError(f"{name!r} makes no file name: it has no letter and no digit")
    if near := like_names(graph, name):
        title, node, same = near[0]
        if not force or any(like[1].stem == stem for like in near):
            how = "is there" if same else "is nearly there"
            more = "" if force else "; --force adds it all the same"
            raise UsageError(f"{name!r} {how}: {node.path} ({title}){more}")
    gatherer = _map_of(graph, place.map) if place else None
    folder = gatherer.path.rpartition("/")[0] if gatherer else ""
    if dialect.pages and folder in ("", dialect.pages.journals):
        folder = PAGES
    path = f"{folder}/{stem}.md" if folder else f"{stem}.md"
    path = checked_path(path, graph.nodes.values())
    if path in graph.others[root_name(graph)]:
        raise UsageError(f"{path}: is there already")
    description = one_line(new.description, "the description")
    fields: dict[str, Given] = {"description": description}
    if new.tags:
        fields["tags"] = [one_line(tag, "a tag") for tag in new.tags]
    header = property_lines(fields) if dialect.outline else composed(fields)
    text = f"{header}\n{_body(name, new.body, dialect)}"
    before: dict[str, bytes] = {}
    after = {path: text.encode("utf-8")}
    if place and gatherer:
        added = node_of(parse(text, path, dialect), path)
        link_writer = _link_writer(graph, added, dialect)
        link = link_writer.wikilink(added, gatherer)
        why = one_line(place.why, "the sentence") if place.why else beside(description)
        data = read_node(root, gatherer)
        document = gatherer.document
        edit = list_edit(document, [f"{link} - {why}"], place.heading)
        count = len(document.references) + 1
        if len(parse(edited(document.text, [edit]), "", dialect).references) < count:
            raise UsageError(f"{gatherer.path}: a link at its end would stand in code or a comment")
        source = Source(data, document.text, gatherer.path)
        before[gatherer.path] = data
        after[gatherer.path] = source.stretch(0, len(document.text), [edit])
    return changes_of(root.path, before, after)


def root_name(graph: SkillGraph) -> str:
    """What `Node.root` is in a graph of one root."""
    return next(iter(graph.others))


def resolver_of(graph: SkillGraph, nodes: Sequence[Node], dialect: Dialect) -> Resolver:
    """The names of some nodes in a graph of one root, beside its other files."""
    return Resolver(nodes, graph.others[root_name(graph)], dialect, graph.roots[0].folders)


def like_names(graph: SkillGraph, name: str) -> list[tuple[str, Node, bool]]:
    """Nodes whose name is a name or nearly so, the nearest first.

    Returns:
        The name that is like it, its node, and whether both are one but for case and dashes.
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
    """The maps that best fit a node, by search: first among its words, then where its
    nearest nodes hang.

    Args:
        graph: to look in.
        new: the node.
        limit: how many at most.
    """
    hits, _ = SearchIndex.of(graph).search(f"{new.name} {new.description}", limit=30)
    gathering = dict.fromkeys((*graph.entries, *graph.gathering), 0.0)
    for hit in hits:
        if hit.node in gathering:
            gathering[hit.node] += hit.score
            continue
        above = {link.source for link in graph.backlinks(hit.node)} & gathering.keys()
        for node in above:
            gathering[node] += hit.score / (2 * len(above))
    for entry in graph.entries:
        gathering[entry] /= 2  # everything is an entry's matter: a map is the better place
    ranked = sorted(gathering, key=lambda node: (-gathering[node], node))
    best = [node for node in ranked if gathering[node] > 0] or ranked
    return [graph.nodes[node] for node in best[:limit]]


def _map_of(graph: SkillGraph, name: str) -> Node:
    node = graph.find(name)
    if node.kind is NodeKind.NODE and node.id not in graph.entries:
        raise UsageError(f"{node.path}: is no map; write type: map in its header to make it one")
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


def _link_writer(graph: SkillGraph, added: Node, dialect: Dialect) -> LinkWriter:
    nodes = [*graph.nodes.values(), added]
    return LinkWriter(resolver_of(graph, nodes, dialect), dialect)
