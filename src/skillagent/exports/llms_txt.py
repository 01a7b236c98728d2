"""Writes a graph as llms.txt (https://llmstxt.org): a title, a summary, and lists of links.

Every map is a section: the map, then the nodes that it links to. A node is listed once, in the
first section that has it; a node that should not be relied on comes last there, with its status.
Nodes that no map links to come last, under `Optional`, which a reader may skip.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from skillagent.exports.skill_md import plain_line
from skillagent.graph import SkillGraph


def llms_txt(graph: SkillGraph, base: str = "") -> str:
    """The text of an llms.txt.

    Args:
        graph: the graph to list.
        base: prefix of every path, such as `https://example.org/notes/`.
    """
    entry = graph.nodes[graph.entry] if graph.entry else None
    title = (plain_line(entry.title) if entry else "") or plain_line(graph.name)
    parts = [f"# {title}\n"]
    if entry and (about := plain_line(entry.description)):
        parts.append(f"> {about}\n")
    for heading, nodes in _sections(graph):
        items = "\n".join(_item(graph, node, base) for node in nodes)
        parts.append(f"## {heading}\n\n{items}\n")
    return "\n".join(parts)


def _sections(graph: SkillGraph) -> Iterator[tuple[str, list[str]]]:
    maps = _maps(graph)
    listed = set(maps)
    for head in maps:
        members = [node for node in graph.neighbors(head) if node not in listed]
        if head in graph.entries:
            # Nodes that a map links to are listed with the map, not with the entry.
            gathered = {
                node
                for map_id in maps
                if map_id not in graph.entries
                for node in graph.neighbors(map_id)
            }
            members = [node for node in members if node not in gathered]
        listed.update(members)
        yield plain_line(graph.nodes[head].title) or head, [head, *_current_first(graph, members)]
    rest = [node for node in graph.nodes if node not in listed]
    if rest:
        yield "Optional", _current_first(graph, rest)


def _current_first(graph: SkillGraph, nodes: list[str]) -> list[str]:
    return sorted(nodes, key=graph.outdated.__contains__)


def _maps(graph: SkillGraph) -> list[str]:
    """Entries and maps, in breadth-first order from the entries; unreachable ones last."""
    kinds = {*graph.entries, *graph.gathering}
    ordered: dict[str, None] = {}
    for start in graph.entries:
        queue, seen = [start], {start}
        for node in queue:
            if node in kinds:
                ordered.setdefault(node)
            new = [near for near in graph.neighbors(node) if near not in seen]
            seen.update(new)
            queue += new
    return [*ordered, *sorted(kinds - set(ordered))]


def _item(graph: SkillGraph, id: str, base: str) -> str:
    node = graph.nodes[id]
    title = plain_line(node.title) or plain_line(id) or "…"
    path = f"{node.root}/{node.path}" if node.root else node.path
    about = plain_line(node.description)
    address = base + quote(path, safe="/-_.~", errors="replace")
    item = f"- [{title}]({address}){_status(graph, id)}"
    return item + (f": {about}" if about else "")


def _status(graph: SkillGraph, id: str) -> str:
    """` (superseded; see new)`: why not to rely on a node; empty for a current one."""
    outdated = graph.outdated.get(id)
    if outdated is None:
        return ""
    titles = (plain_line(graph.nodes[new].title) or plain_line(new) for new in outdated.successors)
    see = f"; see {', '.join(titles)}" if outdated.successors else ""
    return f" ({outdated.word}{see})"
