"""All that the page shows of a graph, as one value.

Above: `page_document`. Below: `layout`, `rendered_text`, `lint`, `graph`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from skillagent.diagnostics import Diagnostic, Severity
from skillagent.graph import Link, Node, NodeKind, SkillGraph
from skillagent.html.markup import shown
from skillagent.lint.checking import check
from skillagent.lint.selection import Selection
from skillagent.progress import Progress, no_progress, tracked
from skillagent.tokens import TokenCounter, default_counter
from skillagent.viewer.layout import Disc, Place, layout
from skillagent.viewer.membership import NO_MAP, Membership, membership
from skillagent.viewer.rendered_text import rendered_text

TEXT_LIMIT = 6_000_000
"""Characters of HTML of all texts together, above which a picture has none of them."""
WHOLE_NODES = 2_000
"""Above so many nodes the page draws the nodes of a map only when it is opened."""
MOST_FINDINGS = 20
"""How many findings of one node are in a picture."""


@dataclass(frozen=True, slots=True)
class PictureNode:
    """One node, as the page draws and describes it."""

    id: str
    title: str
    kind: NodeKind
    description: str
    summary_tokens: int
    text_tokens: int
    map: str
    """Id of the map that it belongs to; empty if there is none, and for an entry."""
    place: Place
    status: str
    """Why it should not be relied on, such as `deprecated`; empty for a current node."""
    successors: tuple[str, ...]
    """Ids of the nodes that replace it."""
    findings: tuple[Diagnostic, ...]
    text: str | None
    """HTML that is safe to show; None if the picture has no texts."""


@dataclass(frozen=True, slots=True)
class PictureEdge:
    """One link between two nodes of the picture."""

    source: int
    """Position of the node in `Picture.nodes`."""
    target: int
    context: str
    """The sentence around the link."""
    field: str
    """The field of the header that has the link, such as `depends_on`; empty in the text."""


@dataclass(frozen=True, slots=True)
class PictureMap:
    """The area of a map and of all that belongs to it."""

    id: str
    """Id of the map; empty for the area of the nodes without a map."""
    area: Disc
    parent: str
    """Id of the map around it; empty if there is none."""
    top: str
    """Id of the outermost map around it inside the entry: maps with one top have one colour."""
    nodes: int
    """How many nodes belong to it, directly or to maps in it; with itself."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A graph, laid out. The same graph gives an equal picture."""

    name: str
    entry: str | None
    nodes: tuple[PictureNode, ...]
    """Sorted by id."""
    edges: tuple[PictureEdge, ...]
    maps: tuple[PictureMap, ...]
    """A map comes before those in it."""
    severities: Mapping[str, int]
    """Severity → how many findings the graph has."""
    remarks: tuple[str, ...]
    """Sentences for a person: what was left out."""

    def to_json(self) -> dict[str, Any]:
        """The picture for the page, in JSON values."""
        return {
            "name": shown(self.name),
            "entry": self.entry,
            "wholeNodes": WHOLE_NODES,
            "nodes": [_node_json(node) for node in self.nodes],
            "edges": [[edge.source, edge.target, edge.context, edge.field] for edge in self.edges],
            "maps": [_map_json(one) for one in self.maps],
            "severities": dict(self.severities),
            "remarks": list(self.remarks),
        }


def picture_of(
    graph: SkillGraph,
    progress: Progress = no_progress,
    text_limit: int = TEXT_LIMIT,
    selection: Selection | None = None,
) -> Picture:
    """The picture of a graph.

    Args:
        graph: of one root or several.
        progress: called as the work proceeds.
        text_limit: characters of HTML of all texts together; if there are more, the picture has no
            text, and a remark says so.
        selection: which findings the nodes have, of those of `check --strict`; None for all.
    """
    belonging = membership(
        {node: graph.neighbors(node) for node in graph.nodes}, graph.gathering, graph.entries
    )
    laid_out = layout(belonging)
    findings_of, severities = _findings(graph, selection, progress)
    texts = _texts(graph, progress, text_limit)
    counter = default_counter()
    nodes = tuple(
        _node(graph, node, belonging, laid_out.places[node.id], findings_of, texts, counter)
        for node in tracked(graph.nodes.values(), "counting tokens", progress)
    )
    return Picture(
        graph.name,
        graph.entry,
        nodes,
        _edges(graph),
        _maps(belonging, laid_out.discs, graph.entry),
        severities,
        _remarks(graph, texts, findings_of, text_limit),
    )


def _node(
    graph: SkillGraph,
    node: Node,
    belonging: Membership,
    place: Place,
    findings_of: Mapping[str, list[Diagnostic]],
    texts: Mapping[str, str],
    counter: TokenCounter,
) -> PictureNode:
    outdated = graph.outdated.get(node.id)
    return PictureNode(
        id=node.id,
        title=shown(node.title),
        kind=node.kind,
        description=shown(node.description),
        summary_tokens=node.summary_cost(counter),
        text_tokens=node.cost(counter),
        map=belonging.owner[node.id],
        place=place,
        status=outdated.word if outdated else "",
        successors=outdated.successors if outdated else (),
        findings=tuple(findings_of.get(node.id, ())[:MOST_FINDINGS]),
        text=texts.get(node.id),
    )


