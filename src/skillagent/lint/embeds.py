"""The rule about embeds that lead back to their own text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from skillagent.diagnostics import Diagnostic, finding
from skillagent.graph import Link, SkillGraph
from skillagent.graph.link import is_block
from skillagent.lint.inspection import Inspection
from skillagent.markdown import Document, LinkKind

if TYPE_CHECKING:
    import networkx


class _Part(NamedTuple):
    """A text that an embed shows: a node's body or one of its sections."""

    node: str
    start: int
    end: int


def cycle(inspection: Inspection) -> Iterator[Diagnostic]:
    """Embeds that contain themselves, over any number of nodes; each cycle once."""
    graph = inspection.graph
    embeds = {
        node: links
        for node in graph.nodes
        if (links := [link for link in graph.links_from(node) if _shows_a_node(link)])
    }
    if not embeds:
        return
    import networkx  # slow to import, and few graphs have embeds

    shown: networkx.DiGraph[_Part] = networkx.DiGraph()
    for part, link, target in _edges(graph, embeds):
        shown.add_edge(part, target, link=link)
    reported: set[frozenset[str]] = set()
    for component in sorted(networkx.strongly_connected_components(shown), key=min):
        first = min(component)
        path = _shortest_cycle(shown.subgraph(component), first)
        nodes = frozenset(part.node for part in path)
        if not path or nodes in reported:
            continue
        reported.add(nodes)
        first_link: Link = shown.edges[path[0], path[1]]["link"]
        names = " → ".join(part.node for part in path)
        message = f"embeds in a circle: {names}; the inner embed is not expanded"
        yield finding("SG325", graph.nodes[first.node].document.path, first_link.line, message)


def _shows_a_node(link: Link) -> bool:
    return link.kind is LinkKind.EMBED and link.target is not None


def _edges(
    graph: SkillGraph, embeds: Mapping[str, list[Link]]
) -> Iterator[tuple[_Part, Link, _Part]]:
    """Each text with an embed, the embed, and the text that it shows."""
    targets: dict[Link, _Part] = {}
    parts: dict[str, set[_Part]] = {}
    for node, links in embeds.items():
        document = graph.nodes[node].document
        whole = _Part(node, document.frontmatter.body_start, len(document.text))
        parts.setdefault(node, set()).add(whole)
        for link in links:
            if part := _shown_part(graph, link):
                targets[link] = part
                parts.setdefault(part.node, set()).add(part)
    for link, target in targets.items():
        for part in sorted(parts[link.source]):
            if part.start <= link.start < part.end:
                yield part, link, target


def _shown_part(graph: SkillGraph, link: Link) -> _Part | None:
    """The text that an embed shows; None for a block, or for a heading that does not exist."""
    target = str(link.target)
    document: Document = graph.nodes[target].document
    if not link.fragment:
        return _Part(target, document.frontmatter.body_start, len(document.text))
    at = -1 if is_block(link.fragment) else document.find_heading(link.fragment)
    if at < 0:
        return None
    return _Part(target, document.headings[at].start, document.headings[at].end)


def _shortest_cycle(parts: networkx.DiGraph[_Part], first: _Part) -> list[_Part]:
    """The shortest way from a text back to itself, both ends included; empty if there is none."""
    came_from: dict[_Part, _Part] = {}
    queue = [first]
    for part in queue:
        for target in sorted(parts[part]):
            if target == first:
                way = [first, part] if part != first else [first]
                while way[-1] != first:
                    way.append(came_from[way[-1]])
                return way[::-1] if len(way) > 1 else [first, first]
            if target not in came_from:
                came_from[target] = part
                queue.append(target)
    return []
