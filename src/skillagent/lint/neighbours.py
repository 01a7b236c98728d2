"""The rule about neighbours of which only one links to the other."""

from __future__ import annotations

import re
from collections.abc import Iterator

from skillagent.diagnostics import Diagnostic, finding
from skillagent.graph import Node, NodeKind, SkillGraph
from skillagent.lint.inspection import Inspection
from skillagent.markdown.linkable import linkable_lines, stands_alone

FEWEST_LETTERS = 6
"""Fewest letters of a name."""
_PROPER = re.compile(r"\w\W+\w|[a-z][A-Z]")
"""Two words, or one with a capital inside: any other word may mean something else."""


def one_way(inspection: Inspection) -> Iterator[Diagnostic]:
    """Nodes that name a node which links to them, and do not link back.

    Both are plain nodes, the link has words beside it, and the name is a title or an alias of
    that node alone. Maps are left out: they link to everything below them.
    """
    graph = inspection.graph
    names = _names(graph)
    for node in graph.nodes.values():
        if node.kind is not NodeKind.NODE:
            continue
        text = ""
        linked = {node.id, *graph.neighbors(node.id)}
        for link in graph.backlinks(node.id):
            if link.source in linked or link.key or link.source not in names:
                continue
            linked.add(link.source)
            text = text or node.document.text.casefold()
            near = [name for name in names[link.source] if name.casefold() in text]
            place = _place(node, near) if near and not link.is_bare else None
            if place:
                name, start = place
                line = node.document.text.count("\n", 0, start) + 1
                message = f"{name!r} is [[{link.source}]], which links here; no link leads back"
                yield finding("SG326", node.document.path, line, message)


def _names(graph: SkillGraph) -> dict[str, tuple[str, ...]]:
    """Id of a plain node → its names that no other node has."""
    owners: dict[str, set[str]] = {}
    names: dict[str, tuple[str, ...]] = {}
    for node in graph.nodes.values():
        own = dict.fromkeys((node.title, *node.names, *node.aliases))
        for name in own:
            owners.setdefault(name.casefold(), set()).add(node.id)
        if node.kind is NodeKind.NODE:
            names[node.id] = tuple(name for name in own if _is_distinct(name))
    unique = {key for key, nodes in owners.items() if len(nodes) == 1}
    return {
        node: kept
        for node, own_names in names.items()
        if (kept := tuple(name for name in own_names if name.casefold() in unique))
    }


def _is_distinct(name: str) -> bool:
    return len(name) >= FEWEST_LETTERS and _PROPER.search(name) is not None


def _place(node: Node, names: list[str]) -> tuple[str, int] | None:
    """The first of some names in a node's prose that no link covers, and its offset."""
    text = node.document.text
    either = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    pattern = re.compile(rf"\b(?:{either})(?!\w)", re.IGNORECASE)
    for _, start, end in linkable_lines(node.document):
        for match in pattern.finditer(text, start, end):
            if stands_alone(text, match.start(), match.end()):
                return match[0], match.start()
    return None