def _edges(graph: SkillGraph) -> tuple[PictureEdge, ...]:
    """One edge for each link that leads to another node; the first for links that say the same."""
    at = {node: position for position, node in enumerate(graph.nodes)}
    edges: dict[tuple[int, int, str], PictureEdge] = {}
    for node in graph.nodes:
        for link in graph.links_from(node):
            if link.target is None or link.target == node:
                continue
            edge = PictureEdge(at[node], at[link.target], _context(link), shown(link.key))
            edges.setdefault((edge.source, edge.target, edge.context), edge)
    return tuple(edges.values())


def _context(link: Link) -> str:
    return "" if link.key else shown(link.context)


def _maps(
    belonging: Membership, discs: Mapping[str, Disc], entry: str | None
) -> tuple[PictureMap, ...]:
    counts = dict.fromkeys(discs, 0)
    for node, owner in reversed(belonging.owner.items()):
        own = counts.get(node, 0) + 1
        if node in counts:
            counts[node] = own
        if owner in counts:
            counts[owner] += own
    # What belongs to no map is counted only for the area of such nodes, not for other areas.
    if NO_MAP in counts:
        counts[NO_MAP] = sum(node not in discs for node in belonging.members[NO_MAP])
    tops = belonging.tops(entry)
    in_order = [map_id for map_id in (*belonging.owner, NO_MAP) if map_id in discs]
    return tuple(
        PictureMap(
            map_id,
            discs[map_id],
            belonging.owner.get(map_id, NO_MAP),
            tops.get(map_id, map_id),
            counts[map_id],
        )
        for map_id in in_order
    )


def _findings(
    graph: SkillGraph, selection: Selection | None, progress: Progress
) -> tuple[dict[str, list[Diagnostic]], dict[str, int]]:
    """Id → findings of its file, the most serious first; severity → how many there are of it."""
    every = check(graph, selection, strict=True, progress=progress).findings
    files = {
        f"{node.root}::{node.path}" if node.root else node.path: node.id
        for node in graph.nodes.values()
    }
    order = list(Severity)
    by_node: dict[str, list[Diagnostic]] = {}
    for diagnostic in sorted(every, key=lambda one: order.index(one.severity)):
        if diagnostic.path in files:
            by_node.setdefault(files[diagnostic.path], []).append(diagnostic)
    counts = {str(one): sum(each.severity is one for each in every) for one in order}
    return by_node, counts


def _texts(graph: SkillGraph, progress: Progress, limit: int) -> dict[str, str]:
    """Id → its text as HTML; nothing if all together are longer than the limit."""
    texts: dict[str, str] = {}
    length = sum(len(node.document.body) for node in graph.nodes.values())
    if length > limit:
        return {}
    for node in tracked(graph.nodes.values(), "rendering", progress):
        texts[node.id] = rendered_text(node, graph.links_from(node.id))
        length = length + len(texts[node.id]) - len(node.document.body)
        if length > limit:
            return {}
    return texts


def _remarks(
    graph: SkillGraph,
    texts: Mapping[str, str],
    findings_of: Mapping[str, list[Diagnostic]],
    text_limit: int,
) -> tuple[str, ...]:
    remarks = []
    if graph.nodes and not texts:
        remarks.append(
            f"The texts are not in this file: together they are longer than {text_limit:,} "
            "characters. Titles, descriptions, links with their sentences and findings are."
        )
    if cut := sum(len(each) > MOST_FINDINGS for each in findings_of.values()):
        whose = "One node has" if cut == 1 else f"{cut:,} nodes have"
        remarks.append(
            f"{whose} more findings than the {MOST_FINDINGS} shown: "
            "`skillagent check --strict --all` lists every one."
        )
    partial = sum(not node.whole for node in graph.nodes.values())
    if partial:
        remarks.append(f"{partial:,} files are too large and were read only in part.")
    return tuple(remarks)


def _node_json(node: PictureNode) -> dict[str, Any]:
    values: dict[str, Any] = {
        "id": node.id,
        "title": node.title,
        "kind": str(node.kind),
        "description": node.description,
        "tokens": [node.summary_tokens, node.text_tokens],
        "map": node.map,
        "at": [node.place.x, node.place.y],
        "text": node.text,
    }
    if node.status:
        values |= {"status": node.status, "successors": list(node.successors)}
    if node.findings:
        values["findings"] = [_finding_json(one) for one in node.findings]
    return values


def _finding_json(one: Diagnostic) -> Mapping[str, Any]:
    return {
        "code": one.code,
        "severity": str(one.severity),
        "message": shown(one.message),
        "line": one.line,
        "remedy": shown(one.remedy),
    }


def _map_json(one: PictureMap) -> dict[str, Any]:
    return {
        "id": one.id,
        "at": [one.area.center.x, one.area.center.y],
        "radius": one.area.radius,
        "parent": one.parent,
        "top": one.top,
        "nodes": one.nodes,
    }
