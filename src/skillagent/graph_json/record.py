"""The values in the JSON form of a graph: nodes with their text, links, findings.

Every original file can be restored from them, byte by byte.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, TypeVar

from skillagent import digest
from skillagent.diagnostics import ordered
from skillagent.errors import GraphError
from skillagent.graph import SkillGraph
from skillagent.graph_json.json_writer import finite, json_lines
from skillagent.graph_json.original_bytes import byte_form, bytes_of
from skillagent.lint import findings
from skillagent.markdown import plain

GRAPH_FORMAT = "skillagent-graph/1"
_LATER_KEYS = ("status", "successors")
"""Keys of nodes that earlier versions did not write."""
_Entry = TypeVar("_Entry", "NodeRecord", "LinkRecord")


@dataclass(frozen=True, slots=True)
class NodeRecord:
    """One node."""

    id: str
    root: str
    """Name of its root; empty if the graph has only one."""
    path: str
    """Path in its root, with suffix."""
    kind: str
    """`node`, `map` or `skill`."""
    title: str
    description: str
    tags: list[str]
    fields: dict[str, Any]
    """Every frontmatter field, as read."""
    digest: str
    """SHA-256 of the file's bytes, as `sha256:…`."""
    text: str
    """Text of the whole file, line ends as `\\n`."""
    form: dict[str, Any]
    """`newline` and `bom` of the file; or `original`, its bytes in base64, if text, newline and
    bom do not give them."""
    status: str = ""
    """Why not to rely on it, in one word; empty for a current node."""
    successors: list[str] = field(default_factory=list)
    """Ids of the nodes that replace it."""


@dataclass(frozen=True, slots=True)
class LinkRecord:
    """One link to a node."""

    source: str
    """Id of the node that contains it."""
    target: str | None
    """Id of the node that it leads to; None if it does not resolve."""
    resolved: bool
    line: int
    context: str
    kind: str
    """`wikilink`, `embed`, `markdown` or `frontmatter`."""
    name: str
    """Target as written."""
    fragment: str
    label: str
    section: str
    """The nearest heading above."""
    field: str
    """The frontmatter field that contains it; empty for a link in the body."""
    rung: str
    """The rule that resolved it, or why it does not resolve."""
    candidates: list[str]
    """Ids of all matching nodes, if there are several."""


@dataclass(frozen=True, slots=True)
class GraphRecord:
    """A graph as JSON values; equal for equal graphs."""

    name: str
    digest: str
    """SHA-256 over each node's id and content."""
    roots: list[str]
    entries: list[str]
    """Id of the entry of each root."""
    nodes: list[NodeRecord]
    """By id."""
    links: list[LinkRecord]
    """By source and place."""
    diagnostics: list[dict[str, object]]
    """As `check --json` shows them."""

    def to_json(self) -> str:
        """JSON text with each node, link and finding on a line."""
        return json_lines({"format": GRAPH_FORMAT, **asdict(self)})

    def files(self) -> dict[str, dict[str, bytes]]:
        """Root → path → bytes of every original file.

        Raises:
            GraphError: a text does not match its digest, or a path leads out of its root.
        """
        files: dict[str, dict[str, bytes]] = {root: {} for root in self.roots}
        for node in self.nodes:
            root = node.root or self.roots[0]
            try:
                data = bytes_of(node.text, node.form)
            except (KeyError, TypeError, ValueError):
                data = None
            if data is None or digest.sha256(data) != node.digest:
                raise GraphError(f"{node.id}: its text does not match its digest")
            if node.path.startswith("/") or ".." in node.path.split("/") or root not in files:
                raise GraphError(f"{node.id}: {node.path!r} is not a path inside a root")
            files[root][node.path] = data
        return files


def graph_record(graph: SkillGraph) -> GraphRecord:
    """All data of a graph.

    Raises:
        GraphError: a file had to be read again, and has changed since the load.
    """
    several = len(graph.roots) > 1
    roots = {root.name if several else "": root for root in graph.roots}
    nodes = [
        NodeRecord(
            id=node.id,
            root=node.root,
            path=node.path,
            kind=node.kind.value,
            title=node.title,
            description=node.description,
            tags=list(node.tags),
            fields=finite(plain(node.document.frontmatter.fields)),
            digest=node.digest,
            text=node.document.text,
            form=byte_form(node, roots[node.root]),
            status=status.word if status else "",
            successors=list(status.successors) if status else [],
        )
        for node in graph.nodes.values()
        for status in (graph.outdated.get(node.id),)
    ]
    links = [
        LinkRecord(
            source=link.source,
            target=link.target,
            resolved=link.target is not None,
            line=link.line,
            context=link.context,
            kind=link.kind.value,
            name=link.reference.target,
            fragment=link.fragment,
            label=link.label,
            section=link.section,
            field=link.key,
            rung=link.rung,
            candidates=list(link.candidates),
        )
        for link in graph.links
    ]
    diagnostics = ordered((*graph.diagnostics, *findings(graph)))
    return GraphRecord(
        name=graph.name,
        digest=graph.digest,
        roots=[root.name for root in graph.roots],
        entries=list(graph.entries),
        nodes=nodes,
        links=links,
        diagnostics=[diagnostic.to_json() for diagnostic in diagnostics],
    )


def read_json(text: str | bytes) -> GraphRecord:
    """The graph that `GraphRecord.to_json` wrote.

    Raises:
        GraphError: it is not JSON, has another format, or a key is missing.
    """
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise GraphError(f"the graph is not JSON: {error}") from None
    format_name = record.get("format") if isinstance(record, dict) else None
    if format_name != GRAPH_FORMAT:
        raise GraphError(f"the graph has the format {format_name!r}, not {GRAPH_FORMAT!r}")
    try:
        return GraphRecord(
            name=record["name"],
            digest=record["digest"],
            roots=record["roots"],
            entries=record["entries"],
            nodes=[_entry(NodeRecord, item) for item in record["nodes"]],
            links=[_entry(LinkRecord, item) for item in record["links"]],
            diagnostics=record["diagnostics"],
        )
    except (KeyError, TypeError) as error:
        raise GraphError(f"the graph lacks {error}") from None


def _entry(entry_type: type[_Entry], values: Mapping[str, Any]) -> _Entry:
    # Keys of later versions are ignored; keys that earlier versions did not write have defaults.
    return entry_type(
        **{
            key.name: values[key.name]
            for key in fields(entry_type)
            if key.name in values or key.name not in _LATER_KEYS
        }
    )
