"""Which node is the entry of a root, and a quick look at it without loading the graph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from skillagent.graph.adjacency import reached
from skillagent.graph.file_name import without_suffix
from skillagent.graph.kind import GATHERING
from skillagent.graph.link import Link
from skillagent.graph.logseq import dialect_of
from skillagent.graph.node import Node
from skillagent.graph.resolve import name_key
from skillagent.graph.walk import Options, Root, read_file, top_files
from skillagent.markdown.document import parse

ENTRY_STEMS = ("index", "skill", "readme", "moc")
"""Stems of files at the top of a root that make a node its entry, the strongest first."""
MOST_COMPARED = 50
"""For how many nodes it is computed what they reach: this bounds the work on large roots."""


def entry_of(nodes: Sequence[Node], links: Sequence[Link]) -> Node | None:
    """The entry of one root, or None if the root has no nodes.

    It is the node with `entry: true`, else one with a name in `ENTRY_STEMS`, else the map that
    reaches most nodes, else the node that does. Among equals, the smallest id decides.

    Args:
        nodes: all nodes of the root.
        links: the links of the graph; those between other roots are ignored.
    """
    return named_entry(nodes) or _best_connected(nodes, links)


def named_entry(nodes: Sequence[Node]) -> Node | None:
    """The entry of a root by its header or its file name; None if links decide."""
    top = [node for node in nodes if "/" not in node.path]
    for node in top:
        if node.document.frontmatter.get("entry") is True:
            return node
    for stem in ENTRY_STEMS:
        for node in top:
            if name_key(node.stem) == stem:
                return node
    return None


def _best_connected(nodes: Sequence[Node], links: Sequence[Link]) -> Node | None:
    if not nodes:
        return None
    own_ids = {node.id for node in nodes}
    targets: dict[str, set[str]] = {}
    for link in links:
        if link.target in own_ids and link.source in own_ids:
            targets.setdefault(link.source, set()).add(link.target)
    pool = [node for node in nodes if node.kind in GATHERING] or list(nodes)
    # The node that reaches most is nearly always among those with the most links of their own.
    degrees = Counter({node.id: len(targets.get(node.id, ())) for node in pool})
    best = sorted(pool, key=lambda node: (-degrees[node.id], node.id))[:MOST_COMPARED]
    return _farthest(sorted(best, key=lambda node: node.id), targets)


def _farthest(nodes: Sequence[Node], targets: Mapping[str, Iterable[str]]) -> Node:
    """The first of the nodes that reach most.

    A node that an earlier one reaches cannot reach more than it, so it is left out. In most roots
    one search of the links is enough for all nodes.
    """
    farthest, most = nodes[0], 0
    covered: set[str] = set()
    for node in nodes:
        if node.id not in covered:
            within = reached((node.id,), targets)
            covered |= within
            if len(within) > most:
                farthest, most = node, len(within)
    return farthest


def glance(root: Root, options: Options) -> Node | None:
    """The entry of a root by its file name, read without the rest of the graph.

    Args:
        root: the folder.
        options: gives the dialect and the size limit.

    Returns:
        None if no file at the top has a name in `ENTRY_STEMS`, or if it cannot be read.
    """
    dialect = dialect_of(root, options.dialect)
    hidden = dialect.pages.hidden if dialect.pages else ()
    stems = {
        name: name_key(without_suffix(name))
        for name in top_files(root)
        if not f"/{name}".startswith(hidden)
    }
    entries = [name for name, stem in stems.items() if stem in ENTRY_STEMS]
    if not entries:
        return None
    entry = min(entries, key=lambda name: ENTRY_STEMS.index(stems[name]))
    source = read_file(root, entry, options)
    if source is None:
        return None
    document = parse(source.text, source.path, dialect)
    return Node.of(source, document, without_suffix(source.path), "", source.path)
