"""The rule about aliases that lead to another node than the one that has them."""

from __future__ import annotations

from collections.abc import Iterator

from skillagent.diagnostics import Diagnostic, finding
from skillagent.graph import Node
from skillagent.graph.resolve import name_key
from skillagent.lint.inspection import Inspection


def shadowed_alias(inspection: Inspection) -> Iterator[Diagnostic]:
    """Aliases that are the file name or the title of another node, which a link then means."""
    nodes = inspection.graph.nodes
    owners: dict[tuple[str, str], str] = {}
    for node in nodes.values():
        for name in (node.stem, *node.names):
            owners.setdefault((node.root, name_key(name)), node.id)
    for node in nodes.values():
        own = {name_key(name) for name in (node.stem, *node.names)}
        for alias in node.aliases:
            key = name_key(alias)
            owner = owners.get((node.root, key), node.id)
            if owner != node.id and key not in own:
                message = f"[[{alias}]] leads to {owner}, which has this name"
                yield finding("SG334", node.document.path, _alias_line(node), message)


def _alias_line(node: Node) -> int:
    lines = node.document.frontmatter.lines
    named = (line for key, line in lines.items() if key.casefold() in ("aliases", "alias"))
    return next(named, 1)
